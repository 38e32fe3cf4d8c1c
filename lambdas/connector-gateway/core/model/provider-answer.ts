import type { GatewayAnswer } from "../calls/call";
import { problemAnswer } from "../calls/problem-answer";
import type { GatewayProblem } from "../problem";

/** A refusal as clients of model APIs read one: problem details, and an error with a type and a message. */
export function providerAnswer(problem: GatewayProblem): GatewayAnswer {
  const { reason, detail, status } = problem;
  const plain = problemAnswer(problem);
  const error = { type: reason, code: reason, message: detail };
  return {
    status,
    headers: [
      ...plain.headers.map(([name, value]) => [name, name === "content-type" ? "application/json" : value] as const),
      // Clients try a 429 again at once; a budget is not there again before its window ends.
      ...(reason === "budget_exhausted" ? [["x-should-retry", "false"] as const] : []),
    ],
    body: Buffer.from(JSON.stringify({ ...problem.toJSON(), message: detail, error })),
  };
}
