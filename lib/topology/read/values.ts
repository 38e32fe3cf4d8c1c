import { Reference, type Resolved, Unknown } from "../resolve/value";
import { AddressSet } from "../sets/address-set";

export interface Values {
  readonly [argument: string]: Resolved;
}

/** Whether nothing is set. */
export function isAbsent(value: Resolved | undefined): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** The address of what a value refers to. */
export function target(value: Resolved | undefined): string | undefined {
  return value instanceof Reference ? value.address : undefined;
}

export function textOf(value: Resolved | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A block or a list of blocks, as a list; what is not known is left out: ask {@link hasUnknown} for it. */
export function blocksOf(value: Resolved | undefined): Values[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter(isBlock);
}

/** Whether a list of blocks or values is not fully known. */
export function hasUnknown(value: Resolved | undefined): boolean {
  return value instanceof Unknown || (Array.isArray(value) && value.some((one) => one instanceof Unknown));
}

export function listOf(value: Resolved | undefined): Resolved[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** The strings of a list. */
export function stringsOf(value: Resolved | undefined): string[] {
  return listOf(value).filter((one): one is string => typeof one === "string");
}

/** The addresses that a list of values refers to. */
export function targetsOf(value: Resolved | undefined): string[] {
  return listOf(value).flatMap((one) => target(one) ?? []);
}

/** True also for the text that HCL takes for it. */
export function isTrue(value: Resolved | undefined): boolean {
  return value === true || value === "true";
}

export function isFalse(value: Resolved | undefined): boolean {
  return value === false || value === "false";
}

export function numberOf(value: Resolved | undefined): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

/** The addresses of blocks given as text; undefined for anything that is no address. */
export function addressesOf(value: Resolved | undefined): AddressSet | undefined {
  return typeof value === "string" ? AddressSet.parse(value) : undefined;
}

/** The tokens of everything in a value that is not known. */
export function tokensOf(value: Resolved | undefined): string[] {
  if (value instanceof Unknown) return value.tokens.length > 0 ? [...value.tokens] : [value.text];
  if (Array.isArray(value)) return value.flatMap(tokensOf);
  return isBlock(value) ? Object.values(value).flatMap(tokensOf) : [];
}

/** The addresses of everything that a value refers to, at any depth. */
export function referencesIn(value: Resolved | undefined): string[] {
  if (value instanceof Reference) return [value.address];
  if (value instanceof Unknown) return value.tokens.map(addressIn);
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isBlock(value) ? Object.values(value).flatMap(referencesIn) : [];
}

// `aws_subnet.a.cidr_block` and `module.net.aws_subnet.a[0].id` are about a resource.
function addressIn(token: string): string {
  return /^((?:module\.[^.]+\.)*(?:data\.)?[a-z][a-z0-9_]*\.[A-Za-z0-9_-]+(?:\[[^\]]*\])?)/.exec(token)?.[1] ?? token;
}

function isBlock(value: Resolved | undefined): value is Values {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Reference) &&
    !(value instanceof Unknown)
  );
}
