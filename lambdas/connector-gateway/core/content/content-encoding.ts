import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import type { HeaderList } from "../ports";
import { GatewayProblem } from "../problem";

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

// `deflate` means zlib, and some senders leave its wrapper away.
const inflated: Decoder = (bytes, options) =>
  ((bytes[0] ?? 0) & 0x0f) === 8 && ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % 31 === 0
    ? inflateSync(bytes, options)
    : inflateRawSync(bytes, options);

const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["gzip", gunzipSync],
  ["x-gzip", gunzipSync],
  ["deflate", inflated],
  ["br", brotliDecompressSync],
]);
const MAX_LAYERS = 2;

/**
 * A body without its content encodings, of `limit` bytes at most.
 * @throws inspection_incomplete for unknown encodings, more than two, and more bytes than the limit; malformed_request for bytes
 *   that are not encoded as they say
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */
export function decodeContentEncoding(headers: HeaderList, bytes: Uint8Array, limit: number): Uint8Array {
  const names = headers
    .filter(([name]) => name === "content-encoding")
    .flatMap(([, value]) => value.split(","))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > MAX_LAYERS) throw incomplete("has too many content encodings");
  const plain = bytes.length === 0 ? bytes : names.reduceRight((body, name) => decoded(name, body, limit), bytes);
  if (plain.length > limit) throw incomplete(`has more than ${limit} bytes`);
  return plain;
}

function decoded(name: string, bytes: Uint8Array, limit: number): Uint8Array {
  const decoder = DECODERS.get(name);
  if (decoder === undefined) throw incomplete("has a content encoding that can't be opened");
  try {
    return decoder(bytes, { maxOutputLength: Math.max(limit, 1) });
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code === "ERR_BUFFER_TOO_LARGE")
      throw incomplete(`has more than ${limit} bytes`);
    throw new GatewayProblem("malformed_request", "The content is not encoded as it says.");
  }
}

const incomplete = (what: string): GatewayProblem =>
  new GatewayProblem("inspection_incomplete", `The content ${what}.`);
