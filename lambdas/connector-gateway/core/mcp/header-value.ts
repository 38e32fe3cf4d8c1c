import { GatewayProblem } from "../problem";

const ENCODED = /^=\?base64\?(.*)\?=$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * What a mirrored header says. Text that a header can't carry stands there as `=?base64?...?=`.
 * @throws header_mismatch where it is neither
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#value-encoding
 */
export function decodeHeaderValue(value: string): string {
  const [, encoded] = ENCODED.exec(value) ?? [];
  if (encoded === undefined) {
    if (value === "" || PLAIN.test(value)) return value;
    throw mismatch("A header has characters that it can't have.");
  }
  const bytes = Buffer.from(encoded, "base64");
  // Unused bits in the last character would be a second spelling of the same value.
  if (!BASE64.test(encoded) || bytes.toString("base64") !== encoded)
    throw mismatch("A header is not encoded as it says.");
  try {
    return decoder.decode(bytes);
  } catch {
    throw mismatch("A header is not UTF-8.");
  }
}

export const mismatch = (detail: string, header?: string): GatewayProblem =>
  new GatewayProblem("header_mismatch", detail, header === undefined ? {} : { extra: { header } });
