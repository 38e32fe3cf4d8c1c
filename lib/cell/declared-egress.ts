import type { EgressRule } from "../policy/egress";
import type { DeclaredAgent, DeclaredEgress } from "../topology/model/declaration";

/** A policy's allow list, as a plan carries it. */
export function declaredEgress(rules: readonly EgressRule[]): DeclaredEgress[] {
  return rules.map(({ host, cidr, protocol, port, requests }) => ({
    ...(host === undefined ? { cidr: String(cidr) } : { host: host.toString() }),
    protocol,
    port,
    ...(requests.length === 0 ? {} : { requests: requests.map(String) }),
  }));
}

/** Openings to other agents, by agent and port. */
export function sortedPeers(peers: DeclaredAgent["peers"]): DeclaredAgent["peers"] {
  return [...peers].sort((a, b) => (a.agent === b.agent ? a.port - b.port : a.agent < b.agent ? -1 : 1));
}
