import type { LintFinding } from "../aws-lint/terraform-resource";
import { areBlocksUnknown, block, finding, isAbsent, isFalse, shown } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { firewallRules, onRule } from "./firewall-rule";
import { some, written } from "./places";

const POLICY = "azurerm_firewall_policy";

/**
 * CORDON-272. A parent's rules of each kind come before the policy's own: its network rules before every name.
 *
 * @see https://learn.microsoft.com/azure/firewall-manager/policy-overview
 */
export function parentPolicies(context: AzureContext): LintFinding[] {
  return context
    .ofType(POLICY)
    .filter(({ values }) => !isAbsent(values["base_policy_id"]) && values["base_policy_id"] !== "")
    .map((policy) =>
      finding(
        "CORDON-272",
        policy,
        `its parent is ${context.nameOf(policy.values["base_policy_id"])}, whose network rules come before every name on the agents' lists`,
        "leave base_policy_id out",
      ),
    );
}

/**
 * CORDON-273. Names in network rules stand for the addresses that the firewall's own proxy answered: without it an agent
 * and the firewall may mean two hosts by one name. A proxy that only apply knows is Azure's to refuse.
 *
 * @see https://learn.microsoft.com/azure/firewall/fqdn-filtering-network-rules
 */
export function proxyOfNames(context: AzureContext): LintFinding[] {
  return firewallRules(context)
    .filter(({ kind, values }) => kind === "network" && written(values["destination_fqdns"]).length > 0)
    .flatMap((rule) => {
      const { engine, values } = rule;
      if (engine === undefined || !isProxyOff(engine)) return [];
      const names = written(values["destination_fqdns"]).map((name) => shown(name).replace(/^"|"$/g, ""));
      return [
        onRule(
          "CORDON-273",
          rule,
          `means ${some(names)} by address, and the DNS proxy of ${engine.address} is off`,
          "use an application rule, or set proxy_enabled to true",
        ),
      ];
    });
}

function isProxyOff({ type, values }: { readonly type: string; readonly values: Record<string, unknown> }): boolean {
  if (type !== POLICY) return isFalse(values["dns_proxy_enabled"]);
  return !areBlocksUnknown(values, "dns") && isFalse(block(values, "dns")?.["proxy_enabled"]);
}
