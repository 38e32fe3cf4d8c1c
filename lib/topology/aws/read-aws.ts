import { arrivalsFrom } from "../graph/arrivals";
import { Graph } from "../graph/graph";
import type { Owner } from "../iam/owner";
import type { Configuration } from "../load/configuration";
import type { Declaration } from "../model/declaration";
import type { CloudFacts } from "../model/facts";
import type { ReadOptions } from "../model/read-options";
import { Inventory } from "../read/inventory";
import { targetsOf } from "../read/values";
import { Unknown } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import { type AwsAttachPoint, findAgents } from "./agents";
import { readUnmodelled } from "./closed-world";
import { readResolver } from "./dns";
import { readEndpoints } from "./endpoints";
import { readExposed, readInbound, readPublished } from "./exposure";
import { firewallFacts } from "./firewall-facts";
import { readFirewalls } from "./firewalls";
import { readIdentities } from "./identity-faults";
import { readRecords } from "./logs";
import { NetworkAcls } from "./network-acls";
import { Networks } from "./networks";
import { Placements } from "./placements";
import { readReturns } from "./returns";
import { RouteTables } from "./route-tables";
import { Router } from "./router";
import { SecurityGroups } from "./security-groups";
import { TransitGateways } from "./transit-gateways";

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
  const router = new Router(graph, inventory, networks, routeTables, firewalls, transit, placements);
  drawPoints(graph, points, groups, new NetworkAcls(inventory), router);
  const arrivals = points.flatMap((point) => arrivalsFrom(graph, point).map((arrival) => ({ point, arrival })));
  // Ways back are a matter of routes, whatever the groups let out.
  const routed = points.flatMap((point) =>
    arrivalsFrom(graph, { ...point, node: point.place }).map((arrival) => ({ point, arrival })),
  );
  const vpcs = [...new Set(points.map((point) => point.network))].sort();
  const { declaration } = options;
  const { inbound, between } = readInbound(points, groups, inventory, peersOf(declaration));
  const owners = ownersOf(inventory, declaration);
  const [owner] = owners.length === 1 ? owners : [];
  const identities = readIdentities(inventory, points, declaration, owner);
  const used = new Set(arrivals.flatMap(({ arrival }) => arrival.firewalls));
  const passed = firewalls.filter(
    (one) => vpcs.includes(one.vpc) || [...used].some((id) => id.startsWith(`firewall:${one.address}@`)),
  );
  return {
    graph,
    points,
    arrivals,
    routed,
    firewalls: passed.map((one) => firewallFacts(one, { inventory, placements, points, arrivals })),
    resolvers: vpcs.map((vpc) => readResolver(inventory, vpc)),
    endpoints: readEndpoints({
      inventory,
      networks,
      routeTables,
      groups,
      points,
      owners,
    }),
    interiors: interiors(inventory, points, groups, networks),
    inbound: [...inbound, ...readPublished(points, inventory)],
    between,
    exposed: readExposed(points, networks, inventory),
    identities: identities.ofAgents,
    otherIdentities: identities.ofOthers,
    records: readRecords(inventory, points, passed),
    returns: readReturns({ graph, inventory, networks, routeTables, transit, arrivals: routed }),
    portsOut: portsOut(points, groups),
    unmodelled: readUnmodelled(inventory, points, passed, identities.addresses),
    doubts: inventory.doubts,
    insideOf: (network) => networks.blocksOf(network) ?? AddressSet.NONE,
    inside: AddressSet.unionAll(vpcs.map((vpc) => networks.blocksOf(vpc) ?? AddressSet.NONE)),
    construct: (address) => inventory.get(address.split(" ")[0])?.construct,
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

// Whose account and organisation endpoints are pinned to, as the cells were told.
function ownersOf(inventory: Inventory, declaration: Declaration | undefined): Owner[] {
  return (declaration?.cells ?? []).map((cell) => {
    const account = inventory.text(cell.account);
    const isText = typeof account === "string";
    const text = account instanceof Unknown ? account.text : isText ? account : cell.account;
    return { account: text, ...(cell.organization === undefined ? {} : { organization: cell.organization }) };
  });
}

function interiors(
  inventory: Inventory,
  points: readonly AwsAttachPoint[],
  groups: SecurityGroups,
  networks: Networks,
): CloudFacts["interiors"] {
  const own = points.map(({ address, sources, groups: names }) => ({
    address,
    addresses: sources,
    ingress: groups.filter(names, "ingress", address),
  }));
  const endpoints = inventory.of("grants", "aws_vpc_endpoint").flatMap(({ address, values }) => {
    const addresses = networks.addressesOf(targetsOf(values["subnet_ids"]));
    if (addresses === undefined || addresses.isEmpty) return [];
    return [
      { address, addresses, ingress: groups.filter(targetsOf(values["security_group_ids"]), "ingress", address) },
    ];
  });
  return [...own, ...endpoints];
}
