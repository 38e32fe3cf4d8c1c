import type { Assumption, Finding, Topology, Verdict } from "../topology";

/** What one agent reaches, with who opens it at each layer. */
export interface ReportRow {
  readonly agent: string;
  readonly destination: string;
  readonly layers: { readonly [layer: string]: string };
}

/** Everything that `cordon report` says about one stack. */
export interface StackMatrix {
  readonly stack: string;
  readonly source: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly acknowledged: readonly Finding[];
  readonly rows: readonly ReportRow[];
  readonly services: { readonly agent: string; readonly services: readonly string[] }[];
  readonly refused: { readonly agent: string; readonly refused: readonly string[] }[];
  readonly risks: ReturnType<Topology["residual"]>;
  readonly assumptions: readonly Assumption[];
}

/** What is reported about; a `Topology` is one. */
export type ReportedStack = Pick<
  Topology,
  "name" | "source" | "agents" | "verify" | "paths" | "services" | "denied" | "residual"
>;

export function matrixOf(topology: ReportedStack): StackMatrix {
  const { verdict, findings, acknowledged, assumptions } = topology.verify();
  return {
    stack: topology.name,
    source: topology.source,
    verdict,
    findings,
    acknowledged,
    rows: topology.agents.flatMap((agent) =>
      topology.paths(agent).map(({ destination, layers }) => ({ agent, destination, layers: firstOf(layers) })),
    ),
    services: topology.agents.map((agent) => ({ agent, services: topology.services(agent) })),
    refused: topology.agents.map((agent) => ({ agent, refused: topology.denied(agent) })),
    risks: topology.residual(),
    assumptions,
  };
}

// The first of a layer is the agent's own; those behind it are on the network's way out.
function firstOf(layers: readonly { layer: string; opens: string }[]): { [layer: string]: string } {
  const found: { [layer: string]: string } = {};
  for (const { layer, opens } of layers) found[layer] ??= opens;
  return found;
}
