import {
  CODER,
  declared,
  drop,
  FIREWALL,
  id,
  judgedAfter,
  NETWORK,
  of,
  type Plan,
  POLICY,
  put,
  risk,
  rule,
  rulesOf,
  standard,
  TRIAGE,
  topologyOf,
  type Values,
} from "./plans";

const NSG = "azurerm_network_security_group.triage";
const machine = (plan: Plan, values: Values = {}): void => {
  put(plan, "azurerm_network_interface.vm", {
    name: "nic",
    ip_configuration: [{ name: "in", subnet_id: id(TRIAGE), private_ip_address_allocation: "Dynamic", ...values }],
  });
  put(plan, "azurerm_linux_virtual_machine.vm", {
    name: "vm",
    network_interface_ids: [id("azurerm_network_interface.vm")],
    identity: [{ type: "UserAssigned", identity_ids: [id("azurerm_user_assigned_identity.triage")] }],
  });
};

describe("P04 on Azure: nothing connects to an agent from outside", () => {
  test("a rule that admits the internet is found with the rule", () => {
    const { findings } = judgedAfter((plan) => {
      rulesOf(plan, "triage").push(
        rule("ssh", 100, {
          direction: "Inbound",
          access: "Allow",
          protocol: "Tcp",
          source_address_prefix: "Internet",
          destination_port_range: "22",
        }),
      );
    });
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P04",
        agent: "triage",
        address: NSG,
        flow: { port: 22 },
        path: [{ says: "rule 'ssh' admits it" }],
      },
    ]);
  });

  test.each<[string, (plan: Plan) => void, string]>([
    [
      "no denial before Azure's own rules",
      (plan) => {
        rulesOf(plan, "triage").splice(-1);
      },
      NSG,
    ],
    [
      "no security group at all",
      (plan) => drop(plan, "azurerm_subnet_network_security_group_association.triage"),
      TRIAGE,
    ],
    [
      "a denial for another port",
      (plan) => {
        Object.assign(rulesOf(plan, "triage").at(-1) ?? {}, { destination_port_range: "22" });
      },
      NSG,
    ],
    [
      "a denial that counts for one source port",
      (plan) => {
        Object.assign(rulesOf(plan, "triage").at(-1) ?? {}, { source_port_range: "40000" });
      },
      NSG,
    ],
    [
      "a translation of the firewall",
      (plan) => {
        put(plan, "azurerm_firewall_policy_rule_collection_group.in", {
          firewall_policy_id: id(POLICY),
          priority: 300,
          nat_rule_collection: [
            {
              name: "in",
              priority: 100,
              action: "Dnat",
              rule: [{ name: "in", translated_address: "10.64.4.5", translated_port: "443" }],
            },
          ],
        });
      },
      "azurerm_firewall_policy_rule_collection_group.in",
    ],
    [
      "a load balancer",
      (plan) => {
        machine(plan);
        put(plan, "azurerm_network_interface_backend_address_pool_association.vm", {
          network_interface_id: id("azurerm_network_interface.vm"),
          ip_configuration_name: "in",
          backend_address_pool_id: id("azurerm_lb_backend_address_pool.in"),
        });
      },
      "azurerm_network_interface_backend_address_pool_association.vm",
    ],
    [
      "an app with a name on the internet",
      (plan) => {
        put(plan, "azurerm_linux_function_app.agent", { name: "agent", virtual_network_subnet_id: id(TRIAGE) });
      },
      "azurerm_linux_function_app.agent",
    ],
  ])("%s is found", (_, change, address) => {
    const { verdict, places } = judgedAfter(change);
    expect(verdict).toBe("VIOLATED");
    expect(places).toContain(`P04 ${address}`);
  });

  test.each<[string, (plan: Plan) => void]>([
    [
      "a probe of Azure's load balancers",
      (plan) => {
        rulesOf(plan, "triage").push(
          rule("probe", 100, { direction: "Inbound", access: "Allow", source_address_prefix: "AzureLoadBalancer" }),
        );
      },
    ],
    [
      "a rule that admits the agent's own subnet",
      (plan) => {
        rulesOf(plan, "triage").push(
          rule("own", 100, { direction: "Inbound", access: "Allow", source_address_prefix: "10.64.4.0/26" }),
        );
      },
    ],
    [
      "an allowance behind the denial of everything",
      (plan) => {
        Object.assign(rulesOf(plan, "triage").at(-1) ?? {}, { priority: 200 });
        rulesOf(plan, "triage").push(rule("ssh", 300, { direction: "Inbound", access: "Allow" }));
      },
    ],
    [
      "a separate rule that denies",
      (plan) => {
        put(plan, "azurerm_network_security_rule.more", {
          ...rule("more", 100, { direction: "Inbound" }),
          network_security_group_name: "nsg-triage",
          resource_group_name: "rg-agents",
        });
      },
    ],
    [
      "an app that is closed to the internet",
      (plan) => {
        put(plan, "azurerm_linux_function_app.agent", {
          name: "agent",
          virtual_network_subnet_id: id(TRIAGE),
          public_network_access_enabled: false,
        });
      },
    ],
  ])("%s changes nothing", (_, change) => {
    expect(judgedAfter(change).places).toEqual([]);
  });

  test("a separate rule counts as one that is written inside", () => {
    const { places } = judgedAfter((plan) => {
      put(plan, "azurerm_network_security_rule.ssh", {
        ...rule("ssh", 100, { direction: "Inbound", access: "Allow", source_address_prefix: "198.51.100.0/24" }),
        network_security_group_name: id(NSG, "name"),
        resource_group_name: "rg-agents",
      });
    });
    expect(places).toEqual(["P04 azurerm_network_security_rule.ssh"]);
  });
});

