import type { Finding, Verdict } from "../../../lib/topology/model/result";
import type { TopologyOptions } from "../../../lib/topology/stack-reading";
import type { TerraformJson } from "../../../lib/topology/terraform-json";
import { Topology } from "../../../lib/topology/topology";

export type Values = { [argument: string]: unknown };
export interface Plan {
  "//": Values;
  resource: { [type: string]: { [name: string]: Values } };
}

/** A change of a plan, after which the declaration still says what was asked for. */
export type Change = (plan: Plan) => void;

export const NETWORK = "azurerm_virtual_network.agents";
export const TRIAGE = "azurerm_subnet.triage";
export const CODER = "azurerm_subnet.coder";
export const DEFAULT_ROUTE = "azurerm_route.triage";
export const FIREWALL = "azurerm_firewall.out";
export const POLICY = "azurerm_firewall_policy.out";
export const ALLOW = "azurerm_firewall_policy_rule_collection_group.agents";

const GROUP = { resource_group_name: "rg-agents", location: "westeurope" };
const IP = "${azurerm_firewall.out.ip_configuration[0].private_ip_address}";
const vnet = "${azurerm_virtual_network.agents.id}";

export const id = (address: string, attribute = "id"): string => `\${${address}.${attribute}}`;

export function rule(name: string, priority: number, values: Values): Values {
  return {
    name,
    priority,
    direction: "Outbound",
    access: "Deny",
    protocol: "*",
    source_port_range: "*",
    source_address_prefix: "*",
    destination_port_range: "*",
    destination_address_prefix: "*",
    ...values,
  };
}

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

function groupOf(name: string, out: Values[]): Values {
  return {
    name: `nsg-${name}`,
    ...GROUP,
    security_rule: [
      rule("names", 110, { access: "Allow", destination_address_prefix: "10.64.0.0/26", destination_port_range: "53" }),
      rule("endpoints", 120, {
        access: "Allow",
        protocol: "Tcp",
        destination_address_prefix: "10.64.1.0/24",
        destination_port_range: "443",
      }),
      rule("private", 200, {
        destination_address_prefix: null,
        destination_address_prefixes: [...PRIVATE],
      }),
      rule("resolver", 210, { destination_address_prefix: "AzurePlatformDNS" }),
      ...out,
      rule("rest", 4096, {}),
      rule("in", 4096, { direction: "Inbound" }),
    ],
  };
}

function agentPlaces(name: string, cidr: string, out: Values[]): Plan["resource"] {
  return {
    azurerm_subnet: {
      [name]: {
        name: `snet-${name}`,
        resource_group_name: GROUP.resource_group_name,
        virtual_network_name: id(NETWORK, "name"),
        address_prefixes: [cidr],
        default_outbound_access_enabled: false,
      },
    },
    azurerm_network_security_group: { [name]: groupOf(name, out) },
    azurerm_subnet_network_security_group_association: {
      [name]: {
        subnet_id: id(`azurerm_subnet.${name}`),
        network_security_group_id: id(`azurerm_network_security_group.${name}`),
      },
    },
    azurerm_route_table: { [name]: { name: `rt-${name}`, ...GROUP, bgp_route_propagation_enabled: false } },
    azurerm_route: {
      [name]: {
        name: "default",
        resource_group_name: GROUP.resource_group_name,
        route_table_name: id(`azurerm_route_table.${name}`, "name"),
        address_prefix: "0.0.0.0/0",
        next_hop_type: "VirtualAppliance",
        next_hop_in_ip_address: IP,
      },
    },
    azurerm_subnet_route_table_association: {
      [name]: { subnet_id: id(`azurerm_subnet.${name}`), route_table_id: id(`azurerm_route_table.${name}`) },
    },
    azurerm_user_assigned_identity: { [name]: { name: `id-${name}`, ...GROUP } },
  };
}

function merged(...parts: Plan["resource"][]): Plan["resource"] {
  const all: Plan["resource"] = {};
  for (const part of parts) {
    for (const [type, named] of Object.entries(part)) all[type] = { ...all[type], ...named };
  }
  return all;
}

const WEB = rule("web", 300, {
  access: "Allow",
  protocol: "Tcp",
  destination_address_prefix: "0.0.0.0/0",
  destination_port_range: "443",
});

const api = (type: string, values: Values): Values => ({
  type: `Microsoft.Network/${type}@2025-05-01`,
  ...values,
});

export const finalDeny = (): Values => ({
  name: "rest",
  priority: 65_000,
  action: "Deny",
  rule: [
    {
      name: "rest",
      source_addresses: ["10.64.0.0/16"],
      destination_fqdns: ["*"],
      protocols: [
        { type: "Http", port: 80 },
        { type: "Https", port: 443 },
      ],
    },
  ],
});

