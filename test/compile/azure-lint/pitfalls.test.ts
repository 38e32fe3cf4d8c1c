import {
  ADDRESS,
  ASSIGNMENT,
  adding,
  all,
  ENDPOINT,
  ENDPOINT_RULES,
  FIREWALL,
  FLOW_LOG,
  NETWORK,
  RULES,
  ref,
  runCases,
  SETTING,
  SUBNET,
  setting,
  type Values,
} from "./contained-stack";

describe("objects that look like blocks", () => {
  const B = (at: string, where: string, missing: string): string =>
    `CORDON-276: ${at}: ${where} leaves out ${missing}, and Terraform's JSON demands every key; write each missing key as null`;
  const route = { name: "r", address_prefix: "10.0.0.0/8", next_hop_type: "None", next_hop_in_ip_address: null };
  const table = (routes: unknown) => adding("azurerm_route_table.mine", { name: "rt", route: routes });
  const inner: Values = {
    address_prefixes: ["10.64.8.0/26"],
    default_outbound_access_enabled: false,
    delegation: [{ name: "d", service_delegation: [{ name: "x" }] }],
    id: null,
    name: "snet",
    private_endpoint_network_policies: null,
    private_link_service_network_policies_enabled: null,
    route_table_id: null,
    security_group: null,
    service_endpoint_policy_ids: null,
    service_endpoints: null,
  };
  runCases([
    { name: "have every key", change: table([route]), expected: [] },
    {
      name: "also those without a value",
      change: table([route, { name: "s", address_prefix: "10.1.0.0/16", next_hop_type: "None" }]),
      expected: [B("azurerm_route_table.mine", "route[1]", "next_hop_in_ip_address")],
    },
    {
      name: "as rules of a security group do",
      change: setting(ENDPOINT_RULES, "security_rule", [{ name: "x", priority: 100, direction: "Inbound" }]),
      expected: [B(ENDPOINT_RULES, "security_rule[0]", "access, description, destination_address_prefix and 10 more")],
    },
    {
      name: "and objects in objects",
      change: setting(NETWORK, "subnet", [inner]),
      expected: [B(NETWORK, "subnet[0].delegation[0].service_delegation[0]", "actions")],
    },
    {
      name: "and access policies of a vault",
      change: adding("azurerm_key_vault.mine", { access_policy: [{ tenant_id: "t", object_id: "o" }] }),
      expected: [
        B(
          "azurerm_key_vault.mine",
          "access_policy[0]",
          "application_id, certificate_permissions, key_permissions and 2 more",
        ),
      ],
    },
    { name: "a list that only apply knows is Terraform's to refuse", change: table("${var.routes}"), expected: [] },
  ]);
});

describe("the spelling of arguments", () => {
  const B = (at: string, what: string): string =>
    `CORDON-277: ${at}: ${what} is not how Terraform spells an argument; write it in lower case with _; a deferred list has to be in Terraform's words already`;
  runCases([
    {
      name: "is Terraform's in an object of a list",
      change: adding("azurerm_network_interface.mine", {
        ip_configuration: [{ name: "x", subnetId: ref(SUBNET), publicIpAddressId: null }],
      }),
      expected: [B("azurerm_network_interface.mine", "ip_configuration.publicIpAddressId, ip_configuration.subnetId")],
    },
    {
      name: "and beside it",
      change: setting(FIREWALL, "skuTier", "Standard"),
      expected: [B(FIREWALL, "skuTier")],
    },
    {
      name: "keys of a map are anybody's",
      change: adding("azurerm_container_app.mine", { tags: { CostCenter: "ml" }, template: { labels: { App: "x" } } }),
      expected: [],
    },
  ]);
});

describe("the form of a firewall", () => {
  const B = (at: string, text: string): string => `CORDON-280: ${at}: ${text}`;
  runCases([
    {
      name: "its addresses are in its zones",
      change: setting(ADDRESS, "zones", ["1"]),
      expected: [
        B(ADDRESS, `${FIREWALL} is in zones that it is not in (2); give the address every zone of the firewall`),
      ],
    },
    {
      name: "and not without one",
      change: setting(ADDRESS, "zones", undefined),
      expected: [
        B(ADDRESS, `${FIREWALL} is in zones that it is not in (1, 2); give the address every zone of the firewall`),
      ],
    },
    {
      name: "a firewall without zones takes any address",
      change: all(setting(FIREWALL, "zones", undefined), setting(ADDRESS, "zones", ["3"])),
      expected: [],
    },
    {
      name: "zones that only apply knows are Azure's to refuse",
      change: setting(ADDRESS, "zones", "${var.z}"),
      expected: [],
    },
    {
      name: "its addresses are static and of one SKU",
      change: all(setting(ADDRESS, "sku", "Basic"), setting(ADDRESS, "allocation_method", "Dynamic")),
      expected: [
        B(ADDRESS, 'allocation_method is "Dynamic", which a firewall does not take; use allocation_method "Static"'),
        B(ADDRESS, 'sku is "Basic", which a firewall does not take; use sku "Standard"'),
      ],
    },
    {
      name: "its addresses and network are in its resource group",
      change: all(
        setting(ADDRESS, "resource_group_name", ref("azurerm_resource_group.other", "name")),
        setting("azurerm_subnet.firewall", "resource_group_name", ref("azurerm_resource_group.hub", "name")),
      ),
      expected: [
        B(
          ADDRESS,
          `it is in resource group azurerm_resource_group.other, and ${FIREWALL} in azurerm_resource_group.cell; keep firewall, public addresses and network in one resource group`,
        ),
        B(
          "azurerm_subnet.firewall",
          `it is in resource group azurerm_resource_group.hub, and ${FIREWALL} in azurerm_resource_group.cell; keep firewall, public addresses and network in one resource group`,
        ),
      ],
    },
    {
      name: "a group that only apply knows may be the same",
      change: setting(ADDRESS, "resource_group_name", "${var.group}"),
      expected: [],
    },
  ]);
});

