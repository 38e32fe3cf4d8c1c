import type { DeclaredAgent } from "../model/declaration";
import type { AgentFault, Fault, FirewallFacts } from "../model/facts";
import type { Inventory } from "../read/inventory";
import { hasUnknown, isAbsent, isTrue, target } from "../read/values";
import { AddressSet } from "../sets/address-set";
import { type Flow, FlowSet } from "../sets/flow-set";
import type { RuleContext } from "./firewall-rules";
import { type Firewalls, unattached } from "./firewalls";
import type { Networks } from "./networks";
import type { Placements } from "./placements";
import { askedAt, type Gateway } from "./proxies";
import { requestFaults } from "./proxy-requests";
import type { Drawn, Visit } from "./router";

export interface FactsContext {
  readonly inventory: Inventory;
  readonly rules: RuleContext;
  readonly networks: Networks;
  readonly placements: Placements;
  readonly firewalls: Firewalls;
  readonly drawn: readonly Drawn[];
  declared(agent: string): DeclaredAgent | undefined;
}

/** Both ends of a packet are of one family. */
const ONE_FAMILY = FlowSet.unionAll(
  [AddressSet.V4, AddressSet.V6].map((family) => FlowSet.of({ sources: family, destinations: family })),
);

/** Firewalls by rules, one for each of the agents' networks. */
export function ruleFirewalls(context: FactsContext): FirewallFacts[] {
  const byAddress = new Map<string, Drawn[]>();
  for (const one of context.drawn) byAddress.set(one.firewall, [...(byAddress.get(one.firewall) ?? []), one]);
  return [...byAddress].map(([address, all], index) => {
    const networks = [...new Set(all.map((one) => one.point.network))];
    // Where a proxy holds the list, the firewall only leads to it.
    const hasProxy = all.some((one) => one.visits.length > 0);
    const accepted = (of: readonly Drawn[]): FlowSet =>
      FlowSet.unionAll(of.map(({ egress, point }) => egress.flows.from(point.sources)));
    return {
      address,
      networks: hasProxy ? [] : networks,
      accepted: accepted(all),
      acceptedOf: (agent) => accepted(all.filter((one) => one.point.agent === agent)),
      reachable: hasProxy ? FlowSet.NONE : ONE_FAMILY,
      tellsApps: false,
      decide: (flow) => decidedBy(all, flow, address),
      liveness: [...all.flatMap((one) => open(one, context)), ...(index === 0 ? loose(context) : [])],
      failure: [],
      neighbours: [],
      unprotected: [],
    };
  });
}

function decidedBy(all: readonly Drawn[], flow: Flow, address: string): { address: string; says: string } {
  const own = all.filter((one) => one.point.sources.has(flow.source));
  const one = own.find(({ egress }) => egress.flows.has(flow)) ?? own[0];
  return one === undefined ? { address, says: "knows no such source" } : one.egress.decide(flow);
}

// The implied rule lets everything out, and classic rules may come first: a cell leaves it to neither.
function open({ point, isListed, firewall }: Drawn, { declared, firewalls }: FactsContext): AgentFault[] {
  const { agent, network } = point;
  if (declared(agent) === undefined) return [];
  const faults: AgentFault[] = [];
  if (!isListed) {
    faults.push({
      agent,
      address: firewall,
      problem: `no rule refuses what agent ${agent} sends beside its list: the implied rule lets everything out`,
      fix: "end the policy's egress rules with one that denies 0.0.0.0/0, and attach it to the network",
    });
  }
  if (firewall !== network && !firewalls.isPolicyFirst(network)) {
    faults.push({
      agent,
      address: network,
      severity: "medium",
      problem: "classic rules come before the network's policy: one that allows is enough to pass it",
      fix: 'set network_firewall_policy_enforcement_order to "BEFORE_CLASSIC_FIREWALL"',
    });
  }
  return faults;
}

function loose({ inventory, rules }: FactsContext): Fault[] {
  return unattached(inventory, rules).map(({ address }) => ({
    address,
    problem: "no network has this policy, so its rules stop nothing",
    fix: "associate it with the agents' network, or remove it",
  }));
}

