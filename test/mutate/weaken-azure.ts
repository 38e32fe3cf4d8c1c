import type { MutablePlan, Values } from "../support/changed-plan";
import { adding, all, each, type Generator, list, type Mutation, put, ref, removals } from "./mutation";

const OUT = ["CORDON-P01", "CORDON-P02", "CORDON-P11"];
const WAYS = ["CORDON-P01", "CORDON-P02", "CORDON-P10", "CORDON-P11"];
const LISTED = ["CORDON-P02", "CORDON-P01"];
const NAMES = ["CORDON-P03"];
const IN = ["CORDON-P04"];
const APART = ["CORDON-P05", "CORDON-P01", "CORDON-P02"];
const PUBLIC = ["CORDON-P06", "CORDON-P10", "CORDON-P04"];
const IDENTITY = ["CORDON-P07"];
const RECORD = ["CORDON-P08"];
const OTHERS = ["CORDON-P12"];

const GROUP = "azurerm_firewall_policy_rule_collection_group";
const RULE = "azurerm_network_security_rule";
const SUBNET = "azurerm_subnet";

const isAgents = (_: Values, name: string): boolean => name.includes("_agent-");
/** Of agents that are enforced: `coder` of the example is watched. */
const isEnforced = (values: Values, name: string): boolean => isAgents(values, name) && !name.includes("_agent-coder");
const hasFirewall = (plan: MutablePlan): boolean => plan.resource["azurerm_firewall"] !== undefined;
const agentSubnets = (plan: MutablePlan): string[] =>
  all(plan, SUBNET).flatMap(([name, values]) => (isEnforced(values, name) ? [name] : []));
const named = (values: Values): string => String(values["name"]);

/** Changes of each rule in a kind of collection, by its place. */
function eachRule(
  plan: MutablePlan,
  what: string,
  kind: "application" | "network",
  rules: readonly string[],
  change: (rule: Values, collection: Values) => void,
  isMeant: (rule: Values, collection: Values) => boolean,
): Mutation[] {
  const member = `${kind}_rule_collection`;
  return all(plan, GROUP).flatMap(([name, values]) =>
    list(values[member]).flatMap((collection, at) =>
      list(collection["rule"]).flatMap((rule, index) => {
        if (!isMeant(rule, collection)) return [];
        const id = `${what} ${named(collection)}/${named(rule)} of ${GROUP}.${name}`;
        const apply = (json: MutablePlan): void => {
          const own = list(json.resource[GROUP]?.[name]?.[member])[at] ?? {};
          const found = list(own["rule"])[index];
          if (found !== undefined) change(found, own);
        };
        return [{ id, rules, apply }];
      }),
    ),
  );
}

const isListed = (_: Values, collection: Values): boolean =>
  named(collection).startsWith("agent-") && !named(collection).endsWith("-coder");
const isEnd = (_: Values, collection: Values): boolean => named(collection) === "deny-unlisted";

