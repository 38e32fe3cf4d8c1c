/** Actions by which somebody changes what contains an agent, in the words of Azure's roles. */
export interface RoleHazard {
  readonly action: string;
  readonly title: string;
}

/** @see https://learn.microsoft.com/azure/role-based-access-control/permissions/networking */
export const HAZARDS: readonly RoleHazard[] = [
  { action: "Microsoft.Authorization/roleAssignments/write", title: "gives roles to anybody" },
  { action: "Microsoft.Authorization/roleDefinitions/write", title: "changes what roles may do" },
  { action: "Microsoft.Authorization/locks/delete", title: "removes locks" },
  {
    action: "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    title: "runs something as another identity",
  },
  {
    action: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
    title: "lets others sign in as an identity",
  },
  { action: "Microsoft.Network/azureFirewalls/write", title: "changes the firewall" },
  { action: "Microsoft.Network/firewallPolicies/write", title: "changes the firewall's policy" },
  { action: "Microsoft.Network/firewallPolicies/ruleCollectionGroups/write", title: "changes the firewall's rules" },
  { action: "Microsoft.Network/ipGroups/write", title: "changes whom the firewall's rules mean" },
  { action: "Microsoft.Network/routeTables/write", title: "changes routes" },
  { action: "Microsoft.Network/routeTables/routes/write", title: "changes routes" },
  { action: "Microsoft.Network/virtualNetworks/write", title: "changes the network and its resolvers" },
  { action: "Microsoft.Network/virtualNetworks/subnets/write", title: "changes what a subnet is bound to" },
  { action: "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write", title: "ties the network to others" },
  { action: "Microsoft.Network/networkSecurityGroups/write", title: "changes security groups" },
  { action: "Microsoft.Network/networkSecurityGroups/securityRules/write", title: "changes security rules" },
  { action: "Microsoft.Network/networkInterfaces/write", title: "gives an interface a public address" },
  { action: "Microsoft.Network/privateEndpoints/write", title: "makes a private way to somebody else's data" },
  {
    action: "Microsoft.Network/dnsResolverPolicies/dnsSecurityRules/write",
    title: "changes what the resolver answers",
  },
  { action: "Microsoft.Network/privateDnsZones/A/write", title: "answers private names with other addresses" },
  { action: "Microsoft.Network/networkWatchers/flowLogs/write", title: "turns flow logs off" },
  { action: "Microsoft.Network/networkWatchers/flowLogs/delete", title: "removes flow logs" },
  { action: "Microsoft.Insights/diagnosticSettings/write", title: "changes what is recorded" },
  { action: "Microsoft.Insights/diagnosticSettings/delete", title: "ends records" },
  { action: "Microsoft.OperationalInsights/workspaces/write", title: "changes how long records are kept" },
  { action: "Microsoft.OperationalInsights/workspaces/delete", title: "removes records" },
  { action: "Microsoft.Compute/virtualMachines/write", title: "starts machines where it likes" },
  { action: "Microsoft.Compute/virtualMachines/runCommand/action", title: "runs commands on machines" },
  { action: "Microsoft.Compute/virtualMachines/extensions/write", title: "runs commands on machines" },
  { action: "Microsoft.Resources/deployments/write", title: "deploys anything" },
  { action: "Microsoft.Storage/storageAccounts/listKeys/action", title: "takes keys that no role bounds" },
  { action: "Microsoft.Storage/storageAccounts/write", title: "opens a storage account to other networks" },
  { action: "Microsoft.KeyVault/vaults/write", title: "opens a vault to other networks and identities" },
  { action: "Microsoft.KeyVault/vaults/accessPolicies/write", title: "opens a vault to other identities" },
  { action: "Microsoft.CognitiveServices/accounts/write", title: "opens an account to other networks" },
  { action: "Microsoft.CognitiveServices/accounts/listKeys/action", title: "takes keys that no role bounds" },
];

