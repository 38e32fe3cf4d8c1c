import { CordonError } from "../errors/cordon-error";
import {
  blocks,
  type JsonValue,
  type Resource,
  referenceOf,
  resourcesOf,
  strings,
  type TerraformJson,
  text,
} from "./terraform-json";

/** A rule group of a firewall, as its policy refers to it. */
export interface FirewallGroup {
  readonly address: string;
  /** Undefined if the group's rules are not readable text. */
  readonly rules: string | undefined;
  /** Addresses by variable name, without its `$`. */
  readonly ipSets: Map<string, string[]>;
}

/** What a firewall's policy is made of. */
export interface FirewallReading {
  /** In the order in which the policy evaluates them. */
  readonly groups: FirewallGroup[];
  /** Parts that this reader can't bound: each counts as one that passes anything. */
  readonly unbounded: string[];
}

/** Reads the policy of a firewall. */
export function readFirewall(json: TerraformJson, firewall: string): FirewallReading {
  const reference = referenceOf(find(json, "aws_networkfirewall_firewall", firewall).values["firewall_policy_arn"]);
  const policy = find(json, "aws_networkfirewall_firewall_policy", reference);
  const body = blocks(policy.values["firewall_policy"])[0] ?? {};
  const variables = blocks(blocks(body["policy_variables"])[0]?.["rule_variables"]);
  const groups = blocks(body["stateful_rule_group_reference"])
    .sort((a, b) => Number(a["priority"] ?? 0) - Number(b["priority"] ?? 0))
    .map((one) => find(json, "aws_networkfirewall_rule_group", referenceOf(one["resource_arn"])))
    .map((group): FirewallGroup => {
      const inner = blocks(group.values["rule_group"])[0] ?? {};
      const own = blocks(blocks(inner["rule_variables"])[0]?.["ip_sets"]);
      return {
        address: group.address,
        rules: rulesText(inner),
        ipSets: new Map(
          [...variables, ...own].map((set) => [text(set["key"]), strings(blocks(set["ip_set"])[0]?.["definition"])]),
        ),
      };
    });
  const unread = groups.filter((group) => group.rules === undefined).map((group) => group.address);
  return { groups, unbounded: [...openDefaults(body).map((what) => `${policy.address} ${what}`), ...unread] };
}

// Undefined for rules in another form than text, and for text that Terraform completes.
function rulesText(group: { [key: string]: JsonValue }): string | undefined {
  const rules = blocks(group["rules_source"])[0]?.["rules_string"];
  return typeof rules === "string" && !/[$%]\{/.test(rules) ? rules : undefined;
}

function openDefaults(policy: { [key: string]: JsonValue }): string[] {
  const closing = (action: string): boolean => action === "aws:forward_to_sfe" || action === "aws:drop";
  return [
    ...["stateless_default_actions", "stateless_fragment_default_actions"].filter((name) => {
      const actions = strings(policy[name]);
      return !actions.some(closing) || actions.includes("aws:pass");
    }),
    ...["stateless_rule_group_reference"].filter((name) => blocks(policy[name]).length > 0),
    ...["stateful_default_actions"].filter((name) => !strings(policy[name]).some((one) => one.startsWith("aws:drop"))),
  ];
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
