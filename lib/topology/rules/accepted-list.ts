import { declaredFlows } from "../model/declared-flows";
import type { RawFinding } from "../model/result";
import { AddressSet } from "../sets/address-set";
import { App, type Flow, FlowSet, TCP, UDP } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { RangeSet } from "../sets/range-set";
import { findingsOf, isMonitored, type Rule, stepsOf, type World } from "./rule";

/** I2: the firewall accepts what is declared, for each agent, and nothing else. */
export const acceptedList: Rule = {
  id: "CORDON-P02",
  invariant: "I2",
  title: "The firewall accepts the declared list and nothing else",
  severity: "critical",
  explanation:
    "What the firewall's rules pass for an agent has to be its allow list: no wider, so that nothing else is reached, and no narrower, so that the plan says what the policy does. At the end of every order stands a refusal.",
  fix: "Change the policy, not the rules; end the list with a default that drops.",
  mappings: { owasp: ["ASI02", "ASI10"], mitre: ["AML.T0025", "T1048", "T1071"] },
  check: (world) => {
    return [...slices(world)]
      .filter(([agent]) => !isMonitored(world, agent))
      .flatMap(([agent, own]) => [
        ...atFirewalls(own, agent),
        ...atAppliances(own, agent),
        ...atSecurityGroups(own, agent),
      ]);
  },
};

// Each agent's part of the world, by name: the whole is looked through once.
function slices(world: World): Map<string, World> {
  const { facts, arrivals } = world;
  const grouped = <T>(all: readonly T[], agentOf: (one: T) => string): Map<string, T[]> => {
    const found = new Map<string, T[]>();
    for (const one of all) {
      const known = found.get(agentOf(one));
      if (known === undefined) found.set(agentOf(one), [one]);
      else known.push(one);
    }
    return found;
  };
  const points = grouped(facts.points, (one) => one.agent);
  const ways = grouped(arrivals, (one) => one.point.agent);
  const ports = grouped(facts.portsOut, (one) => one.agent);
  return new Map(
    [...points]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([agent, own]) => {
        const part = { ...facts, points: own, portsOut: ports.get(agent) ?? [] };
        return [agent, { ...world, facts: part, arrivals: ways.get(agent) ?? [] }];
      }),
  );
}

function atFirewalls(world: World, agent: string): RawFinding[] {
  const { facts, arrivals } = world;
  const points = facts.points.filter((point) => point.agent === agent);
  const sources = AddressSet.unionAll(points.map((point) => point.sources));
  const passed = new Set(
    arrivals.filter(({ point }) => point.agent === agent).flatMap(({ arrival }) => arrival.firewalls),
  );
  const declared = world.declared(agent);
  const used = facts.firewalls.filter(
    (firewall) =>
      [...passed].some((id) => id.startsWith(`firewall:${firewall.address}@`)) ||
      (declared !== undefined && points.some((point) => firewall.networks.includes(point.network))),
  );
  return used.flatMap((firewall) => {
    const inside = AddressSet.unionAll(points.map((point) => facts.insideOf(point.network)));
    const outside = FlowSet.of({ sources, destinations: inside.complement() });
    const accepted = (firewall.acceptedOf?.(agent) ?? firewall.accepted).from(sources).intersect(outside);
    const listed = declared === undefined ? FlowSet.NONE : declaredFlows(declared);
    const allowed = firewall.tellsApps === false ? withEitherApp(listed) : listed;
    const wider = declared === undefined ? unbounded(accepted) : accepted.subtract(allowed);
    const found: RawFinding[] = findingsOf((firewall.beside ?? []).filter((fault) => fault.agent === agent));
    const flow = wider.sample();
    if (flow !== undefined) {
      const way = arrivals.find(
        ({ point, arrival }) =>
          point.agent === agent && arrival.firewalls.some((id) => id.startsWith(`firewall:${firewall.address}@`)),
      );
      const decided = firewall.decide(flow);
      found.push({
        agent,
        subject: `${firewall.address} accepts more`,
        address: decided.address,
        problem:
          declared === undefined
            ? `${firewall.address} accepts ${shown(flow)} of agent ${agent}: no list bounds it`
            : `${firewall.address} accepts ${shown(flow)} of agent ${agent}, which its policy does not name`,
        fix:
          declared === undefined
            ? "drop what no rule passes by name"
            : "remove the rule, or add the destination to the policy",
        path: [
          ...(way === undefined ? [] : stepsOf(way.arrival)),
          { layer: "filter", address: decided.address, says: decided.says },
        ],
        flow,
      });
    }
    if (declared === undefined) return found;
    // A stand-in's refusal says nothing of the agent's own address.
    const own = AddressSet.unionAll(points.filter((point) => !point.isStandIn).map((point) => point.sources));
    const lost = listed.intersect(outside).from(own).intersect(firewall.reachable).subtract(accepted).sample();
    if (lost !== undefined) {
      const decided = firewall.decide(lost);
      found.push({
        agent,
        subject: `${firewall.address} accepts less`,
        severity: "medium",
        address: decided.address,
        problem: `${firewall.address} refuses ${shown(lost)} of agent ${agent}, which its policy names`,
        fix: "restore the rule, or remove the destination from the policy",
        path: [{ layer: "filter", address: decided.address, says: decided.says }],
        flow: lost,
      });
    }
    return found;
  });
}

