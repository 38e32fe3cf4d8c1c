import { arrivalsFrom } from "../graph/arrivals";
import { Graph } from "../graph/graph";
import type { Configuration } from "../load/configuration";
import type { Declaration } from "../model/declaration";
import type { Reading } from "../model/doubt";
import type { CloudFacts, FirewallFacts } from "../model/facts";
import { AddressSet } from "../sets/address-set";
import { FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import type { JsonValue } from "../terraform-json";
import { type AgentNames, type AwsAttachPoint, findAgents } from "./agents";
import { readUnmodelled } from "./closed-world";
import { readResolver } from "./dns";
import { readEndpoints } from "./endpoints";
import { readExposed, readInbound, readPublished } from "./exposure";
import { type AwsFirewall, protectionsOf, readFirewalls } from "./firewalls";
import { readIdentities } from "./identity-faults";
import { Inventory } from "./inventory";
import { readRecords } from "./logs";
import { NetworkAcls } from "./network-acls";
import { Networks } from "./networks";
import { Placements } from "./placements";
import { readReturns } from "./returns";
import { RouteTables } from "./route-tables";
import { Router } from "./router";
import { SecurityGroups } from "./security-groups";
import { TransitGateways } from "./transit-gateways";

/** How a stack is to be read. */
export interface ReadOptions {
  readonly reading: Reading;
  readonly agents?: AgentNames;
  readonly assume?: { readonly [token: string]: JsonValue };
  readonly declaration?: Declaration;
}

/** Reads the AWS part of a stack. */
export function readAws(configuration: Configuration, options: ReadOptions): CloudFacts {
  const inventory = new Inventory(configuration, options.reading, options.assume);
  const networks = new Networks(inventory);
  const placements = new Placements(inventory, networks);
  const groups = new SecurityGroups(inventory, (group) => placements.membersOf(group));
  const points = findAgents(inventory, networks, placements, options.agents);
  const firewalls = readFirewalls(inventory, networks);
  const routeTables = new RouteTables(inventory, networks);
  const transit = new TransitGateways(inventory, networks);
  const graph = new Graph();
  const router = new Router(graph, inventory, networks, routeTables, firewalls, transit);
  drawPoints(graph, points, groups, new NetworkAcls(inventory), router);
  const arrivals = points.flatMap((point) =>
    arrivalsFrom(graph, point.node, point.sources).map((arrival) => ({ point, arrival })),
  );
  const vpcs = [...new Set(points.map((point) => point.network))].sort();
  const { declaration } = options;
  const { inbound, between } = readInbound(points, groups, inventory, peersOf(declaration));
  const identities = readIdentities(inventory, points, declaration);
  const used = new Set(arrivals.flatMap(({ arrival }) => arrival.firewalls));
  const passed = firewalls.filter(
    (one) => vpcs.includes(one.vpc) || [...used].some((id) => id.startsWith(`firewall:${one.address}@`)),
  );
  return {
    graph,
    points,
    firewalls: passed.map((one) => firewallFacts(one, { inventory, networks, placements, points, arrivals })),
    resolvers: vpcs.map((vpc) => readResolver(inventory, vpc)),
    endpoints: readEndpoints({ inventory, networks, routeTables, groups, points }),
    inbound: [...inbound, ...readPublished(points, inventory)],
    between,
    exposed: readExposed(points, networks, inventory),
    identities: identities.ofAgents,
    otherIdentities: identities.ofOthers,
    records: readRecords(inventory, points, passed),
    returns: readReturns(graph, transit, arrivals),
    portsOut: portsOut(points, groups),
    unmodelled: readUnmodelled(inventory, points, passed, identities.addresses),
    doubts: inventory.doubts,
    inside: AddressSet.unionAll(vpcs.map((vpc) => networks.blocksOf(vpc) ?? AddressSet.NONE)),
    construct: (address) => inventory.get(address)?.construct,
  };
}

function drawPoints(
  graph: Graph,
  points: readonly AwsAttachPoint[],
  groups: SecurityGroups,
  acls: NetworkAcls,
  router: Router,
): void {
  for (const point of points) {
    const acl = acls.egressOf(point.subnet);
    const isBound = point.groups.length > 0;
    const filters = [
      ...(isBound ? [groups.filter(point.groups, "egress", point.address)] : []),
      ...(acl === undefined ? [] : [acl]),
    ];
    const leg = router.leg(router.subnet(point.subnet), point.address, `stands in ${point.subnet}`, FlowSet.ALL);
    graph.add({
      id: point.node,
      kind: "workload",
      address: point.address,
      legs: [{ ...leg, layer: "subnet", filters }],
    });
  }
}

function peersOf(declaration: Declaration | undefined): (from: string, to: string, flows: FlowSet) => boolean {
  return (from, to, flows) => {
    const agent = declaration?.cells.flatMap((cell) => cell.agents).find((one) => one.agent === from);
    const ports = (agent?.peers ?? []).filter((peer) => peer.agent === to).map((peer) => RangeSet.of(peer.port));
    const open = FlowSet.of({ protocols: RangeSet.of(TCP), ports: RangeSet.unionAll(ports) });
    return ports.length > 0 && flows.isSubsetOf(open);
  };
}

function portsOut(points: readonly AwsAttachPoint[], groups: SecurityGroups): CloudFacts["portsOut"] {
  const rules = points.flatMap((point) =>
    point.groups.flatMap((group) =>
      ((group === undefined ? undefined : groups.rulesOf(group, "egress")) ?? [])
        .filter((rule) => rule.namesAddresses)
        .map(({ address, flows }) => ({ agent: point.agent, address, flows })),
    ),
  );
  const seen = new Set<string>();
  return rules.filter(({ agent, address }) => {
    const key = `${agent} ${address}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
}

interface FirewallContext {
  readonly inventory: Inventory;
  readonly networks: Networks;
  readonly placements: Placements;
  readonly points: readonly AwsAttachPoint[];
  readonly arrivals: Parameters<typeof readReturns>[2];
}

function firewallFacts(firewall: AwsFirewall, context: FirewallContext): FirewallFacts {
  const { address, home, filter } = firewall;
  return {
    address,
    networks: [firewall.vpc],
    accepted: filter.flows,
    reachable: FlowSet.of({ destinations: home === undefined ? AddressSet.ALL : home.complement() }),
    decide: filter.decide,
    liveness: uncovered(firewall, context),
    failure: failures(firewall),
    neighbours: neighbours(firewall, context),
    unprotected: protectionsOf(firewall)
      .filter((one) => !one.isOn)
      .map(({ name }) => ({
        address,
        severity: "medium",
        problem: `${name} is off, so it can be taken away without a word`,
        fix: `set ${name} to true`,
      })),
  };
}

// Rules speak of $HOME_NET: agents outside of it are strangers to them.
function uncovered(
  { address, home, policy }: AwsFirewall,
  { points, arrivals }: FirewallContext,
): FirewallFacts["liveness"] {
  if (home === undefined) return [];
  const passing = points.filter((point) =>
    arrivals.some(
      (one) => one.point === point && one.arrival.firewalls.some((id) => id.startsWith(`firewall:${address}@`)),
    ),
  );
  const agents = new Set(passing.filter((point) => !point.sources.isSubsetOf(home)).map((point) => point.agent));
  return [...agents].sort().map((agent) => ({
    agent,
    address: policy?.address ?? address,
    problem: `HOME_NET does not hold the addresses of agent ${agent}, so its rules do not mean them`,
    fix: "let HOME_NET hold every agent's subnets",
  }));
}

function failures({ address, policy, streamPolicy }: AwsFirewall): FirewallFacts["failure"] {
  if (policy === undefined || streamPolicy === undefined || streamPolicy === "DROP" || streamPolicy === "REJECT")
    return [];
  return [
    {
      address: policy.address,
      problem: `stream_exception_policy ${streamPolicy} lets connections go on that ${address} lost sight of`,
      fix: 'set it to "REJECT" or "DROP"',
    },
  ];
}

function neighbours(firewall: AwsFirewall, { placements, arrivals }: FirewallContext): FirewallFacts["neighbours"] {
  const behind = arrivals.flatMap(({ arrival }) => {
    const at = arrival.legs.findIndex((leg) => leg.to.startsWith(`firewall:${firewall.address}@`));
    return at < 0 ? [] : arrival.legs.slice(at + 1).map((leg) => leg.to);
  });
  const subnets = new Set(behind.filter((id) => id.startsWith("subnet:")).map((id) => id.slice("subnet:".length)));
  const own = new Set(firewall.subnets);
  return [...new Set([...own, ...subnets])].sort().flatMap((subnet) =>
    placements
      .in(subnet)
      .filter((one) => one.resource.address !== firewall.address)
      .filter((one) => (own.has(subnet) ? !isFirewallPart(one.resource.type) : !one.isInfrastructure))
      .map((one) => ({
        address: one.resource.address,
        problem: `it stands in ${subnet}, ${own.has(subnet) ? "beside the endpoint of" : "behind"} ${firewall.address}`,
        fix: "put it into a subnet of its own whose route leads to the firewall",
      })),
  );
}

const isFirewallPart = (type: string): boolean => type.startsWith("aws_networkfirewall_");
