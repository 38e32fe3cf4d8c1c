import { CordonError } from "../errors/cordon-error";
import { SPECIAL_PURPOSE } from "../names/cidr-block";
import { EgressProtocol } from "../policy/egress";
import { Mode } from "../policy/mode";
import type { AgentEgress } from "./agent-egress";
import { firewallRisks } from "./firewall-risks";
import type { ResidualRisk } from "./residual-risk";
import { suricataMatcher } from "./suricata-matcher";
import { stableSids } from "./suricata-sid";
import { ALWAYS_CLOSED, type Closure, closures, dropRule, type OpenPorts } from "./suricata-terminal";

/** Addresses that rules name as `$NAME`. */
export interface FirewallIpSet {
  readonly name: string;
  readonly cidrs: string[];
}

/** One stateful rule group. */
export interface FirewallRuleGroup {
  /** `allow-1`, `allow-2`, ..., `terminal`. */
  readonly name: string;
  /** One rule a line. */
  readonly rules: string;
  /** What AWS counts for it: one for each rule. */
  readonly capacity: number;
  readonly ipSets: FirewallIpSet[];
}

/** What the firewall of a cell reads. */
export interface CompiledFirewall {
  /** In the order of evaluation. */
  readonly groups: FirewallRuleGroup[];
  /** `HOME_NET` of the policy: all that is not public internet, so that `$EXTERNAL_NET` is. */
  readonly homeNet: string[];
  readonly residual: ResidualRisk[];
}

/** Limits of AWS Network Firewall: rules of a policy, characters of a group, groups of a policy. */
const MAX_RULES = 30_000;
const MAX_CHARACTERS = 2_000_000;
const MAX_GROUPS = 20;

/**
 * Compiles the allow lists of a cell's agents to Suricata rules for AWS Network Firewall in strict order: for each entry
 * one rule that passes it from that agent's addresses and logs so, then the rules that close everything else. All passes
 * stand before all drops and no rule depends on another, so that the engine's default order gives the same verdicts.
 *
 * @param at the cell in the caller's words: `cell 'Agents'`
 * @throws CORDON-050 for agents that can't be told apart by address, CORDON-051 for an entry that the engine can't
 *   express, CORDON-052 over the limits of the firewall
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-limitations-caveats.html
 */
export function compileSuricata(agents: AgentEgress[], at: string): CompiledFirewall {
  checkSources(agents, at);
  const sorted = [...agents].sort((a, b) => (a.name < b.name ? -1 : 1));
  const closing = closures(openPorts(sorted));
  const lines = withSids([...sorted.flatMap((agent) => allowLines(agent, at)), ...sorted.filter(isWatched).flatMap((agent) => watchLines(agent, closing))]);
  const terminal = [...ALWAYS_CLOSED, ...closing.map(dropRule)];
  const total = lines.length + terminal.length;
  if (total > MAX_RULES) {
    throw new CordonError("CORDON-052", at, `the allow lists come to ${total} firewall rules, a policy takes ${MAX_RULES}`, "use wildcards, or move agents to another cell");
  }
  const sets = new Map(sorted.map((agent) => [agent.name, { name: ipSetName(agent.name), cidrs: agent.sources.map(String).sort() }]));
  const groups = [...chunks(lines).map((chunk, index) => groupOf(`allow-${index + 1}`, chunk, sets)), { name: "terminal", rules: text(terminal), capacity: terminal.length, ipSets: [] }];
  if (groups.length > MAX_GROUPS) {
    throw new CordonError("CORDON-052", at, `the rules fill ${groups.length} groups, a policy takes ${MAX_GROUPS}`, "use wildcards, or move agents to another cell");
  }
  return { groups, homeNet: homeNet(sorted), residual: firewallRisks(sorted) };
}

/** The variable that stands for an agent's addresses, without its `$`. */
export function ipSetName(agent: string): string {
  return `AGENT_${agent.toUpperCase().replace(/-/g, "_")}`;
}

interface Line {
  readonly agent: string;
  /** What the rule is about; its number comes from it. */
  readonly key: string;
  readonly head: string;
}

const isWatched = (agent: AgentEgress): boolean => agent.mode === Mode.MONITOR;

