import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { type Block, blocks, finding } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { some } from "./places";

/** An argument that looks like a block and is a list of objects. */
interface ObjectList {
  readonly argument: string;
  readonly keys: readonly string[];
  readonly inner?: readonly ObjectList[];
}

const list = (argument: string, keys: string, ...inner: ObjectList[]): ObjectList => ({
  argument,
  keys: keys.trim().split(/\s+/),
  inner,
});

/** @see https://developer.hashicorp.com/terraform/language/attr-as-blocks */
const OBJECTS: { readonly [type: string]: ObjectList } = {
  azurerm_virtual_network: list(
    "subnet",
    `address_prefixes default_outbound_access_enabled delegation id name private_endpoint_network_policies
    private_link_service_network_policies_enabled route_table_id security_group service_endpoint_policy_ids
    service_endpoints`,
    list("delegation", "name service_delegation", list("service_delegation", "actions name")),
  ),
  azurerm_network_security_group: list(
    "security_rule",
    `access description destination_address_prefix destination_address_prefixes
    destination_application_security_group_ids destination_port_range destination_port_ranges direction name priority
    protocol source_address_prefix source_address_prefixes source_application_security_group_ids source_port_range
    source_port_ranges`,
  ),
  azurerm_route_table: list("route", "address_prefix name next_hop_in_ip_address next_hop_type"),
  azurerm_eventhub_namespace: list(
    "network_rulesets",
    "default_action ip_rule public_network_access_enabled trusted_service_access_enabled virtual_network_rule",
    list("ip_rule", "action ip_mask"),
    list("virtual_network_rule", "ignore_missing_virtual_network_service_endpoint subnet_id"),
  ),
  azurerm_key_vault: list(
    "access_policy",
    `application_id certificate_permissions key_permissions object_id secret_permissions storage_permissions
    tenant_id`,
  ),
  azurerm_container_registry: list("network_rule_set", "default_action ip_rule", list("ip_rule", "action ip_range")),
};

/** CORDON-276. In JSON a list of objects is no block: Terraform demands every key of each, if only as null. */
export function objectKeys(context: AzureContext): LintFinding[] {
  return context.ofType(...Object.keys(OBJECTS)).flatMap((resource) => {
    const objects = OBJECTS[resource.type];
    return objects === undefined ? [] : lacking(resource, resource.values, objects, "");
  });
}

function lacking(
  at: TerraformResource,
  parent: Block,
  { argument, keys, inner = [] }: ObjectList,
  path: string,
): LintFinding[] {
  return blocks(parent, argument).flatMap((object, index) => {
    const where = `${path}${argument}[${index}]`;
    const missing = keys.filter((key) => !(key in object));
    return [
      ...(missing.length === 0
        ? []
        : [
            finding(
              "CORDON-276",
              at,
              `${where} leaves out ${some(missing)}, and Terraform's JSON demands every key`,
              "write each missing key as null",
            ),
          ]),
      ...inner.flatMap((one) => lacking(at, object, one, `${where}.`)),
    ];
  });
}

/**
 * CORDON-277. Arguments are in Terraform's spelling: a deferred list of the framework is written as it is, so that its
 * objects keep the names that they have in the program. Maps, whose keys are anybody's, are left alone.
 */
export function spelling(context: AzureContext): LintFinding[] {
  return context.resources.flatMap((resource) => {
    const odd = [...new Set(misspelt(resource.values, ""))];
    return odd.length === 0
      ? []
      : [
          finding(
            "CORDON-277",
            resource,
            `${some(odd.sort())} is not how Terraform spells an argument`,
            "write it in lower case with _; a deferred list has to be in Terraform's words already",
          ),
        ];
  });
}

// Only objects in a list are blocks for sure.
function misspelt(values: Block, path: string): string[] {
  return Object.entries(values).flatMap(([name, value]) => [
    ...(/[A-Z]/.test(name) ? [`${path}${name}`] : []),
    ...(Array.isArray(value) ? blocks(values, name).flatMap((one) => misspelt(one, `${path}${name}.`)) : []),
  ]);
}
