import { AzureTlsInspection } from "../../../constructs/azure";

/** TLS inspection with a CA of somebody's vault. */
export const TLS = (): AzureTlsInspection =>
  AzureTlsInspection.withCa({
    keyVaultSecretId: "https://acme-inspection.vault.azure.net/secrets/ca",
    identityId:
      "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/inspection",
  });
