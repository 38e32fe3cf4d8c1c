import ipaddr from "ipaddr.js";

/** An address or a CIDR block as rule headers and ip sets write it. */
export interface AddressBlock {
  readonly version: 4 | 6;
  readonly prefix: number;
  /** Lies in RFC 1918 or shared address space (RFC 6598). */
  readonly isPrivate: boolean;
}

/** Reads an address or a CIDR block; undefined when AWS would refuse the text. IPv4 in dotted decimal only. */
export function parseAddressBlock(text: string): AddressBlock | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  if (rest.length > 0 || (prefix !== undefined && !/^(0|[1-9]\d{0,2})$/.test(prefix))) return undefined;
  const isIpv4 = ipaddr.IPv4.isValidFourPartDecimal(address) && !/(^|\.)0\d/.test(address);
  if (!isIpv4 && !(address.includes(":") && ipaddr.IPv6.isValid(address) && !address.includes("%"))) return undefined;
  const bits = isIpv4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (length > bits) return undefined;
  const range = ipaddr.parse(address).range();
  return {
    version: isIpv4 ? 4 : 6,
    prefix: length,
    isPrivate: range === "private" || range === "carrierGradeNat" || range === "uniqueLocal",
  };
}
