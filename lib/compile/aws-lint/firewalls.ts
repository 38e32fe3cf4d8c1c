import type { LintContext } from "./lint-context";
import type { LintFinding } from "./terraform-resource";
import { areBlocksUnknown, block, blocks, finding, isReference, isTrue, shown } from "./values";

const PROTECTIONS = ["delete_protection", "subnet_change_protection", "firewall_policy_change_protection"];

const DESTINATIONS: Record<string, { readonly required: string; readonly optional?: string }> = {
  S3: { required: "bucketName", optional: "prefix" },
  CloudWatchLogs: { required: "logGroup" },
  KinesisDataFirehose: { required: "deliveryStream" },
};
const LOG_TYPES = ["ALERT", "FLOW", "TLS"];

/** CORDON-096. A firewall can't be deleted, moved or given another policy by one call, except during maintenance. Unknown is off. */
export function firewallProtections(context: LintContext): LintFinding[] {
  if (context.options.maintenance === true) return [];
  return context
    .ofType("aws_networkfirewall_firewall")
    .flatMap((firewall) =>
      PROTECTIONS.filter((name) => !isTrue(firewall.values[name])).map((name) =>
        finding(
          "CORDON-096",
          firewall,
          `${name} is ${shown(firewall.values[name])}, so AWS lets one call take the firewall out of the path`,
          `set ${name} to true, or declare maintenance`,
        ),
      ),
    );
}

/**
 * CORDON-090. A log destination has the keys of its type: Terraform takes any key, AWS does not. Types that only apply
 * knows are skipped: AWS refuses a wrong one.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_LogDestinationConfig.html
 */
export function firewallLogging(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_logging_configuration").flatMap((logging) => {
    const report = (problem: string, fix: string) => [finding("CORDON-090", logging, problem, fix)];
    const body = block(logging.values, "logging_configuration");
    return blocks(body, "log_destination_config").flatMap((config) => {
      const { log_destination_type: type, log_type: logType } = config;
      const known = LOG_TYPES.includes(String(logType)) || isReference(logType);
      const wrongType = known
        ? []
        : report(
            `AWS refuses the log type ${shown(logType)} (InvalidRequestException)`,
            `use one of ${LOG_TYPES.join(", ")}`,
          );
      if (isReference(type) || areBlocksUnknown(config, "log_destination")) return wrongType;
      const destination = DESTINATIONS[String(type)];
      if (destination === undefined) {
        return [
          ...wrongType,
          ...report(
            `AWS refuses the log destination type ${shown(type)} (InvalidRequestException)`,
            `use one of ${Object.keys(DESTINATIONS).join(", ")}`,
          ),
        ];
      }
      const keys = Object.keys(block(config, "log_destination") ?? {});
      const wrong = keys.filter((key) => key !== destination.required && key !== destination.optional);
      const missing = keys.includes(destination.required) ? [] : [destination.required];
      if (wrong.length + missing.length === 0) return wrongType;
      const what = wrong.length > 0 ? `the key ${wrong.join(", ")}` : "no destination";
      return [
        ...wrongType,
        ...report(
          `AWS refuses a log destination of type ${shown(type)} with ${what} (InvalidRequestException)`,
          `name the destination by ${destination.required}`,
        ),
      ];
    });
  });
}
