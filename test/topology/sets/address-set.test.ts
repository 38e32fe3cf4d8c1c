import fc from "fast-check";
import { AddressSet } from "../../../lib/topology/sets/address-set";

const parsed = (text: string): AddressSet => {
  const set = AddressSet.parse(text);
  if (set === undefined) throw new Error(`${text} is no block`);
  return set;
};

const four = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
const six = (value: bigint): string =>
  Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(":");

const MAX_4 = 2 ** 32 - 1;
const MAX_6 = (1n << 128n) - 1n;

/** Blocks that often meet: their addresses are near the ends of the space or near each other. */
const value4 = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: MAX_4 - 40, max: MAX_4 }),
  fc.integer({ min: 0x0a000000, max: 0x0a000028 }),
  fc.integer({ min: 0, max: MAX_4 }),
);
const value6 = fc.oneof(
  fc.bigInt({ min: 0n, max: 40n }),
  fc.bigInt({ min: MAX_6 - 40n, max: MAX_6 }),
  fc.bigInt({ min: 0x20010db8n << 96n, max: (0x20010db8n << 96n) + 40n }),
  fc.bigInt({ min: 0n, max: MAX_6 }),
);
const block = fc.oneof(
  fc
    .tuple(value4, fc.oneof(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 26, max: 32 })))
    .map(([value, prefix]) => `${four(value)}/${prefix}`),
  fc
    .tuple(value6, fc.oneof(fc.integer({ min: 0, max: 128 }), fc.integer({ min: 122, max: 128 })))
    .map(([value, prefix]) => `${six(value)}/${prefix}`),
);
const blocks = fc.array(block, { maxLength: 6 });
const address = fc.oneof(value4.map(four), value6.map(six));

/** Whether one of the blocks holds an address, bit by bit and without the set. */
function isIn(list: readonly string[], one: string): boolean {
  return list.some((text) => {
    const [base = "", prefix = ""] = text.split("/");
    const [left, right] = [bits(base), bits(one)];
    return left.length === right.length && left.slice(0, Number(prefix)) === right.slice(0, Number(prefix));
  });
}

function bits(text: string): string {
  if (!text.includes(":"))
    return text
      .split(".")
      .map((byte) => Number(byte).toString(2).padStart(8, "0"))
      .join("");
  return text
    .split(":")
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}

/** Addresses at the edges of blocks, and next to them. */
function edges(list: readonly string[]): string[] {
  return list.flatMap((text) => {
    const [base = "", prefix = ""] = text.split("/");
    const width = base.includes(":") ? 128 : 32;
    const number = BigInt(`0b${bits(base)}`);
    const size = 1n << BigInt(width - Number(prefix));
    const lo = (number / size) * size;
    return [lo - 1n, lo, lo + size - 1n, lo + size]
      .filter((one) => one >= 0n && one < 1n << BigInt(width))
      .map((one) => (width === 32 ? four(Number(one)) : six(one)));
  });
}

describe("a set of addresses", () => {
  const pair = fc.tuple(blocks, blocks, fc.array(address, { maxLength: 4 }));

  test("has an address exactly where one of its blocks has it, in either family", () => {
    fc.assert(
      fc.property(pair, ([list, others, more]) => {
        const set = AddressSet.unionAll(list.map(parsed));
        for (const one of [...edges([...list, ...others]), ...more])
          expect([one, set.has(one)]).toEqual([one, isIn(list, one)]);
      }),
    );
  });

  test("obeys the algebra of sets at every edge", () => {
    fc.assert(
      fc.property(pair, ([list, others, more]) => {
        const [a, b] = [AddressSet.unionAll(list.map(parsed)), AddressSet.unionAll(others.map(parsed))];
        for (const one of [...edges([...list, ...others]), ...more]) {
          const [left, right] = [isIn(list, one), isIn(others, one)];
          expect([
            one,
            a.union(b).has(one),
            a.intersect(b).has(one),
            a.subtract(b).has(one),
            a.complement().has(one),
          ]).toEqual([one, left || right, left && right, left && !right, !left]);
        }
        expect(a.complement().complement().equals(a)).toBe(true);
        expect(a.union(a.complement()).equals(AddressSet.ALL)).toBe(true);
        expect(a.intersect(a.complement()).isEmpty).toBe(true);
        expect(a.overlaps(b)).toBe(!a.intersect(b).isEmpty);
        expect(a.isSubsetOf(b)).toBe(a.union(b).equals(b));
        expect(a.equals(b)).toBe(a.key === b.key);
      }),
    );
  });

  test("is the same set again from its blocks, of which no two make up a larger one", () => {
    fc.assert(
      fc.property(blocks, blocks, (list, others) => {
        const set = AddressSet.unionAll(list.map(parsed)).subtract(AddressSet.unionAll(others.map(parsed)));
        const texts = set.toCidrs();
        expect(AddressSet.unionAll(texts.map(parsed)).equals(set)).toBe(true);
        for (const [index, text] of texts.entries()) {
          const next = texts[index + 1];
          if (next !== undefined) expect(AddressSet.unionAll([parsed(text), parsed(next)]).toCidrs()).toHaveLength(2);
        }
      }),
    );
  });

  test("gives one of its own addresses as a sample, and none only where it is empty", () => {
    fc.assert(
      fc.property(blocks, blocks, (list, others) => {
        const set = AddressSet.unionAll(list.map(parsed)).subtract(AddressSet.unionAll(others.map(parsed)));
        const one = set.sample();
        expect(one === undefined).toBe(set.isEmpty);
        if (one !== undefined) expect(set.has(one)).toBe(true);
      }),
    );
  });

  test("tells lists of places from ranges that mean anywhere", () => {
    expect(["10.0.0.0/16", "10.0.0.0/15", "2001:db8::/48", "2001:db8::/47"].map((one) => parsed(one).isNarrow)).toEqual(
      [true, false, true, false],
    );
    expect(AddressSet.ALL.isNarrow).toBe(false);
  });
});

describe("the families", () => {
  test("are apart: an IPv4 address written as IPv6 is no IPv4 address", () => {
    expect(parsed("10.0.0.0/8").has("::ffff:10.0.0.1")).toBe(false);
    expect(AddressSet.V4.intersect(AddressSet.V6).isEmpty).toBe(true);
    expect(AddressSet.V4.union(AddressSet.V6).equals(AddressSet.ALL)).toBe(true);
    expect(AddressSet.V4.complement().equals(AddressSet.V6)).toBe(true);
  });
});

describe("text", () => {
  test.each([
    ["10.64.0.9/20", ["10.64.0.0/20"]],
    ["10.64.0.1", ["10.64.0.1/32"]],
    ["2001:DB8::1", ["2001:db8::1/128"]],
    ["::/0", ["::/0"]],
  ])("%s is read", (text, expected) => {
    expect(AddressSet.parse(text)?.toCidrs()).toEqual(expected);
  });

  test.each([
    "",
    "any",
    "10.0.0",
    "10",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/8/8",
    "10.0.0.256",
    "0x0a.0.0.1",
    // A leading zero means octal to some programs and nothing to others.
    "010.0.0.1",
    "::/129",
    "fe80::1%eth0",
    "10.0.0.0-10.0.0.9",
    "${var.block}",
  ])("%p is no address and no block", (text) => {
    expect(AddressSet.parse(text)).toBeUndefined();
  });
});
