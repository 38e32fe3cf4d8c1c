import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { finding, shown } from "../aws-lint/values";
import { associations, type FirewallRule, firewallRules } from "./firewall-rule";
import type { GcpContext } from "./gcp-context";
import { workloadNetworks } from "./networks";

const EVERYWHERE = ["0.0.0.0/0", "::/0"];

/**
 * CORDON-228. A network in which workloads stand has a firewall policy that comes before every classic rule and ends by
 * refusing what goes out, in both families: Google passes it otherwise. A policy whose rules are not of this stack shows
 * nothing, and does not count.
 *
 * @see https://cloud.google.com/firewall/docs/firewall-policies-rule-eval-order
 */
export function defaultDeny(context: GcpContext): LintFinding[] {
  return workloadNetworks(context).flatMap((network) => [...order(network), ...ends(context, network)]);
}

function order(network: TerraformResource): LintFinding[] {
  const value = network.values["network_firewall_policy_enforcement_order"];
  return value === "BEFORE_CLASSIC_FIREWALL"
    ? []
    : [
        finding(
          "CORDON-228",
          network,
          `network_firewall_policy_enforcement_order is ${shown(value)}, so any classic rule comes before the policy`,
          "set it to BEFORE_CLASSIC_FIREWALL",
        ),
      ];
}

function ends(context: GcpContext, network: TerraformResource): LintFinding[] {
  const policies = policiesOf(context, network);
  if (policies.size === 0) {
    return [
      finding(
        "CORDON-228",
        network,
        "no firewall policy is associated with it, and Google passes everything outward",
        "associate a policy that ends by refusing 0.0.0.0/0 and ::/0",
      ),
    ];
  }
  const rules = firewallRules(context).filter((rule) => policies.has(rule.scope));
  return EVERYWHERE.filter((range) => !rules.some((rule) => refusesAll(rule, range))).map((range) =>
    finding(
      "CORDON-228",
      network,
      `no rule of ${[...policies].sort().join(", ")} refuses what goes out to ${range}, and Google passes it`,
      `add a last rule that denies EGRESS to ${range} for all protocols, without a target`,
    ),
  );
}

/** Identities of the policies that are associated with a network. */
function policiesOf(context: GcpContext, { address }: TerraformResource): Set<string> {
  const bound = associations(context).filter(({ values }) => context.identity(values["attachment_target"]) === address);
  return new Set(bound.map(({ values }) => context.identity(values["firewall_policy"])));
}

/** Whether a rule refuses all that goes out of a network to a range, whoever sends it. */
function refusesAll(rule: FirewallRule, range: string): boolean {
  return (
    rule.values["direction"] === "EGRESS" &&
    rule.action === "deny" &&
    !rule.isDisabled &&
    rule.destinations.includes(range) &&
    rule.accounts.length + rule.tags.length + rule.sources.length === 0 &&
    rule.services.some(({ protocol }) => protocol === "all")
  );
}
