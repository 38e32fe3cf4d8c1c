import { escaped, knownAfterApply } from "../resolve/inspect";
import { parseTemplate } from "../resolve/syntax/parser";
import { tokensIn, type WrittenReference } from "../resolve/syntax/references";
import { Reference, type Resolved, Unknown } from "../resolve/value";
import type { JsonValue } from "../terraform-json";
import type { Block } from "./configuration";
import { type Edit, type Rewriting, rewritten } from "./rewrite";
import { isBlock } from "./shape";

/** Longest count that is written out. */
const MAX_INSTANCES = 10_000;

/** Tells what a value says, with the local values that are known so far. */
export type Lookup = (locals: ReadonlyMap<string, JsonValue>) => (value: JsonValue) => Resolved;

/** One instance of a resource, module or block: the variables of its expressions. */
export interface InstanceKey {
  /** `[0]`, `["x"]`, or nothing without count and for_each. */
  readonly suffix: string;
  /** Values by reference: `each.key`, `each.value`, `count.index`. */
  readonly variables: ReadonlyMap<string, Resolved>;
}

/** The one instance of what has neither count nor for_each. */
export const SINGLE: InstanceKey = { suffix: "", variables: new Map() };

/** The instances that count or for_each make; `undefined` when that is not known. */
export function instancesOf(body: Block, resolve: (value: JsonValue) => Resolved): InstanceKey[] | undefined {
  const { count, for_each: forEach } = body;
  if (count !== undefined && count !== null) return counted(resolve(count));
  if (forEach === undefined || forEach === null) return [SINGLE];
  const entries = entriesOf(resolve(forEach), (item) => (typeof item === "string" ? item : undefined));
  return entries?.map(([key, value]) => ({
    suffix: `[${JSON.stringify(key)}]`,
    variables: new Map<string, Resolved>([
      ["each.key", key],
      ["each.value", value],
    ]),
  }));
}

function counted(count: Resolved): InstanceKey[] | undefined {
  const number = typeof count === "string" && /^\d+$/.test(count) ? Number(count) : count;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0 || number > MAX_INSTANCES) return undefined;
  return Array.from({ length: number }, (_, index) => ({
    suffix: `[${index}]`,
    variables: new Map([["count.index", index]]),
  }));
}

/** The entries that a loop goes over; `undefined` when they, or the key of one, are not known. */
export function entriesOf(
  value: Resolved,
  keyOfItem: (item: Resolved, place: number) => Resolved | undefined,
): [Resolved, Resolved][] | undefined {
  if (Array.isArray(value)) {
    const entries = value.map((item, place): [Resolved | undefined, Resolved] => [keyOfItem(item, place), item]);
    return entries.every((entry): entry is [Resolved, Resolved] => entry[0] !== undefined) ? entries : undefined;
  }
  if (typeof value !== "object" || value === null || value instanceof Reference || value instanceof Unknown) {
    return undefined;
  }
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A value with the variables of an instance written into its expressions. */
export function substituted(value: JsonValue, { variables }: InstanceKey): JsonValue {
  if (variables.size === 0) return value;
  const rewriting: Rewriting = {
    edits: (reference) => variableEdits(reference, variables),
    whole: (reference) => wholeVariable(reference, variables),
  };
  return rewritten(value, rewriting);
}

function named({ root, steps }: WrittenReference): { name: string; end: number } | undefined {
  const [step] = steps;
  return step?.kind === "attribute" ? { name: `${root.name}.${step.name}`, end: step.end } : undefined;
}

function variableEdits(reference: WrittenReference, variables: ReadonlyMap<string, Resolved>): Edit[] {
  const found = named(reference);
  const value = found === undefined ? undefined : variables.get(found.name);
  if (found === undefined || value === undefined) return [];
  return [{ start: reference.root.start, end: found.end, text: asExpression(value) }];
}

function wholeVariable(reference: WrittenReference, variables: ReadonlyMap<string, Resolved>): JsonValue | undefined {
  let value = variables.get(named(reference)?.name ?? "");
  for (const step of reference.steps.slice(1)) {
    const key = step.kind === "attribute" ? step.name : step.key.kind === "literal" ? step.key.value : undefined;
    if (value instanceof Unknown || value instanceof Reference || key === undefined) return undefined;
    value = memberOf(value, String(key));
  }
  return value === undefined ? undefined : asJson(value);
}

function memberOf(value: Resolved | undefined, key: string): Resolved | undefined {
  if (typeof value !== "object" || value === null || value instanceof Reference || value instanceof Unknown)
    return undefined;
  return Object.hasOwn(value, key) ? (value as { [key: string]: Resolved })[key] : undefined;
}

/** A value as Terraform's JSON syntax writes it. */
export function asJson(value: Resolved): JsonValue {
  if (typeof value === "string") return escaped(value);
  if (value instanceof Reference) return `\${${value.token}}`;
  if (value instanceof Unknown) return isItsText(value) ? value.text : `\${${asExpression(value)}}`;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [escaped(key), asJson(item)]));
}

// A quoted string reads backslashes and needs its quotes escaped; the expressions in it do not.
function asExpression(value: Resolved): string {
  if (typeof value === "string") return quotedText(value);
  if (value instanceof Reference) return value.token;
  if (value instanceof Unknown) {
    const [token] = value.tokens;
    return value.text === `\${${token}}` ? String(token) : knownAfterApply(value.tokens);
  }
  if (Array.isArray(value)) return `[${value.map(asExpression).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${quotedText(key)} = ${asExpression(item)}`);
  return `{${entries.join(", ")}}`;
}

const quotedText = (text: string): string =>
  escaped(JSON.stringify(text)).replace(/\\(b|f)/g, (_, letter) => (letter === "b" ? "\\u0008" : "\\u000c"));

// The text of a value that stood in a loop names variables of that loop.
function isItsText({ text, tokens }: Unknown): boolean {
  try {
    const written = tokensIn(parseTemplate(text));
    return written.length === tokens.length && written.every((token) => tokens.includes(token));
  } catch {
    return false;
  }
}

/** Whether a value is a block with `for_each` and `content`. */
export function isDynamic(value: JsonValue): value is { [key: string]: JsonValue } {
  return isBlock(value) && value["for_each"] !== undefined && value["content"] !== undefined;
}
