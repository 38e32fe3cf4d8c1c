import { CordonError } from "../errors/cordon-error";
import { blocks, type Resource, referenceOf, resourcesOf, strings, type TerraformJson, text } from "./terraform-json";

/** A rule group of a firewall, as its policy refers to it. */
export interface FirewallGroup {
  readonly address: string;
  readonly rules: string;
  /** Addresses by variable name, without its `$`. */
  readonly ipSets: Map<string, string[]>;
}

/** The rule groups behind a firewall, in the order in which its policy evaluates them. */
export function firewallGroups(json: TerraformJson, firewall: string): FirewallGroup[] {
  const policy = referenceOf(find(json, "aws_networkfirewall_firewall", firewall).values["firewall_policy_arn"]);
  const body = blocks(find(json, "aws_networkfirewall_firewall_policy", policy).values["firewall_policy"])[0] ?? {};
  const variables = blocks(blocks(body["policy_variables"])[0]?.["rule_variables"]);
  return blocks(body["stateful_rule_group_reference"])
    .sort((a, b) => Number(a["priority"] ?? 0) - Number(b["priority"] ?? 0))
    .map((reference) => {
      const group = find(json, "aws_networkfirewall_rule_group", referenceOf(reference["resource_arn"]));
      const inner = blocks(group.values["rule_group"])[0] ?? {};
      const own = blocks(blocks(inner["rule_variables"])[0]?.["ip_sets"]);
      return {
        address: group.address,
        rules: text(blocks(inner["rules_source"])[0]?.["rules_string"]),
        ipSets: new Map(
          [...variables, ...own].map((set) => [text(set["key"]), strings(blocks(set["ip_set"])[0]?.["definition"])]),
        ),
      };
    });
}

function find(json: TerraformJson, type: string, address: string | undefined): Resource {
  const found = resourcesOf(json, type).find((resource) => resource.address === address);
  if (found === undefined) {
    throw new CordonError(
      "CORDON-141",
      "topology",
      `${address ?? `an ${type}`} is not in this stack, so what its firewall passes is unknown`,
      "keep firewall, policy and rule groups in the agents' stack",
    );
  }
  return found;
}
