import { GatewayProblem } from "../problem";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Text of bytes; a byte order mark is a character of it. @throws malformed_request where they are not UTF-8 */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new GatewayProblem("malformed_request", "The content is not UTF-8.");
  }
}

export const utf8Bytes = (text: string): Uint8Array => encoder.encode(text);
