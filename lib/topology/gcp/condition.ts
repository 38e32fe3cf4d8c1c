import type { Expression } from "../cel";
import { FlowSet } from "../sets/flow-set";

/** Flows for which some request makes an expression true, and for which every request does. */
export interface Truth {
  readonly some: FlowSet;
  readonly every: FlowSet;
}

export const ALWAYS: Truth = { some: FlowSet.ALL, every: FlowSet.ALL };
export const NEVER: Truth = { some: FlowSet.NONE, every: FlowSet.NONE };
/** True of some requests of every flow: what a flow does not say, as a header. */
export const AT_TIMES: Truth = { some: FlowSet.ALL, every: FlowSet.NONE };

export const exactly = (flows: FlowSet): Truth => ({ some: flows, every: flows });
export const truth = (value: boolean): Truth => (value ? ALWAYS : NEVER);

export type Comparison = Extract<Expression, { kind: "binary" }>;
export type Call = Extract<Expression, { kind: "call" }>;

/** What the single conditions of an expression mean. Each is asked whether what it does not know counts as true. */
export interface Meaning {
  /** `==`, `<` and the like. */
  compared(expression: Comparison, isWide: boolean): Truth;
  called(expression: Call, isWide: boolean): Truth;
  unknown(what: string, isWide: boolean): Truth;
}

/** The sets of an expression out of those of its conditions; below a `!` the unknown counts the other way round. */
export function truthOf(expression: Expression, meaning: Meaning, isWide: boolean): Truth {
  const read = (one: Expression, wide = isWide): Truth => truthOf(one, meaning, wide);
  switch (expression.kind) {
    case "literal":
      return typeof expression.value === "boolean"
        ? truth(expression.value)
        : meaning.unknown("its matcher is no condition", isWide);
    case "not":
      return inverted(read(expression.of, !isWide));
    case "choice":
      return either(read(expression.yes), read(expression.no));
    case "call":
      return meaning.called(expression, isWide);
    case "binary":
      break;
    default:
      return meaning.unknown("a part of its matcher is not documented", isWide);
  }
  const { operator, left, right } = expression;
  if (operator === "||") return either(read(left), read(right));
  if (operator === "&&") {
    const [a, b] = [read(left), read(right)];
    return { some: a.some.intersect(b.some), every: a.every.intersect(b.every) };
  }
  if (operator === "!=") return inverted(meaning.compared({ ...expression, operator: "==" }, !isWide));
  if (operator === "in" && right.kind === "list") {
    return right.items
      .map((item) => meaning.compared({ kind: "binary", operator: "==", left, right: item }, isWide))
      .reduce(either, NEVER);
  }
  return meaning.compared(expression, isWide);
}

export const either = (a: Truth, b: Truth): Truth => ({ some: a.some.union(b.some), every: a.every.union(b.every) });

const inverted = ({ some, every }: Truth): Truth => ({
  some: FlowSet.ALL.subtract(every),
  every: FlowSet.ALL.subtract(some),
});

/** The attribute, operator and literal of a comparison, the attribute on the left. */
export function sidesOf({ operator, left, right }: Comparison): {
  readonly path: string | undefined;
  readonly operator: string;
  readonly value: string | number | boolean | null | undefined;
} {
  if (right.kind === "literal") return { path: pathOf(left), operator, value: right.value };
  return { path: pathOf(right), operator: TURNED[operator] ?? operator, value: literalOf(left) };
}

const TURNED: { readonly [operator: string]: string } = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** A literal's value. */
export const literalOf = (expression: Expression | undefined): string | number | boolean | null | undefined =>
  expression?.kind === "literal" ? expression.value : undefined;

/** An attribute as text: `destination.port`, `host()`, `request.headers.x-id`. */
export function pathOf(expression: Expression | undefined): string | undefined {
  if (expression === undefined) return undefined;
  if (expression.kind === "name") return expression.name;
  if (expression.kind === "member") return below(pathOf(expression.of), expression.name);
  if (expression.kind === "index") return below(pathOf(expression.of), String(literalOf(expression.key)));
  if (expression.kind === "call" && expression.arguments.length === 0) {
    const name = `${expression.name}()`;
    return expression.of === undefined ? name : below(pathOf(expression.of), name);
  }
  return undefined;
}

const below = (of: string | undefined, name: string): string | undefined =>
  of === undefined ? undefined : `${of}.${name}`;

/** The name that the proxy dials. */
export const isHost = (path: string | undefined): boolean =>
  path === "host()" || path === "request.host" || path === "request.host()";

/** What a request has beside its name and port. */
export const isRequestPart = (path: string | undefined): boolean =>
  path !== undefined && /^request\.(method|path|query|headers|scheme|url\(\)|useragent\(\)|time)/.test(path);
