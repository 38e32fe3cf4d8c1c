import { AzureEgressTier, AzureExistingFirewall, AzureFirewallSku, AzureRuntime } from "../../../constructs/azure";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { refusal } from "../../support/refusal";
import { at, cellOf, GROUP, Plan } from "./support";

const hub = AzureExistingFirewall.fromFirewallAttributes({
  firewallPolicyId: `${GROUP}/firewallPolicies/hub`,
  privateIpAddress: "10.0.0.4",
  sku: AzureFirewallSku.STANDARD,
  virtualNetworkId: `${GROUP}/virtualNetworks/hub`,
  cidr: "10.0.0.0/22",
  parentPolicy: false,
});

describe("subnets", () => {
  const cell = cellOf();
  const triage = cell.addAgent("triage");
  cell.addAgent("coder", { runtime: AzureRuntime.CONTAINER_APPS });
  const plan = Plan.of(cell);

  test("have no outbound access of Azure's, no service endpoint, and rules for private endpoints too", () => {
    expect(plan.all("azurerm_subnet")).toHaveLength(4);
    for (const { values } of plan.all("azurerm_subnet")) {
      expect(values).toMatchObject({
        default_outbound_access_enabled: false,
        private_endpoint_network_policies: "Enabled",
      });
      expect(values["service_endpoints"]).toBeUndefined();
    }
  });

  test("lie in the first quarter of the block, each agent's by its name", () => {
    const prefixOf = (word: string): unknown => plan.one("azurerm_subnet", word).values["address_prefixes"];
    expect(prefixOf("Network_firewall")).toEqual(["10.64.0.0/26"]);
    expect(prefixOf("Network_endpoints")).toEqual(["10.64.0.64/26"]);
    expect(prefixOf("agent-triage")).toEqual(triage.sources.map(String));
    const fewer = cellOf();
    expect(fewer.addAgent("triage").sources).toEqual(triage.sources);
  });

  test("are delegated to the runtime that stands in them", () => {
    expect(at(plan.one("azurerm_subnet", "agent-coder").values["delegation"], 0)).toMatchObject({
      service_delegation: {
        name: "Microsoft.App/environments",
        actions: ["Microsoft.Network/virtualNetworks/subnets/join/action"],
      },
    });
    expect(plan.one("azurerm_subnet", "agent-triage").values["delegation"]).toBeUndefined();
  });

  test("of agents have a table of their own with one route, to the firewall, and none from gateways", () => {
    const table = plan.one("azurerm_route_table", "agent-triage");
    expect(table.values["bgp_route_propagation_enabled"]).toBe(false);
    const routes = plan
      .all("azurerm_route")
      .filter((one) => referenceOf(one.values["route_table_name"]) === table.address);
    expect(routes.map(({ values }) => [values["address_prefix"], values["next_hop_type"]])).toEqual([
      ["0.0.0.0/0", "VirtualAppliance"],
    ]);
    expect(routes[0]?.values["next_hop_in_ip_address"]).toBe(
      `\${${plan.one("azurerm_firewall").address}.ip_configuration[0].private_ip_address}`,
    );
    expect(
      referenceOf(plan.one("azurerm_subnet_route_table_association", "agent-triage").values["route_table_id"]),
    ).toBe(table.address);
  });

  test("resolve names at the firewall's address", () => {
    expect(plan.one("azurerm_virtual_network_dns_servers").values["dns_servers"]).toEqual([
      `\${${plan.one("azurerm_firewall").address}.ip_configuration[0].private_ip_address}`,
    ]);
    expect(plan.one("azurerm_virtual_network").values["dns_servers"]).toBeUndefined();
  });
});

