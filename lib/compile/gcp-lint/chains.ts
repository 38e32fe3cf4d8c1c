import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { block, finding, grouped, isReference, items } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

/**
 * Resources that Terraform would write at the same time as another one of their group: `[late, early]`. In an order
 * without a gap each waits for all before it, so the number of those awaited tells its place.
 */
export function parallel(
  context: GcpContext,
  group: readonly TerraformResource[],
): { readonly late: TerraformResource; readonly early: TerraformResource }[] {
  const addresses = new Set(group.map(({ address }) => address));
  const places = new Map<number, TerraformResource>();
  return group.flatMap((late) => {
    const place = [...context.awaited(late.address)].filter((address) => addresses.has(address)).length;
    const early = places.get(place);
    if (early !== undefined) return [{ late, early }];
    places.set(place, late);
    return [];
  });
}

/**
 * CORDON-247. Google refuses two changes of organisation policies of one resource, or of one perimeter, at once (409).
 *
 * @see https://github.com/hashicorp/terraform-provider-google/issues/20519
 */
export function writeOrders(context: GcpContext): LintFinding[] {
  const policies = grouped(context.ofType("google_org_policy_policy"), ({ values }) =>
    context.identity(values["parent"]),
  );
  const parts = grouped(context.ofForm(/^google_access_context_manager_service_perimeter_\w+$/), ({ values }) =>
    context.identity(values["perimeter_name"] ?? values["perimeter"]),
  );
  const report = (groups: Iterable<TerraformResource[]>, what: string): LintFinding[] =>
    [...groups].flatMap((group) =>
      parallel(context, group).map(({ late, early }) =>
        finding(
          "CORDON-247",
          late,
          `it is written at the same time as ${early.address}, and Google refuses two writes to ${what} at once`,
          "let each depend on the one before",
        ),
      ),
    );
  return [
    ...report(policies.values(), "the organisation policies of one resource"),
    ...report(parts.values(), "one perimeter"),
  ];
}

/** CORDON-223. Terraform wants an address in `replace_triggered_by`, and refuses a template. */
export function replaceTriggers(context: GcpContext): LintFinding[] {
  return context.resources.flatMap((resource) => {
    const triggers = items(block(resource.values, "lifecycle")?.["replace_triggered_by"]);
    return triggers.filter(isReference).map((trigger) => {
      const address = /[a-z][\w.-]+\.[\w-]+/.exec(String(trigger))?.[0] ?? "<type>.<name>";
      return finding(
        "CORDON-223",
        resource,
        `Terraform refuses the template ${JSON.stringify(trigger)} in replace_triggered_by`,
        `write the address, ${address}`,
      );
    });
  });
}
