import { AzureFederation, AzurePermission, AzureService, AzureTlsInspection } from "../../../constructs/azure";
import { isManaging } from "../../../constructs/azure/permission";
import { refusal } from "../../support/refusal";
import { SUBSCRIPTION } from "./support";

const account = `${SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/acme`;

describe("a permission", () => {
  test("on blobs is for one container, and through a private endpoint alone", () => {
    const read = AzurePermission.readBlobs({ storageAccountId: account, container: "reports", reason: "x" });
    expect(read.scope).toBe(`${account}/blobServices/default/containers/reports`);
    expect(read.role).toBe("Storage Blob Data Reader");
    expect(read.condition).toBe(
      "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})) OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'reports' AND @Environment[isPrivateLink] BoolEquals true))",
    );
    const write = AzurePermission.writeBlobs({ storageAccountId: account, container: "reports", reason: "x" });
    expect(write.condition).toContain("blobs/delete'}) AND !(ActionMatches{");
  });

  test("is refused for roles that manage resources, and taken for those that use what is in them", () => {
    const of =
      (role: string): (() => unknown) =>
      () =>
        AzurePermission.of({ role, scope: account, reason: "x" });
    for (const role of [
      "Owner",
      "Contributor",
      "Reader",
      "User Access Administrator",
      "Role Based Access Control Administrator",
      "Network Contributor",
      "Managed Identity Operator",
      "Key Vault Administrator",
      "Key Vault Data Access Administrator",
      "Cognitive Services OpenAI Contributor",
    ]) {
      expect(refusal(of(role))).toBe(
        `CORDON-307: AzurePermission.of: role "${role}" manages resources, or who may; use a built-in role of the data plane, such as 'Storage Blob Data Reader'`,
      );
    }
    for (const role of [
      "Storage Blob Data Contributor",
      "Key Vault Secrets User",
      "AcrPull",
      "Monitoring Metrics Publisher",
    ]) {
      expect(isManaging(role)).toBe(false);
      expect(refusal(of(role))).toBe("not refused");
    }
  });

  test("is refused for more than one resource, and without a reason", () => {
    for (const scope of ["/", SUBSCRIPTION, `${SUBSCRIPTION}/resourceGroups/data`, `${account}/\${x}`]) {
      expect(refusal(() => AzurePermission.of({ role: "AcrPull", scope, reason: "x" }))).toMatch(
        /^CORDON-308: AzurePermission\.of: scope ".*"?(\.\.\.)? is not the id of one resource; pass a resource's id, not a group's or a subscription's$/,
      );
    }
    expect(refusal(() => AzurePermission.useModels(account, ""))).toBe(
      "CORDON-021: AzurePermission.of: the reason is empty; write a sentence",
    );
    expect(refusal(() => AzurePermission.readBlobs({ storageAccountId: account, container: "*", reason: "x" }))).toBe(
      `CORDON-308: AzurePermission.readBlobs: container "*" is not a container's name; write the name of one container`,
    );
  });
});

describe("a federation", () => {
  test("is of one subject", () => {
    const one = AzureFederation.kubernetes({
      issuer: "https://oidc.example.com/tenant/",
      namespace: "agents",
      serviceAccount: "triage",
    });
    expect([one.issuer, one.subject, one.audience]).toEqual([
      "https://oidc.example.com/tenant/",
      "system:serviceaccount:agents:triage",
      "api://AzureADTokenExchange",
    ]);
    expect(AzureFederation.google("123456789012345678901")).toMatchObject({ subject: "123456789012345678901" });
  });

  test("is refused for patterns, other schemes and names that are none", () => {
    const issuer = "https://oidc.example.com";
    expect(refusal(() => AzureFederation.kubernetes({ issuer, namespace: "agents", serviceAccount: "*" }))).toBe(
      'CORDON-306: AzureFederation.kubernetes: serviceAccount "*" is not a name of Kubernetes; write it out',
    );
    expect(refusal(() => AzureFederation.oidc({ name: "ci", issuer, subject: "repo:acme/*" }))).toBe(
      'CORDON-306: AzureFederation.oidc: subject "repo:acme/*" is not one subject; write the subject of one workload; patterns are not taken',
    );
    expect(refusal(() => AzureFederation.oidc({ name: "ci", issuer: "http://x", subject: "s" }))).toBe(
      `CORDON-306: AzureFederation.oidc: issuer "http://x" is not an issuer's URL; write it as the issuer does, e.g. https://oidc.example.com/tenant`,
    );
    expect(refusal(() => AzureFederation.oidc({ name: "CI!", issuer, subject: "s" }))).toBe(
      'CORDON-306: AzureFederation.oidc: name "CI!" is malformed; use lower case letters, digits and dashes',
    );
    expect(refusal(() => AzureFederation.google("agent@acme.iam"))).toBe(
      `CORDON-306: AzureFederation.google: "agent@acme.iam" is not a service account's unique id; write its number, not its address`,
    );
  });
});

describe("a service of one's own", () => {
  test("is taken with its zones, and refused without", () => {
    const props = {
      name: "sql",
      subresource: "sqlServer",
      zones: ["privatelink.database.windows.net"],
      domains: ["database.windows.net"],
    };
    expect(AzureService.of(props).hostNames("westeurope")).toEqual([
      "*.database.windows.net",
      "*.privatelink.database.windows.net",
    ]);
    expect(refusal(() => AzureService.of({ ...props, zones: [] }))).toBe(
      `CORDON-110: AzureService.of: "sql" has no zone; without it the service's public address is answered; name at least one`,
    );
    expect(refusal(() => AzureService.of({ ...props, zones: ["*"] }))).toBe(
      'CORDON-110: AzureService.of: zone "*" is malformed; write it as the private endpoint DNS table does, e.g. privatelink.database.windows.net',
    );
  });

  test("of Container Apps answers in the zone of its region", () => {
    expect(AzureService.CONTAINER_APPS.zones("westeurope")).toEqual(["privatelink.westeurope.azurecontainerapps.io"]);
  });
});

describe("a CA for TLS inspection", () => {
  test("is a secret without a version, so that it renews", () => {
    const identityId = `${SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.ManagedIdentity/userAssignedIdentities/fw`;
    const withCa =
      (keyVaultSecretId: string): (() => unknown) =>
      () =>
        AzureTlsInspection.withCa({ keyVaultSecretId, identityId });
    expect(refusal(withCa("https://acme.vault.azure.net/secrets/ca"))).toBe("not refused");
    expect(refusal(withCa("https://acme.vault.azure.net/secrets/ca/0123"))).toBe(
      'CORDON-310: AzureTlsInspection.withCa: keyVaultSecretId "https://acme.vault.azure.net/secrets/ca/0123" is not a secret without a version; write it as https://<vault>.vault.azure.net/secrets/<name>',
    );
  });
});
