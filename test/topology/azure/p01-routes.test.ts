import {
  CODER,
  DEFAULT_ROUTE,
  declared,
  FIREWALL,
  id,
  judgedAfter,
  NETWORK,
  of,
  type Plan,
  put,
  risk,
  rule,
  rulesOf,
  TRIAGE,
} from "./plans";

const TABLE = "azurerm_route_table.triage";
const GROUP = { resource_group_name: "rg-agents" };

/** Another route of the agent's table, beside the one to the firewall. */
const beside = (plan: Plan, values: { [argument: string]: unknown }): void =>
  put(plan, "azurerm_route.more", { name: "more", ...GROUP, route_table_name: id(TABLE, "name"), ...values });

const peering = (plan: Plan, name: string, from: string, to: string): void =>
  put(plan, `azurerm_virtual_network_peering.${name}`, {
    name,
    ...GROUP,
    virtual_network_name: id(from, "name"),
    remote_virtual_network_id: id(to),
  });

const other = (plan: Plan, cidr = "172.20.0.0/16"): void => {
  put(plan, "azurerm_virtual_network.other", { name: "other", ...GROUP, address_space: [cidr] });
  peering(plan, "there", NETWORK, "azurerm_virtual_network.other");
  peering(plan, "back", "azurerm_virtual_network.other", NETWORK);
};

const admit = (plan: Plan, destination: string): void => {
  rulesOf(plan, "triage").push(rule("more", 150, { access: "Allow", destination_address_prefix: destination }));
};

