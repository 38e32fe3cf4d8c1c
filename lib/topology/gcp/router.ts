import type { Filter, Graph, Leg } from "../graph/graph";
import type { Inventory } from "../read/inventory";
import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import type { GcpAttachPoint } from "./agents";
import { type Firewalls, hasDefaultDeny, type Verdict } from "./firewalls";
import type { Asking } from "./matchers";
import type { Names } from "./names";
import type { Nat } from "./nats";
import { METADATA, type Networks } from "./networks";
import { boundNode, firewallNode, INTERNET } from "./nodes";
import { isExternal } from "./placements";
import { askedAt, type Entrance, type Gateway } from "./proxies";
import { type Proxied, proxied } from "./proxy-filter";
import type { Route, Routes } from "./routes";
import type { UrlLists } from "./url-lists";

export interface RouterContext {
  readonly graph: Graph;
  readonly inventory: Inventory;
  readonly names: Names;
  readonly networks: Networks;
  readonly firewalls: Firewalls;
  readonly routes: Routes;
  readonly nats: readonly Nat[];
  readonly gateways: readonly Gateway[];
  readonly lists: UrlLists;
}

/** A proxy as one attach point finds it. */
export interface Visit {
  readonly point: GcpAttachPoint;
  readonly gateway: Gateway;
  readonly entrance: Entrance;
  readonly asking: Asking;
  readonly filter: Proxied;
  /** Whether the firewall lets the attach point ask it. */
  readonly isAdmitted: boolean;
}

/** What the drawing of one attach point found. */
export interface Drawn {
  readonly point: GcpAttachPoint;
  readonly egress: Verdict;
  /** A rule decides about everything that leaves the network: the firewall is one by a list. */
  readonly isListed: boolean;
  /** Address of the firewall's policy, or of the network. */
  readonly firewall: string;
  readonly visits: readonly Visit[];
  /** Cloud NAT that translates it. */
  readonly nats: readonly Nat[];
  /** A route to the internet can be used: there is an address for it. */
  readonly hasWay: boolean;
}

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
const PUBLIC = AddressSet.unionAll(PRIVATE.map((one) => AddressSet.parse(one) ?? AddressSet.NONE)).complement();

/** Draws where attach points' traffic can go: through the firewall, along the routes, and by proxies. */
export class Router {
  public constructor(private readonly context: RouterContext) {
    context.graph.add({ id: INTERNET, kind: "internet", address: "internet", legs: [] });
  }

  /**
   * Draws an attach point. Its own node leads to what it may send; the node of its place to what the routes alone have.
   */
  public draw(point: GcpAttachPoint): Drawn {
    const { graph, firewalls, networks, nats } = this.context;
    const egress = firewalls.verdict(point, "EGRESS");
    const isListed = hasDefaultDeny(egress, point, networks.insideOf(point.network));
    const firewall = this.firewallOf(point);
    const own = nats.filter((nat) => nat.covers(point));
    const external = point.placement !== undefined && isExternal(this.context.inventory, point.placement);
    const filter: Filter = { layer: "filter", flows: egress.flows, decide: egress.decide };
    const bound: Leg[] = [];
    const routed: Leg[] = [];
    let hasWay = false;
    for (const route of this.context.routes.of(point)) {
      if (route.hop.kind === "proxy") {
        const { gateway } = route.hop;
        const [entrance] = gateway.entrances;
        if (entrance === undefined) continue;
        const visit = this.visit(point, gateway, entrance, true);
        const leg = { ...this.leg(this.proxy(visit), route, `leads to ${gateway.address}`) };
        bound.push({ ...leg, filters: [filter] });
        routed.push(leg);
        continue;
      }
      for (const { to, says, flows } of this.ends(route, external, own)) {
        const leg = { ...this.leg(to, route, says), flows };
        if (to === DEAD) {
          bound.push({ ...leg, filters: [filter, UNTRANSLATED] });
          continue;
        }
        const isInternet = route.hop.kind === "internet";
        hasWay ||= isInternet;
        const through = isListed
          ? { ...leg, to: this.through(firewall, point, leg, filter) }
          : { ...leg, filters: [filter] };
        bound.push(through);
        routed.push(isInternet && isListed ? through : leg);
      }
    }
    const visits = this.explicit(point, egress);
    // First in order: who explains a refusal begins with the way that is meant to be taken.
    bound.unshift(...visits.filter((visit) => visit.isAdmitted).map((visit) => this.asks(visit, egress)));
    bound.push(...this.direct(point));
    bound.push(this.stays(point, bound, filter));
    graph.add({ id: DEAD, kind: "hop", address: "nowhere", legs: [] });
    graph.add({ id: point.place, kind: "subnet", address: point.subnet, legs: [...routed, ...this.direct(point)] });
    const id = boundNode(point.node);
    graph.add({ id, kind: "subnet", address: point.subnet, legs: bound });
    const stands = { layer: "subnet" as const, address: point.address, says: `stands in ${point.subnet}` };
    graph.add({
      id: point.node,
      kind: "workload",
      address: point.address,
      legs: [{ ...stands, to: id, flows: FlowSet.ALL, filters: [] }],
    });
    return { point, egress, isListed, firewall, visits, nats: own, hasWay };
  }

