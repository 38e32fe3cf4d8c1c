import type { LintContext } from "./lint-context";
import type { LintFinding } from "./terraform-resource";
import { areBlocksUnknown, block, finding, isReference, items, literals, shown } from "./values";

const MAX_DOMAINS = 1000;
const LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?";
const NAME = new RegExp(`^${LABEL}(\\.${LABEL})+$`);
const LIST_NAME = /^(?![0-9]+$)[A-Za-z0-9_' -]{1,64}$/;

/**
 * CORDON-083. Targets of a Network Firewall domain list: `name` or `.name` for the name and all below it. Targets that
 * only apply knows are findings, as they decide which names pass.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_RulesSourceList.html
 */
export function firewallDomains(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_rule_group").flatMap((group) => {
    const source = block(block(group.values, "rule_group"), "rules_source");
    const targets = items(block(source, "rules_source_list")?.["targets"]);
    const unknown = areBlocksUnknown(source, "rules_source_list");
    return [
      ...(unknown
        ? [
            finding(
              "CORDON-083",
              group,
              "the domain list is unknown until apply, so the names that it passes are too",
              "list the names as literals",
            ),
          ]
        : []),
      ...targets.flatMap((target) => {
        if (typeof target === "string" && NAME.test(target.replace(/^\./, ""))) return [];
        if (isReference(target))
          return [
            finding(
              "CORDON-083",
              group,
              `the target ${shown(target)} can't be read, so it may be any name`,
              "write the name as a literal",
            ),
          ];
        const wildcard =
          typeof target === "string" && target.startsWith("*.")
            ? `write ${target.slice(1)}, which also matches ${target.slice(2)} itself`
            : "write example.com or .example.com";
        return [
          finding(
            "CORDON-083",
            group,
            `AWS refuses the target ${shown(target)} of a firewall domain list (InvalidRequestException)`,
            wildcard,
          ),
        ];
      }),
    ];
  });
}

/**
 * CORDON-083. Domains of a DNS Firewall list: `name`, `*.name` for all below it but not the name, or `*`. Domains that
 * only apply knows are findings, as they decide which names resolve.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallDomains.html
 */
export function dnsDomains(context: LintContext): LintFinding[] {
  return context.ofType("aws_route53_resolver_firewall_domain_list").flatMap((list) =>
    items(list.values["domains"]).flatMap((domain) => {
      if (isReference(domain))
        return [
          finding(
            "CORDON-083",
            list,
            `the domain ${shown(domain)} can't be read, so it may be any name`,
            "write the name as a literal",
          ),
        ];
      if (typeof domain === "string" && isDnsDomain(domain)) return [];
      const fix =
        typeof domain === "string" && domain.startsWith(".")
          ? `write *${domain}, and ${domain.slice(1)} for the name itself`
          : "write example.com or *.example.com";
      return [
        finding(
          "CORDON-083",
          list,
          `AWS refuses the domain ${shown(domain)} of a DNS Firewall list (ValidationException)`,
          fix,
        ),
      ];
    }),
  );
}

function isDnsDomain(domain: string): boolean {
  if (domain === "*" || domain === "*.") return true;
  const name = domain.replace(/^\*\./, "").replace(/\.$/, "");
  return domain.length <= 255 && new RegExp(`^${LABEL}(\\.${LABEL})*$`).test(name);
}

/** CORDON-084. A DNS Firewall domain list: a name that AWS takes, at most 1,000 domains. Unknown names are skipped: AWS refuses a wrong one. */
export function dnsLists(context: LintContext): LintFinding[] {
  return context.ofType("aws_route53_resolver_firewall_domain_list").flatMap((list) => {
    const count = items(list.values["domains"]).length;
    return [
      ...literals(list.values["name"])
        .filter((name) => !LIST_NAME.test(name))
        .map((name) =>
          finding(
            "CORDON-084",
            list,
            `AWS refuses the list name ${shown(name)} (ValidationException)`,
            "use up to 64 letters, digits, dashes and underscores, not digits alone",
          ),
        ),
      ...(count > MAX_DOMAINS
        ? [
            finding(
              "CORDON-084",
              list,
              `AWS refuses ${count} domains in one list at apply (RSLVR-02028), it takes ${MAX_DOMAINS}`,
              "split the domains over lists",
            ),
          ]
        : []),
    ];
  });
}
