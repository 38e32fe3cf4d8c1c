import type { FirewallInput, RuleGroupInput } from "./firewall-input";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Terraform's JSON writes one nested block as an object and several as an array. */
function blocks(value: Json | undefined): { readonly [key: string]: Json }[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.filter(
    (one): one is { readonly [key: string]: Json } => typeof one === "object" && one !== null && !Array.isArray(one),
  );
}

function resources(root: Json, type: string): [string, { readonly [key: string]: Json }][] {
  const byType = blocks(blocks(root)[0]?.["resource"])[0]?.[type];
  return Object.entries(blocks(byType)[0] ?? {}).flatMap(([name, body]) =>
    blocks(body).map((values): [string, { readonly [key: string]: Json }] => [name, values]),
  );
}

function ipSets(ruleVariables: Json | undefined): { name: string; cidrs: string[] }[] {
  return blocks(ruleVariables)
    .flatMap((variables) => [
      ...blocks(variables["ip_sets"]),
      ...(variables["ip_set"] === undefined ? [] : [variables]),
    ])
    .map((set) => ({
      name: String(set["key"]),
      cidrs: blocks(set["ip_set"]).flatMap((one) => literals(one["definition"])),
    }));
}

function literals(value: Json | undefined): string[] {
  const list = Array.isArray(value) ? value : [];
  const text = list.filter((one): one is string => typeof one === "string");
  const reference = text.find((one) => one.includes("${"));
  if (text.length !== list.length || reference !== undefined)
    throw new Error(`an address that is not literal: ${JSON.stringify(value)}`);
  return text;
}

/**
 * What the one firewall policy of a synthesized stack gives to its engine: the rule groups by priority, their IP sets and
 * `HOME_NET`. Reads the JSON of `cdk.tf.json` alone, and refuses what it can't read.
 */
export function fromSynth(json: string): FirewallInput {
  const root = JSON.parse(json) as Json;
  const policies = resources(root, "aws_networkfirewall_firewall_policy");
  const [policy] = policies;
  if (policy === undefined || policies.length !== 1)
    throw new Error(`the stack has ${policies.length} firewall policies, one is expected`);
  const body = blocks(policy[1]["firewall_policy"])[0] ?? {};
  const variables = blocks(body["policy_variables"]).flatMap((one) => ipSets(one["rule_variables"]));
  const homeNet = variables.find((set) => set.name === "HOME_NET");
  if (homeNet === undefined) throw new Error("the firewall policy sets no HOME_NET");
  const byName = new Map(resources(root, "aws_networkfirewall_rule_group"));
  const groups = blocks(body["stateful_rule_group_reference"])
    .sort((a, b) => Number(a["priority"]) - Number(b["priority"]))
    .map((reference) => ruleGroup(byName, String(reference["resource_arn"])));
  if (groups.length === 0) throw new Error("the firewall policy refers to no rule group");
  return { groups, homeNet: homeNet.cidrs };
}

function ruleGroup(groups: ReadonlyMap<string, { readonly [key: string]: Json }>, arn: string): RuleGroupInput {
  const name = /^\$\{aws_networkfirewall_rule_group\.([\w-]+)\.arn\}$/.exec(arn)?.[1];
  const values = name === undefined ? undefined : groups.get(name);
  if (values === undefined) throw new Error(`${arn} is not a rule group of this stack`);
  const body = blocks(values["rule_group"])[0] ?? {};
  const rules = blocks(body["rules_source"])[0]?.["rules_string"];
  if (typeof rules !== "string") throw new Error(`${arn} has no rules_string`);
  return { rules, ipSets: ipSets(body["rule_variables"]) };
}