describe("P01 on Azure: no way out around inspection", () => {
  test("a default route to the internet with a NAT gateway is found with its way", () => {
    const { verdict, findings } = judgedAfter((plan) => {
      of(plan, DEFAULT_ROUTE)["next_hop_type"] = "Internet";
      put(plan, "azurerm_nat_gateway.out", { name: "nat", ...GROUP });
      put(plan, "azurerm_subnet_nat_gateway_association.out", {
        subnet_id: id(TRIAGE),
        nat_gateway_id: id("azurerm_nat_gateway.out"),
      });
    });
    expect(verdict).toBe("VIOLATED");
    expect(findings.filter((one) => one.rule === "CORDON-P01")).toEqual([
      {
        rule: "CORDON-P01",
        verdict: "VIOLATED",
        severity: "critical",
        agent: "triage",
        address: DEFAULT_ROUTE,
        problem: `agent triage reaches the internet from ${TRIAGE} past every firewall`,
        fix: "remove the route, or let it lead to the firewall's endpoint",
        path: [
          { layer: "subnet", address: TRIAGE, says: `stands in ${TRIAGE}` },
          { layer: "security group", address: "azurerm_network_security_group.triage", says: "rule 'web' admits it" },
          {
            layer: "route",
            address: DEFAULT_ROUTE,
            says: "leads to the internet, with the NAT gateway of azurerm_subnet_nat_gateway_association.out",
          },
        ],
        flow: expect.objectContaining({ port: 443 }),
        unknowns: [],
      },
    ]);
  });

  test.each<[string, (plan: Plan) => void, string]>([
    [
      "without a route the subnet has Azure's own, with default outbound access",
      (plan) => {
        delete plan.resource["azurerm_route"]?.["triage"];
        of(plan, TRIAGE)["default_outbound_access_enabled"] = true;
      },
      TRIAGE,
    ],
    [
      "a route table that is not associated routes nothing",
      (plan) => {
        delete plan.resource["azurerm_subnet_route_table_association"]?.["triage"];
        delete of(plan, TRIAGE)["default_outbound_access_enabled"];
      },
      TRIAGE,
    ],
    [
      "what is handed to a service has the service's own way out",
      (plan) => {
        delete plan.resource["azurerm_route"]?.["triage"];
        of(plan, TRIAGE)["delegation"] = [{ name: "a", service_delegation: [{ name: "Microsoft.App/environments" }] }];
      },
      TRIAGE,
    ],
    [
      "a longer route to the internet goes around the firewall",
      (plan) => {
        of(plan, TRIAGE)["default_outbound_access_enabled"] = true;
        beside(plan, { address_prefix: "198.51.100.0/24", next_hop_type: "Internet" });
      },
      "azurerm_route.more",
    ],
    [
      "a route of a service tag to the internet is longer than the default route",
      (plan) => {
        of(plan, TRIAGE)["default_outbound_access_enabled"] = true;
        beside(plan, { address_prefix: "AzureCloud", next_hop_type: "Internet" });
      },
      "azurerm_route.more",
    ],
    [
      "a route to a gateway leads to networks that nobody declared",
      (plan) => {
        of(plan, DEFAULT_ROUTE)["next_hop_type"] = "VirtualNetworkGateway";
      },
      DEFAULT_ROUTE,
    ],
    [
      "a service endpoint leads to every tenant's accounts",
      (plan) => {
        of(plan, TRIAGE)["service_endpoints"] = ["Microsoft.Storage"];
      },
      TRIAGE,
    ],
    [
      "a peering is a way where the security group admits the other network",
      (plan) => {
        other(plan);
        admit(plan, "172.20.0.0/16");
      },
      "azurerm_virtual_network_peering.there",
    ],
    [
      "the tag VirtualNetwork holds peers too",
      (plan) => {
        other(plan);
        admit(plan, "172.20.1.4");
      },
      "azurerm_virtual_network_peering.there",
    ],
  ])("%s", (_, change, address) => {
    const { verdict, places } = judgedAfter(change);
    expect(verdict).toBe("VIOLATED");
    expect(places).toContain(`P01 ${address}`);
  });

  test.each<[string, (plan: Plan) => void]>([
    [
      "default outbound access behind a route to the firewall",
      (plan) => {
        of(plan, TRIAGE)["default_outbound_access_enabled"] = true;
      },
    ],
    [
      "a route that leads nowhere",
      (plan) => beside(plan, { address_prefix: "198.51.100.0/24", next_hop_type: "None" }),
    ],
    [
      "a longer route to the same firewall",
      (plan) =>
        beside(plan, {
          address_prefix: "198.51.100.0/24",
          next_hop_type: "VirtualAppliance",
          next_hop_in_ip_address: id(FIREWALL, "ip_configuration[0].private_ip_address"),
        }),
    ],
    [
      "a next hop that is written as an address of the firewall's subnet",
      (plan) => {
        of(plan, DEFAULT_ROUTE)["next_hop_in_ip_address"] = "10.64.0.4";
      },
    ],
    [
      "a route to the internet where nothing translates",
      (plan) => beside(plan, { address_prefix: "198.51.100.0/24", next_hop_type: "Internet" }),
    ],
    ["a peering that the security group keeps the agents from", (plan) => other(plan)],
    [
      "a peering that gives no access",
      (plan) => {
        other(plan);
        admit(plan, "172.20.0.0/16");
        of(plan, "azurerm_virtual_network_peering.there")["allow_virtual_network_access"] = false;
        declared(plan).risks.push(risk("R41"));
      },
    ],
    [
      "a NAT gateway behind the firewall",
      (plan) => {
        put(plan, "azurerm_nat_gateway.out", { name: "nat", ...GROUP });
        put(plan, "azurerm_subnet_nat_gateway_association.out", {
          subnet_id: id("azurerm_subnet.firewall"),
          nat_gateway_id: id("azurerm_nat_gateway.out"),
        });
      },
    ],
    [
      "another agent's route that leads nowhere",
      (plan) => {
        of(plan, "azurerm_route.coder")["next_hop_type"] = "None";
        of(plan, CODER)["tags"] = null;
      },
    ],
  ])("%s changes nothing", (_, change) => {
    expect(judgedAfter(change).places.filter((place) => place.startsWith("P01"))).toEqual([]);
  });

  test("a gateway that teaches routes leaves the ways unknown, unless the table does not learn", () => {
    const gateway = (plan: Plan): void => {
      put(plan, "azurerm_subnet.gateway", {
        name: "GatewaySubnet",
        ...GROUP,
        virtual_network_name: id(NETWORK, "name"),
        address_prefixes: ["10.64.2.0/27"],
      });
      put(plan, "azurerm_virtual_network_gateway.vpn", {
        name: "vpn",
        ...GROUP,
        ip_configuration: [{ subnet_id: id("azurerm_subnet.gateway") }],
      });
    };
    expect(judgedAfter(gateway).places).toEqual([]);
    const { findings } = judgedAfter((plan) => {
      gateway(plan);
      of(plan, TABLE)["bgp_route_propagation_enabled"] = true;
    });
    expect(findings.map(({ rule: of1, verdict, address, unknowns }) => ({ of1, verdict, address, unknowns }))).toEqual([
      {
        of1: "CORDON-P01",
        verdict: "UNKNOWN",
        address: "azurerm_virtual_network_gateway.vpn",
        unknowns: ["azurerm_virtual_network_gateway.vpn"],
      },
      { of1: "CORDON-P11", verdict: "VIOLATED", address: TABLE, unknowns: [] },
    ]);
  });

  test("an appliance that is no firewall of the plan passes what the plan does not say", () => {
    const { verdict, findings } = judgedAfter((plan) => {
      of(plan, DEFAULT_ROUTE)["next_hop_in_ip_address"] = "10.64.9.4";
    });
    expect(verdict).toBe("UNKNOWN");
    expect(findings.map(({ rule: of1, address, problem }) => [of1, address, problem])).toEqual([
      [
        "CORDON-P02",
        DEFAULT_ROUTE,
        `what the appliance behind ${DEFAULT_ROUTE} passes for agent triage is not in the plan`,
      ],
    ]);
  });
});
