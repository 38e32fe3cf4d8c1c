/** How a document is fetched. */
export interface JsonRequestOptions {
  /** Milliseconds for the whole of one request. @default 5000 */
  readonly timeout?: number;
  /** Bytes that an answer may have, unpacked. @default 262,144 */
  readonly maxBytes?: number;
  /** Lets `http` pass to this machine itself, for issuers that run beside a test. @default false */
  readonly allowLoopback?: boolean;
}

const TIMEOUT = 5_000;
const MAX_BYTES = 262_144;
const LOOPBACK = ["127.0.0.1", "[::1]", "localhost"];

/** A JSON object from a URL: over TLS, without credentials, in bounded time and size, and from nowhere but there. */
export async function fetchJson(
  url: string,
  { timeout = TIMEOUT, maxBytes = MAX_BYTES, allowLoopback = false }: JsonRequestOptions,
): Promise<{ readonly [member: string]: unknown }> {
  const { protocol, hostname } = new URL(url);
  const isLocal = allowLoopback && protocol === "http:" && LOOPBACK.includes(hostname);
  if (protocol !== "https:" && !isLocal) throw new Error("not an https URL");
  const response = await fetch(url, {
    headers: { accept: "application/json" },
    redirect: "error",
    credentials: "omit",
    signal: AbortSignal.timeout(timeout),
  });
  const text = await boundedText(response, maxBytes);
  if (response.status !== 200) throw new Error("no answer of use");
  const value: unknown = JSON.parse(text);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("not a JSON object");
  return value as { readonly [member: string]: unknown };
}

// Leaving the loop early ends the request.
async function boundedText({ body }: Response, maxBytes: number): Promise<string> {
  if (body === null) throw new Error("no body");
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.byteLength;
    if (bytes > maxBytes) throw new Error("too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
