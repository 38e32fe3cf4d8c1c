import { type Resource, referenceOf, refersTo, resourcesOf, strings, type TerraformJson, text } from "./terraform-json";

/** Names that the resolver answers, each with the address of the list that has it. */
export type AllowedNames = Map<string, string>;

/**
 * Reads the resolver's firewall of a VPC: names of lists that a rule allows, or `*` where nothing refuses the rest or
 * where a list or rule group is not in the stack.
 *
 * @param vpc the `vpc_id` of the subnets that ask
 */
export function allowedNames(json: TerraformJson, vpc: string): AllowedNames {
  const lists = resourcesOf(json, "aws_route53_resolver_firewall_domain_list");
  const domains = (rule: Resource): string[] | undefined => {
    const list = lists.find((one) => one.address === referenceOf(rule.values["firewall_domain_list_id"]));
    return list && strings(list.values["domains"]).map((name) => name.toLowerCase().replace(/\.$/, ""));
  };
  const groups = resourcesOf(json, "aws_route53_resolver_firewall_rule_group_association")
    .filter((one) => text(one.values["vpc_id"]) === vpc)
    .map((one) => referenceOf(one.values["firewall_rule_group_id"]));
  const rules = resourcesOf(json, "aws_route53_resolver_firewall_rule").filter((rule) =>
    groups.some((group) => group !== undefined && refersTo(rule.values["firewall_rule_group_id"], group)),
  );
  const allowed: AllowedNames = new Map();
  for (const rule of rules) {
    if (text(rule.values["action"]) !== "ALLOW") continue;
    for (const name of domains(rule) ?? ["*"])
      allowed.set(name, referenceOf(rule.values["firewall_domain_list_id"]) ?? rule.address);
  }
  const refusesRest = rules.some(
    (rule) =>
      text(rule.values["action"]) === "BLOCK" && rule.values["q_type"] === undefined && domains(rule)?.includes("*"),
  );
  if (!refusesRest || groups.includes(undefined)) allowed.set("*", "no rule of the resolver refuses it");
  return allowed;
}

/** The list that lets a name (`x.example.com` or `*.example.com`) be resolved, if one does. */
export function nameIsAllowed(names: AllowedNames, host: string): string | undefined {
  const exact = names.get("*") ?? names.get(host);
  if (exact !== undefined) return exact;
  const labels = host.split(".");
  for (let start = 1; start < labels.length; start += 1) {
    const list = names.get(`*.${labels.slice(start).join(".")}`);
    if (list !== undefined) return list;
  }
  return undefined;
}
