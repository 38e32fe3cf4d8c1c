import { AddressSet } from "../sets/address-set";

const parsed = (...blocks: string[]): AddressSet =>
  AddressSet.unionAll(blocks.map((block) => AddressSet.parse(block) ?? AddressSet.NONE));

/** Where Azure's resolver, its agents' channel and the probes of load balancers are. */
export const PLATFORM = parsed("168.63.129.16");
export const METADATA = parsed("169.254.169.254");

/** Ranges that no route leads to the internet. */
export const PRIVATE = parsed("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");
const RESERVED = parsed("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "fe80::/10", "::1");

export const PUBLIC = AddressSet.ALL.subtract(AddressSet.unionAll([PRIVATE, RESERVED, PLATFORM]));

/** Stands for an address that is not known: TEST-NET-1 of RFC 5737. */
export const SOME_ADDRESS = parsed("192.0.2.1");

/** A set of which the plan tells a part: what is in it for sure, and what may be. */
export interface Span<Part> {
  readonly sure: Part;
  readonly maybe: Part;
}

export const certain = <Part>(part: Part): Span<Part> => ({ sure: part, maybe: part });

/** What a network's own tag stands for, at one subnet. */
export interface TagContext {
  readonly network: Span<AddressSet>;
}

/**
 * The addresses of a service tag. Microsoft changes those of its services every week, so they are known by bounds alone.
 *
 * @returns undefined for what is no tag
 * @see https://learn.microsoft.com/azure/virtual-network/service-tags-overview
 */
export function tagged(tag: string, { network }: TagContext): Span<AddressSet> | undefined {
  if (!/^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?$/.test(tag)) return undefined;
  const name = tag.toLowerCase();
  if (name === "any") return certain(AddressSet.ALL);
  if (name === "virtualnetwork") return network;
  if (name === "internet") {
    return { sure: PUBLIC.subtract(network.maybe), maybe: AddressSet.ALL.subtract(network.sure) };
  }
  if (name === "azureloadbalancer" || name === "azureplatformdns") return certain(PLATFORM);
  if (name === "azureplatformimds") return certain(METADATA);
  if (name === "azureplatformlkm") return { sure: AddressSet.NONE, maybe: PLATFORM };
  return { sure: AddressSet.NONE, maybe: PUBLIC };
}

/** `10.0.0.0/8`, an address, `10.0.0.1-10.0.0.9`, `*`. @returns undefined for anything else */
export function blockOf(text: string): AddressSet | undefined {
  if (text === "*") return AddressSet.ALL;
  const [first, last, ...more] = text.split("-");
  if (last === undefined || more.length > 0) return AddressSet.parse(text);
  return rangeOf(first ?? "", last);
}

// From one address to another: both ends' blocks, halved until they fit.
function rangeOf(first: string, last: string): AddressSet | undefined {
  const [from, to] = [numberOf(first), numberOf(last)];
  if (from === undefined || to === undefined || to < from) return undefined;
  const parts: AddressSet[] = [];
  for (let at = from; at <= to; ) {
    let size = 1;
    while (at % (size * 2) === 0 && at + size * 2 - 1 <= to && size < 2 ** 31) size *= 2;
    const bytes = [24, 16, 8, 0].map((shift) => Math.floor(at / 2 ** shift) % 256).join(".");
    parts.push(AddressSet.parse(`${bytes}/${32 - Math.log2(size)}`) ?? AddressSet.NONE);
    at += size;
  }
  return AddressSet.unionAll(parts);
}

function numberOf(address: string): number | undefined {
  const parts = /^\d{1,3}(\.\d{1,3}){3}$/.test(address) ? address.split(".").map(Number) : undefined;
  if (parts?.every((part) => part < 256) !== true) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}