/** Proxies that agents can ask. */
export function proxyFirewalls(context: FactsContext, gateways: readonly Gateway[]): FirewallFacts[] {
  const visits = context.drawn.flatMap((one) => one.visits);
  return gateways.flatMap((gateway) => {
    const own = visits.filter((one) => one.gateway === gateway);
    if (own.length === 0) return [];
    const { address } = gateway;
    const accepted = (of: readonly Visit[]): FlowSet =>
      FlowSet.unionAll(of.map(({ filter, point }) => filter.flows.from(point.sources)));
    return [
      {
        address,
        networks: [...new Set(own.map((one) => one.point.network))],
        accepted: accepted(own),
        acceptedOf: (agent) => accepted(own.filter((one) => one.point.agent === agent)),
        reachable: FlowSet.ALL,
        tellsApps: false,
        beside: own.flatMap((one) => beside(one, context)),
        decide: (flow) => {
          const near = own.filter((one) => one.point.sources.has(flow.source));
          const one = near.find(({ filter }) => filter.flows.has(flow)) ?? near[0];
          return one === undefined ? { address, says: "knows no such client" } : one.filter.decide(flow);
        },
        liveness: liveness(gateway),
        failure: failures(gateway, context.inventory),
        neighbours: neighbours(gateway, context),
        unprotected: [],
      },
    ];
  });
}

function beside(visit: Visit, context: FactsContext): AgentFault[] {
  const { point, gateway, entrance, isAdmitted } = visit;
  const declared = context.declared(point.agent);
  if (declared === undefined) return [];
  const drawn = context.drawn.find((one) => one.point === point);
  const faults = requestFaults(gateway, visit.asking, declared);
  if (drawn === undefined) return faults;
  const outside = FlowSet.of({ destinations: context.networks.insideOf(point.network).complement() });
  // What passes the firewall beside the proxy is held back by nothing but a missing translation.
  const past = gateway.isNextHop || !drawn.isListed ? undefined : drawn.egress.flows.intersect(outside).sample();
  if (past !== undefined) {
    const { address, says } = drawn.egress.decide(past);
    faults.push({
      agent: point.agent,
      subject: `${gateway.address} is passed by`,
      severity: "high",
      address,
      problem: `the firewall lets agent ${point.agent} send past the proxy, as to ${past.destination}:${past.port}`,
      fix: "let it out to the proxy's address alone",
      path: [{ layer: "filter", address, says }],
      flow: past,
    });
  }
  const knock = askedAt(gateway, entrance).from(point.sources).sample();
  if (!isAdmitted && declared.egress.length > 0 && knock !== undefined && point.placement === undefined) {
    const decided = drawn.egress.decide({ ...knock, source: point.sources.sample() ?? knock.source });
    faults.push({
      agent: point.agent,
      subject: `${gateway.address} is out of reach`,
      severity: "medium",
      address: decided.address,
      problem: `the firewall refuses agent ${point.agent} its proxy, so nothing of its policy is reached`,
      fix: "allow the proxy's address and port",
      path: [{ layer: "filter", address: decided.address, says: decided.says }],
    });
  }
  return faults;
}

function liveness({ address, resource, rules }: Gateway): AgentFault[] {
  if (!isAbsent(resource.values["gateway_security_policy"]) || rules.length > 0) return [];
  return [
    {
      address,
      problem: "it has no policy, so nothing says what it passes",
      fix: "set gateway_security_policy",
    },
  ];
}

// Callouts decide in the proxy's place where they are attached: one that fails open passes everything.
function failures({ address }: Gateway, inventory: Inventory): Fault[] {
  return inventory
    .of("grants", "google_network_services_authz_extension", "google_network_security_authz_policy")
    .flatMap((one) => {
      const value = one.values["fail_open"];
      const isAttached =
        one.type === "google_network_services_authz_extension" &&
        inventory.referring(one.address).some((policy) => policy.type === "google_network_security_authz_policy");
      const isOpen =
        isTrue(value) || (hasUnknown(value) && inventory.countsUnknown("grants", one.address, "fail_open", value));
      if (!isOpen || !isAttached || target(value) !== undefined) return [];
      return [
        {
          address: one.address,
          problem: `it lets requests through ${address} pass when it does not answer`,
          fix: "set fail_open to false",
        },
      ];
    });
}

function neighbours({ address, subnet }: Gateway, { placements }: FactsContext): Fault[] {
  if (subnet === undefined) return [];
  return placements.in(subnet).map(({ resource }) => ({
    address: resource.address,
    problem: `it stands in ${subnet}, beside ${address}`,
    fix: "put it into a subnet of its own",
  }));
}
