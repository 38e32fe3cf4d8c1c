import type { LintFinding } from "../aws-lint/terraform-resource";
import { finding, grouped, isAbsent, isReference, numberOf, repeated } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { collections, groups } from "./firewall-rule";
import { plain } from "./places";

/**
 * CORDON-278. Groups of one policy, and collections of one kind in a group, have priorities of their own, collections
 * names as well: nothing else says which is asked first. A priority that only apply knows is Azure's to refuse.
 *
 * @see https://learn.microsoft.com/azure/firewall/policy-rule-sets
 */
export function collectionOrder(context: AzureContext): LintFinding[] {
  return [...groupPriorities(context), ...collectionPriorities(context), ...collectionNames(context)];
}

function groupPriorities(context: AzureContext): LintFinding[] {
  const known = groups(context).filter(({ values }) => numberOf(values["priority"]) !== undefined);
  const byPlace = grouped(
    known,
    ({ values }) => `${context.identity(values["firewall_policy_id"])} ${numberOf(values["priority"])}`,
  );
  return [...byPlace.values()].flatMap(([first, ...others]) =>
    others.map((group) =>
      finding(
        "CORDON-278",
        group,
        `priority ${numberOf(group.values["priority"])} is also that of ${first?.address}, and nothing says which is asked first`,
        "give each group of the policy a priority of its own",
      ),
    ),
  );
}

function collectionPriorities(context: AzureContext): LintFinding[] {
  const known = collections(context).filter(({ values }) => numberOf(values["priority"]) !== undefined);
  const byGroup = grouped(known, ({ owner, kind }) => `${owner.address} ${kind}`);
  return [...byGroup.values()].flatMap((all) =>
    repeated(all.map(({ values }) => numberOf(values["priority"]))).flatMap((priority) => {
      const [first] = all;
      return first === undefined
        ? []
        : [
            finding(
              "CORDON-278",
              first.owner,
              `two ${first.kind} collections have priority ${priority}, and nothing says which is asked first`,
              "give each collection a priority of its own",
            ),
          ];
    }),
  );
}

function collectionNames(context: AzureContext): LintFinding[] {
  const known = collections(context).filter(({ values: { name } }) => !isAbsent(name) && !isReference(name));
  const byGroup = grouped(known, ({ owner, kind }) => `${owner.address} ${kind}`);
  return [...byGroup.values()].flatMap((all) =>
    repeated(all.map(({ values }) => plain(values["name"]))).flatMap((name) => {
      const [first] = all;
      return first === undefined
        ? []
        : [
            finding(
              "CORDON-278",
              first.owner,
              `two ${first.kind} collections are named '${name}', so that the log does not tell them apart`,
              "give each collection a name of its own",
            ),
          ];
    }),
  );
}
