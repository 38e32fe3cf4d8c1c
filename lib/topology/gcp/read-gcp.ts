import { NAMES_AS_ADDRESSES } from "../assumptions";
import { arrivalsFrom } from "../graph/arrivals";
import { type Filter, Graph } from "../graph/graph";
import type { Configuration } from "../load/configuration";
import type { Declaration, DeclaredAgent } from "../model/declaration";
import type { CloudFacts } from "../model/facts";
import type { ReadOptions } from "../model/read-options";
import { Inventory } from "../read/inventory";
import { AddressSet } from "../sets/address-set";
import { App, type Flow, FlowSet } from "../sets/flow-set";
import { NameSet } from "../sets/name-set";
import { findAgents, type GcpAttachPoint } from "./agents";
import { readUnmodelled } from "./closed-world";
import { Resolvers } from "./dns";
import { readEndpoints } from "./endpoints";
import { readExposed, readInbound, readPublished } from "./exposure";
import { type FactsContext, proxyFirewalls, ruleFirewalls } from "./firewall-facts";
import { Firewalls } from "./firewalls";
import { readIdentities } from "./identities";
import { readRecords } from "./logs";
import { Names } from "./names";
import { readNats } from "./nats";
import { METADATA, Networks } from "./networks";
import { Placements } from "./placements";
import { askedAt, type Gateway, readGateways } from "./proxies";
import { type Drawn, insideFilter, Router } from "./router";
import { Routes } from "./routes";
import { UrlLists } from "./url-lists";

/** Reads the Google Cloud part of a stack. */
export function readGcp(configuration: Configuration, options: ReadOptions): CloudFacts {
  const inventory = new Inventory(configuration, options.reading, options.assume);
  const { declaration } = options;
  const names = new Names(inventory);
  const networks = new Networks(inventory, names);
  const placements = new Placements(inventory, networks, names);
  const rules = { inventory, names };
  const firewalls = new Firewalls(rules, networks);
  const gateways = readGateways(inventory, networks, names);
  const found = findAgents({ inventory, names, networks, placements }, options.agents, declaration);
  const points = found.map((point) => ({ ...point, inside: insideFilter(firewalls, point) }));
  const graph = new Graph();
  const router = new Router({
    graph,
    inventory,
    names,
    networks,
    firewalls,
    routes: new Routes(inventory, networks, names, gateways),
    nats: readNats(inventory, networks, names),
    gateways,
    lists: new UrlLists(names),
  });
  const drawn = points.map((point) => router.draw(point));
  const arrivals = points.flatMap((point) => arrivalsFrom(graph, point).map((arrival) => ({ point, arrival })));
  const routed = points.flatMap((point) =>
    arrivalsFrom(graph, { ...point, node: point.place }).map((arrival) => ({ point, arrival })),
  );
  const used = [...new Set(points.map((point) => point.network))].sort();
  const resolvers = new Resolvers(inventory, names, networks);
  const declared = declaredIn(declaration);
  const context: FactsContext = { inventory, rules, networks, placements, firewalls, drawn, declared };
  const identities = readIdentities(inventory, names, points, declaration);
  const all = [...proxyFirewalls(context, gateways), ...ruleFirewalls(context)];
  const { inbound, between } = readInbound(points, firewalls, declaration);
  const endpoints = readEndpoints({ inventory, names, networks, resolvers, drawn, declaration });
  const insideOf = (network: string): AddressSet =>
    used.includes(network) || networks.of(network).length > 0 ? networks.insideOf(network) : AddressSet.NONE;
  return {
    graph,
    points,
    arrivals,
    routed,
    firewalls: all,
    resolvers: used.map((network) => resolvers.of(network, unasked(network, drawn, resolvers))),
    endpoints,
    interiors: interiors(drawn, networks, firewalls, gateways),
    inbound: [...inbound, ...readPublished(points, inventory)],
    between,
    exposed: readExposed(drawn, inventory, declaration),
    identities: identities.ofAgents,
    otherIdentities: identities.ofOthers,
    records: readRecords(inventory, drawn, firewalls, resolvers),
    returns: [],
    portsOut: [],
    unmodelled:
      points.length === 0 ? [] : readUnmodelled(inventory, points, partsOf(drawn, gateways), identities.addresses),
    doubts: inventory.doubts,
    assumptions: drawn.some(passesByName) ? [NAMES_AS_ADDRESSES] : [],
    insideOf,
    inside: AddressSet.unionAll(used.map(insideOf)),
    construct: (address) => inventory.get(address.split(" ")[0])?.construct,
  };
}

