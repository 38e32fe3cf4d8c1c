import type { GatewayAnswer } from "../calls/call";
import { problemAnswer } from "../calls/problem-answer";
import type { GatewayProblem } from "../problem";

const REFUSED = -32_001;
const HEADER_MISMATCH = -32_020;
const UNSUPPORTED_VERSION = -32_022;

/**
 * A refusal as a JSON-RPC error, with problem details in its data. The HTTP status is 200, since clients of every version hand
 * an error inside of an answer to whoever made the call, and take another status for a broken connection: they reconnect, send
 * again, or begin to log in. A request that is not well-formed has its own status, as the protocol says, and so has the refusal
 * of a notification, which JSON-RPC gives no answer.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/index#error-codes
 */
export function rpcAnswer(problem: GatewayProblem, id: string | number | undefined): GatewayAnswer {
  const { reason, detail, status } = problem;
  const isBroken = reason === "header_mismatch" || reason === "malformed_request";
  const error = { code: codeOf(problem), message: detail, data: problem.toJSON() };
  const plain = problemAnswer(problem);
  return {
    status: isBroken || id === undefined ? status : 200,
    headers: plain.headers.map(
      ([name, value]) => [name, name === "content-type" ? "application/json" : value] as const,
    ),
    body: Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...(id === undefined ? {} : { id }), error })),
  };
}

/** The answer to a GET, by which older clients ask for a stream: without one they go on. */
export function streamAnswer(problem: GatewayProblem): GatewayAnswer {
  const { headers, body } = problemAnswer(problem);
  return { status: 405, headers: [...headers, ["allow", "POST, DELETE"]], body };
}

function codeOf({ reason, details }: GatewayProblem): number {
  if (reason === "header_mismatch") return HEADER_MISMATCH;
  return details.extra?.["check"] === "protocol_version" ? UNSUPPORTED_VERSION : REFUSED;
}
