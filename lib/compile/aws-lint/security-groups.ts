import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { areBlocksUnknown, finding, isAbsent, items } from "./values";

const SIDES = ["ingress", "egress"];

/**
 * CORDON-091. Rules of a security group stand inline or as resources of their own, not both: each apply would remove the
 * other half, also when the inline list is empty.
 */
export function securityGroupOwners(context: LintContext): LintFinding[] {
  const ruled = new Map<string, TerraformResource>();
  for (const side of SIDES) {
    for (const rule of rulesOf(context, side))
      ruled.set(`${side} ${context.identity(rule.values["security_group_id"])}`, rule);
  }
  return context.ofType("aws_security_group").flatMap((group) =>
    SIDES.flatMap((side) => {
      const rule = ruled.get(`${side} ${group.address}`);
      if (rule === undefined || isAbsent(group.values[side])) return [];
      const problem = `Terraform removes ${rule.address} at every other apply, because the group also has inline ${side} rules`;
      return [finding("CORDON-091", group, problem, `remove the inline ${side}`)];
    }),
  );
}

function rulesOf(context: LintContext, side: string): TerraformResource[] {
  const plain = context.ofType("aws_security_group_rule").filter((rule) => rule.values["type"] === side);
  return [...context.ofType(`aws_vpc_security_group_${side}_rule`), ...plain];
}

/** CORDON-092. A VPC's default security group is adopted and empty; AWS makes it open inside of itself and to everywhere. */
export function defaultSecurityGroups(context: LintContext): LintFinding[] {
  const defaults = context.ofType("aws_default_security_group");
  const adopted = new Set(defaults.map((group) => context.identity(group.values["vpc_id"])));
  return [
    ...defaults.flatMap((group) => {
      const open = SIDES.filter((side) => items(group.values[side]).length > 0 || areBlocksUnknown(group.values, side));
      if (open.length === 0) return [];
      const problem = `AWS gives the default security group's ${open.join(" and ")} rules to every interface without a group`;
      return [finding("CORDON-092", group, problem, "remove its rules")];
    }),
    ...context
      .ofType("aws_vpc")
      .filter((vpc) => !adopted.has(vpc.address))
      .map((vpc) =>
        finding(
          "CORDON-092",
          vpc,
          "AWS leaves the VPC's default security group open to everywhere until it is adopted",
          "add aws_default_security_group without rules for the VPC",
        ),
      ),
  ];
}
