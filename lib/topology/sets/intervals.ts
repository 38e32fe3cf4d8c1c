/** The end of an interval: a number, or a bigint where numbers are too small (IPv6). */
export type Bound = number | bigint;

/** The values from `lo` up to, not including, `hi`. Only ever compared, so that both kinds of bounds share one algebra. */
export interface Interval {
  readonly lo: Bound;
  readonly hi: Bound;
}

/** Sorted, without overlaps, gaps between neighbours: two lists of the same values are the same list. */
export type Intervals = readonly Interval[];

/** Any intervals as a sorted list without overlaps. */
export function normalized(intervals: Intervals): Intervals {
  if (intervals.length < 2) return intervals.filter(({ lo, hi }) => lo < hi);
  const sorted = intervals.filter(({ lo, hi }) => lo < hi).sort((a, b) => (a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0));
  const merged: { lo: Bound; hi: Bound }[] = [];
  for (const { lo, hi } of sorted) {
    const last = merged.at(-1);
    if (last === undefined || last.hi < lo) merged.push({ lo, hi });
    else if (last.hi < hi) last.hi = hi;
  }
  return merged;
}

export function intersected(a: Intervals, b: Intervals): Intervals {
  const both: Interval[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined || right === undefined) break;
    const lo = left.lo > right.lo ? left.lo : right.lo;
    const hi = left.hi < right.hi ? left.hi : right.hi;
    if (lo < hi) both.push({ lo, hi });
    if (left.hi < right.hi) i += 1;
    else j += 1;
  }
  return both;
}

/** Whether two lists share a value; makes nothing, for the many pairs that do not. */
export function overlapping(a: Intervals, b: Intervals): boolean {
  const [lastOfA, lastOfB] = [a.at(-1), b.at(-1)];
  if (lastOfA === undefined || lastOfB === undefined) return false;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined || right === undefined || right.lo >= lastOfA.hi || left.lo >= lastOfB.hi) return false;
    if (left.lo < right.hi && right.lo < left.hi) return true;
    if (left.hi < right.hi) i += 1;
    else j += 1;
  }
  return false;
}

export function subtracted(a: Intervals, b: Intervals): Intervals {
  const rest: Interval[] = [];
  let j = 0;
  for (const { lo: start, hi } of a) {
    let lo = start;
    while (j > 0 && (b[j - 1]?.hi ?? lo) > lo) j -= 1;
    for (; j < b.length; j += 1) {
      const hole = b[j];
      if (hole === undefined || hole.lo >= hi) break;
      if (hole.hi <= lo) continue;
      if (lo < hole.lo) rest.push({ lo, hi: hole.lo });
      if (hole.hi > lo) lo = hole.hi;
      if (lo >= hi) break;
    }
    if (lo < hi) rest.push({ lo, hi });
  }
  return rest;
}

/** Whether a value is in; a binary search. */
export function includes(intervals: Intervals, value: Bound): boolean {
  let [low, high] = [0, intervals.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = intervals[middle];
    if (one === undefined) return false;
    if (value < one.lo) high = middle - 1;
    else if (value >= one.hi) low = middle + 1;
    else return true;
  }
  return false;
}

export function same(a: Intervals, b: Intervals): boolean {
  return a.length === b.length && a.every((one, index) => one.lo === b[index]?.lo && one.hi === b[index]?.hi);
}
