import { CordonError } from "../../lib/errors/cordon-error";

/** The message of the refusal that an action ends in. */
export function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (CordonError.isCordonError(error)) return error.message;
    throw error;
  }
  return "not refused";
}
