import { Token } from "cdktf";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { CidrBlock } from "../../lib/names/cidr-block";
import { azureId } from "./azure-id";
import { checkPrivate } from "./location";

/** What a hub's firewall can do, by its SKU. */
export enum AzureFirewallSku {
  BASIC = "basic",
  STANDARD = "standard",
  PREMIUM = "premium",
}

/** A firewall in a hub that the cell did not create. */
export interface AzureFirewallAttributes {
  /** Id of its policy; the cell adds rule collection groups to it. */
  readonly firewallPolicyId: string;
  /** Its private address, where the cell's default routes lead. */
  readonly privateIpAddress: string;
  readonly sku: AzureFirewallSku;
  /** The hub's network, which the cell's is peered with. The hub's owner makes the peering back. */
  readonly virtualNetworkId: string;
  /** Addresses of the hub's network, which agents are kept from but for names. */
  readonly cidr: string;
  /** Whether its policy has a parent: the parent's network rules come before every name on the cell's lists. */
  readonly parentPolicy: boolean;
  /** Where the cell's groups stand among the policy's; no other group may have a priority in the 20 from here on. @default 1000 */
  readonly priority?: number;
}

/** The groups of a cell stand in this many priorities. */
const BAND = 20;

/**
 * A firewall that stands already. The cell writes the rules of its own addresses into the hub's policy and leads its
 * traffic there; what else is in the policy is not in this stack and is not checked.
 */
export class AzureExistingFirewall {
  private constructor(
    public readonly firewallPolicyId: string,
    public readonly privateIpAddress: string,
    public readonly sku: AzureFirewallSku,
    public readonly virtualNetworkId: string,
    public readonly cidr: CidrBlock,
    public readonly priority: number,
  ) {}

  /**
   * Describes the firewall by its attributes.
   * @throws CORDON-309 where a cell behind it could not be made safe: a parent policy, an address that is none
   */
  public static fromFirewallAttributes(attributes: AzureFirewallAttributes): AzureExistingFirewall {
    const at = "AzureExistingFirewall.fromFirewallAttributes";
    const { privateIpAddress, priority = 1000, sku } = attributes;
    const refuse = (problem: string, fix: string): never => {
      throw new CordonError("CORDON-309", at, problem, fix);
    };
    const cidr = CidrBlock.parse(attributes.cidr, `${at}, cidr`);
    checkPrivate(cidr, `${at}, cidr`);
    if (!Token.isUnresolved(privateIpAddress)) {
      const address = /^[0-9.]+$/.test(privateIpAddress) ? CidrBlock.parse(`${privateIpAddress}/32`, at) : undefined;
      if (address === undefined || !cidr.contains(address)) {
        refuse(
          `privateIpAddress ${quoted(privateIpAddress)} is not an address of ${cidr}`,
          "write the firewall's private address in the hub's network",
        );
      }
    }
    if (!Object.values(AzureFirewallSku).includes(sku)) refuse(`sku ${quoted(sku)} is none`, "use AzureFirewallSku");
    if (attributes.parentPolicy !== false) {
      refuse(
        "the policy has a parent, whose network rules come before every name on the agents' lists",
        "give the cell's rules to a policy without a parent, or use a firewall of the cell's own",
      );
    }
    if (!Number.isInteger(priority) || priority < 100 || priority > 65_000 - BAND) {
      refuse(`priority ${quoted(priority)} is not one`, `use a whole number from 100 to ${65_000 - BAND}`);
    }
    return new AzureExistingFirewall(
      azureId(attributes.firewallPolicyId, at, "firewallPolicyId"),
      privateIpAddress,
      sku,
      azureId(attributes.virtualNetworkId, at, "virtualNetworkId"),
      cidr,
      priority,
    );
  }
}
