import type { LintFinding, TerraformResource } from "../../../lib/compile/aws-lint/terraform-resource";
import { type AzureLintOptions, lintAzure } from "../../../lib/compile/azure-lint";

/** Arguments of a resource. */
export type Values = Record<string, unknown>;

/** A stack by address. */
export type Stack = Map<string, { type: string; values: Values }>;

/** A reference as the framework writes it. */
export const ref = (address: string, attribute = "id"): string => `\${${address}.${attribute}}`;

export const NETWORK = "azurerm_virtual_network.agents";
export const SUBNET = "azurerm_subnet.coder";
export const ENDPOINTS = "azurerm_subnet.endpoints";
export const RULES = "azurerm_network_security_group.coder";
export const ENDPOINT_RULES = "azurerm_network_security_group.endpoints";
export const POLICY = "azurerm_firewall_policy.cell";
export const FIREWALL = "azurerm_firewall.cell";
export const GROUP = "azurerm_firewall_policy_rule_collection_group.agents";
export const FINAL = "azurerm_firewall_policy_rule_collection_group.final";
export const ADDRESS = "azurerm_public_ip.out";
export const ENDPOINT = "azurerm_private_endpoint.vault";
export const IP_GROUP = "azurerm_ip_group.quarantine";
export const IDENTITY = "azurerm_user_assigned_identity.coder";
export const ASSIGNMENT = "azurerm_role_assignment.coder";
export const FLOW_LOG = "azurerm_network_watcher_flow_log.cell";
export const SETTING = "azurerm_monitor_diagnostic_setting.firewall";

/** What rules of the stack hold for. */
export const SOURCE = "10.64.4.0/26";

const resource_group_name = ref("azurerm_resource_group.cell", "name");
const collection = (name: string, priority: number, action: string, ...rule: Values[]): Values => ({
  name,
  priority,
  action,
  rule,
});
const inlineRule = (name: string, priority: number, direction: string): Values => ({
  name,
  priority,
  direction,
  access: "Deny",
  protocol: "*",
  description: null,
  source_address_prefix: "*",
  source_address_prefixes: null,
  source_application_security_group_ids: null,
  source_port_range: "*",
  source_port_ranges: null,
  destination_address_prefix: "*",
  destination_address_prefixes: null,
  destination_application_security_group_ids: null,
  destination_port_range: "*",
  destination_port_ranges: null,
});
const subnet = (name: string, prefix: string): Values => ({
  name,
  resource_group_name,
  virtual_network_name: ref(NETWORK, "name"),
  address_prefixes: [prefix],
  default_outbound_access_enabled: false,
});

const CONTAINED: Record<string, Values> = {
  "azurerm_resource_group.cell": { name: "rg-cell", location: "westeurope" },
  [NETWORK]: { name: "vnet-cell", resource_group_name, address_space: ["10.64.0.0/20"], tags: { CostCenter: "ml" } },
  "azurerm_subnet.firewall": subnet("AzureFirewallSubnet", "10.64.0.0/26"),
  [ENDPOINTS]: subnet("snet-endpoints", "10.64.1.0/26"),
  [SUBNET]: {
    ...subnet("snet-coder", SOURCE),
    delegation: [
      {
        name: "environments",
        service_delegation: {
          name: "Microsoft.App/environments",
          actions: ["Microsoft.Network/virtualNetworks/subnets/join/action"],
        },
      },
    ],
  },
  [RULES]: { name: "nsg-coder", resource_group_name },
  "azurerm_network_security_rule.deny": {
    name: "deny",
    priority: 4096,
    direction: "Outbound",
    access: "Deny",
    network_security_group_name: ref(RULES, "name"),
  },
  "azurerm_network_security_rule.deny-in": {
    name: "deny-in",
    priority: 4096,
    direction: "Inbound",
    access: "Deny",
    network_security_group_name: ref(RULES, "name"),
  },
  [ENDPOINT_RULES]: {
    name: "nsg-endpoints",
    resource_group_name,
    security_rule: [inlineRule("deny-in", 4096, "Inbound"), inlineRule("deny-out", 4096, "Outbound")],
  },
  "azurerm_subnet_network_security_group_association.endpoints": {
    subnet_id: ref(ENDPOINTS),
    network_security_group_id: ref(ENDPOINT_RULES),
  },
  [POLICY]: {
    name: "afwp-cell",
    resource_group_name,
    sku: "Standard",
    threat_intelligence_mode: "Deny",
    dns: { proxy_enabled: true },
  },
  [IP_GROUP]: { name: "ipg-cell", resource_group_name, lifecycle: { ignore_changes: ["cidrs"] } },
  "azurerm_firewall_policy_rule_collection_group.quarantine": {
    firewall_policy_id: ref(POLICY),
    priority: 100,
    network_rule_collection: [
      collection("quarantine", 100, "Deny", {
        name: "quarantine",
        source_ip_groups: [ref(IP_GROUP)],
        protocols: ["Any"],
        destination_addresses: ["*"],
        destination_ports: ["*"],
      }),
    ],
  },
  [GROUP]: {
    firewall_policy_id: ref(POLICY),
    priority: 1000,
    network_rule_collection: [
      collection("listed", 1000, "Allow", {
        name: "time",
        source_addresses: [SOURCE],
        protocols: ["UDP"],
        destination_addresses: ["198.51.100.8/30"],
        destination_ports: ["123"],
      }),
    ],
    application_rule_collection: [
      collection("listed", 1000, "Allow", {
        name: "api",
        source_addresses: [SOURCE],
        protocols: [{ type: "Https", port: 443 }],
        destination_fqdns: ["api.example.com", "*.data.example.com"],
      }),
    ],
  },
  [FINAL]: {
    firewall_policy_id: ref(POLICY),
    priority: 65_000,
    application_rule_collection: [
      collection("final", 65_000, "Deny", {
        name: "everything-else",
        source_addresses: ["10.64.0.0/20"],
        protocols: [{ type: "Https", port: 443 }],
        destination_fqdns: ["*"],
      }),
    ],
  },
  [ADDRESS]: { name: "pip-cell", resource_group_name, allocation_method: "Static", sku: "Standard", zones: ["1", "2"] },
  [FIREWALL]: {
    name: "afw-cell",
    resource_group_name,
    sku_name: "AZFW_VNet",
    sku_tier: "Standard",
    firewall_policy_id: ref(POLICY),
    zones: ["1", "2"],
    ip_configuration: [{ name: "out", subnet_id: ref("azurerm_subnet.firewall"), public_ip_address_id: ref(ADDRESS) }],
  },
  [ENDPOINT]: {
    name: "pe-vault",
    resource_group_name,
    subnet_id: ref(ENDPOINTS),
    depends_on: ["azurerm_subnet_network_security_group_association.endpoints"],
  },
  [IDENTITY]: { name: "id-coder", resource_group_name },
  [ASSIGNMENT]: {
    scope: ref("azurerm_key_vault.vault"),
    role_definition_name: "Key Vault Secrets User",
    principal_id: ref(IDENTITY, "principal_id"),
    principal_type: "ServicePrincipal",
  },
  [FLOW_LOG]: { name: "flow-cell", target_resource_id: ref(NETWORK), enabled: true },
  [SETTING]: {
    name: "firewall",
    target_resource_id: ref(FIREWALL),
    enabled_log: [{ category: "AZFWNetworkRule" }],
    enabled_metric: [{ category: "AllMetrics" }],
  },
};

