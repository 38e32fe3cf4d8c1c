import ipaddr from "ipaddr.js";
import { CidrBlock } from "../../names/cidr-block";

/** Blocks that lead nobody out: private space, link-local, and the private addresses of Google APIs. */
const INSIDE = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "199.36.153.4/30",
  "199.36.153.8/30",
  "fc00::/7",
  "fe80::/10",
  "2600:2d00:2:1000::/64",
  "2600:2d00:2:2000::/64",
];

/** The longest prefixes that are wider than a policy may name: an entry is narrower than IPv4 /24 or IPv6 /56. */
const WIDEST = { 4: 24, 6: 56 };

/** The block of a text such as `10.0.0.0/8` or `10.0.0.5`, host bits cleared as Google does; undefined for other text. */
export function blockOf(text: string): CidrBlock | undefined {
  const [address = "", length, ...rest] = text.split("/");
  const isIpv4 = ipaddr.IPv4.isValidFourPartDecimal(address);
  if (rest.length > 0 || !(isIpv4 || (address.includes(":") && ipaddr.IPv6.isValid(address)))) return undefined;
  const bits = isIpv4 ? 32 : 128;
  const prefix = length ?? String(bits);
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > bits) return undefined;
  const { IPv4, IPv6 } = ipaddr;
  const block = `${address}/${prefix}`;
  const first = isIpv4 ? IPv4.networkAddressFromCIDR(block) : IPv6.networkAddressFromCIDR(block);
  return CidrBlock.parse(`${first.toString()}/${prefix}`, block);
}

/** Whether a block reaches more of the internet than a policy may name. */
export function isWide(block: CidrBlock): boolean {
  return block.prefix <= WIDEST[block.version] && !INSIDE.some((text) => blockOf(text)?.contains(block));
}
