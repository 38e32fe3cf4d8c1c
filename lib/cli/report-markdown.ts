import { MODEL_VERSION } from "../topology/assumptions";
import { code, codeCell, markdown, table } from "./printable";
import type { ReportRow, StackMatrix } from "./report";

/** Columns of the matrix, from the inside out. */
const LAYERS = ["name", "security group", "subnet", "route", "filter"];

/** The report as Markdown. */
export function reportMarkdown(stacks: readonly StackMatrix[]): string {
  const assumptions = new Map(stacks.flatMap((stack) => stack.assumptions.map(({ id, text }) => [id, text] as const)));
  const lines = [
    "# Containment report",
    ...stacks.flatMap(stackSection),
    "",
    "## Assumptions",
    "",
    ...[...assumptions].map(([id, text]) => `- ${markdown(id)}: ${markdown(text)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function stackSection(stack: StackMatrix): string[] {
  const { rows, services, refused, risks } = stack;
  return [
    "",
    `## ${markdown(stack.stack)}`,
    "",
    `${verdictOf(stack)} Read from ${code(stack.source)}.`,
    ...section("Findings", ["rule", "verdict", "agent", "problem", "at"], findingRows(stack), undefined),
    ...matrixSection(rows),
    ...section("Private endpoints", ["agent", "service"], servicesRows(services), "None."),
    ...section(
      "What is refused",
      ["agent", "what, and who refuses it"],
      refused.flatMap((one) => one.refused.map((what) => [markdown(one.agent), markdown(what)])),
      "Nothing.",
    ),
    ...section(
      "What this does not stop",
      ["id", "risk", "agent", "destination", "detail"],
      risks.map(({ id, title, agent, destination, detail }) =>
        [id, title, agent ?? "all", destination ?? "all", detail].map(markdown),
      ),
      "The plan names no residual risk.",
    ),
  ];
}

function verdictOf({ verdict, findings, acknowledged }: StackMatrix): string {
  const also = acknowledged.length === 0 ? "" : `, ${acknowledged.length} acknowledged`;
  if (verdict === "PROVED") return `**PROVED** within model v${MODEL_VERSION} under the assumptions below${also}.`;
  return `**${verdict}**: ${findings.length} ${findings.length === 1 ? "finding" : "findings"}${also}.`;
}

function matrixSection(rows: readonly ReportRow[]): string[] {
  const shown = LAYERS.filter((layer) => rows.some((row) => row.layers[layer] !== undefined));
  const opener = (row: ReportRow, layer: string): string => {
    const address = row.layers[layer];
    return address === undefined ? "" : codeCell(address);
  };
  return section(
    "What agents reach",
    ["agent", "destination", ...shown],
    rows.map((row) => [
      markdown(row.agent),
      row.destination === "*" ? "**anything**" : codeCell(row.destination),
      ...shown.map((layer) => opener(row, layer)),
    ]),
    "Nothing outside of their network.",
  );
}

const findingRows = ({ findings, acknowledged }: StackMatrix): string[][] =>
  [...findings, ...acknowledged].map((one) => [
    one.rule,
    one.acknowledged === undefined ? one.verdict : `acknowledged until ${markdown(one.acknowledged.expires)}`,
    markdown(one.agent ?? "all"),
    markdown(one.acknowledged === undefined ? one.problem : `${one.problem} (${one.acknowledged.reason})`),
    codeCell(one.address),
  ]);

const servicesRows = (services: StackMatrix["services"]): string[][] =>
  services.flatMap((one) => one.services.map((service) => [markdown(one.agent), codeCell(service)]));

/** @param empty what stands instead of a table without rows; undefined for no section at all */
function section(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string | undefined,
): string[] {
  if (rows.length > 0) return ["", `### ${title}`, "", ...table(head, rows)];
  return empty === undefined ? [] : ["", `### ${title}`, "", empty];
}
