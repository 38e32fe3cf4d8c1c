import fc from "fast-check";
import { RangeSet } from "../../../lib/topology/sets/range-set";

const ports = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 10 })), { maxLength: 5 })
  .map((pairs) => RangeSet.unionAll(pairs.map(([first, length]) => RangeSet.of(first, first + length))));

const numbers = Array.from({ length: 60 }, (_, value) => value);
const members = (set: RangeSet): number[] => numbers.filter((value) => set.has(value));

describe("a set of ports", () => {
  test("has both ends of its ranges and nothing beside them", () => {
    const set = RangeSet.of(8000, 8080);
    expect([7999, 8000, 8080, 8081].map((port) => set.has(port))).toEqual([false, true, true, false]);
    expect(RangeSet.PORTS.ranges).toEqual([[0, 65_535]]);
    expect(RangeSet.PROTOCOLS.ranges).toEqual([[0, 255]]);
  });

  test("is empty where the last number is before the first", () => {
    expect(RangeSet.of(5, 4).isEmpty).toBe(true);
    expect(RangeSet.NONE.sample()).toBeUndefined();
  });

  test("reads as sorted ranges, with neighbours as one", () => {
    const set = RangeSet.unionAll([RangeSet.of(443), RangeSet.of(80, 81), RangeSet.of(82), RangeSet.of(22)]);
    expect(set.toString()).toBe("22,80-82,443");
    expect(set.ranges).toEqual([
      [22, 22],
      [80, 82],
      [443, 443],
    ]);
  });

  test("obeys the algebra of sets", () => {
    fc.assert(
      fc.property(ports, ports, (a, b) => {
        const other = members(b);
        expect(members(a.union(b))).toEqual([...new Set([...members(a), ...other])].sort((x, y) => x - y));
        expect(members(a.intersect(b))).toEqual(members(a).filter((value) => other.includes(value)));
        expect(members(a.subtract(b))).toEqual(members(a).filter((value) => !other.includes(value)));
        expect(a.equals(b)).toBe(members(a).join() === other.join());
        expect(a.equals(b)).toBe(a.toString() === b.toString());
        expect(a.isEmpty).toBe(members(a).length === 0);
      }),
    );
  });

  test("gives its lowest number as a sample", () => {
    fc.assert(
      fc.property(ports, (set) => {
        expect(set.sample()).toBe(members(set)[0]);
      }),
    );
  });
});
