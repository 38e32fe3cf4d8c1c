import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { Eip } from "@cdktf/provider-aws/lib/eip";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { AddressPlan } from "../../lib/names/address-plan";
import type { CidrBlock } from "../../lib/names/cidr-block";
import type { AwsEgressTier } from "./egress-tier";
import type { AwsExistingVpc } from "./existing-vpc";

/** Everything of one subnet role in one zone. */
export interface AwsZoneSubnet {
  readonly zone: string;
  readonly cidr: CidrBlock;
  readonly subnet: Subnet;
  readonly routeTable: RouteTable;
  readonly association: RouteTableAssociation;
}

export interface AwsCellNetworkProps {
  readonly cellName: string;
  readonly cidr: CidrBlock;
  /** Zone names in the caller's order. */
  readonly zones: string[];
  readonly plan: AddressPlan;
  readonly tier: AwsEgressTier;
  readonly existing?: AwsExistingVpc;
  readonly at: string;
}

const ANYWHERE = "0.0.0.0/0";

/**
 * The subnets and routes of a cell. Agents' subnets have no route but the VPC's own and, in an inspected tier, a default
 * route to a firewall endpoint; only the firewall's subnet goes on to a NAT gateway, which only the public subnet hosts.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/arch-two-zone-igw.html
 */
