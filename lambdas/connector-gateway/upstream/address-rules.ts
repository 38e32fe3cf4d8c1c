import { isIP } from "node:net";
import { IPv6, parse } from "ipaddr.js";

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
 * documentation blocks are not, nor what a translator or a tunnel would turn into an IPv4 address of its own choice.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function isPublicAddress(text: string): boolean {
  // One spelling only: what is no address to the socket would be looked up again as a name.
  if (isIP(text) === 0 || text.includes("%")) return false;
  const address = parse(text);
  if (address.range() !== "unicast") return false;
  if (!(address instanceof IPv6)) return !isOddIpv4(address.toByteArray());
  return (
    isIn(address, GLOBAL) && !ALSO_REFUSED.some((block) => isIn(address, block)) && !isIsatap(address.toByteArray())
  );
}

const isIn = (address: IPv6, [network, prefix]: readonly [string, number]): boolean =>
  address.match(IPv6.parse(network), prefix);

// An IPv4 address behind 0:5efe or 200:5efe. https://www.rfc-editor.org/rfc/rfc5214#section-6.1
const isIsatap = (bytes: readonly number[]): boolean =>
  (bytes[8] === 0 || bytes[8] === 2) && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe;

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
