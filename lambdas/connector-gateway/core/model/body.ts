import { GatewayProblem } from "../problem";

export type Json = { readonly [member: string]: unknown };

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Names that a part of a request may have, and names that are known to do what is refused. */
export interface Fields {
  readonly allowed: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ""));

export const fields = (allowed: string, refused = ""): Fields => ({ allowed: words(allowed), refused: words(refused) });

/**
 * Refuses members that are not known to stay within the request. Providers add members that keep state, run code and fetch
 * addresses; one that nobody has looked at is refused as well.
 */
export function checkFields(value: Json, { allowed, refused }: Fields): void {
  for (const [name, member] of Object.entries(value)) {
    if (allowed.has(name) || member === null) continue;
    if (refused.has(name) && isOff(member)) continue;
    throw refusedField(refused.has(name) ? name : "unknown_field");
  }
}

/** Refuses a kind of tool, message or part that is not known. Those that are known by name are named. */
export function checkKind(kind: unknown, { allowed, refused }: Fields, part: string): void {
  if (typeof kind !== "string") throw malformed(`a ${part} has no type`);
  if (allowed.has(kind)) return;
  const named = [...refused].find((name) => kind === name || kind.startsWith(`${name}_`));
  throw refusedField(named ?? `unknown_${part}`);
}

const isOff = (value: unknown): boolean => value === false || (Array.isArray(value) && value.length === 0);

/** Refuses a source that the provider would have to fetch. Only `data:` carries its own bytes. */
export function checkDataUrl(url: unknown, field: string): void {
  if (url === undefined || url === null) return;
  if (typeof url !== "string" || !/^data:[a-z0-9.+/-]*[;,]/i.test(url)) throw refusedField(field);
}

/** Refuses an address in place of content: some hosts fetch one there. Base64 has no colon. */
export function checkInline(data: unknown, field: string): void {
  if (typeof data === "string" && data.includes(":")) checkDataUrl(data, field);
}

/** Items of a list; nothing where there is none. @throws malformed_request */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw malformed(`its ${what} are no list`);
  return value;
}

/** Objects of a list. @throws malformed_request */
export function objectsOf(value: unknown, what: string): readonly Json[] {
  return listOf(value, what).map((item) => objectOf(item, what));
}

export function objectOf(value: unknown, what: string): Json {
  if (!isObject(value)) throw malformed(`its ${what} are no objects`);
  return value;
}

/** @param check the member, as the provider calls it */
export const refusedField = (check: string): GatewayProblem =>
  new GatewayProblem("operation_not_permitted", "The request lets the provider keep, run or fetch something.", {
    extra: { check },
  });

export const malformed = (why: string): GatewayProblem =>
  new GatewayProblem("malformed_request", `The request is refused: ${why}.`);
