import { IPv6, isValid, parse } from "ipaddr.js";

/** What IPv6 addresses of some ranges carry: an IPv4 address that a translator or a tunnel would connect to. */
const EMBEDDED: { readonly [range: string]: readonly number[] } = {
  ipv4Mapped: [12, 13, 14, 15],
  rfc6145: [12, 13, 14, 15],
  rfc6052: [12, 13, 14, 15],
  "6to4": [2, 3, 4, 5],
};
/** Blocks that the library takes for public, and that no host on the internet answers at. */
const ALSO_REFUSED: readonly (readonly [string, number])[] = [
  ["64:ff9b:1::", 48], // RFC 8215: translation within one network
  ["100::", 64], // RFC 6666: discarded
  ["2001:2::", 48], // RFC 5180: benchmarks
  ["2001:10::", 28], // RFC 4843: no addresses
  ["2001:20::", 28], // RFC 7343: no addresses
  ["3fff::", 20], // RFC 9637: documentation
  ["5f00::", 16], // RFC 9602: segment routing
  ["fec0::", 10], // RFC 3879: site-local, deprecated
];
/** The block that addresses of hosts are given from today. @see https://www.iana.org/assignments/ipv6-unicast-address-assignments */
const GLOBAL: readonly [string, number] = ["2000::", 3];

/**
 * Whether an address is one that a host on the internet has. Private, link-local, shared, loopback, multicast, reserved and
 * documentation blocks are not, nor what a translator would turn into one of them.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(text: string): boolean {
  if (!isValid(text) || text.includes("%")) return false;
  const address = parse(text);
  if (address.kind() === "ipv4") return address.range() === "unicast" && !isOddIpv4(address.toByteArray());
  const six = address as IPv6;
  const range = six.range();
  // A translator or a relay on the way decides where these lead; their like is never a host's own address.
  if (EMBEDDED[range] !== undefined || range === "teredo") return false;
  if (range !== "unicast") return false;
  return isIn(six, GLOBAL) && !ALSO_REFUSED.some((block) => isIn(six, block));
}

const isIn = (address: IPv6, [network, prefix]: readonly [string, number]): boolean =>
  address.match(IPv6.parse(network), prefix);

// 192.0.0.0/24 (RFC 6890), 192.88.99.0/24 (RFC 7526), 198.18.0.0/15 (RFC 2544), and what no host has: 0/8 and above 224.
function isOddIpv4([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  return (
    a === 0 ||
    a >= 224 ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 192 && b === 88 && c === 99) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113) ||
    (a === 168 && b === 63 && c === 129) // 168.63.129.16, Azure's own host
  );
}
