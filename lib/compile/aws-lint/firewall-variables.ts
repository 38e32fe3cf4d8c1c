import { parseAddressBlock } from "./address-block";
import { firewallPolicies } from "./firewall-policy";
import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { areBlocksUnknown, type Block, block, blocks, finding, isReference, items, literals, shown } from "./values";

/** A variable of a rule group. */
export interface RuleVariable {
  readonly key: string;
  /** Literal members. */
  readonly members: string[];
  /** Some members are only known at apply. */
  readonly partial: boolean;
}

/** The ip sets of a rule group by key. */
export function ipSets(group: TerraformResource): Map<string, RuleVariable> {
  return variables(block(block(group.values, "rule_group"), "rule_variables"), "ip_sets", "ip_set");
}

/** The port sets of a rule group by key. */
export function portSets(group: TerraformResource): Map<string, RuleVariable> {
  return variables(block(block(group.values, "rule_group"), "rule_variables"), "port_sets", "port_set");
}

/** Names of the references to prefix lists (`@NAME`) of a rule group. */
export function ipSetReferences(group: TerraformResource): Set<string> {
  const sets = blocks(block(block(group.values, "rule_group"), "reference_sets"), "ip_set_references");
  return new Set(sets.flatMap((set) => literals(set["key"])));
}

/** True when apply decides which variables a rule group declares. */
export function areVariablesUnknown(group: TerraformResource): boolean {
  const body = block(group.values, "rule_group");
  const declared = block(body, "rule_variables");
  return (
    areBlocksUnknown(body, "rule_variables") ||
    areBlocksUnknown(body, "reference_sets") ||
    ["ip_sets", "port_sets"].some((name) => areBlocksUnknown(declared, name)) ||
    areBlocksUnknown(block(body, "reference_sets"), "ip_set_references")
  );
}

function variables(parent: Block | undefined, name: string, set: string): Map<string, RuleVariable> {
  const entries = blocks(parent, name).flatMap((entry) =>
    literals(entry["key"]).map((key): [string, RuleVariable] => {
      const definition = items(block(entry, set)?.["definition"]);
      const members = literals(definition);
      return [key, { key, members, partial: members.length < definition.length }];
    }),
  );
  return new Map(entries);
}

/**
 * CORDON-075. The variables of a policy: `HOME_NET` and nothing else, with literal blocks. A block that only apply knows
 * is a finding, because `EXTERNAL_NET`, to which allowed names may resolve, is the inverse of `HOME_NET`.
 */
export function policyVariables(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) => {
    const parent = block(body, "policy_variables");
    const unknown = areBlocksUnknown(body, "policy_variables") || areBlocksUnknown(parent, "rule_variables");
    return [
      ...(unknown
        ? [
            finding(
              "CORDON-075",
              policy,
              "the policy variables are unknown until apply, so what counts as external is too",
              "write HOME_NET as literal CIDR blocks",
            ),
          ]
        : []),
      ...blocks(parent, "rule_variables").flatMap((variable) => policyVariable(policy, variable)),
    ];
  });
}

function policyVariable(policy: TerraformResource, variable: Block): LintFinding[] {
  const key = variable["key"];
  if (key !== "HOME_NET") {
    const problem = `AWS refuses the policy variable ${shown(key)} (InvalidRequestException), it takes HOME_NET only`;
    return [finding("CORDON-075", policy, problem, "declare other variables in the rule groups")];
  }
  const definition = items(block(variable, "ip_set")?.["definition"]);
  if (definition.length === 0) {
    return [
      finding(
        "CORDON-075",
        policy,
        "AWS refuses HOME_NET without a block (InvalidRequestException)",
        "list the CIDR blocks that are not the internet",
      ),
    ];
  }
  return definition.flatMap((entry) => {
    if (isReference(entry)) {
      const problem = `HOME_NET holds ${shown(entry)}, so what counts as external is unknown too`;
      return [finding("CORDON-075", policy, problem, "write HOME_NET as literal CIDR blocks")];
    }
    return invalidBlock(policy, "HOME_NET", entry);
  });
}

/**
 * CORDON-075. The ip sets of a rule group: valid blocks, and `HOME_NET` only together with `EXTERNAL_NET`. References are
 * skipped: AWS checks their values at apply, and a wrong one is refused.
 */
export function groupVariables(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_rule_group").flatMap((group) => {
    const sets = ipSets(group);
    const inverse =
      sets.has("HOME_NET") && !sets.has("EXTERNAL_NET")
        ? [
            finding(
              "CORDON-075",
              group,
              "the group sets HOME_NET without EXTERNAL_NET, and AWS then keeps EXTERNAL_NET as the inverse of the policy's HOME_NET",
              "set HOME_NET in the policy only, or both in the group",
            ),
          ]
        : [];
    return [
      ...inverse,
      ...[...sets.values()].flatMap((set) => set.members.flatMap((entry) => invalidBlock(group, set.key, entry))),
    ];
  });
}

function invalidBlock(at: TerraformResource, key: string, entry: unknown): LintFinding[] {
  if (typeof entry === "string" && parseAddressBlock(entry) !== undefined) return [];
  const problem = `AWS refuses ${shown(entry)} in the ip set ${key} (InvalidRequestException): it is not a CIDR block`;
  return [finding("CORDON-075", at, problem, "write an address or a block such as 10.0.0.0/8")];
}
