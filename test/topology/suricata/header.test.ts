import { AddressSet } from "../../../lib/topology/sets/address-set";
import { RangeSet } from "../../../lib/topology/sets/range-set";
import {
  exactly,
  readAddresses,
  readPorts,
  UNKNOWN_ADDRESSES,
  UNKNOWN_PORTS,
} from "../../../lib/topology/suricata/header";
import { block } from "./firewall";

const addresses = (text: string) =>
  readAddresses(text, (name) => (name === "INNER" ? exactly(block("10.0.0.0/8")) : UNKNOWN_ADDRESSES));
const ports = (text: string) => readPorts(text, (name) => (name === "WEB" ? exactly(RangeSet.of(80)) : UNKNOWN_PORTS));

describe("addresses in a header", () => {
  test.each([
    ["10.1.2.3", ["10.1.2.3/32"]],
    ["10.0.0.0/8", ["10.0.0.0/8"]],
    ["2001:db8::/32", ["2001:db8::/32"]],
    ["[10.0.0.0/9,10.128.0.0/9]", ["10.0.0.0/8"]],
    ["[10.0.0.0/8,!10.128.0.0/9]", ["10.0.0.0/9"]],
    ["[$INNER,![10.0.0.0/9,10.192.0.0/10]]", ["10.128.0.0/10"]],
    ["$INNER", ["10.0.0.0/8"]],
  ])("%s are %j, exactly", (text, cidrs) => {
    const { upper, lower } = addresses(text);
    expect(upper.toCidrs()).toEqual(cidrs);
    expect(lower).toBe(upper);
  });

  test("any is every address of both families, and ! leaves out", () => {
    expect(addresses("any").upper.equals(AddressSet.ALL)).toBe(true);
    expect(addresses("!$INNER").lower.equals(block("10.0.0.0/8").complement())).toBe(true);
    expect(addresses("[!$INNER]").lower.equals(block("10.0.0.0/8").complement())).toBe(true);
    expect(addresses("!any").upper.isEmpty).toBe(true);
  });

  test.each(["$WHO", "@REFERENCE", "somewhere", "10.0.0.1-10.0.0.9", "[10.0.0.0/8", "!$WHO", "!somewhere"])(
    "%s may be every address and is none for sure",
    (text) => {
      const { upper, lower } = addresses(text);
      expect(upper.equals(AddressSet.ALL)).toBe(true);
      expect(lower.isEmpty).toBe(true);
    },
  );

  test("a list with an unknown member holds what is known and may hold the rest", () => {
    const { upper, lower } = addresses("[10.0.0.0/8,$WHO]");
    expect(upper.equals(AddressSet.ALL)).toBe(true);
    expect(lower.toCidrs()).toEqual(["10.0.0.0/8"]);
    const less = addresses("[10.0.0.0/8,!$WHO]");
    expect(less.upper.toCidrs()).toEqual(["10.0.0.0/8"]);
    expect(less.lower.isEmpty).toBe(true);
  });
});

describe("ports in a header", () => {
  test.each([
    ["any", "0-65535"],
    ["443", "443"],
    ["1:1023", "1-1023"],
    ["1024:", "1024-65535"],
    [":79", "0-79"],
    ["[80,443,8000:8010]", "80,443,8000-8010"],
    ["![80,443]", "0-79,81-442,444-65535"],
    ["[1:100,!80]", "1-79,81-100"],
    ["$WEB", "80"],
    ["!$WEB", "0-79,81-65535"],
  ])("%s are %s", (text, expected) => {
    const { upper, lower } = ports(text);
    expect(String(upper)).toBe(expected);
    expect(String(lower)).toBe(expected);
  });

  test.each(["$WHO", "http", "99999", "9:1", ":"])("%s may be every port and is none for sure", (text) => {
    expect(ports(text)).toEqual(UNKNOWN_PORTS);
  });
});