describe("P05 on Azure: agents do not reach each other", () => {
  const opened = (plan: Plan, port = "8080"): void => {
    rulesOf(plan, "coder").push(
      rule("call", 150, {
        access: "Allow",
        protocol: "Tcp",
        destination_address_prefix: "10.64.4.0/26",
        destination_port_range: port,
      }),
    );
    rulesOf(plan, "triage").push(
      rule("call", 150, {
        direction: "Inbound",
        access: "Allow",
        protocol: "Tcp",
        source_address_prefix: "10.64.4.64/26",
        destination_port_range: port,
      }),
    );
  };

  test("both sides' rules together are a way", () => {
    const { findings } = judgedAfter(opened);
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P05",
        agent: "coder",
        address: NSG,
        problem: "it lets agent coder connect to agent triage",
        flow: { port: 8080 },
      },
    ]);
  });

  test("one side alone is none, and a declared port is what was asked for", () => {
    const oneSided = judgedAfter((plan) => {
      opened(plan);
      rulesOf(plan, "coder").splice(-1);
    });
    expect(oneSided.findings).toEqual([]);
    const asked = judgedAfter((plan) => {
      opened(plan);
      for (const agent of declared(plan).agents)
        if (agent["agent"] === "coder") agent["peers"] = [{ agent: "triage", port: 8080 }];
    });
    expect(asked.findings).toEqual([]);
    const wider = judgedAfter((plan) => {
      opened(plan, "8000-9000");
      for (const agent of declared(plan).agents)
        if (agent["agent"] === "coder") agent["peers"] = [{ agent: "triage", port: 8080 }];
    });
    expect(wider.places).toEqual([`P05 ${NSG}`]);
  });
});

