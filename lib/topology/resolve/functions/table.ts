import { asNumber, asText, canonical, EvaluationError, isKnown, tokensOf } from "../inspect";
import { SetValue, type Value } from "../symbolic";

/** Functions by name; `undefined` for a result that depends on what is not known. */
export type FunctionTable = ReadonlyMap<string, (args: readonly Value[]) => Value | undefined>;

/** An argument as text. */
export function textOf(args: readonly Value[], position: number): string {
  const text = asText(args[position] ?? null);
  if (text === undefined) throw new EvaluationError("a function needs text");
  return text;
}

/** An argument as a whole number. */
export function integerOf(args: readonly Value[], position: number): number {
  const number = asNumber(args[position] ?? null);
  if (number === undefined || !Number.isSafeInteger(number))
    throw new EvaluationError("a function needs a whole number");
  return number;
}

/** The elements of a list; those of a set are sorted when they are known. `undefined` for what is not a list. */
export function itemsOf(value: Value | undefined): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof SetValue ? value.items : undefined;
}

/** Elements of one type, as lists and sets have them: with text among them, all become text. */
export function ofOneType(items: readonly Value[]): Value[] {
  const types = new Set(items.filter((item) => item !== null).map((item) => typeof item));
  if (types.size < 2 || !types.has("string") || types.has("object")) return [...items];
  return items.map((item) => (item === null ? null : (asText(item) ?? item)));
}

/** A set of the elements. */
export function setOf(items: readonly Value[]): SetValue {
  const distinct = [...new Map(ofOneType(items).map((item) => [canonical(item), item])).entries()];
  const sorted = distinct.every(([, item]) => isKnown(item)) ? distinct.sort(bySetOrder) : distinct;
  const values = sorted.map(([, item]) => item);
  return new SetValue(values, tokensOf(values));
}

function bySetOrder([textA, a]: [string, Value], [textB, b]: [string, Value]): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  return textA < textB ? -1 : 1;
}
