import { staleHeaders } from "../content";
import type { HeaderList } from "../ports";
import { GatewayProblem } from "../problem";
import type { Scrubber } from "./credential";

/** Reads a whole response. @throws response_refused where it is too long */
export async function readBody(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > most) throw new GatewayProblem("response_refused", `The response has more than ${most} bytes.`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** The headers of an answer that was looked through: none that describe the body as it was. */
export function responseHeaders(
  headers: HeaderList,
  body: Uint8Array | undefined,
  scrubber: Scrubber | undefined,
): HeaderList {
  const kept = headers.filter(([name]) => !staleHeaders.includes(name) && name !== "content-encoding");
  const clean = kept.map(([name, value]) => [name, scrubber?.text(value) ?? value] as const);
  return body === undefined ? clean : [...clean, ["content-length", String(body.length)]];
}
