import type { TerraformResource } from "../aws-lint/terraform-resource";
import { type Block, block, blocks, isAbsent, isReference, items, numberOf } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

/** One rule, whichever resource it is written in. */
export interface FirewallRule {
  /** What holds the rule. */
  readonly owner: TerraformResource;
  /** How a message names it: `rule 1000`, or nothing for a resource that is one rule. */
  readonly label: string;
  /** Identity of its policy, or of its network for a classic rule. */
  readonly scope: string;
  readonly kind: "policy" | "hierarchical" | "classic";
  readonly values: Block;
  readonly priority: number | undefined;
  readonly isEgress: boolean;
  /** `allow`, `deny`, `goto_next`, `apply_security_profile_group`; `unknown` if only apply knows it. */
  readonly action: string;
  readonly isDisabled: boolean;
  /** What the rule is matched by. */
  readonly match: Block;
  readonly destinations: unknown[];
  readonly sources: unknown[];
  readonly accounts: unknown[];
  readonly tags: unknown[];
  /** Protocols with their ports. */
  readonly services: { readonly protocol: unknown; readonly ports: unknown }[];
}

const WHOLE = /^google_compute_(region_)?network_firewall_policy_with_rules$/;
const HIERARCHY = /^google_compute_firewall_policy_with_rules$/;
const SINGLE = /^google_compute_(region_)?network_firewall_policy_rule$/;
const HIERARCHY_RULE = /^google_compute_firewall_policy_rule$/;

/** Policies that hold their rules. */
export function wholePolicies(context: GcpContext): TerraformResource[] {
  return [...context.ofForm(WHOLE), ...context.ofForm(HIERARCHY)];
}

/** Associations of policies with networks. */
export function associations(context: GcpContext): TerraformResource[] {
  return context.ofForm(/^google_compute_(region_)?network_firewall_policy_association$/);
}

/** The rules of one policy resource, in their order. */
export function rulesOf(policy: TerraformResource): FirewallRule[] {
  const kind = HIERARCHY.test(policy.type) ? "hierarchical" : "policy";
  return blocks(policy.values, "rule").map((values) => ({
    ...policyRule(policy, values, policy.address, kind),
    label: `rule ${String(values["priority"])}`,
  }));
}

/** Every rule of the stack. */
export function firewallRules(context: GcpContext): FirewallRule[] {
  const single = (form: RegExp, kind: FirewallRule["kind"]): FirewallRule[] =>
    context.ofForm(form).map((rule) => ({
      ...policyRule(rule, rule.values, context.identity(rule.values["firewall_policy"]), kind),
      label: "the rule",
    }));
  return [
    ...wholePolicies(context).flatMap(rulesOf),
    ...single(SINGLE, "policy"),
    ...single(HIERARCHY_RULE, "hierarchical"),
    ...context.ofType("google_compute_firewall").map((rule) => classicRule(rule, context)),
  ];
}

/** The networks that a rule holds for. */
export function networksOf(context: GcpContext, rule: FirewallRule): string[] {
  if (rule.kind === "classic") return [rule.scope];
  return associations(context)
    .filter(({ values }) => context.identity(values["firewall_policy"]) === rule.scope)
    .map(({ values }) => context.identity(values["attachment_target"]));
}

function policyRule(
  owner: TerraformResource,
  values: Block,
  scope: string,
  kind: FirewallRule["kind"],
): Omit<FirewallRule, "label"> {
  const match = block(values, "match") ?? {};
  return {
    owner,
    scope,
    kind,
    values,
    match,
    priority: numberOf(values["priority"]),
    // Without a direction a rule is for what comes in.
    isEgress: values["direction"] === "EGRESS" || isReference(values["direction"]),
    action: isReference(values["action"]) ? "unknown" : String(values["action"]).toLowerCase(),
    isDisabled: values["disabled"] === true || values["disabled"] === "true",
    destinations: items(match["dest_ip_ranges"]),
    sources: items(match["src_ip_ranges"]),
    accounts: items(values["target_service_accounts"]),
    tags: [...blocks(values, "target_secure_tag"), ...blocks(values, "target_secure_tags")],
    services: [...blocks(match, "layer4_config"), ...blocks(match, "layer4_configs")].map((one) => ({
      protocol: one["ip_protocol"],
      ports: one["ports"],
    })),
  };
}

function classicRule(owner: TerraformResource, context: GcpContext): FirewallRule {
  const { values } = owner;
  const allowed = blocks(values, "allow");
  const isUnknown = isReference(values["allow"]) || isReference(values["deny"]);
  return {
    owner,
    label: "the rule",
    scope: context.identity(values["network"]),
    kind: "classic",
    values,
    match: values,
    priority: isAbsent(values["priority"]) ? 1000 : numberOf(values["priority"]),
    isEgress: values["direction"] === "EGRESS" || isReference(values["direction"]),
    action: isUnknown ? "unknown" : allowed.length > 0 ? "allow" : "deny",
    isDisabled: values["disabled"] === true || values["disabled"] === "true",
    destinations: items(values["destination_ranges"]),
    sources: items(values["source_ranges"]),
    accounts: items(values["target_service_accounts"]),
    tags: items(values["target_tags"]),
    services: [...allowed, ...blocks(values, "deny")].map((one) => ({
      protocol: one["protocol"],
      ports: one["ports"],
    })),
  };
}
