import { GatewayProblem } from "../core/problem";

/** Bytes of one value as JSON, the same in every store: below what Azure Tables hold in one property. */
export const MOST_VALUE_BYTES = 60_000;
/** Bytes of a key, below what DynamoDB and Firestore hold and index. */
export const MOST_KEY_BYTES = 1_000;
/** What one listing gives. */
export const MOST_LISTED = 1_000;

/** The last millisecond of the year 9999, past which Firestore has no time. */
const LAST_TIME = 253_402_300_799_999;
const BYTES = new TextEncoder();

/** How a value is to be written. */
export interface PutOptions {
  readonly ifVersion: string | undefined;
  readonly expiresAt: number;
}

/** What every failure of a store becomes. Says nothing of the key, the value or the answer. */
export function storeFailure(detail: string): GatewayProblem {
  return new GatewayProblem("store_unavailable", detail, { retryAfter: 1 });
}

/** A key that every store can hold as it is. @throws store_unavailable */
export function checkedKey(key: string): string {
  const isWhole = !/\p{Surrogate}/u.test(key) && !key.includes("\0");
  if (key !== "" && isWhole && BYTES.encode(key).byteLength <= MOST_KEY_BYTES) return key;
  throw storeFailure("The store can't hold a key.");
}

/** A value as JSON. @throws store_unavailable where it is none, or too large */
export function textOf(value: unknown): string {
  const text = jsonOf(value);
  if (text !== undefined && BYTES.encode(text).byteLength <= MOST_VALUE_BYTES) return text;
  throw storeFailure("The store can't hold a value.");
}

/** A value out of its JSON. @throws store_unavailable */
export function readValue(text: unknown): unknown {
  try {
    if (typeof text === "string") return JSON.parse(text);
  } catch {
    // Told below, without the text that the parser would quote.
  }
  throw unreadable();
}

/** An expiry in whole milliseconds, never earlier than it was given. @throws store_unavailable */
export function expiryOf(expiresAt: number): number {
  const whole = Math.ceil(expiresAt);
  if (Number.isSafeInteger(whole) && whole >= 0 && whole <= LAST_TIME) return whole;
  throw storeFailure("The store can't hold an expiry.");
}

/** What is in a store and can't be what the gateway wrote there. */
export function unreadable(): GatewayProblem {
  return storeFailure("The store gave an answer that can't be read.");
}

/** The first text past all that begin with a prefix; undefined where a store may order it in another way. */
export function pastPrefix(prefix: string): string | undefined {
  const last = prefix.charCodeAt(prefix.length - 1);
  if (!(last < 0x7f)) return undefined;
  return `${prefix.slice(0, -1)}${String.fromCharCode(last + 1)}`;
}

/** Order of the code units, which every store's listing has. */
export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
