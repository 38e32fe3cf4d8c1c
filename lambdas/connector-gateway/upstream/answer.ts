import type { ClientRequest, IncomingMessage } from "node:http";
import type { HeaderList, UpstreamResponse } from "../core/ports";
import { GatewayProblem } from "../core/problem";

export const CONNECT_TIMEOUT = 5_000;
const MOST_HEADERS = 200;
const MOST_BYTES = 10 * 1024 * 1024;

export const failed = (): GatewayProblem =>
  new GatewayProblem("upstream_failed", "The connector's host gave no whole answer.");
export const late = (): GatewayProblem => new GatewayProblem("upstream_timeout", "The connector's host took too long.");

/** What comes of work, or `upstream_timeout` as soon as the time is over; `abandon` is told then. */
export async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  abandon: () => void = () => {},
): Promise<T> {
  let stop: () => void = () => {};
  const over = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(late());
      abandon();
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Sends a request's body and waits for the status and headers. @throws upstream_failed, upstream_timeout */
export function answerTo(sending: ClientRequest, body: Uint8Array, signal: AbortSignal): Promise<UpstreamResponse> {
  const answered = new Promise<UpstreamResponse>((resolve, reject) => {
    const fail = (problem: GatewayProblem): void => {
      sending.destroy();
      reject(problem);
    };
    sending.on("socket", (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => fail(failed()), CONNECT_TIMEOUT);
      socket.once("secureConnect", () => clearTimeout(timer));
      socket.once("close", () => clearTimeout(timer));
    });
    sending.on("error", () => fail(signal.aborted ? late() : failed()));
    sending.on("upgrade", (_answer, socket) => {
      socket.destroy();
      fail(failed());
    });
    sending.on("response", (answer) => {
      const headers = headersOf(answer);
      if (headers === undefined) fail(failed());
      else resolve({ status: answer.statusCode ?? 502, headers, body: bodyOf(answer, signal) });
    });
    sending.end(body);
  });
  // A request that waits for a connection says nothing when it is destroyed.
  return untilAborted(answered, signal, () => sending.destroy());
}

function bodyOf(answer: IncomingMessage, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { statusCode = 502 } = answer;
  if (statusCode < 300 || statusCode >= 400 || statusCode === 304) return wholeBody(answer, signal);
  // Nobody reads what a redirect says, and unread it would keep the connection.
  answer.destroy();
  return nothing();
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

// What breaks off, or has no end, is an error.
async function* wholeBody(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let length = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > MOST_BYTES) throw failed();
      yield chunk;
    }
    if (!answer.complete) throw failed();
  } catch (error) {
    if (error instanceof GatewayProblem) throw error;
    throw signal.aborted ? late() : failed();
  } finally {
    answer.destroy();
  }
}

function headersOf({ rawHeaders }: IncomingMessage): HeaderList | undefined {
  if (rawHeaders.length > MOST_HEADERS * 2) return undefined;
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    (rawHeaders[index * 2] ?? "").toLowerCase(),
    rawHeaders[index * 2 + 1] ?? "",
  ]);
}
