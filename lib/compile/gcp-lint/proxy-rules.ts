import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { block, finding, grouped, isReference, items, numberOf, shown } from "../aws-lint/values";
import { blockOf, isWide } from "./address-block";
import { parallel } from "./chains";
import { type Condition, literalsOf, parseCondition, requires } from "./condition";
import { type GcpContext, references } from "./gcp-context";

const TYPE = "google_network_security_gateway_security_policy_rule";

/** Rules of proxies. */
export function proxyRules(context: GcpContext): TerraformResource[] {
  return context.ofType(TYPE);
}

/** The condition over a connection; undefined where it is absent or can't be read. */
export function conditionOf(rule: TerraformResource, name: string): Condition | undefined {
  const text = rule.values[name];
  if (typeof text !== "string" || text.trim() === "") return undefined;
  const condition = parseCondition(text);
  return "reason" in condition ? undefined : condition;
}

/** Everything but a plain DENY passes something: also a profile that only apply knows. */
export function isPassing(rule: TerraformResource): boolean {
  return rule.values["basic_profile"] !== "DENY";
}

/**
 * CORDON-223. Rules of one policy have distinct priorities and are written one after the other; they name their policy by
 * text, so that they are replaced with it only if they say so.
 *
 * @see https://github.com/hashicorp/terraform-provider-google/issues/20892
 */
export function proxyRuleOrder(context: GcpContext): LintFinding[] {
  const groups = grouped(proxyRules(context), ({ values }) => context.identity(values["gateway_security_policy"]));
  return [...groups.values()].flatMap((rules) => [
    ...samePriority(rules),
    ...parallel(context, rules).map(({ late, early }) =>
      finding(
        "CORDON-223",
        late,
        `it is written at the same time as ${early.address}, and Google refuses two writes to one policy at once`,
        "let each rule depend on the one before",
      ),
    ),
    ...rules.flatMap((rule) => bound(context, rule)),
  ]);
}

function samePriority(rules: TerraformResource[]): LintFinding[] {
  const byPriority = grouped(
    rules.filter(({ values }) => numberOf(values["priority"]) !== undefined),
    ({ values }) => String(numberOf(values["priority"])),
  );
  return [...byPriority].flatMap(([priority, [first, ...others]]) =>
    others.map((rule) =>
      finding(
        "CORDON-223",
        rule,
        `priority ${priority} is also that of ${first?.address}, and Google refuses two rules of one priority`,
        "give each rule of the policy a priority of its own",
      ),
    ),
  );
}

function bound(context: GcpContext, rule: TerraformResource): LintFinding[] {
  const value = rule.values["gateway_security_policy"];
  const policy = context.resolve(value);
  if (policy === undefined) return [];
  const attribute = context.reference(value)?.attribute;
  const triggers = items(block(rule.values, "lifecycle")?.["replace_triggered_by"]).map(String);
  const isTriggered = triggers.some((text) => text.includes(policy.address));
  return [
    ...(attribute === "name"
      ? []
      : [
          finding(
            "CORDON-223",
            rule,
            `gateway_security_policy is the ${attribute} of ${policy.address}, and Google looks for a policy of that name`,
            "use the policy's name",
          ),
        ]),
    ...(isTriggered
      ? []
      : [
          finding(
            "CORDON-223",
            rule,
            `it stays behind if ${policy.address} is replaced, because it names the policy by text`,
            `add ${policy.address} to lifecycle.replace_triggered_by`,
          ),
        ]),
  ];
}

const isPort = (test: string): boolean =>
  /^destination\.port\s*==\s*\d+$/.test(test) ||
  /^\d+\s*==\s*destination\.port$/.test(test) ||
  /^destination\.port\s+in\s*\[[\d\s,]+\]$/.test(test);

const isHost = (test: string): boolean =>
  /^host\(\)\s*==\s*['"][^'"]+['"]$/.test(test) ||
  /^inUrlList\(\s*host\(\)\s*,\s*['"][^'"]+['"]\s*\)$/.test(test) ||
  /^host\(\)\.endsWith\(\s*['"]\.[^'"]+\.[^'"]+['"]\s*\)$/.test(test);

function isSubject(test: string): boolean {
  if (/^source\.match(ServiceAccount|Tag)\(\s*['"][^'"]+['"]\s*\)$/.test(test)) return true;
  const isRange = /^inIpRange\(\s*source\.ip\s*,/.test(test) || /^source\.ip\s*==/.test(test);
  const [range] = isRange ? literalsOf(test) : [];
  if (range === undefined || range === "") return false;
  if (isReference(range)) return true;
  const block = blockOf(range);
  return block !== undefined && !isWide(block);
}

/** What a passing rule compares, and how; what monitor mode leaves out. */
const PARTS = [
  {
    what: "the agent",
    how: "source.matchServiceAccount, source.matchTag, or inIpRange of source.ip",
    isWatchable: false,
    holds: isSubject,
  },
  { what: "the port", how: "destination.port == 443", isWatchable: true, holds: isPort },
  { what: "the host", how: "host() == '<name>' or inUrlList(host(), '<list>')", isWatchable: true, holds: isHost },
];

/**
 * CORDON-224. A rule that passes something holds for one agent, one port and one name: an ALLOW opens a tunnel for any
 * protocol to whatever its session condition lets through. What can't be read counts as open.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/cel-matcher-language-reference
 */
export function proxyRuleWidth(context: GcpContext): LintFinding[] {
  return proxyRules(context).flatMap((rule) => {
    const { basic_profile: profile, session_matcher: session } = rule.values;
    const report = (problem: string, fix: string): LintFinding => finding("CORDON-224", rule, problem, fix);
    if (!isPassing(rule)) return [];
    const odd =
      profile === "ALLOW" || isReference(profile)
        ? []
        : [report(`basic_profile is ${shown(profile)}, which is neither ALLOW nor DENY`, "use one of the two")];
    const condition = conditionOf(rule, "session_matcher");
    if (condition === undefined) {
      const isText = typeof session === "string" && session.trim() !== "";
      return isText
        ? odd
        : [
            ...odd,
            report("it has no session_matcher, so it passes every request", "name the agent, the host and the port"),
          ];
    }
    const isWatched = isForWatched(context, condition);
    const missing = PARTS.filter(
      ({ isWatchable, holds }) => !(isWatched && isWatchable) && !requires(condition, holds),
    );
    return [
      ...odd,
      ...missing.map(({ what, how }) =>
        report(
          `its session_matcher holds without ${what}, so the tunnel it opens is wider than the allow list`,
          `join it with && to ${how}`,
        ),
      ),
    ];
  });
}

/** Whether a session matcher holds for agents in monitor mode alone. */
export function isForWatched(context: GcpContext, session: Condition): boolean {
  return requires(session, (test) => isMonitored(context, test));
}

function isMonitored(context: GcpContext, test: string): boolean {
  const monitored = context.options.monitored ?? [];
  return isSubject(test) && [...literalsOf(test), ...references(test)].some((text) => monitored.includes(text));
}
