import { contentHash } from "../../lib/names/content-hash";

/** What Azure takes as a name of each kind: the longest, and what it looks like as a whole. */
const KINDS = {
  resourceGroup: { most: 90, form: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ },
  virtualNetwork: { most: 64, form: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/ },
  /** Subnets, network security groups and their rules, route tables and routes, public addresses, policies, groups, links. */
  network: { most: 80, form: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ },
  firewall: { most: 56, form: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ },
  privateEndpoint: { most: 64, form: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/ },
  identity: { most: 128, form: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/ },
  federatedCredential: { most: 120, form: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/ },
  workspace: { most: 63, form: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/ },
  /** One name space for the whole of Azure, so the name is a hash. */
  storageAccount: { most: 24, form: /^[a-z0-9]{3,24}$/ },
  servicePlan: { most: 40, form: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/ },
  /** One name space too; the Functions host tells apps apart by the first 32 characters. */
  functionApp: { most: 32, form: /^[a-z0-9][a-z0-9-]*[a-z0-9]$/ },
  diagnosticSetting: { most: 260, form: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/ },
} as const;

export type AzureNameKind = keyof typeof KINDS;

const HASH = 8;

/** Whether Azure takes a name for a kind of resource. */
export function isAzureName(kind: AzureNameKind, name: string): boolean {
  const { most, form } = KINDS[kind];
  return name.length <= most && form.test(name);
}

/**
 * A name that Azure takes for a kind of resource: the parts joined by dashes. Where they are too long, too short or hold
 * something else, they are cut and ended by a hash of the whole, so that no two become one.
 *
 * @see https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
 */
export function azureName(kind: AzureNameKind, ...parts: string[]): string {
  const { most } = KINDS[kind];
  const whole = parts.join("-");
  if (isAzureName(kind, whole) && kind !== "storageAccount") return whole;
  const joint = kind === "storageAccount" ? "" : "-";
  const plain = whole.toLowerCase().replace(/[^a-z0-9]+/g, joint);
  const kept = plain.replace(/^-+/, "").slice(0, most - HASH - joint.length);
  return `${kept.replace(/-+$/, "") || "n"}${joint}${contentHash(whole, HASH)}`;
}
