import type { ComputeNetworkFirewallPolicyWithRulesRule } from "@cdktf/provider-google/lib/compute-network-firewall-policy-with-rules";
import type { CompiledFqdn } from "../../lib/compile/gcp/fqdn-rules";
import { Mode } from "../../lib/policy/mode";
import type { GcpAgent } from "./agent";
import { GcpAttribution } from "./attribution";
import { PROXY_PORT } from "./secure-web-proxy";

/** What the firewall of a cell is made from. */
export interface FirewallInput {
  readonly agents: GcpAgent[];
  /** The proxy's address, where there is one. */
  readonly proxyAddress: string | undefined;
  /** The address of Google APIs, where the cell has services. */
  readonly apiAddress: string | undefined;
  /** The quarantine's tag. */
  readonly quarantineTag: string;
  /** Rules by name, in tier FQDN. */
  readonly byName: CompiledFqdn | undefined;
}

type Rule = ComputeNetworkFirewallPolicyWithRulesRule;

const ALL = [{ ipProtocol: "all" }];
const V4 = "0.0.0.0/0";
const V6 = "::/0";

/** Where each kind of rule begins; an agent's rules stand at its slot. */
const BANDS = {
  quarantine: 100,
  proxy: 10_000,
  apis: 20_000,
  peersOut: 30_000,
  peersIn: 40_000,
  names: 50_000,
  end: 65_000,
};

/**
 * The rules of a cell's firewall, by priority: the quarantine first, then for each agent the proxy, the Google APIs and
 * its openings to others, and at the end everything else refused in both directions and both families. Every rule is
 * recorded.
 *
 * @see https://cloud.google.com/firewall/docs/firewall-policies-rule-details
 */
export function firewallRules(input: FirewallInput): Rule[] {
  const { agents, proxyAddress, apiAddress, byName } = input;
  const rules = [
    ...quarantine(input.quarantineTag),
    ...agents.flatMap((agent) => [
      ...(proxyAddress === undefined ? [] : [toProxy(agent, proxyAddress)]),
      ...(apiAddress === undefined ? [] : [toApis(agent, apiAddress)]),
    ]),
    ...peerings(agents),
    ...(byName === undefined ? [] : namedRules(agents, byName)),
    ...end(),
  ];
  return rules.sort((a, b) => a.priority - b.priority);
}

// By account or by subnet; never both, and never an empty list, which would mean nobody.
function from(agent: GcpAgent): { rule: Pick<Rule, "targetServiceAccounts">; match: { srcIpRanges?: string[] } } {
  return agent.attribution === GcpAttribution.SUBNET
    ? { rule: {}, match: { srcIpRanges: [agent.cidr.toString()] } }
    : { rule: { targetServiceAccounts: [agent.identity.email] }, match: {} };
}

function toProxy(agent: GcpAgent, address: string): Rule {
  const { rule, match } = from(agent);
  return {
    priority: BANDS.proxy + agent.slot,
    ruleName: `proxy-${agent.agentName}`,
    description: `Agent ${agent.agentName} asks the proxy`,
    direction: "EGRESS",
    action: "allow",
    enableLogging: true,
    ...rule,
    match: {
      ...match,
      destIpRanges: [`${address}/32`],
      layer4Config: [{ ipProtocol: "tcp", ports: [String(PROXY_PORT)] }],
    },
  };
}

function toApis(agent: GcpAgent, address: string): Rule {
  const { rule, match } = from(agent);
  return {
    priority: BANDS.apis + agent.slot,
    ruleName: `apis-${agent.agentName}`,
    description: `Agent ${agent.agentName} reaches Google APIs by their private address`,
    direction: "EGRESS",
    action: "allow",
    enableLogging: true,
    ...rule,
    match: { ...match, destIpRanges: [`${address}/32`], layer4Config: [{ ipProtocol: "tcp", ports: ["443"] }] },
  };
}

