import type { Inventory, PlannedResource } from "../read/inventory";
import {
  addressesOf,
  blocksOf,
  hasUnknown,
  isAbsent,
  isFalse,
  isTrue,
  numberOf,
  stringsOf,
  textOf,
} from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import type { GcpAttachPoint } from "./agents";
import type { Names } from "./names";
import type { Networks } from "./networks";
import { addressesIn, type Gateway } from "./proxies";

/** Where a route leads. */
export type NextHop =
  | { readonly kind: "internet" }
  | { readonly kind: "proxy"; readonly gateway: Gateway }
  /** Something that inspects nothing the model can read. */
  | { readonly kind: "outside"; readonly address: string; readonly what: string };

/** One route, as far as it concerns an attach point. */
export interface Route {
  readonly address: string;
  readonly flows: FlowSet;
  readonly hop: NextHop;
}

interface Candidate {
  readonly address: string;
  /** Undefined where the plan does not say. */
  readonly destinations: AddressSet | undefined;
  readonly length: number;
  readonly priority: number;
  readonly hop: NextHop | undefined;
  readonly isDoubtful: boolean;
  /** Learned from somewhere: which others it comes before is not known. */
  readonly isLearned?: boolean;
}

/** Routes of networks. @see https://cloud.google.com/vpc/docs/routes */
export class Routes {
  public constructor(
    private readonly inventory: Inventory,
    private readonly networks: Networks,
    private readonly names: Names,
    private readonly gateways: readonly Gateway[],
  ) {}

  /** Where an attach point's traffic leads past its network: policy based routes first, then the longest prefix. */
  public of(point: GcpAttachPoint): Route[] {
    const inside = this.networks.insideOf(point.network);
    const outside = FlowSet.of({ sources: point.sources, destinations: inside.complement() });
    const steered = this.policyBased(point);
    const taken = FlowSet.unionAll(steered.filter((one) => !one.isDoubtful).map((one) => one.flows));
    const plain = this.selected(this.candidates(point)).map((one) => ({ ...one, flows: one.flows.subtract(taken) }));
    return [
      ...steered.flatMap(({ address, flows, hop }) => (hop === undefined ? [] : [{ address, flows, hop }])),
      ...plain,
    ]
      .map((one) => ({ ...one, flows: one.flows.intersect(outside) }))
      .filter((one) => !one.flows.isEmpty);
  }

  // The longest prefix wins, then the lower priority; a route whose destinations are not known takes nothing away.
  private selected(candidates: readonly Candidate[]): Route[] {
    const isOpen = this.inventory.reading === "open";
    const sorted = [...candidates].sort(
      (a, b) => b.length - a.length || a.priority - b.priority || (a.address < b.address ? -1 : 1),
    );
    let taken = AddressSet.NONE;
    let level = { key: "", sets: [] as AddressSet[] };
    return sorted.flatMap(({ address, destinations, length, priority, hop, isDoubtful, isLearned }) => {
      if (isLearned === true && destinations !== undefined && hop !== undefined)
        return [{ address, hop, flows: FlowSet.of({ destinations }) }];
      if (destinations === undefined) return hop === undefined || !isOpen ? [] : [{ address, hop, flows: FlowSet.ALL }];
      const key = `${length} ${priority}`;
      if (key !== level.key) {
        taken = AddressSet.unionAll([taken, ...level.sets]);
        level = { key, sets: [] };
      }
      if (!isDoubtful || !isOpen) level.sets.push(destinations);
      const rest = destinations.subtract(taken);
      if (rest.isEmpty || hop === undefined || (isDoubtful && !isOpen)) return [];
      return [{ address, hop, flows: FlowSet.of({ destinations: rest }) }];
    });
  }

  private candidates(point: GcpAttachPoint): Candidate[] {
    const { network } = point;
    const written = this.inventory
      .of("grants", "google_compute_route")
      .filter((one) => this.networks.isIn(one.values["network"], network, one.address, "grants"))
      .flatMap((one) => this.written(one, point));
    return [...this.implied(network), ...written, ...this.neighbours(network)];
  }

