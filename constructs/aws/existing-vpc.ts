import { resourceReference } from "../../lib/cell/agent-cell-base";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { CidrBlock } from "../../lib/names/cidr-block";

/** The public side of one zone of an existing VPC. */
export interface AwsPublicSubnetAttributes {
  readonly availabilityZone: string;
  /** The subnet's addresses, to keep the cell's own subnets clear of them. */
  readonly cidr: string;
  /** Its NAT gateway; the firewall's subnet sends what it passed there. */
  readonly natGatewayId: string;
  /** Its route table; the cell adds the return routes of its agents to it. */
  readonly routeTableId: string;
}

/** A VPC that the cell did not create. */
export interface AwsVpcAttributes {
  readonly vpcId: string;
  /** Account that owns the VPC, 12 digits. */
  readonly accountId: string;
  /** The VPC's address block that the cell's own `cidr` lies inside of. */
  readonly cidr: string;
  /**
   * Whether agents are the only ones to resolve names in this VPC. The resolver's firewall is one per VPC: with other
   * workloads inside, their names would be refused, or the list would have to be opened for agents too.
   */
  readonly dedicated: boolean;
  /** Whether the VPC has an IPv6 block. A cell filters IPv4 alone. */
  readonly ipv6: boolean;
  /** One per zone that has a way out: every zone of `INSPECTED`, the first of `INSPECTED_ONE_ZONE`, none of `SEALED`. */
  readonly publicSubnets?: AwsPublicSubnetAttributes[];
  /** Addresses of every other subnet in the VPC. @default - none */
  readonly otherSubnetCidrs?: string[];
}

/**
 * An existing VPC to put a cell into. Subnets and route tables of agents, endpoints and firewall stay the cell's own:
 * routes of a table that somebody else made can't be seen at synth, and one of them could pass by the firewall.
 */
export class AwsExistingVpc {
  private constructor(
    public readonly vpcId: string,
    public readonly accountId: string,
    public readonly cidr: CidrBlock,
    public readonly publicSubnets: AwsPublicSubnetAttributes[],
    private readonly taken: CidrBlock[],
  ) {}

  /**
   * Describes the VPC by its attributes.
   * @throws CORDON-109 where a cell inside could not be made safe: a shared resolver, IPv6
   */
  public static fromVpcAttributes(attributes: AwsVpcAttributes): AwsExistingVpc {
    const at = "AwsExistingVpc.fromVpcAttributes";
    const vpcId = resourceReference(attributes.vpcId, at, "vpcId");
    const cidr = CidrBlock.parse(attributes.cidr, `${at}, cidr`);
    if (!/^\d{12}$/.test(attributes.accountId)) {
      throw new CordonError(
        "CORDON-122",
        at,
        `accountId ${quoted(attributes.accountId)} is not 12 digits`,
        "write the account that owns the VPC",
      );
    }
    if (attributes.dedicated !== true) {
      throw new CordonError(
        "CORDON-109",
        at,
        "other workloads resolve names in this VPC, and the resolver's firewall is one per VPC",
        "give the agents a VPC of their own, or move the others out and set dedicated: true",
      );
    }
    if (attributes.ipv6 !== false) {
      throw new CordonError(
        "CORDON-109",
        at,
        "the VPC has an IPv6 block, and a route ::/0 would pass by the firewall",
        "use a VPC without IPv6",
      );
    }
    const publicSubnets = attributes.publicSubnets ?? [];
    const taken = [...publicSubnets.map((subnet) => subnet.cidr), ...(attributes.otherSubnetCidrs ?? [])].map((text) =>
      CidrBlock.parse(text, `${at}, a subnet's cidr`),
    );
    for (const subnet of publicSubnets) {
      resourceReference(subnet.natGatewayId, at, "natGatewayId");
      resourceReference(subnet.routeTableId, at, "routeTableId");
    }
    return new AwsExistingVpc(vpcId, attributes.accountId, cidr, publicSubnets, taken);
  }

  /** Refuses a cell whose addresses are not free in this VPC. */
  public checkRoomFor(cell: CidrBlock, at: string): void {
    if (!this.cidr.contains(cell)) {
      throw new CordonError(
        "CORDON-109",
        at,
        `${cell} is not inside of the VPC's ${this.cidr}`,
        "choose a free block of the VPC as the cell's cidr",
      );
    }
    const other = this.taken.find((subnet) => subnet.overlaps(cell));
    if (other !== undefined) {
      throw new CordonError(
        "CORDON-109",
        at,
        `subnet ${other} of the VPC lies in the cell's ${cell}`,
        "choose a block of the VPC that no subnet uses",
      );
    }
  }

  /** The public side of a zone, or an error that says why the tier needs it. */
  public publicSubnet(zone: string, at: string): AwsPublicSubnetAttributes {
    const found = this.publicSubnets.find((subnet) => subnet.availabilityZone === zone);
    if (found === undefined) {
      throw new CordonError(
        "CORDON-109",
        at,
        `the existing VPC has no public subnet in ${zone}`,
        "add it to publicSubnets with its NAT gateway and route table, or use AwsEgressTier.SEALED",
      );
    }
    return found;
  }
}
