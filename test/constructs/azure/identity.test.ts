import { DataAzurermSubscription } from "@cdktf/provider-azurerm/lib/data-azurerm-subscription";
import { FederatedIdentityCredential } from "@cdktf/provider-azurerm/lib/federated-identity-credential";
import { RoleAssignment } from "@cdktf/provider-azurerm/lib/role-assignment";
import { AzureFederation, AzurePermission, AzureService } from "../../../constructs/azure";
import { synthStack } from "../../../lib/topology/synth-stack";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { refusal } from "../../support/refusal";
import { cellOf, cellWithAgent, Plan, vaultOf } from "./support";

const NEXT_YEAR = new Date(Date.now() + 31_536_000_000).toISOString().slice(0, 10);

function cellWithVault() {
  const cell = cellOf();
  const vault = vaultOf(cell);
  cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vault.id });
  return { cell, vault, triage: cell.addAgent("triage"), coder: cell.addAgent("coder") };
}

describe("an agent's identity", () => {
  const { cell, vault, triage, coder } = cellWithVault();
  const grant = triage.identity.grant(AzurePermission.readSecrets(vault.id, "the feed's key"));
  const plan = Plan.of(cell);

  test("is one of its own, without a role until one is granted", () => {
    expect(plan.all("azurerm_user_assigned_identity")).toHaveLength(2);
    expect(coder.identity.granted).toEqual([]);
    expect(plan.all("azurerm_role_assignment")).toHaveLength(1);
  });

  test("holds what was granted on one resource, with the reason", () => {
    const { values } = plan.one("azurerm_role_assignment");
    expect(values).toMatchObject({
      role_definition_name: "Key Vault Secrets User",
      scope: `\${${plan.one("azurerm_key_vault").address}.id}`,
      description: "the feed's key",
    });
    expect(referenceOf(values["principal_id"])).toContain("agent-triage");
  });

  test("is granted the same thing once", () => {
    expect(triage.identity.grant(AzurePermission.readSecrets(vault.id, "again"))).toBe(grant);
  });

  test("is refused what the cell has no private endpoint of, and more than one resource", () => {
    expect(
      refusal(() =>
        coder.identity.grant(
          AzurePermission.pullImages(
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/x/providers/Microsoft.ContainerRegistry/registries/acme",
            "images",
          ),
        ),
      ),
    ).toBe(
      `CORDON-113: cell 'Agents', agent 'coder': "AcrPull" needs a private endpoint of container-registry, and the cell has none; add one with addPrivateEndpoint before the grant`,
    );
    const scope = new DataAzurermSubscription(cell.stack, "Subscription").id;
    expect(refusal(() => coder.identity.grant(AzurePermission.of({ role: "AcrPull", scope, reason: "x" })))).toBe(
      "CORDON-308: cell 'Agents', agent 'coder': scope ${data.azurerm_subscription.Subscription.id} holds more than one resource; pass the id of a resource of the same stack, or a literal id",
    );
    const group = cell.resourceGroup?.id ?? "";
    expect(
      refusal(() => coder.identity.grant(AzurePermission.of({ role: "AcrPull", scope: group, reason: "x" }))),
    ).toMatch(
      /^CORDON-308: cell 'Agents', agent 'coder': scope \$\{azurerm_resource_group\.\w+\.id\} holds more than one resource; /,
    );
  });

  test("makes what needs the grant wait for it", () => {
    const other = cellWithVault();
    const made = other.triage.identity.grant(AzurePermission.readSecrets(other.vault.id, "x"));
    made.applyBefore(other.cell.flowLogs.storageAccount);
    const otherPlan = Plan.of(other.cell);
    expect(otherPlan.one("azurerm_storage_account").values["depends_on"]).toEqual([
      otherPlan.one("azurerm_role_assignment").address,
    ]);
  });

  test("takes 20 federated credentials, each once", () => {
    const other = cellOf().addAgent("triage").identity;
    const id = (index: number): string => `1000000000000000000${index + 10}`;
    for (let index = 0; index < 20; index += 1) other.federate(AzureFederation.google(id(index)));
    expect(refusal(() => other.federate(AzureFederation.google(id(3))))).toBe(
      `CORDON-306: cell 'Agents', agent 'triage': there is a credential 'google-${id(3)}' already; remove one`,
    );
    expect(refusal(() => other.federate(AzureFederation.google(id(20))))).toBe(
      "CORDON-306: cell 'Agents', agent 'triage': an identity takes 20 federated credentials; remove one",
    );
  });
});

