import type { Flow } from "../sets/flow-set";
import type { Doubt } from "./doubt";

/** `UNKNOWN` where a finding rests on what the plan does not say: it counts like a violation. */
export type Verdict = "PROVED" | "VIOLATED" | "UNKNOWN";

/** Where on the way of a packet, a name or a request something is decided. */
export type Layer =
  | "identity"
  | "name"
  | "security group"
  | "subnet"
  | "route"
  | "filter"
  | "endpoint"
  | "gateway"
  | "record";

/** One step of a way: the resource that takes part, and what it does. */
export interface Step {
  readonly layer: Layer;
  readonly address: string;
  readonly says: string;
}

export type Severity = "critical" | "high" | "medium";

/** A request to the cloud's own interface that an identity could make. */
export interface RequestWitness {
  readonly action: string;
  readonly resource: string;
}

/** An exception that somebody stands for. */
export interface Acknowledgement {
  /** `CORDON-P04`. */
  readonly rule: string;
  readonly reason: string;
  /** Last day on which it counts: `2027-01-31`. */
  readonly expires: string;
  /** Path of the construct that owns it; it covers the resources of that construct and below. */
  readonly at: string;
}

/** What stands against a rule. */
export interface Finding {
  /** `CORDON-P01`. */
  readonly rule: string;
  readonly verdict: "VIOLATED" | "UNKNOWN";
  readonly severity: Severity;
  readonly agent?: string;
  /** The resource that would have to change. */
  readonly address: string;
  /** Path of the construct that made it. */
  readonly construct?: string;
  readonly problem: string;
  readonly fix: string;
  /** The way that shows it, from the agent on. */
  readonly path: Step[];
  /** One connection that goes this way. */
  readonly flow?: Flow;
  /** One request that the identity could make. */
  readonly request?: RequestWitness;
  /** What is not known, for an UNKNOWN: an assumption about these would settle it. */
  readonly unknowns: string[];
  readonly acknowledged?: Acknowledgement;
}

/** A finding as a rule reports it, before the readings are compared. */
export type RawFinding = Omit<Finding, "rule" | "verdict" | "severity" | "unknowns" | "acknowledged" | "construct"> & {
  readonly severity?: Severity;
  /** What makes it the same finding in the other reading. @default its address */
  readonly subject?: string;
};

/** What the proof rests on. */
export interface Assumption {
  readonly id: string;
  readonly text: string;
}

export interface RuleVerdict {
  readonly id: string;
  /** `I1` to `I12` of the model, or the rule's own name. */
  readonly invariant: string;
  readonly title: string;
  readonly verdict: Verdict;
}

/** The verdict over one stack. */
export interface Verification {
  readonly stack: string;
  readonly source: string;
  readonly agents: string[];
  readonly verdict: Verdict;
  readonly rules: RuleVerdict[];
  readonly findings: Finding[];
  readonly acknowledged: Finding[];
  /** What the model takes for granted, and what the caller assumed. */
  readonly assumptions: Assumption[];
  readonly unknowns: Doubt[];
}

/** What one layer says about a destination. */
export interface LayerAnswer {
  readonly layer: Layer;
  readonly allows: "yes" | "no" | "unknown" | "not asked";
  readonly address: string;
  readonly says: string;
}

/** Whether an agent reaches a destination, and who decides. */
export interface Explanation {
  readonly agent: string;
  readonly target: string;
  readonly reaches: boolean | "unknown";
  readonly layers: LayerAnswer[];
}