describe("a sealed cell", () => {
  const cell = cellOf({ tier: AzureEgressTier.SEALED });
  cell.addAgent("triage");
  const plan = Plan.of(cell);

  test("has a default route that leads nowhere, no firewall and no public address", () => {
    expect(plan.one("azurerm_route").values).toMatchObject({ address_prefix: "0.0.0.0/0", next_hop_type: "None" });
    for (const type of ["azurerm_firewall", "azurerm_public_ip", "azurerm_firewall_policy", "azurerm_ip_group"]) {
      expect(plan.all(type)).toEqual([]);
    }
  });
});

describe("a cell behind a hub's firewall", () => {
  const cell = cellOf({ tier: AzureEgressTier.EXISTING, existingFirewall: hub });
  cell.addAgent("triage");
  const plan = Plan.of(cell);

  test("is peered with the hub, leads there and asks names there", () => {
    expect(plan.one("azurerm_virtual_network_peering").values).toMatchObject({
      remote_virtual_network_id: `${GROUP}/virtualNetworks/hub`,
      allow_forwarded_traffic: true,
      allow_gateway_transit: false,
      use_remote_gateways: false,
    });
    expect(plan.one("azurerm_route").values["next_hop_in_ip_address"]).toBe("10.0.0.4");
    expect(plan.one("azurerm_virtual_network_dns_servers").values["dns_servers"]).toEqual(["10.0.0.4"]);
    expect(plan.all("azurerm_firewall")).toEqual([]);
  });

  test("writes its rules into the hub's policy, in the band that is kept for them", () => {
    const groups = plan.all("azurerm_firewall_policy_rule_collection_group");
    expect(groups.length).toBeGreaterThan(2);
    for (const { values } of groups) {
      expect(values["firewall_policy_id"]).toBe(`${GROUP}/firewallPolicies/hub`);
      expect(Number(values["priority"])).toBeGreaterThanOrEqual(1000);
      expect(Number(values["priority"])).toBeLessThan(1020);
    }
    expect(new Set(groups.map(({ values }) => values["priority"])).size).toBe(groups.length);
  });

  test("is refused where it could not be made safe", () => {
    const attributes = {
      firewallPolicyId: `${GROUP}/firewallPolicies/hub`,
      privateIpAddress: "10.0.0.4",
      sku: AzureFirewallSku.STANDARD,
      virtualNetworkId: `${GROUP}/virtualNetworks/hub`,
      cidr: "10.0.0.0/22",
      parentPolicy: false,
    };
    const from = (changed: object): string =>
      refusal(() => AzureExistingFirewall.fromFirewallAttributes({ ...attributes, ...changed }));
    const where = "AzureExistingFirewall.fromFirewallAttributes";
    expect(from({})).toBe("not refused");
    expect(from({ parentPolicy: true })).toBe(
      `CORDON-309: ${where}: the policy has a parent, whose network rules come before every name on the agents' lists; give the cell's rules to a policy without a parent, or use a firewall of the cell's own`,
    );
    expect(from({ privateIpAddress: "10.9.0.4" })).toBe(
      `CORDON-309: ${where}: privateIpAddress "10.9.0.4" is not an address of 10.0.0.0/22; write the firewall's private address in the hub's network`,
    );
    expect(from({ cidr: "20.0.0.0/22" })).toMatch(/^CORDON-301: AzureExistingFirewall\.fromFirewallAttributes, cidr: /);
    expect(from({ sku: "huge" })).toBe(`CORDON-309: ${where}: sku "huge" is none; use AzureFirewallSku`);
    expect(from({ priority: 65_000 })).toBe(
      `CORDON-309: ${where}: priority 65000 is not one; use a whole number from 100 to 64980`,
    );
    expect(from({ virtualNetworkId: "hub" })).toBe(
      `CORDON-101: ${where}: virtualNetworkId "hub" is not a resource's id; pass a reference to the resource, or its id from /subscriptions/ on`,
    );
  });
});