  // What no route has, with who refuses it first.
  private stays(point: GcpAttachPoint, legs: readonly Leg[], filter: Filter): Leg {
    const led = FlowSet.unionAll(
      legs.filter((leg) => leg.filters.every((one) => one !== UNTRANSLATED)).map((leg) => leg.flows),
    );
    const dead = FlowSet.unionAll(legs.filter((leg) => leg.to === DEAD).map((leg) => leg.flows));
    const says = `has no route to it`;
    const noRoute: Filter = { layer: "route", flows: FlowSet.NONE, decide: () => ({ address: point.subnet, says }) };
    const flows = FlowSet.ALL.subtract(led).subtract(dead);
    return { to: DEAD, layer: "subnet", address: point.subnet, says, flows, filters: [filter, noRoute] };
  }

  /** The policy that decides for an attach point, or the network of classic rules and implied ones. */
  private firewallOf(point: GcpAttachPoint): string {
    const layers = this.context.firewalls.layersOf(point.network, point.region);
    const deciding = layers.filter((layer) => layer.rules.some((rule) => rule.direction === "EGRESS"));
    return (deciding.find((layer) => layer.policy !== undefined) ?? deciding[0])?.address ?? point.network;
  }

  // A public address or a translation is what it takes to use a route to the internet; IPv6 needs none.
  private ends(
    { hop, flows }: Route,
    external: boolean,
    nats: readonly Nat[],
  ): { to: string; says: string; flows: FlowSet }[] {
    if (hop.kind === "outside") return [{ to: this.outside(hop.address), says: `leads to ${hop.what}`, flows }];
    const four = flows.intersect(FlowSet.of({ destinations: AddressSet.V4 }));
    const six = flows.intersect(FlowSet.of({ destinations: AddressSet.V6 }));
    const ways = [
      ...(external ? [{ to: INTERNET, says: "leads to the internet", flows: four }] : []),
      ...nats.map((nat) => ({ to: this.nat(nat), says: `leads to the internet by ${nat.address}`, flows: four })),
    ];
    const dead = { to: DEAD, says: "leads to the internet", flows: four };
    return [
      ...(ways.length > 0 ? ways : [dead]),
      { to: INTERNET, says: "leads to the internet by IPv6", flows: six },
    ].filter((one) => !one.flows.isEmpty);
  }

  private through(firewall: string, point: GcpAttachPoint, leg: Leg, filter: Filter): string {
    const id = firewallNode(firewall, `${point.node}>${leg.to}`);
    const inner = {
      ...leg,
      layer: "filter" as const,
      address: firewall,
      says: "passes what its rules let out",
      flows: FlowSet.ALL,
    };
    if (!this.context.graph.has(id))
      this.context.graph.add({ id, kind: "firewall", address: firewall, legs: [{ ...inner, filters: [filter] }] });
    return id;
  }

