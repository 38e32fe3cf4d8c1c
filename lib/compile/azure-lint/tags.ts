import type { LintFinding } from "../aws-lint/terraform-resource";
import type { AzureContext } from "./azure-context";
import { firewallRules, onRule, passing } from "./firewall-rule";
import { some } from "./places";
import { isKnown, isShared } from "./service-tags";

/**
 * CORDON-263. A tag of a service that customers rent stands for whoever rents there.
 *
 * @see https://learn.microsoft.com/azure/firewall/service-tags
 */
export function sharedTags(context: AzureContext): LintFinding[] {
  return passing(context, "network").flatMap((rule) => {
    const tags = rule.isWatched ? [] : rule.destinations.filter(({ isTag, text }) => isTag && isShared(text));
    return tags.length === 0
      ? []
      : [
          onRule(
            "CORDON-263",
            rule,
            `passes traffic to ${some(tags.map(({ text }) => text))}, behind which every customer of Azure has resources`,
            "use addPrivateEndpoint, or an application rule with the exact names",
          ),
        ];
  });
}

/** CORDON-271. A word that Azure has no tag for stands for no address, in denying rules too. */
export function unknownTags(context: AzureContext): LintFinding[] {
  return firewallRules(context)
    .filter(({ kind }) => kind === "network")
    .flatMap((rule) =>
      rule.destinations
        .filter(({ isTag, text }) => isTag && !isKnown(text))
        .map(({ text }) =>
          onRule(
            "CORDON-271",
            rule,
            `names "${text}", which is neither an address nor a service tag, so that it matches nothing`,
            "write an address, a block, a range, or a tag as Azure spells it",
          ),
        ),
    );
}
