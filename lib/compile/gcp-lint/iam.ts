import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { finding, isReference, items, shown } from "../aws-lint/values";
import { type GcpContext, references } from "./gcp-context";

const BASIC = ["roles/owner", "roles/editor", "roles/viewer"];
const EVERYBODY = ["allUsers", "allAuthenticatedUsers"];

/**
 * CORDON-244. Grants add one member to one role: they take nothing from others, name a role that is narrower than a
 * project, and somebody in particular. A role that only apply knows counts as wide, but for one of the stack's own.
 *
 * @see https://cloud.google.com/iam/docs/roles-overview
 */
export function iam(context: GcpContext): LintFinding[] {
  return [
    ...context.ofForm(/^google_.+_iam_(binding|policy)$/).map(authoritative),
    ...context.ofForm(/^google_.+_iam_(member|binding)$/).flatMap((grant) => [...wide(grant), ...anybody(grant)]),
  ];
}

function authoritative(grant: TerraformResource): LintFinding {
  const what = grant.type.endsWith("_policy")
    ? "every grant on the resource that is not in it"
    : "the role from every member that is not in it";
  return finding(
    "CORDON-244",
    grant,
    `it takes ${what}, also those that the stack or Google made`,
    `use ${grant.type.replace(/(binding|policy)$/, "member")}`,
  );
}

function wide(grant: TerraformResource): LintFinding[] {
  const { role } = grant.values;
  const isKnown = !isReference(role) || references(role).some((address) => /_custom_role\./.test(address));
  const isBasic = BASIC.includes(String(role));
  return isKnown && !isBasic
    ? []
    : [
        finding(
          "CORDON-244",
          grant,
          `role ${shown(role)} ${isBasic ? "holds for every service of the project" : "may be any"}`,
          "name a narrow role, or a custom role of single permissions",
        ),
      ];
}

function anybody(grant: TerraformResource): LintFinding[] {
  const { member, members } = grant.values;
  return [...items(member), ...items(members)]
    .filter((one) => EVERYBODY.includes(String(one)))
    .map((one) => finding("CORDON-244", grant, `${String(one)} is everybody on the internet`, "name one member"));
}
