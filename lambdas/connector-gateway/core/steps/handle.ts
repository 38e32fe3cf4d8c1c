import type { GatewayExtension, HandledRequest } from "../../../../lib/policy/gateway-extension";
import { GatewayProblem } from "../problem";

/** Milliseconds that a handler has. */
const PATIENCE = 5_000;
const LONGEST_REASON = 500;

/** Asks the owner's handler. What is neither a refusal nor undefined refuses as well. @throws handler_refused, internal_error */
export async function askHandler(
  onRequest: NonNullable<GatewayExtension["onRequest"]>,
  request: HandledRequest,
  rule: string,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new GatewayProblem("internal_error", "The owner's handler took too long.", { rule })),
      PATIENCE,
    );
  });
  let answer: unknown;
  try {
    answer = await Promise.race([onRequest(request), late]);
  } catch (error) {
    // What a handler throws may hold anything.
    throw error instanceof GatewayProblem
      ? error
      : new GatewayProblem("internal_error", "The owner's handler failed.", { rule });
  } finally {
    clearTimeout(timer);
  }
  if (answer === undefined) return;
  const { refuse } = (answer ?? {}) as { readonly refuse?: unknown };
  if (typeof refuse !== "string") {
    throw new GatewayProblem("internal_error", "The owner's handler gave no answer that is known.", { rule });
  }
  throw new GatewayProblem("handler_refused", refuse.slice(0, LONGEST_REASON), { rule });
}
