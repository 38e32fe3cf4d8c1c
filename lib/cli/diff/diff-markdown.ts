import type { Finding } from "../../topology";
import { code, codeCell, markdown, table } from "../printable";
import { type AgentDiff, isWider, type StackDiff } from "./diff-of";

/** More destinations than this are counted in a cell instead of listed. */
const LISTED = 20;

/** A comparison as Markdown, for a pull request. */
export function diffMarkdown(diffs: readonly StackDiff[]): string {
  const changed = diffs.filter(isChanged);
  const head = headOf(diffs);
  if (changed.length === 0) return `## What agents reach\n\n${head} No other change.\n`;
  return `${["## What agents reach", "", head, ...changed.flatMap(stackSection)].join("\n")}\n`;
}

function headOf(diffs: readonly StackDiff[]): string {
  if (!isWider(diffs)) return "Agents reach nothing new.";
  const gains = diffs.some(({ agents }) => agents.some((one) => gainedBy(one).length > 0));
  return gains ? "**Agents reach more than before.**" : "**Agents reach nothing new, but there are new findings.**";
}

const isChanged = ({ change, before, after, agents, appeared, vanished, acknowledged }: StackDiff): boolean =>
  change !== "kept" ||
  before !== after ||
  appeared.length + vanished.length + acknowledged.length > 0 ||
  agents.some(isAgentChanged);

const isAgentChanged = (one: AgentDiff): boolean =>
  one.change !== "kept" || gainedBy(one).length + lostBy(one).length > 0;

const gainedBy = (one: AgentDiff): readonly string[] => [...one.gained, ...one.servicesGained];
const lostBy = (one: AgentDiff): readonly string[] => [...one.lost, ...one.servicesLost];

function stackSection(diff: StackDiff): string[] {
  const { stack, change, before, after, agents } = diff;
  const rows = agents.filter(isAgentChanged).map((one) => [titleOf(one), list(gainedBy(one)), list(lostBy(one))]);
  return [
    "",
    `### ${markdown(stack)}${change === "kept" ? "" : ` (${change})`}`,
    ...(change !== "kept" || before === after ? [] : ["", `Verdict: ${before} before, **${after}** after.`]),
    ...(rows.length === 0 ? [] : ["", ...table(["agent", "now reaches", "no longer reaches"], rows)]),
    ...findingList("New findings", diff.appeared, ({ fix }) => `. Fix: ${markdown(fix)}.`),
    ...findingList("Findings that are gone", diff.vanished),
    ...findingList("Newly acknowledged", diff.acknowledged, reasonOf),
  ];
}

const titleOf = ({ agent, change }: AgentDiff): string =>
  change === "kept" ? markdown(agent) : `${markdown(agent)} (${change})`;

function list(items: readonly string[]): string {
  const shown = items.slice(0, LISTED).map((item) => (item === "*" ? "**anything**" : codeCell(item)));
  const more = items.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("<br>");
}

function findingList(title: string, findings: readonly Finding[], more?: (finding: Finding) => string): string[] {
  if (findings.length === 0) return [];
  const items = findings.map((finding) => `${findingItem(finding)}${more?.(finding) ?? ""}`);
  return ["", `**${title}**`, "", ...items];
}

const findingItem = ({ rule, verdict, severity, problem, address }: Finding): string =>
  `- ${rule} ${verdict.toLowerCase()}, ${severity}: ${markdown(problem)}, at ${code(address)}`;

const reasonOf = ({ acknowledged: known }: Finding): string =>
  known === undefined ? "" : `: ${markdown(known.reason)} (until ${markdown(known.expires)})`;
