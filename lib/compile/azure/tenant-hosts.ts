/**
 * Names at which every tenant of Azure signs in, manages resources and reads its directory: who may use them is up to
 * the token that a client brings, of whichever tenant.
 *
 * @see https://learn.microsoft.com/entra/identity/enterprise-apps/tenant-restrictions
 */
export const TENANT_HOSTS: readonly string[] = [
  "graph.microsoft.com",
  "login.microsoft.com",
  "login.microsoftonline.com",
  "login.windows.net",
  "management.azure.com",
];
