import { CordonError } from "../errors/cordon-error";
import { EgressProtocol } from "../policy/egress";
import { Mode } from "../policy/mode";
import type { AgentEgress } from "./agent-egress";
import { checkSources, homeNet } from "./agent-sources";
import { firewallRisks } from "./firewall-risks";
import type { ResidualRisk } from "./residual-risk";
import { suricataMatcher } from "./suricata-matcher";
import { agentSidBlocks, stableSids } from "./suricata-sid";
import {
  ALWAYS_CLOSED,
  type Closure,
  closures,
  dropRule,
  NOTE_THE_END,
  type OpenPorts,
  otherPorts,
  TO_SERVER,
  Way,
} from "./suricata-terminal";

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

/** Limits of AWS Network Firewall: rules of a policy, characters of a rule and of a group, groups of a policy. */
const MAX_RULES = 30_000;
const MAX_RULE_CHARACTERS = 8_175;
const MAX_CHARACTERS = 2_000_000;
const MAX_GROUPS = 20;

/** Place of the rule that closes ports in an agent's block of numbers; the others stand where their closure does. */
const PORT_CLOSED = 99;
const FIRST_CLOSURE = 900;

/**
 * Compiles the allow lists of a cell's agents to Suricata rules for AWS Network Firewall in strict order: for each entry
 * one rule that passes it from that agent's addresses and logs so; for agents in monitor mode, passes that log what the
 * terminal list would drop; then the rules that close everything else. All passes stand before all drops and no pass of
 * an allow list depends on another rule, so that the engine's default order gives the same verdicts.
 *
 * @param at the cell in the caller's words: `cell 'Agents'`
 * @throws CORDON-050 for agents that can't be told apart by address, CORDON-051 for an entry that the engine can't
 *   express, CORDON-052 over the limits of the firewall
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-limitations-caveats.html
 */
export function compileSuricata(agents: AgentEgress[], at: string): CompiledFirewall {
  checkSources(agents, at);
  const sorted = inOrder(agents);
  const closing = closures(openPorts(sorted));
  const lines = withSids([
    ...allowLines(sorted, at),
    ...sorted.filter(isWatched).flatMap((agent) => watchLines(agent, closing)),
    ...sorted.filter((agent) => !isWatched(agent)).map(closedPortLine),
  ]);
  const terminal = [...ALWAYS_CLOSED, ...closing.map(dropRule), NOTE_THE_END];
  checkLines([...lines.map(({ rule }) => rule), ...terminal], at);
  const sets = new Map(
    sorted.map(({ name, sources }) => [name, { name: ipSetName(name), cidrs: sources.map(String).sort() }]),
  );
  const groups = [
    ...chunks(lines).map((chunk, index) => groupOf(`allow-${index + 1}`, chunk, sets)),
    { name: "terminal", rules: text(terminal), capacity: terminal.length, ipSets: [] },
  ];
  if (groups.length > MAX_GROUPS) {
    throw overTheLimit(at, `the rules fill ${groups.length} groups, a policy takes ${MAX_GROUPS}`);
  }
  return { groups, homeNet: homeNet(sorted), residual: firewallRisks(sorted) };
}

/** The variable that stands for an agent's addresses, without its `$`. */
export function ipSetName(agent: string): string {
  return `AGENT_${agent.toUpperCase().replace(/-/g, "_")}`;
}

/** A rule that still lacks its number: a key of an allow list, or a place in the agent's block. */
interface Line {
  readonly agent: string;
  readonly number: string | number;
  readonly head: string;
}

/** A whole rule and whose addresses it names. */
interface AgentRule {
  readonly agent: string;
  readonly rule: string;
}

