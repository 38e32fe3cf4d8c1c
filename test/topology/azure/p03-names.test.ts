import {
  behindHub,
  body,
  declared,
  drop,
  FIREWALL,
  id,
  judged,
  judgedAfter,
  NETWORK,
  of,
  type Plan,
  POLICY,
  put,
  risk,
  sealed,
} from "./plans";

const DNS = "azurerm_virtual_network_dns_servers.agents";

describe("P03 on Azure: names only through the filtered resolver", () => {
  test("a policy that only alerts answers every name, and the cell may say so", () => {
    const alerts = (plan: Plan): void => {
      body(plan, "block")["action"] = { actionType: "Alert" };
    };
    const { findings } = judgedAfter(alerts);
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P03",
        verdict: "VIOLATED",
        address: "azapi_resource.block",
        problem: `the resolver of ${NETWORK} answers unlisted.example, which no policy names`,
        fix: 'let a rule of the DNS security policy block "." after the allow list',
        path: [{ layer: "name", address: "azapi_resource.block", says: "only reports the name" }],
      },
    ]);
    const accepted = judgedAfter((plan) => {
      alerts(plan);
      declared(plan).risks.push(risk("R70"));
    });
    expect(accepted.findings).toEqual([]);
  });

  test.each<[string, (plan: Plan) => void, string]>([
    ["a policy that is not linked to the network", (plan) => drop(plan, "azapi_resource.link"), DNS],
    [
      "a block that is switched off",
      (plan) => {
        body(plan, "block")["dnsSecurityRuleState"] = "Disabled";
      },
      "azapi_resource.allow",
    ],
    [
      "an allowance of everything before the block",
      (plan) => {
        body(plan, "allow")["dnsResolverDomainLists"] = [{ id: id("azapi_resource.all") }];
      },
      "azapi_resource.allow",
    ],
    [
      "a list with one more name",
      (plan) => {
        body(plan, "names")["domains"] = ["api.example.com.", "example.org.", "vault.azure.net.", "evil.example.net."];
      },
      "azapi_resource.allow",
    ],
    [
      "a list that refuses a declared name",
      (plan) => {
        body(plan, "names")["domains"] = ["api.example.com.", "vault.azure.net."];
      },
      "azapi_resource.block",
    ],
    [
      "resolvers of somebody else",
      (plan) => {
        of(plan, DNS)["dns_servers"] = ["198.51.100.53"];
      },
      DNS,
    ],
    [
      "a proxy that asks resolvers of somebody else",
      (plan) => {
        of(plan, POLICY)["dns"] = [{ proxy_enabled: true, servers: ["198.51.100.53"] }];
      },
      POLICY,
    ],
    [
      "a proxy that is off",
      (plan) => {
        of(plan, POLICY)["dns"] = [{ proxy_enabled: false }];
      },
      POLICY,
    ],
    [
      "a private zone that falls back to the internet",
      (plan) => {
        put(plan, "azurerm_private_dns_zone_virtual_network_link.vault", {
          private_dns_zone_name: "privatelink.vaultcore.azure.net",
          virtual_network_id: id(NETWORK),
          resolution_policy: "NxDomainRedirect",
        });
      },
      "azurerm_private_dns_zone_virtual_network_link.vault",
    ],
  ])("%s is found", (_, change, address) => {
    const { verdict, places } = judgedAfter(change);
    expect(verdict).toBe("VIOLATED");
    expect(places).toContain(`P03 ${address}`);
  });

  test("a network rule for port 53 reaches other resolvers", () => {
    const { places } = judgedAfter((plan) => {
      const web = of(plan, "azurerm_network_security_group.triage")["security_rule"] as { [key: string]: unknown }[];
      for (const one of web) if (one["name"] === "web") one["destination_port_range"] = "*";
      for (const one of web) if (one["name"] === "web") one["protocol"] = "*";
      put(plan, "azurerm_firewall_policy_rule_collection_group.more", {
        firewall_policy_id: id(POLICY),
        priority: 2000,
        network_rule_collection: [
          {
            name: "names",
            priority: 100,
            action: "Allow",
            rule: [
              {
                name: "names",
                protocols: ["UDP"],
                source_addresses: ["*"],
                destination_addresses: ["*"],
                destination_ports: ["53"],
              },
            ],
          },
        ],
      });
    });
    expect(places).toContain("P03 azurerm_firewall_policy_rule_collection_group.more");
  });

  test.each<[string, (plan: Plan) => void]>([
    [
      "Azure's own resolver by its address",
      (plan) => {
        of(plan, DNS)["dns_servers"] = ["168.63.129.16"];
      },
    ],
    ["no other resolver than Azure's own", (plan) => drop(plan, DNS)],
    [
      "a proxy that names Azure's own resolver",
      (plan) => {
        of(plan, POLICY)["dns"] = [{ proxy_enabled: true, servers: ["168.63.129.16"] }];
      },
    ],
    [
      "bodies that are written as JSON",
      (plan) => {
        const link = of(plan, "azapi_resource.link");
        link["body"] = `\${jsonencode({ properties = { virtualNetwork = { id = ${NETWORK}.id } } })}`;
      },
    ],
    [
      "the name of a firewall that is read from its policy's own list",
      (plan) => {
        body(plan, "names")["domains"] = ["API.example.com", "example.org.", "vault.azure.net."];
      },
    ],
  ])("%s changes nothing", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  test("a sealed network's list is held to in the same way", () => {
    const { places } = judgedAfter((plan) => {
      body(plan, "names")["domains"] = ["vault.azure.net.", "evil.example.net."];
    }, sealed);
    expect(places).toEqual(["P03 azapi_resource.allow"]);
  });

  test("an alert in monitor mode is what was asked for", () => {
    const { places } = judgedAfter((plan) => {
      for (const agent of declared(plan).agents) agent["mode"] = "monitor";
      body(plan, "block")["action"] = { actionType: "Alert" };
    });
    expect(places.filter((place) => place.startsWith("P03"))).toEqual([]);
  });

  test("what a hub's proxy answers is unknown", () => {
    const plan = behindHub();
    declared(plan).risks.splice(0, 1);
    expect(judged(plan).findings).toMatchObject([{ rule: "CORDON-P03", verdict: "UNKNOWN" }]);
  });

  test("a foreign plan without a DNS security policy is found", () => {
    const { places } = judgedAfter((plan) => {
      plan["//"] = {};
      drop(plan, "azapi_resource.link");
      of(plan, FIREWALL)["tags"] = null;
    });
    expect(places.filter((place) => place.startsWith("P03"))).toEqual([`P03 ${DNS}`]);
  });
});