function shared(): Plan["resource"] {
  return {
    azurerm_virtual_network: { agents: { name: "vnet-agents", ...GROUP, address_space: ["10.64.0.0/16"] } },
    azurerm_subnet: {
      endpoints: {
        name: "snet-endpoints",
        resource_group_name: GROUP.resource_group_name,
        virtual_network_name: id(NETWORK, "name"),
        address_prefixes: ["10.64.1.0/24"],
        default_outbound_access_enabled: false,
        private_endpoint_network_policies: "Enabled",
      },
    },
    azurerm_network_security_group: {
      endpoints: {
        name: "nsg-endpoints",
        ...GROUP,
        security_rule: [
          rule("agents", 110, {
            direction: "Inbound",
            access: "Allow",
            protocol: "Tcp",
            source_address_prefix: null,
            source_address_prefixes: ["10.64.4.0/26", "10.64.4.64/26"],
            destination_address_prefix: "10.64.1.0/24",
            destination_port_range: "443",
          }),
          rule("in", 4096, { direction: "Inbound" }),
          rule("out", 4096, {}),
        ],
      },
    },
    azurerm_subnet_network_security_group_association: {
      endpoints: {
        subnet_id: id("azurerm_subnet.endpoints"),
        network_security_group_id: id("azurerm_network_security_group.endpoints"),
      },
    },
    azurerm_key_vault: {
      secrets: { name: "acme", ...GROUP, sku_name: "standard", public_network_access_enabled: false },
    },
    azurerm_private_endpoint: {
      vault: {
        name: "pe-vault",
        ...GROUP,
        subnet_id: id("azurerm_subnet.endpoints"),
        private_service_connection: [
          {
            name: "vault",
            is_manual_connection: false,
            private_connection_resource_id: id("azurerm_key_vault.secrets"),
            subresource_names: ["vault"],
          },
        ],
      },
    },
    azurerm_role_assignment: {
      triage: {
        scope: id("azurerm_key_vault.secrets"),
        role_definition_name: "Key Vault Secrets User",
        principal_id: id("azurerm_user_assigned_identity.triage", "principal_id"),
        principal_type: "ServicePrincipal",
      },
    },
    azurerm_federated_identity_credential: {
      triage: {
        name: "cluster",
        resource_group_name: GROUP.resource_group_name,
        parent_id: id("azurerm_user_assigned_identity.triage"),
        issuer: "https://oidc.example.com",
        subject: "system:serviceaccount:agents:triage",
        audience: ["api://AzureADTokenExchange"],
      },
    },
    azurerm_log_analytics_workspace: { log: { name: "log-agents", ...GROUP, retention_in_days: 365 } },
    azurerm_network_watcher_flow_log: {
      agents: {
        name: "flow",
        network_watcher_name: "NetworkWatcher_westeurope",
        resource_group_name: "NetworkWatcherRG",
        target_resource_id: vnet,
        enabled: true,
        retention_policy: [{ enabled: true, days: 365 }],
      },
    },
    azurerm_monitor_diagnostic_setting: {
      dns: {
        name: "dns",
        target_resource_id: id("azapi_resource.policy"),
        log_analytics_workspace_id: id("azurerm_log_analytics_workspace.log"),
        enabled_log: [{ category: "DnsResponse" }],
      },
    },
    azapi_resource: {
      policy: api("dnsResolverPolicies", { name: "dnsp", body: { properties: {} } }),
      link: api("dnsResolverPolicies/virtualNetworkLinks", {
        name: "link",
        parent_id: id("azapi_resource.policy"),
        body: { properties: { virtualNetwork: { id: vnet } } },
      }),
      names: api("dnsResolverDomainLists", {
        name: "names",
        body: { properties: { domains: ["api.example.com.", "example.org.", "vault.azure.net."] } },
      }),
      all: api("dnsResolverDomainLists", { name: "all", body: { properties: { domains: ["."] } } }),
      allow: api("dnsResolverPolicies/dnsSecurityRules", {
        name: "allow",
        parent_id: id("azapi_resource.policy"),
        body: {
          properties: {
            priority: 100,
            action: { actionType: "Allow" },
            dnsResolverDomainLists: [{ id: id("azapi_resource.names") }],
            dnsSecurityRuleState: "Enabled",
          },
        },
      }),
      block: api("dnsResolverPolicies/dnsSecurityRules", {
        name: "block",
        parent_id: id("azapi_resource.policy"),
        body: {
          properties: {
            priority: 65_000,
            action: { actionType: "Block" },
            dnsResolverDomainLists: [{ id: id("azapi_resource.all") }],
            dnsSecurityRuleState: "Enabled",
          },
        },
      }),
    },
  };
}

