import type { LintFinding } from "../aws-lint/terraform-resource";
import type { AzureContext } from "./azure-context";
import { type FirewallRule, firewallRules, onRule } from "./firewall-rule";
import { written } from "./places";

const SOURCES = ["source_addresses", "source_ip_groups"];
const DESTINATIONS = {
  network: ["destination_addresses", "destination_ip_groups", "destination_fqdns"],
  application: [
    "destination_fqdns",
    "target_fqdns",
    "destination_urls",
    "destination_fqdn_tags",
    "fqdn_tags",
    "web_categories",
  ],
  nat: [],
};

/** CORDON-270. Azure refuses a group in which one rule names no source, no destination, or has an empty list of them. */
export function emptyLists(context: AzureContext): LintFinding[] {
  return firewallRules(context).flatMap((rule) => [
    ...ofKind(rule, SOURCES, "source"),
    ...(rule.kind === "nat" ? [] : ofKind(rule, DESTINATIONS[rule.kind], "destination")),
  ]);
}

function ofKind(rule: FirewallRule, names: readonly string[], what: string): LintFinding[] {
  const { values } = rule;
  if (names.every((name) => written(values[name]).length === 0)) {
    return [
      onRule("CORDON-270", rule, `names no ${what}, and Azure refuses the whole group`, `name a ${what}, or remove it`),
    ];
  }
  const isEmpty = (list: unknown): boolean => Array.isArray(list) && written(list).length < Math.max(list.length, 1);
  return names
    .filter((name) => isEmpty(values[name]))
    .map((name) =>
      onRule(
        "CORDON-270",
        rule,
        `has an empty ${name}, and Azure refuses the whole group`,
        "leave the list out, and blank entries too",
      ),
    );
}
