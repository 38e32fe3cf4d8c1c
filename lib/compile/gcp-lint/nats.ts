import type { LintFinding } from "../aws-lint/terraform-resource";
import { block, finding, isTrue, shown } from "../aws-lint/values";
import type { GcpContext } from "./gcp-context";

/**
 * CORDON-235. Addresses are translated where the tier lets agents leave by them, for named subnets, with a record of
 * everything; nowhere else. A value that only apply knows is wrong.
 *
 * @see https://cloud.google.com/nat/docs/overview
 */
export function nats(context: GcpContext): LintFinding[] {
  return context.ofType("google_compute_router_nat").flatMap((nat) => {
    const report = (problem: string, fix: string): LintFinding => finding("CORDON-235", nat, problem, fix);
    if (context.options.nat !== true) {
      return [
        report(
          "it gives interfaces without a public address a way to the internet, past the proxy",
          "remove it, or use the tier that passes names at the firewall",
        ),
      ];
    }
    const ranges = nat.values["source_subnetwork_ip_ranges_to_nat"];
    const { enable, filter } = block(nat.values, "log_config") ?? {};
    return [
      ...(ranges === "LIST_OF_SUBNETWORKS"
        ? []
        : [
            report(
              `source_subnetwork_ip_ranges_to_nat is ${shown(ranges)}, so subnets of nobody's are translated too`,
              "use LIST_OF_SUBNETWORKS and name the agents' subnets",
            ),
          ]),
      ...(isTrue(enable) && filter === "ALL"
        ? []
        : [
            report(
              `log_config has enable ${shown(enable)} and filter ${shown(filter)}, so translations leave no record`,
              "set enable to true and filter to ALL",
            ),
          ]),
    ];
  });
}
