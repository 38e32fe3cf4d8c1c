import type { Fault, ResolverFacts } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { hasUnknown, isAbsent, listOf, numberOf, stringsOf, target, textOf, tokensOf } from "../read/values";
import { NameSet } from "../sets/name-set";

interface NameRule {
  readonly address: string;
  readonly action: string;
  readonly names: NameSet;
  readonly queryType: string | undefined;
  readonly order: [number, number];
}

/** Reads what a VPC's resolver answers: DNS Firewall rule groups in the order of their priorities, first match first. */
export function readResolver(inventory: Inventory, vpc: string): ResolverFacts {
  const rules = rulesOf(inventory, vpc);
  let undecided = NameSet.NAMED;
  let answers = NameSet.NONE;
  for (const rule of rules) {
    if (rule.queryType !== undefined && rule.action !== "ALLOW") continue;
    const part = rule.names.intersect(undecided);
    if (rule.action !== "BLOCK") answers = answers.union(part);
    undecided = undecided.subtract(rule.names);
  }
  answers = answers.union(undecided);
  const decide = (name: string): { address: string; says: string } => {
    const rule = rules.find((one) => one.names.has(name) && one.queryType === undefined);
    if (rule === undefined)
      return {
        address: rules.at(-1)?.address ?? vpc,
        says: "no rule of the resolver's firewall matches, so it is answered",
      };
    const verb = rule.action === "BLOCK" ? "refuses" : rule.action === "ALERT" ? "only reports" : "allows";
    return { address: rule.address, says: `${verb} the name` };
  };
  return { network: vpc, address: rules[0]?.address ?? vpc, answers, faults: faultsOf(inventory, vpc), decide };
}

function rulesOf(inventory: Inventory, vpc: string): NameRule[] {
  const associations = inventory
    .of("restricts", "aws_route53_resolver_firewall_rule_group_association")
    .filter((one) => (target(one.values["vpc_id"]) ?? textOf(one.values["vpc_id"])) === vpc);
  const rules = inventory.of("restricts", "aws_route53_resolver_firewall_rule");
  return associations
    .flatMap((association) => {
      const group = target(association.values["firewall_rule_group_id"]);
      const first = numberOf(association.values["priority"]) ?? 0;
      const known = inventory.get(group);
      if (known === undefined || known.mode === "data") {
        const counts = inventory.counts("grants", association.address, "its rule group is not in this stack", [
          group ?? association.address,
        ]);
        return counts ? [anyName(association.address, first)] : [];
      }
      return rules
        .filter((rule) => target(rule.values["firewall_rule_group_id"]) === group)
        .flatMap((rule) => nameRule(inventory, rule, first));
    })
    .sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1]);
}

const anyName = (address: string, first: number): NameRule => ({
  address,
  action: "ALLOW",
  names: NameSet.NAMED,
  queryType: undefined,
  order: [first, 0],
});

function nameRule(inventory: Inventory, rule: PlannedResource, first: number): NameRule[] {
  const { address, values } = rule;
  const isOpen = inventory.reading === "open";
  const action = textOf(values["action"]) ?? (isOpen ? "ALLOW" : "BLOCK");
  const names = namesOf(inventory, rule, action);
  // An order that is not known puts what opens first, and what closes last.
  const second = numberOf(values["priority"]) ?? ((action === "BLOCK") === isOpen ? Number.MAX_SAFE_INTEGER : 0);
  const queryType = textOf(values["q_type"]) ?? (hasUnknown(values["q_type"]) && isOpen ? "unknown" : undefined);
  return names === undefined ? [] : [{ address, action, names, queryType, order: [first, second] }];
}

// A list that can't be read allows every name, or blocks none.
function namesOf(inventory: Inventory, rule: PlannedResource, action: string): NameSet | undefined {
  const list = inventory.get(target(rule.values["firewall_domain_list_id"]));
  const effect = action === "BLOCK" ? "restricts" : "grants";
  const advanced = textOf(rule.values["dns_threat_protection"]);
  if (advanced !== undefined) return undefined;
  if (list === undefined || list.mode === "data" || hasUnknown(list.values["domains"])) {
    const tokens = tokensOf(list?.values["domains"] ?? rule.values["firewall_domain_list_id"]);
    const counts = inventory.counts(effect, rule.address, "its domain list is not known", [
      ...tokens,
      ...(tokens.length === 0 ? [list?.address ?? target(rule.values["firewall_domain_list_id"]) ?? rule.address] : []),
    ]);
    return counts ? NameSet.NAMED : undefined;
  }
  return NameSet.unionAll(stringsOf(list.values["domains"]).map(domain));
}

/** `*.example.com` is every name below; `*` every name; a trailing dot says nothing. */
function domain(text: string): NameSet {
  const name = text.toLowerCase().replace(/\.$/, "");
  if (name === "*") return NameSet.NAMED;
  if (name.startsWith("*.")) return NameSet.below(name.slice(2));
  return name.startsWith("*") ? NameSet.suffix(name.slice(1)) : NameSet.exact(name);
}

// Closed is what AWS sets where nothing is written.
function opens(inventory: Inventory, { address, values }: PlannedResource): boolean {
  const value = values["firewall_fail_open"];
  if (isAbsent(value) || value === "DISABLED") return false;
  return typeof value === "string" || inventory.countsUnknown("grants", address, "firewall_fail_open", value);
}

function faultsOf(inventory: Inventory, vpc: string): Fault[] {
  const isOf = (value: ReturnType<typeof listOf>[number] | undefined): boolean =>
    (target(value) ?? textOf(value)) === vpc;
  const failsOpen = inventory
    .of("grants", "aws_route53_resolver_firewall_config")
    .filter((one) => isOf(one.values["resource_id"]) && opens(inventory, one))
    .map(({ address }) => ({
      address,
      problem: "the resolver answers every name while its firewall does not work",
      fix: 'set firewall_fail_open to "DISABLED"',
    }));
  const options = inventory
    .of("grants", "aws_vpc_dhcp_options_association")
    .filter((one) => isOf(one.values["vpc_id"]))
    .flatMap((one) => {
      const set = inventory.get(target(one.values["dhcp_options_id"]));
      const servers = listOf(set?.values["domain_name_servers"]);
      const isOwn = set !== undefined && servers.every((server) => server === "AmazonProvidedDNS");
      return isOwn
        ? []
        : [
            {
              address: one.address,
              problem: "it hands out resolvers that the DNS firewall does not filter",
              fix: 'remove it, or give the option set domain_name_servers = ["AmazonProvidedDNS"]',
            },
          ];
    });
  const forwarded = inventory
    .of("grants", "aws_route53_resolver_rule_association")
    .filter((one) => isOf(one.values["vpc_id"]))
    .filter((one) => textOf(inventory.get(target(one.values["resolver_rule_id"]))?.values["rule_type"]) !== "SYSTEM")
    .map(({ address }) => ({
      address,
      problem: "it forwards names of the agents' network to another resolver",
      fix: "remove it; the VPC's own resolver answers what the policies name",
    }));
  const unsaid = inventory.of("restricts", "aws_route53_resolver_firewall_rule").flatMap((rule) => {
    const name = ["action", "q_type", "priority"].find((one) => hasUnknown(rule.values[one]));
    if (name === undefined || !inventory.countsUnknown("grants", rule.address, name, rule.values[name])) return [];
    return [{ address: rule.address, problem: `its ${name} is not known`, fix: "write it as a literal" }];
  });
  return [...failsOpen, ...options, ...forwarded, ...unsaid];
}
