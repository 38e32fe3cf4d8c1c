import type { LintContext } from "./lint-context";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { finding, grouped, isReference, numberOf, repeated, shown } from "./values";

const MAX_ASSOCIATIONS = 5;
const LOWEST = 101;
const HIGHEST = 9899;

function associations(context: LintContext): TerraformResource[] {
  return context.ofType("aws_route53_resolver_firewall_rule_group_association");
}

function associationsByVpc(context: LintContext): Map<string, TerraformResource[]> {
  return grouped(associations(context), (association) => context.identity(association.values["vpc_id"]));
}

/** CORDON-087. The priority of an association: 101 to 9899, one per VPC; at most 5 associations. Unknown ones are skipped: AWS refuses a wrong one. */
export function dnsAssociations(context: LintContext): LintFinding[] {
  return [
    ...associations(context).flatMap((association) => {
      const priority = numberOf(association.values["priority"]);
      if (priority === undefined || (priority >= LOWEST && priority <= HIGHEST)) return [];
      const problem = `AWS refuses the association priority ${priority} (ValidationException)`;
      return [finding("CORDON-087", association, problem, `use ${LOWEST} to ${HIGHEST}`)];
    }),
    ...[...associationsByVpc(context)].flatMap(([vpc, members]) => [
      ...samePriority(vpc, members),
      ...tooMany(vpc, members),
    ]),
  ];
}

function samePriority(vpc: string, members: TerraformResource[]): LintFinding[] {
  const duplicates = repeated(members.flatMap((member) => numberOf(member.values["priority"]) ?? []));
  return duplicates.flatMap((priority) => {
    const owners = members.filter((member) => numberOf(member.values["priority"]) === priority);
    return owners.slice(1).map((member) => {
      const problem = `AWS refuses the association priority ${priority} twice on ${vpc} (ValidationException), ${owners[0]?.address} has it`;
      return finding("CORDON-087", member, problem, "give each association of a VPC a priority of its own");
    });
  });
}

function tooMany(vpc: string, members: TerraformResource[]): LintFinding[] {
  return members.slice(MAX_ASSOCIATIONS).map((member) => {
    const problem = `AWS refuses ${members.length} DNS rule groups on ${vpc} (LimitExceededException), it takes ${MAX_ASSOCIATIONS}`;
    return finding("CORDON-087", member, problem, "put the rules in fewer groups");
  });
}

/** CORDON-087. An association can't be removed by one call: mutation protection is on, except during maintenance. */
export function dnsMutationProtection(context: LintContext): LintFinding[] {
  if (context.options.maintenance === true) return [];
  return associations(context)
    .filter((association) => association.values["mutation_protection"] !== "ENABLED")
    .map((association) =>
      finding(
        "CORDON-087",
        association,
        `mutation_protection is ${shown(association.values["mutation_protection"])}, so AWS removes the DNS rules of the VPC by one call`,
        'set mutation_protection to "ENABLED"',
      ),
    );
}

/** CORDON-087. Each VPC with DNS rules says that queries fail when the firewall does; a value that only apply knows is a finding. */
export function dnsFailOpen(context: LintContext): LintFinding[] {
  const configs = context.ofType("aws_route53_resolver_firewall_config");
  const configured = new Set(configs.map((config) => context.identity(config.values["resource_id"])));
  return [
    ...configs
      .filter((config) => config.values["firewall_fail_open"] !== "DISABLED")
      .map((config) =>
        finding(
          "CORDON-087",
          config,
          `firewall_fail_open is ${shown(config.values["firewall_fail_open"])}${openness(config)}`,
          'set firewall_fail_open to "DISABLED"',
        ),
      ),
    ...[...associationsByVpc(context)].flatMap(([vpc, members]) =>
      configured.has(vpc)
        ? []
        : members
            .slice(0, 1)
            .map((member) =>
              finding(
                "CORDON-087",
                member,
                `the stack does not say what ${vpc} does when DNS Firewall fails, so a setting made elsewhere may answer every query`,
                'add aws_route53_resolver_firewall_config with firewall_fail_open "DISABLED" for the VPC',
              ),
            ),
    ),
  ];
}

function openness(config: TerraformResource): string {
  const known = config.values["firewall_fail_open"] === "ENABLED" || isReference(config.values["firewall_fail_open"]);
  return known
    ? ", and AWS answers every query when DNS Firewall fails with ENABLED"
    : ", so AWS keeps what is set on the VPC";
}
