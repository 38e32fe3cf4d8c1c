import type { LintFinding } from "../aws-lint/terraform-resource";
import { blocks, finding, isAbsent } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";

/** CORDON-284. Flow logs are of networks: Azure takes no new one of a security group. */
export function flowLogs(context: AzureContext): LintFinding[] {
  return context
    .ofType("azurerm_network_watcher_flow_log")
    .filter(({ values }) => !isAbsent(values["network_security_group_id"]))
    .map((log) =>
      finding(
        "CORDON-284",
        log,
        `it is of ${context.nameOf(log.values["network_security_group_id"])}, and Azure takes no new flow log of a security group`,
        "set target_resource_id to the network",
      ),
    );
}

/** CORDON-285. Metrics are sent by `enabled_metric`; the provider's next version has no `metric`. */
export function diagnosticSettings(context: AzureContext): LintFinding[] {
  return context
    .ofType("azurerm_monitor_diagnostic_setting")
    .filter(({ values }) => blocks(values, "metric").length > 0)
    .map((setting) =>
      finding(
        "CORDON-285",
        setting,
        "it has metric, which the provider's next version does not know",
        "use enabled_metric",
      ),
    );
}