function ownFirewall(): Plan["resource"] {
  return {
    azurerm_subnet: {
      firewall: {
        name: "AzureFirewallSubnet",
        resource_group_name: GROUP.resource_group_name,
        virtual_network_name: id(NETWORK, "name"),
        address_prefixes: ["10.64.0.0/26"],
        default_outbound_access_enabled: false,
      },
    },
    azurerm_public_ip: { out: { name: "pip", ...GROUP, allocation_method: "Static", sku: "Standard" } },
    azurerm_firewall: {
      out: {
        name: "afw",
        ...GROUP,
        sku_name: "AZFW_VNet",
        sku_tier: "Standard",
        firewall_policy_id: id(POLICY),
        ip_configuration: [
          { name: "out", subnet_id: id("azurerm_subnet.firewall"), public_ip_address_id: id("azurerm_public_ip.out") },
        ],
      },
    },
    azurerm_firewall_policy: {
      out: {
        name: "afwp",
        ...GROUP,
        sku: "Standard",
        threat_intelligence_mode: "Deny",
        dns: [{ proxy_enabled: true }],
      },
    },
    azurerm_ip_group: { quarantine: { name: "ipg", ...GROUP } },
    azurerm_firewall_policy_rule_collection_group: {
      quarantine: {
        name: "quarantine",
        firewall_policy_id: id(POLICY),
        priority: 100,
        network_rule_collection: [
          {
            name: "quarantine",
            priority: 100,
            action: "Deny",
            rule: [
              {
                name: "quarantine",
                protocols: ["Any"],
                source_ip_groups: [id("azurerm_ip_group.quarantine")],
                destination_addresses: ["*"],
                destination_ports: ["*"],
              },
            ],
          },
        ],
      },
      agents: {
        name: "agents",
        firewall_policy_id: id(POLICY),
        priority: 1000,
        application_rule_collection: [
          {
            name: "triage",
            priority: 1000,
            action: "Allow",
            rule: [
              {
                name: "https",
                source_addresses: ["10.64.4.0/26"],
                destination_fqdns: ["api.example.com", "*.example.org"],
                protocols: [{ type: "Https", port: 443 }],
              },
            ],
          },
        ],
      },
      final: {
        name: "final",
        firewall_policy_id: id(POLICY),
        priority: 65_000,
        application_rule_collection: [finalDeny()],
      },
    },
    azurerm_virtual_network_dns_servers: { agents: { virtual_network_id: vnet, dns_servers: [IP] } },
    azurerm_monitor_diagnostic_setting: {
      firewall: {
        name: "firewall",
        target_resource_id: id(FIREWALL),
        log_analytics_workspace_id: id("azurerm_log_analytics_workspace.log"),
        enabled_log: ["AZFWApplicationRule", "AZFWNetworkRule", "AZFWNatRule", "AZFWDnsQuery"].map((category) => ({
          category,
        })),
      },
    },
  };
}

const agent = (name: string, egress: Values[]): Values => ({
  agent: name,
  mode: "enforce",
  identity: `azurerm_user_assigned_identity.${name}`,
  places: [`azurerm_subnet.${name}`],
  egress,
  peers: [],
});

const LIST = ["api.example.com", "*.example.org"].map((host) => ({ host, port: 443, protocol: "https" }));

export const declared = (plan: Plan): { agents: Values[]; risks: Values[]; names: string[] } =>
  (plan["//"]["cordon"] as { cells: { agents: Values[]; risks: Values[]; names: string[] }[] }).cells[0] ?? {
    agents: [],
    risks: [],
    names: [],
  };

function planOf(resource: Plan["resource"], tier: string, egress: Values[]): Plan {
  const cell = {
    cell: "agents",
    path: "stack/Agents",
    tier,
    maintenance: false,
    account: "rg",
    names: ["*.vault.azure.net"],
    agents: [agent("triage", egress), agent("coder", [])],
    risks: [],
  };
  return {
    "//": JSON.parse(
      JSON.stringify({ metadata: { stackName: "agents" }, cordon: { version: 1, cells: [cell], acknowledged: [] } }),
    ),
    resource: JSON.parse(JSON.stringify(resource)),
  };
}

/** A cell with a firewall of SKU Standard of its own, and two agents of which one has a list and the other none. */
export function standard(): Plan {
  const agents = [agentPlaces("triage", "10.64.4.0/26", [WEB]), agentPlaces("coder", "10.64.4.64/26", [])];
  return planOf(merged(shared(), ...agents, ownFirewall()), "standard", LIST);
}

