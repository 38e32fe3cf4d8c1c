import { id, judged, type Plan, topologyOf, type Values } from "./plans";

const GROUP = { resource_group_name: "rg", location: "westeurope" };
const IP = "${azurerm_firewall.hub.ip_configuration[0].private_ip_address}";

const network = (name: string, cidr: string): Values => ({ name, ...GROUP, address_space: [cidr] });
const subnet = (name: string, of: string, cidr: string): Values => ({
  name,
  resource_group_name: "rg",
  virtual_network_name: id(`azurerm_virtual_network.${of}`, "name"),
  address_prefixes: [cidr],
  default_outbound_access_enabled: false,
});
const peering = (from: string, to: string): Values => ({
  name: `${from}-${to}`,
  resource_group_name: "rg",
  virtual_network_name: id(`azurerm_virtual_network.${from}`, "name"),
  remote_virtual_network_id: id(`azurerm_virtual_network.${to}`),
  allow_forwarded_traffic: true,
});
const table = (destination: string): Values => ({
  name: "rt",
  ...GROUP,
  bgp_route_propagation_enabled: false,
  route: [{ name: "out", address_prefix: destination, next_hop_type: "VirtualAppliance", next_hop_in_ip_address: IP }],
});

/** A hub with a firewall, a network of agents and a network of services, both peered with the hub. */
function hubAndSpokes(destinations: string[]): Plan {
  const names: [string, string][] = [
    ["hub", "10.0.0.0/22"],
    ["agents", "10.64.0.0/16"],
    ["services", "10.65.0.0/16"],
  ];
  return {
    "//": { metadata: { stackName: "hub" } },
    resource: {
      azurerm_virtual_network: Object.fromEntries(names.map(([name, cidr]) => [name, network(name, cidr)])),
      azurerm_subnet: {
        firewall: subnet("AzureFirewallSubnet", "hub", "10.0.0.0/26"),
        agents: subnet("agents", "agents", "10.64.1.0/24"),
        services: subnet("services", "services", "10.65.1.0/24"),
      },
      azurerm_virtual_network_peering: Object.fromEntries(
        [
          ["agents", "hub"],
          ["hub", "agents"],
          ["services", "hub"],
          ["hub", "services"],
        ].map(([from = "", to = ""]) => [`${from}-${to}`, peering(from, to)]),
      ),
      azurerm_route_table: { agents: table("0.0.0.0/0") },
      azurerm_subnet_route_table_association: {
        agents: { subnet_id: id("azurerm_subnet.agents"), route_table_id: id("azurerm_route_table.agents") },
      },
      azurerm_public_ip: { out: { name: "pip", ...GROUP } },
      azurerm_firewall: {
        hub: {
          name: "hub",
          ...GROUP,
          sku_tier: "Standard",
          firewall_policy_id: id("azurerm_firewall_policy.hub"),
          ip_configuration: [
            { subnet_id: id("azurerm_subnet.firewall"), public_ip_address_id: id("azurerm_public_ip.out") },
          ],
        },
      },
      azurerm_firewall_policy: { hub: { name: "hub", sku: "Standard", threat_intelligence_mode: "Deny" } },
      azurerm_firewall_policy_rule_collection_group: {
        all: {
          firewall_policy_id: id("azurerm_firewall_policy.hub"),
          priority: 1000,
          network_rule_collection: [
            {
              name: "inside",
              priority: 100,
              action: "Allow",
              rule: [
                {
                  name: "inside",
                  protocols: ["TCP"],
                  source_addresses: ["10.64.0.0/16"],
                  destination_addresses: destinations,
                  destination_ports: ["5432"],
                },
              ],
            },
          ],
        },
      },
    },
  };
}

const OPTIONS = { agents: { triage: ["azurerm_subnet.agents"] } };
const placesOf = (plan: Plan, name: string): string[] =>
  judged(plan, OPTIONS).places.filter((place) => place.startsWith(name));

describe("networks that are peered", () => {
  test("a hub's firewall stands between two of them, and inspects what its route leads there", () => {
    const topology = topologyOf(hubAndSpokes(["10.65.1.4"]), OPTIONS);
    expect(topology.canReach("triage", "10.65.1.4:5432")).toBe(true);
    expect(topology.canReach("triage", "10.65.1.5:5432")).toBe(false);
    expect(placesOf(hubAndSpokes(["10.65.1.4"]), "P01")).toEqual([]);
  });

  test("answers that go back without the firewall are found, until a route as long as the network leads them there", () => {
    expect(placesOf(hubAndSpokes(["10.65.1.4"]), "P14")).toEqual([]);
    const direct = hubAndSpokes(["10.65.1.4"]);
    // A peering of the two that the agents' own route goes around.
    direct.resource["azurerm_virtual_network_peering"] = {
      ...direct.resource["azurerm_virtual_network_peering"],
      "services-agents": peering("services", "agents"),
      "agents-services": { ...peering("agents", "services"), allow_virtual_network_access: false },
    };
    expect(placesOf(direct, "P14")).toEqual(["P14 azurerm_subnet.services"]);
    direct.resource["azurerm_route_table"] = {
      ...direct.resource["azurerm_route_table"],
      services: table("10.64.0.0/16"),
    };
    direct.resource["azurerm_subnet_route_table_association"] = {
      ...direct.resource["azurerm_subnet_route_table_association"],
      services: { subnet_id: id("azurerm_subnet.services"), route_table_id: id("azurerm_route_table.services") },
    };
    expect(placesOf(direct, "P14")).toEqual([]);
  });

  test("a peering with one side alone leaves the way unknown", () => {
    const plan = hubAndSpokes(["10.65.1.4"]);
    plan.resource["azurerm_virtual_network_peering"] = {
      ...plan.resource["azurerm_virtual_network_peering"],
      "agents-services": peering("agents", "services"),
    };
    const { findings } = judged(plan, OPTIONS);
    expect(findings.filter((one) => one.rule === "CORDON-P01")).toMatchObject([
      { verdict: "UNKNOWN", address: "azurerm_virtual_network_peering.agents-services" },
    ]);
    plan.resource["azurerm_virtual_network_peering"] = {
      ...plan.resource["azurerm_virtual_network_peering"],
      "services-agents": peering("services", "agents"),
    };
    expect(judged(plan, OPTIONS).findings.filter((one) => one.rule === "CORDON-P01")).toMatchObject([
      { verdict: "VIOLATED", address: "azurerm_virtual_network_peering.agents-services" },
    ]);
  });

  test("a hub of Virtual WAN teaches routes that no plan shows, where the table learns them", () => {
    const plan = hubAndSpokes(["10.65.1.4"]);
    plan.resource["azurerm_virtual_hub_connection"] = {
      wan: {
        name: "wan",
        remote_virtual_network_id: id("azurerm_virtual_network.agents"),
        virtual_hub_id: "/subscriptions/0/hub",
      },
    };
    expect(placesOf(plan, "P01")).toEqual([]);
    Object.assign(plan.resource["azurerm_route_table"]?.["agents"] ?? {}, { bgp_route_propagation_enabled: true });
    expect(placesOf(plan, "P01")).toEqual(["P01 azurerm_virtual_hub_connection.wan"]);
  });
});
