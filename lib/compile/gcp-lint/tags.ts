import { quoted } from "../../errors/cordon-error";
import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { finding, isReference, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

const report = (at: TerraformResource, problem: string, fix: string): LintFinding =>
  finding("CORDON-248", at, problem, fix);

/**
 * CORDON-248. Tags hang on things by number: by a project's or an instance's name Google takes them, and Terraform makes
 * them again at every apply, or binds nothing.
 *
 * @see https://github.com/hashicorp/terraform-provider-google/issues/14792
 */
export function tags(context: GcpContext): LintFinding[] {
  return [
    ...context.ofType("google_tags_tag_key").flatMap((key) => [...parent(context, key), ...purpose(key)]),
    ...context
      .ofType("google_tags_tag_binding", "google_tags_location_tag_binding")
      .flatMap((binding) => bound(binding)),
  ];
}

function parent(context: GcpContext, key: TerraformResource): LintFinding[] {
  const value = String(key.values["parent"]);
  const reference = context.reference(value);
  const isNumber = /^(projects|organizations)\/(\d+|.*\$\{[^}]*(number|org_id)\}|\$\{(var|local)\.[^}]*\})$/.test(
    value,
  );
  const isOrganization =
    reference !== undefined &&
    ["name", "org_id"].includes(reference.attribute) &&
    /organization/.test(reference.address);
  return isNumber || isOrganization || /^\$\{(var|local)\./.test(value)
    ? []
    : [
        report(
          key,
          `parent is ${quoted(value)}, and Terraform makes a key again at every apply unless its project is named by number`,
          "use projects/<number>, e.g. of data.google_project",
        ),
      ];
}

function purpose(key: TerraformResource): LintFinding[] {
  if (key.values["purpose"] !== "GCE_FIREWALL") return [];
  const data = key.values["purpose_data"];
  const { network, organization } = (typeof data === "object" && data !== null ? data : {}) as Record<string, unknown>;
  const isNamed = /^[^/]+\/[^/]+$/.test(String(network)) || (typeof network === "string" && isReference(network));
  return isNamed || organization !== undefined
    ? []
    : [
        report(
          key,
          `purpose_data.network is ${shown(network)}, and firewalls take a tag of one network`,
          "use <project>/<network name>",
        ),
      ];
}

function bound(binding: TerraformResource): LintFinding[] {
  const value = String(binding.values["parent"]);
  const [, instance] = /\/instances\/(.+)$/.exec(value) ?? [];
  const isInstance = instance !== undefined || /\$\{google_compute_instance\./.test(value);
  if (!isInstance) return [];
  return /^(\d+|\$\{[^}]*\.instance_id\})$/.test(instance ?? "") &&
    value.startsWith("//compute.googleapis.com/projects/")
    ? []
    : [
        report(
          binding,
          `parent is ${quoted(value)}, and Google binds a tag to an instance by its number`,
          "use //compute.googleapis.com/projects/<number>/zones/<zone>/instances/<instance_id>",
        ),
      ];
}
