import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";

/** What an action is refused with; undefined where it is not. */
export async function problemOf(action: () => unknown): Promise<GatewayProblem | undefined> {
  try {
    await action();
    return undefined;
  } catch (error) {
    if (error instanceof GatewayProblem) return error;
    throw error;
  }
}
