/** Set by the provider alone; a value of the same name in a state is the identity written out. */
const ALWAYS_IDENTITY = new Set(["id", "arn", "self_link"]);

/** Ids of what AWS makes with a VPC. */
export const MADE_WITH_VPC: ReadonlySet<string> = new Set([
  "default_network_acl_id",
  "default_route_table_id",
  "default_security_group_id",
  "main_route_table_id",
]);

/** Identities unless the configuration writes them. */
const IDENTITY = new Set([
  ...ALWAYS_IDENTITY,
  ...MADE_WITH_VPC,
  "allocation_id",
  "association_id",
  "bucket",
  "dhcp_options_id",
  "email",
  "function_name",
  "invoke_arn",
  "key_id",
  "member",
  "name",
  "network_interface_id",
  "network_interface_ids",
  "policy_id",
  "prefix_list_id",
  "primary_network_interface_id",
  "propagation_default_route_table_id",
  "association_default_route_table_id",
  "qualified_arn",
  "resource_id",
  "security_group_rule_id",
  "unique_id",
  "url",
]);

/** What AWS makes together with a resource and no configuration can write; plans and states spell it out. */
const MADE_WITH: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["aws_vpc", MADE_WITH_VPC],
  ["aws_default_vpc", MADE_WITH_VPC],
  ["aws_vpc_endpoint", new Set(["prefix_list_id", "network_interface_ids"])],
]);

/** Whether an attribute is what a resource is known by, whatever the configuration says. */
export function isAlwaysIdentity(type: string, attribute: string): boolean {
  return ALWAYS_IDENTITY.has(attribute) || MADE_WITH.get(type)?.has(attribute) === true;
}

/** Whether an attribute that the configuration does not write tells one resource from another. */
export function isIdentity(attribute: string): boolean {
  return IDENTITY.has(attribute);
}

/** Whether an output of another stack is named like an identity. */
export function isNamedLikeIdentity(output: string): boolean {
  return /(id|arn|ids|arns)$/i.test(output);
}
