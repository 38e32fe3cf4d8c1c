import { drop, FIREWALL, id, judgedAfter, NETWORK, of, type Plan, POLICY, put, TRIAGE } from "./plans";

const FLOW_LOG = "azurerm_network_watcher_flow_log.agents";
const found = (change: (plan: Plan) => void): string[] => judgedAfter(change).places;

describe("P08 on Azure: flows, verdicts and names are recorded", () => {
  test.each<[string, (plan: Plan) => void, string]>([
    ["no flow log", (plan) => drop(plan, FLOW_LOG), NETWORK],
    [
      "a flow log that is off",
      (plan) => {
        of(plan, FLOW_LOG)["enabled"] = false;
      },
      FLOW_LOG,
    ],
    [
      "a flow log of another network",
      (plan) => {
        of(plan, FLOW_LOG)["target_resource_id"] = "/subscriptions/0/other";
      },
      NETWORK,
    ],
    [
      "no record of names in rules",
      (plan) => {
        of(plan, "azurerm_monitor_diagnostic_setting.firewall")["enabled_log"] = [{ category: "AZFWNetworkRule" }];
      },
      FIREWALL,
    ],
    [
      "no record of queries",
      (plan) => {
        of(plan, "azurerm_monitor_diagnostic_setting.firewall")["enabled_log"] = [
          "AZFWNetworkRule",
          "AZFWApplicationRule",
        ].map((category) => ({ category }));
        drop(plan, "azurerm_monitor_diagnostic_setting.dns");
      },
      NETWORK,
    ],
    [
      "records that are kept for a week",
      (plan) => {
        of(plan, "azurerm_log_analytics_workspace.log")["retention_in_days"] = 7;
      },
      "azurerm_log_analytics_workspace.log",
    ],
  ])("%s is found", (_, change, address) => {
    expect(found(change)).toEqual([`P08 ${address}`]);
  });

  test.each<[string, (plan: Plan) => void]>([
    [
      "every category at once",
      (plan) => {
        of(plan, "azurerm_monitor_diagnostic_setting.firewall")["enabled_log"] = [{ category_group: "allLogs" }];
      },
    ],
    [
      "flow logs of every agent's subnet",
      (plan) => {
        of(plan, FLOW_LOG)["target_resource_id"] = id(TRIAGE);
        put(plan, "azurerm_network_watcher_flow_log.coder", {
          target_resource_id: id("azurerm_subnet.coder"),
          enabled: true,
        });
      },
    ],
    ["queries that the proxy alone records", (plan) => drop(plan, "azurerm_monitor_diagnostic_setting.dns")],
  ])("%s changes nothing", (_, change) => {
    expect(found(change)).toEqual([]);
  });
});

describe("P11 on Azure: enforcement is live", () => {
  test.each<[string, (plan: Plan) => void, string]>([
    [
      "a policy of another SKU than the firewall",
      (plan) => {
        of(plan, POLICY)["sku"] = "Premium";
      },
      POLICY,
    ],
    [
      "a DNS proxy that the SKU does not have",
      (plan) => {
        of(plan, POLICY)["sku"] = "Basic";
        of(plan, FIREWALL)["sku_tier"] = "Basic";
      },
      POLICY,
    ],
    [
      "threat intelligence that is off",
      (plan) => {
        of(plan, POLICY)["threat_intelligence_mode"] = "Off";
      },
      POLICY,
    ],
    [
      "threat intelligence that only alerts where it could refuse",
      (plan) => {
        delete of(plan, POLICY)["threat_intelligence_mode"];
      },
      POLICY,
    ],
    [
      "a subnet of another name",
      (plan) => {
        of(plan, "azurerm_subnet.firewall")["name"] = "snet-firewall";
      },
      "azurerm_subnet.firewall",
    ],
    [
      "a rule without a destination",
      (plan) => {
        put(plan, "azurerm_firewall_policy_rule_collection_group.empty", {
          firewall_policy_id: id(POLICY),
          priority: 3000,
          application_rule_collection: [
            {
              name: "empty",
              priority: 100,
              action: "Allow",
              rule: [
                {
                  name: "empty",
                  source_addresses: ["*"],
                  destination_fqdns: [],
                  protocols: [{ type: "Https", port: 443 }],
                },
              ],
            },
          ],
        });
      },
      "azurerm_firewall_policy_rule_collection_group.empty",
    ],
  ])("%s is found", (_, change, address) => {
    expect(found(change)).toContain(`P11 ${address}`);
  });

  test("both of SKU Premium change nothing", () => {
    expect(
      found((plan) => {
        of(plan, POLICY)["sku"] = "Premium";
        of(plan, FIREWALL)["sku_tier"] = "Premium";
      }),
    ).toEqual([]);
  });
});

