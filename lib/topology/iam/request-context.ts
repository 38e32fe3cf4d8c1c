import { type Facts, holds } from "./condition";
import type { Condition } from "./policy-document";
import { isLiteral } from "./template";

/** Condition keys and values of one request. */
export interface RequestContext {
  readonly [key: string]: string;
}

/** A request's keys that make some conditions hold and others not. */
export interface ContextSolution {
  /** What is chosen beside the facts. */
  readonly context: RequestContext;
  /** For each group to avoid: whether it does not hold. */
  readonly avoided: boolean[];
}

interface Wanted {
  readonly key: string;
  readonly tests: readonly { readonly condition: Condition; readonly truth: boolean }[];
}

/** In every request, so that none can be without. */
const ALWAYS_THERE = new Set(
  ["RequestedRegion", "SecureTransport", "CurrentTime", "EpochTime", "ViaAWSService", "PrincipalIsAWSService"].map(
    (name) => `aws:${name.toLowerCase()}`,
  ),
);
const CHOSEN_BY_CALLER = /^aws:(requestedregion|securetransport|useragent|referer|requesttag\/.*|tagkeys)$/i;
const NOT_OF_THE_REQUEST = /^aws:|resourcetag|^lambda:sourcefunctionarn$|^ec2:sourceinstancearn$/i;

/** Whether a caller settles a key by what it asks for. The others depend on who asks, from where, and on the resource. */
export const isChosenByCaller = (key: string): boolean =>
  isLiteral(key) && (CHOSEN_BY_CALLER.test(key) || !NOT_OF_THE_REQUEST.test(key));

/**
 * Looks for keys with which a request meets conditions and avoids groups of conditions (a Deny each). Facts are fixed.
 * It may miss a solution, but what it finds is one.
 */
export function solveContext(
  required: readonly Condition[],
  avoid: readonly (readonly Condition[])[],
  facts: Facts,
  mayChoose: (key: string) => boolean,
): ContextSolution | undefined {
  const wanted = new Map<string, Wanted>();
  const chosen = new Map<string, string | undefined>();
  const demand = (condition: Condition, truth: boolean): boolean => {
    const id = condition.key.toLowerCase();
    const fact = facts.get(id);
    if (fact !== undefined) return holds(condition, fact) === truth;
    if (!mayChoose(condition.key)) return false;
    const more = {
      key: wanted.get(id)?.key ?? condition.key,
      tests: [...(wanted.get(id)?.tests ?? []), { condition, truth }],
    };
    const value = valueFor(id, more);
    if (value === "none") return false;
    wanted.set(id, more);
    chosen.set(id, value.value);
    return true;
  };
  if (!required.every((condition) => demand(condition, true))) return undefined;
  const avoided = avoid.map((group) => group.some((condition) => demand(condition, false)));
  const context: { [key: string]: string } = {};
  for (const [id, value] of chosen) if (value !== undefined) context[wanted.get(id)?.key ?? id] = value;
  return { context, avoided };
}

function valueFor(id: string, { tests }: Wanted): { value: string | undefined } | "none" {
  const values = tests.flatMap(({ condition }) => condition.values).filter(isLiteral);
  const candidates = [
    ...(ALWAYS_THERE.has(id) ? [] : [undefined]),
    ...values.flatMap(near),
    ...tests.flatMap(({ condition }) => condition.values),
    ...["true", "false", "other", "0", "192.0.2.1", "2001:db8::1"],
  ];
  const fits = (value: string | undefined): boolean =>
    tests.every(({ condition, truth }) => holds(condition, value) === truth);
  const found = candidates.findIndex(fits);
  return found < 0 ? "none" : { value: candidates[found] };
}

// Values that a pattern, a limit or a block may let through, or just not.
function near(value: string): string[] {
  const number = Number(value);
  const date = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  return [
    value.replace(/\*/g, "").replace(/\?/g, "x"),
    value.replace(/[*?]/g, "x"),
    value.split("/")[0] ?? "",
    ...(value.trim() === "" || Number.isNaN(number) ? [] : [String(number - 1), String(number + 1)]),
    ...(Number.isNaN(date) ? [] : [date - 1000, date + 1000].map((time) => new Date(time).toISOString())),
  ];
}
