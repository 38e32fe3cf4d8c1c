import fc from "fast-check";
import { CidrBlock } from "../../lib/names/cidr-block";
import { parsePort } from "../../lib/names/port";
import { refusal } from "../support/refusal";

const parse = (text: unknown): CidrBlock => CidrBlock.parse(text, "here");
const v4 = fc
  .tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => {
    const first = prefix === 0 ? 0 : (address >>> (32 - prefix)) * 2 ** (32 - prefix);
    return {
      first,
      prefix,
      text: `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${prefix}`,
    };
  });

describe("a CIDR block", () => {
  test.each(["10.0.0.0/8", "0.0.0.0/0", "198.51.100.7/32", "2001:db8::/32", "::/0", "2001:db8::1/128"])(
    "%s reads back as itself",
    (text) => expect(String(parse(text))).toBe(text),
  );

  test("has one spelling", () => expect(String(parse("2001:0DB8:0:0::/64"))).toBe("2001:db8::/64"));

  test.each([
    [
      "10.0.0.0",
      '"10.0.0.0" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48',
    ],
    [
      "10.0.0.0/08",
      '"10.0.0.0/08" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48',
    ],
    [
      "010.0.0.0/8",
      '"010.0.0.0/8" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48',
    ],
    [
      "0xa.0.0.0/8",
      '"0xa.0.0.0/8" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48',
    ],
    ["10/8", '"10/8" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48'],
    [
      "256.0.0.0/8",
      '"256.0.0.0/8" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48',
    ],
    [
      "::ffff:10.0.0.0/104",
      '"::ffff:10.0.0.0/104" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48',
    ],
    ...[
      "10.0.0.0/+8",
      " 10.0.0.0/8",
      "10.0.0.0/255.0.0.0",
      "10.0.0.0/",
      "\uff11\uff10.0.0.0/8",
      ":::/0",
      "1::2::3/128",
      "fe80::%eth0/64",
      "${var.cidr}",
    ].map((text): [string, string] => [
      text,
      `${JSON.stringify(text)} is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48`,
    ]),
    ["2001:db8::/129", '"2001:db8::/129" has a prefix longer than the address; use /0 to /128'],
    ["10.0.0.0/33", '"10.0.0.0/33" has a prefix longer than the address; use /0 to /32'],
    ["10.0.0.1/8", '"10.0.0.1/8" has host bits set; use 10.0.0.0/8'],
    ["2001:db8::1/32", '"2001:db8::1/32" has host bits set; use 2001:db8::/32'],
    [
      "10.0.0.0/8\npass ip any any -> any any",
      '"10.0.0.0/8\\npass ip any any -> any any" is not a CIDR block; write an address and a prefix length, e.g. 10.0.0.0/16 or 2001:db8::/48',
    ],
    [42, "42 is not a CIDR block; write text like 10.0.0.0/16"],
  ])("%j is refused", (text, problem) => expect(refusal(() => parse(text))).toBe(`CORDON-010: here: ${problem}`));

  test("contains, overlaps and counts as its addresses do", () => {
    fc.assert(
      fc.property(v4, v4, (a, b) => {
        const [one, other] = [parse(a.text), parse(b.text)];
        const last = (block: { first: number; prefix: number }): number => block.first + 2 ** (32 - block.prefix) - 1;
        expect(one.contains(other)).toBe(a.first <= b.first && last(b) <= last(a));
        expect(one.overlaps(other)).toBe(a.first <= last(b) && b.first <= last(a));
        expect(one.overlaps(other)).toBe(other.overlaps(one));
        expect(one.size).toBe(2n ** BigInt(32 - a.prefix));
        expect(String(one)).toBe(a.text);
      }),
    );
  });

  test("agrees with a model that lists every address", () => {
    const small = fc.tuple(fc.nat(255), fc.integer({ min: 24, max: 32 })).map(([last, prefix]) => {
      const size = 2 ** (32 - prefix);
      const first = last - (last % size);
      return { first, size, block: parse(`198.51.100.${first}/${prefix}`) };
    });
    const addresses = ({ first, size }: { first: number; size: number }): Set<number> =>
      new Set(Array.from({ length: size }, (_, i) => first + i));
    fc.assert(
      fc.property(small, small, (one, other) => {
        const [ours, theirs] = [addresses(one), [...addresses(other)]];
        expect(one.block.contains(other.block)).toBe(theirs.every((address) => ours.has(address)));
        expect(one.block.overlaps(other.block)).toBe(theirs.some((address) => ours.has(address)));
      }),
    );
  });

  test("of IPv6 reads back as itself, in whichever spelling it comes", () => {
    const v6 = fc.tuple(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.integer({ min: 0, max: 128 }));
    fc.assert(
      fc.property(v6, fc.boolean(), ([address, prefix], upper) => {
        const first = (address >> BigInt(128 - prefix)) << BigInt(128 - prefix);
        const groups = Array.from({ length: 8 }, (_, i) => ((first >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
        const long = `${groups.map((group) => group.padStart(4, "0")).join(":")}/${prefix}`;
        const block = parse(upper ? long.toUpperCase() : long);
        expect([block.version, block.prefix, block.first]).toEqual([6, prefix, first]);
        expect(block.size).toBe(1n << BigInt(128 - prefix));
        const again = parse(String(block));
        expect([again.first, again.prefix]).toEqual([first, prefix]);
        expect(String(parse(`${groups.join(":")}/${prefix}`))).toBe(String(block));
      }),
    );
  });

  test("subnets tile their block, and nothing lies outside", () => {
    fc.assert(
      fc.property(v4, fc.integer({ min: 0, max: 6 }), ({ text, prefix }, bits) => {
        fc.pre(prefix + bits <= 32);
        const block = parse(text);
        const parts = Array.from({ length: 2 ** bits }, (_, index) => block.subnet(prefix + bits, index));
        expect(parts[0]?.first).toBe(block.first);
        expect(parts.at(-1)?.last).toBe(block.last);
        for (const [index, part] of parts.slice(1).entries()) expect(part.first).toBe((parts[index]?.last ?? 0n) + 1n);
        expect(() => block.subnet(prefix + bits, 2 ** bits)).toThrow(RangeError);
        expect(() => block.subnet(prefix + bits, -1)).toThrow(RangeError);
      }),
    );
    expect(() => parse("10.0.0.0/8").subnet(33, 0)).toThrow(RangeError);
    expect(() => parse("10.0.0.0/8").subnet(16, 0.5)).toThrow(RangeError);
  });

  test("never contains or overlaps one of the other family", () => {
    expect(parse("::/0").contains(parse("10.0.0.0/8"))).toBe(false);
    expect(parse("0.0.0.0/0").overlaps(parse("2001:db8::/32"))).toBe(false);
  });

  test("divides into blocks that tile it", () => {
    const block = parse("10.64.0.0/20");
    expect(String(block.subnet(22, 3))).toBe("10.64.12.0/22");
    expect(() => block.subnet(22, 4)).toThrow(RangeError);
    expect(() => block.subnet(19, 0)).toThrow(RangeError);
  });

  test.each([
    "10.0.0.0/8",
    "172.31.0.0/16",
    "192.168.1.0/30",
    "100.64.0.0/10",
    "169.254.169.254/32",
    "127.0.0.1/32",
    "0.0.0.0/0",
    "224.0.0.1/32",
    "255.255.255.255/32",
    "198.18.0.0/15",
    "192.0.0.0/24",
    "192.88.99.1/32",
    "8.0.0.0/5",
    "fc00::/7",
    "fe80::1/128",
    "::1/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "2002::/16",
    "ff02::1/128",
    "2001::/32",
    "2001:1::1/128",
    "192.31.196.0/24",
    "192.0.0.0/8",
    "fec0::/10",
    "100::/64",
    "5f00::/16",
    "::/0",
    "4000::/3",
    "2620:4f:8000::1/128",
  ])("%s is not public", (text) => expect(parse(text).isPublic).toBe(false));

  test.each(["8.8.8.8/32", "1.0.0.0/25", "2606:4700::/57", "2a00::/48", "100.128.0.0/32", "172.32.0.0/16"])(
    "%s is public",
    (text) => expect(parse(text).isPublic).toBe(true),
  );

  test.each(["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"])(
    "%s, for documentation, counts as public, so that examples can name it",
    (text) => expect(parse(text).isPublic).toBe(true),
  );
});

describe("a port", () => {
  test.each([1, 443, 65535])("%d is one", (port) => expect(parsePort(port, "here")).toBe(port));
  test.each([
    [0, "0"],
    [65536, "65536"],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    ["443", '"443"'],
    [undefined, "undefined"],
  ])("%j is refused", (port, shown) =>
    expect(refusal(() => parsePort(port, "here"))).toBe(
      `CORDON-020: here: port ${shown} is not a port; use a whole number from 1 to 65535`,
    ),
  );
});
