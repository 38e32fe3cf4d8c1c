import fc from "fast-check";
import {
  type Interval,
  type Intervals,
  includes,
  intersected,
  normalized,
  same,
  subtracted,
} from "../../../lib/topology/sets/intervals";

const END = 24;
const values = Array.from({ length: END }, (_, value) => value);

/** Any intervals, also empty, touching and overlapping ones, in any order; bounds as numbers or as bigints. */
const loose: fc.Arbitrary<Intervals> = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(point(), point()), { maxLength: 6 }))
  .map(([isBig, pairs]) =>
    pairs.map(([lo, hi]): Interval => (isBig ? { lo: BigInt(lo), hi: BigInt(hi) } : { lo, hi })),
  );
const sorted = loose.map(normalized);

function point(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: END });
}

const members = (intervals: Intervals): number[] =>
  values.filter((value) => intervals.some(({ lo, hi }) => lo <= value && value < hi));

const isCanonical = (intervals: Intervals): boolean =>
  intervals.every(({ lo, hi }, index) => lo < hi && (index === 0 || (intervals[index - 1]?.hi ?? lo) < lo));

describe("intervals against sets of single values", () => {
  test("normalizing keeps the values, and leaves no overlap and no touching neighbours", () => {
    fc.assert(
      fc.property(loose, (intervals) => {
        const result = normalized(intervals);
        expect(isCanonical(result)).toBe(true);
        expect(members(result)).toEqual(members(intervals));
      }),
    );
  });

  test("an intersection holds what both hold", () => {
    fc.assert(
      fc.property(sorted, sorted, (a, b) => {
        const both = intersected(a, b);
        const other = members(b);
        expect(isCanonical(both)).toBe(true);
        expect(members(both)).toEqual(members(a).filter((value) => other.includes(value)));
      }),
    );
  });

  test("a difference holds what the first alone holds", () => {
    fc.assert(
      fc.property(sorted, sorted, (a, b) => {
        const rest = subtracted(a, b);
        const other = members(b);
        expect(isCanonical(rest)).toBe(true);
        expect(members(rest)).toEqual(members(a).filter((value) => !other.includes(value)));
      }),
    );
  });

  test("a value is found exactly where an interval holds it", () => {
    fc.assert(
      fc.property(sorted, (intervals) => {
        expect(values.filter((value) => includes(intervals, value))).toEqual(members(intervals));
      }),
    );
  });

  test("lists of the same values are the same, and others are not", () => {
    fc.assert(
      fc.property(sorted, sorted, (a, b) => {
        const isSame = members(a).join() === members(b).join();
        const inOneKind = (list: Intervals): Intervals =>
          list.map(({ lo, hi }) => ({ lo: Number(lo), hi: Number(hi) }));
        expect(same(inOneKind(a), inOneKind(b))).toBe(isSame);
      }),
    );
  });
});
