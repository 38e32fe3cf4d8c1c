import type { LintFinding } from "../aws-lint/terraform-resource";
import { finding, isAbsent, isReference, items, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

/**
 * CORDON-245. A federation takes tokens of one tenant: its provider has a condition that can fail, and grants name a
 * subject or a group of it. A condition that only apply knows shows nothing.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-other-providers#conditions
 */
export function federation(context: GcpContext): LintFinding[] {
  return [
    ...context.ofType("google_iam_workload_identity_pool_provider").flatMap((provider) => {
      const condition = provider.values["attribute_condition"];
      const isOpen = isAbsent(condition) || isReference(condition) || ["", "true"].includes(String(condition).trim());
      return isOpen
        ? [
            finding(
              "CORDON-245",
              provider,
              `attribute_condition is ${shown(condition)}, so any tenant of the issuer may be let in`,
              "bind the tenant, e.g. assertion.repository_owner == 'acme'",
            ),
          ]
        : [];
    }),
    ...context
      .ofForm(/_iam_(member|binding)$/)
      .flatMap((grant) =>
        [...items(grant.values["member"]), ...items(grant.values["members"])]
          .filter((member) => /^principalSet:.*\/\*$/.test(String(member)))
          .map((member) =>
            finding(
              "CORDON-245",
              grant,
              `${shown(member)} is every identity of the pool`,
              "name one subject with principal://",
            ),
          ),
      ),
  ];
}
