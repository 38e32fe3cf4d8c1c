import { Reference, Unknown } from "../resolve/value";
import { parsePolicyText } from "./policy-text";
import { isLiteral } from "./template";

/** One test of a statement's conditions. All of a statement's tests have to hold. */
export interface Condition {
  /** `StringEquals`, `ForAnyValue:StringLikeIfExists`, or a template. */
  readonly operator: string;
  readonly key: string;
  readonly values: string[];
}

/** Who a statement of a trust, resource or endpoint policy is about. */
export interface Principal {
  /** `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` for everybody; a template where it is not known. */
  readonly type: string;
  readonly id: string;
}

/** One statement. Texts are as written and may hold templates; exactly one of actions and notActions is set. */
export interface Statement {
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly actions?: string[];
  readonly notActions?: string[];
  readonly resources?: string[];
  readonly notResources?: string[];
  readonly principals?: Principal[];
  readonly notPrincipals?: Principal[];
  readonly conditions: Condition[];
}

/** A policy of IAM. */
export interface PolicyDocument {
  readonly statements: Statement[];
  /** The statements are surely in it, and there may be more. */
  readonly atLeast?: boolean;
}

const STATEMENT_ELEMENTS = new Set([
  ...["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"],
]);
const ANYTHING = "${unknown}";
const UNKNOWN_CONDITION: Condition = { operator: ANYTHING, key: ANYTHING, values: [ANYTHING] };
/** Any statement at all: the evaluator reads it as an opening or a restriction, as its reading demands. */
const UNKNOWN_STATEMENTS: Statement[] = (["Allow", "Deny"] as const).map((effect) => ({
  effect,
  actions: [ANYTHING],
  resources: [ANYTHING],
  principals: [{ type: ANYTHING, id: ANYTHING }],
  conditions: [UNKNOWN_CONDITION],
}));

class Unreadable extends Error {}

/**
 * Reads a policy from JSON text, or from an object whose values are resolved. Undefined for what can't be read, and for
 * what IAM itself refuses, such as an element in other letters: nothing can be said about such a policy.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function readPolicyDocument(value: unknown): PolicyDocument | undefined {
  const text = templateText(value) ?? value;
  const json = typeof text === "string" ? parsePolicyText(text) : text;
  if (!isRecord(json)) return undefined;
  if (Object.keys(json).some((key) => !["Version", "Id", "Statement"].includes(key))) return undefined;
  try {
    return { statements: list(json["Statement"]).flatMap(readStatement) };
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

function readStatement(value: unknown): Statement[] {
  if (isUnknown(value)) return UNKNOWN_STATEMENTS;
  if (!isRecord(value) || Object.keys(value).some((key) => !STATEMENT_ELEMENTS.has(key))) throw new Unreadable();
  const sid = value["Sid"] === undefined ? undefined : textOf(value["Sid"]);
  const body = {
    ...(sid === undefined ? {} : { sid }),
    ...oneOf(value, "Action", "actions", "NotAction", "notActions", true),
    ...oneOf(value, "Resource", "resources", "NotResource", "notResources", false),
    ...readPrincipals(value),
    conditions: readConditions(value["Condition"]),
  };
  const effect = value["Effect"];
  if (effect === "Allow" || effect === "Deny") return [{ ...body, effect }];
  if (!isUnknown(effect)) throw new Unreadable();
  const conditions = [...body.conditions, UNKNOWN_CONDITION];
  return [
    { ...body, effect: "Allow", conditions },
    { ...body, effect: "Deny", conditions },
  ];
}

function oneOf(
  value: { [key: string]: unknown },
  element: string,
  name: string,
  negated: string,
  negatedName: string,
  required: boolean,
): { [name: string]: string[] } {
  const [plain, not] = [value[element], value[negated]];
  if ((plain !== undefined && not !== undefined) || (required && plain === undefined && not === undefined)) {
    throw new Unreadable();
  }
  if (plain !== undefined) return { [name]: list(plain).map(textOf) };
  return not === undefined ? {} : { [negatedName]: list(not).map(textOf) };
}

function readPrincipals(value: { [key: string]: unknown }): Pick<Statement, "principals" | "notPrincipals"> {
  const [plain, not] = [value["Principal"], value["NotPrincipal"]];
  if (plain !== undefined && not !== undefined) throw new Unreadable();
  if (plain !== undefined) return { principals: principalsOf(plain) };
  return not === undefined ? {} : { notPrincipals: principalsOf(not) };
}

function principalsOf(value: unknown): Principal[] {
  if (value === "*") return [{ type: "*", id: "*" }];
  if (isUnknown(value)) return [{ type: ANYTHING, id: textOf(value) }];
  if (!isRecord(value)) throw new Unreadable();
  return Object.entries(value).flatMap(([type, ids]) => list(ids).map((id) => ({ type, id: textOf(id) })));
}

function readConditions(value: unknown): Condition[] {
  if (value === undefined) return [];
  if (isUnknown(value)) return [UNKNOWN_CONDITION];
  if (!isRecord(value)) throw new Unreadable();
  return Object.entries(value).flatMap(([operator, tests]) => {
    if (isUnknown(tests)) return [{ operator, key: ANYTHING, values: [ANYTHING] }];
    if (!isRecord(tests)) throw new Unreadable();
    return Object.entries(tests).map(([key, values]) => ({ operator, key, values: list(values).map(textOf) }));
  });
}

/** The template text of a value that is a reference or not known; undefined for anything else. */
export function templateText(value: unknown): string | undefined {
  if (value instanceof Reference) return `\${${value.address}.${value.attribute}}`;
  return value instanceof Unknown ? (isLiteral(value.text) ? ANYTHING : value.text) : undefined;
}

/** A value or a list of values, as a list. */
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

function textOf(value: unknown): string {
  const text = templateText(value) ?? value;
  if (typeof text === "string") return text;
  if (typeof text === "number" || typeof text === "boolean") return String(text);
  throw new Unreadable();
}

// A text is a whole value of its own where an object is expected, so one with a template stands for any object.
const isUnknown = (value: unknown): boolean =>
  templateText(value) !== undefined || (typeof value === "string" && !isLiteral(value));

/** A plain object: neither a list nor a reference. */
export const isRecord = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && templateText(value) === undefined;
