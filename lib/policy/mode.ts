/** Whether an agent's containment acts or only tells; one property over all layers of an agent. */
export enum Mode {
  /** What the policy does not name is stopped. */
  ENFORCE = "enforce",
  /** What would be stopped passes and is logged. The agent is not contained. */
  MONITOR = "monitor",
}
