import { NetworkInterface } from "@cdktf/provider-azurerm/lib/network-interface";
import { NetworkSecurityRule } from "@cdktf/provider-azurerm/lib/network-security-rule";
import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { PublicIp } from "@cdktf/provider-azurerm/lib/public-ip";
import { Route } from "@cdktf/provider-azurerm/lib/route";
import { RouteTable } from "@cdktf/provider-azurerm/lib/route-table";
import { SubnetNatGatewayAssociation } from "@cdktf/provider-azurerm/lib/subnet-nat-gateway-association";
import { SubnetRouteTableAssociation } from "@cdktf/provider-azurerm/lib/subnet-route-table-association";
import { VirtualNetworkPeering } from "@cdktf/provider-azurerm/lib/virtual-network-peering";
import { TerraformStack, Testing } from "cdktf";
import { AzapiProvider, type AzureAgent, type AzureAgentCell } from "../../../constructs/azure";
import { synthStack } from "../../../lib/topology/synth-stack";
import { refusal } from "../../support/refusal";
import { cellOf, GROUP } from "./support";

/** The refusal that a change of a sound stack ends in. */
function refusedAfter(change: (stack: TerraformStack, agent: AzureAgent, cell: AzureAgentCell) => void): string {
  const cell = cellOf();
  const agent = cell.addAgent("triage");
  change(cell.stack, agent, cell);
  return refusal(() => synthStack(cell.stack)).replace(/_[0-9A-F]{8}/g, "");
}

const AGENT = "azurerm_subnet.Agents_agent-triage_Subnet";
const PAST = "an agent's traffic has to pass the firewall of its cell";
const resourceGroupName = "rg";
const rule = {
  name: "mine",
  priority: 300,
  protocol: "Tcp",
  sourcePortRange: "*",
  sourceAddressPrefix: "*",
  destinationPortRange: "22",
  destinationAddressPrefix: "*",
  resourceGroupName,
};

describe("the providers", () => {
  test("are refused without features, and where two are of azapi", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    new AzurermProvider(stack, "azurerm", { features: [] });
    const cell = cellOf({}, stack);
    expect(refusal(() => synthStack(cell.stack))).toBe(
      "CORDON-315: provider.azurerm: it has no features block; pass features: [{}]",
    );
    const late = cellOf();
    new AzapiProvider(late.stack, "late");
    expect(refusal(() => synthStack(late.stack))).toBe(
      "CORDON-315: provider.azapi: there are two; make yours before the cell",
    );
  });
});

