import { DEFAULT_ROUTE, FIREWALL, id, NETWORK, of, POLICY, put, sealed, standard, TRIAGE, topologyOf } from "./plans";

const NSG = "azurerm_network_security_group.triage";

describe("explaining ways on Azure", () => {
  test("a listed name passes every layer, each with what opens it", () => {
    expect(topologyOf(standard()).explain("triage", "https://api.example.com")).toEqual({
      agent: "triage",
      target: "https://api.example.com",
      reaches: true,
      layers: [
        { layer: "name", allows: "yes", address: "azapi_resource.allow", says: "allows the name" },
        { layer: "security group", allows: "yes", address: NSG, says: "rule 'web' admits it" },
        { layer: "route", allows: "yes", address: DEFAULT_ROUTE, says: `leads to ${FIREWALL}` },
        {
          layer: "filter",
          allows: "yes",
          address: "azurerm_firewall_policy_rule_collection_group.agents",
          says: "rule 'https' of collection 'triage' allows it",
        },
        {
          layer: "route",
          allows: "yes",
          address: "azurerm_subnet.firewall",
          says: `is Azure's own route to the internet, with the public address of ${FIREWALL}`,
        },
      ],
    });
  });

  test.each([
    ["https://evil.example.net", "name", "azapi_resource.block", "refuses the name"],
    ["ssh://198.51.100.4", "security group", NSG, "rule 'rest' refuses it"],
    ["udp://198.51.100.4:443", "security group", NSG, "rule 'rest' refuses it"],
    ["10.9.0.4:443", "security group", NSG, "rule 'private' refuses it"],
    ["10.64.4.70:443", "security group", NSG, "rule 'private' refuses it"],
  ])("%s is refused by the first layer that does", (target, layer, address, says) => {
    const { reaches, layers } = topologyOf(standard()).explain("triage", target);
    expect(reaches).toBe(false);
    expect(layers.find((one) => one.allows === "no")).toEqual({ layer, allows: "no", address, says });
  });

  test("what no rule of the firewall names is denied by its policy", () => {
    const plan = standard();
    delete plan.resource["azurerm_firewall_policy_rule_collection_group"]?.["final"];
    const { layers } = topologyOf(plan).explain("triage", "198.51.100.4:443");
    expect(layers.at(-1)).toEqual({
      layer: "filter",
      allows: "no",
      address: POLICY,
      says: "no rule of the firewall matches, so it is denied",
    });
  });

  test("what an agent reaches is its list; without a way out it is nothing", () => {
    expect(topologyOf(standard()).reach("triage")).toEqual(["*.example.org:443", "api.example.com:443"]);
    expect(topologyOf(standard()).reach("coder")).toEqual([]);
    expect(topologyOf(sealed()).reach("triage")).toEqual([]);
    expect(topologyOf(sealed()).denied("triage")).not.toEqual([]);
  });

  test("a sealed agent has no route", () => {
    const plan = sealed();
    const rules = of(plan, NSG)["security_rule"] as { [key: string]: unknown }[];
    rules.splice(0, rules.length);
    const { layers } = topologyOf(plan).explain("triage", "198.51.100.4:443");
    expect(layers.at(-1)).toEqual({ layer: "route", allows: "no", address: TRIAGE, says: "has no route to it" });
  });

  test("agents can be named by subnets and by machines", () => {
    const plan = standard();
    plan["//"] = {};
    put(plan, "azurerm_network_interface.vm", { name: "nic", ip_configuration: [{ subnet_id: id(TRIAGE) }] });
    put(plan, "azurerm_linux_virtual_machine.vm", {
      name: "vm",
      network_interface_ids: [id("azurerm_network_interface.vm")],
    });
    expect(topologyOf(plan).agents).toEqual(["vm"]);
    const agents = {
      a: ["azurerm_linux_virtual_machine.vm"],
      b: ["azurerm_network_interface.vm"],
      c: ["azurerm_subnet.coder"],
    };
    expect(topologyOf(plan, { agents }).agents).toEqual(["a", "b", "c"]);
    expect(topologyOf(plan, { agents }).reach("a")).toEqual(["*.example.org:443", "api.example.com:443"]);
  });

  test("subnets, rules and routes that are written inside of others are read like the others", () => {
    const plan = standard();
    plan["//"] = {};
    plan.resource = {
      azurerm_virtual_network: {
        v: {
          name: "v",
          address_space: ["10.1.0.0/16"],
          subnet: [
            {
              name: "work",
              address_prefixes: ["10.1.1.0/24"],
              security_group: id("azurerm_network_security_group.g"),
              route_table_id: id("azurerm_route_table.t"),
              default_outbound_access_enabled: false,
            },
          ],
        },
      },
      azurerm_network_security_group: { g: { name: "g", security_rule: [] } },
      azurerm_route_table: {
        t: { name: "t", route: [{ name: "out", address_prefix: "0.0.0.0/0", next_hop_type: "VirtualNetworkGateway" }] },
      },
    };
    const topology = topologyOf(plan);
    expect(topology.agents).toEqual(["work"]);
    expect(
      topology
        .findings()
        .filter((one) => one.rule === "CORDON-P01")
        .map((one) => one.address),
    ).toEqual(["azurerm_route_table.t"]);
    expect(NETWORK).not.toBe("azurerm_virtual_network.v");
  });
});
