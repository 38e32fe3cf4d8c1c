import type { Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, blocksOf, hasUnknown, isAbsent, isFalse, isTrue, textOf, type Values } from "../read/values";
import type { Resolved } from "../resolve/value";
import type { AddressSet } from "../sets/address-set";
import type { Networks } from "./networks";
import { idOf, namedOwner } from "./own";

/** One route that somebody wrote. */
export interface UserRoute {
  readonly address: string;
  /** Undefined for a service tag, and where the plan does not say. */
  readonly destinations: AddressSet | undefined;
  readonly isTag: boolean;
  readonly length: number;
  /** `VirtualAppliance`, `Internet`, `VnetLocal`, `VirtualNetworkGateway`, `None`; undefined where it is not known. */
  readonly kind: string | undefined;
  readonly hop: Resolved | undefined;
  readonly isDoubtful: boolean;
}

/** The route tables of a stack, and what they are associated with. */
export class RouteTables {
  private readonly bySubnet = new Map<string, string[]>();
  private readonly routes = new Map<string, UserRoute[]>();

  public constructor(
    private readonly inventory: Inventory,
    networks: Networks,
  ) {
    for (const one of inventory.of("grants", "azurerm_subnet_route_table_association")) {
      const table = idOf(one.values["route_table_id"]) ?? one.address;
      for (const subnet of networks.named(one.values["subnet_id"])) this.associate(subnet, table);
    }
    for (const { address, values } of networks.subnets.values()) {
      const table = values["route_table_id"];
      if (!isAbsent(table)) this.associate(address, idOf(table) ?? `${address} route_table_id`);
    }
    for (const table of inventory.of("grants", "azurerm_route_table")) {
      const { address, values } = table;
      const own = blocksOf(values["route"]).map((one) => this.route(address, one, table.isDoubtful));
      const isOpen =
        hasUnknown(values["route"]) && inventory.countsUnknown("grants", address, "route", values["route"]);
      this.routes.set(address, isOpen ? [...own, anywhere(address, values["route"])] : own);
    }
    for (const one of inventory.of("grants", "azurerm_route")) this.place(one);
  }

  /** The table of a subnet: its address, or an id that is not in the stack; undefined where there is none. */
  public tableOf(subnet: string): string | undefined {
    return this.bySubnet.get(subnet)?.[0];
  }

  public routesOf(table: string | undefined): UserRoute[] {
    return table === undefined ? [] : (this.routes.get(table) ?? []);
  }

  /** Whether a table is written in this stack. */
  public isHere(table: string): boolean {
    return this.routes.has(table);
  }

  /** Whether routes that a gateway learns get into a table. Where there is none, they do. */
  public learns(table: string | undefined): boolean {
    const values = this.inventory.get(table)?.values;
    if (values === undefined) return true;
    const isOn = values["bgp_route_propagation_enabled"];
    if (isTrue(values["disable_bgp_route_propagation"]) || isFalse(isOn)) return false;
    return (
      !hasUnknown(isOn) || this.inventory.countsUnknown("grants", table ?? "", "bgp_route_propagation_enabled", isOn)
    );
  }

  private associate(subnet: string, table: string): void {
    this.bySubnet.set(subnet, [...(this.bySubnet.get(subnet) ?? []), table]);
  }

  // A route whose table is not known may be in any.
  private place(resource: PlannedResource): void {
    const { address, values } = resource;
    const owner = namedOwner(this.inventory, resource, "route_table_name", "azurerm_route_table");
    if (owner !== undefined) {
      this.routes.get(owner.address)?.push(this.route(address, values, resource.isDoubtful));
    } else if (hasUnknown(values["route_table_name"])) {
      if (!this.inventory.countsUnknown("grants", address, "route_table_name", values["route_table_name"])) return;
      for (const routes of this.routes.values()) routes.push(this.route(address, values, true));
    }
  }

  private route(address: string, values: Values, isDoubtful: boolean): UserRoute {
    const prefix = values["address_prefix"];
    const destinations = addressesOf(prefix);
    const isTag = destinations === undefined && typeof prefix === "string";
    if (destinations === undefined && !isTag) {
      this.inventory.counts("grants", address, "its address_prefix is not known", [address]);
    }
    const length = destinations === undefined ? (isTag ? 0.5 : -1) : Number(String(prefix).split("/")[1] ?? 32);
    const kind = textOf(values["next_hop_type"]);
    return { address, destinations, isTag, length, kind, hop: values["next_hop_in_ip_address"], isDoubtful };
  }
}

const anywhere = (address: string, hop: Resolved | undefined): UserRoute => ({
  address,
  destinations: undefined,
  isTag: false,
  length: -1,
  kind: undefined,
  hop,
  isDoubtful: true,
});