// Agents by name, and each agent's entries by id without repetitions.
function inOrder(agents: AgentEgress[]): AgentEgress[] {
  return [...agents]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((agent) => {
      const rules = [...new Map(agent.rules.map((rule) => [rule.id, rule])).values()];
      return { ...agent, rules: rules.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    });
}

const isWatched = (agent: AgentEgress): boolean => agent.mode === Mode.MONITOR;

function allowLines(agents: AgentEgress[], at: string): Line[] {
  return agents.flatMap((agent) =>
    agent.rules.map((rule) => {
      const { protocol, destination, port, options } = suricataMatcher(
        rule,
        `${at}, agent '${agent.name}', rule ${rule.id}`,
      );
      // Without a name to look for, the rule has to take the flow from its first packet in either direction.
      const direction = options.length === 0 ? [] : [TO_SERVER];
      const body = [`msg:"cordon allow ${agent.name}"`, ...direction, ...options, "alert"].join("; ");
      const ends = `$${ipSetName(agent.name)} any -> ${destination} ${port}`;
      return { agent: agent.name, number: `${agent.name}|${rule.id}`, head: `pass ${protocol} ${ends} (${body}` };
    }),
  );
}

// Each way of closing, turned into a pass for this agent alone: what would be dropped goes on and is logged.
function watchLines({ name }: AgentEgress, closing: Closure[]): Line[] {
  const set = `$${ipSetName(name)}`;
  return closing.map(({ sid, why, way, protocol, port, options }) => {
    // A rule that looks at addresses and ports alone takes the whole flow at its first packet and logs it once.
    const looksAt = options.length === 1 && options[0] === TO_SERVER ? [] : options;
    const body = [`msg:"cordon monitor ${name} ${why}"`, ...looksAt, "alert"].join("; ");
    const ends = way === Way.OUT ? `${set} any -> $EXTERNAL_NET ${port}` : `$EXTERNAL_NET any -> ${set} ${port}`;
    return { agent: name, number: sid - FIRST_CLOSURE, head: `pass ${protocol} ${ends} (${body}` };
  });
}

// The terminal list leaves the ports of all agents open; an agent gets no handshake on those that it has no rule for.
function closedPortLine(agent: AgentEgress): Line {
  const { tls, http } = portsOf([agent]);
  const body = `msg:"cordon deny ${agent.name} port closed"; ${TO_SERVER}`;
  const ends = `$${ipSetName(agent.name)} any -> any ${otherPorts([...tls, ...http])}`;
  return { agent: agent.name, number: PORT_CLOSED, head: `drop tcp ${ends} (${body}` };
}

function withSids(lines: Line[]): AgentRule[] {
  const sids = stableSids(lines.flatMap(({ number }) => (typeof number === "string" ? [number] : [])));
  const blocks = agentSidBlocks([...new Set(lines.map(({ agent }) => agent))]);
  return lines.map(({ agent, number, head }) => {
    const sid = typeof number === "string" ? sids.get(number) : (blocks.get(agent) ?? 0) + number;
    return { agent, rule: `${head}; sid:${sid}; rev:1;)` };
  });
}

function checkLines(lines: string[], at: string): void {
  if (lines.length > MAX_RULES) {
    throw overTheLimit(at, `the allow lists come to ${lines.length} firewall rules, a policy takes ${MAX_RULES}`);
  }
  const long = lines.find((line) => line.length > MAX_RULE_CHARACTERS);
  if (long !== undefined) {
    const problem = `a rule that lists all open ports has ${long.length} characters, the firewall takes ${MAX_RULE_CHARACTERS}`;
    throw new CordonError("CORDON-052", at, problem, "use fewer ports, or move agents to another cell");
  }
}

function overTheLimit(at: string, problem: string): CordonError {
  return new CordonError("CORDON-052", at, problem, "use wildcards or fewer entries, or move agents to another cell");
}

function chunks(lines: AgentRule[]): AgentRule[][] {
  const result: AgentRule[][] = [];
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

function groupOf(name: string, lines: AgentRule[], sets: Map<string, FirewallIpSet>): FirewallRuleGroup {
  const agents = [...new Set(lines.map((line) => line.agent))].sort();
  return {
    name,
    rules: text(lines.map((line) => line.rule)),
    capacity: lines.length,
    ipSets: agents.flatMap((agent) => sets.get(agent) ?? []),
  };
}

const text = (rules: string[]): string => `${rules.join("\n")}\n`;

/** 443 and 80 are judged by name in every cell, so that the mode of one agent changes no rule of another. */
function openPorts(agents: AgentEgress[]): OpenPorts {
  const { tls, http } = portsOf(agents);
  return { tls: [443, ...tls], http: [80, ...http] };
}

function portsOf(agents: AgentEgress[]): OpenPorts {
  const rules = agents.flatMap((agent) => agent.rules);
  const of = (...protocols: EgressProtocol[]): number[] =>
    rules.filter((rule) => protocols.includes(rule.protocol)).map((rule) => rule.port);
  return { tls: of(EgressProtocol.HTTPS, EgressProtocol.TLS), http: of(EgressProtocol.HTTP) };
}
