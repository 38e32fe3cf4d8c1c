import { CordonError } from "../../errors/cordon-error";
import { HostMatch } from "../../names/host-pattern";
import { EgressProtocol, type EgressRule } from "../../policy/egress";
import { Mode } from "../../policy/mode";
import type { AgentEgress } from "../agent-egress";
import { checkSources } from "../agent-sources";
import { isResolver } from "../doh-hosts";
import type { ResidualRisk } from "../residual-risk";
import { refuseGoogleHosts, refuseInsideNames } from "./google-hosts";

/** One rule of the network firewall, without its place. */
export interface FqdnRule {
  readonly agent: string;
  readonly name: string;
  readonly description: string;
  /** Exactly one of this and `destIpRanges` is set. */
  readonly destFqdns?: string[];
  readonly destIpRanges?: string[];
  readonly ipProtocol: "tcp" | "udp";
  readonly ports: number[];
}

/** What the firewall of a cell reads in tier FQDN. */
export interface CompiledFqdn {
  /** By agent, then by name. */
  readonly rules: FqdnRule[];
  readonly residual: ResidualRisk[];
}

/** Names of one rule. */
const MAX_FQDNS = 100;
/** Blocks of one rule. */
const MAX_RANGES = 256;

/**
 * Compiles allow lists to firewall rules by name. Approximate: the firewall resolves the names and passes their addresses,
 * so whatever else is served from them is reached too, by any protocol on the port.
 *
 * @throws CORDON-174 for an entry that the firewall can't hold, CORDON-172 for a Google API,
 *   CORDON-175 for a name of the network's inside
 * @see https://docs.cloud.google.com/firewall/docs/fqdn-objects-overview
 */
export function compileFqdnRules(agents: readonly AgentEgress[], at: string): CompiledFqdn {
  checkSources([...agents], at);
  const sorted = [...agents].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const agent of sorted) check(agent, `${at}, agent '${agent.name}'`);
  return { rules: sorted.flatMap(rulesOf), residual: risksOf(sorted) };
}

function rulesOf({ name: agent, rules }: AgentEgress): FqdnRule[] {
  const groups = new Map<string, EgressRule[]>();
  for (const rule of rules) {
    const kind = rule.cidr === undefined ? "names" : rule.cidr.version === 6 ? "v6" : "blocks";
    const key = `${rule.protocol === EgressProtocol.UDP ? "udp" : "tcp"} ${rule.port} ${kind}`;
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, group]) => {
      const [ipProtocol = "tcp", port = "", kind = ""] = key.split(" ");
      const all = [...new Set(group.map(({ host, cidr }) => host?.name ?? String(cidr)))].sort();
      const parts = chunks(all, kind === "names" ? MAX_FQDNS : MAX_RANGES);
      return parts.map(
        (part, index): FqdnRule => ({
          agent,
          name: ["allow", agent, ipProtocol, port, kind, ...(parts.length === 1 ? [] : [String(index + 1)])].join("-"),
          description: `Listed ${kind === "names" ? "names" : "blocks"} of agent ${agent}`,
          ...(kind === "names" ? { destFqdns: part } : { destIpRanges: part }),
          ipProtocol: ipProtocol as "tcp" | "udp",
          ports: [Number(port)],
        }),
      );
    });
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

function check(agent: AgentEgress, at: string): void {
  refuseGoogleHosts(agent.rules, at);
  refuseInsideNames(agent.rules, at);
  for (const rule of agent.rules) {
    const refuse = (problem: string, fix: string): never => {
      throw new CordonError("CORDON-174", `${at}, rule ${rule.id}`, problem, fix);
    };
    if (rule.host?.match === HostMatch.SUBDOMAINS) {
      refuse(
        "the firewall resolves names, and nobody can list those below a wildcard",
        "name each host, or use GcpEgressTier.PROXY",
      );
    }
    if (rule.requests.length > 0) {
      refuse(
        `it names requests, ${rule.requests.join(", ")}, and the firewall sees addresses`,
        "use GcpEgressTier.PROXY_TLS, or leave requests out",
      );
    }
    if (rule.cidr?.version === 6) {
      refuse(
        `${rule.cidr} is IPv6, and a cell on Google Cloud has IPv4 alone`,
        "name the service's IPv4 block, or leave it out and use GcpEgressTier.PROXY with its name",
      );
    }
  }
}

function risksOf(agents: readonly AgentEgress[]): ResidualRisk[] {
  const entries = agents.flatMap((agent) => agent.rules.map((rule) => ({ agent: agent.name, rule })));
  return [
    ...(entries.some(({ rule }) => rule.host !== undefined)
      ? [
          {
            id: "R51",
            title: "a name stands for its addresses",
            detail:
              "The firewall passes what the listed names resolve to, at most 32 addresses each. Whatever else is served from them, as by a content delivery network, is reached too, by any protocol on the port; an address that a name leaves may pass for a while, and one that is not answered does not.",
          },
        ]
      : []),
    ...agents
      .filter((agent) => agent.mode === Mode.MONITOR)
      .map(({ name }) => ({
        id: "R07",
        title: "watched, not contained",
        agent: name,
        detail:
          "The agent is in monitor mode: the firewall passes what its policy does not name, to any address and port, and logs it.",
      })),
    ...entries
      .filter(({ rule }) => rule.cidr !== undefined)
      .map(({ agent, rule }) => ({
        id: "R03",
        title: "no name is matched",
        agent,
        destination: rule.destination,
        detail: `Whoever holds ${rule.cidr} is reached, whatever the connection carries.`,
      })),
    ...entries
      .filter(({ rule }) => rule.host !== undefined && isResolver(rule.host))
      .map(({ agent, rule }) => ({
        id: "R08",
        title: "a resolver on the allow list",
        agent,
        destination: rule.destination,
        detail:
          "The name is of a public DNS-over-HTTPS resolver: names can be asked there that the cell's resolver refuses, and data carried in them.",
      })),
  ];
}
