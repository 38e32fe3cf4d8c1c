import type { LintContext } from "./lint-context";
import type { LintFinding } from "./terraform-resource";
import { finding } from "./values";

const BROKEN = /\.\d+\["\w+\[/;

/**
 * CORDON-097. A reference through a set of blocks that the generated bindings write as one key,
 * `.0["attachment[0].endpoint_id"]`: `terraform validate` accepts it and apply fails with "Invalid index".
 */
export function generatedAccessors(context: LintContext): LintFinding[] {
  return context.resources
    .filter((resource) => texts(resource.values).some((text) => BROKEN.test(text)))
    .map((resource) =>
      finding(
        "CORDON-097",
        resource,
        'Terraform accepts the reference .0["attachment[0]...."] and fails on it at apply (Invalid index)',
        "look endpoints up by zone in a local: { for s in <firewall>.firewall_status[0].sync_states : s.availability_zone => s.attachment[0].endpoint_id }",
      ),
    );
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}
