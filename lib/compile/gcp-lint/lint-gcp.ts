import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { auditConfigs, buckets } from "./audit";
import { celText, hostLiterals } from "./cel-rules";
import { certificateAuthorities } from "./certificate-authorities";
import { replaceTriggers, writeOrders } from "./chains";
import { defaultDeny } from "./default-deny";
import { dnsNames, dnsOwners, openNames, queryLogs } from "./dns";
import { federation } from "./federation";
import { firewallForm } from "./firewall-form";
import { firewallRecords } from "./firewall-records";
import { firewallWidth } from "./firewall-width";
import { defaultRoutes, gatewayForm, gatewayOrder } from "./gateways";
import { GcpContext, type GcpLintRule } from "./gcp-context";
import type { GcpLintOptions } from "./gcp-lint-options";
import { grants } from "./grants";
import { iam } from "./iam";
import { instances, networkLinks } from "./instances";
import { keys } from "./keys";
import { names } from "./names";
import { nats } from "./nats";
import { perimeterForm, perimeterMembers } from "./perimeters";
import { endpoints } from "./private-endpoints";
import { projectServices } from "./project-services";
import { proxyRuleOrder, proxyRuleWidth } from "./proxy-rules";
import { serverless } from "./serverless";
import { managedProxySubnets, subnetOrder, subnets } from "./subnets";
import { tags } from "./tags";
import { tlsInspection } from "./tls-inspection";
import { urlLists } from "./url-lists";

const RULES: GcpLintRule[] = [
  gatewayOrder,
  gatewayForm,
  defaultRoutes,
  proxyRuleOrder,
  replaceTriggers,
  proxyRuleWidth,
  celText,
  hostLiterals,
  tlsInspection,
  urlLists,
  defaultDeny,
  firewallForm,
  firewallWidth,
  firewallRecords,
  subnetOrder,
  subnets,
  managedProxySubnets,
  instances,
  networkLinks,
  nats,
  endpoints,
  names,
  serverless,
  keys,
  certificateAuthorities,
  grants,
  dnsNames,
  dnsOwners,
  openNames,
  queryLogs,
  projectServices,
  iam,
  federation,
  perimeterForm,
  perimeterMembers,
  writeOrders,
  tags,
  auditConfigs,
  buckets,
];

/**
 * Reads the resources of one stack for what Terraform accepts and Google refuses or leaves open. Pure; the findings are
 * sorted by address, code and text, so the order of the resources does not matter to it.
 *
 * A value that only apply knows is a finding where it decides what can leave or who can change it, and is skipped where
 * Google itself refuses a wrong one; each rule says which.
 *
 * @param resources the resources of the cell: managed ones, and data sources under their `data.` address
 */
export function lintGcp(resources: TerraformResource[], options: GcpLintOptions = {}): LintFinding[] {
  const ordered = [...resources].sort((a, b) => compare(a.address, b.address));
  const context = new GcpContext(ordered, options);
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