describe("past the firewall of a cell", () => {
  test("a sound stack is not refused", () => {
    expect(refusedAfter(() => {})).toBe("not refused");
  });

  test("a second route, another table, a NAT gateway and changed routes fail the synth", () => {
    expect(
      refusedAfter((stack, { network }) => {
        new Route(stack, "Mine", {
          name: "mine",
          resourceGroupName,
          routeTableName: network.routeTable.name,
          addressPrefix: "198.51.100.0/24",
          nextHopType: "Internet",
        });
      }),
    ).toBe(
      `CORDON-124: azurerm_route.Mine: it leads out of azurerm_route_table.Agents_agent-triage_Routes past the firewall; remove it; ${PAST}`,
    );
    expect(
      refusedAfter((stack, { subnetId }) => {
        const table = new RouteTable(stack, "Table", { name: "mine", location: "westeurope", resourceGroupName });
        new SubnetRouteTableAssociation(stack, "Mine", { subnetId, routeTableId: table.id });
      }),
    ).toBe(
      `CORDON-124: azurerm_subnet_route_table_association.Mine: it gives ${AGENT} another way out; remove it; ${PAST}`,
    );
    expect(
      refusedAfter((stack, { subnetId }) => {
        new SubnetNatGatewayAssociation(stack, "Mine", { subnetId, natGatewayId: `${GROUP}/natGateways/x` });
      }),
    ).toBe(
      `CORDON-124: azurerm_subnet_nat_gateway_association.Mine: it gives ${AGENT} another way out; remove it; ${PAST}`,
    );
    expect(refusedAfter((_, { network }) => network.defaultRoute.addOverride("next_hop_type", "Internet"))).toBe(
      `CORDON-124: azurerm_route.Agents_agent-triage_DefaultRoute: it is not the default route to the firewall; leave it as it is; ${PAST}`,
    );
    expect(
      refusedAfter((_, { network }) => network.routeTable.addOverride("bgp_route_propagation_enabled", true)),
    ).toBe(
      `CORDON-124: azurerm_route_table.Agents_agent-triage_Routes: it takes routes from gateways; leave bgp_route_propagation_enabled off; ${PAST}`,
    );
    expect(refusedAfter((_, { network }) => network.routeTable.addOverride("route", [{ name: "x" }]))).toBe(
      `CORDON-124: azurerm_route_table.Agents_agent-triage_Routes: it has routes of its own; remove them; ${PAST}`,
    );
  });

  test("Azure's outbound access, service endpoints and public addresses fail the synth", () => {
    expect(refusedAfter((_, { network }) => network.subnet.addOverride("default_outbound_access_enabled", true))).toBe(
      `CORDON-124: ${AGENT}: it has Azure's default outbound access; leave it off; ${PAST}`,
    );
    expect(
      refusedAfter((_, { network }) => network.subnet.addOverride("service_endpoints", ["Microsoft.Storage"])),
    ).toBe(
      `CORDON-124: ${AGENT}: its service endpoints ["Microsoft.Storage"] lead to every tenant's resources past the default route; use addPrivateEndpoint`,
    );
    expect(
      refusedAfter((stack, { subnetId }) => {
        const address = new PublicIp(stack, "Address", {
          name: "mine",
          location: "westeurope",
          resourceGroupName,
          allocationMethod: "Static",
        });
        new NetworkInterface(stack, "Mine", {
          name: "mine",
          location: "westeurope",
          resourceGroupName,
          ipConfiguration: [
            {
              name: "x",
              subnetId,
              privateIpAddressAllocation: "Dynamic",
              publicIpAddressId: address.id,
            },
          ],
        });
      }),
    ).toBe(
      `CORDON-124: azurerm_network_interface.Mine: it has a public address in an agent's subnet; remove it; ${PAST}`,
    );
  });

  test("rules that open an agent fail the synth, and rules that close more do not", () => {
    const add =
      (access: string) =>
      (stack: TerraformStack, { network }: AzureAgent): void => {
        const networkSecurityGroupName = network.securityGroup.name;
        new NetworkSecurityRule(stack, "Mine", { ...rule, access, direction: "Outbound", networkSecurityGroupName });
      };
    expect(refusedAfter(add("Allow"))).toBe(
      "CORDON-124: azurerm_network_security_rule.Mine: it opens azurerm_network_security_group.Agents_agent-triage_SecurityGroup; remove it; allowEgress, allowTo and addPrivateEndpoint open an agent",
    );
    expect(refusedAfter(add("Deny"))).toBe("not refused");
    expect(refusedAfter((_, { network }) => network.securityGroup.addOverride("security_rule", [{ name: "x" }]))).toBe(
      "CORDON-124: azurerm_network_security_group.Agents_agent-triage_SecurityGroup: it has inline rules beside its rules of their own; remove them; two owners undo each other",
    );
  });

  test("other resolvers, neighbours, and subnets with two owners fail the synth", () => {
    expect(refusedAfter((_, __, cell) => cell.virtualNetwork.addOverride("dns_servers", ["192.0.2.1"]))).toBe(
      "CORDON-124: azurerm_virtual_network.Agents_Network: it names resolvers of its own; remove dns_servers; the cell says who resolves names",
    );
    expect(refusedAfter((_, __, cell) => cell.virtualNetwork.addOverride("subnet", [{ name: "x" }]))).toBe(
      "CORDON-124: azurerm_virtual_network.Agents_Network: it has subnets of its own beside those of the cell; remove them; two owners undo each other",
    );
    expect(
      refusedAfter((stack, _, cell) => {
        new VirtualNetworkPeering(stack, "Mine", {
          name: "mine",
          resourceGroupName,
          virtualNetworkName: cell.virtualNetwork.name,
          remoteVirtualNetworkId: `${GROUP}/virtualNetworks/x`,
        });
      }),
    ).toBe(
      "CORDON-124: azurerm_virtual_network_peering.Mine: it connects azurerm_virtual_network.Agents_Network with another network; remove it; a cell has no neighbours",
    );
    expect(
      refusedAfter((stack, _, cell) => {
        new NetworkInterface(stack, "Mine", {
          name: "mine",
          location: "westeurope",
          resourceGroupName,
          ipConfiguration: [
            {
              name: "x",
              subnetId: cell.network.endpointSubnet.subnet.id,
              privateIpAddressAllocation: "Dynamic",
            },
          ],
        });
      }),
    ).toBe(
      "CORDON-124: azurerm_network_interface.Mine: it stands in azurerm_subnet.Agents_Network_endpoints, beside what the cell has there; put it into an agent's subnet, or into a network of its own",
    );
  });
});
