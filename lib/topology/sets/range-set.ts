import { type Intervals, includes, intersected, normalized, overlapping, same, subtracted } from "./intervals";

/** A set of small numbers: ports, or IP protocol numbers. */
export class RangeSet {
  public static readonly NONE = new RangeSet([]);
  public static readonly PORTS = new RangeSet([{ lo: 0, hi: 65_536 }]);
  public static readonly PROTOCOLS = new RangeSet([{ lo: 0, hi: 256 }]);

  private constructor(private readonly intervals: Intervals) {}

  /** From the first to the last number, both included. */
  public static of(first: number, last = first): RangeSet {
    return new RangeSet(normalized([{ lo: first, hi: last + 1 }]));
  }

  public static unionAll(sets: RangeSet[]): RangeSet {
    return new RangeSet(normalized(sets.flatMap((set) => set.intervals)));
  }

  public get isEmpty(): boolean {
    return this.intervals.length === 0;
  }

  /** Pairs of first and last number, sorted. */
  public get ranges(): [number, number][] {
    return this.intervals.map(({ lo, hi }) => [Number(lo), Number(hi) - 1]);
  }

  public union(other: RangeSet): RangeSet {
    return RangeSet.unionAll([this, other]);
  }

  public intersect(other: RangeSet): RangeSet {
    return this === other ? this : new RangeSet(intersected(this.intervals, other.intervals));
  }

  public overlaps(other: RangeSet): boolean {
    return overlapping(this.intervals, other.intervals);
  }

  public subtract(other: RangeSet): RangeSet {
    return new RangeSet(subtracted(this.intervals, other.intervals));
  }

  public has(value: number): boolean {
    return includes(this.intervals, value);
  }

  public equals(other: RangeSet): boolean {
    return this === other || same(this.intervals, other.intervals);
  }

  /** The lowest number. */
  public sample(): number | undefined {
    return this.ranges[0]?.[0];
  }

  public toString(): string {
    return this.ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
  }
}
