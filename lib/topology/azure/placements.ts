import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, isAbsent, isTrue, listOf, target, targetsOf, textOf, type Values } from "../read/values";
import type { AddressSet } from "../sets/address-set";
import type { Networks } from "./networks";
import { idOf } from "./own";
import { INFRASTRUCTURE_TYPES, NO_INTERFACE_TYPES } from "./resource-types";

/** Something with interfaces in subnets. */
export interface Placement {
  readonly resource: PlannedResource;
  readonly subnets: string[];
  /** Security groups of its interfaces, beside those of the subnets. */
  readonly groups: string[];
  /** Groups of applications that its interfaces are in. */
  readonly applicationGroups: string[];
  /** Its interfaces that are resources of their own. */
  readonly interfaces: PlannedResource[];
  /** Where it asks for a public address. */
  readonly publicAt: string[];
  /** Part of the network itself: firewall, gateways, endpoints, load balancers. */
  readonly isInfrastructure: boolean;
}

/** Arguments that place a resource. Others name subnets to let them in. */
const PLACING =
  /^(subnet_ids?|vnet_subnet_id|pod_subnet_id|infrastructure_subnet_id|virtual_network_subnet_id|delegated_subnet_id)$/;
const ADMITTING = /network_rule|network_acl|network_rules|virtual_network_rule|ip_restriction/;
const INTERFACE = "azurerm_network_interface";

/** What stands in which subnet, of any type. */
export class Placements {
  public readonly all: Placement[];
  private readonly bySubnet = new Map<string, Placement[]>();

  public constructor(
    private readonly inventory: Inventory,
    private readonly networks: Networks,
  ) {
    const machines = inventory.all.filter((one) => targetsOf(one.values["network_interface_ids"]).length > 0);
    const owned = new Set(machines.flatMap((one) => targetsOf(one.values["network_interface_ids"])));
    this.all = inventory.all.filter((one) => !owned.has(one.address)).flatMap((one) => this.placementOf(one) ?? []);
    for (const one of this.all) {
      for (const subnet of one.subnets) this.bySubnet.set(subnet, [...(this.bySubnet.get(subnet) ?? []), one]);
    }
  }

  public in(subnet: string): Placement[] {
    return this.bySubnet.get(subnet) ?? [];
  }

  /** The addresses of what may be in a group of applications: those of its members' subnets. */
  public membersOf(group: string): AddressSet | undefined {
    const subnets = this.all.filter((one) => one.applicationGroups.includes(group)).flatMap((one) => one.subnets);
    return subnets.length === 0 ? undefined : this.networks.addressesOf([...new Set(subnets)]);
  }

  private placementOf(resource: PlannedResource): Placement | undefined {
    if (resource.mode === "data" || NO_INTERFACE_TYPES.has(resource.type)) return undefined;
    const interfaces = targetsOf(resource.values["network_interface_ids"]).flatMap(
      (address) => this.inventory.get(address) ?? [],
    );
    const parts = [resource, ...interfaces];
    const subnets = new Set(parts.flatMap((one) => placesIn(one.values, this.networks)));
    if (subnets.size === 0) return undefined;
    const own = new Set(parts.filter((one) => one.type === INTERFACE).map((one) => one.address));
    const tied = (type: string, argument: string): string[] =>
      this.inventory
        .of("grants", type)
        .filter((one) => own.has(target(one.values["network_interface_id"]) ?? ""))
        .flatMap((one) => idOf(one.values[argument]) ?? []);
    const inner = blocksIn(resource.values);
    return {
      resource,
      subnets: [...subnets],
      interfaces: parts.filter((one) => one.type === INTERFACE),
      groups: [
        ...tied("azurerm_network_interface_security_group_association", "network_security_group_id"),
        ...inner.flatMap((one) => idOf(one["network_security_group_id"]) ?? []),
      ],
      applicationGroups: [
        ...tied("azurerm_network_interface_application_security_group_association", "application_security_group_id"),
        ...inner.flatMap((one) => listOf(one["application_security_group_ids"]).flatMap((id) => idOf(id) ?? [])),
      ],
      publicAt: parts.filter(asksPublic).map((one) => one.address),
      isInfrastructure: INFRASTRUCTURE_TYPES.has(resource.type),
    };
  }
}

function asksPublic({ type, values }: PlannedResource): boolean {
  if (INFRASTRUCTURE_TYPES.has(type)) return false;
  if (type === "azurerm_container_group") return (textOf(values["ip_address_type"]) ?? "Public") === "Public";
  return [values, ...blocksIn(values)].some(
    (one) =>
      !isAbsent(one["public_ip_address_id"]) ||
      blocksOf(one["public_ip_address"]).length > 0 ||
      isTrue(one["node_public_ip_enabled"]) ||
      isTrue(one["enable_node_public_ip"]),
  );
}

function placesIn(values: Values, networks: Networks): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    if (PLACING.test(key)) return networks.named(value);
    if (ADMITTING.test(key)) return [];
    return blocksOf(value).flatMap((one) => placesIn(one, networks));
  });
}

// The blocks of a resource at any depth.
function blocksIn(values: Values): Values[] {
  return Object.values(values).flatMap((value) => blocksOf(value).flatMap((one) => [one, ...blocksIn(one)]));
}