  // Google adds a default route to a network, and one for IPv6 where a subnet has public addresses.
  private implied(network: string): Candidate[] {
    const resource = this.inventory.get(network);
    const value = resource?.values["delete_default_routes_on_create"];
    const isKnown = resource !== undefined && resource.mode === "managed";
    const hop = { kind: "internet" } as const;
    const common = { address: network, priority: 1000, hop, length: 0 };
    const six = this.networks.of(network).some((subnet) => subnet.resource?.values["ipv6_access_type"] === "EXTERNAL");
    const publicSix = six ? [{ ...common, destinations: AddressSet.V6, isDoubtful: false }] : [];
    const four = { ...common, destinations: AddressSet.V4 };
    if (isKnown && (isAbsent(value) || isFalse(value))) return [{ ...four, isDoubtful: false }, ...publicSix];
    if (isKnown && isTrue(value)) return publicSix;
    const counts = isKnown
      ? this.inventory.countsUnknown("grants", network, "delete_default_routes_on_create", value)
      : this.inventory.counts("grants", network, "the network's routes are not in this stack", [`${network}.routes`]);
    return counts ? [{ ...four, isDoubtful: true }, ...publicSix] : publicSix;
  }

  private written(resource: PlannedResource, point: GcpAttachPoint): Candidate[] {
    const { address, values, isDoubtful } = resource;
    const tags = stringsOf(values["tags"]);
    // Where nobody knows what will stand there, a tag may be there too.
    if (tags.length > 0 && !tags.some((tag) => point.tags.includes(tag)) && !point.isAnybody) return [];
    const destinations = addressesOf(values["dest_range"]);
    if (
      destinations === undefined &&
      !this.inventory.countsUnknown("grants", address, "dest_range", values["dest_range"])
    )
      return [];
    return [
      {
        address,
        destinations,
        length: destinations === undefined ? -1 : Number(textOf(values["dest_range"])?.split("/")[1] ?? 32),
        priority: numberOf(values["priority"]) ?? 1000,
        hop: this.hopOf(resource),
        // One of nobody knows which network takes nothing away.
        isDoubtful:
          isDoubtful ||
          (tags.length > 0 && point.isAnybody) ||
          this.networks.networkOf(values["network"]) !== point.network,
      },
    ];
  }

  private hopOf({ address, values }: PlannedResource): NextHop | undefined {
    const gateway = values["next_hop_gateway"];
    if (!isAbsent(gateway)) {
      const isInternet = textOf(gateway)?.endsWith("default-internet-gateway") ?? false;
      if (isInternet) return { kind: "internet" };
      return this.inventory.countsUnknown("grants", address, "next_hop_gateway", gateway)
        ? { kind: "internet" }
        : undefined;
    }
    const balancer = values["next_hop_ilb"];
    if (!isAbsent(balancer)) return this.balancer(address, balancer);
    const kinds: readonly [string, string][] = [
      ["next_hop_vpn_tunnel", "a VPN tunnel"],
      ["next_hop_instance", "an instance"],
      ["next_hop_ip", "an address"],
      ["next_hop_hub", "a hub"],
      ["next_hop_peering", "a peering"],
    ];
    const [name, what] = kinds.find(([one]) => !isAbsent(values[one])) ?? [];
    if (name === undefined || what === undefined) return undefined;
    const proxy = name === "next_hop_ip" ? this.gatewayAt(values[name]) : undefined;
    if (proxy !== undefined) return { kind: "proxy", gateway: proxy };
    return { kind: "outside", address: this.meant(values[name]) ?? address, what };
  }

  private balancer(address: string, value: Resolved | undefined): NextHop {
    const proxy = this.gatewayAt(value);
    if (proxy !== undefined) return { kind: "proxy", gateway: proxy };
    return { kind: "outside", address: this.meant(value) ?? address, what: "an internal load balancer" };
  }

  private gatewayAt(value: Resolved | undefined): Gateway | undefined {
    const asked = addressesIn(this.inventory, this.names, value === undefined ? [] : [value]);
    return this.gateways.find(
      (one) =>
        one.isNextHop && !asked.isEmpty && one.entrances.some((entrance) => asked.isSubsetOf(entrance.addresses)),
    );
  }

  private meant(value: Resolved | undefined): string | undefined {
    const types = ["google_compute_vpn_tunnel", "google_compute_instance", "google_compute_forwarding_rule"];
    return this.names.addressOf(value, ...types);
  }

