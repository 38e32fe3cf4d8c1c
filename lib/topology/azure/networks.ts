import type { Inventory, PlannedResource } from "../read/inventory";
import {
  addressesOf,
  blocksOf,
  hasUnknown,
  isFalse,
  listOf,
  referencesIn,
  stringsOf,
  textOf,
  type Values,
} from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { idOf, keyOf, namedOwner } from "./own";
import { SOME_ADDRESS } from "./tags";

export interface Subnet {
  /** Of its resource; of one that is written inside of its network `azurerm_virtual_network.x subnet name`. */
  readonly address: string;
  readonly name: string | undefined;
  /** Address of the network, or its name where it is not in the stack. */
  readonly network: string;
  /** Undefined where the plan does not say. */
  readonly sources: AddressSet | undefined;
  /** The same with what is not known: everything in the open reading, some one address in the closed one. */
  readonly assumed: AddressSet;
  /** Services that it is handed to. */
  readonly delegations: readonly string[];
  readonly values: Values;
  /** The resource in which it is written. */
  readonly resource: PlannedResource;
}

/** Names of subnets that Azure keeps for parts of the network. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  "AzureFirewallSubnet",
  "AzureFirewallManagementSubnet",
  "GatewaySubnet",
  "AzureBastionSubnet",
  "RouteServerSubnet",
]);

/** Virtual networks and subnets of a stack, however they are written. */
export class Networks {
  public readonly subnets: ReadonlyMap<string, Subnet>;

  public constructor(private readonly inventory: Inventory) {
    const separate = [
      ...inventory.of("grants", "azurerm_subnet"),
      ...inventory.of("grants", "data.azurerm_subnet"),
    ].map((resource) => this.subnetOf(resource.address, resource, resource.values, this.networkOf(resource)));
    const inline = inventory
      .of("grants", "azurerm_virtual_network")
      .flatMap((resource) =>
        blocksOf(resource.values["subnet"]).map((values) =>
          this.subnetOf(
            `${resource.address} subnet ${keyOf(values["name"]) ?? ""}`,
            resource,
            values,
            resource.address,
          ),
        ),
      );
    this.subnets = new Map([...separate, ...inline].map((subnet) => [subnet.address, subnet]));
  }

  /** Subnets of a network, in the order of their addresses. */
  public of(network: string): Subnet[] {
    return [...this.subnets.values()].filter((subnet) => subnet.network === network);
  }

  /** Addresses of the subnets that a value names. One that is written inside of a network can't be told from its others. */
  public named(value: Resolved | undefined): string[] {
    return listOf(value).flatMap((one) => {
      const found = referencesIn(one).flatMap((address) =>
        this.subnets.has(address)
          ? [address]
          : this.of(address)
              .filter((subnet) => subnet.resource.address === address)
              .map((subnet) => subnet.address),
      );
      return [...new Set(found)];
    });
  }

  /** The address space of a network; undefined where a part of it is not known. */
  public blocksOf(network: string): AddressSet | undefined {
    const resource = this.inventory.get(network);
    const space = resource?.values["address_space"];
    const blocks = listOf(space).map(addressesOf);
    const known = blocks.filter((block): block is AddressSet => block !== undefined);
    return resource === undefined || known.length !== blocks.length || hasUnknown(space) || blocks.length === 0
      ? undefined
      : AddressSet.unionAll(known);
  }

  /** The addresses of subnets together; undefined where one is not known. */
  public addressesOf(subnets: readonly string[]): AddressSet | undefined {
    const sets = subnets.map((subnet) => this.subnets.get(subnet)?.sources);
    const known = sets.filter((set): set is AddressSet => set !== undefined);
    return known.length === sets.length ? AddressSet.unionAll(known) : undefined;
  }

  /** Whether Azure gives what starts in a subnet a way out by itself. Services that it is handed to have their own. */
  public hasDefaultWayOut({ values, delegations, address, resource }: Subnet): boolean {
    const value = values["default_outbound_access_enabled"];
    if (delegations.length > 0) return true;
    if (isFalse(value)) return false;
    const isSaid = !hasUnknown(value) && resource.mode === "managed";
    return isSaid || this.inventory.countsUnknown("grants", address, "default_outbound_access_enabled", value);
  }

  private networkOf(resource: PlannedResource): string {
    const owner = namedOwner(this.inventory, resource, "virtual_network_name", "azurerm_virtual_network");
    return (
      owner?.address ??
      idOf(resource.values["virtual_network_id"]) ??
      keyOf(resource.values["virtual_network_name"]) ??
      `the network of ${resource.address}`
    );
  }

  private subnetOf(address: string, resource: PlannedResource, values: Values, network: string): Subnet {
    const prefixes = values["address_prefixes"] ?? values["address_prefix"];
    const blocks = listOf(prefixes).map(addressesOf);
    const known = blocks.filter((block): block is AddressSet => block !== undefined);
    const isKnown = blocks.length > 0 && known.length === blocks.length;
    const sources = isKnown ? AddressSet.unionAll(known) : undefined;
    const delegations = blocksOf(values["delegation"]).flatMap((one) => [
      ...blocksOf(one["service_delegation"]).map((service) => textOf(service["name"]) ?? "a service"),
      ...stringsOf(one["service_name"]),
    ]);
    return {
      address,
      name: textOf(values["name"]),
      network,
      sources,
      assumed: sources ?? this.unknownSources(address, prefixes),
      delegations,
      values,
      resource,
    };
  }

  private unknownSources(address: string, prefixes: Resolved | undefined): AddressSet {
    return this.inventory.countsUnknown("grants", address, "address_prefixes", prefixes)
      ? AddressSet.ALL
      : SOME_ADDRESS;
  }
}
