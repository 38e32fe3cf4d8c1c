import type { LintFinding } from "../aws-lint/terraform-resource";
import { type Block, finding, grouped, isAbsent, isReference, isTrue, items, literals } from "../aws-lint/values";
import { type FirewallRule, firewallRules, rulesOf, wholePolicies } from "./firewall-rule";
import type { GcpContext } from "./gcp-context";

const TARGET_LISTS = ["target_service_accounts", "target_secure_tag", "target_secure_tags", "target_tags"];
const MATCH_LISTS = [
  "src_ip_ranges",
  "dest_ip_ranges",
  "src_fqdns",
  "dest_fqdns",
  "src_region_codes",
  "dest_region_codes",
  "src_threat_intelligences",
  "dest_threat_intelligences",
  "src_address_groups",
  "dest_address_groups",
  "src_secure_tag",
  "src_secure_tags",
  "source_ranges",
  "destination_ranges",
  "source_tags",
  "source_service_accounts",
];
const WITH_PORTS = ["tcp", "udp", "sctp", "6", "17", "132"];
const MOST_NAMES = 100;

/**
 * CORDON-229. Rules in the form that Google takes and gives back: one target, no list without an item, ports where there
 * are ports, names without wildcards, and priorities that are distinct and in order. What only apply knows is skipped:
 * Google refuses a wrong one.
 *
 * @see https://cloud.google.com/firewall/docs/firewall-policies-rule-details
 */
export function firewallForm(context: GcpContext): LintFinding[] {
  return [
    ...firewallRules(context).flatMap((rule) => [
      ...targets(rule),
      ...emptyLists(rule),
      ...services(rule),
      ...byName(rule),
      ...profile(rule),
    ]),
    ...owners(context),
    ...priorities(context),
    ...orders(context),
  ];
}

function report(rule: FirewallRule, problem: string, fix: string): LintFinding {
  return finding("CORDON-229", rule.owner, `${rule.label} ${problem}`, fix);
}

function targets(rule: FirewallRule): LintFinding[] {
  return rule.accounts.length > 0 && rule.tags.length > 0
    ? [report(rule, "has service accounts and tags as its targets, and Google refuses both", "keep one of the two")]
    : [];
}

function emptyLists(rule: FirewallRule): LintFinding[] {
  const isEmpty = (block: Block) => (name: string) => Array.isArray(block[name]) && items(block[name]).length === 0;
  const names = [
    ...TARGET_LISTS.filter(isEmpty(rule.values)),
    ...MATCH_LISTS.filter(isEmpty(rule.match)),
    ...rule.services.flatMap(({ ports }) => (Array.isArray(ports) && ports.length === 0 ? ["ports"] : [])),
  ];
  return names.map((name) => report(rule, `has an empty ${name}, which is not the same as none`, `leave ${name} out`));
}

function services(rule: FirewallRule): LintFinding[] {
  const none = rule.services.length === 0 && rule.kind !== "classic" && !("dynamic" in rule.match);
  return [
    ...(none
      ? [
          report(
            rule,
            "names no protocol, and Google refuses it",
            "add a layer4_config, with ip_protocol all for everything",
          ),
        ]
      : []),
    ...rule.services
      .filter(
        ({ protocol, ports }) =>
          items(ports).length > 0 && !isReference(protocol) && !WITH_PORTS.includes(String(protocol)),
      )
      .map(({ protocol }) =>
        report(
          rule,
          `has ports for protocol ${String(protocol)}, which has none`,
          "leave ports out, or name tcp, udp or sctp",
        ),
      ),
  ];
}

function byName(rule: FirewallRule): LintFinding[] {
  return ["dest_fqdns", "src_fqdns"].flatMap((name) => {
    const names = literals(rule.match[name]);
    return [
      ...names
        .filter((host) => host.includes("*"))
        .map((host) =>
          report(
            rule,
            `names "${host}" in ${name}, and firewalls know no wildcards`,
            "name each host, or use a tier with a proxy",
          ),
        ),
      ...(names.length > MOST_NAMES
        ? [
            report(
              rule,
              `has ${names.length} entries in ${name}, and Google takes ${MOST_NAMES}`,
              "split it into more rules",
            ),
          ]
        : []),
    ];
  });
}

function profile(rule: FirewallRule): LintFinding[] {
  const { action, values } = rule;
  const inspects = action === "apply_security_profile_group";
  return [
    ...(isTrue(values["tls_inspect"]) && !inspects
      ? [report(rule, `has tls_inspect with action ${action}, and Google refuses it`, "leave tls_inspect out")]
      : []),
    ...(inspects && isAbsent(values["security_profile_group"])
      ? [report(rule, "applies a security profile group and names none", "name the group")]
      : []),
    ...(action === "goto_next" && isTrue(values["enable_logging"])
      ? [report(rule, "records a goto_next, and Google refuses it", "leave enable_logging out")]
      : []),
  ];
}

// A policy that holds its rules takes away those that stand beside it.
function owners(context: GcpContext): LintFinding[] {
  const whole = new Set(wholePolicies(context).map(({ address }) => address));
  return firewallRules(context)
    .filter(({ owner, scope }) => owner.address !== scope && whole.has(scope))
    .map(({ owner, scope }) =>
      finding(
        "CORDON-229",
        owner,
        `Terraform removes it at every other apply, because ${scope} holds its rules itself`,
        "write the rule into the policy",
      ),
    );
}

function priorities(context: GcpContext): LintFinding[] {
  const inPolicies = firewallRules(context).filter(
    ({ kind, priority }) => kind !== "classic" && priority !== undefined,
  );
  return [...grouped(inPolicies, ({ scope, priority }) => `${scope} ${priority}`).values()].flatMap(
    ([first, ...others]) =>
      others.map((rule) =>
        finding(
          "CORDON-229",
          rule.owner,
          `priority ${rule.priority} is given twice${rule.owner === first?.owner ? "" : `, ${first?.owner.address} has it`}, and Google refuses the policy`,
          "give each rule of the policy a priority of its own",
        ),
      ),
  );
}

function orders(context: GcpContext): LintFinding[] {
  return wholePolicies(context).flatMap((policy) => {
    const given = rulesOf(policy).flatMap(({ priority }) => priority ?? []);
    const index = given.findIndex((priority, at) => priority < (given[at - 1] ?? priority));
    return index < 0
      ? []
      : [
          finding(
            "CORDON-229",
            policy,
            `rule ${given[index]} stands after rule ${given[index - 1]}, and Terraform shows a difference at every plan`,
            "sort the rules by priority",
          ),
        ];
  });
}
