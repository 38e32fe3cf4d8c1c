import { type LintContext, ruleSources } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { type Block, block, blocks, finding, isAbsent, isReference, items, numberOf, shown } from "./values";

const MAX_CAPACITY = 30_000;
const MAX_CHARACTERS = 2_000_000;
const STATEFUL_SOURCES = ["rules_string", "rules_source_list", "stateful_rule"];
const STATELESS_SOURCE = "stateless_rules_and_custom_actions";

/**
 * CORDON-077. A rule group has exactly one source of rules, of its own type, and text that is known at synth: rules that
 * only apply knows may pass anything, so they are a finding.
 */
export function ruleSource(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_rule_group").flatMap((group) => {
    const names = sourceNames(group);
    const type = group.values["type"];
    const report = (problem: string, fix: string) => [finding("CORDON-077", group, problem, fix)];
    if (names.length === 0)
      return report(
        "AWS refuses a rule group without rules (InvalidRequestException)",
        "set rules_source.rules_string",
      );
    if (names.length > 1) {
      return report(
        `AWS refuses two sources of rules in one group (InvalidRequestException): ${names.join(", ")}`,
        "keep one source per group",
      );
    }
    if (typeof type === "string" && !isReference(type) && (type === "STATELESS") !== names.includes(STATELESS_SOURCE)) {
      return report(
        `AWS refuses ${names.join(", ")} in a group of type ${shown(type)} (InvalidRequestException)`,
        "set the type that fits the source",
      );
    }
    return unreadable(group).flatMap((text) =>
      report(`the rules are ${shown(text)}, so what they pass can't be read`, "pass the rules as literal text"),
    );
  });
}

// A template inside of a longer text is a finding of the rule text; here the whole text is one.
function unreadable(group: TerraformResource): string[] {
  return ruleSources(group)
    .map(String)
    .filter((text) => isReference(text) && /^\s*[$%]\{/.test(text));
}

function sourceNames(group: TerraformResource): string[] {
  const source = block(block(group.values, "rule_group"), "rules_source");
  const names = [...STATEFUL_SOURCES, STATELESS_SOURCE].filter((name) => items(source?.[name]).length > 0);
  return isAbsent(group.values["rules"]) ? names : ["rules", ...names];
}

/**
 * CORDON-078. The capacity holds the rules: one per line, or targets x types + types + 1 for a domain list; at most 30,000
 * and 2,000,000 characters. A capacity that only apply knows is skipped: AWS refuses one that is too small.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/nwfw-rule-group-capacity.html
 */
export function ruleCapacity(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_rule_group").flatMap((group) => {
    const capacity = numberOf(group.values["capacity"]);
    const needed = neededCapacity(context, group);
    const characters = ruleSources(group).reduce<number>((sum, text) => sum + String(text).length, 0);
    const report = (problem: string, fix: string) => [finding("CORDON-078", group, problem, fix)];
    return [
      ...(capacity !== undefined && capacity < needed
        ? report(
            `AWS refuses rules that need a capacity of ${needed} in a group of ${capacity} (InvalidRequestException)`,
            `declare a capacity of ${needed} or more`,
          )
        : []),
      ...(capacity !== undefined && capacity > MAX_CAPACITY
        ? report(
            `AWS refuses a capacity of ${capacity} (InvalidRequestException), it takes ${MAX_CAPACITY}`,
            "declare less, or split the rules over groups",
          )
        : []),
      ...(characters > MAX_CHARACTERS
        ? report(
            `AWS refuses ${characters} characters of rules (ValidationException), it takes ${MAX_CHARACTERS}`,
            "split the rules over groups",
          )
        : []),
    ];
  });
}

function neededCapacity(context: LintContext, group: TerraformResource): number {
  const source = block(block(group.values, "rule_group"), "rules_source");
  const list = block(source, "rules_source_list");
  return context.ruleLines(group).length + blocks(source, "stateful_rule").length + listCapacity(list);
}

function listCapacity(list: Block | undefined): number {
  if (list === undefined) return 0;
  const types = items(list["target_types"]).length;
  return items(list["targets"]).length * types + types + 1;
}
