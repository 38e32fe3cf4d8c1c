import type { Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, blocksOf, hasUnknown, isAbsent, listOf, target, textOf, type Values } from "../read/values";
import { Reference, type Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import type { Networks } from "./networks";

/** Arguments of a route that name where it leads. */
export const ROUTE_TARGETS = [
  "gateway_id",
  "nat_gateway_id",
  "vpc_endpoint_id",
  "transit_gateway_id",
  "vpc_peering_connection_id",
  "network_interface_id",
  "egress_only_gateway_id",
  "carrier_gateway_id",
  "local_gateway_id",
  "core_network_arn",
  "instance_id",
];

/** One route of a table. */
export interface AwsRoute {
  readonly address: string;
  /** Undefined where the plan does not say: any address. */
  readonly destinations: AddressSet | undefined;
  /** Prefix length; longer ones win. */
  readonly length: number;
  readonly targetName: string;
  readonly target: Resolved;
  /** Whether it exists, or in which table, is not known: it takes nothing away from other routes. */
  readonly isDoubtful: boolean;
}

/** Which table a subnet has, and what stands in it. */
export class RouteTables {
  private readonly routes = new Map<string, AwsRoute[]>();
  private readonly associations = new Map<string, string[]>();
  private readonly mains = new Map<string, string>();
  /** Tables that learn routes the plan does not show, with what makes them. */
  public readonly propagating = new Map<string, string>();
  /** A route of which the plan does not say the table or the destinations. */
  public unsure: string | undefined;

  public constructor(
    private readonly inventory: Inventory,
    private readonly networks: Networks,
  ) {
    this.readAssociations();
    this.readRoutes();
  }

  /**
   * The tables that a subnet may have: one, more where two resources give it one; none where the VPC's main table is not
   * in the stack.
   */
  public tablesOf(subnet: string): string[] {
    const own = this.associations.get(subnet);
    if (own !== undefined) return own;
    const main = this.mains.get(this.networks.subnets.get(subnet)?.vpc ?? "");
    return main === undefined ? [] : [main];
  }

  /** Whether a VPC of the stack is there without a resource for its main table: it then has the local routes alone. */
  public hasPlainMain(vpc: string): boolean {
    return this.inventory.get(vpc)?.mode === "managed" && !this.mains.has(vpc);
  }

  public routesOf(table: string): AwsRoute[] {
    return [...(this.routes.get(table) ?? []), ...(this.routes.get("*") ?? [])];
  }

  private readAssociations(): void {
    const { inventory } = this;
    for (const one of inventory.of("grants", "aws_route_table_association")) {
      const table = this.tableOf(one.values["route_table_id"]) ?? textOf(one.values["route_table_id"]);
      const subnet = target(one.values["subnet_id"]);
      if (subnet === undefined) {
        const isGateway = !isAbsent(one.values["gateway_id"]);
        if (!isGateway) inventory.countsUnknown("grants", one.address, "subnet_id", one.values["subnet_id"]);
        continue;
      }
      const known = this.associations.get(subnet) ?? [];
      this.associations.set(subnet, [...known, table ?? `the route table of ${one.address}`]);
    }
    for (const one of inventory.of("grants", "aws_default_route_table")) {
      const reference = one.values["default_route_table_id"];
      if (reference instanceof Reference) this.mains.set(reference.address, one.address);
    }
    for (const one of inventory.of("grants", "aws_main_route_table_association")) {
      const vpc = target(one.values["vpc_id"]);
      const table = this.tableOf(one.values["route_table_id"]);
      if (vpc !== undefined && table !== undefined) this.mains.set(vpc, table);
    }
  }

  /** The table that a value means: `default_route_table_id` of a VPC is the resource that adopted its table. */
  public tableOf(value: Resolved | undefined): string | undefined {
    if (!(value instanceof Reference)) return undefined;
    if (!/^(default|main)_route_table_id$/.test(value.attribute)) return value.address;
    const adopted = this.inventory
      .of("grants", "aws_default_route_table")
      .find((one) => target(one.values["default_route_table_id"]) === value.address);
    return adopted?.address ?? `${value.address}.main`;
  }

  private readRoutes(): void {
    const { inventory } = this;
    for (const route of inventory.all.filter((one) => one.type === "aws_route" && one.mode === "managed")) {
      if (route.isDoubtful) inventory.counts("grants", route.address, "whether it exists", route.doubtTokens);
      const value = route.values["route_table_id"];
      const table = this.tableOf(value) ?? textOf(value);
      if (table?.endsWith(".main")) this.mains.set(table.slice(0, -".main".length), table);
      if (table !== undefined) this.add(table, this.route(route.address, route.values, route.isDoubtful));
      else {
        // In any table: it leads there in the open reading, and takes away from every one in the closed one.
        this.unsure = route.address;
        inventory.countsUnknown("grants", route.address, "route_table_id", value);
        this.add("*", this.route(route.address, route.values, true));
      }
    }
    for (const table of inventory.of("grants", "aws_route_table", "aws_default_route_table")) {
      const { address, values } = table;
      for (const block of blocksOf(values["route"])) this.add(address, this.route(address, block, table.isDoubtful));
      if (hasUnknown(values["route"]) && inventory.countsUnknown("grants", address, "route", values["route"])) {
        this.add(address, {
          address,
          destinations: undefined,
          length: 0,
          targetName: "route",
          target: null,
          isDoubtful: true,
        });
      }
      if (!isAbsent(values["propagating_vgws"])) this.propagating.set(address, address);
    }
    for (const one of inventory.of("grants", "aws_vpn_gateway_route_propagation")) {
      const table = this.tableOf(one.values["route_table_id"]);
      if (table !== undefined) this.propagating.set(table, one.address);
    }
  }

  private add(table: string, route: AwsRoute | undefined): void {
    if (route === undefined) return;
    const known = this.routes.get(table);
    if (known === undefined) this.routes.set(table, [route]);
    else known.push(route);
  }

  private route(address: string, values: Values, isDoubtful: boolean): AwsRoute | undefined {
    const block =
      [
        values["destination_cidr_block"],
        values["cidr_block"],
        values["destination_ipv6_cidr_block"],
        values["ipv6_cidr_block"],
      ].find((one) => !isAbsent(one)) ?? null;
    const name = ROUTE_TARGETS.find((one) => !isAbsent(values[one])) ?? "";
    const lists = [...listOf(values["destination_prefix_list_id"])].filter((one) => !isAbsent(one));
    const destinations = lists.length > 0 ? this.prefixList(lists[0] ?? null) : addressesOf(block);
    const named = lists[0] ?? block;
    if (destinations === undefined) {
      this.unsure = address;
      this.inventory.countsUnknown("grants", address, "destination", named);
    }
    const length = lists.length > 0 ? -1 : Number(/\/(\d+)$/.exec(String(block))?.[1] ?? 32);
    return { address, destinations, length, targetName: name, target: values[name] ?? null, isDoubtful };
  }

  private prefixList(value: Resolved): AddressSet | undefined {
    const list: PlannedResource | undefined = this.inventory.get(target(value));
    if (list?.type !== "aws_ec2_managed_prefix_list" || hasUnknown(list.values["entry"])) return undefined;
    return AddressSet.unionAll(
      blocksOf(list.values["entry"]).map((entry) => addressesOf(entry["cidr"]) ?? AddressSet.ALL),
    );
  }
}