describe("past an agent's grants", () => {
  test("a role fails the synth, and so does a credential", () => {
    const { cell, vault, triage } = cellWithVault();
    new RoleAssignment(cell.stack, "Mine", {
      scope: vault.id,
      roleDefinitionName: "Owner",
      principalId: triage.identity.principalId,
    });
    expect(refusal(() => synthStack(cell.stack))).toMatch(
      /^CORDON-313: azurerm_role_assignment\.Mine: it gives azurerm_user_assigned_identity\.\S+ a role that was not granted; remove it; use the agent's identity\.grant\(\)$/,
    );
    const other = cellWithVault();
    new FederatedIdentityCredential(other.cell.stack, "Mine", {
      name: "mine",
      resourceGroupName: other.cell.scope.resourceGroupName,
      parentId: other.triage.identity.id,
      issuer: "https://oidc.example.com",
      subject: "x",
      audience: ["api://AzureADTokenExchange"],
    });
    expect(refusal(() => synthStack(other.cell.stack))).toMatch(
      /^CORDON-313: azurerm_federated_identity_credential\.Mine: it lets somebody else be azurerm_user_assigned_identity\.\S+; remove it; use the agent's identity\.federate\(\)$/,
    );
  });

  test("roles of other identities are nobody's business here", () => {
    const { cell, vault } = cellWithVault();
    new RoleAssignment(cell.stack, "Mine", {
      scope: vault.id,
      roleDefinitionName: "Key Vault Secrets Officer",
      principalId: "00000000-0000-0000-0000-00000000000b",
    });
    expect(refusal(() => synthStack(cell.stack))).toBe("not refused");
  });
});

describe("a quarantine operator", () => {
  test("may write the agents' rules and the IP group, each by its id, whenever the agent came", () => {
    const cell = cellOf();
    cell.addAgent("triage");
    cell.quarantine.admit("responder", {
      principalId: "00000000-0000-0000-0000-00000000000a",
      reason: "on call",
      expires: NEXT_YEAR,
    });
    cell.addAgent("coder");
    const plan = Plan.of(cell);
    const scopes = plan.all("azurerm_role_assignment").map(({ values }) => String(referenceOf(values["scope"])));
    expect(scopes.map((scope) => scope.split(".")[0]).sort()).toEqual([
      "azurerm_ip_group",
      "azurerm_network_security_group",
      "azurerm_network_security_group",
    ]);
    expect(new Set(scopes).size).toBe(3);
    const { values } = plan.one("azurerm_role_definition");
    expect(JSON.stringify(values["permissions"])).not.toMatch(/\*|Authorization|networkSecurityGroups\/write/);
    expect(
      refusal(() => cell.quarantine.admit("responder", { principalId: "x", reason: "y", expires: NEXT_YEAR })),
    ).toBe(
      "CORDON-305: cell 'Agents', quarantine operator 'responder': it is admitted already; give each operator a name of its own in lower case letters, digits and dashes",
    );
  });

  test("is nobody by default, and what is in the IP group is not Terraform's", () => {
    const plan = Plan.of(cellWithAgent());
    expect(plan.all("azurerm_role_definition")).toEqual([]);
    expect(plan.one("azurerm_ip_group").values["lifecycle"]).toEqual({ ignore_changes: ["cidrs"] });
  });
});
