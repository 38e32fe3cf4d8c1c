import type { Declaration, DeclaredAgent, DeclaredCell } from "./model/declaration";
import type { CloudFacts } from "./model/facts";
import type { Acknowledgement, Finding, RawFinding, RuleVerdict, Verdict } from "./model/result";
import { RULES } from "./rules";
import type { Rule, World } from "./rules/rule";

/** What the facts of one reading say, as the rules look at it. */
export function worldOf(facts: CloudFacts, declaration: Declaration | undefined): World {
  const agents = new Map<string, { agent: DeclaredAgent; cell: DeclaredCell }>();
  for (const cell of declaration?.cells ?? [])
    for (const agent of cell.agents) agents.set(agent.agent, { agent, cell });
  return {
    facts,
    declaration,
    arrivals: facts.arrivals,
    routed: facts.routed,
    declared: (agent) => agents.get(agent)?.agent,
    cellOf: (agent) => agents.get(agent)?.cell,
  };
}

/**
 * The findings of every rule. One that stands in both readings is a violation; one that stands only while the unknown
 * opens everything is unknown.
 *
 * @param closed makes the other reading; called only where the open one has findings and doubts
 * @param today as in `2026-11-23`: an acknowledgement counts up to its day
 */
export function findingsIn(open: World, closed: () => World, today: string): Finding[] {
  const raw = RULES.flatMap((rule) => rule.check(open).map((finding) => ({ rule, finding })));
  const needsSecond = raw.length > 0 && open.facts.doubts.length > 0;
  const other = needsSecond ? closed() : undefined;
  const certain = new Set(
    other === undefined ? [] : RULES.flatMap((rule) => rule.check(other).map((finding) => keyOf(rule, finding))),
  );
  return raw
    .map(({ rule, finding: { subject, ...finding } }): Finding => {
      const isCertain =
        rule.id !== "CORDON-P13" &&
        (other === undefined ||
          certain.has(keyOf(rule, { ...finding, ...(subject === undefined ? {} : { subject }) })));
      const construct = open.facts.construct(finding.address);
      const acknowledged = acknowledgementOf(open.declaration, rule.id, construct, today);
      return {
        ...finding,
        rule: rule.id,
        verdict: isCertain ? "VIOLATED" : "UNKNOWN",
        severity: finding.severity ?? rule.severity,
        unknowns: isCertain ? [] : unknownsOf(open.facts, finding),
        ...(construct === undefined ? {} : { construct }),
        ...(acknowledged === undefined ? {} : { acknowledged }),
      };
    })
    .sort((a, b) => compare(sortKey(a), sortKey(b)));
}

/** The verdict of every rule over findings that nobody acknowledged. */
export function verdictsOf(findings: readonly Finding[]): RuleVerdict[] {
  return RULES.map(({ id, invariant, title }) => ({
    id,
    invariant,
    title,
    verdict: verdictOf(findings.filter((one) => one.rule === id && one.acknowledged === undefined)),
  }));
}

export function verdictOf(findings: readonly { readonly verdict: Verdict }[]): Verdict {
  if (findings.some((one) => one.verdict === "VIOLATED")) return "VIOLATED";
  return findings.length > 0 ? "UNKNOWN" : "PROVED";
}

const keyOf = (rule: Rule, finding: RawFinding): string =>
  `${rule.id}|${finding.agent ?? ""}|${finding.subject ?? finding.address}`;

const sortKey = (one: Finding): string => `${one.rule}|${one.agent ?? ""}|${one.address}|${one.problem}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

// Doubts about the finding's own way; all of them where the way names none.
function unknownsOf(facts: CloudFacts, finding: RawFinding): string[] {
  const near = new Set([finding.address, ...finding.path.map((step) => step.address)]);
  const own = facts.doubts.filter((doubt) => near.has(doubt.address));
  const doubts = own.length > 0 ? own : facts.doubts;
  const tokens = doubts.flatMap((doubt) => (doubt.tokens.length > 0 ? doubt.tokens : [doubt.address]));
  // What could be assumed says more than the resource that it stands in.
  const named = tokens.filter((token) => !doubts.some((doubt) => doubt.address === token));
  return [...new Set(named.length > 0 ? named : tokens)].sort();
}

// An acknowledgement covers the construct that it stands on, and what is below; not after its last day.
function acknowledgementOf(
  declaration: Declaration | undefined,
  rule: string,
  construct: string | undefined,
  today: string,
): Acknowledgement | undefined {
  if (construct === undefined) return undefined;
  return declaration?.acknowledged.find(
    (one) => one.rule === rule && one.expires >= today && (construct === one.at || construct.startsWith(`${one.at}/`)),
  );
}