describe("P13 on Azure: everything that touches the agents' network is part of the model", () => {
  test.each<[string, (plan: Plan) => void, string]>([
    [
      "a type without a reading",
      (plan) => put(plan, "azurerm_network_manager_deployment.x", { scope: id(NETWORK) }),
      "azurerm_network_manager_deployment.x",
    ],
    [
      "a resource of Azure's own interface without a reading",
      (plan) =>
        put(plan, "azapi_resource.rogue", {
          type: "Microsoft.Network/virtualNetworks/taps@2024-01-01",
          parent_id: id(NETWORK),
        }),
      "azapi_resource.rogue",
    ],
    [
      "an update of the network by its own interface",
      (plan) =>
        put(plan, "azapi_update_resource.x", {
          type: "Microsoft.Network/virtualNetworks@2024-01-01",
          resource_id: id(NETWORK),
        }),
      "azapi_update_resource.x",
    ],
    [
      "changes of rules that Terraform does not see",
      (plan) => {
        of(plan, "azurerm_network_security_group.triage")["lifecycle"] = { ignore_changes: ["security_rule"] };
      },
      "azurerm_network_security_group.triage",
    ],
    [
      "a route table that nobody sees change",
      (plan) => {
        of(plan, "azurerm_route.triage")["lifecycle"] = { ignore_changes: ["next_hop_in_ip_address"] };
      },
      "azurerm_route.triage",
    ],
    [
      "an explicit proxy",
      (plan) => {
        of(plan, POLICY)["explicit_proxy"] = [{ enabled: true, http_port: 8080 }];
      },
      POLICY,
    ],
    [
      "a group of allowed addresses that changes unseen",
      (plan) => {
        put(plan, "azurerm_ip_group.allowed", {
          name: "a",
          cidrs: ["10.64.4.0/26"],
          lifecycle: { ignore_changes: ["cidrs"] },
        });
        const groups = plan.resource["azurerm_firewall_policy_rule_collection_group"]?.["agents"]?.[
          "application_rule_collection"
        ] as { rule: { [key: string]: unknown }[] }[];
        Object.assign(groups[0]?.rule[0] ?? {}, {
          source_addresses: [],
          source_ip_groups: [id("azurerm_ip_group.allowed")],
        });
      },
      "azurerm_ip_group.allowed",
    ],
  ])("%s leaves the proof open", (_, change, address) => {
    const { verdict, places } = judgedAfter(change);
    expect(verdict).not.toBe("PROVED");
    expect(places).toContain(`P13 ${address}`);
  });

  test.each<[string, (plan: Plan) => void]>([
    [
      "a group of quarantined addresses that operators change",
      (plan) => {
        of(plan, "azurerm_ip_group.quarantine")["lifecycle"] = { ignore_changes: ["cidrs"] };
      },
    ],
    [
      "tags that somebody else writes",
      (plan) => {
        of(plan, NETWORK)["lifecycle"] = { ignore_changes: ["tags"] };
      },
    ],
    [
      "a saved query",
      (plan) =>
        put(plan, "azurerm_log_analytics_saved_search.q", {
          log_analytics_workspace_id: id("azurerm_log_analytics_workspace.log"),
        }),
    ],
  ])("%s changes nothing", (_, change) => {
    expect(found(change)).toEqual([]);
  });
});

describe("P14 on Azure: answers come back through the same firewall", () => {
  test("a policy that leaves every address as it is gets no answers", () => {
    expect(
      found((plan) => {
        of(plan, POLICY)["private_ip_ranges"] = ["0.0.0.0/0"];
      }),
    ).toEqual([`P14 ${POLICY}`]);
    expect(
      found((plan) => {
        of(plan, POLICY)["private_ip_ranges"] = ["10.0.0.0/8"];
      }),
    ).toEqual([]);
  });
});

describe("P15 on Azure: nothing else stands in the firewall's subnet", () => {
  test("a machine beside the firewall is found, and one in a subnet of its own is not", () => {
    const machine =
      (subnet: string) =>
      (plan: Plan): void =>
        put(plan, "azurerm_network_interface.nva", { name: "nva", ip_configuration: [{ subnet_id: id(subnet) }] });
    expect(found(machine("azurerm_subnet.firewall"))).toContain("P15 azurerm_network_interface.nva");
    expect(found(machine("azurerm_subnet.endpoints"))).toEqual([]);
  });
});
