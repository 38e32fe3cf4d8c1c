import type { Finding, Topology } from "../topology";
import { cell, code } from "./printable";

/** What changed for one agent between two plans. */
export interface AgentDiff {
  readonly agent: string;
  readonly change: "added" | "removed" | "kept";
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly servicesGained: readonly string[];
  readonly servicesLost: readonly string[];
}

/** What changed for one stack. */
export interface StackDiff {
  readonly stack: string;
  readonly change: "added" | "removed" | "kept";
  readonly agents: readonly AgentDiff[];
  readonly appeared: readonly Finding[];
  readonly vanished: readonly Finding[];
}

/** Compares two sets of stacks by name. */
export function diffOf(before: readonly Topology[], after: readonly Topology[]): StackDiff[] {
  const names = [...new Set([...before, ...after].map((one) => one.name))].sort();
  return names.map((name) => {
    const [old, now] = [before.find((one) => one.name === name), after.find((one) => one.name === name)];
    const agents = [...new Set([...(old?.agents ?? []), ...(now?.agents ?? [])])].sort();
    const [had, has] = [old?.findings() ?? [], now?.findings() ?? []];
    return {
      stack: name,
      change: changeOf(old !== undefined, now !== undefined),
      agents: agents.map((agent) => agentDiff(agent, old, now)),
      appeared: minus(has, had),
      vanished: minus(had, has),
    };
  });
}

/** Whether somebody reaches more than before, or something stands against a rule that did not. */
export function isWider(diffs: readonly StackDiff[]): boolean {
  return diffs.some(
    ({ agents, appeared }) =>
      appeared.length > 0 || agents.some((one) => one.gained.length > 0 || one.servicesGained.length > 0),
  );
}

/** A comparison as Markdown, for a pull request. */
export function diffMarkdown(diffs: readonly StackDiff[]): string {
  const changed = diffs.filter(
    ({ change, agents, appeared, vanished }) =>
      change !== "kept" ||
      appeared.length + vanished.length > 0 ||
      agents.some((one) => one.change !== "kept" || sizeOf(one) > 0),
  );
  const head = isWider(diffs) ? "**Agents reach more than before.**" : "Agents reach nothing new.";
  if (changed.length === 0) return `## What agents reach\n\n${head} No other change.\n`;
  return `${["## What agents reach", "", head, ...changed.flatMap(stackSection)].join("\n")}\n`;
}

function stackSection(diff: StackDiff): string[] {
  const word = diff.change === "kept" ? "" : ` (${diff.change})`;
  const agents = diff.agents.filter((one) => one.change !== "kept" || sizeOf(one) > 0);
  return [
    "",
    `### ${cell(diff.stack)}${word}`,
    ...(agents.length === 0 ? [] : ["", "| agent | now reaches | no longer reaches |", "| --- | --- | --- |"]),
    ...agents.map((one) => {
      const title = one.change === "kept" ? cell(one.agent) : `${cell(one.agent)} (${one.change})`;
      return `| ${title} | ${list([...one.gained, ...one.servicesGained])} | ${list([...one.lost, ...one.servicesLost])} |`;
    }),
    ...findingList("New findings", diff.appeared),
    ...findingList("Findings that are gone", diff.vanished),
  ];
}

function findingList(title: string, findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  return [
    "",
    `**${title}**`,
    "",
    ...findings.map(
      (one) =>
        `- ${one.rule} ${one.verdict.toLowerCase()}, ${one.severity}: ${cell(one.problem)}, at ${code(one.address)}`,
    ),
  ];
}

const list = (items: readonly string[]): string => (items.length === 0 ? "" : items.map(code).join("<br>"));

const sizeOf = (one: AgentDiff): number =>
  one.gained.length + one.lost.length + one.servicesGained.length + one.servicesLost.length;

function agentDiff(agent: string, old: Topology | undefined, now: Topology | undefined): AgentDiff {
  const [was, is] = [old?.agents.includes(agent) ? old : undefined, now?.agents.includes(agent) ? now : undefined];
  const [reached, reaches] = [was?.reach(agent) ?? [], is?.reach(agent) ?? []];
  const [served, serves] = [was?.services(agent) ?? [], is?.services(agent) ?? []];
  return {
    agent,
    change: changeOf(was !== undefined, is !== undefined),
    gained: reaches.filter((one) => !reached.includes(one)),
    lost: reached.filter((one) => !reaches.includes(one)),
    servicesGained: serves.filter((one) => !served.includes(one)),
    servicesLost: served.filter((one) => !serves.includes(one)),
  };
}

function changeOf(was: boolean, is: boolean): "added" | "removed" | "kept" {
  if (was && is) return "kept";
  return is ? "added" : "removed";
}

function minus(some: readonly Finding[], others: readonly Finding[]): Finding[] {
  const key = (one: Finding): string => [one.rule, one.agent ?? "", one.address, one.problem].join("\u0000");
  const known = new Set(others.map(key));
  return some.filter((one) => !known.has(key(one)));
}