/** The firewall's rules: dropped, widened, put before others, let into what Azure allows by itself. */
export const azureFirewall: Generator = (plan) => [
  ...eachRule(
    plan,
    "every name by",
    "application",
    LISTED,
    (rule) => (rule["destination_fqdns"] = ["*"]),
    (rule, one) => isListed(rule, one) && rule["destination_fqdns"] !== undefined,
  ),
  ...eachRule(
    plan,
    "another name by",
    "application",
    LISTED,
    (rule) => (rule["destination_fqdns"] = [...list(rule["destination_fqdns"]), "evil.net"]),
    (rule, one) => isListed(rule, one) && rule["destination_fqdns"] !== undefined,
  ),
  ...eachRule(
    plan,
    "another port by",
    "application",
    LISTED,
    (rule) => (rule["protocols"] = [...list(rule["protocols"]), { type: "Https", port: 8443 }]),
    isListed,
  ),
  ...eachRule(
    plan,
    "every source by",
    "application",
    LISTED,
    (rule) => (rule["source_addresses"] = ["*"]),
    (rule, one) => isListed(rule, one) && manyEnforced(plan),
  ),
  ...eachRule(
    plan,
    "every path by",
    "application",
    LISTED,
    (rule) => {
      const [url] = rule["destination_urls"] as string[];
      rule["destination_urls"] = [`${String(url).split("/")[0]}/*`];
    },
    (rule, one) => isListed(rule, one) && rule["destination_urls"] !== undefined,
  ),
  ...eachRule(plan, "every address by", "network", LISTED, (rule) => (rule["destination_addresses"] = ["*"]), isListed),
  ...eachRule(plan, "every port by", "network", LISTED, (rule) => (rule["destination_ports"] = ["*"]), isListed),
  ...eachRule(
    plan,
    "allow instead of",
    "application",
    LISTED,
    (_, collection) => (collection["action"] = "Allow"),
    isEnd,
  ),
  ...all(plan, GROUP)
    .filter(([, values]) => list(values["application_rule_collection"]).some((one) => named(one) === "deny-unlisted"))
    .map(([name]) => adding(`remove ${GROUP}.${name}`, LISTED, (json) => delete json.resource[GROUP]?.[name])),
  ...(hasFirewall(plan) ? insertedGroups(plan) : []),
  ...removals(plan, "azurerm_firewall_policy", OUT),
  ...each(
    plan,
    "azurerm_firewall_policy",
    "a parent of",
    LISTED,
    (values) =>
      (values["base_policy_id"] =
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/hub/providers/Microsoft.Network/firewallPolicies/hub"),
  ),
  ...each(
    plan,
    "azurerm_firewall",
    "another policy of",
    LISTED,
    (values) =>
      (values["firewall_policy_id"] =
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/hub/providers/Microsoft.Network/firewallPolicies/hub"),
  ),
];

const manyAgents = (plan: MutablePlan): boolean => all(plan, "azurerm_user_assigned_identity").length > 1;
const manyEnforced = (plan: MutablePlan): boolean => agentSubnets(plan).length > 1;

function insertedGroups(plan: MutablePlan): Mutation[] {
  const policy = all(plan, "azurerm_firewall_policy")[0]?.[0];
  const target = policy === undefined ? undefined : ref("azurerm_firewall_policy", policy);
  const group =
    (member: string, rule: Values) =>
    (json: MutablePlan): void =>
      put(json, GROUP, {
        name: "mutant",
        firewall_policy_id: target,
        priority: 900,
        [member]: [{ name: "mutant", priority: 900, action: "Allow", rule: [{ name: "mutant", ...rule }] }],
      });
  if (target === undefined) return [];
  const addresses = { source_addresses: ["*"], destination_addresses: ["0.0.0.0/0"] };
  return [
    adding(
      "a network rule to 443 anywhere",
      LISTED,
      group("network_rule_collection", { ...addresses, protocols: ["TCP"], destination_ports: ["443"] }),
    ),
    adding(
      "a network rule with tag AzureCloud",
      LISTED,
      group("network_rule_collection", {
        source_addresses: ["10.0.0.0/8"],
        protocols: ["TCP"],
        destination_addresses: ["AzureCloud"],
        destination_ports: ["443"],
      }),
    ),
    adding(
      "a network rule for one public address",
      LISTED,
      group("network_rule_collection", {
        source_addresses: ["10.0.0.0/8"],
        protocols: ["TCP"],
        destination_addresses: ["203.0.113.7"],
        destination_ports: ["443"],
      }),
    ),
    adding(
      "an application rule for every name",
      LISTED,
      group("application_rule_collection", {
        source_addresses: ["*"],
        protocols: [{ type: "Https", port: 443 }],
        destination_fqdns: ["*"],
      }),
    ),
    adding(
      "an application rule for a shared domain",
      LISTED,
      group("application_rule_collection", {
        source_addresses: ["10.0.0.0/8"],
        protocols: [{ type: "Https", port: 443 }],
        destination_fqdns: ["*.blob.core.windows.net"],
      }),
    ),
    adding(
      "an application rule with an FQDN tag",
      LISTED,
      group("application_rule_collection", {
        source_addresses: ["10.0.0.0/8"],
        protocols: [{ type: "Https", port: 443 }],
        destination_fqdn_tags: ["WindowsUpdate"],
      }),
    ),
  ];
}

/** Subnets, routes, security groups, addresses and peerings. */
export const azureNetwork: Generator = (plan) => [
  ...each(
    plan,
    SUBNET,
    "default outbound access of",
    WAYS,
    (values) => (values["default_outbound_access_enabled"] = true),
    isEnforced,
  ),
  ...each(
    plan,
    SUBNET,
    "no word on outbound access of",
    WAYS,
    (values) => delete values["default_outbound_access_enabled"],
    isEnforced,
  ),
  ...each(
    plan,
    SUBNET,
    "a service endpoint of",
    WAYS,
    (values) => (values["service_endpoints"] = ["Microsoft.Storage"]),
    isEnforced,
  ),
  ...each(
    plan,
    "azurerm_route",
    "to the internet by",
    WAYS,
    (values) => {
      values["next_hop_type"] = "Internet";
      delete values["next_hop_in_ip_address"];
    },
    isEnforced,
  ),
  ...removals(plan, "azurerm_route", WAYS, isEnforced),
  ...each(
    plan,
    "azurerm_route_table",
    "routes of gateways in",
    WAYS,
    (values) => (values["bgp_route_propagation_enabled"] = true),
    isEnforced,
  ),
  ...removals(plan, "azurerm_subnet_route_table_association", WAYS, isEnforced),
  ...removals(
    plan,
    "azurerm_subnet_network_security_group_association",
    [...APART, ...IN, "CORDON-P02", "CORDON-P03", "CORDON-P15", "CORDON-P11"],
    isEnforced,
  ),
  ...all(plan, "azurerm_route_table")
    .filter(([name, values]) => isEnforced(values, name))
    .map(([name]) =>
      adding(`a narrower route past the firewall in ${name}`, WAYS, (json) =>
        put(json, "azurerm_route", {
          name: "mutant",
          route_table_name: ref("azurerm_route_table", name, "name"),
          address_prefix: "203.0.113.0/24",
          next_hop_type: "Internet",
        }),
      ),
    ),
  ...securityRules(plan),
  ...agentSubnets(plan).flatMap((subnet) => [
    adding(`a NAT gateway at ${subnet}`, WAYS, (json) => {
      put(json, "azurerm_nat_gateway", { name: "mutant", location: "westeurope" });
      put(json, "azurerm_subnet_nat_gateway_association", {
        subnet_id: ref(SUBNET, subnet),
        nat_gateway_id: "${azurerm_nat_gateway.Mutant.id}",
      });
    }),
    adding(`a public address in ${subnet}`, PUBLIC, (json) => {
      put(json, "azurerm_public_ip", { name: "mutant", allocation_method: "Static" });
      put(json, "azurerm_network_interface", {
        name: "mutant",
        ip_configuration: [
          { name: "a", subnet_id: ref(SUBNET, subnet), public_ip_address_id: "${azurerm_public_ip.Mutant.id}" },
        ],
      });
    }),
  ]),
];

function securityRules(plan: MutablePlan): Mutation[] {
  const inbound = (values: Values): boolean => values["direction"] === "Inbound";
  const end = (values: Values, name: string): boolean => isEnforced(values, name) && named(values) === "deny-inbound";
  const apart = (values: Values, name: string): boolean => isEnforced(values, name) && named(values) === "deny-private";
  return [
    ...each(plan, RULE, "allow instead of", IN, (values) => (values["access"] = "Allow"), end),
    ...each(
      plan,
      RULE,
      "allow instead of",
      APART,
      (values) => (values["access"] = "Allow"),
      (values, name) => apart(values, name) && manyAgents(plan),
    ),
    ...all(plan, RULE)
      .filter(([name, values]) => end(values, name) && inbound(values))
      .map(([name, values]) =>
        adding(`anybody comes in beside ${name}`, IN, (json) =>
          put(json, RULE, {
            ...values,
            name: "mutant",
            priority: 500,
            access: "Allow",
            protocol: "Tcp",
            source_address_prefix: "Internet",
            source_address_prefixes: undefined,
            destination_port_range: "22",
            destination_port_ranges: undefined,
          }),
        ),
      ),
  ];
}

/** Resolvers, policies of names, zones and their links, and logs. */
export const azureNamesAndRecords: Generator = (plan) => [
  ...each(
    plan,
    "azurerm_virtual_network_dns_servers",
    "another resolver by",
    NAMES,
    (values) => (values["dns_servers"] = ["8.8.8.8"]),
  ),
  ...each(
    plan,
    "azurerm_private_dns_zone_virtual_network_link",
    "public answers by",
    [...NAMES, "CORDON-P06"],
    (values) => (values["resolution_policy"] = "NxDomainRedirect"),
  ),
  ...removals(plan, "azurerm_network_watcher_flow_log", RECORD),
  ...each(plan, "azurerm_network_watcher_flow_log", "switch off", RECORD, (values) => (values["enabled"] = false)),
  // What the resolver is asked is in two records, of which one is enough.
  ...removals(plan, "azurerm_monitor_diagnostic_setting", RECORD, (_, name) => !name.includes("record-dns")),
];

/** Private endpoints' targets, identities, roles, credentials. */
export const azureIdentities: Generator = (plan) => {
  const identities = all(plan, "azurerm_user_assigned_identity").map(([name]) => name);
  const group = all(plan, "azurerm_resource_group")[0]?.[0] ?? "";
  const assign =
    (identity: string, scope: string, role: string) =>
    (json: MutablePlan): void =>
      put(json, "azurerm_role_assignment", {
        scope,
        role_definition_name: role,
        principal_id: ref("azurerm_user_assigned_identity", identity, "principal_id"),
        principal_type: "ServicePrincipal",
      });
  const subscription = "/subscriptions/11111111-1111-1111-1111-111111111111";
  return [
    ...identities.flatMap((identity) => [
      adding(`Owner of the subscription for ${identity}`, IDENTITY, assign(identity, subscription, "Owner")),
      adding(
        `Contributor of the cell's group for ${identity}`,
        IDENTITY,
        assign(identity, ref("azurerm_resource_group", group), "Contributor"),
      ),
      adding(
        `Network Contributor for ${identity}`,
        IDENTITY,
        assign(identity, ref("azurerm_resource_group", group), "Network Contributor"),
      ),
      adding(
        `every secret of the subscription for ${identity}`,
        IDENTITY,
        assign(identity, subscription, "Key Vault Secrets User"),
      ),
    ]),
    adding("somebody else may change the network", OTHERS, (json) =>
      put(json, "azurerm_role_assignment", {
        scope: ref("azurerm_resource_group", group),
        role_definition_name: "Network Contributor",
        principal_id: "22222222-2222-2222-2222-222222222222",
        principal_type: "ServicePrincipal",
      }),
    ),
  ];
};