describe("role assignments", () => {
  const B = `CORDON-281: ${ASSIGNMENT}: it is given to azurerm_user_assigned_identity.coder before the directory may know it; set principal_type, e.g. "ServicePrincipal"`;
  runCases([
    { name: "say what their principal is", change: setting(ASSIGNMENT, "principal_type", undefined), expected: [B] },
    {
      name: "or leave the look-up out",
      change: all(
        setting(ASSIGNMENT, "principal_type", undefined),
        setting(ASSIGNMENT, "skip_service_principal_aad_check", true),
      ),
      expected: [],
    },
    {
      name: "a principal that is there already is known",
      change: all(
        setting(ASSIGNMENT, "principal_type", undefined),
        setting(ASSIGNMENT, "principal_id", "00000000-0000-0000-0000-000000000002"),
      ),
      expected: [],
    },
  ]);
});

describe("delegations", () => {
  const path = "delegation.0.service_delegation";
  runCases([
    {
      name: "name the action that Azure adds",
      change: setting(SUBNET, `${path}.actions`, undefined),
      expected: [
        `CORDON-282: ${SUBNET}: its delegation to Microsoft.App/environments does not name the action that Azure adds, so that every apply removes it; add "Microsoft.Network/virtualNetworks/subnets/join/action" to actions`,
      ],
    },
    {
      name: "of whichever of the two services",
      change: setting(SUBNET, `${path}.name`, "Microsoft.Web/serverFarms"),
      expected: [
        `CORDON-282: ${SUBNET}: its delegation to Microsoft.Web/serverFarms does not name the action that Azure adds, so that every apply removes it; add "Microsoft.Network/virtualNetworks/subnets/action" to actions`,
      ],
    },
    {
      name: "others are not judged",
      change: setting(SUBNET, `${path}.name`, "Microsoft.Sql/managedInstances"),
      expected: [],
    },
    {
      name: "nor is what only apply knows",
      change: setting(SUBNET, `${path}.actions`, "${var.actions}"),
      expected: [],
    },
  ]);
});

describe("private endpoints", () => {
  const association = "azurerm_subnet_network_security_group_association.endpoints";
  runCases([
    {
      name: "are made after what their subnet is tied to",
      change: setting(ENDPOINT, "depends_on", undefined),
      expected: [
        `CORDON-283: ${ENDPOINT}: it is made at the same time as ${association}, of its subnet; let it depend on ${association}`,
      ],
    },
    {
      name: "through others too",
      change: all(
        adding("azurerm_private_dns_zone.vault", { name: "z", depends_on: [association] }),
        setting(ENDPOINT, "depends_on", ["azurerm_private_dns_zone.vault"]),
      ),
      expected: [],
    },
  ]);
});

describe("records", () => {
  runCases([
    {
      name: "of flows are of a network",
      change: setting(FLOW_LOG, "network_security_group_id", ref(RULES)),
      expected: [
        `CORDON-284: ${FLOW_LOG}: it is of ${RULES}, and Azure takes no new flow log of a security group; set target_resource_id to the network`,
      ],
    },
    {
      name: "of metrics are in the argument that stays",
      change: setting(SETTING, "metric", [{ category: "AllMetrics" }]),
      expected: [
        `CORDON-285: ${SETTING}: it has metric, which the provider's next version does not know; use enabled_metric`,
      ],
    },
    { name: "an empty one is none", change: setting(SETTING, "metric", []), expected: [] },
  ]);
});

describe("security groups", () => {
  const OWN = "give each rule of a direction a priority of its own";
  const rule = (network: string, priority: unknown, direction = "Outbound") =>
    adding("azurerm_network_security_rule.mine", {
      name: "mine",
      priority,
      direction,
      access: "Deny",
      network_security_group_name: ref(network, "name"),
    });
  runCases([
    {
      name: "have one owner of their rules",
      change: rule(ENDPOINT_RULES, 200),
      expected: [
        `CORDON-286: ${ENDPOINT_RULES}: it has inline rules beside azurerm_network_security_rule.mine, and each apply of the one removes the other; write all of its rules in one way`,
      ],
    },
    {
      name: "have one rule of a priority",
      change: rule(RULES, "4096"),
      expected: [
        `CORDON-286: azurerm_network_security_rule.mine: priority 4096 outbound is also that of azurerm_network_security_rule.deny, and Azure refuses the second; ${OWN}`,
      ],
    },
    {
      name: "inline too",
      change: (stack) => setting(ENDPOINT_RULES, "security_rule.1.direction", "Inbound")(stack),
      expected: [
        `CORDON-286: ${ENDPOINT_RULES}: two inline rules have priority 4096 inbound, and Azure refuses the second; ${OWN}`,
      ],
    },
    { name: "count directions apart", change: rule(RULES, 100, "Inbound"), expected: [] },
    { name: "leave to Azure what only apply knows", change: rule(RULES, "${var.priority}"), expected: [] },
    {
      name: "a group that others fill is one with rules",
      change: all(rule(RULES, 100), setting(RULES, "security_rule", "${var.rules}")),
      expected: [
        `CORDON-286: ${RULES}: it has inline rules beside azurerm_network_security_rule.deny, azurerm_network_security_rule.deny-in, azurerm_network_security_rule.mine, and each apply of the one removes the other; write all of its rules in one way`,
      ],
    },
  ]);
});
