import type { Graph, Leg } from "../graph/graph";
import type { Inventory } from "../read/inventory";
import { blocksOf, isAbsent, numberOf, referencesIn, stringsOf, tokensOf } from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { App, FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import type { AzureFirewall, Firewalls } from "./firewalls";
import type { Networks, Subnet } from "./networks";
import { firewallNode, INTERNET, localNode, subnetNode } from "./nodes";
import { idOf } from "./own";
import type { Ties } from "./peerings";
import type { Placements } from "./placements";
import type { RouteTables, UserRoute } from "./route-tables";
import { endpointNames } from "./service-names";
import { PRIVATE, PUBLIC, SOME_ADDRESS } from "./tags";

interface Candidate {
  readonly length: number;
  /** Of routes of one length: what somebody wrote, then what a gateway learned, then Azure's own. */
  readonly rank: number;
  readonly destinations: AddressSet | undefined;
  readonly isDoubtful: boolean;
  legs(flows: FlowSet): Leg[];
}

/** What the router draws from. */
export interface RouterContext {
  readonly inventory: Inventory;
  readonly networks: Networks;
  readonly tables: RouteTables;
  readonly ties: Ties;
  readonly firewalls: Firewalls;
  readonly placements: Placements;
}

/**
 * Draws routes into the graph: those of the tables, and Azure's own below them.
 *
 * @see https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
 */
export class Router {
  public constructor(
    private readonly graph: Graph,
    private readonly context: RouterContext,
  ) {
    graph.add({ id: INTERNET, kind: "internet", address: "internet", legs: [] });
  }

  /** The node of a subnet, drawn with everything behind it. */
  public subnet(address: string): string {
    const id = subnetNode(address);
    if (this.graph.has(id)) return id;
    this.graph.add({ id, kind: "subnet", address, legs: [] });
    const subnet = this.context.networks.subnets.get(address);
    const legs = subnet === undefined ? [] : [...this.selected(subnet), ...this.ofServices(subnet)];
    this.graph.add({ id, kind: "subnet", address, legs });
    return id;
  }

  public leg(to: string, address: string, says: string, flows: FlowSet): Leg {
    return { to, layer: "route", address, says, flows, filters: [] };
  }

  // The longest prefix wins; of the same length what somebody wrote.
  private selected(subnet: Subnet): Leg[] {
    const { tables, inventory } = this.context;
    const table = tables.tableOf(subnet.address);
    const routes = tables.routesOf(table).map((route) => this.candidate(route, subnet));
    const isOpen = inventory.reading === "open";
    // A route to nobody knows where may take everything away.
    if (!isOpen && routes.some((one) => one.destinations === undefined && one.length < 0)) return [];
    const unread = table !== undefined && !tables.isHere(table) ? this.unreadTable(table) : [];
    const all = [...routes, ...this.own(subnet), ...this.learned(subnet, table)].sort(
      (a, b) => b.length - a.length || a.rank - b.rank,
    );
    let taken = AddressSet.NONE;
    const legs = all.flatMap(({ destinations, isDoubtful, legs: legsFor }) => {
      if (destinations === undefined) return legsFor(FlowSet.ALL);
      const rest = destinations.subtract(taken);
      // What is doubtful takes nothing away in the open reading, and leads nowhere in the closed one.
      if (!isDoubtful || !isOpen) taken = taken.union(destinations);
      return rest.isEmpty || (isDoubtful && !isOpen) ? [] : legsFor(FlowSet.of({ destinations: rest }));
    });
    return [...unread, ...legs];
  }

  private unreadTable(table: string): Leg[] {
    const what = "its route table is not in this stack";
    if (!this.context.inventory.counts("grants", table, what, [table])) return [];
    return [this.leg(this.outside(table), table, "is a route table that is not in this stack", FlowSet.ALL)];
  }

  private candidate(route: UserRoute, subnet: Subnet): Candidate {
    const isOpen = this.context.inventory.reading === "open";
    const ofTag = isOpen ? PUBLIC : SOME_ADDRESS;
    return {
      length: route.length,
      rank: 0,
      destinations: route.isTag ? ofTag : route.destinations,
      // A tag's addresses are not known, so nothing is surely taken away from the others.
      isDoubtful: route.isDoubtful || (route.isTag && isOpen),
      legs: (flows) => this.follow(route, subnet, flows),
    };
  }

  // Azure's own routes.
  private own(subnet: Subnet): Candidate[] {
    const { networks, ties } = this.context;
    const blocks = networks.blocksOf(subnet.network);
    const sure = { rank: 2, isDoubtful: false };
    const within = (blocks?.toCidrs() ?? []).map((block) => ({
      ...sure,
      length: Number(block.split("/")[1]),
      destinations: AddressSet.parse(block),
      legs: (flows: FlowSet) => [this.leg(this.local(subnet.network), subnet.network, "is the network's own", flows)],
    }));
    const peered = ties.of(subnet.network).flatMap(({ address, remote }) => {
      const space = networks.blocksOf(remote);
      const to = networks.of(remote).length > 0 || space !== undefined ? this.local(remote) : this.outside(address);
      const legs = (flows: FlowSet) => [this.leg(to, address, `leads to ${remote} by peering`, flows)];
      if (space !== undefined) {
        return space.toCidrs().map((block) => ({
          ...sure,
          length: Number(block.split("/")[1]),
          destinations: AddressSet.parse(block),
          legs,
        }));
      }
      // Where a network that is not in the stack lies is not known: somewhere among private addresses.
      const rest = PRIVATE.subtract(this.firewallAddresses()).subtract(blocks ?? AddressSet.NONE);
      return [{ length: 8, rank: 2, isDoubtful: this.context.inventory.reading === "open", destinations: rest, legs }];
    });
    const internet = {
      ...sure,
      length: 0,
      destinations: PUBLIC,
      legs: (flows: FlowSet) => this.toInternet(subnet, subnet.address, "is Azure's own route to the internet", flows),
    };
    return [...within, ...peered, internet];
  }

  private learned(subnet: Subnet, table: string | undefined): Candidate[] {
    const { ties, tables, inventory } = this.context;
    const by = ties.learnedBy(subnet.network);
    if (by === undefined || subnet.name === "GatewaySubnet" || !tables.learns(table)) return [];
    if (!inventory.counts("grants", by, "it adds routes that the plan does not show", [by])) return [];
    const legs = (flows: FlowSet): Leg[] => [
      this.leg(this.outside(by), by, "adds routes that the plan does not show", flows),
    ];
    return [{ length: -1, rank: 1, destinations: undefined, isDoubtful: true, legs }];
  }

  // A service endpoint's routes are longer than any default: they lead to every tenant's part of the service.
  private ofServices(subnet: Subnet): Leg[] {
    const blocks = blocksOf(subnet.values["service_endpoint"]).flatMap((one) => stringsOf(one["service"]));
    const services = [...stringsOf(subnet.values["service_endpoints"]), ...blocks];
    const bound = !isAbsent(subnet.values["service_endpoint_policy_ids"]);
    return services
      .filter((service) => !(bound && /^microsoft\.storage/i.test(service)))
      .map((service) =>
        this.leg(
          this.outside(`${subnet.address} ${service}`),
          subnet.address,
          `has a service endpoint, which leads to every tenant's ${service}`,
          FlowSet.of({
            protocols: RangeSet.of(TCP),
            ports: RangeSet.of(443),
            apps: [App.TLS],
            names: endpointNames(service),
            destinations: PUBLIC,
          }),
        ),
      );
  }

  private follow(route: UserRoute, subnet: Subnet, flows: FlowSet): Leg[] {
    const { address, kind, hop } = route;
    const { inventory } = this.context;
    const to = (id: string, says: string): Leg[] => [this.leg(id, address, says, flows)];
    if (kind === "None") return [];
    if (kind === "VnetLocal") return to(this.local(subnet.network), "leads into the network");
    if (kind === "Internet") return this.toInternet(subnet, address, "leads to the internet", flows);
    if (kind === "VirtualNetworkGateway") return to(this.outside(address), "leads to a gateway to other networks");
    if (kind === "VirtualAppliance") return this.toAppliance(address, hop, subnet, flows);
    if (!inventory.counts("grants", address, "its next_hop_type is not known", [address])) return [];
    return to(this.outside(address), "leads where the plan does not say");
  }

  // A route to the internet leads there where something translates the address.
  private toInternet(subnet: Subnet, address: string, says: string, flows: FlowSet): Leg[] {
    const way = this.translation(subnet);
    return way === undefined ? [] : [this.leg(INTERNET, address, `${says}, with ${way}`, flows)];
  }

  private translation(subnet: Subnet): string | undefined {
    const { inventory, networks, placements } = this.context;
    const nat = inventory
      .of("grants", "azurerm_subnet_nat_gateway_association")
      .find((one) => networks.named(one.values["subnet_id"]).includes(subnet.address));
    if (nat !== undefined) return `the NAT gateway of ${nat.address}`;
    const inside = placements.in(subnet.address);
    const firewall = inside.find(
      ({ resource }) =>
        resource.type === "azurerm_firewall" &&
        blocksOf(resource.values["ip_configuration"]).some((one) => !isAbsent(one["public_ip_address_id"])),
    );
    if (firewall !== undefined) return `the public address of ${firewall.resource.address}`;
    if (inside.some(({ resource }) => resource.type === "azurerm_firewall")) return undefined;
    const exposed = inside.find((one) => one.publicAt.length > 0);
    if (exposed !== undefined) return `the public address of ${exposed.publicAt[0]}`;
    const balanced = this.balanced(subnet);
    if (balanced !== undefined) return `the outbound rule ${balanced}`;
    if (!networks.hasDefaultWayOut(subnet)) return undefined;
    return subnet.delegations.length > 0 ? `the way out of ${subnet.delegations[0]}` : "default outbound access";
  }

  private balanced(subnet: Subnet): string | undefined {
    const { inventory, placements } = this.context;
    const interfaces = placements.in(subnet.address).flatMap((one) => one.interfaces.map((part) => part.address));
    const pools = inventory
      .of("grants", "azurerm_network_interface_backend_address_pool_association")
      .filter((one) => interfaces.includes(idOf(one.values["network_interface_id"]) ?? ""))
      .map((one) => idOf(one.values["backend_address_pool_id"]));
    return inventory
      .of("grants", "azurerm_lb_outbound_rule")
      .find((one) => pools.includes(idOf(one.values["backend_address_pool_id"])))?.address;
  }

  private toAppliance(address: string, hop: Resolved | undefined, subnet: Subnet, flows: FlowSet): Leg[] {
    const { firewalls } = this.context;
    const firewall = firewalls.behind(hop) ?? this.otherFirewall(hop, subnet);
    if (firewall === undefined) {
      return [this.leg(this.appliance(address, hop), address, "leads to an appliance", flows)];
    }
    // Inside of its own subnet the firewall's traffic has left it already.
    if (firewall.subnets.includes(subnet.address)) return [];
    return [this.leg(this.firewall(firewall), address, `leads to ${firewall.address}`, flows)];
  }

  // The one firewall of somebody else that the stack adds rules to is where routes out of the network lead.
  private otherFirewall(hop: Resolved | undefined, subnet: Subnet): AzureFirewall | undefined {
    const { firewalls, networks, inventory } = this.context;
    const isOwn =
      typeof hop === "string"
        ? networks.blocksOf(subnet.network)?.has(hop) !== false
        : referencesIn(hop).some((address) => inventory.get(address)?.mode === "managed");
    const [other] = firewalls.others;
    return firewalls.all.length === 1 && !isOwn ? other : undefined;
  }

  private firewall(firewall: AzureFirewall): string {
    const [place] = firewall.subnets;
    const id = firewallNode(firewall.address, place ?? "hub");
    if (this.graph.has(id)) return id;
    this.graph.add({ id, kind: "firewall", address: firewall.address, legs: [] });
    const to = place === undefined ? INTERNET : this.subnet(place);
    const leg = {
      ...this.leg(to, firewall.address, "passes what its rules allow", FlowSet.ALL),
      layer: "filter" as const,
      filters: [firewall.filter],
    };
    this.graph.add({ id, kind: "firewall", address: firewall.address, legs: [leg] });
    return id;
  }

  // Somebody's own appliance: whether it passes anything is not in the plan.
  private appliance(route: string, hop: Resolved | undefined): string {
    const id = `appliance:${route}`;
    if (this.graph.has(id)) return id;
    const tokens = tokensOf(hop);
    const passes = this.context.inventory.counts("grants", route, "what the appliance behind it passes", [
      ...(tokens.length > 0 ? tokens : [route]),
    ]);
    const legs = passes ? [this.leg(this.outside(route), route, "may pass anything", FlowSet.ALL)] : [];
    this.graph.add({ id, kind: "firewall", address: route, legs });
    return id;
  }

  private outside(address: string): string {
    const id = `outside:${address}`;
    if (!this.graph.has(id)) this.graph.add({ id, kind: "outside", address, legs: [] });
    return id;
  }

  private local(network: string): string {
    const id = localNode(network);
    const kind = this.isPassage(network) ? "hop" : "local";
    if (!this.graph.has(id)) this.graph.add({ id, kind, address: network, legs: [] });
    return id;
  }

  // A network of firewalls and gateways alone is passed through: nobody is at home there.
  private isPassage(network: string): boolean {
    const { networks, placements } = this.context;
    const subnets = networks.of(network);
    const parts = subnets.map((subnet) => placements.in(subnet.address));
    const hasFirewall = parts.flat().some((one) => one.resource.type === "azurerm_firewall");
    return hasFirewall && parts.every((all) => all.length > 0 && all.every((one) => one.isInfrastructure));
  }

  // Where next hops are, as far as they are written: what is sent there is for the firewall itself.
  private firewallAddresses(): AddressSet {
    const hops = this.context.inventory
      .of("grants", "azurerm_route")
      .filter((one) => one.values["next_hop_type"] === "VirtualAppliance")
      .flatMap((one) => {
        const hop = one.values["next_hop_in_ip_address"];
        return typeof hop === "string" && numberOf(hop) === undefined ? (AddressSet.parse(hop) ?? []) : [];
      });
    return AddressSet.unionAll(hops);
  }
}
