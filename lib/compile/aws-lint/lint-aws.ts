import { dnsAssociations, dnsFailOpen, dnsMutationProtection } from "./dns-associations";
import { dnsClosure } from "./dns-closure";
import { dnsBlockResponse, dnsRuleSets } from "./dns-rules";
import { dnsDomains, dnsLists, firewallDomains } from "./domain-lists";
import { statefulDefaultActions, statelessPart, streamExceptionPolicy } from "./firewall-policy";
import { groupVariables, policyVariables } from "./firewall-variables";
import { firewallLogging, firewallProtections } from "./firewalls";
import { generatedAccessors } from "./generated-accessors";
import { LintContext, type LintRule } from "./lint-context";
import { nameRules, passRules } from "./pass-rules";
import { routeOwners, routeTargets } from "./routes";
import { ruleCapacity, ruleSource } from "./rule-group";
import {
  managedOverride,
  policyCapacity,
  ruleGroupReferences,
  ruleOrderMismatch,
  sidsOfPolicy,
} from "./rule-group-references";
import { ruleSids, ruleText } from "./rule-text";
import { defaultSecurityGroups, securityGroupOwners } from "./security-groups";
import type { LintFinding, LintOptions, TerraformResource } from "./terraform-resource";
import { endpointPolicies, interfaceEndpoints } from "./vpc-endpoints";
import { publicAddresses, vpcDns } from "./vpcs";

const RULES: LintRule[] = [
  statefulDefaultActions,
  streamExceptionPolicy,
  statelessPart,
  ruleGroupReferences,
  managedOverride,
  policyVariables,
  groupVariables,
  ruleOrderMismatch,
  ruleSource,
  ruleCapacity,
  policyCapacity,
  ruleText,
  nameRules,
  passRules,
  ruleSids,
  sidsOfPolicy,
  firewallDomains,
  dnsDomains,
  dnsLists,
  dnsBlockResponse,
  dnsRuleSets,
  dnsClosure,
  dnsAssociations,
  dnsMutationProtection,
  dnsFailOpen,
  interfaceEndpoints,
  endpointPolicies,
  firewallLogging,
  firewallProtections,
  securityGroupOwners,
  defaultSecurityGroups,
  publicAddresses,
  vpcDns,
  routeTargets,
  routeOwners,
  generatedAccessors,
];

/**
 * Reads the resources of one stack for what Terraform accepts and AWS refuses or leaves open. Pure; the findings are
 * sorted by address, code and text, so the order of the resources does not matter to it.
 *
 * A value that only apply knows is a finding where it decides what can leave or who can change it, and is skipped where
 * AWS itself refuses a wrong one; each rule says which.
 *
 * @param resources the resources of the cell: managed ones, and `data.aws_iam_policy_document` under its `data.` address;
 *   anything else with text in it (a local, an output) is read for broken references only
 */
export function lintAws(resources: TerraformResource[], options: LintOptions = {}): LintFinding[] {
  const ordered = [...resources].sort((a, b) => compare(a.address, b.address));
  const context = new LintContext(ordered, options);
  return RULES.flatMap((rule) => rule(context)).sort(
    (a, b) => compare(a.address, b.address) || compare(a.code, b.code) || compare(a.problem, b.problem),
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
