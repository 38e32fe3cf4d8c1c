import type { HostPattern } from "../../names/host-pattern";
import { Mode } from "../../policy/mode";
import type { AgentEgress } from "../agent-egress";
import type { ResidualRisk } from "../residual-risk";

/** What a cell's private zones answer. */
export interface CompiledDnsZones {
  /** Domains that are asked of the public: `api.example.com.`, sorted. */
  readonly domains: string[];
  /** Names that the zones answer, more than the policies name: a zone is a name with everything below it. */
  readonly answers: string[];
  readonly residual: ResidualRisk[];
}

/**
 * Compiles the names that the agents' network knows beside those of Google APIs: a forwarding zone for each listed name,
 * and for a wildcard one at its domain. A zone answers its name and all below, which is wider than the entry. A name below
 * another one keeps its zone: when the other goes, it is still there, and no entry of one agent takes away what another's
 * resolves by.
 *
 * @see https://docs.cloud.google.com/dns/docs/zones/zones-overview
 */
export function compileDnsZones(agents: readonly AgentEgress[]): CompiledDnsZones {
  const hosts = agents.flatMap((agent) => agent.rules.flatMap((rule) => rule.host ?? []));
  const names = [...new Set(hosts.map((host) => host.name))].sort();
  return {
    domains: names.map((name) => `${name}.`),
    answers: names.flatMap((name) => [name, `*.${name}`]),
    residual: residualOf(agents, hosts),
  };
}

function residualOf(agents: readonly AgentEgress[], hosts: readonly HostPattern[]): ResidualRisk[] {
  if (hosts.length === 0) return [];
  const lists = agents.map(({ rules }) => [...new Set(rules.flatMap(({ host }) => host?.name ?? []))].sort().join(" "));
  const names = [...new Set(hosts.map((host) => host.name))].sort();
  return [
    {
      id: "R21",
      title: "queries below a listed name carry data",
      detail: `Any label below ${names.join(", ")} resolves, so every agent of the cell can send text in queries to the name servers there. A strict cell's agents resolve no public name.`,
    },
    ...(new Set(lists).size > 1
      ? [
          {
            id: "R20",
            title: "names of one agent resolve for the others",
            detail: `The zones are the network's, so ${agents
              .map((agent) => `'${agent.name}'`)
              .sort()
              .join(", ")} resolve each other's names; proxy and firewall still decide by agent what they reach.`,
          },
        ]
      : []),
    ...agents
      .filter((agent) => agent.mode === Mode.MONITOR)
      .map(({ name }) => ({
        id: "R22",
        title: "monitor mode does not open the resolver",
        agent: name,
        detail:
          "Names that no agent lists stay unknown and are recorded. The proxy resolves by the same zones, so a watched agent reaches other names by address alone unless the cell is strict.",
      }))
      .sort((a, b) => (a.agent < b.agent ? -1 : 1)),
  ];
}
