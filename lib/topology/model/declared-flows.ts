import { AddressSet } from "../sets/address-set";
import { App, FlowSet, TCP, UDP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import type { DeclaredAgent, DeclaredEgress } from "./declaration";

/** The flows that a declared list lets an agent have, from any source. */
export function declaredFlows(agent: DeclaredAgent): FlowSet {
  const byPort = new Map<string, NameSet[]>();
  const blocks: FlowSet[] = [];
  for (const rule of agent.egress) {
    if (rule.host === undefined) blocks.push(blockFlows(rule));
    else {
      const key = `${appOf(rule.protocol)}:${rule.port}`;
      const names = byPort.get(key);
      if (names === undefined) byPort.set(key, [declaredName(rule.host)]);
      else names.push(declaredName(rule.host));
    }
  }
  const named = [...byPort].map(([key, names]) => {
    const [app, port] = key.split(":");
    return FlowSet.of({
      protocols: RangeSet.of(TCP),
      ports: RangeSet.of(Number(port)),
      apps: [app === App.HTTP ? App.HTTP : App.TLS],
      names: NameSet.unionAll(names),
    });
  });
  return FlowSet.unionAll([...named, ...blocks]);
}

/** `api.example.com`, or `*.example.com` for every name below. */
export function declaredName(host: string): NameSet {
  return host.startsWith("*.") ? NameSet.below(host.slice(2)) : NameSet.exact(host);
}

/** The names of a declared list. */
export function declaredNames(agent: DeclaredAgent): NameSet {
  return NameSet.unionAll(agent.egress.flatMap((rule) => (rule.host === undefined ? [] : [declaredName(rule.host)])));
}

function blockFlows(rule: DeclaredEgress): FlowSet {
  return FlowSet.of({
    destinations: AddressSet.parse(rule.cidr ?? "") ?? AddressSet.NONE,
    protocols: RangeSet.of(rule.protocol === "udp" ? UDP : TCP),
    ports: RangeSet.of(rule.port),
  });
}

const appOf = (protocol: string): App => (protocol === "http" ? App.HTTP : App.TLS);
