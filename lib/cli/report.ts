import type { Assumption, Topology, Verdict } from "../topology";
import { cell, code } from "./printable";

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
  readonly rows: readonly ReportRow[];
  readonly services: { readonly agent: string; readonly services: readonly string[] }[];
  readonly refused: { readonly agent: string; readonly refused: readonly string[] }[];
  readonly risks: ReturnType<Topology["residual"]>;
  readonly assumptions: readonly Assumption[];
}

/** Columns of the matrix, from the inside out. */
const LAYERS = ["name", "security group", "subnet", "route", "filter"];

export function matrixOf(topology: Topology): StackMatrix {
  const { verdict, assumptions } = topology.verify();
  return {
    stack: topology.name,
    source: topology.source,
    verdict,
    rows: topology.agents.flatMap((agent) =>
      topology.paths(agent).map(({ destination, layers }) => ({ agent, destination, layers: firstOf(layers) })),
    ),
    services: topology.agents.map((agent) => ({ agent, services: topology.services(agent) })),
    refused: topology.agents.map((agent) => ({ agent, refused: topology.denied(agent) })),
    risks: topology.residual(),
    assumptions,
  };
}

function firstOf(layers: readonly { layer: string; opens: string }[]): { [layer: string]: string } {
  const found: { [layer: string]: string } = {};
  for (const { layer, opens } of layers) found[layer] ??= opens;
  return found;
}

/** The report as Markdown. */
export function reportMarkdown(stacks: readonly StackMatrix[]): string {
  const lines = stacks.flatMap((stack) => {
    const shown = LAYERS.filter((layer) => stack.rows.some((row) => row.layers[layer] !== undefined));
    return [
      `## ${cell(stack.stack)}`,
      "",
      `Verdict: **${stack.verdict}**, read from ${code(stack.source)}.`,
      ...table(
        "What agents reach",
        ["agent", "destination", ...shown],
        stack.rows.map((row) => [
          cell(row.agent),
          code(row.destination),
          ...shown.map((layer) => (row.layers[layer] === undefined ? "" : code(row.layers[layer]))),
        ]),
        "Nothing outside of their network.",
      ),
      ...table(
        "Private endpoints",
        ["agent", "service"],
        stack.services.flatMap(({ agent, services }) => services.map((service) => [cell(agent), code(service)])),
        "None.",
      ),
      ...table(
        "What is refused",
        ["agent", "what, and who refuses it"],
        stack.refused.flatMap(({ agent, refused }) => refused.map((one) => [cell(agent), cell(one)])),
        "Nothing.",
      ),
      ...table(
        "What this does not stop",
        ["id", "risk", "agent", "destination", "detail"],
        stack.risks.map((risk) => [
          risk.id,
          cell(risk.title),
          cell(risk.agent ?? "all"),
          cell(risk.destination ?? "all"),
          cell(risk.detail),
        ]),
        "The plan names no residual risk.",
      ),
      "",
    ];
  });
  const assumptions = stacks[0]?.assumptions ?? [];
  return `${["# Containment report", "", ...lines, "## Assumptions", "", ...assumptions.map(({ id, text }) => `- ${id}: ${cell(text)}`)].join("\n")}\n`;
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[], empty: string): string[] {
  if (rows.length === 0) return ["", `### ${title}`, "", empty];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return ["", `### ${title}`, "", line(head), line(head.map(() => "---")), ...rows.map(line)];
}
