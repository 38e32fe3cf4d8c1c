import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { type Block, block, blocks, finding, isTrue, items, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

const PERIMETER = "google_access_context_manager_service_perimeter";
const MEMBER =
  /^(projects\/(\d+|\$\{[^}]+\})|\/\/compute\.googleapis\.com\/projects\/.+\/global\/networks\/.+|\$\{[^}]+\})$/;

const report = (at: TerraformResource, problem: string, fix: string): LintFinding =>
  finding("CORDON-246", at, problem, fix);

/** Where a perimeter says what it holds: what is enforced, and what is only logged. */
function configurations(perimeter: TerraformResource): { readonly name: string; readonly config: Block }[] {
  return ["status", "spec"].flatMap((name) => blocks(perimeter.values, name).map((config) => ({ name, config })));
}

/**
 * CORDON-246. A perimeter restricts services, lets clients inside reach those alone, logs before it refuses, and leaves a
 * door to whoever deploys it.
 *
 * @see https://cloud.google.com/vpc-service-controls/docs/troubleshooting
 */
export function perimeterForm(context: GcpContext): LintFinding[] {
  return context.ofType(PERIMETER).flatMap((perimeter) => {
    const { use_explicit_dry_run_spec: explicit, spec, perimeter_type: type } = perimeter.values;
    if (type === "PERIMETER_TYPE_BRIDGE") return [];
    return [
      ...(items(spec).length > 0 && !isTrue(explicit)
        ? [
            report(
              perimeter,
              `it has a spec, and use_explicit_dry_run_spec is ${shown(explicit)}, so Google refuses or ignores it`,
              "set use_explicit_dry_run_spec to true",
            ),
          ]
        : []),
      ...(isTrue(explicit) && items(spec).length === 0
        ? [
            report(
              perimeter,
              "it announces a dry run and has no spec",
              "add a spec, or leave use_explicit_dry_run_spec out",
            ),
          ]
        : []),
      ...configurations(perimeter).flatMap(({ name, config }) => restrictions(perimeter, name, config)),
      ...locked(context, perimeter),
    ];
  });
}

function restrictions(perimeter: TerraformResource, name: string, config: Block): LintFinding[] {
  const accessible = block(config, "vpc_accessible_services");
  const isBound = isTrue(accessible?.["enable_restriction"]) && items(accessible?.["allowed_services"]).length > 0;
  const isEmpty = items(config["restricted_services"]).length === 0;
  if (isEmpty && name === "status") return [];
  return [
    ...(isEmpty ? [report(perimeter, `${name} restricts no service`, "name the services in restricted_services")] : []),
    ...(isBound
      ? []
      : [
          report(
            perimeter,
            `${name} has no vpc_accessible_services, so clients inside reach APIs that no perimeter protects`,
            "set enable_restriction to true and allowed_services to RESTRICTED-SERVICES",
          ),
        ]),
  ];
}

// Without a door the next apply is refused, and so is taking the perimeter away.
function locked(context: GcpContext, perimeter: TerraformResource): LintFinding[] {
  const status = block(perimeter.values, "status");
  if (status === undefined || items(status["restricted_services"]).length === 0) return [];
  const isOpen = items(status["access_levels"]).length > 0 || items(status["ingress_policies"]).length > 0;
  const rules = context
    .ofType(`${PERIMETER}_ingress_policy`)
    .some(({ values }) => context.identity(values["perimeter"]) === perimeter.address);
  return isOpen || rules
    ? []
    : [
        report(
          perimeter,
          "it is enforced without an access level or an ingress rule, so whoever deploys is shut out",
          "begin with spec and use_explicit_dry_run_spec, and add the deployer's access level before status",
        ),
      ];
}

/**
 * CORDON-246. Members are named by a project's number or a network's full name, have one owner, and are in before a rule
 * speaks of them; no rule opens the perimeter to anybody.
 *
 * @see https://cloud.google.com/vpc-service-controls/docs/manage-service-perimeters
 */
export function perimeterMembers(context: GcpContext): LintFinding[] {
  const parts = context.ofForm(new RegExp(`^${PERIMETER}_(dry_run_)?resource$`));
  return [
    ...context
      .ofType(PERIMETER)
      .flatMap((perimeter) =>
        configurations(perimeter).flatMap(({ config }) =>
          items(config["resources"]).flatMap((member) => named(perimeter, member)),
        ),
      ),
    ...parts.flatMap((part) => named(part, part.values["resource"])),
    ...context.ofType(PERIMETER).flatMap((perimeter) => owners(context, perimeter, parts)),
    ...context
      .ofForm(new RegExp(`^${PERIMETER}_(dry_run_)?(in|e)gress_policy$`))
      .flatMap((rule) => [...order(context, rule, parts), ...open(rule)]),
  ];
}

function named(at: TerraformResource, member: unknown): LintFinding[] {
  return MEMBER.test(String(member))
    ? []
    : [
        report(
          at,
          `Google refuses ${shown(member)} as a member`,
          "write projects/<number> or //compute.googleapis.com/projects/<id>/global/networks/<name>",
        ),
      ];
}

function owners(context: GcpContext, perimeter: TerraformResource, parts: TerraformResource[]): LintFinding[] {
  const ignored = items(block(perimeter.values, "lifecycle")?.["ignore_changes"]).map(String);
  const own = parts.filter(({ values }) => context.identity(values["perimeter_name"]) === perimeter.address);
  const sections = new Map(own.map((part) => [part.type.includes("dry_run") ? "spec" : "status", part]));
  return [...sections]
    .filter(([section]) => !ignored.some((text) => text === "all" || text.startsWith(section)))
    .map(([section, part]) =>
      report(
        perimeter,
        `Terraform removes ${part.address} at every other apply, because the perimeter owns its members too`,
        `add ${section}[0].resources to lifecycle.ignore_changes`,
      ),
    );
}

function order(context: GcpContext, rule: TerraformResource, parts: TerraformResource[]): LintFinding[] {
  const isDryRun = rule.type.includes("dry_run");
  const perimeter = context.identity(rule.values["perimeter"]);
  return parts
    .filter(
      ({ type, values }) =>
        type.includes("dry_run") === isDryRun && context.identity(values["perimeter_name"]) === perimeter,
    )
    .filter(({ address }) => !context.waitsFor(rule, address))
    .map(({ address }) =>
      report(
        rule,
        `it does not wait for ${address}, and Google refuses a rule for what is not in the perimeter`,
        `add ${address} to its depends_on`,
      ),
    );
}

function open(rule: TerraformResource): LintFinding[] {
  const isEgress = rule.type.endsWith("egress_policy");
  const from = block(rule.values, isEgress ? "egress_from" : "ingress_from");
  const to = block(rule.values, isEgress ? "egress_to" : "ingress_to");
  const isAnybody = from?.["identity_type"] === "ANY_IDENTITY";
  const isAnywhere = isEgress
    ? items(to?.["resources"]).includes("*")
    : blocks(from, "sources").some((source) => source["access_level"] === "*");
  return isAnybody && isAnywhere
    ? [
        report(
          rule,
          `it lets any identity ${isEgress ? "reach resources of anybody" : "in from anywhere"}`,
          "name identities, and where they may go or come from",
        ),
      ]
    : [];
}
