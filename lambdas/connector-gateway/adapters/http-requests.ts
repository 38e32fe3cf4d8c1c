import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayAnswer, GatewayRequest } from "../core/calls/call";
import type { HeaderList } from "../core/ports";
import { GatewayProblem } from "../core/problem";

const CONNECTOR = /^\/([a-z][a-z0-9-]{0,63})(\/[!-~]*|\?[!-~]*)?$/;

/** The connector that a path begins with, and what is below it. @throws unknown_connector */
export function partsOf(url: string): { connector: string; target: string } {
  const [, connector, below = "/"] = CONNECTOR.exec(url) ?? [];
  if (connector === undefined)
    throw new GatewayProblem("unknown_connector", "The path begins with no connector's name.");
  return { connector, target: below.startsWith("?") ? `/${below}` : below };
}

/** A request of Node's server as the gateway reads it. `body` was read before. @throws unknown_connector */
export function requestOf(message: IncomingMessage, body: Uint8Array, id: string): GatewayRequest {
  const { rawHeaders, method = "", url = "/" } = message;
  const headers: HeaderList = Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    (rawHeaders[index * 2] ?? "").toLowerCase(),
    rawHeaders[index * 2 + 1] ?? "",
  ]);
  return { id, ...partsOf(url), method, headers, body };
}

/** Writes an answer, as it comes where it is a stream. A client that goes ends the stream. */
export async function writeAnswer(response: ServerResponse, { status, headers, body }: GatewayAnswer): Promise<void> {
  response.writeHead(status, headers.flat());
  if (body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  for await (const part of body) {
    if (response.destroyed) break;
    if (!response.write(part)) await drained(response);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", resolve);
    response.once("close", resolve);
  });
}
