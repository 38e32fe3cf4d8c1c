import type { GatewayProblem } from "../problem";
import type { GatewayAnswer } from "./call";

/** A refusal as problem details. @see https://www.rfc-editor.org/rfc/rfc9457 */
export function problemAnswer(problem: GatewayProblem): GatewayAnswer {
  const { retryAfter } = problem.details;
  return {
    status: problem.status,
    headers: [
      ["content-type", "application/problem+json"],
      ["cache-control", "no-store"],
      ...(retryAfter === undefined ? [] : [["retry-after", String(Math.ceil(retryAfter))] as const]),
    ],
    body: Buffer.from(JSON.stringify(problem)),
  };
}
