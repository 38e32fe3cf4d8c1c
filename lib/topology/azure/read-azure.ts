import { arrivalsFrom } from "../graph/arrivals";
import { Graph } from "../graph/graph";
import type { Configuration } from "../load/configuration";
import type { Declaration } from "../model/declaration";
import type { CloudFacts, Way } from "../model/facts";
import type { ReadOptions } from "../model/read-options";
import { Inventory } from "../read/inventory";
import { AddressSet } from "../sets/address-set";
import { FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import { type AzureAttachPoint, findAgents } from "./agents";
import { readUnmodelled, sliceOf } from "./closed-world";
import { asking, readResolver } from "./dns";
import { type EndpointContext, endpointAddresses, endpointIngress, readEndpoints } from "./endpoints";
import { readExposed, readInbound } from "./exposure";
import { firewallFacts } from "./firewall-facts";
import { Firewalls } from "./firewalls";
import { readIdentities } from "./identities";
import { readRecords } from "./logs";
import { Networks } from "./networks";
import { Ties } from "./peerings";
import { Placements } from "./placements";
import { readReturns } from "./returns";
import { RouteTables } from "./route-tables";
import { Router } from "./router";
import { SecurityGroups } from "./security-groups";
import { readStanding } from "./standing";
import { Walls } from "./walls";

/** The residual risk of a cell whose firewall is somebody else's. */
const HUB_UNCHECKED = "R73";

/** Reads the Azure part of a stack. */
export function readAzure(configuration: Configuration, options: ReadOptions): CloudFacts {
  const { declaration } = options;
  const inventory = new Inventory(configuration, options.reading, options.assume);
  const risks = new Set(declaration?.cells.flatMap((cell) => cell.risks.map((risk) => risk.id)) ?? []);
  const networks = new Networks(inventory);
  const tables = new RouteTables(inventory, networks);
  const ties = new Ties(inventory, networks);
  const placements = new Placements(inventory, networks);
  const groups = new SecurityGroups(inventory);
  const walls = new Walls(inventory, { networks, tables, ties, placements, groups });
  const firewalls = new Firewalls(inventory, networks, risks.has(HUB_UNCHECKED));
  const points = findAgents(networks, placements, options);
  const graph = new Graph();
  const router = new Router(graph, { inventory, networks, tables, ties, firewalls, placements });
  drawPoints(graph, points, walls, router);
  const arrivals = points.flatMap((point) => arrivalsFrom(graph, point).map((arrival) => ({ point, arrival })));
  const routed = points.flatMap((point) =>
    arrivalsFrom(graph, { ...point, node: point.place }).map((arrival) => ({ point, arrival })),
  );
  const used = new Set(arrivals.flatMap(({ arrival }) => arrival.firewalls));
  const home = [...new Set(points.map((point) => point.network))].sort();
  const passed = firewalls.all.filter(
    (one) =>
      one.resource === undefined ||
      home.includes(one.network ?? "") ||
      [...used].some((id) => id.startsWith(`firewall:${one.address}@`)),
  );
  const context: EndpointContext = { inventory, networks, walls, points, risks };
  const world = { inventory, points, firewalls: passed, tables, walls };
  const slice = sliceOf(world);
  const identities = readIdentities({ inventory, points, declaration, slice });
  const standing = readStanding({ inventory, networks, tables, points, declaration });
  const isDeclaredPeer = peersOf(declaration);
  const { inbound, between } = readInbound({ inventory, points, walls, firewalls, isDeclaredPeer });
  return {
    graph,
    points,
    arrivals,
    routed: routed.filter((way) => !isByPeering(way, ties)),
    firewalls: passed.map((one, index) => {
      const facts = firewallFacts(one, {
        inventory,
        networks,
        placements,
        points,
        networksOfAgents: home,
        declaration,
      });
      return index === 0 ? { ...facts, liveness: [...facts.liveness, ...standing.routes] } : facts;
    }),
    resolvers: home.map((network) => readResolver({ inventory, firewalls }, network)),
    endpoints: readEndpoints(context),
    interiors: interiors(context),
    inbound,
    between,
    exposed: [
      ...readExposed({ points }),
      ...standing.addresses,
      // Without a firewall nothing is passed by; what remains is a way out.
      ...(passed.length === 0 ? standing.routes : []),
    ],
    identities: identities.ofAgents,
    otherIdentities: identities.ofOthers,
    records: readRecords(inventory, points, passed, risks.has(HUB_UNCHECKED)),
    returns: readReturns({ inventory, networks, tables, ties, firewalls, arrivals }),
    portsOut: portsOut(inventory, points, walls),
    unmodelled: readUnmodelled(world, slice, identities.addresses),
    doubts: inventory.doubts,
    inside: AddressSet.unionAll(home.map((network) => networks.blocksOf(network) ?? AddressSet.NONE)),
    insideOf: (network) => networks.blocksOf(network) ?? AddressSet.NONE,
    construct: (address) => inventory.get(address.split(" ")[0])?.construct,
  };
}

function drawPoints(graph: Graph, points: readonly AzureAttachPoint[], walls: Walls, router: Router): void {
  for (const point of points) {
    const leg = router.leg(router.subnet(point.subnet), point.address, `stands in ${point.subnet}`, FlowSet.ALL);
    graph.add({
      id: point.node,
      kind: "workload",
      address: point.address,
      legs: [{ ...leg, layer: "subnet", filters: walls.out(point) }],
    });
  }
}

// No route keeps peers apart, and none has to: what holds them apart is the security groups' alone.
function isByPeering({ arrival }: Way, ties: Ties): boolean {
  return arrival.firewalls.length === 0 && ties.peerings.some((one) => arrival.legs.at(-1)?.address === one.address);
}

function peersOf(declaration: Declaration | undefined): (from: string, to: string, flows: FlowSet) => boolean {
  return (from, to, flows) => {
    const agent = declaration?.cells.flatMap((cell) => cell.agents).find((one) => one.agent === from);
    const ports = (agent?.peers ?? []).filter((peer) => peer.agent === to).map((peer) => RangeSet.of(peer.port));
    const open = FlowSet.of({ protocols: RangeSet.of(TCP), ports: RangeSet.unionAll(ports) });
    return ports.length > 0 && flows.isSubsetOf(open);
  };
}

// What is asked of the network's own resolvers is a matter of names.
function portsOut(inventory: Inventory, points: readonly AzureAttachPoint[], walls: Walls): CloudFacts["portsOut"] {
  const found = new Map<string, { agent: string; address: string; flows: FlowSet }>();
  for (const point of points) {
    for (const { address, flows } of walls.admitted(point)) {
      const key = `${point.agent} ${address}`;
      const out = flows.subtract(asking(inventory, point.network));
      found.set(key, { agent: point.agent, address, flows: found.get(key)?.flows.union(out) ?? out });
    }
  }
  return [...found.values()];
}

function interiors(context: EndpointContext): CloudFacts["interiors"] {
  const { inventory, points, walls } = context;
  const own = points.map((point) => ({
    address: point.address,
    addresses: point.sources,
    ingress: Walls.joined(walls.in(point), point.subnet),
  }));
  const endpoints = inventory.of("grants", "azurerm_private_endpoint").flatMap((endpoint) => {
    const addresses = endpointAddresses(context, endpoint);
    if (addresses === undefined || addresses.isEmpty) return [];
    const ingress = endpointIngress(context, endpoint) ?? Walls.joined([], endpoint.address);
    return [{ address: endpoint.address, addresses, ingress }];
  });
  return [...own, ...endpoints];
}
