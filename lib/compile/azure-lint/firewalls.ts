import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { blocks, finding, isAbsent, isReference, items, literals, shown } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { plain } from "./places";

/**
 * CORDON-280. A firewall's public addresses are static, of SKU Standard, and in each of its zones; firewall, addresses
 * and network are in one resource group.
 *
 * @see https://learn.microsoft.com/azure/firewall/firewall-faq
 */
export function firewallForm(context: AzureContext): LintFinding[] {
  return context.ofType("azurerm_firewall").flatMap((firewall) => {
    const configurations = [
      ...blocks(firewall.values, "ip_configuration"),
      ...blocks(firewall.values, "management_ip_configuration"),
    ];
    const addresses = configurations.flatMap((one) => context.resolve(one["public_ip_address_id"]) ?? []);
    const subnets = configurations.flatMap((one) => context.resolve(one["subnet_id"]) ?? []);
    return [
      ...addresses.flatMap((address) => [...addressForm(address), ...zones(firewall, address)]),
      ...[...new Set([...addresses, ...subnets])].flatMap((part) => apart(context, firewall, part)),
    ];
  });
}

function addressForm(address: TerraformResource): LintFinding[] {
  const { sku, allocation_method: allocation } = address.values;
  const isOdd = (value: unknown, wanted: string): boolean =>
    !isAbsent(value) && !isReference(value) && value !== wanted;
  return [
    ...(isOdd(sku, "Standard")
      ? [finding("CORDON-280", address, `sku is ${shown(sku)}, which a firewall does not take`, 'use sku "Standard"')]
      : []),
    ...(isOdd(allocation, "Static")
      ? [
          finding(
            "CORDON-280",
            address,
            `allocation_method is ${shown(allocation)}, which a firewall does not take`,
            'use allocation_method "Static"',
          ),
        ]
      : []),
  ];
}

function zones(firewall: TerraformResource, address: TerraformResource): LintFinding[] {
  const has = items(address.values["zones"]);
  if (has.some(isReference)) return [];
  const missing = literals(firewall.values["zones"]).filter((zone) => !has.map(plain).includes(zone));
  return missing.length === 0
    ? []
    : [
        finding(
          "CORDON-280",
          address,
          `${firewall.address} is in zones that it is not in (${missing.join(", ")})`,
          "give the address every zone of the firewall",
        ),
      ];
}

function apart(context: AzureContext, firewall: TerraformResource, part: TerraformResource): LintFinding[] {
  const [group, other] = [firewall, part].map(({ values }) => values["resource_group_name"]);
  const isUnknown = [group, other].some((one) => isAbsent(one) || (isReference(one) && !context.reference(one)));
  const areComparable = isReference(group) === isReference(other);
  if (isUnknown || !areComparable || context.identity(group) === context.identity(other)) return [];
  return [
    finding(
      "CORDON-280",
      part,
      `it is in resource group ${context.nameOf(other)}, and ${firewall.address} in ${context.nameOf(group)}`,
      "keep firewall, public addresses and network in one resource group",
    ),
  ];
}
