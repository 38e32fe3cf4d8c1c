import type { GatewayAnswer } from "../calls/call";
import { headerOf } from "../calls/headers";
import { SseStream } from "../content";
import { type ExchangeState, MAX_BODY } from "../exchange-state";
import type { UpstreamResponse } from "../ports";
import { GatewayProblem, problemOf } from "../problem";
import { EventScanner } from "./event-scanner";

/** Bytes that one event may have. */
const LONGEST_EVENT = 1024 * 1024;

/** Whether a response may leave while it comes: events that nothing has to see as a whole. */
export function canStream({ gateway, known, restored }: ExchangeState, { headers, status }: UpstreamResponse): boolean {
  const { connector, call } = known;
  const type = headerOf(headers, "content-type")?.toLowerCase() ?? "";
  const isPlain = headerOf(headers, "content-encoding") === undefined;
  const hasRedactions = (call.operation?.redact ?? []).some(({ in: where = "response" }) => where !== "request");
  return (
    gateway.options.streams === true &&
    status === 200 &&
    connector.kind !== "mcp" &&
    /^text\/event-stream\s*(;\s*charset="?utf-8"?\s*)?$/.test(type) &&
    isPlain &&
    !hasRedactions &&
    restored.size === 0
  );
}

/** An answer whose events are looked through one after the other. `ended` is told whatever ends it. */
export function streamed(exchange: ExchangeState, response: UpstreamResponse, ended: () => void): GatewayAnswer {
  exchange.takeStatus(response.status);
  const headers = exchange.headersOf(response, undefined);
  return { status: response.status, headers, body: eventsOf(exchange, response, ended) };
}

async function* eventsOf(
  exchange: ExchangeState,
  { headers, body }: UpstreamResponse,
  ended: () => void,
): AsyncGenerator<Uint8Array> {
  const { call } = exchange.known;
  const inspector = exchange.inspector("response");
  const scanner = new EventScanner(inspector, inspector.scanOptions);
  const events = new SseStream(LONGEST_EVENT);
  const read: Uint8Array[] = [];
  let isRecorded = false;
  const take = (event: Uint8Array): Uint8Array[] => {
    const plain = exchange.scrubber?.bytes(event) ?? event;
    read.push(plain);
    return exchange.ofResponse(() => scanner.push(plain));
  };
  try {
    for await (const chunk of body) {
      exchange.bytesIn += chunk.length;
      if (exchange.bytesIn > MAX_BODY) {
        throw new GatewayProblem("response_refused", `The response has more than ${MAX_BODY} bytes.`);
      }
      for (const event of events.push(chunk)) yield* take(event);
    }
    const rest = events.end();
    if (rest !== undefined) yield* take(rest);
    const last = scanner.end();
    exchange.found.push(...inspector.found);
    const { tokens } = await call.finish(Buffer.concat(read), headerOf(headers, "content-type"));
    isRecorded = true;
    await exchange.finish(tokens, read.length);
    yield* last;
  } catch (error) {
    const problem = problemOf(error);
    if (!isRecorded) {
      isRecorded = true;
      exchange.found.push(...inspector.found);
      await exchange.recordRefusal(problem);
    }
    yield errorEvent(problem);
  } finally {
    ended();
    // The client has gone; what it has used counts.
    if (!isRecorded) {
      exchange.found.push(...inspector.found);
      await exchange.finish(undefined, read.length);
    }
  }
}

// Clients of model APIs know an event of this name.
function errorEvent(problem: GatewayProblem): Uint8Array {
  const { reason, detail } = problem;
  const data = { type: "error", error: { type: reason, message: detail, ...problem.toJSON() } };
  return Buffer.from(`event: error\ndata: ${JSON.stringify(data)}\n\n`);
}
