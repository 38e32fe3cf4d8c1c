import { createHash } from "node:crypto";
import { CordonError } from "../errors/cordon-error";
import { HostMatch, HostPattern } from "../names/host-pattern";
import type { EgressRule } from "../policy/egress";
import { Mode } from "../policy/mode";
import type { AgentEgress } from "./agent-egress";
import type { ResidualRisk } from "./residual-risk";

/** Most domains that one DNS Firewall domain list takes in a request (UpdateFirewallDomains). */
const MAX_DOMAINS_PER_LIST = 1000;
/** Lists of one cell: the 100 rules of a rule group, less those that block query types and all other names. */
const MAX_LISTS = 90;
/** Domains of one account, by default quota. */
const MAX_DOMAINS = 100_000;

/** One DNS Firewall domain list of a cell. */
export interface DnsDomainList {
  /** `allow`, or `allow-` with the hash bits that the list's domains share. */
  readonly name: string;
  /** Sorted; `name`, or `*.name` for every name below it but not the name itself. At most 1,000. */
  readonly domains: string[];
}

/** What a cell's resolver answers. */
export interface CompiledDns {
  /** Lists to allow; together they hold every name of the cell once. Sorted by name; empty when nothing is listed. */
  readonly lists: DnsDomainList[];
  /** Names outside of the lists are answered and logged instead of refused: every agent of the cell is in monitor mode. */
  readonly monitor: boolean;
  /** What the resolver does not stop. */
  readonly residual: ResidualRisk[];
}

/**
 * Compiles the names that the resolver of a cell answers: those of every agent's rules, and those that private endpoints
 * serve, because DNS Firewall sees a query also where a private zone answers it.
 *
 * The resolver is one per VPC, so the lists are a union, and only a cell in which every agent is in monitor mode is opened
 * to other names. A name that a wildcard covers stays on the list: when the wildcard goes, the name is still there, and a
 * rule of one agent never changes what another one's rule adds.
 *
 * @param endpointNames names of private endpoints, exact or `*.name`
 * @param at the cell in the caller's words: `cell 'Agents'`
 * @throws CORDON-060 when the names exceed the limits of DNS Firewall
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallDomains.html
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
 */
export function compileDnsAllowList(agents: AgentEgress[], endpointNames: string[], at: string): CompiledDns {
  const served = endpointNames.map((name) =>
    HostPattern.parse(name, `${at}, private endpoint`, {
      sharedTenancy: "a private endpoint answers for it",
    }).toString(),
  );
  const named = agents.flatMap((agent) => hostsOf(agent).map((host) => host.toString()));
  const domains = [...new Set([...named, ...served])].sort();
  if (domains.length > MAX_DOMAINS) throw tooMany(domains.length, at);
  const lists = split(
    domains.map((domain) => ({ domain, bits: hashBits(domain) })),
    "",
  );
  if (lists.length > MAX_LISTS) throw tooMany(domains.length, at);
  const monitor = agents.length > 0 && agents.every((agent) => agent.mode === Mode.MONITOR);
  return { lists, monitor, residual: residualOf(agents, monitor) };
}

interface HashedDomain {
  readonly domain: string;
  readonly bits: string;
}

// A list that is full splits in two by the next bit of its domains' hashes, so one more domain changes one list.
function split(domains: HashedDomain[], prefix: string): DnsDomainList[] {
  if (domains.length === 0) return [];
  if (domains.length <= MAX_DOMAINS_PER_LIST) {
    return [{ name: prefix === "" ? "allow" : `allow-${prefix}`, domains: domains.map(({ domain }) => domain) }];
  }
  return ["0", "1"].flatMap((bit) =>
    split(
      domains.filter(({ bits }) => bits[prefix.length] === bit),
      prefix + bit,
    ),
  );
}

function hashBits(domain: string): string {
  const digest = createHash("sha256").update(domain).digest("hex");
  return BigInt(`0x${digest}`).toString(2).padStart(256, "0");
}

function tooMany(count: number, at: string): CordonError {
  return new CordonError(
    "CORDON-060",
    at,
    `the agents and private endpoints name ${count} domains, and DNS Firewall holds ${MAX_LISTS} lists of ${MAX_DOMAINS_PER_LIST} in a cell and ${MAX_DOMAINS} domains in an account`,
    "replace names of one owner by a wildcard such as *.example.com, or move agents to another cell",
  );
}

function hostsOf(agent: AgentEgress): HostPattern[] {
  return agent.rules.flatMap((rule) => rule.host ?? []);
}

function residualOf(agents: AgentEgress[], monitor: boolean): ResidualRisk[] {
  const names = agents.map((agent) => [...new Set(hostsOf(agent).map((host) => host.toString()))].sort().join(" "));
  const watched = agents.filter((agent) => agent.mode === Mode.MONITOR).sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    ...(new Set(names).size > 1 ? [sharedResolver(agents)] : []),
    ...agents.flatMap((agent) => wildcards(agent)),
    ...(monitor ? watched.map(openResolver) : watched.map(closedResolver)),
  ].sort((a, b) => compare(sortKey(a), sortKey(b)));
}

function sharedResolver(agents: AgentEgress[]): ResidualRisk {
  const names = agents.map((agent) => `'${agent.name}'`).sort();
  return {
    id: "R20",
    title: "names of one agent resolve for the others",
    detail: `The resolver is one per VPC, so ${names.join(", ")} resolve each other's names; the firewall still decides by agent what they reach. Put an agent in a cell of its own to keep its names to itself.`,
  };
}

function wildcards(agent: AgentEgress): ResidualRisk[] {
  const rules = agent.rules.filter((rule: EgressRule) => rule.host?.match === HostMatch.SUBDOMAINS);
  return [...new Set(rules.map((rule) => String(rule.host)))].sort().map((destination) => ({
    id: "R21",
    title: "queries below a wildcard carry data",
    agent: agent.name,
    destination,
    detail: `Any label below ${destination} resolves, so every agent of the cell can send text in queries to the name servers of ${destination.slice(2)}. List exact names to close it.`,
  }));
}

function closedResolver(agent: AgentEgress): ResidualRisk {
  return {
    id: "R22",
    title: "monitor mode does not open the resolver",
    agent: agent.name,
    detail:
      "Other agents of the cell are enforced, so names that no agent lists are refused and logged for this one too. Move it to a cell of its own to watch its queries.",
  };
}

function openResolver(agent: AgentEgress): ResidualRisk {
  return {
    id: "R23",
    title: "monitor mode opens the resolver",
    agent: agent.name,
    detail:
      "Every name resolves and is logged, so queries can carry data to any name server. Enforce one agent of the cell to close it.",
  };
}

function sortKey(risk: ResidualRisk): string {
  return [risk.id, risk.agent ?? "", risk.destination ?? ""].join("\n");
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
