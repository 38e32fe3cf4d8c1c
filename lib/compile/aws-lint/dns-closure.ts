import { dnsRulesByGroup, listedDomains } from "./dns-rules";
import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { finding, grouped, isAbsent, numberOf, shown } from "./values";

/**
 * CORDON-086. Names that no rule lists are blocked: each VPC has a rule group that ends in a BLOCK of `*`, and no ALLOW
 * opens `*`, a list that can't be read, or stands behind that block, where AWS never reads it. A group that the caller
 * declares monitored may end in an alert.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-rule-actions.html
 */
export function dnsClosure(context: LintContext): LintFinding[] {
  const rules = dnsRulesByGroup(context);
  const rulesOf = (group: string): TerraformResource[] => rules.get(group) ?? [];
  return [
    ...[...rules.values()].flatMap((members) => [...openAllows(context, members), ...deadAllows(context, members)]),
    ...context
      .ofType("aws_route53_resolver_firewall_rule_group")
      .filter((group) => !isMonitored(context, group.address) && !isClosed(context, rulesOf(group.address)))
      .filter((group) => !isClosedByOthers(context, group.address, rulesOf))
      .map((group) =>
        finding(
          "CORDON-086",
          group,
          "AWS resolves every name that no rule lists: the group has no BLOCK of * for all query types",
          'add a last rule that blocks a list of "*"',
        ),
      ),
    ...foreignGroups(context),
  ];
}

function isMonitored(context: LintContext, group: string): boolean {
  return (context.options.monitoredDnsGroups ?? []).includes(group);
}

function openAllows(context: LintContext, rules: TerraformResource[]): LintFinding[] {
  return rules.flatMap((rule) => {
    const { action } = rule.values;
    if (action === "BLOCK" || action === "ALERT") return [];
    if (action !== "ALLOW")
      return [
        finding(
          "CORDON-086",
          rule,
          `the action is ${shown(action)}, so the names of its list may resolve`,
          "write the action as a literal",
        ),
      ];
    const domains = listedDomains(context, rule);
    if (domains === undefined) {
      const list = shown(rule.values["firewall_domain_list_id"]);
      return [
        finding(
          "CORDON-086",
          rule,
          `AWS allows the names of the list ${list}, which can't be read`,
          "allow lists of this stack with literal names only",
        ),
      ];
    }
    if (!domains.includes("*")) return [];
    return [finding("CORDON-086", rule, "AWS allows every name: the list holds *", "allow names, and block * last")];
  });
}

function deadAllows(context: LintContext, rules: TerraformResource[]): LintFinding[] {
  const ends = rules
    .filter((rule) => isTerminal(context, rule))
    .flatMap((rule) => numberOf(rule.values["priority"]) ?? []);
  const end = Math.min(...ends);
  return rules
    .filter((rule) => rule.values["action"] === "ALLOW" && (numberOf(rule.values["priority"]) ?? 0) > end)
    .map((rule) =>
      finding(
        "CORDON-086",
        rule,
        `AWS never reads this ALLOW: its priority ${shown(rule.values["priority"])} comes after the BLOCK of * at ${end}`,
        `give it a priority below ${end}`,
      ),
    );
}

function isClosed(context: LintContext, rules: TerraformResource[]): boolean {
  return rules.some((rule) => isTerminal(context, rule));
}

function isTerminal(context: LintContext, rule: TerraformResource): boolean {
  const { action, q_type: queryType } = rule.values;
  return action === "BLOCK" && isAbsent(queryType) && (listedDomains(context, rule)?.includes("*") ?? false);
}

// A group of blocks alone may stand beside the closing one, in every VPC that has it.
function isClosedByOthers(
  context: LintContext,
  group: string,
  rulesOf: (group: string) => TerraformResource[],
): boolean {
  const associations = context.ofType("aws_route53_resolver_firewall_rule_group_association");
  const groupOf = (association: TerraformResource): string =>
    context.identity(association.values["firewall_rule_group_id"]);
  const vpcs = grouped(associations, (association) => context.identity(association.values["vpc_id"]));
  const used = [...vpcs.values()].filter((members) => members.some((member) => groupOf(member) === group));
  return (
    used.length > 0 && used.every((members) => members.some((member) => isClosed(context, rulesOf(groupOf(member)))))
  );
}

function foreignGroups(context: LintContext): LintFinding[] {
  return context
    .ofType("aws_route53_resolver_firewall_rule_group_association")
    .filter((association) => context.resolve(association.values["firewall_rule_group_id"]) === undefined)
    .map((association) =>
      finding(
        "CORDON-086",
        association,
        `the DNS rule group ${shown(association.values["firewall_rule_group_id"])} is not in this stack, so the names that it allows can't be read`,
        "define the group in the stack",
      ),
    );
}
