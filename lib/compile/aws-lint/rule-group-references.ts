import { firewallPolicies, ruleOrder } from "./firewall-policy";
import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import {
  areBlocksUnknown,
  type Block,
  block,
  blocks,
  finding,
  isAbsent,
  isReference,
  numberOf,
  repeated,
  shown,
} from "./values";

const MAX_REFERENCES = 20;
const MAX_CAPACITY = 30_000;
const MANAGED = /:aws-managed:stateful-rulegroup\/([^/]+)$/;

/**
 * CORDON-073. References to stateful rule groups: at most 20, each with a priority of its own under STRICT_ORDER, each to
 * a group of this stack or to one that AWS manages. Another group could pass anything, so it is a finding; a priority
 * that only apply knows is skipped, because AWS refuses a duplicate.
 */
export function ruleGroupReferences(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) => {
    const references = blocks(body, "stateful_rule_group_reference");
    const strict = ruleOrder(block(body, "stateful_engine_options")) === "STRICT_ORDER";
    return [
      ...(areBlocksUnknown(body, "stateful_rule_group_reference")
        ? [
            finding(
              "CORDON-073",
              policy,
              "the stateful rule groups are unknown until apply, so what they pass is too",
              "list them as literals",
            ),
          ]
        : []),
      ...(references.length > MAX_REFERENCES
        ? [
            finding(
              "CORDON-073",
              policy,
              `AWS refuses ${references.length} stateful rule groups (LimitExceededException), it takes ${MAX_REFERENCES}`,
              "put the rules in fewer groups",
            ),
          ]
        : []),
      ...(strict ? priorities(context, policy, references) : []),
      ...references.flatMap((reference) => foreignGroup(context, policy, reference)),
    ];
  });
}

function priorities(context: LintContext, policy: TerraformResource, references: Block[]): LintFinding[] {
  const missing = references.filter((reference) => isAbsent(reference["priority"]));
  const numbers = references.flatMap((reference) => numberOf(reference["priority"]) ?? []);
  return [
    ...missing.map((reference) =>
      finding(
        "CORDON-073",
        policy,
        `AWS refuses the rule group ${context.nameOf(reference["resource_arn"])} without a priority under STRICT_ORDER (InvalidRequestException)`,
        "give each reference a priority of its own",
      ),
    ),
    ...repeated(numbers).map((priority) =>
      finding(
        "CORDON-073",
        policy,
        `AWS refuses priority ${priority} on two rule groups (InvalidRequestException)`,
        "give each reference a priority of its own",
      ),
    ),
  ];
}

function foreignGroup(context: LintContext, policy: TerraformResource, reference: Block): LintFinding[] {
  const arn = reference["resource_arn"];
  if (isManaged(arn) || context.resolve(arn) !== undefined) return [];
  const problem = `the rule group ${shown(arn)} is not in this stack, so what it passes can't be read`;
  return [finding("CORDON-073", policy, problem, "define the group in the stack, or refer to one that AWS manages")];
}

/** CORDON-074. AWS takes `DROP_TO_ALERT` on its own groups only; one that only apply knows is a finding. */
export function managedOverride(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) =>
    blocks(body, "stateful_rule_group_reference").flatMap((reference) => {
      const action = block(reference, "override")?.["action"];
      const arn = reference["resource_arn"];
      if (isAbsent(action) || isManaged(arn)) return [];
      const problem = `AWS refuses the override ${shown(action)} on ${context.nameOf(arn)} (InvalidRequestException): it is not a group that AWS manages`;
      return [finding("CORDON-074", policy, problem, "remove the override")];
    }),
  );
}

/** CORDON-076. A policy and its rule groups have one rule order. AWS refuses a mix at apply, so unknown orders are skipped. */
export function ruleOrderMismatch(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) => {
    const order = ruleOrder(block(body, "stateful_engine_options"));
    if (isReference(order)) return [];
    return blocks(body, "stateful_rule_group_reference").flatMap((reference) => {
      const arn = reference["resource_arn"];
      const group = context.resolve(arn);
      const found =
        group === undefined
          ? managedOrder(arn)
          : ruleOrder(block(block(group.values, "rule_group"), "stateful_rule_options"));
      if (found === undefined || isReference(found) || found === order) return [];
      const name = context.nameOf(arn);
      const problem = `AWS refuses the rule group ${name} with rule order ${shown(found)} in a policy with ${shown(order)} (InvalidRequestException)`;
      const fix =
        group === undefined
          ? "use the StrictOrder variant of the managed group"
          : "give both the rule order STRICT_ORDER";
      return [finding("CORDON-076", policy, problem, fix)];
    });
  });
}

/** CORDON-078. The capacities of the groups of one policy add up to 30,000 at most; capacities unknown at synth count as 0. */
export function policyCapacity(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) => {
    const groups = blocks(body, "stateful_rule_group_reference").map((reference) =>
      context.resolve(reference["resource_arn"]),
    );
    const sum = groups.reduce((total, group) => total + (numberOf(group?.values["capacity"]) ?? 0), 0);
    if (sum <= MAX_CAPACITY) return [];
    const problem = `AWS refuses rule groups with a capacity of ${sum} in one policy (LimitExceededException), it takes ${MAX_CAPACITY}`;
    return [finding("CORDON-078", policy, problem, "declare smaller capacities, or move agents to another cell")];
  });
}

/** CORDON-082. A sid names one rule over all groups of a policy, so that a log line has one meaning. */
export function sidsOfPolicy(context: LintContext): LintFinding[] {
  return firewallPolicies(context).flatMap(({ policy, body }) => {
    const owners = new Map<string, TerraformResource>();
    const groups = blocks(body, "stateful_rule_group_reference").flatMap(
      (reference) => context.resolve(reference["resource_arn"]) ?? [],
    );
    return [...new Set(groups)].flatMap((group) => {
      const sids = context
        .ruleLines(group)
        .flatMap((line) => line.rule?.options.find((option) => option.name === "sid")?.value ?? []);
      return [...new Set(sids)].flatMap((sid) => {
        const owner = owners.get(sid);
        if (owner === undefined) owners.set(sid, group);
        if (owner === undefined) return [];
        const problem = `AWS can't tell the rules with sid ${sid} of ${owner.address} and ${group.address} apart in its logs`;
        return [finding("CORDON-082", policy, problem, "give every rule of the policy a sid of its own")];
      });
    });
  });
}

function isManaged(arn: unknown): boolean {
  return typeof arn === "string" && MANAGED.test(arn);
}

function managedOrder(arn: unknown): string | undefined {
  const name = typeof arn === "string" ? MANAGED.exec(arn)?.[1] : undefined;
  if (name === undefined || isReference(name)) return undefined;
  return name.endsWith("StrictOrder") ? "STRICT_ORDER" : "DEFAULT_ACTION_ORDER";
}
