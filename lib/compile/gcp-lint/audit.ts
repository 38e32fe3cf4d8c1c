import type { LintFinding } from "../aws-lint/terraform-resource";
import { block, finding, isTrue, items, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

/**
 * CORDON-249. Audit logs are configured service by service: one setting for all of them replaces what others set.
 *
 * @see https://cloud.google.com/logging/docs/audit/configure-data-access
 */
export function auditConfigs(context: GcpContext): LintFinding[] {
  return context
    .ofForm(/^google_(project|folder|organization)_iam_audit_config$/)
    .filter(({ values }) => values["service"] === "allServices")
    .map((config) =>
      finding(
        "CORDON-249",
        config,
        "it sets the audit logs of allServices, and takes away what others set for all of them",
        "name one service, e.g. storage.googleapis.com",
      ),
    );
}

/** CORDON-249. A bucket keeps what it is given, for those who may read it: private, and with one way of keeping. Unknown is off. */
export function buckets(context: GcpContext): LintFinding[] {
  return context.ofType("google_storage_bucket").flatMap((bucket) => {
    const { public_access_prevention: prevention, uniform_bucket_level_access: uniform } = bucket.values;
    const isTwice =
      items(bucket.values["retention_policy"]).length > 0 && isTrue(block(bucket.values, "versioning")?.["enabled"]);
    const report = (problem: string, fix: string): LintFinding => finding("CORDON-249", bucket, problem, fix);
    return [
      ...(isTwice
        ? [
            report(
              "it has a retention policy and versioning, and Google takes one of the two",
              "keep the retention policy",
            ),
          ]
        : []),
      ...(prevention === "enforced"
        ? []
        : [
            report(`public_access_prevention is ${shown(prevention)}, so one grant publishes it`, "set it to enforced"),
          ]),
      ...(isTrue(uniform)
        ? []
        : [
            report(
              `uniform_bucket_level_access is ${shown(uniform)}, so grants on single objects stand beside its own`,
              "set it to true",
            ),
          ]),
    ];
  });
}
