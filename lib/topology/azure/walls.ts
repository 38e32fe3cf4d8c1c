import type { Filter } from "../graph/graph";
import type { Inventory } from "../read/inventory";
import { AddressSet } from "../sets/address-set";
import { FlowSet } from "../sets/flow-set";
import type { AzureAttachPoint } from "./agents";
import type { Networks } from "./networks";
import { idOf } from "./own";
import type { Ties } from "./peerings";
import type { Placements } from "./placements";
import type { RouteTables } from "./route-tables";
import type { RuleContext, SecurityGroups, Side } from "./security-groups";
import { PRIVATE } from "./tags";

/** What security groups let through at a place: those of the subnet and those of the interface, both. */
export class Walls {
  private readonly bySubnet = new Map<string, string>();
  private readonly contexts = new Map<string, RuleContext>();
  private readonly filters = new Map<string, Filter>();

  public constructor(
    inventory: Inventory,
    private readonly parts: {
      readonly networks: Networks;
      readonly tables: RouteTables;
      readonly ties: Ties;
      readonly placements: Placements;
      readonly groups: SecurityGroups;
    },
  ) {
    const { networks } = parts;
    for (const one of inventory.of("restricts", "azurerm_subnet_network_security_group_association")) {
      const group = idOf(one.values["network_security_group_id"]) ?? one.address;
      for (const subnet of networks.named(one.values["subnet_id"])) this.bySubnet.set(subnet, group);
    }
    for (const { address, values } of networks.subnets.values()) {
      const group = idOf(values["security_group"]);
      if (group !== undefined && group !== "") this.bySubnet.set(address, group);
    }
  }

  /** The group of a subnet, by address or id. */
  public groupOf(subnet: string): string | undefined {
    return this.bySubnet.get(subnet);
  }

  /** What a subnet's group lets through; undefined where it has none, which lets everything through. */
  public ofSubnet(subnet: string, side: Side): Filter | undefined {
    const group = this.bySubnet.get(subnet);
    return group === undefined ? undefined : this.filter(group, subnet, side);
  }

  /** What an agent may send. */
  public out(point: AzureAttachPoint): Filter[] {
    return this.of(point, "Outbound");
  }

  /** Whom an agent admits. */
  public in(point: AzureAttachPoint): Filter[] {
    return this.of(point, "Inbound");
  }

  /** What single rules of an agent's groups let out. */
  public admitted(point: AzureAttachPoint): { address: string; flows: FlowSet }[] {
    const groups = this.groupsOf(point);
    const filters = this.out(point);
    return groups.flatMap((group) =>
      this.parts.groups.admitted(group, "Outbound", this.context(point.subnet)).map(({ address, flows }) => ({
        address,
        flows: filters.reduce((rest, filter) => rest.intersect(filter.flows), flows.from(point.sources)),
      })),
    );
  }

  /** The groups at a point: of its interface, and of its subnet. */
  public groupsOf({ placement, subnet }: AzureAttachPoint): string[] {
    const own = this.bySubnet.get(subnet);
    return [...(placement?.groups ?? []), ...(own === undefined ? [] : [own])];
  }

  /** What both sides' filters let through, as one. */
  public static joined(filters: readonly Filter[], owner: string): Filter {
    return {
      layer: "security group",
      flows: filters.reduce((flows, filter) => flows.intersect(filter.flows), FlowSet.ALL),
      decide: (flow) =>
        (filters.find((filter) => !filter.flows.has(flow)) ?? filters.at(-1))?.decide(flow) ?? {
          address: owner,
          says: "has no security group, so everything is admitted",
        },
    };
  }

  private of(point: AzureAttachPoint, side: Side): Filter[] {
    return this.groupsOf(point).map((group) => this.filter(group, point.subnet, side));
  }

  private filter(group: string, subnet: string, side: Side): Filter {
    const key = `${side} ${group} ${subnet}`;
    const known = this.filters.get(key);
    if (known !== undefined) return known;
    const filter = this.parts.groups.filter(group, side, this.context(subnet));
    this.filters.set(key, filter);
    return filter;
  }

  // The tag of the network is its space, peers', gateways', and by its documentation also where routes lead.
  private context(subnet: string): RuleContext {
    const known = this.contexts.get(subnet);
    if (known !== undefined) return known;
    const { networks, tables, ties, placements } = this.parts;
    const network = networks.subnets.get(subnet)?.network ?? "";
    const own = networks.blocksOf(network);
    const peers = ties.of(network).map(({ remote }) => networks.blocksOf(remote) ?? PRIVATE);
    const learned = ties.learnedBy(network) === undefined ? [] : [PRIVATE];
    const routed = tables.routesOf(tables.tableOf(subnet)).map((route) => route.destinations ?? AddressSet.NONE);
    const sure = own ?? AddressSet.NONE;
    const maybe = AddressSet.unionAll([own ?? AddressSet.ALL, ...peers, ...learned, ...routed]);
    const context = {
      network: { sure, maybe },
      membersOf: (group: string) => placements.membersOf(group) ?? own ?? AddressSet.ALL,
    };
    this.contexts.set(subnet, context);
    return context;
  }
}