export class AwsCellNetwork extends Construct {
  /** The VPC. Undefined in an existing VPC. */
  public readonly vpc: Vpc | undefined;
  public readonly vpcId: string;
  /** Account that owns the VPC. */
  public readonly accountId: string;
  /** Holds no rule, so that a resource without a security group of its own reaches nothing. */
  public readonly defaultSecurityGroup: DefaultSecurityGroup | undefined;
  public readonly internetGateway: InternetGateway | undefined;
  /** Zones that have a firewall endpoint and a NAT gateway, in the caller's order; empty when sealed. */
  public readonly egressZones: string[];
  /** Where private endpoints have their addresses; no route leaves these subnets. */
  public readonly endpointSubnets: AwsZoneSubnet[];
  /** Where the firewall endpoints stand; nothing else does, since an endpoint can't inspect its own subnet. */
  public readonly firewallSubnets: AwsZoneSubnet[];
  /** Where the NAT gateways stand. Empty in an existing VPC. */
  public readonly publicSubnets: AwsZoneSubnet[];
  public readonly natGateways: { zone: string; natGateway: NatGateway; address: Eip }[] = [];
  /** From each firewall subnet to its NAT gateway, and from each public subnet to the internet gateway. */
  public readonly routes: Route[] = [];
  private readonly publicTables = new Map<string, string>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsCellNetworkProps,
  ) {
    super(scope, id);
    const { existing, zones, plan, tier } = props;
    this.egressZones = { sealed: [], "inspected-one-zone": zones.slice(0, 1), inspected: zones }[tier];
    if (existing === undefined) {
      this.vpc = new Vpc(this, "Resource", {
        cidrBlock: props.cidr.toString(),
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: this.tags(),
      });
      this.defaultSecurityGroup = new DefaultSecurityGroup(this, "DefaultSecurityGroup", {
        vpcId: this.vpc.id,
        ingress: [],
        egress: [],
        tags: this.tags("default-closed"),
      });
    }
    this.vpcId = this.vpc?.id ?? existing?.vpcId ?? "";
    this.accountId = this.vpc?.ownerId ?? existing?.accountId ?? "";
    this.endpointSubnets = zones.map((zone) => this.subnet("endpoint", zone, plan.infrastructure(zone).endpoint));
    this.firewallSubnets = this.egressZones.map((zone) =>
      this.subnet("firewall", zone, plan.infrastructure(zone).firewall),
    );
    this.publicSubnets =
      existing === undefined
        ? this.egressZones.map((zone) => this.subnet("public", zone, plan.infrastructure(zone).public))
        : [];
    if (this.publicSubnets.length > 0) {
      this.internetGateway = new InternetGateway(this, "InternetGateway", { vpcId: this.vpcId, tags: this.tags() });
    }
    for (const subnet of this.firewallSubnets) this.leadOut(subnet);
  }

  /** The zone whose firewall endpoint and NAT gateway carry a zone's way out: the zone itself, or the only one there is. */
  public egressZoneOf(zone: string): string | undefined {
    return this.egressZones.includes(zone) ? zone : this.egressZones[0];
  }

  /** Makes a subnet with a route table of its own, which holds no route yet. */
  public subnet(role: string, zone: string, cidr: CidrBlock, scope: Construct = this, agent?: string): AwsZoneSubnet {
    const tags = {
      ...this.tags(`${agent ?? role}-${zone}`),
      ...(agent === undefined ? {} : { "cordon:agent": agent }),
      "cordon:role": role,
    };
    const subnet = new Subnet(scope, `${role}-${zone}`, {
      vpcId: this.vpcId,
      cidrBlock: cidr.toString(),
      availabilityZone: zone,
      mapPublicIpOnLaunch: false,
      tags,
    });
    const routeTable = new RouteTable(scope, `${role}-${zone}-routes`, { vpcId: this.vpcId, tags });
    const association = new RouteTableAssociation(scope, `${role}-${zone}-association`, {
      subnetId: subnet.id,
      routeTableId: routeTable.id,
    });
    return { zone, cidr, subnet, routeTable, association };
  }

  /**
   * Gives an agent's subnet its way out and the way back, both through the same firewall endpoint: a flow whose two
   * directions pass different endpoints is dropped by both.
   */
  public routeThroughFirewall(scope: Construct, agent: AwsZoneSubnet, endpointOf: (zone: string) => string): Route[] {
    const egressZone = this.egressZoneOf(agent.zone);
    if (egressZone === undefined) return [];
    const out = new Route(scope, `agent-${agent.zone}-out`, {
      routeTableId: agent.routeTable.id,
      destinationCidrBlock: ANYWHERE,
      vpcEndpointId: endpointOf(egressZone),
    });
    const back = new Route(scope, `agent-${agent.zone}-return`, {
      routeTableId: this.publicTables.get(egressZone) ?? "",
      destinationCidrBlock: agent.cidr.toString(),
      vpcEndpointId: endpointOf(egressZone),
    });
    return [out, back];
  }

  /** Tags of a resource of this cell. */
  public tags(name?: string): { [key: string]: string } {
    const { cellName } = this.props;
    return { Name: name === undefined ? cellName : `${cellName}-${name}`, "cordon:cell": cellName };
  }

  // The firewall's subnet leads to the NAT gateway of its zone, and that one's subnet to the internet gateway.
  private leadOut(firewall: AwsZoneSubnet): void {
    const { existing, at } = this.props;
    const given = existing?.publicSubnet(firewall.zone, at);
    const natGatewayId = given?.natGatewayId ?? this.createNat(firewall.zone).id;
    if (given !== undefined) this.publicTables.set(firewall.zone, given.routeTableId);
    this.routes.push(
      new Route(this, `firewall-${firewall.zone}-out`, {
        routeTableId: firewall.routeTable.id,
        destinationCidrBlock: ANYWHERE,
        natGatewayId,
      }),
    );
  }

  private createNat(zone: string): NatGateway {
    const { internetGateway } = this;
    const side = this.publicSubnets.find((subnet) => subnet.zone === zone);
    if (side === undefined || internetGateway === undefined) throw new Error(`no public subnet in ${zone}`);
    this.publicTables.set(zone, side.routeTable.id);
    const address = new Eip(this, `nat-${zone}-address`, {
      domain: "vpc",
      tags: this.tags(`nat-${zone}`),
      dependsOn: [internetGateway],
    });
    const natGateway = new NatGateway(this, `nat-${zone}`, {
      subnetId: side.subnet.id,
      allocationId: address.id,
      tags: this.tags(`nat-${zone}`),
      dependsOn: [internetGateway],
    });
    this.natGateways.push({ zone, natGateway, address });
    this.routes.push(
      new Route(this, `public-${zone}-out`, {
        routeTableId: side.routeTable.id,
        destinationCidrBlock: ANYWHERE,
        gatewayId: internetGateway.id,
      }),
    );
    return natGateway;
  }
}