  // Clients ask the proxy by its address; what they ask for is what gets out.
  private explicit(point: GcpAttachPoint, { flows }: Verdict): Visit[] {
    return this.context.gateways
      .filter((gateway) => !gateway.isNextHop)
      .flatMap((gateway) =>
        gateway.entrances
          .filter((entrance) => entrance.network === point.network)
          .map((entrance) => {
            const isAdmitted = !flows.intersect(askedAt(gateway, entrance)).from(point.sources).isEmpty;
            return this.visit(point, gateway, entrance, isAdmitted);
          }),
      );
  }

  private visit(point: GcpAttachPoint, gateway: Gateway, entrance: Entrance, isAdmitted: boolean): Visit {
    const { inventory, names, lists } = this.context;
    const { seenAs } = entrance;
    const asking: Asking = { inventory, names, lists, point, ...(seenAs === undefined ? {} : { seenAs }) };
    return { point, gateway, entrance, asking, filter: proxied(gateway, asking), isAdmitted };
  }

  private asks(visit: Visit, egress: Verdict): Leg {
    const { gateway, entrance, filter } = visit;
    const knock = askedAt(gateway, entrance).intersect(egress.flows).sample();
    const admits: Filter = {
      layer: "filter",
      flows: FlowSet.ALL,
      decide: () => (knock === undefined ? { address: gateway.address, says: "is asked" } : egress.decide(knock)),
    };
    return {
      to: this.proxy(visit),
      layer: "route",
      address: gateway.address,
      says: `is asked at ${knock?.destination ?? "its address"}:${knock?.port ?? ""}`,
      flows: filter.asked,
      filters: [admits],
    };
  }

  private proxy({ gateway, point, filter }: Visit): string {
    const id = firewallNode(gateway.address, point.node);
    if (this.context.graph.has(id)) return id;
    const says = "passes what its rules let through";
    const leg = { to: INTERNET, layer: "filter" as const, address: gateway.address, says, flows: FlowSet.ALL };
    this.context.graph.add({ id, kind: "firewall", address: gateway.address, legs: [{ ...leg, filters: [filter] }] });
    return id;
  }

  // Serverless that does not send everything through its network has a way of Google's own.
  private direct({ placement, address }: GcpAttachPoint): Leg[] {
    const direct = placement?.direct ?? false;
    const isUnknown = direct === "unknown";
    if (direct === false) return [];
    if (
      isUnknown &&
      !this.context.inventory.counts("grants", address, "whether it sends everything through its network", [address])
    )
      return [];
    const flows = direct === "public" ? FlowSet.of({ destinations: PUBLIC }) : FlowSet.ALL;
    const says = "sends it past every network of yours";
    return [{ to: INTERNET, layer: "route", address, says, flows, filters: [] }];
  }

  private nat({ address }: Nat): string {
    const id = `nat:${address}`;
    const leg = {
      to: INTERNET,
      layer: "route" as const,
      address,
      says: "translates the source address",
      flows: FlowSet.ALL,
    };
    if (!this.context.graph.has(id))
      this.context.graph.add({ id, kind: "hop", address, legs: [{ ...leg, filters: [] }] });
    return id;
  }

  private outside(address: string): string {
    const id = `outside:${address}`;
    if (!this.context.graph.has(id)) this.context.graph.add({ id, kind: "outside", address, legs: [] });
    return id;
  }

  private leg(to: string, { address, flows }: Route, says: string): Leg {
    return { to, layer: "route", address, says, flows, filters: [] };
  }
}

const DEAD = "nowhere";

const UNTRANSLATED: Filter = {
  layer: "gateway",
  flows: FlowSet.NONE,
  decide: () => ({ address: "internet", says: "it has no external address, and no Cloud NAT translates its own" }),
};

/** What an attach point may send inside of its network. */
export function insideFilter(firewalls: Firewalls, point: GcpAttachPoint): Filter {
  const { flows, decide } = firewalls.verdict(point, "EGRESS");
  return {
    layer: "filter",
    flows: flows.union(FlowSet.of({ destinations: METADATA })),
    decide: (flow) =>
      METADATA.has(flow.destination)
        ? { address: point.network, says: "no rule reaches the metadata server" }
        : decide(flow),
  };
}
