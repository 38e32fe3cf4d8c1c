import {
  ALLOW,
  behindHub,
  collectionsOf,
  declared,
  FIREWALL,
  finalDeny,
  HUB_POLICY,
  id,
  judged,
  judgedAfter,
  of,
  type Plan,
  POLICY,
  put,
  rule,
  rulesOf,
  standard,
  topologyOf,
  type Values,
} from "./plans";

const FINAL = "azurerm_firewall_policy_rule_collection_group.final";
const SOURCES = { source_addresses: ["10.64.4.0/26"] };

const group = (plan: Plan, values: Values): void =>
  put(plan, "azurerm_firewall_policy_rule_collection_group.more", {
    name: "more",
    firewall_policy_id: id(POLICY),
    priority: 2000,
    ...values,
  });

const network = (values: Values, action = "Allow"): Values => ({
  network_rule_collection: [
    {
      name: "net",
      priority: 500,
      action,
      rule: [
        {
          name: "net",
          protocols: ["TCP"],
          ...SOURCES,
          destination_addresses: ["*"],
          destination_ports: ["443"],
          ...values,
        },
      ],
    },
  ],
});

const application = (values: Values, action = "Allow"): Values => ({
  application_rule_collection: [
    {
      name: "app",
      priority: 500,
      action,
      rule: [{ name: "app", ...SOURCES, destination_fqdns: [], protocols: [{ type: "Https", port: 443 }], ...values }],
    },
  ],
});

const first = (plan: Plan): Values => collectionsOf(plan, "application")[0]?.rule[0] ?? {};

