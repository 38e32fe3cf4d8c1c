import type { Expectation } from "../flows/flow-case";
import type { Verdict } from "./verdict";

/** What the engine did, in the words that `expectedText` uses for what it should do. */
export function describeVerdict(expected: Expectation, verdict: Verdict): string {
  if (expected.kind === "part") {
    const within = verdict.client <= expected.atMost && answered(verdict) <= expected.serverAtMost;
    return within ? expectedText(expected) : amounts(verdict);
  }
  const all = verdict.client === verdict.clientTotal && verdict.server === verdict.serverTotal && verdict.opened;
  const none = verdict.client === 0 && answered(verdict) === 0;
  if (expected.kind === "closed" && none) return verdict.opened ? "none" : "closed";
  if (all && !none) return "all";
  if (none) return verdict.clientTotal + verdict.serverTotal === 0 && expected.kind === "all" && all ? "all" : "none";
  return amounts(verdict);
}

export function expectedText(expected: Expectation): string {
  return expected.kind === "part"
    ? `at most ${expected.atMost} bytes up and ${expected.serverAtMost} down`
    : expected.kind;
}

function amounts(verdict: Verdict): string {
  const opened = verdict.opened ? "" : ", connection not opened";
  return `${verdict.client} of ${verdict.clientTotal} bytes up, ${verdict.server} of ${verdict.serverTotal} down${opened}`;
}

// The capture holds the server's answers whether or not the connection could open; without it there are none.
function answered(verdict: Verdict): number {
  return verdict.opened ? verdict.server : 0;
}