const passesByName = ({ egress }: Drawn): boolean =>
  egress.flows.regions.some(({ apps, names }) => !apps.includes(App.OTHER) && !names.isAll);

function declaredIn(declaration: Declaration | undefined): (agent: string) => DeclaredAgent | undefined {
  const agents = new Map((declaration?.cells ?? []).flatMap((cell) => cell.agents).map((one) => [one.agent, one]));
  return (agent) => agents.get(agent);
}

// A proxy of another network resolves names there: the agents need not ask for them.
function unasked(network: string, drawn: readonly Drawn[], resolvers: Resolvers): NameSet | undefined {
  const elsewhere = drawn
    .filter(({ point }) => point.network === network)
    .flatMap((one) => one.visits)
    .flatMap(({ gateway }) => (gateway.network === undefined || gateway.network === network ? [] : [gateway.network]));
  const networks = [...new Set(elsewhere)].sort();
  return networks.length === 0 ? undefined : NameSet.unionAll(networks.map((one) => resolvers.of(one).answers));
}

function partsOf(drawn: readonly Drawn[], gateways: readonly Gateway[]): string[] {
  const visited = new Set(drawn.flatMap((one) => one.visits.map((visit) => visit.gateway)));
  return [
    ...drawn.map((one) => one.firewall),
    ...gateways
      .filter((one) => visited.has(one))
      .flatMap(({ address, policy }) => [address, ...(policy === undefined ? [] : [policy.address])]),
  ];
}

// What answers inside of the agents' networks: other agents as their firewall admits, proxies, private addresses.
function interiors(
  drawn: readonly Drawn[],
  networks: Networks,
  firewalls: Firewalls,
  gateways: readonly Gateway[],
): CloudFacts["interiors"] {
  const points = drawn.map((one) => one.point);
  const own = points.map((point) => ({
    address: point.address,
    addresses: point.sources,
    ingress: ingressOf(point, points, firewalls),
  }));
  const proxies = gateways.flatMap((gateway) =>
    gateway.entrances.map((entrance) => ({
      address: gateway.address,
      addresses: entrance.addresses,
      ingress: answering(gateway.address, askedAt(gateway, entrance)),
    })),
  );
  const used = [...new Set(points.map((point) => point.network))].sort();
  const others = used.map((network) => ({
    address: network,
    addresses: networks
      .insideOf(network)
      .subtract(AddressSet.unionAll([...networks.of(network).flatMap((subnet) => subnet.sources ?? [])])),
    ingress: answering(network, FlowSet.ALL),
  }));
  const metadata = used.map((address) => ({ address, addresses: METADATA, ingress: answering(address, FlowSet.ALL) }));
  return [...own, ...proxies, ...others, ...metadata];
}

const answering = (address: string, flows: FlowSet): Filter => ({
  layer: "endpoint",
  flows,
  decide: () => ({ address, says: "answers whoever gets there" }),
});

function ingressOf(point: GcpAttachPoint, points: readonly GcpAttachPoint[], firewalls: Firewalls): Filter {
  const near = points.filter((one) => one.network === point.network && one !== point);
  const plain = firewalls.verdict(point, "INGRESS");
  const verdicts = near.map((from) => ({ from, verdict: firewalls.verdict(point, "INGRESS", from) }));
  const flows = FlowSet.unionAll([plain.flows, ...verdicts.map((one) => one.verdict.flows)]);
  return {
    layer: "filter",
    flows,
    decide: (flow: Flow) =>
      (
        verdicts.find(({ from, verdict }) => from.sources.has(flow.source) && verdict.flows.has(flow))?.verdict ?? plain
      ).decide(flow),
  };
}
