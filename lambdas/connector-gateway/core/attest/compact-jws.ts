import { Buffer } from "node:buffer";
import { JsonText } from "../content/json-text";
import type { Members } from "./proof";
import { refused } from "./refusal";

/** A JWS in compact form, read and not verified. */
export interface CompactJws {
  readonly header: Members;
  readonly claims: Members;
}

/** Signatures that only the holder of a private key can make. */
export const ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

const MOST_CHARACTERS = 16_384;
const BASE64URL = /^[A-Za-z0-9_-]+$/;
// Where to find a key is the policy's to say, never the token's; the rest changes what is signed.
const REFUSED_MEMBERS = ["crit", "b64", "jku", "x5u", "x5c", "zip", "enc"];

/**
 * Reads a JWS whose three parts are written in the one way that base64url has for them, with a header and claims that are JSON
 * objects without a name twice. Whatever else would be read by some and refused by others.
 * @throws unauthenticated
 */
export function readCompactJws(text: string): CompactJws {
  if (typeof text !== "string" || text.length > MOST_CHARACTERS) throw refused("form");
  const parts = text.split(".");
  const [header, claims, signature] = parts;
  if (parts.length !== 3 || header === undefined || claims === undefined || signature === undefined) {
    throw refused("form");
  }
  bytesOf(signature);
  const jws = { header: objectOf(header), claims: objectOf(claims) };
  if (REFUSED_MEMBERS.some((member) => Object.hasOwn(jws.header, member))) throw refused("form");
  if (!ALGORITHMS.includes(String(jws.header["alg"]))) throw refused("algorithm");
  return jws;
}

function bytesOf(part: string): Uint8Array {
  const bytes = Buffer.from(part, "base64url");
  // The last character may have bits that no byte takes, so that several texts would stand for one signature.
  if (!BASE64URL.test(part) || bytes.toString("base64url") !== part) throw refused("form");
  return bytes;
}

function objectOf(part: string): Members {
  const value = jsonOf(bytesOf(part));
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw refused("form");
  return value as Members;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // Refuses what readers of JSON differ on; its value is the same as JSON.parse's for the rest.
    new JsonText(text);
    return JSON.parse(text);
  } catch {
    throw refused("form");
  }
}