// A firewall by addresses or by what a proxy is asked for does not see what the first bytes are.
function withEitherApp(listed: FlowSet): FlowSet {
  return FlowSet.unionAll(
    listed.regions.map((region) =>
      region.apps.includes(App.OTHER)
        ? FlowSet.of(region)
        : FlowSet.of({ ...region, protocols: RangeSet.of(TCP), apps: [App.TLS, App.HTTP] }),
    ),
  );
}

// Somebody else's appliance inspects, and what it passes is not in the plan.
function atAppliances({ facts, arrivals }: World, agent: string): RawFinding[] {
  const known = new Set(facts.firewalls.map((firewall) => firewall.address));
  const found = new Map<string, RawFinding>();
  for (const { point, arrival } of arrivals) {
    if (point.agent !== agent) continue;
    for (const id of arrival.firewalls) {
      const address = facts.graph.node(id)?.address ?? id;
      if (known.has(address) || found.has(address)) continue;
      found.set(address, {
        agent,
        subject: `${address} accepts more`,
        address,
        problem: `what the appliance behind ${address} passes for agent ${agent} is not in the plan`,
        fix: "acknowledge it with where its rules are proved, or inspect with a firewall of the plan",
        path: stepsOf(arrival),
      });
    }
  }
  return [...found.values()];
}

// The layer below the firewall narrows ports, where a list is declared.
function atSecurityGroups(world: World, agent: string): RawFinding[] {
  const declared = world.declared(agent);
  if (declared === undefined) return [];
  const names = { names: NameSet.ALL, apps: [App.TLS, App.HTTP, App.OTHER] };
  const allowed = FlowSet.unionAll(
    declaredFlows(declared).regions.map((region) => FlowSet.of({ ...region, ...names })),
  );
  const outside = FlowSet.of({ destinations: world.facts.inside.complement() });
  return world.facts.portsOut
    .filter((one) => one.agent === agent)
    .flatMap(({ address, flows }) => {
      const flow = flows.intersect(outside).subtract(allowed).sample();
      if (flow === undefined) return [];
      return [
        {
          agent,
          severity: "medium" as const,
          address,
          problem: `it lets out ${shown(flow)} of agent ${agent}, which its policy does not name`,
          fix: "remove the rule, or add the destination to the policy",
          path: [{ layer: "security group" as const, address, says: "admits it" }],
          flow,
        },
      ];
    });
}

// Without a declared list: what no name and no narrow block bounds.
function unbounded(accepted: FlowSet): FlowSet {
  return FlowSet.unionAll(
    accepted.regions
      .filter(({ destinations, apps, names }) => {
        const isNamed = !apps.includes(App.OTHER) && !names.has("unlisted.invalid") && !names.has(undefined);
        return !isNamed && !destinations.isNarrow;
      })
      .map((region) => FlowSet.of(region)),
  );
}

/** A flow for a reader: `tls api.example.com:443`, `udp 198.51.100.4:123`. */
export function shown({ protocol, destination, port, app, name }: Flow): string {
  if (app !== App.OTHER) return name === undefined ? `${app} without a name on port ${port}` : `${app} ${name}:${port}`;
  const transport =
    protocol === TCP ? "tcp" : protocol === UDP ? "udp" : protocol === 1 ? "icmp" : `protocol ${protocol}`;
  return transport === "tcp" || transport === "udp"
    ? `${transport} ${destination}:${port}`
    : `${transport} ${destination}`;
}