function allowLines(agent: AgentEgress, at: string): Line[] {
  return [...agent.rules]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((rule) => {
      const { protocol, destination, port, options } = suricataMatcher(rule, `${at}, agent '${agent.name}', rule ${rule.id}`);
      // Without a name to look for, the rule has to take the flow from its first packet in either direction.
      const direction = options.length === 0 ? [] : ["flow:to_server"];
      const body = [`msg:"cordon allow ${agent.name}"`, ...direction, ...options, "alert"].join("; ");
      return { agent: agent.name, key: `${agent.name}|${rule.id}`, head: `pass ${protocol} $${ipSetName(agent.name)} any -> ${destination} ${port} (${body}` };
    });
}

// Each way of closing, turned into a pass for this agent alone: what would be dropped goes on and is logged.
function watchLines(agent: AgentEgress, closing: Closure[]): Line[] {
  return closing.map(({ sid, why, protocol, port, options }) => {
    const body = [`msg:"cordon monitor ${agent.name} ${why}"`, ...options, "alert"].join("; ");
    return { agent: agent.name, key: `${agent.name}|monitor ${sid}`, head: `pass ${protocol} $${ipSetName(agent.name)} any -> $EXTERNAL_NET ${port} (${body}` };
  });
}

function withSids(lines: Line[]): { agent: string; rule: string }[] {
  const sids = stableSids(lines.map((line) => line.key));
  return lines.map(({ agent, key, head }) => ({ agent, rule: `${head}; sid:${sids.get(key)}; rev:1;)` }));
}

function chunks(lines: { agent: string; rule: string }[]): { agent: string; rule: string }[][] {
  const result: { agent: string; rule: string }[][] = [];
  let room = 0;
  for (const line of lines) {
    const length = line.rule.length + 1;
    if (length > room) {
      result.push([]);
      room = MAX_CHARACTERS;
    }
    result.at(-1)?.push(line);
    room -= length;
  }
  return result;
}

function groupOf(name: string, lines: { agent: string; rule: string }[], sets: Map<string, FirewallIpSet>): FirewallRuleGroup {
  const agents = [...new Set(lines.map((line) => line.agent))].sort();
  return {
    name,
    rules: text(lines.map((line) => line.rule)),
    capacity: lines.length,
    ipSets: agents.flatMap((agent) => sets.get(agent) ?? []),
  };
}

const text = (rules: string[]): string => `${rules.join("\n")}\n`;

function openPorts(agents: AgentEgress[]): OpenPorts {
  const rules = agents.flatMap((agent) => agent.rules);
  const of = (...protocols: EgressProtocol[]): number[] =>
    [...new Set(rules.filter((rule) => protocols.includes(rule.protocol)).map((rule) => rule.port))].sort((a, b) => a - b);
  return { tls: of(EgressProtocol.HTTPS, EgressProtocol.TLS), http: of(EgressProtocol.HTTP) };
}

function homeNet(agents: AgentEgress[]): string[] {
  const own = agents.flatMap((agent) => agent.sources).filter((cidr) => cidr.isPublic);
  return [...new Set([...SPECIAL_PURPOSE[4], ...own.map(String)])].sort();
}

function checkSources(agents: AgentEgress[], at: string): void {
  const names = new Set<string>();
  const seen: { name: string; first: bigint; last: bigint }[] = [];
  for (const agent of agents) {
    if (names.has(agent.name)) throw new CordonError("CORDON-050", at, `two agents are named '${agent.name}'`, "give each its own name");
    names.add(agent.name);
    if (agent.sources.length === 0) throw new CordonError("CORDON-050", at, `agent '${agent.name}' has no source addresses`, "give it a subnet");
    for (const { first, last } of agent.sources) seen.push({ name: agent.name, first, last });
  }
  seen.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  seen.forEach((source, index) => {
    const next = seen[index + 1];
    if (next !== undefined && next.first <= source.last && next.name !== source.name) {
      throw new CordonError("CORDON-050", at, `agents '${source.name}' and '${next.name}' share addresses`, "give each agent subnets of its own; rules tell agents apart by source");
    }
  });
}
