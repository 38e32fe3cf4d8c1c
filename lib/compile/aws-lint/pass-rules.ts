import { type AddressBlock, parseAddressBlock } from "./address-block";
import { ipSets, type RuleVariable } from "./firewall-variables";
import type { LintContext } from "./lint-context";
import { isBounded, nameMatches } from "./name-match";
import type { ParsedRule } from "./rule-line";
import type { LintFinding, TerraformResource } from "./terraform-resource";
import { areBlocksUnknown, block, blocks, finding, shown } from "./values";

/**
 * How much an address of a rule header lets through: `NARROW` is what an egress rule may name (narrower than IPv4 /24 or
 * IPv6 /56), `BROAD` more than a cell can hold or than an egress rule may name, `LOCAL` what lies between, in private space or unknown.
 */
enum Width {
  NARROW = "narrow",
  LOCAL = "local",
  BROAD = "broad",
}

/**
 * CORDON-080. Rules that match other names than they read: `dotprefix` with a content that lacks the dot also matches
 * look-alikes, and a server name without `nocase` is matched in one spelling only, as TLS names keep their case.
 */
export function nameRules(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_rule_group").flatMap((group) =>
    context.ruleLines(group).flatMap((line) =>
      (line.rule === undefined ? [] : nameMatches(line.rule)).flatMap((match) => {
        const report = (problem: string, fix: string) => [
          finding("CORDON-080", group, `rule line ${line.number}: ${problem}`, fix),
        ];
        return [
          ...(match.dotprefix && !match.content.startsWith(".")
            ? report(
                `AWS matches every name that ends in "${match.content}", look-alikes too: dotprefix needs a content with a leading dot`,
                `write ".${match.content}"`,
              )
            : []),
          ...(match.buffer === "tls.sni" && !match.nocase && /[A-Za-z]/.test(match.letters)
            ? report(
                `AWS compares the server name with "${match.content}" letter by letter, and clients may send capitals`,
                "add nocase",
              )
            : []),
        ];
      }),
    ),
  );
}

/**
 * CORDON-081. A pass rule is bounded by a name or by an address: a server or host name matched to its end and from its
 * start or a dot, or both sides of the header given and one of them narrow. Rules from or to a monitored agent are
 * exempt. What only apply knows does not count as a bound.
 */
export function passRules(context: LintContext): LintFinding[] {
  return context.ofType("aws_networkfirewall_rule_group").flatMap((group) => {
    const sets = ipSets(group);
    const texts = context.ruleLines(group).flatMap((line) => {
      const { rule } = line;
      if (rule?.action !== "pass" || isMonitored(context, rule, sets)) return [];
      if (rule.direction === "->" && nameMatches(rule).some(isBounded)) return [];
      if (rule.direction === "->" && isAddressed(rule.source, rule.destination, sets)) return [];
      const header = `pass ${rule.protocol} ${rule.source} ${rule.sourcePort} ${rule.direction} ${rule.destination} ${rule.destinationPort}`;
      return [
        tooWide(
          group,
          `rule line ${line.number}: AWS passes ${shown(header)} without a name or an address that bounds it`,
        ),
      ];
    });
    return [...texts, ...statefulRules(group)];
  });
}

// Rules in blocks have no names; their addresses are the only bound.
function statefulRules(group: TerraformResource): LintFinding[] {
  const source = block(block(group.values, "rule_group"), "rules_source");
  if (areBlocksUnknown(source, "stateful_rule"))
    return [tooWide(group, "the stateful rules are unknown until apply and may pass anything")];
  return blocks(source, "stateful_rule").flatMap((rule, index) => {
    const header = block(rule, "header");
    const action = rule["action"];
    if (action === "DROP" || action === "REJECT" || action === "ALERT") return [];
    const [from, to] = [String(header?.["source"]), String(header?.["destination"])];
    if (header?.["direction"] === "FORWARD" && isAddressed(from.toLowerCase(), to.toLowerCase(), new Map())) return [];
    return [
      tooWide(
        group,
        `stateful rule ${index + 1}: AWS passes ${shown(`${from} to ${to}`)} without an address that bounds it`,
      ),
    ];
  });
}

function tooWide(group: TerraformResource, problem: string): LintFinding {
  return finding("CORDON-081", group, problem, "match one name, or name blocks narrower than IPv4 /24 or IPv6 /56");
}

// The exemption holds for the addresses of one agent: a set that is wider than a cell can hold is not one.
function isMonitored(context: LintContext, rule: ParsedRule, sets: Map<string, RuleVariable>): boolean {
  const monitored = (context.options.monitoredSources ?? []).map((name) => `$${name}`);
  return [rule.source, rule.destination].some(
    (side) => monitored.includes(side) && widthOf(side, sets) !== Width.BROAD,
  );
}

function isAddressed(source: string, destination: string, sets: Map<string, RuleVariable>): boolean {
  const widths = [widthOf(source, sets), widthOf(destination, sets)];
  return !widths.includes(Width.BROAD) && widths.includes(Width.NARROW);
}

function widthOf(address: string, sets: Map<string, RuleVariable>): Width {
  if (address.includes("!")) return Width.BROAD;
  const parts = address.replace(/[[\]]/g, "").split(",");
  return widest(parts.map((part) => partWidth(part, sets)));
}

function partWidth(part: string, sets: Map<string, RuleVariable>): Width {
  if (part.startsWith("@")) return Width.LOCAL;
  if (!part.startsWith("$")) return blockWidth(parseAddressBlock(part));
  const set = sets.get(part.slice(1));
  if (set === undefined || (set.members.length === 0 && !set.partial)) return Width.BROAD;
  return widest([
    ...set.members.map((member) => blockWidth(parseAddressBlock(member))),
    ...(set.partial ? [Width.LOCAL] : []),
  ]);
}

function blockWidth(parsed: AddressBlock | undefined): Width {
  if (parsed === undefined) return Width.BROAD;
  const [egress, cell] = parsed.version === 4 ? [24, 16] : [56, 48];
  if (parsed.prefix > egress) return Width.NARROW;
  return parsed.isPrivate && parsed.prefix >= cell ? Width.LOCAL : Width.BROAD;
}

function widest(widths: Width[]): Width {
  return [Width.BROAD, Width.LOCAL].find((width) => widths.includes(width)) ?? Width.NARROW;
}
