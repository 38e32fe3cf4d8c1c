import { AddressPlan } from "../../lib/names/address-plan";
import type { CidrBlock } from "../../lib/names/cidr-block";

/**
 * Where things stand in a cell's block. Subnets on Azure span the zones of a region, so one quarter of the block holds
 * the cell; the rest of the virtual network's addresses stays free.
 */
export class AzureAddressPlan {
  /** `AzureFirewallSubnet`; Azure wants a /26. */
  public readonly firewall: CidrBlock;
  /** `AzureFirewallManagementSubnet`; Azure wants a /26. */
  public readonly firewallManagement: CidrBlock;
  /** Where private endpoints have their addresses. */
  public readonly endpoints: CidrBlock;
  private readonly agents: AddressPlan;

  /** @throws CORDON-011 for a block that is no /16 to /21, or subnets that do not fit */
  public constructor(
    private readonly region: string,
    cidr: CidrBlock,
    agentPrefix: number | undefined,
    at: string,
  ) {
    this.agents = AddressPlan.of({
      cidr,
      zones: [{ name: region, block: 0 }],
      ...(agentPrefix === undefined ? {} : { agentPrefix }),
      at,
    });
    const quarter = cidr.subnet(cidr.prefix + 2, 0);
    this.firewall = quarter.subnet(26, 0);
    this.endpoints = this.agents.infrastructure(region).endpoint;
    this.firewallManagement = quarter.subnet(26, 3);
  }

  /** An agent's addresses, by its name. @throws CORDON-012 where another agent has the place */
  public place(agent: string, slot?: number): CidrBlock {
    const [first] = this.agents.place(agent, slot);
    if (first === undefined) throw new Error(`the plan has no place in ${this.region}`);
    return first.cidr;
  }
}
