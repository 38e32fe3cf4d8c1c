import {
  collectionsOf,
  DEFAULT_ROUTE,
  FIREWALL,
  judgedAfter,
  NETWORK,
  of,
  type Plan,
  POLICY,
  rule,
  rulesOf,
  type Values,
} from "./plans";

const group = "azurerm_firewall_policy_rule_collection_group.agents";
const listed = (plan: Plan): Values => collectionsOf(plan, "application")[0]?.rule[0] ?? {};

/** What stands against a plan in which a value is not known: nothing may be proved, and nothing is sure. */
const POSITIONS: readonly (readonly [string, (plan: Plan, value: string) => void])[] = [
  [
    "the address of a next hop",
    (plan, value) => {
      of(plan, DEFAULT_ROUTE)["next_hop_in_ip_address"] = value;
    },
  ],
  [
    "the kind of a next hop",
    (plan, value) => {
      of(plan, DEFAULT_ROUTE)["next_hop_type"] = value;
    },
  ],
  [
    "the names of a rule",
    (plan, value) => {
      listed(plan)["destination_fqdns"] = ["api.example.com", "*.example.org", value];
    },
  ],
  [
    "the sources of a rule",
    (plan, value) => {
      listed(plan)["source_addresses"] = ["10.64.4.0/26", value];
    },
  ],
  [
    "the order of a group of rules",
    (plan, value) => {
      of(plan, "azurerm_firewall_policy_rule_collection_group.final")["priority"] = value;
    },
  ],
  [
    "the action of the last rule",
    (plan, value) => {
      Object.assign(
        collectionsOf(plan, "application", "azurerm_firewall_policy_rule_collection_group.final")[0] ?? {},
        { action: value },
      );
    },
  ],
  [
    "the rules of a group",
    (plan, value) => {
      of(plan, group)["network_rule_collection"] = value;
    },
  ],
  [
    "the policy of a firewall",
    (plan, value) => {
      of(plan, FIREWALL)["firewall_policy_id"] = value;
    },
  ],
  [
    "the base of a policy",
    (plan, value) => {
      of(plan, POLICY)["base_policy_id"] = value;
    },
  ],
  [
    "the access of a security rule",
    (plan, value) => {
      Object.assign(rulesOf(plan, "triage").at(-1) ?? {}, { access: value });
    },
  ],
  [
    "the sources of an allowed connection",
    (plan, value) => {
      rulesOf(plan, "triage").push(
        rule("in", 100, { direction: "Inbound", access: "Allow", source_address_prefix: value }),
      );
    },
  ],
  [
    "the rules of a security group",
    (plan, value) => {
      of(plan, "azurerm_network_security_group.triage")["security_rule"] = value;
    },
  ],
  [
    "the resolvers of a network",
    (plan, value) => {
      of(plan, "azurerm_virtual_network_dns_servers.agents")["dns_servers"] = [value];
    },
  ],
  [
    "the scope of a role",
    (plan, value) => {
      of(plan, "azurerm_role_assignment.triage")["scope"] = value;
    },
  ],
  [
    "the subject of a credential",
    (plan, value) => {
      of(plan, "azurerm_federated_identity_credential.triage")["subject"] = value;
    },
  ],
  [
    "whether a flow log is on",
    (plan, value) => {
      of(plan, "azurerm_network_watcher_flow_log.agents")["enabled"] = value;
    },
  ],
  [
    "whether the vault is open",
    (plan, value) => {
      of(plan, "azurerm_key_vault.secrets")["public_network_access_enabled"] = value;
    },
  ],
  [
    "whether a subnet has its security group",
    (plan, value) => {
      of(plan, "azurerm_subnet_network_security_group_association.triage")["count"] = value;
    },
  ],
];

describe("values that the plan does not say", () => {
  test.each(POSITIONS)("%s is no proof", (_, change) => {
    const { verdict, findings } = judgedAfter((plan) => change(plan, "${var.unknown}"));
    expect(verdict).not.toBe("PROVED");
    expect(findings.filter((one) => one.verdict === "UNKNOWN")).not.toEqual([]);
  });

  test("an assumption settles it", () => {
    const change = (plan: Plan): void => {
      listed(plan)["destination_fqdns"] = ["*.example.org", "${var.unknown}"];
    };
    const assume = (value: string) => judgedAfter(change, undefined, { assume: { "var.unknown": value } }).places;
    expect(assume("api.example.com")).toEqual([]);
    expect(assume("evil.example.net")).toEqual([
      `P02 ${group}`,
      "P02 azurerm_firewall_policy_rule_collection_group.final",
    ]);
  });

  test("a value that nothing rests on leaves the proof whole", () => {
    const { findings } = judgedAfter((plan) => {
      of(plan, NETWORK)["location"] = "${var.location}";
      of(plan, NETWORK)["name"] = "${var.name}";
      // Without the route there is no way out at all.
      of(plan, DEFAULT_ROUTE)["count"] = "${var.count}";
    });
    expect(findings).toEqual([]);
  });
});
