import type { LintFinding } from "../aws-lint/terraform-resource";
import { block, blocks, finding, isReference, items } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { plain } from "./places";

/** Actions that Azure writes into a delegation by itself. */
const ACTIONS: { readonly [service: string]: string } = {
  "Microsoft.App/environments": "Microsoft.Network/virtualNetworks/subnets/join/action",
  "Microsoft.Web/serverFarms": "Microsoft.Network/virtualNetworks/subnets/action",
};

/** CORDON-282. A delegation names the action that Azure writes into it anyway; other services are not judged. */
export function delegations(context: AzureContext): LintFinding[] {
  return context.ofType("azurerm_subnet").flatMap((subnet) =>
    blocks(subnet.values, "delegation").flatMap((delegation) => {
      const service = block(delegation, "service_delegation");
      const action = ACTIONS[plain(service?.["name"])];
      const has = items(service?.["actions"]);
      if (action === undefined || has.some(isReference) || has.includes(action)) return [];
      return [
        finding(
          "CORDON-282",
          subnet,
          `its delegation to ${plain(service?.["name"])} does not name the action that Azure adds, so that every apply removes it`,
          `add "${action}" to actions`,
        ),
      ];
    }),
  );
}
