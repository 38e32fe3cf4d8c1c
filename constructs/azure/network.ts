import {
  NetworkSecurityGroup,
  type NetworkSecurityGroupSecurityRule,
  networkSecurityGroupSecurityRuleToTerraform,
} from "@cdktf/provider-azurerm/lib/network-security-group";
import { Route } from "@cdktf/provider-azurerm/lib/route";
import { RouteTable } from "@cdktf/provider-azurerm/lib/route-table";
import { Subnet } from "@cdktf/provider-azurerm/lib/subnet";
import { SubnetNetworkSecurityGroupAssociation } from "@cdktf/provider-azurerm/lib/subnet-network-security-group-association";
import { SubnetRouteTableAssociation } from "@cdktf/provider-azurerm/lib/subnet-route-table-association";
import { VirtualNetwork } from "@cdktf/provider-azurerm/lib/virtual-network";
import { VirtualNetworkPeering } from "@cdktf/provider-azurerm/lib/virtual-network-peering";
import { type ITerraformDependable, Lazy } from "cdktf";
import { Construct } from "constructs";
import type { CidrBlock } from "../../lib/names/cidr-block";
import type { AzureAddressPlan } from "./address-plan";
import { AzureEgressTier } from "./egress-tier";
import type { AzureExistingFirewall } from "./existing-firewall";
import type { AzureScope } from "./location";
import { azureName } from "./names";
import { type AzureRuntime, needsOf } from "./runtime";

/** The subnet of private endpoints. */
export interface AzureEndpointSubnet {
  readonly cidr: CidrBlock;
  readonly subnet: Subnet;
  readonly securityGroup: NetworkSecurityGroup;
  readonly associations: ITerraformDependable[];
}

/** Everything of one agent's subnet. */
export interface AzureAgentSubnet {
  readonly cidr: CidrBlock;
  readonly subnet: Subnet;
  /** Its rules are resources of their own, so that a quarantine rule is no drift. */
  readonly securityGroup: NetworkSecurityGroup;
  /** Holds the default route and no other. */
  readonly routeTable: RouteTable;
  readonly defaultRoute: Route;
  readonly securityGroupAssociation: SubnetNetworkSecurityGroupAssociation;
  readonly routeTableAssociation: SubnetRouteTableAssociation;
}

export interface AzureCellNetworkProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly cidr: CidrBlock;
  readonly plan: AzureAddressPlan;
  readonly tier: AzureEgressTier;
  readonly existingFirewall?: AzureExistingFirewall;
  /** Addresses of the agents, read when the stack is synthesized. */
  readonly agentCidrs: () => string[];
  /** TCP ports of the private endpoints, read when the stack is synthesized. */
  readonly endpointPorts: () => number[];
  readonly tags: { readonly [key: string]: string };
}

/** Azure looks for the firewall's subnets by these names. */
const FIREWALL_SUBNET = "AzureFirewallSubnet";
const MANAGEMENT_SUBNET = "AzureFirewallManagementSubnet";

/**
 * The virtual network of a cell, its subnets and routes. No subnet has the outbound access that Azure gives by default;
 * an agent's default route leads to the firewall or nowhere, and no gateway can add another.
 *
 * @see https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview
 */
