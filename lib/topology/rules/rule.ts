import type { Arrival } from "../graph/arrivals";
import type { AttachPoint } from "../graph/graph";
import type { Declaration, DeclaredAgent, DeclaredCell } from "../model/declaration";
import type { AgentFault, CloudFacts } from "../model/facts";
import type { RawFinding, Severity, Step } from "../model/result";

/** What a rule looks at: the facts of one stack in one reading, with the ways that agents' traffic takes. */
export interface World {
  readonly facts: CloudFacts;
  readonly declaration: Declaration | undefined;
  readonly arrivals: readonly { readonly point: AttachPoint; readonly arrival: Arrival }[];
  /** The same as the routes alone would have it, whatever the attach points let out. */
  readonly routed: readonly { readonly point: AttachPoint; readonly arrival: Arrival }[];
  declared(agent: string): DeclaredAgent | undefined;
  cellOf(agent: string): DeclaredCell | undefined;
}

/** One invariant of the model: pure, and neutral to clouds. */
export interface Rule {
  /** `CORDON-P01`. */
  readonly id: string;
  readonly invariant: string;
  readonly title: string;
  readonly severity: Severity;
  /** Why it matters. */
  readonly explanation: string;
  readonly fix: string;
  /** Ids of the OWASP Agentic Security Initiative and of MITRE ATLAS or ATT&CK. */
  readonly mappings: { readonly owasp: readonly string[]; readonly mitre: readonly string[] };
  check(world: World): RawFinding[];
}

/** Faults that a reader found, as findings. */
export function findingsOf(faults: readonly AgentFault[]): RawFinding[] {
  return faults.map((fault) => ({ ...fault, path: fault.path ?? [] }));
}

export const stepsOf = (arrival: Arrival): Step[] =>
  arrival.legs.flatMap(({ layer, address, says, filters }) => [
    { layer, address, says },
    ...filters.map((filter) => {
      const flow = arrival.flows.sample();
      const decided = flow === undefined ? undefined : filter.decide(flow);
      return { layer: filter.layer, address: decided?.address ?? address, says: decided?.says ?? "lets it through" };
    }),
  ]);

export const isMonitored = (world: World, agent: string): boolean => world.declared(agent)?.mode === "monitor";
