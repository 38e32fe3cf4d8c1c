import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import {
  areBlocksUnknown,
  type Block,
  blocks,
  finding,
  grouped,
  isReference,
  numberOf,
  repeated,
} from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { plain, some } from "./places";

const GROUP = "azurerm_network_security_group";
const RULE = "azurerm_network_security_rule";

/**
 * CORDON-286. The rules of a security group are inline or resources of their own, never both, since each apply of one
 * removes the other; and no two of one direction have one priority. A priority that only apply knows is Azure's to refuse.
 *
 * @see https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
 */
export function securityGroups(context: AzureContext): LintFinding[] {
  const byGroup = grouped(context.ofType(RULE), ({ values }) =>
    context.identity(values["network_security_group_name"]),
  );
  return [
    ...context.ofType(GROUP).flatMap((group) => {
      const inline = blocks(group.values, "security_rule");
      const isInline = inline.length > 0 || areBlocksUnknown(group.values, "security_rule");
      return [
        ...(isInline ? twoOwners(group, byGroup.get(group.address) ?? []) : []),
        ...repeated(inline.flatMap((rule) => placeOf(rule) ?? [])).map((place) =>
          finding("CORDON-286", group, `two inline rules have ${place}, and Azure refuses the second`, OWN),
        ),
      ];
    }),
    ...[...byGroup.values()].flatMap((rules) => {
      const known = rules.filter(({ values }) => placeOf(values) !== undefined);
      return [...grouped(known, ({ values }) => String(placeOf(values)))].flatMap(([place, [first, ...others]]) =>
        others.map((rule) =>
          finding("CORDON-286", rule, `${place} is also that of ${first?.address}, and Azure refuses the second`, OWN),
        ),
      );
    }),
  ];
}

const OWN = "give each rule of a direction a priority of its own";

function twoOwners(group: TerraformResource, rules: readonly TerraformResource[]): LintFinding[] {
  return rules.length === 0
    ? []
    : [
        finding(
          "CORDON-286",
          group,
          `it has inline rules beside ${some(rules.map(({ address }) => address))}, and each apply of the one removes the other`,
          "write all of its rules in one way",
        ),
      ];
}

function placeOf({ priority, direction }: Block): string | undefined {
  const number = numberOf(priority);
  return number === undefined || isReference(direction)
    ? undefined
    : `priority ${number} ${plain(direction).toLowerCase()}`;
}