describe("a cell is refused", () => {
  const of = (props: Parameters<typeof cellOf>[0]): string => refusal(() => cellOf(props));
  const where = "cell 'Agents'";

  test("for a region in another form", () => {
    expect(of({ location: "West Europe" })).toBe(
      `CORDON-300: ${where}: location "West Europe" is not a region in its short form; write it as westeurope`,
    );
    expect(of({ location: "eu-west-1" })).toBe(
      `CORDON-300: ${where}: location "eu-west-1" is not a region in its short form; e.g. westeurope`,
    );
    expect(of({ location: "eastus2" })).toBe("not refused");
  });

  test("for addresses that have a holder on the internet, and blocks that do not fit", () => {
    expect(of({ cidr: "20.0.0.0/16" })).toBe(
      `CORDON-301: ${where}, cidr: 20.0.0.0/16 is not private address space; use a block inside of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10`,
    );
    expect(of({ cidr: "10.0.0.0/24" })).toMatch(/^CORDON-011: /);
  });

  test("for zones that are none, and in tiers without a firewall of their own", () => {
    expect(of({ zones: ["1", "4"] })).toBe(
      `CORDON-302: ${where}: "4" is not an availability zone; use "1", "2" and "3", each once`,
    );
    expect(of({ zones: ["1", "1"] })).toBe(
      `CORDON-302: ${where}: zone "1" is listed twice; use "1", "2" and "3", each once`,
    );
    expect(of({ zones: ["1"], tier: AzureEgressTier.SEALED })).toBe(
      `CORDON-312: ${where}: zones are of a firewall of the cell's own, and tier 'sealed' has none; leave zones out`,
    );
  });

  test("for options of another tier", () => {
    expect(of({ tier: AzureEgressTier.EXISTING })).toBe(
      `CORDON-312: ${where}: tier EXISTING needs to know the firewall; pass existingFirewall`,
    );
    expect(of({ existingFirewall: hub })).toBe(
      `CORDON-312: ${where}: existingFirewall is for tier EXISTING, and the tier is 'standard'; leave it out, or use AzureEgressTier.EXISTING`,
    );
    expect(of({ tier: AzureEgressTier.EXISTING, existingFirewall: hub, cidr: "10.0.0.0/20" })).toBe(
      `CORDON-312: ${where}: 10.0.0.0/20 and the hub's 10.0.0.0/22 share addresses; choose another cidr for the cell`,
    );
  });

  test("for retentions, workspaces and groups that are none", () => {
    expect(of({ logRetentionDays: 7 })).toBe(
      `CORDON-303: ${where}: logRetentionDays 7 is not a period of Log Analytics; use a whole number from 30 to 730`,
    );
    expect(of({ workspaceId: "mine" })).toBe(
      `CORDON-101: ${where}: workspaceId "mine" is not a resource's id; pass a reference to the resource, or its id from /subscriptions/ on`,
    );
    expect(of({ resourceGroupName: "a/b" })).toBe(
      `CORDON-101: ${where}: resourceGroupName "a/b" is not a resource group's name; pass its name, or a reference to the resource`,
    );
  });

  test("for a subnet that its runtime does not take", () => {
    const small = cellOf({ agentSubnetPrefix: 28 });
    expect(refusal(() => small.addAgent("triage", { runtime: AzureRuntime.CONTAINER_APPS }))).toMatch(
      /^CORDON-304: cell 'Agents', agent 'triage': container-apps need a \/27 or larger, and the agent's subnet is 10\.64\.[\d.]+\/28; set the cell's agentSubnetPrefix to 27 or less$/,
    );
    const reserved = cellOf({ cidr: "172.30.0.0/20" });
    expect(refusal(() => reserved.addAgent("triage", { runtime: AzureRuntime.FOUNDRY }))).toMatch(
      /^CORDON-304: cell 'Agents', agent 'triage': foundry keep 172\.30\.0\.0\/16 for themselves, and the agent's subnet is 172\.30\.[\d.]+\/26; choose another cidr for the cell$/,
    );
    expect(refusal(() => cellOf({ cidr: "172.30.0.0/20" }).addAgent("triage"))).toBe("not refused");
  });
});
