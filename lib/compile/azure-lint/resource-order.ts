import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { finding, isAbsent, isTrue } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";

/**
 * CORDON-281. An assignment to an identity of the same stack says what the principal is: the directory may not know it yet
 * when the role is given, and then refuses a principal that it has to look up.
 *
 * @see https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
 */
export function principalTypes(context: AzureContext): LintFinding[] {
  return context
    .ofType("azurerm_role_assignment")
    .filter(({ values }) => {
      const principal = context.resolve(values["principal_id"]);
      const isNew = principal !== undefined && !principal.address.startsWith("data.");
      return isNew && isAbsent(values["principal_type"]) && !isTrue(values["skip_service_principal_aad_check"]);
    })
    .map((assignment) =>
      finding(
        "CORDON-281",
        assignment,
        `it is given to ${context.nameOf(assignment.values["principal_id"])} before the directory may know it`,
        'set principal_type, e.g. "ServicePrincipal"',
      ),
    );
}

const ASSOCIATIONS = ["azurerm_subnet_network_security_group_association", "azurerm_subnet_route_table_association"];

/**
 * CORDON-283. A private endpoint is made after what its subnet is tied to, and goes before it: Azure refuses the one while
 * it writes the other.
 *
 * @see https://github.com/hashicorp/terraform-provider-azurerm/issues/21293
 */
export function endpointOrder(context: AzureContext): LintFinding[] {
  const associated = (subnet: string): TerraformResource[] =>
    context.ofType(...ASSOCIATIONS).filter(({ values }) => context.identity(values["subnet_id"]) === subnet);
  return context.ofType("azurerm_private_endpoint").flatMap((endpoint) =>
    associated(context.identity(endpoint.values["subnet_id"]))
      .filter(({ address }) => !context.waitsFor(endpoint, address))
      .map(({ address }) =>
        finding(
          "CORDON-283",
          endpoint,
          `it is made at the same time as ${address}, of its subnet`,
          `let it depend on ${address}`,
        ),
      ),
  );
}
