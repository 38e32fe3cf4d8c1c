import fc from "fast-check";
import { isPublicAddress } from "../../../../lambdas/connector-gateway/upstream/address-rules";
import { CidrBlock, SPECIAL_PURPOSE } from "../../../../lib/names/cidr-block";

describe("an address of a host on the internet", () => {
  test.each([
    "1.1.1.1",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "192.0.1.1",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.254",
    "2606:2800:21f:cb07:6820:80da:af6b:8b2c",
    "2a00:1450:4001:80b::200e",
  ])("%s is one", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    ["this network", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["private", "10.0.0.7"],
    ["private", "172.16.0.1"],
    ["private", "172.31.255.255"],
    ["private", "192.168.1.1"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["shared", "100.64.0.1"],
    ["link-local", "169.254.1.1"],
    ["metadata", "169.254.169.254"],
    ["task metadata", "169.254.170.2"],
    ["Azure's own host", "168.63.129.16"],
    ["protocol assignments", "192.0.0.8"],
    ["documentation", "192.0.2.1"],
    ["documentation", "198.51.100.1"],
    ["documentation", "203.0.113.1"],
    ["6to4 relays", "192.88.99.1"],
    ["benchmarks", "198.18.0.1"],
    ["benchmarks", "198.19.255.255"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["loopback", "::1"],
    ["mapped", "::ffff:10.0.0.7"],
    ["mapped, of a public one", "::ffff:1.1.1.1"],
    ["compatible", "::10.0.0.7"],
    ["translated", "64:ff9b::a00:7"],
    ["translated within a network", "64:ff9b:1::1"],
    ["discarded", "100::1"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["benchmarks", "2001:2::1"],
    ["ORCHID", "2001:10::1"],
    ["ORCHIDv2", "2001:20::1"],
    ["documentation", "2001:db8::1"],
    ["documentation", "3fff::1"],
    ["6to4", "2002:a00:7::1"],
    ["segment routing", "5f00::1"],
    ["unique local", "fd00:ec2::254"],
    ["unique local", "fc00::1"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["multicast", "ff02::1"],
    ["ISATAP", "2606:2800:21f:cb07:0:5efe:a00:7"],
    ["ISATAP, universal", "2606:2800:21f:cb07:200:5efe:a00:7"],
    ["direct delegation", "192.175.48.1"],
    ["direct delegation", "2620:4f:8000::1"],
    ["multicast tunnels", "192.52.193.1"],
    ["a public one as a number", "134744072"],
    ["a public one in hexadecimal", "0x8.8.8.8"],
    ["a public one with a zero before", "8.8.8.010"],
    ["a public one, short", "8.8"],
    ["a public one in brackets", "[2606:2800::1]"],
    ["not given out", "4000::1"],
    ["no address", "localhost"],
    ["a number", "2130706433"],
    ["octal", "0177.0.0.1"],
    ["hexadecimal", "0x7f.0.0.1"],
    ["short", "127.1"],
    ["nothing", ""],
  ])("%s: %s is none", (_what, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test("no form of a private IPv4 address inside of an IPv6 one is", () => {
    const privateAddress = fc.oneof(
      fc.tuple(fc.constant(10), fc.nat(255), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(127), fc.nat(255), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
      fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
    );
    fc.assert(
      fc.property(privateAddress, ([a, b, c, d]) => {
        const high = ((a << 8) | b).toString(16);
        const low = ((c << 8) | d).toString(16);
        const forms = [
          `::ffff:${a}.${b}.${c}.${d}`,
          `::${high}:${low}`,
          `::ffff:0:${high}:${low}`,
          `64:ff9b::${high}:${low}`,
          `2002:${high}:${low}::1`,
          `2606:2800:21f:cb07:0:5efe:${high}:${low}`,
        ];
        for (const form of forms) expect(isPublicAddress(form)).toBe(false);
      }),
    );
  });

  test.each([...SPECIAL_PURPOSE[4], ...SPECIAL_PURPOSE[6]])("none is of %s, from its first to its last", (text) => {
    const block = CidrBlock.parse(text, "registry");
    const bits = block.version === 4 ? 32 : 128;
    const address = (index: bigint): string =>
      CidrBlock.parse(`${spelled(block.first + index, bits)}/${bits}`, "registry")
        .toString()
        .replace(/\/.*/, "");
    fc.assert(
      fc.property(fc.bigInt(0n, block.size - 1n), (index) => {
        for (const at of [0n, index, block.size - 1n]) expect(isPublicAddress(address(at))).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  test("one that policies can't name as public is none here", () => {
    const six = fc.tuple(
      fc.integer({ min: 0x2000, max: 0x3fff }),
      fc.array(fc.nat(0xffff), { minLength: 7, maxLength: 7 }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          six.map(([head, rest]) => [head, ...rest].map((word) => word.toString(16)).join(":")),
        ),
        (text) => {
          const block = CidrBlock.parse(`${text}/${text.includes(":") ? 128 : 32}`, "address");
          if (!block.isPublic) expect(isPublicAddress(text)).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

const spelled = (value: bigint, bits: number): string => {
  const width = bits === 32 ? 8n : 16n;
  const parts = Array.from({ length: bits / Number(width) }, (_, index) => {
    const part = (value >> (BigInt(bits) - width * BigInt(index + 1))) & ((1n << width) - 1n);
    return bits === 32 ? String(part) : part.toString(16);
  });
  return parts.join(bits === 32 ? "." : ":");
};