/** What a role may do on the control plane. */
export interface RoleActions {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

const of = (...actions: string[]): RoleActions => ({ actions, notActions: [] });

/** Azure's own roles that change something, with what matters of them. */
const BUILT_IN: { readonly [role: string]: RoleActions } = {
  owner: of("*"),
  contributor: {
    actions: ["*"],
    notActions: ["Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"],
  },
  "user access administrator": of("Microsoft.Authorization/*", "*/read"),
  "role based access control administrator": of("Microsoft.Authorization/roleAssignments/write", "*/read"),
  "network contributor": of("Microsoft.Network/*", "Microsoft.Resources/deployments/*"),
  "dns zone contributor": of("Microsoft.Network/dnsZones/*"),
  "private dns zone contributor": of("Microsoft.Network/privateDnsZones/*"),
  "managed identity operator": of("Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action"),
  "managed identity contributor": of("Microsoft.ManagedIdentity/userAssignedIdentities/*"),
  "virtual machine contributor": of("Microsoft.Compute/virtualMachines/*", "Microsoft.Network/networkInterfaces/*"),
  "storage account contributor": of("Microsoft.Storage/storageAccounts/*", "Microsoft.Insights/diagnosticSettings/*"),
  "storage account key operator service role": of("Microsoft.Storage/storageAccounts/listKeys/action"),
  "key vault contributor": of("Microsoft.KeyVault/*"),
  "key vault administrator": of(),
  "log analytics contributor": of(
    "Microsoft.OperationalInsights/*",
    "Microsoft.Insights/diagnosticSettings/*",
    "Microsoft.Resources/deployments/*",
  ),
  "monitoring contributor": of("Microsoft.Insights/*", "Microsoft.OperationalInsights/workspaces/write"),
  "security admin": of("Microsoft.Security/*", "Microsoft.Resources/deployments/*"),
  "cognitive services contributor": of("Microsoft.CognitiveServices/*", "Microsoft.Insights/diagnosticSettings/*"),
  "azure kubernetes service contributor role": of("Microsoft.ContainerService/managedClusters/write"),
};

/** Ids of those roles, which are the same in every tenant. */
const BY_ID: { readonly [id: string]: string } = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "user access administrator",
  "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "role based access control administrator",
  "4d97b98b-1d4f-4787-a291-c67834d212e7": "network contributor",
  "b12aa53e-6015-4669-85d0-8515ebb3ae7f": "private dns zone contributor",
  "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59": "managed identity contributor",
  "f1a07417-d97a-45cb-824c-7a7467783830": "managed identity operator",
  "9980e02c-c2be-4d73-94e8-173b1dc7cf3c": "virtual machine contributor",
  "17d1049b-9a84-46fb-8f53-869881c3d3ab": "storage account contributor",
  "92aaf0da-9dab-42b6-94a3-d43ce8d16293": "log analytics contributor",
  "749f88d5-cbae-40b8-bcfc-e573ddc772fa": "monitoring contributor",
};

/** A role that names what it does: it reads, or works with data, and changes nothing of the above. */
const HARMLESS =
  /(reader|user|data (contributor|owner|sender|receiver)|metrics publisher|acrpull|acrpush|secrets officer|crypto officer|certificates officer)$/;

/** @returns undefined for a role that is not known */
export function builtIn(role: string): RoleActions | undefined {
  const name = (BY_ID[role.toLowerCase().split("/").at(-1) ?? ""] ?? role).toLowerCase();
  return BUILT_IN[name] ?? (HARMLESS.test(name) ? of() : undefined);
}

/** Whether an action matches a pattern of a role: `*` stands for anything, and case makes no difference. */
function matches(pattern: string, action: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*");
  return new RegExp(`^${escaped}$`, "i").test(action);
}

/** What a role could do to the containment. */
export const hazardsOf = ({ actions, notActions }: RoleActions): RoleHazard[] =>
  HAZARDS.filter(
    ({ action }) => actions.some((one) => matches(one, action)) && !notActions.some((one) => matches(one, action)),
  );
