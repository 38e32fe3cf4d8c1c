import type { Inventory, PlannedResource } from "../read/inventory";
import { isFalse, isTrue } from "../read/values";
import type { Networks } from "./networks";
import { aboutOf, idOf, keyOf, namedOwner } from "./own";

/** What one network reaches by a peering. */
export interface Peering {
  readonly address: string;
  readonly network: string;
  /** Address of the other network, or its id where it is not in the stack. */
  readonly remote: string;
  /** Whether the other network's gateways are used. */
  readonly usesGateways: boolean;
}

/** How the networks of a stack are tied to others: peerings, gateways, hubs of Virtual WAN. */
export class Ties {
  public readonly peerings: Peering[];
  private readonly gateways = new Map<string, string>();

  public constructor(
    private readonly inventory: Inventory,
    networks: Networks,
  ) {
    const all = inventory.of("grants", "azurerm_virtual_network_peering");
    this.peerings = all.flatMap((one) => this.peeringOf(one, all));
    for (const one of inventory.of("grants", "azurerm_virtual_network_gateway")) {
      const [subnet] = networks.named(
        (Array.isArray(one.values["ip_configuration"]) ? one.values["ip_configuration"] : []).flatMap((block) =>
          typeof block === "object" && block !== null && "subnet_id" in block ? [block["subnet_id"] ?? null] : [],
        ),
      );
      const network = subnet === undefined ? undefined : networks.subnets.get(subnet)?.network;
      if (network !== undefined) this.gateways.set(network, one.address);
    }
    for (const one of inventory.of("grants", "azurerm_virtual_hub_connection")) {
      const network = idOf(one.values["remote_virtual_network_id"]);
      if (network !== undefined) this.gateways.set(network, one.address);
    }
  }

  public of(network: string): Peering[] {
    return this.peerings.filter((one) => one.network === network);
  }

  /** The resource by which a network learns routes that no plan shows. */
  public learnedBy(network: string): string | undefined {
    const own = this.gateways.get(network);
    return own ?? this.of(network).find((one) => one.usesGateways)?.address;
  }

  private peeringOf(resource: PlannedResource, all: readonly PlannedResource[]): Peering[] {
    const { inventory } = this;
    const { address, values } = resource;
    if (isFalse(values["allow_virtual_network_access"])) return [];
    const owner = namedOwner(inventory, resource, "virtual_network_name", "azurerm_virtual_network");
    const remote = idOf(values["remote_virtual_network_id"]);
    const other =
      aboutOf(inventory, values["remote_virtual_network_id"], "azurerm_virtual_network")?.address ??
      remote ??
      keyOf(values["remote_virtual_network_id"]) ??
      address;
    const network = owner?.address ?? keyOf(values["virtual_network_name"]) ?? "";
    const back = all.some(
      (one) =>
        namedOwner(inventory, one, "virtual_network_name", "azurerm_virtual_network")?.address === other &&
        idOf(one.values["remote_virtual_network_id"]) === network,
    );
    // One direction alone connects nothing; the other may be somebody else's.
    const isHere = inventory.get(other)?.mode === "managed";
    if (isHere && !back && !inventory.counts("grants", address, "whether there is a peering back", [address]))
      return [];
    return [{ address, network, remote: other, usesGateways: isTrue(values["use_remote_gateways"]) }];
  }
}
