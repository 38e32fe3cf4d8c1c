import { reservedCapacity } from "../../../constructs/aws/egress-firewall";

describe("the capacity that a rule group declares", () => {
  test("leaves room to grow by half, and is never small", () => {
    expect(reservedCapacity(7, [7, 30])).toBe(200);
    expect(reservedCapacity(1000, [1000, 30])).toBe(1500);
  });

  test("is exact where the policy's groups together would declare more than AWS takes", () => {
    const groups = [10_000, 10_000, 40];
    expect(groups.map((lines) => reservedCapacity(lines, groups))).toEqual(groups);
  });

  test("never adds up to more than AWS takes, for lists that the compiler takes", () => {
    for (let lines = 100; lines <= 29_900; lines += 700) {
      const groups = [
        ...Array.from({ length: Math.ceil(lines / 9000) }, () => Math.floor(lines / Math.ceil(lines / 9000))),
        40,
      ];
      expect(groups.reduce((sum, one) => sum + reservedCapacity(one, groups), 0)).toBeLessThanOrEqual(30_000);
    }
  });
});