describe("P02 on Azure: the firewall accepts the declared list and nothing else", () => {
  test("one more name is found with the rule that allows it", () => {
    const { verdict, findings } = judgedAfter((plan) => {
      first(plan)["destination_fqdns"] = ["api.example.com", "*.example.org", "evil.example.net"];
    });
    expect(verdict).toBe("VIOLATED");
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P02",
        agent: "triage",
        address: ALLOW,
        problem: `${FIREWALL} accepts tls evil.example.net:443 of agent triage, which its policy does not name`,
        flow: { name: "evil.example.net", port: 443, app: "tls" },
      },
    ]);
    expect(findings[0]?.path.at(-1)).toEqual({
      layer: "filter",
      address: ALLOW,
      says: "rule 'https' of collection 'triage' allows it",
    });
  });

  test.each<[string, (plan: Plan) => void]>([
    ["a network rule comes before every name", (plan) => group(plan, network({}))],
    [
      "a network rule of a service's tag stands for every tenant",
      (plan) => group(plan, network({ destination_addresses: ["Storage.WestEurope"] })),
    ],
    [
      "a network rule of a name is one more name",
      (plan) => group(plan, network({ destination_addresses: [], destination_fqdns: ["evil.example.net"] })),
    ],
    [
      "a wildcard without a dot ends in the middle of a label",
      (plan) => {
        first(plan)["destination_fqdns"] = ["api.example.com", "*example.org"];
      },
    ],
    ["a tag of names", (plan) => group(plan, application({ destination_fqdn_tags: ["WindowsUpdate"] }))],
    ["a web category", (plan) => group(plan, application({ web_categories: ["SearchEnginesAndPortals"] }))],
    [
      "another port of a listed name",
      (plan) => {
        first(plan)["protocols"] = [
          { type: "Https", port: 443 },
          { type: "Https", port: 8443 },
        ];
      },
    ],
    [
      "plain HTTP of a listed name",
      (plan) => {
        first(plan)["protocols"] = [
          { type: "Https", port: 443 },
          { type: "Http", port: 80 },
        ];
      },
    ],
    [
      "a list that means every agent",
      (plan) => {
        first(plan)["source_addresses"] = ["*"];
      },
    ],
    [
      "the sources of an IP group",
      (plan) => {
        put(plan, "azurerm_ip_group.all", { name: "all", cidrs: ["10.64.4.0/24"] });
        first(plan)["source_addresses"] = [];
        first(plan)["source_ip_groups"] = [id("azurerm_ip_group.all")];
      },
    ],
    [
      "Azure's own list of names, without a denial before it",
      (plan) => {
        delete plan.resource["azurerm_firewall_policy_rule_collection_group"]?.["final"];
      },
    ],
    [
      "a denial that comes too late",
      (plan) => {
        group(plan, { ...application({ destination_fqdns: ["evil.example.net"] }), priority: 64_000 });
      },
    ],
    [
      "a base policy's rules come before the policy's own",
      (plan) => {
        put(plan, "azurerm_firewall_policy.base", { name: "base", sku: "Standard" });
        of(plan, POLICY)["base_policy_id"] = id("azurerm_firewall_policy.base");
        group(plan, { ...network({}), firewall_policy_id: id("azurerm_firewall_policy.base") });
      },
    ],
  ])("%s", (_, change) => {
    const { verdict, findings } = judgedAfter(change);
    expect(verdict).toBe("VIOLATED");
    expect([...new Set(findings.filter((one) => one.verdict === "VIOLATED").map((one) => one.rule))]).toContain(
      "CORDON-P02",
    );
  });

  test.each<[string, (plan: Plan) => void]>([
    [
      "a denial before the names",
      (plan) => group(plan, { ...network({ destination_ports: ["22"] }, "Deny"), priority: 200 }),
    ],
    [
      "a denial of a name that no list has",
      (plan) => group(plan, { ...application({ destination_fqdns: ["evil.example.net"] }, "Deny"), priority: 200 }),
    ],
    [
      "an allowance after the denial of everything",
      (plan) => group(plan, { ...application({ destination_fqdns: ["evil.example.net"] }), priority: 65_001 }),
    ],
    [
      "rules of a policy that no firewall has",
      (plan) => {
        put(plan, "azurerm_firewall_policy.unused", { name: "unused", sku: "Standard" });
        group(plan, { ...network({}), firewall_policy_id: id("azurerm_firewall_policy.unused") });
      },
    ],
    ["rules for addresses that are no agent's", (plan) => group(plan, network({ source_addresses: ["10.99.0.0/24"] }))],
    [
      "names in another case",
      (plan) => {
        first(plan)["destination_fqdns"] = ["API.Example.com", "*.example.org"];
      },
    ],
  ])("%s changes nothing", (_, change) => {
    expect(judgedAfter(change).places).toEqual([]);
  });

  test("a listed name without a rule is found too", () => {
    const { findings } = judgedAfter((plan) => {
      first(plan)["destination_fqdns"] = ["api.example.com"];
    });
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P02",
        severity: "medium",
        address: FINAL,
        problem: `${FIREWALL} refuses tls unlisted.example.org:443 of agent triage, which its policy names`,
      },
    ]);
  });

  test("a quarantined agent is refused what its list has", () => {
    const { findings } = judgedAfter((plan) => {
      of(plan, "azurerm_ip_group.quarantine")["cidrs"] = ["10.64.4.0/26"];
    });
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P02",
        severity: "medium",
        path: [{ says: "rule 'quarantine' of collection 'quarantine' denies it" }],
      },
    ]);
  });

  test("a port that the security group lets out and no list has is found at the rule", () => {
    const change =
      (port: string) =>
      (plan: Plan): void => {
        rulesOf(plan, "triage").push(
          rule("more", 310, {
            access: "Allow",
            protocol: "Tcp",
            destination_address_prefix: "0.0.0.0/0",
            destination_port_range: port,
          }),
        );
      };
    expect(judgedAfter(change("8443")).findings).toMatchObject([
      { rule: "CORDON-P02", severity: "medium", address: "azurerm_network_security_group.triage" },
    ]);
    expect(judgedAfter(change("443")).findings).toEqual([]);
  });

  test("requests that the policy binds have to be bound by URLs of rules that look into TLS", () => {
    const bound =
      (urls: string[]) =>
      (plan: Plan): void => {
        const [agent] = declared(plan).agents;
        (agent?.["egress"] as Values[])[0] = {
          host: "api.example.com",
          port: 443,
          protocol: "https",
          requests: ["* /v1/*"],
        };
        of(plan, FIREWALL)["sku_tier"] = "Premium";
        of(plan, POLICY)["sku"] = "Premium";
        of(plan, POLICY)["tls_certificate"] = [
          { name: "ca", key_vault_secret_id: "https://acme.vault.azure.net/secrets/ca" },
        ];
        first(plan)["destination_fqdns"] = ["*.example.org"];
        collectionsOf(plan, "application")[0]?.rule.push({
          name: "urls",
          ...SOURCES,
          destination_urls: urls,
          terminate_tls: true,
          protocols: [{ type: "Https", port: 443 }],
        });
      };
    expect(judgedAfter(bound(["api.example.com/v1/*"])).places).toEqual([]);
    expect(judgedAfter(bound(["api.example.com/*"])).findings).toMatchObject([
      {
        rule: "CORDON-P02",
        problem: "it passes /* of api.example.com:443 for agent triage, and its policy names /v1/*",
      },
    ]);
    const whole = judgedAfter((plan) => {
      bound(["api.example.com/v1/*"])(plan);
      first(plan)["destination_fqdns"] = ["api.example.com", "*.example.org"];
    });
    expect(whole.findings).toMatchObject([
      {
        rule: "CORDON-P02",
        problem: "it passes every request of agent triage to api.example.com:443, and its policy names /v1/*",
      },
    ]);
  });

  test("classic rules are read in the same order", () => {
    const classic = (plan: Plan): void => {
      const firewall = of(plan, FIREWALL);
      delete firewall["firewall_policy_id"];
      firewall["dns_proxy_enabled"] = true;
      firewall["threat_intel_mode"] = "Deny";
      delete plan.resource["azurerm_firewall_policy_rule_collection_group"];
      delete plan.resource["azurerm_firewall_policy"];
      const collection = (name: string, priority: number, action: string, names: string[], port: number): void =>
        put(plan, `azurerm_firewall_application_rule_collection.${name}`, {
          name,
          resource_group_name: "rg-agents",
          azure_firewall_name: id(FIREWALL, "name"),
          priority,
          action,
          rule: [
            {
              name,
              source_addresses: ["10.64.4.0/26"],
              target_fqdns: names,
              protocol: [{ port, type: port === 80 ? "Http" : "Https" }],
            },
          ],
        });
      collection("allow", 100, "Allow", ["api.example.com", "*.example.org"], 443);
      collection("rest", 200, "Deny", ["*"], 443);
      collection("plain", 210, "Deny", ["*"], 80);
    };
    const agentless = judgedAfter(classic).findings.filter((one) => one.agent !== "coder");
    expect(agentless).toEqual([]);
    const { findings } = judgedAfter((plan) => {
      classic(plan);
      put(plan, "azurerm_firewall_network_rule_collection.net", {
        name: "net",
        resource_group_name: "rg-agents",
        azure_firewall_name: id(FIREWALL, "name"),
        priority: 60_000,
        action: "Allow",
        rule: [
          { name: "net", ...SOURCES, destination_addresses: ["*"], destination_ports: ["443"], protocols: ["TCP"] },
        ],
      });
    });
    expect(findings.filter((one) => one.agent === "triage")).toMatchObject([
      { rule: "CORDON-P02", address: "azurerm_firewall_network_rule_collection.net" },
    ]);
  });

  test("what else a hub's policy holds is unknown, unless the cell says that its owner stands for it", () => {
    const { verdict, findings } = judgedAfter((plan) => {
      declared(plan).risks.pop();
    }, behindHub);
    expect(verdict).toBe("UNKNOWN");
    expect(
      findings.filter((one) => one.rule === "CORDON-P02").map((one) => [one.agent, one.address, one.unknowns]),
    ).toEqual([
      ["coder", HUB_POLICY, [HUB_POLICY]],
      ["triage", HUB_POLICY, [HUB_POLICY]],
    ]);
  });

  test("a next hop inside of the agents' own network is no hub's firewall", () => {
    const { findings } = judgedAfter((plan) => {
      of(plan, "azurerm_route.triage")["next_hop_in_ip_address"] = "10.64.9.9";
    }, behindHub);
    expect(findings).toMatchObject([
      { rule: "CORDON-P02", verdict: "UNKNOWN", agent: "triage", address: "azurerm_route.triage" },
    ]);
  });

  test("without a declaration rules by name are bounded, and rules by address are not", () => {
    const foreign = (plan: Plan): Plan => ({ ...plan, "//": {} });
    const plan = standard();
    expect(judged(foreign(plan)).findings.filter((one) => one.rule === "CORDON-P02")).toEqual([]);
    expect(topologyOf(foreign(plan)).reach("triage")).toEqual(["*.example.org:443", "api.example.com:443"]);
    group(plan, network({}));
    expect(
      judged(foreign(plan))
        .findings.filter((one) => one.rule === "CORDON-P02")
        .map((one) => one.agent),
    ).toEqual(["triage"]);
  });

  test("the last denial is no more than what stands behind it", () => {
    const { places } = judgedAfter((plan) => {
      const denial = finalDeny();
      denial["priority"] = 100;
      of(plan, FINAL)["application_rule_collection"] = [denial];
    });
    expect(places).toEqual([]);
  });
});
