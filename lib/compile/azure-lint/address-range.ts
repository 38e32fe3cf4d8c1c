import type { CidrBlock } from "../../names/cidr-block";
import { blockOf } from "../gcp-lint/address-block";

/** Addresses from one to another, both included. */
export interface AddressRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Blocks that lead nobody out: private space, link-local, this computer, and the platform's own address. */
const INSIDE = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "168.63.129.16/32",
  "fc00::/7",
  "fe80::/10",
].flatMap((text) => rangeOf(text) ?? []);

/** As many addresses are more than a policy may name: an entry is narrower than IPv4 /24 or IPv6 /56. */
const WIDE = { 4: 1n << 8n, 6: 1n << 72n };

/** Reads `10.0.0.0/8`, an address, or `10.0.0.1-10.0.0.9`; host bits are cleared. Undefined for other text. */
export function rangeOf(text: string): AddressRange | undefined {
  const [from = "", to, ...rest] = text.split("-").map((part) => part.trim());
  const start = blockOf(from);
  if (start === undefined || rest.length > 0) return undefined;
  if (to === undefined) return { version: start.version, first: start.first, last: start.last };
  const end = blockOf(to);
  if (end === undefined || end.version !== start.version || !isOne(start) || !isOne(end)) return undefined;
  return end.first < start.first ? undefined : { version: start.version, first: start.first, last: end.first };
}

/** Whether a range reaches the internet. */
export const isPublic = (range: AddressRange): boolean => publicSize(range) > 0n;

/** Whether a range reaches more of the internet than a policy may name. */
export const isWide = (range: AddressRange): boolean => publicSize(range) >= WIDE[range.version];

const isOne = (block: CidrBlock): boolean => block.size === 1n;

function publicSize({ version, first, last }: AddressRange): bigint {
  return INSIDE.filter((one) => one.version === version).reduce(
    (size, one) => {
      const from = one.first > first ? one.first : first;
      const to = one.last < last ? one.last : last;
      return to < from ? size : size - (to - from + 1n);
    },
    last - first + 1n,
  );
}