export class AzureCellNetwork extends Construct {
  public readonly virtualNetwork: VirtualNetwork;
  /** Undefined where the cell has no firewall of its own. */
  public readonly firewallSubnet: Subnet | undefined;
  /** Undefined but in tier BASIC. */
  public readonly firewallManagementSubnet: Subnet | undefined;
  public readonly endpointSubnet: AzureEndpointSubnet;
  /** To the hub of an existing firewall. */
  public readonly peering: VirtualNetworkPeering | undefined;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzureCellNetworkProps,
  ) {
    super(scope, id);
    const { cellName, tier, plan, existingFirewall } = props;
    const { location, resourceGroupName } = props.scope;
    this.virtualNetwork = new VirtualNetwork(this, "Resource", {
      name: azureName("virtualNetwork", "vnet", cellName),
      location,
      resourceGroupName,
      addressSpace: [props.cidr.toString()],
      tags: this.tags(),
    });
    const hasFirewall = tier !== AzureEgressTier.SEALED && tier !== AzureEgressTier.EXISTING;
    if (hasFirewall) this.firewallSubnet = this.plainSubnet("firewall", FIREWALL_SUBNET, plan.firewall);
    if (tier === AzureEgressTier.BASIC) {
      this.firewallManagementSubnet = this.plainSubnet("management", MANAGEMENT_SUBNET, plan.firewallManagement);
    }
    this.endpointSubnet = this.createEndpointSubnet();
    if (existingFirewall !== undefined) {
      this.peering = new VirtualNetworkPeering(this, "Peering", {
        name: azureName("network", "peer", cellName, "hub"),
        resourceGroupName,
        virtualNetworkName: this.virtualNetwork.name,
        remoteVirtualNetworkId: existingFirewall.virtualNetworkId,
        allowVirtualNetworkAccess: true,
        // What comes back from the internet through the hub's firewall has another source than the hub.
        allowForwardedTraffic: true,
        allowGatewayTransit: false,
        useRemoteGateways: false,
      });
    }
  }

  /**
   * Makes an agent's subnet with a security group, which holds no rule yet, and a route table whose one route leads to the
   * next hop; without one, nowhere.
   */
  public agentSubnet(
    scope: Construct,
    agent: string,
    { cidr, runtime, nextHop }: { cidr: CidrBlock; runtime: AzureRuntime; nextHop: string | undefined },
  ): AzureAgentSubnet {
    const { cellName } = this.props;
    const { location, resourceGroupName } = this.props.scope;
    const tags = { ...this.tags("agent"), "cordon-agent": agent };
    const { delegation } = needsOf(runtime);
    const securityGroup = new NetworkSecurityGroup(scope, "SecurityGroup", {
      name: azureName("network", "nsg", cellName, agent),
      location,
      resourceGroupName,
      tags,
    });
    const routeTable = new RouteTable(scope, "Routes", {
      name: azureName("network", "rt", cellName, agent),
      location,
      resourceGroupName,
      bgpRoutePropagationEnabled: false,
      tags,
    });
    const defaultRoute = new Route(scope, "DefaultRoute", {
      name: "default",
      resourceGroupName,
      routeTableName: routeTable.name,
      addressPrefix: "0.0.0.0/0",
      ...(nextHop === undefined
        ? { nextHopType: "None" }
        : { nextHopType: "VirtualAppliance", nextHopInIpAddress: nextHop }),
    });
    const subnet = new Subnet(scope, "Subnet", {
      ...this.subnetProps(azureName("network", "snet", cellName, agent), cidr),
      ...(delegation === undefined ? {} : { delegation: [delegation] }),
    });
    const routeTableAssociation = new SubnetRouteTableAssociation(scope, "RoutesAssociation", {
      subnetId: subnet.id,
      routeTableId: routeTable.id,
      dependsOn: [defaultRoute],
    });
    const securityGroupAssociation = new SubnetNetworkSecurityGroupAssociation(scope, "SecurityGroupAssociation", {
      subnetId: subnet.id,
      networkSecurityGroupId: securityGroup.id,
    });
    return { cidr, subnet, securityGroup, routeTable, defaultRoute, routeTableAssociation, securityGroupAssociation };
  }

  /** Tags of a resource of this cell. */
  public tags(role?: string): { [key: string]: string } {
    return { ...this.props.tags, ...(role === undefined ? {} : { "cordon-role": role }) };
  }

  private plainSubnet(id: string, name: string, cidr: CidrBlock): Subnet {
    return new Subnet(this, id, this.subnetProps(name, cidr));
  }

  private subnetProps(name: string, cidr: CidrBlock) {
    return {
      name,
      resourceGroupName: this.props.scope.resourceGroupName,
      virtualNetworkName: this.virtualNetwork.name,
      addressPrefixes: [cidr.toString()],
      defaultOutboundAccessEnabled: false,
      privateEndpointNetworkPolicies: "Enabled",
    };
  }

  private createEndpointSubnet(): AzureEndpointSubnet {
    const { cellName, plan } = this.props;
    const { location, resourceGroupName } = this.props.scope;
    const cidr = plan.endpoints;
    const securityGroup = new NetworkSecurityGroup(this, "endpoints-rules", {
      name: azureName("network", "nsg", cellName, "endpoints"),
      location,
      resourceGroupName,
      // A deferred list is written as it is: its objects have to be in Terraform's words already.
      securityRule: Lazy.anyValue({
        produce: () => this.endpointRules().map((rule) => networkSecurityGroupSecurityRuleToTerraform(rule)),
      }),
      tags: this.tags("endpoints"),
    });
    const subnet = this.plainSubnet("endpoints", azureName("network", "snet", cellName, "endpoints"), cidr);
    const association = new SubnetNetworkSecurityGroupAssociation(this, "endpoints-association", {
      subnetId: subnet.id,
      networkSecurityGroupId: securityGroup.id,
    });
    return { cidr, subnet, securityGroup, associations: [association] };
  }

  // Agents come in by the endpoints' ports; endpoints send nothing by themselves.
  private endpointRules(): NetworkSecurityGroupSecurityRule[] {
    const sources = this.props.agentCidrs();
    const ports = this.props.endpointPorts();
    const deny = (direction: string): NetworkSecurityGroupSecurityRule => ({
      name: `deny-${direction.toLowerCase()}`,
      priority: 4096,
      direction,
      access: "Deny",
      protocol: "*",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: "*",
    });
    const agents: NetworkSecurityGroupSecurityRule = {
      name: "allow-agents",
      priority: 110,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefixes: sources,
      sourcePortRange: "*",
      destinationAddressPrefix: this.props.plan.endpoints.toString(),
      destinationPortRanges: ports.map(String),
    };
    return [...(sources.length === 0 || ports.length === 0 ? [] : [agents]), deny("Inbound"), deny("Outbound")];
  }
}