describe("P06 on Azure: private endpoints lead to targets without another door", () => {
  test.each<[string, (plan: Plan) => void, string]>([
    [
      "a target that the internet reaches too",
      (plan) => {
        delete of(plan, "azurerm_key_vault.secrets")["public_network_access_enabled"];
      },
      "azurerm_key_vault.secrets",
    ],
    [
      "a service of somebody else",
      (plan) => {
        of(plan, "azurerm_private_endpoint.vault")["private_service_connection"] = [
          {
            private_connection_resource_alias: "llm.00000000.westeurope.azure.privatelinkservice",
            is_manual_connection: true,
          },
        ];
      },
      "azurerm_private_endpoint.vault",
    ],
  ])("%s is found", (_, change, address) => {
    const { verdict, places } = judgedAfter(change);
    expect(verdict).toBe("VIOLATED");
    expect(places).toContain(`P06 ${address}`);
  });

  test.each<[string, (plan: Plan) => void]>([
    [
      "a perimeter that encloses the target",
      (plan) => {
        delete of(plan, "azurerm_key_vault.secrets")["public_network_access_enabled"];
        put(plan, "azapi_resource.enclosed", {
          type: "Microsoft.Network/networkSecurityPerimeters/resourceAssociations@2025-01-01",
          name: "vault",
          body: {
            properties: { accessMode: "Enforced", privateLinkResource: { id: id("azurerm_key_vault.secrets") } },
          },
        });
      },
    ],
    [
      "an open target that no agent reaches",
      (plan) => {
        delete of(plan, "azurerm_key_vault.secrets")["public_network_access_enabled"];
        for (const name of ["triage", "coder"]) rulesOf(plan, name).splice(1, 1);
      },
    ],
    [
      "a target elsewhere that the cell says nobody checked",
      (plan) => {
        of(plan, "azurerm_private_endpoint.vault")["private_service_connection"] = [
          {
            private_connection_resource_id: "/subscriptions/0/resourceGroups/x/providers/Microsoft.KeyVault/vaults/x",
            subresource_names: ["vault"],
          },
        ];
        declared(plan).risks.push(risk("R75"));
      },
    ],
    [
      "storage that a service endpoint's policy binds",
      (plan) => {
        of(plan, TRIAGE)["service_endpoints"] = ["Microsoft.Storage"];
        of(plan, TRIAGE)["service_endpoint_policy_ids"] = [id("azurerm_subnet_service_endpoint_storage_policy.own")];
      },
    ],
  ])("%s changes nothing", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  test.each([
    [[], []],
    [["198.51.100.4"], ["P06 azurerm_key_vault.secrets"]],
  ])("rules of its own that admit %j besides", (ip_rules, places) => {
    const change = (plan: Plan): void => {
      delete of(plan, "azurerm_key_vault.secrets")["public_network_access_enabled"];
      of(plan, "azurerm_key_vault.secrets")["network_acls"] = [{ default_action: "Deny", bypass: "None", ip_rules }];
    };
    expect(judgedAfter(change).places).toEqual(places);
  });

  test("a perimeter that only learns encloses nothing", () => {
    const { places } = judgedAfter((plan) => {
      delete of(plan, "azurerm_key_vault.secrets")["public_network_access_enabled"];
      put(plan, "azapi_resource.enclosed", {
        type: "Microsoft.Network/networkSecurityPerimeters/resourceAssociations@2025-01-01",
        name: "vault",
        body: { properties: { accessMode: "Learning", privateLinkResource: { id: id("azurerm_key_vault.secrets") } } },
      });
    });
    expect(places).toEqual(["P06 azurerm_key_vault.secrets"]);
  });

  test("agents that reach an endpoint are named by its service", () => {
    expect(topologyOf(standard()).services("triage")).toEqual(["azurerm_key_vault.secrets/vault"]);
    expect(topologyOf(standard()).explain("triage", "https://acme.vault.azure.net")).toMatchObject({ reaches: true });
    expect(topologyOf(standard()).canReach("triage", "https://other.vault.azure.net")).toBe(false);
  });
});

describe("P10 on Azure: no public address", () => {
  test("an interface's public address is found, and a private one is not", () => {
    expect(judgedAfter((plan) => machine(plan)).findings).toEqual([]);
    const { places } = judgedAfter((plan) => machine(plan, { public_ip_address_id: id("azurerm_public_ip.out") }));
    expect(places).toEqual(["P10 azurerm_network_interface.vm"]);
  });

  test("a container group is public unless it is said to be private", () => {
    const group =
      (kind: string) =>
      (plan: Plan): void =>
        put(plan, "azurerm_container_group.a", { name: "a", ip_address_type: kind, subnet_ids: [id(CODER)] });
    expect(judgedAfter(group("Public")).places).toEqual(["P10 azurerm_container_group.a"]);
    expect(judgedAfter(group("Private")).places).toEqual([]);
  });

  test("a firewall's own public address is no agent's", () => {
    expect(
      judgedAfter((plan) => {
        of(plan, FIREWALL)["tags"] = { network: id(NETWORK) };
      }).findings,
    ).toEqual([]);
  });
});