/** A cell without a way out: its default routes lead nowhere, and its network asks Azure's resolver. */
export function sealed(): Plan {
  const agents = [agentPlaces("triage", "10.64.4.0/26", []), agentPlaces("coder", "10.64.4.64/26", [])];
  const plan = planOf(merged(shared(), ...agents), "sealed", []);
  for (const values of Object.values(plan.resource["azurerm_route"] ?? {})) {
    values["next_hop_type"] = "None";
    delete values["next_hop_in_ip_address"];
  }
  body(plan, "names")["domains"] = ["vault.azure.net."];
  return plan;
}

export const HUB_POLICY =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/hub/providers/Microsoft.Network/firewallPolicies/hub";

/** A cell behind a hub's firewall, whose policy it adds its rules to. */
export function behindHub(): Plan {
  const agents = [agentPlaces("triage", "10.64.4.0/26", [WEB]), agentPlaces("coder", "10.64.4.64/26", [])];
  const plan = planOf(merged(shared(), ...agents), "existing", LIST);
  const { resource } = plan;
  for (const values of Object.values(resource["azurerm_route"] ?? {})) values["next_hop_in_ip_address"] = "10.0.0.4";
  for (const name of ["triage", "coder"]) {
    const [names] = rulesOf(plan, name);
    if (names !== undefined) names["destination_address_prefix"] = "10.0.0.4";
  }
  const own = ownFirewall()["azurerm_firewall_policy_rule_collection_group"] ?? {};
  const groups = JSON.parse(JSON.stringify({ agents: own["agents"], final: own["final"] }));
  for (const group of Object.values<Values>(groups)) group["firewall_policy_id"] = HUB_POLICY;
  resource["azurerm_firewall_policy_rule_collection_group"] = groups;
  resource["azurerm_virtual_network_peering"] = {
    hub: {
      name: "hub",
      resource_group_name: GROUP.resource_group_name,
      virtual_network_name: id(NETWORK, "name"),
      remote_virtual_network_id: HUB_POLICY.replace("firewallPolicies", "virtualNetworks"),
      allow_forwarded_traffic: true,
    },
  };
  resource["azurerm_virtual_network_dns_servers"] = { agents: { virtual_network_id: vnet, dns_servers: ["10.0.0.4"] } };
  declared(plan).risks.push(risk("R70"), risk("R73"));
  return plan;
}

export const risk = (name: string): Values => ({ id: name, title: "left open", detail: "on purpose" });

export function of(plan: Plan, address: string): Values {
  const [type = "", name = ""] = address.split(".");
  const values = plan.resource[type]?.[name];
  if (values === undefined) throw new Error(`the plan has no ${address}`);
  return values;
}

export function put(plan: Plan, address: string, values: Values): void {
  const [type = "", name = ""] = address.split(".");
  plan.resource[type] = { ...plan.resource[type], [name]: values };
}

export function drop(plan: Plan, address: string): void {
  of(plan, address);
  const [type = "", name = ""] = address.split(".");
  delete plan.resource[type]?.[name];
}

/** The inline rules of an agent's security group. */
export const rulesOf = (plan: Plan, name: string): Values[] =>
  of(plan, `azurerm_network_security_group.${name}`)["security_rule"] as Values[];

/** The collections of a group of rules. */
export const collectionsOf = (
  plan: Plan,
  kind: "application" | "network",
  address = ALLOW,
): { rule: Values[]; action: string }[] =>
  of(plan, address)[`${kind}_rule_collection`] as { rule: Values[]; action: string }[];

/** The properties of a resource of Azure's own interface. */
export const body = (plan: Plan, name: string): Values =>
  (of(plan, `azapi_resource.${name}`)["body"] as { properties: Values }).properties;

export function topologyOf(plan: Plan, options: TopologyOptions = {}): Topology {
  return Topology.fromJson(plan as unknown as TerraformJson, { today: "2026-01-15", ...options });
}

/** What a plan is found to be. */
export interface Judged {
  readonly verdict: Verdict;
  readonly findings: Finding[];
  /** Where it was found, as `P01 azurerm_route.x`, without doubles. */
  readonly places: string[];
}

export function judged(plan: Plan, options: TopologyOptions = {}): Judged {
  const { verdict, findings } = topologyOf(plan, options).verify();
  return {
    verdict,
    findings,
    places: [...new Set(findings.map((one) => `${one.rule.replace("CORDON-", "")} ${one.address}`))],
  };
}

export function judgedAfter(change: Change, base: () => Plan = standard, options: TopologyOptions = {}): Judged {
  const plan = base();
  change(plan);
  return judged(plan, options);
}
