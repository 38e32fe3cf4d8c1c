import type { Graph, Leg } from "../graph/graph";
import type { Inventory } from "../read/inventory";
import { target, textOf } from "../read/values";
import { Reference, type Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import type { AwsFirewall } from "./firewalls";
import type { Networks } from "./networks";
import { firewallNode, INTERNET, localNode, subnetNode } from "./nodes";
import type { Placements } from "./placements";
import type { AwsRoute, RouteTables } from "./route-tables";
import type { TransitGateways } from "./transit-gateways";

const WORDS: { [targetName: string]: string } = {
  gateway_id: "an internet gateway",
  nat_gateway_id: "a NAT gateway",
  vpc_endpoint_id: "an endpoint",
  transit_gateway_id: "a transit gateway",
  vpc_peering_connection_id: "a peering connection",
  network_interface_id: "a network interface",
  egress_only_gateway_id: "an egress-only gateway",
};

/** Draws routes into the graph: subnets, gateways, firewall endpoints, as far as traffic gets. */
export class Router {
  private readonly tables = new Map<string, Leg[]>();

  public constructor(
    private readonly graph: Graph,
    private readonly inventory: Inventory,
    private readonly networks: Networks,
    private readonly routeTables: RouteTables,
    private readonly firewalls: readonly AwsFirewall[],
    private readonly transit: TransitGateways,
    private readonly placements: Placements,
  ) {
    graph.add({ id: INTERNET, kind: "internet", address: "internet", legs: [] });
  }

  /** The node of a subnet, drawn with everything behind it. */
  public subnet(address: string): string {
    const id = subnetNode(address);
    if (this.graph.has(id)) return id;
    this.graph.add({ id, kind: "subnet", address, legs: [] });
    const subnet = this.networks.subnets.get(address);
    const tables = this.routeTables.tablesOf(address);
    const legs = tables.flatMap((table) => this.legsOf(table, subnet?.vpc ?? ""));
    const isPlain = tables.length === 0 && subnet !== undefined && this.routeTables.hasPlainMain(subnet.vpc);
    const unknown = tables.length === 0 && !isPlain ? this.unknownTable(address) : [];
    this.graph.add({
      id,
      kind: "subnet",
      address,
      legs: [...legs, ...unknown, ...(isPlain ? [this.local(subnet.vpc)] : [])],
    });
    return id;
  }

  private unknownTable(subnet: string): Leg[] {
    const what = "its route table is not in this stack";
    if (!this.inventory.counts("grants", subnet, what, [`${subnet}.route_table`])) return [];
    return [this.leg(this.outside(subnet), subnet, "has a route table that is not in this stack", FlowSet.ALL)];
  }

  private legsOf(table: string, vpc: string): Leg[] {
    const known = this.tables.get(`${table} ${vpc}`);
    if (known !== undefined) return known;
    const isHere = this.inventory.get(table) !== undefined || table.endsWith(".main");
    const local = this.local(vpc);
    const legs: Leg[] = [];
    this.tables.set(`${table} ${vpc}`, legs);
    const unknown = (what: string, address = table): void => {
      if (!this.inventory.counts("grants", address, what, [table])) return;
      legs.push(this.leg(this.outside(address), address, what, FlowSet.ALL));
    };
    if (!isHere) unknown("the route table is not in this stack");
    const learned = this.routeTables.propagating.get(table);
    if (learned !== undefined) unknown("it adds routes that the plan does not show", learned);
    legs.push(...this.selected(this.routeTables.routesOf(table), vpc, local));
    return legs;
  }

  // The longest prefix wins; a route whose destinations are not known takes nothing away from the others.
  private selected(routes: readonly AwsRoute[], vpc: string, local: Leg): Leg[] {
    const blocks = this.networks.blocksOf(vpc);
    const lengths = blocks?.toCidrs().map((block) => Number(block.split("/")[1])) ?? [0];
    const all: {
      length: number;
      destinations: AddressSet | undefined;
      isDoubtful: boolean;
      legs: (flows: FlowSet) => Leg[];
    }[] = [
      ...routes.map((route) => ({ ...route, legs: (flows: FlowSet) => this.follow(route, vpc, flows) })),
      {
        length: Math.min(...lengths),
        destinations: blocks ?? AddressSet.NONE,
        isDoubtful: false,
        legs: (flows: FlowSet) => [{ ...local, flows }],
      },
    ].sort((a, b) => b.length - a.length);
    // A route to nobody knows where may take everything away.
    const isClosed = this.inventory.reading === "closed";
    if (isClosed && all.some((one) => one.destinations === undefined)) return [];
    let taken = AddressSet.NONE;
    let level: { length: number; sets: AddressSet[] } = { length: 129, sets: [] };
    return all.flatMap(({ length, destinations, isDoubtful, legs }) => {
      if (destinations === undefined || length < 0)
        return legs(FlowSet.of({ destinations: destinations ?? AddressSet.ALL }));
      if (length !== level.length) {
        taken = AddressSet.unionAll([taken, ...level.sets]);
        level = { length, sets: [] };
      }
      // What is doubtful takes nothing away in the open reading, and leads nowhere in the closed one.
      const isOpen = this.inventory.reading === "open";
      if (!isDoubtful || !isOpen) level.sets.push(destinations);
      const rest = destinations.subtract(taken);
      return rest.isEmpty || (isDoubtful && !isOpen) ? [] : legs(FlowSet.of({ destinations: rest }));
    });
  }

  private follow(route: AwsRoute, vpc: string, flows: FlowSet): Leg[] {
    const { address, targetName, target: value } = route;
    const leg = (to: string, says: string): Leg => this.leg(to, address, says, flows);
    if (value === "local") return [{ ...this.local(vpc), flows }];
    const known = this.inventory.get(target(value));
    const type = known?.type;
    if (known !== undefined && type === "aws_nat_gateway")
      return [leg(this.nat(known.address), `leads to ${known.address}`)];
    if (known !== undefined && (type === "aws_internet_gateway" || type === "aws_egress_only_internet_gateway")) {
      return [leg(INTERNET, `leads to the internet by ${known.address}`)];
    }
    if (known !== undefined && targetName === "vpc_endpoint_id") return this.endpointLegs(known.address, value, leg);
    if (known !== undefined && type === "aws_ec2_transit_gateway") {
      return this.transit.enter(known.address, vpc, address, flows, this);
    }
    const what = WORDS[targetName] ?? "a target that inspects nothing";
    if (
      targetName === "gateway_id" &&
      known === undefined &&
      !this.inventory.countsUnknown("grants", address, "target", value)
    ) {
      return [];
    }
    if (known === undefined && value !== null && targetName !== "gateway_id" && !this.counts(address, value)) return [];
    return [
      leg(
        this.outside(known?.address ?? textOf(value) ?? address),
        `leads to ${what}${known === undefined ? " that is not in this stack" : ` (${known.address})`}`,
      ),
    ];
  }

  // A target outside of the stack is unknown; that traffic leaves by it uninspected is not.
  private counts(address: string, value: Resolved): boolean {
    if (typeof value === "string") return true;
    return this.inventory.countsUnknown("grants", address, "target", value);
  }

  private endpointLegs(address: string, value: Resolved, leg: (to: string, says: string) => Leg): Leg[] {
    const resource = this.inventory.get(address);
    const association =
      resource?.type === "aws_networkfirewall_vpc_endpoint_association"
        ? target(resource.values["firewall_arn"])
        : address;
    const firewall = this.firewalls.find((one) => one.address === association);
    if (firewall === undefined) {
      const isGateway = textOf(resource?.values["vpc_endpoint_type"]) === "GatewayLoadBalancer";
      if (isGateway) return [leg(this.appliance(address), `leads to the appliance behind ${address}`)];
      return [leg(this.outside(address), `leads to ${address}, which inspects nothing that the model can read`)];
    }
    const zone = value instanceof Reference ? /^endpoint\["(.*)"\]$/.exec(value.attribute)?.[1] : undefined;
    const inZone = firewall.subnets.filter((one) => this.networks.subnets.get(one)?.zone === zone);
    const subnets = zone === undefined || inZone.length === 0 ? firewall.subnets : inZone;
    if (subnets.length === 0) return [leg(this.firewall(firewall, undefined), `leads to ${firewall.address}`)];
    const isChoice = zone === undefined && subnets.length > 1;
    return subnets.map((subnet) => ({
      isChoice,
      ...leg(this.firewall(firewall, subnet), `leads to the endpoint of ${firewall.address} in ${subnet}`),
    }));
  }

  private firewall(firewall: AwsFirewall, subnet: string | undefined): string {
    const id = firewallNode(firewall.address, subnet ?? "?");
    if (this.graph.has(id)) return id;
    this.graph.add({ id, kind: "firewall", address: firewall.address, legs: [] });
    const to = subnet === undefined ? this.outside(firewall.address) : this.subnet(subnet);
    const leg = {
      ...this.leg(to, firewall.address, "passes what its policy accepts", FlowSet.ALL),
      layer: "filter" as const,
      filters: [firewall.filter],
    };
    this.graph.add({ id, kind: "firewall", address: firewall.address, legs: [leg] });
    return id;
  }

  // Somebody else's appliance: whether it passes anything is not in the plan.
  private appliance(endpoint: string): string {
    const id = `appliance:${endpoint}`;
    if (this.graph.has(id)) return id;
    const passes = this.inventory.counts("grants", endpoint, "what the appliance behind it passes", [endpoint]);
    const to = this.outside(endpoint);
    this.graph.add({
      id,
      kind: "firewall",
      address: endpoint,
      legs: passes ? [this.leg(to, endpoint, "may pass anything", FlowSet.ALL)] : [],
    });
    return id;
  }

  private nat(address: string): string {
    const id = `nat:${address}`;
    if (this.graph.has(id)) return id;
    this.graph.add({ id, kind: "hop", address, legs: [] });
    const nat = this.inventory.get(address);
    const subnet = target(nat?.values["subnet_id"]);
    const sources = this.networks.subnets.get(subnet ?? "")?.sources ?? AddressSet.ALL;
    const to = subnet === undefined ? this.outside(address) : this.subnet(subnet);
    this.graph.add({
      id,
      kind: "hop",
      address,
      legs: [{ ...this.leg(to, address, "translates the source address", FlowSet.ALL), translatesTo: sources }],
    });
    return id;
  }

  public has(id: string): boolean {
    return this.graph.has(id);
  }

  public pass(id: string, address: string, legs: readonly Leg[]): void {
    this.graph.add({ id, kind: "hop", address, legs });
  }

  /** A network that nobody declared, behind a resource. */
  public outside(address: string): string {
    const id = `outside:${address}`;
    if (!this.graph.has(id)) this.graph.add({ id, kind: "outside", address, legs: [] });
    return id;
  }

  private local(vpc: string): Leg {
    const id = localNode(vpc);
    if (!this.graph.has(id))
      this.graph.add({ id, kind: this.isPassage(vpc) ? "hop" : "local", address: vpc, legs: [] });
    return this.leg(
      id,
      vpc,
      "is the VPC's own address range",
      FlowSet.of({ destinations: this.networks.blocksOf(vpc) ?? AddressSet.ALL }),
    );
  }

  // A network of firewalls, translations and attachments alone is passed through: nobody is at home there.
  private isPassage(vpc: string): boolean {
    const subnets = this.networks.of(vpc);
    const parts = subnets.map((subnet) => this.placements.in(subnet.address));
    const isUsed = parts.flat().some((one) => /^aws_(networkfirewall_|nat_gateway$)/.test(one.resource.type));
    return isUsed && parts.every((all) => all.length > 0 && all.every((one) => one.isInfrastructure));
  }

  public leg(to: string, address: string, says: string, flows: FlowSet): Leg {
    return { to, layer: "route", address, says, flows, filters: [] };
  }
}
