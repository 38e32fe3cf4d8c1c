import { isPassword, isRandom } from "./randomness";

/** The bytes of a base64 or base64url text, padding optional; undefined where it isn't. */
export function base64Bytes(text: string): Buffer | undefined {
  const plain = text.replace(/=+$/, "");
  if (!/^[A-Za-z0-9+/_-]+$/.test(plain) || plain.length % 4 === 1) return undefined;
  return Buffer.from(plain, "base64");
}

/** The JSON object in a base64url text; undefined where there is none. */
export function base64Object(text: string): { readonly [member: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(base64Bytes(text)?.toString("utf8") ?? "");
    return typeof value === "object" && value !== null ? (value as { [member: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

/** The header of a JWS or JWE names its algorithm. @see https://www.rfc-editor.org/rfc/rfc7515#section-4.1 */
export function isSignedJwt(text: string): boolean {
  const algorithm = base64Object(text.slice(0, Math.max(0, text.indexOf("."))))?.["alg"];
  return typeof algorithm === "string" && algorithm !== "none";
}

/** A text in base64 that is this many bytes long. */
export function isBase64Of(length: number): (text: string) => boolean {
  return (text) => base64Bytes(text)?.length === length && isRandom(text);
}

/** A text in base64 that begins with a text. */
export function isBase64Starting(start: string): (text: string) => boolean {
  return (text) => Buffer.from(text, "base64").toString("latin1").startsWith(start);
}

/** User and password of HTTP Basic. @see https://www.rfc-editor.org/rfc/rfc7617 */
export function isBasicCredential(text: string): boolean {
  const pair = base64Bytes(text)?.toString("latin1") ?? "";
  const colon = pair.indexOf(":");
  return colon >= 0 && /^[\x20-\x7e]+$/.test(pair) && pair.length - colon > 4 && isPassword(pair.slice(colon + 1));
}

/** A Discord bot token begins with the bot's numeric identifier. */
export function isSnowflakeToken(text: string): boolean {
  const id = base64Bytes(text.slice(0, text.indexOf(".")))?.toString("latin1") ?? "";
  return /^[0-9]{17,20}$/.test(id);
}

/** A UUID that is neither nil nor of one digit. */
export function isUsedUuid(text: string): boolean {
  return new Set(text.replaceAll("-", "").toLowerCase()).size > 5 && isRandom(text);
}
