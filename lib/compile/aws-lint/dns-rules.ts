import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { finding, grouped, isAbsent, isReference, items, literals, numberOf, repeated, shown } from "./values";

const MAX_RULES = 100;
const BLOCK_RESPONSES = ["NODATA", "NXDOMAIN", "OVERRIDE"];

/** The DNS Firewall rules of the stack by rule group. */
export function dnsRulesByGroup(context: LintContext): Map<string, TerraformResource[]> {
  return grouped(context.ofType("aws_route53_resolver_firewall_rule"), (rule) =>
    context.identity(rule.values["firewall_rule_group_id"]),
  );
}

/**
 * CORDON-085. A blocking rule says what it answers. Terraform takes a rule without an answer, AWS does not. Unknown answers
 * are skipped: every answer blocks.
 */
export function dnsBlockResponse(context: LintContext): LintFinding[] {
  return context.ofType("aws_route53_resolver_firewall_rule").flatMap((rule) => {
    const { action, block_response: response } = rule.values;
    const report = (problem: string, fix: string) => [finding("CORDON-085", rule, problem, fix)];
    if (action !== "BLOCK") {
      if (isAbsent(response) || isReference(action)) return [];
      return report(
        `AWS refuses block_response ${shown(response)} on action ${shown(action)} (ValidationException)`,
        "remove block_response",
      );
    }
    if (isAbsent(response))
      return report(
        "AWS refuses a BLOCK rule without block_response (ValidationException)",
        'set block_response to "NODATA" or "NXDOMAIN"',
      );
    if (isReference(response)) return [];
    if (!BLOCK_RESPONSES.includes(String(response))) {
      return report(
        `AWS refuses block_response ${shown(response)} (ValidationException)`,
        `use one of ${BLOCK_RESPONSES.join(", ")}`,
      );
    }
    const missing = ["block_override_domain", "block_override_dns_type", "block_override_ttl"].filter((name) =>
      isAbsent(rule.values[name]),
    );
    if (response !== "OVERRIDE" || missing.length === 0) return [];
    return report(
      `AWS refuses block_response "OVERRIDE" without ${missing.join(", ")} (ValidationException)`,
      `set ${missing.join(", ")}`,
    );
  });
}

/** CORDON-085. The rules of one group: at most 100, each with a priority of its own and a domain list of its own. */
export function dnsRuleSets(context: LintContext): LintFinding[] {
  return [...dnsRulesByGroup(context)].flatMap(([group, rules]) => [
    ...(rules.length > MAX_RULES ? [tooMany(rules, group)] : []),
    ...samePriority(rules, group),
    ...sameList(context, rules, group),
  ]);
}

function tooMany(rules: TerraformResource[], group: string): LintFinding {
  const problem = `AWS refuses ${rules.length} rules in the DNS rule group ${group} (RSLVR-02201), it takes ${MAX_RULES}`;
  return { code: "CORDON-085", address: group, problem, fix: "put more domains into each list" };
}

function samePriority(rules: TerraformResource[], group: string): LintFinding[] {
  const numbers = rules.flatMap((rule) => numberOf(rule.values["priority"]) ?? []);
  return repeated(numbers).flatMap((priority) => {
    const owners = rules.filter((rule) => numberOf(rule.values["priority"]) === priority);
    return owners.slice(1).map((rule) => {
      const problem = `AWS refuses priority ${priority} on two rules of the DNS rule group ${group} (ValidationException), ${owners[0]?.address} has it`;
      return finding("CORDON-085", rule, problem, "give each rule a priority of its own");
    });
  });
}

// The provider names a rule by group and list, so the second rule would take over the first one's state.
function sameList(context: LintContext, rules: TerraformResource[], group: string): LintFinding[] {
  const listed = rules.filter((rule) => !isAbsent(rule.values["firewall_domain_list_id"]));
  return [...grouped(listed, (rule) => context.identity(rule.values["firewall_domain_list_id"]))].flatMap(
    ([list, owners]) =>
      owners.slice(1).map((rule) => {
        const problem = `the provider can't tell this rule from ${owners[0]?.address}: both use ${list} in the DNS rule group ${group}`;
        return finding("CORDON-085", rule, problem, "give each rule a domain list of its own");
      }),
  );
}

/** The domains of a rule, when its list is of this stack and known in full at synth. */
export function listedDomains(context: LintContext, rule: TerraformResource): string[] | undefined {
  const list = context.resolve(rule.values["firewall_domain_list_id"]);
  if (list === undefined) return undefined;
  const domains = literals(list.values["domains"]);
  return domains.length === items(list.values["domains"]).length
    ? domains.map((domain) => domain.replace(/\.$/, ""))
    : undefined;
}
