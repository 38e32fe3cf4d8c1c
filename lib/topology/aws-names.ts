import { referenceOf, resourcesOf, strings, type TerraformJson, text } from "./terraform-json";

/** Names that the resolver answers, each with the address of the list that has it. */
export type AllowedNames = Map<string, string>;

/** Reads the resolver's firewall: names of lists that a rule allows, or `*` where nothing refuses the rest. */
export function allowedNames(json: TerraformJson): AllowedNames {
  const lists = resourcesOf(json, "aws_route53_resolver_firewall_domain_list");
  const rules = resourcesOf(json, "aws_route53_resolver_firewall_rule");
  const domains = (list: string | undefined): string[] =>
    strings(lists.find((one) => one.address === list)?.values["domains"]).map((name) => name.toLowerCase());
  const allowed: AllowedNames = new Map();
  for (const rule of rules) {
    const list = referenceOf(rule.values["firewall_domain_list_id"]);
    if (text(rule.values["action"]) !== "ALLOW" || list === undefined) continue;
    for (const name of domains(list)) allowed.set(name, list);
  }
  const refusesRest = rules.some(
    (rule) =>
      text(rule.values["action"]) === "BLOCK" &&
      rule.values["q_type"] === undefined &&
      domains(referenceOf(rule.values["firewall_domain_list_id"])).includes("*"),
  );
  const associated = resourcesOf(json, "aws_route53_resolver_firewall_rule_group_association").length > 0;
  if (!refusesRest || !associated) allowed.set("*", "no rule of the resolver refuses it");
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
