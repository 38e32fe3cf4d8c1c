import { createHmac } from "node:crypto";
import { GatewayProblem } from "../problem";
import { sivOpen, sivSeal } from "./aes-siv";
import { utf8Bytes } from "./utf8";

/** A key of hashes and tokens. */
export interface TokenKey {
  /** Stands in every hash and token that the key made: lower case letters and digits, 16 at most. */
  readonly kid: string;
  /** 32 bytes or more. */
  readonly key: Uint8Array;
}

/** Keys of one connector. What one connector's keys made, another's can't open or compare. */
export interface TokenKeys {
  readonly connector: string;
  readonly current: TokenKey;
  /** Open tokens that were made before a change of key. @default none */
  readonly former?: readonly TokenKey[];
}

/** Keys for one use each, kept as long as the key that they come from. */
const DERIVED = new WeakMap<Uint8Array, Map<string, Buffer>>();
const KID = /^[a-z0-9]{1,16}$/;
const TOKEN = /tok~([a-z0-9]{1,16})~([A-Za-z0-9_-]{22,})~/g;

/** The same for the same value at the same path of the same connector, and nothing else. */
export function hashOf(text: string, path: string, keys: TokenKeys): string {
  const { kid } = keys.current;
  const digest = createHmac("sha256", derived(keys, keys.current, `hash|${path}`))
    .update(text)
    .digest("base64url");
  return `hash~${kid}~${digest}~`;
}

/**
 * A text in place of a value, the same for the same value anywhere in the connector, from which {@link detokenise} makes the
 * value again. AES-SIV under a key of the connector; its length tells the length of the value.
 */
export function tokenOf(text: string, keys: TokenKeys): string {
  const { current } = keys;
  return `tok~${current.kid}~${sivSeal(sivKey(keys, current), associated(keys, current), utf8Bytes(text)).toString("base64url")}~`;
}

/** The text with the values of its tokens in their place; what this connector's keys did not make stays as it is. */
export function detokenise(text: string, keys: TokenKeys): string {
  if (!text.includes("tok~")) return text;
  return text.replace(TOKEN, (token, kid: string, data: string) => {
    const key = [keys.current, ...(keys.former ?? [])].find((known) => known.kid === kid);
    if (key === undefined) return token;
    const sealed = Buffer.from(data, "base64url");
    if (sealed.toString("base64url") !== data) return token;
    return sivOpen(sivKey(keys, key), associated(keys, key), sealed)?.toString("utf8") ?? token;
  });
}

/** The tokens in a text that these keys made, with their values. */
export function tokensIn(text: string, keys: TokenKeys): { readonly token: string; readonly value: string }[] {
  const found = text.includes("tok~") ? [...text.matchAll(TOKEN)] : [];
  return found.flatMap(([token]) => {
    const value = detokenise(token, keys);
    return value === token ? [] : [{ token, value }];
  });
}

const associated = (keys: TokenKeys, key: TokenKey): Uint8Array => utf8Bytes(`${key.kid}|${keys.connector}`);

function sivKey(keys: TokenKeys, key: TokenKey): Uint8Array {
  return Buffer.concat([derived(keys, key, "token|1"), derived(keys, key, "token|2")]);
}

function derived({ connector }: TokenKeys, { kid, key }: TokenKey, use: string): Buffer {
  if (!KID.test(kid) || key.length < 32) {
    throw new GatewayProblem("keys_unavailable", "The key of tokens has no usable id or less than 32 bytes.");
  }
  const known = DERIVED.get(key) ?? new Map<string, Buffer>();
  DERIVED.set(key, known);
  const name = JSON.stringify([connector, use]);
  const made = known.get(name) ?? createHmac("sha256", key).update(name).digest();
  known.set(name, made);
  return made;
}