/** A contained cell in Terraform JSON: the lint has nothing to say about it. Each call gives a copy. */
export function containedStack(): Stack {
  return new Map(
    Object.entries(structuredClone(CONTAINED)).map(([address, values]) => [address, { type: typeOf(address), values }]),
  );
}

/** Sets one argument by its path (`dns.proxy_enabled`, numbers for items); undefined removes it. */
export function setting(address: string, path: string, value: unknown): (stack: Stack) => void {
  return (stack) => {
    const steps = path.split(".");
    const last = steps.pop() ?? "";
    const values = stack.get(address)?.values;
    const parent = steps.reduce<unknown>((at, step) => (at as Values | undefined)?.[step], values);
    if (typeof parent !== "object" || parent === null) throw new Error(`the stack has no ${path} in ${address}`);
    if (value === undefined) delete (parent as Values)[last];
    else (parent as Values)[last] = value;
  };
}

/** A change that adds a resource, or replaces one. */
export function adding(address: string, values: Values): (stack: Stack) => void {
  return (stack) => {
    stack.set(address, { type: typeOf(address), values });
  };
}

/** Several changes, one after the other. */
export function all(...changes: ((stack: Stack) => void)[]): (stack: Stack) => void {
  return (stack) => {
    for (const change of changes) change(stack);
  };
}

/** A user's own rule in a group of its own; what is left out is harmless. */
const userRule =
  (kind: string, base: Values) =>
  (rule: Values, action = "Allow"): ((stack: Stack) => void) =>
    adding(USER, {
      firewall_policy_id: ref(POLICY),
      priority: 2000,
      [`${kind}_rule_collection`]: [collection("mine", 2000, action, { name: "mine", ...base, ...rule })],
    });

export const USER = "azurerm_firewall_policy_rule_collection_group.user";
export const network = userRule("network", {
  source_addresses: [SOURCE],
  protocols: ["TCP"],
  destination_addresses: ["198.51.100.4/32"],
  destination_ports: ["5432"],
});
export const application = userRule("application", {
  source_addresses: [SOURCE],
  protocols: [{ type: "Https", port: 443 }],
});

/** What the lint says about a stack, as an error message would. */
export function messages(stack: Stack, options?: AzureLintOptions): string[] {
  return lintAzure(resourcesOf(stack), options).map(asMessage);
}

/** The stack as the lint takes it. */
export function resourcesOf(stack: Stack): TerraformResource[] {
  return [...stack].map(([address, { type, values }]) => ({ address, type, values }));
}

function asMessage({ code, address, problem, fix }: LintFinding): string {
  return `${code}: ${address}: ${problem}; ${fix}`;
}

function typeOf(address: string): string {
  return address.replace(/^data\./, "").split(".")[0] ?? "";
}

/** One change to the contained stack, and all that the lint says about the result. */
export interface LintCase {
  readonly name: string;
  readonly change: (stack: Stack) => void;
  readonly expected: string[];
  readonly options?: AzureLintOptions;
}

/** A test per case. */
export function runCases(cases: LintCase[]): void {
  test.each(cases)("$name", ({ change, expected, options }) => {
    const stack = containedStack();
    change(stack);
    expect(messages(stack, options)).toEqual(expected);
  });
}
