import type { LintFinding } from "../aws-lint/terraform-resource";
import { areBlocksUnknown, finding, isReference, items, shown } from "../aws-lint/values";
import { blockOf, isWide } from "./address-block";
import { type FirewallRule, firewallRules, networksOf, wholePolicies } from "./firewall-rule";
import { isNextHop } from "./gateways";
import { type GcpContext, references } from "./gcp-context";

/** Blocks of Google's own, from which administrators and health checks come in. */
const GOOGLE = ["35.235.240.0/20", "130.211.0.0/22", "35.191.0.0/16", "209.85.152.0/22", "209.85.204.0/22"];

const OUT = ["dest_ip_ranges", "dest_fqdns", "dest_region_codes", "dest_threat_intelligences", "dest_address_groups"];
const IN = [
  "src_ip_ranges",
  "src_fqdns",
  "src_region_codes",
  "src_threat_intelligences",
  "src_address_groups",
  "src_secure_tag",
  "src_secure_tags",
  "source_tags",
  "source_service_accounts",
];

/**
 * CORDON-230. What passes outward is bounded by a name or an address, and nothing comes in from the internet: also where a
 * rule hands over to the next policy. What only apply knows counts as everything, but for the address of a resource of
 * Google's.
 *
 * @see https://cloud.google.com/firewall/docs/firewall-policies-rule-details
 */
export function firewallWidth(context: GcpContext): LintFinding[] {
  return [
    ...wholePolicies(context)
      .filter(({ values }) => areBlocksUnknown(values, "rule"))
      .map((policy) =>
        finding(
          "CORDON-230",
          policy,
          "its rules are known at plan only, so nothing shows what they pass",
          "write the rules out",
        ),
      ),
    ...firewallRules(context)
      .filter((rule) => isOpening(rule) && !isMonitored(context, rule))
      .flatMap((rule) => (rule.isEgress ? outward(context, rule) : inward(rule))),
  ];
}

// Above the network's own policies, goto_next is what is there without a rule.
function isOpening({ action, kind, isDisabled }: FirewallRule): boolean {
  return !isDisabled && action !== "deny" && !(kind === "hierarchical" && action === "goto_next");
}

function outward(context: GcpContext, rule: FirewallRule): LintFinding[] {
  if (isNextHop(context, networksOf(context, rule)) && isWeb(rule)) return [];
  const names = rule.kind === "classic" ? [] : OUT.slice(1);
  const isBounded = rule.destinations.length > 0 || names.some((name) => items(rule.match[name]).length > 0);
  const countries = items(rule.match["dest_region_codes"]);
  const fix = "name the addresses and ports, or refuse it and let agents ask the proxy";
  return [
    ...(isBounded ? [] : [report(rule, "passes traffic to everywhere, as it names no destination", fix)]),
    ...wide(rule.destinations).map((range) => report(rule, `passes traffic to ${range}`, fix)),
    ...(countries.length > 0
      ? [report(rule, `passes traffic to whole countries (${countries.map(String).sort().join(", ")})`, fix)]
      : []),
    ...items(rule.match["dest_fqdns"])
      .filter(isReference)
      .map((name) => report(rule, `passes traffic to ${shown(name)}`, "write the name out")),
  ];
}

function inward(rule: FirewallRule): LintFinding[] {
  const isBounded = rule.sources.length > 0 || IN.some((name) => items(rule.match[name]).length > 0);
  const fix = "name the addresses that may come in";
  const known = rule.sources.filter((source) => !GOOGLE.includes(String(source)));
  return [
    ...(isBounded ? [] : [report(rule, "lets traffic in from everywhere, as it names no source", fix)]),
    ...wide(known).map((range) => report(rule, `lets traffic in from ${range}`, fix)),
  ];
}

function wide(ranges: readonly unknown[]): string[] {
  return ranges.flatMap((range) => {
    if (isReference(range)) {
      const made = references(range);
      return made.length > 0 && made.every((address) => /^google_compute_/.test(address)) ? [] : [shown(range)];
    }
    const block = blockOf(String(range));
    return block !== undefined && isWide(block) ? [String(range)] : [];
  });
}

function isWeb({ services }: FirewallRule): boolean {
  return (
    services.length > 0 &&
    services.every(
      ({ protocol, ports }) =>
        protocol === "tcp" &&
        items(ports).length > 0 &&
        items(ports).every((port) => ["80", "443"].includes(String(port))),
    )
  );
}

function isMonitored(context: GcpContext, { accounts, sources, isEgress }: FirewallRule): boolean {
  const monitored = context.options.monitored ?? [];
  const subjects = accounts.length > 0 ? accounts : isEgress ? sources : [];
  return subjects.length > 0 && subjects.every((subject) => monitored.includes(context.identity(subject)));
}

function report(rule: FirewallRule, problem: string, fix: string): LintFinding {
  return finding("CORDON-230", rule.owner, `${rule.label} ${problem}`, fix);
}
