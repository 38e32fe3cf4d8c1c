import type { LintFinding } from "../aws-lint/terraform-resource";
import { blocks, finding, isAbsent, isTrue, shown } from "../aws-lint/values";
import { type FirewallRule, firewallRules } from "./firewall-rule";
import type { GcpContext } from "./gcp-context";

/**
 * CORDON-231. Every rule leaves a record of what it decided and says what it is for; landing zones refuse others. A
 * switch that only apply knows is off.
 *
 * @see https://cloud.google.com/firewall/docs/firewall-rules-logging
 */
export function firewallRecords(context: GcpContext): LintFinding[] {
  return firewallRules(context)
    .filter(({ action, isDisabled }) => action !== "goto_next" && !isDisabled)
    .flatMap((rule) => [
      ...(isRecorded(rule)
        ? []
        : [
            finding(
              "CORDON-231",
              rule.owner,
              `${rule.label} leaves no record (${recordOf(rule)})`,
              rule.kind === "classic" ? "add a log_config" : "set enable_logging to true",
            ),
          ]),
      ...(isAbsent(rule.values["description"]) || rule.values["description"] === ""
        ? [finding("CORDON-231", rule.owner, `${rule.label} has no description`, "say what it is for")]
        : []),
    ]);
}

function isRecorded({ kind, values }: FirewallRule): boolean {
  return kind === "classic" ? blocks(values, "log_config").length > 0 : isTrue(values["enable_logging"]);
}

function recordOf({ kind, values }: FirewallRule): string {
  return kind === "classic" ? "log_config is absent" : `enable_logging is ${shown(values["enable_logging"])}`;
}
