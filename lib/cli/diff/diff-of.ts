import type { Certificate, Finding, Verification } from "../../topology";
import type { FlowSet } from "../../topology/sets/flow-set";
import { certifiedFlows } from "./certified-flows";
import { flowTexts } from "./flow-texts";

/** What is compared of a stack; a `Topology` is one. */
export interface ComparedStack {
  readonly name: string;
  readonly agents: readonly string[];
  services(agent: string): readonly string[];
  verify(): Pick<Verification, "verdict" | "findings" | "acknowledged">;
  certificate(): Pick<Certificate, "agents">;
}

export type Change = "added" | "removed" | "kept";

/** What changed for one agent. Destinations that a wider one covers on the other side are not listed. */
export interface AgentDiff {
  readonly agent: string;
  readonly change: Change;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly servicesGained: readonly string[];
  readonly servicesLost: readonly string[];
}

/** What changed for one stack. */
export interface StackDiff {
  readonly stack: string;
  readonly change: Change;
  /** Verdicts; undefined where the stack is not there. */
  readonly before?: Verification["verdict"];
  readonly after?: Verification["verdict"];
  readonly agents: readonly AgentDiff[];
  /** Findings that were not there, were acknowledged, or were not certain. */
  readonly appeared: readonly Finding[];
  readonly vanished: readonly Finding[];
  /** Findings that somebody stands for from now on. */
  readonly acknowledged: readonly Finding[];
}

/** Compares stacks by name; where each side has one, these two, whatever their names. */
export function diffOf(before: readonly ComparedStack[], after: readonly ComparedStack[]): StackDiff[] {
  return pairsOf(before, after).map(({ stack, old, now }) => {
    const [had, has] = [old?.verify(), now?.verify()];
    const agents = [...new Set([...(old?.agents ?? []), ...(now?.agents ?? [])])].sort();
    const reported = [...(has?.findings ?? []), ...(has?.acknowledged ?? [])];
    return {
      stack,
      change: changeOf(old !== undefined, now !== undefined),
      ...(had === undefined ? {} : { before: had.verdict }),
      ...(has === undefined ? {} : { after: has.verdict }),
      agents: agents.map((agent) => agentDiff(agent, old, now)),
      appeared: minus(has?.findings ?? [], (had?.findings ?? []).flatMap(weaker), keyOf),
      vanished: minus(had?.findings ?? [], reported.map(whatOf)),
      acknowledged: minus(has?.acknowledged ?? [], (had?.acknowledged ?? []).map(whatOf)),
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

interface Pair {
  readonly stack: string;
  readonly old: ComparedStack | undefined;
  readonly now: ComparedStack | undefined;
}

function pairsOf(before: readonly ComparedStack[], after: readonly ComparedStack[]): Pair[] {
  const [old, now] = [before[0], after[0]];
  if (old !== undefined && now !== undefined && before.length === 1 && after.length === 1) {
    return [{ stack: old.name === now.name ? now.name : `${old.name} -> ${now.name}`, old, now }];
  }
  const [had, has] = [byKey(before), byKey(after)];
  return [...new Set([...had.keys(), ...has.keys()])]
    .sort()
    .map((key) => ({ stack: key, old: had.get(key), now: has.get(key) }));
}

// Stacks of one name, as in one folder per region, are told apart by their order.
function byKey(stacks: readonly ComparedStack[]): Map<string, ComparedStack> {
  const found = new Map<string, ComparedStack>();
  for (const stack of stacks) {
    let key = stack.name;
    for (let number = 2; found.has(key); number += 1) key = `${stack.name} (${number})`;
    found.set(key, stack);
  }
  return found;
}

function agentDiff(agent: string, old: ComparedStack | undefined, now: ComparedStack | undefined): AgentDiff {
  const [was, is] = [old?.agents.includes(agent) ? old : undefined, now?.agents.includes(agent) ? now : undefined];
  const [reached, reaches] = [flowsOf(was, agent), flowsOf(is, agent)];
  const [served, serves] = [was?.services(agent) ?? [], is?.services(agent) ?? []];
  return {
    agent,
    change: changeOf(was !== undefined, is !== undefined),
    gained: flowTexts(reaches.subtract(reached)),
    lost: flowTexts(reached.subtract(reaches)),
    servicesGained: serves.filter((one) => !served.includes(one)),
    servicesLost: served.filter((one) => !serves.includes(one)),
  };
}

// What filters accept counts, not what the resolver answers: an address can be had elsewhere.
function flowsOf(stack: ComparedStack | undefined, agent: string): FlowSet {
  return certifiedFlows(stack?.certificate().agents.find((one) => one.agent === agent)?.reach ?? []);
}

function changeOf(was: boolean, is: boolean): Change {
  if (was && is) return "kept";
  return is ? "added" : "removed";
}

// A finding that becomes certain is another one.
const weaker = (one: Finding): string[] => [
  keyOf(one),
  ...(one.verdict === "VIOLATED" ? [`${whatOf(one)} UNKNOWN`] : []),
];

const keyOf = (one: Finding): string => `${whatOf(one)} ${one.verdict}`;

const whatOf = (one: Finding): string => [one.rule, one.agent ?? "", one.address, one.problem].join("\u0000");

function minus(
  some: readonly Finding[],
  others: readonly string[],
  key: (one: Finding) => string = whatOf,
): readonly Finding[] {
  const known = new Set(others);
  return some.filter((one) => !known.has(key(one)));
}