  // Networks behind a network: peers, sites, hubs. Their routes are exchanged, and most are in no plan.
  private neighbours(network: string): Candidate[] {
    const { inventory, networks, names } = this;
    const isHere = (one: PlannedResource, value = one.values["network"]): boolean =>
      networks.isIn(value, network, one.address, "grants");
    const candidate = (address: string, what: string, destinations?: AddressSet): Candidate => {
      const hop = { kind: "outside", address, what } as const;
      return {
        address,
        destinations: destinations ?? AddressSet.ALL,
        length: 0,
        priority: 0,
        hop,
        isDoubtful: false,
        isLearned: true,
      };
    };
    const peerings = inventory
      .of("grants", "google_compute_network_peering")
      .filter((one) => isHere(one))
      .map((one) => {
        const peer = networks.networkOf(one.values["peer_network"]) ?? "";
        const known =
          inventory.get(peer) === undefined
            ? undefined
            : AddressSet.unionAll(networks.of(peer).map((subnet) => subnet.sources ?? AddressSet.ALL));
        return candidate(one.address, "a peering", known);
      });
    const services = inventory
      .of("grants", "google_service_networking_connection")
      .filter((one) => isHere(one))
      .map((one) => candidate(one.address, "a connection to producers of services", this.reservedBy(one)));
    const routers = inventory
      .of("grants", "google_compute_router")
      .filter((one) => isHere(one))
      .map((one) => one.address);
    const attachments = inventory
      .of("grants", "google_compute_interconnect_attachment")
      .filter((one) => routers.includes(names.addressOf(one.values["router"], "google_compute_router") ?? ""))
      .map((one) => candidate(one.address, "an interconnect"));
    const gateways = inventory
      .of("grants", "google_compute_ha_vpn_gateway", "google_compute_vpn_gateway")
      .filter((one) => isHere(one))
      .map((one) => candidate(one.address, "a VPN gateway"));
    const spokes = inventory
      .of("grants", "google_network_connectivity_spoke")
      .filter((one) => blocksOf(one.values["linked_vpc_network"]).some((linked) => isHere(one, linked["uri"])))
      .map((one) => candidate(one.address, "a spoke of a hub"));
    return [...peerings, ...services, ...attachments, ...gateways, ...spokes];
  }

  private reservedBy({ values }: PlannedResource): AddressSet | undefined {
    const ranges = (Array.isArray(values["reserved_peering_ranges"]) ? values["reserved_peering_ranges"] : []).map(
      (one) => {
        const range = this.names.resource(one, "google_compute_global_address");
        const prefix = numberOf(range?.values["prefix_length"]);
        return addressesOf(`${textOf(range?.values["address"]) ?? ""}/${prefix ?? ""}`);
      },
    );
    const known = ranges.filter((one): one is AddressSet => one !== undefined);
    return known.length > 0 && known.length === ranges.length ? AddressSet.unionAll(known) : undefined;
  }

  private policyBased(
    point: GcpAttachPoint,
  ): (Omit<Route, "hop"> & { hop: NextHop | undefined; isDoubtful: boolean })[] {
    const { inventory, networks } = this;
    const routes = inventory
      .of("grants", "google_network_connectivity_policy_based_route")
      .filter((one) => networks.isIn(one.values["network"], point.network, one.address, "grants"))
      .filter((one) => {
        const tags = stringsOf(blocksOf(one.values["virtual_machine"])[0]?.["tags"]);
        return (
          isAbsent(one.values["interconnect_attachment"]) &&
          (tags.length === 0 || tags.some((tag) => point.tags.includes(tag)))
        );
      })
      .sort((a, b) => (numberOf(a.values["priority"]) ?? 1000) - (numberOf(b.values["priority"]) ?? 1000));
    let rest = FlowSet.ALL;
    return routes.flatMap((one) => {
      const filter = blocksOf(one.values["filter"])[0] ?? {};
      const sides = ["src_range", "dest_range"].map((name) =>
        isAbsent(filter[name]) ? AddressSet.V4 : addressesOf(filter[name]),
      );
      const [sources, destinations] = sides;
      const protocol = textOf(filter["ip_protocol"]);
      const protocols = protocol === "TCP" ? RangeSet.of(6) : protocol === "UDP" ? RangeSet.of(17) : RangeSet.PROTOCOLS;
      const isUnsure =
        sources === undefined || destinations === undefined || hasUnknown(filter["ip_protocol"]) || one.isDoubtful;
      if (isUnsure) inventory.counts("grants", one.address, "what it steers is not known", [one.address]);
      const own = FlowSet.of({
        sources: sources ?? AddressSet.ALL,
        destinations: destinations ?? AddressSet.ALL,
        protocols,
      });
      const flows = rest.intersect(own);
      // To go on by the other routes is what happens without it.
      const isPlain = !isAbsent(one.values["next_hop_other_routes"]);
      if (!isUnsure) rest = rest.subtract(own);
      if (isPlain) return [];
      const hop = this.balancer(one.address, one.values["next_hop_ilb_ip"]);
      return [{ address: one.address, flows, hop, isDoubtful: isUnsure }];
    });
  }
}
