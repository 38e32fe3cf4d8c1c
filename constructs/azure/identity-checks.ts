import type { TerraformResource } from "cdktf";
import type { RenderedStack } from "../../lib/cell/rendered-stack";
import type { Refusal } from "../../lib/cell/synth-gate";

/** Finds roles and credentials that an agent's identity was given past `grant()` and `federate()`. */
export function identityFindings(
  rendered: RenderedStack,
  identities: readonly TerraformResource[],
  own: ReadonlySet<string>,
): Refusal[] {
  return identities.flatMap((identity) => {
    const address = `${identity.terraformResourceType}.${identity.friendlyUniqueId}`;
    const of = (type: string, argument: string): string[] =>
      Object.entries(rendered.resource?.[type] ?? {})
        .filter(([id, values]) => !own.has(id) && refersTo(values[argument], address))
        .map(([id]) => `${type}.${id}`);
    return [
      ...["azurerm_role_assignment", "azurerm_key_vault_access_policy"].flatMap((type) =>
        of(type, type === "azurerm_key_vault_access_policy" ? "object_id" : "principal_id").map((one) =>
          finding(
            one,
            `it gives ${address} a role that was not granted`,
            "remove it; use the agent's identity.grant()",
          ),
        ),
      ),
      ...["parent_id", "user_assigned_identity_id"]
        .flatMap((argument) => of("azurerm_federated_identity_credential", argument))
        .map((one) =>
          finding(one, `it lets somebody else be ${address}`, "remove it; use the agent's identity.federate()"),
        ),
    ];
  });
}

function refersTo(value: unknown, address: string): boolean {
  return String(value ?? "")
    .split(/[^A-Za-z0-9_.-]+/)
    .some((word) => word === address || word.startsWith(`${address}.`));
}

const finding = (address: string, problem: string, fix: string): Refusal => ({
  code: "CORDON-313",
  address,
  problem,
  fix,
});