function peerings(agents: GcpAgent[]): Rule[] {
  const all = agents
    .flatMap((agent) => agent.peerings.map(({ to, port, reason }) => ({ agent, to, port, reason })))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return all.flatMap(({ agent, to, port, reason }, index) => {
    const layer4Config = [{ ipProtocol: "tcp", ports: [String(port)] }];
    const description = reason.slice(0, 512);
    const name = `${agent.agentName}-${to.agentName}-${port}`;
    const out = from(agent);
    const target = to.attribution === GcpAttribution.SUBNET ? {} : { targetServiceAccounts: [to.identity.email] };
    const there = [to.cidr.toString()];
    const common = { action: "allow", enableLogging: true, description };
    return [
      {
        ...common,
        priority: BANDS.peersOut + index,
        ruleName: `to-${name}`,
        direction: "EGRESS",
        ...out.rule,
        match: { ...out.match, destIpRanges: there, layer4Config },
      },
      {
        ...common,
        priority: BANDS.peersIn + index,
        ruleName: `from-${name}`,
        direction: "INGRESS",
        ...target,
        match: { srcIpRanges: [agent.cidr.toString()], destIpRanges: there, layer4Config },
      },
    ];
  });
}

const keyOf = (one: { agent: GcpAgent; to: GcpAgent; port: number }): string =>
  `${one.agent.agentName} ${one.to.agentName} ${String(one.port).padStart(5, "0")}`;

function namedRules(agents: GcpAgent[], { rules }: CompiledFqdn): Rule[] {
  const byAgent = new Map(agents.map((agent) => [agent.agentName, agent]));
  const named = rules.flatMap((one, index) => {
    const agent = byAgent.get(one.agent);
    if (agent === undefined) return [];
    const { rule, match } = from(agent);
    return [
      {
        priority: BANDS.names + index,
        ruleName: one.name,
        description: one.description,
        direction: "EGRESS",
        action: "allow",
        enableLogging: true,
        ...rule,
        match: {
          ...match,
          ...(one.destFqdns === undefined ? {} : { destFqdns: [...one.destFqdns] }),
          ...(one.destIpRanges === undefined ? {} : { destIpRanges: [...one.destIpRanges] }),
          layer4Config: [{ ipProtocol: one.ipProtocol, ports: one.ports.map(String) }],
        },
      },
    ];
  });
  const watched = agents.filter((agent) => agent.mode === Mode.MONITOR).map((agent) => watching(agent));
  return [...named, ...watched];
}

// What no rule above passed goes on for this agent alone, and is recorded under this name.
function watching(agent: GcpAgent): Rule {
  const { rule, match } = from(agent);
  return {
    priority: BANDS.end - 5_000 + agent.slot,
    ruleName: `monitor-${agent.agentName}`,
    description: `Agent ${agent.agentName} is watched: this would be refused`,
    direction: "EGRESS",
    action: "allow",
    enableLogging: true,
    ...rule,
    match: { ...match, destIpRanges: [V4], layer4Config: ALL },
  };
}

function quarantine(tag: string): Rule[] {
  const rule = (direction: string, priority: number): Rule => ({
    priority,
    ruleName: `quarantine-${direction.toLowerCase()}`,
    description: "Cuts off whatever carries the quarantine's tag",
    direction,
    action: "deny",
    enableLogging: true,
    targetSecureTag: [{ name: tag }],
    match: {
      ...(direction === "EGRESS" ? { destIpRanges: [V4] } : { srcIpRanges: [V4] }),
      layer4Config: ALL,
    },
  });
  return [rule("EGRESS", BANDS.quarantine), rule("INGRESS", BANDS.quarantine + 1)];
}

function end(): Rule[] {
  return [
    ["EGRESS", V4, "out"],
    ["EGRESS", V6, "out-v6"],
    ["INGRESS", V4, "in"],
    ["INGRESS", V6, "in-v6"],
  ].map(([direction, range, name], index) => ({
    priority: BANDS.end + index,
    ruleName: `refuse-${name}`,
    description: "What no rule above passes is refused",
    direction,
    action: "deny",
    enableLogging: true,
    match: {
      ...(direction === "EGRESS" ? { destIpRanges: [range ?? ""] } : { srcIpRanges: [range ?? ""] }),
      layer4Config: ALL,
    },
  }));
}
