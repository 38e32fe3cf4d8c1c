import { AddressPlan } from "../../lib/names/address-plan";
import type { CidrBlock } from "../../lib/names/cidr-block";

/** Where things stand in a cell's block. Subnets on Google Cloud are regional: the quarters are for roles, not for zones. */
export class GcpAddressPlan {
  /** Where the proxy has its address, and serverless inspection later. */
  public readonly endpoints: CidrBlock;
  /** Where the managed proxies of the region run; nobody else may. */
  public readonly proxies: CidrBlock;
  /** Translated addresses of a published proxy; in the proxy's own network. */
  public readonly published: CidrBlock;
  /** The proxy's address. */
  public readonly proxyAddress: string;
  /** The address of Google APIs: in no subnet of the network. */
  public readonly apiAddress: string;
  private readonly agents: AddressPlan;

  /** @throws CORDON-011 for a block that is no /16 to /21, or subnets that do not fit */
  public constructor(cidr: CidrBlock, region: string, agentPrefix: number | undefined, at: string) {
    this.agents = AddressPlan.of({
      cidr,
      zones: [{ name: region, block: 0 }],
      ...(agentPrefix === undefined ? {} : { agentPrefix }),
      at,
    });
    const quarter = (index: number): CidrBlock => cidr.subnet(cidr.prefix + 2, index);
    this.endpoints = quarter(0).subnet(28, 0);
    this.proxies = quarter(1).subnet(Math.max(23, cidr.prefix + 2), 0);
    this.published = quarter(2).subnet(28, 0);
    this.proxyAddress = addressIn(this.endpoints, 10);
    this.apiAddress = addressIn(quarter(3), Number(quarter(3).size) - 2);
  }

  /** An agent's place, by its name. @throws CORDON-012 where another agent has it */
  public place(agent: string, slot?: number): { readonly cidr: CidrBlock; readonly slot: number } {
    const [first] = this.agents.place(agent, slot);
    if (first === undefined) throw new Error("the plan has no region");
    return { cidr: first.cidr, slot: slotOf(this.endpoints, first.cidr) };
  }
}

// How far the agent's block stands from the beginning: a number that stays as long as the block does.
function slotOf(first: CidrBlock, block: CidrBlock): number {
  return Number((block.first - first.first) / block.size);
}

function addressIn(block: CidrBlock, index: number): string {
  return block.subnet(32, index).toString().replace("/32", "");
}
