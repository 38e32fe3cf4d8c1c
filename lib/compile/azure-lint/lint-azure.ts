import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { AzureContext, type AzureLintRule } from "./azure-context";
import type { AzureLintOptions } from "./azure-lint-options";
import { collectionOrder } from "./collection-order";
import { delegations } from "./delegations";
import { emptyLists } from "./empty-lists";
import { unreadableRules } from "./firewall-rule";
import { firewallForm } from "./firewalls";
import { ipGroupOrder } from "./ip-groups";
import { nameForm } from "./name-form";
import { everyName, sharedNames, tenantHosts } from "./name-width";
import { anyProtocol, anySource, datagrams, everywhere, namedPorts, translations } from "./network-rules";
import { objectKeys, spelling } from "./object-keys";
import { parentPolicies, proxyOfNames } from "./policies";
import { diagnosticSettings, flowLogs } from "./records";
import { endpointOrder, principalTypes } from "./resource-order";
import { securityGroups } from "./security-groups";
import { skuFeatures } from "./sku";
import { sharedTags, unknownTags } from "./tags";

const RULES: AzureLintRule[] = [
  unreadableRules,
  namedPorts,
  anyProtocol,
  everywhere,
  sharedTags,
  translations,
  datagrams,
  anySource,
  everyName,
  sharedNames,
  tenantHosts,
  emptyLists,
  unknownTags,
  parentPolicies,
  proxyOfNames,
  skuFeatures,
  nameForm,
  objectKeys,
  spelling,
  collectionOrder,
  ipGroupOrder,
  firewallForm,
  principalTypes,
  delegations,
  endpointOrder,
  flowLogs,
  diagnosticSettings,
  securityGroups,
];

/**
 * Reads the resources of one stack for what Terraform accepts and Azure refuses or leaves open. Pure; the findings are
 * sorted by address, code and text, so the order of the resources does not matter to it.
 *
 * A value that only apply knows is a finding where it decides what can leave, and is skipped where Azure itself refuses a
 * wrong one; each rule says which.
 *
 * @param resources the resources of the cell: managed ones, and data sources under their `data.` address
 */
export function lintAzure(resources: readonly TerraformResource[], options: AzureLintOptions = {}): LintFinding[] {
  const ordered = [...resources].sort((a, b) => compare(a.address, b.address));
  const context = new AzureContext(ordered, options);
  return RULES.flatMap((rule) => rule(context)).sort(
    (a, b) =>
      compare(a.address, b.address) ||
      compare(a.code, b.code) ||
      compare(a.problem, b.problem) ||
      compare(a.fix, b.fix),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
