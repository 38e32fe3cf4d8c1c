import { isObject, JsonText, SetValue, Symbolic, type Value } from "./symbolic";
import { Reference, type Resolved, Unknown } from "./value";

/** Longest text that is put together. */
const MAX_TEXT = 4 * 1024 * 1024;

/** An expression that Terraform would refuse: an attribute that is not there, a list where text is needed. */
export class EvaluationError extends Error {}

/** Whether a value and all that it holds are plain known values. */
export function isKnown(value: Value): boolean {
  if (Array.isArray(value)) return value.every(isKnown);
  if (value instanceof SetValue) return value.items.every(isKnown);
  if (isObject(value)) return Object.values(value).every(isKnown);
  return typeof value !== "object" || value === null;
}

/** Whether a value is or holds one that the configuration does not tell; a reference is told. */
export function holdsUnknown(value: Value): boolean {
  if (Array.isArray(value)) return value.some(holdsUnknown);
  if (value instanceof SetValue) return value.items.some(holdsUnknown);
  if (isObject(value)) return Object.values(value).some(holdsUnknown);
  return value instanceof Unknown;
}

/** What would have to be known to know a value whole, each token once. */
export function tokensOf(...values: readonly Value[]): string[] {
  const tokens = new Set<string>();
  const collect = (value: Value): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (value instanceof Reference) tokens.add(value.token);
    else if (value instanceof Unknown || value instanceof Symbolic) for (const token of value.tokens) tokens.add(token);
    else if (isObject(value)) Object.values(value).forEach(collect);
  };
  values.forEach(collect);
  return [...tokens];
}

/** An expression that is known after apply and depends on others. */
export function knownAfterApply(tokens: readonly string[]): string {
  return `known_after_apply(${tokens.join(", ")})`;
}

/** What is not known because other things are not. */
export function dependingOn(...values: readonly Value[]): Unknown {
  const tokens = tokensOf(...values);
  const [only] = tokens;
  return new Unknown(`\${${tokens.length === 1 ? only : knownAfterApply(tokens)}}`, tokens);
}

/** A value as the caller of the resolver gets it. */
export function settled(value: Value): Resolved {
  if (Array.isArray(value)) return value.map(settled);
  if (value instanceof JsonText) return settled(value.document);
  if (value instanceof SetValue) return value.items.map(settled);
  if (value instanceof Symbolic) return dependingOn(value);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, settled(item)]));
  return value as Resolved;
}

/** Whether two values are equal; `undefined` when it depends on what is not known. */
export function areEqual(a: Value, b: Value): boolean | undefined {
  if (a instanceof Reference && b instanceof Reference && a.token === b.token) return true;
  if (a instanceof Reference || b instanceof Reference) {
    const other = a instanceof Reference ? b : a;
    // What a resource gets when it is created is neither null nor empty.
    return other === null || other === "" ? false : undefined;
  }
  if (!isKnown(a) || !isKnown(b)) return undefined;
  return canonical(a) === canonical(b);
}

/** One text for each known value, the same for equal ones. */
export function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value instanceof SetValue) return `set(${value.items.map(canonical).join()})`;
  if (value instanceof Reference) return `reference(${JSON.stringify(value.token)})`;
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
    return `{${entries.sort().join()}}`;
  }
  return JSON.stringify(value);
}

/** Terraform's text of a scalar; `undefined` for what has none. */
export function asText(value: Value): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const text = String(value);
  return text.includes("e") ? undefined : text;
}

/** The number that a value is or spells. */
export function asNumber(value: Value): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?[0-9]+(\.[0-9]+)?$/.test(value) ? Number(value) : undefined;
}

/** Joins values to one text, as a template does. */
export function concatenated(parts: readonly Value[]): string | Unknown {
  const texts = parts.map(asText);
  if (texts.every((text) => text !== undefined)) return joined(texts);
  const written = parts.map((part, position) => {
    const text = texts[position];
    if (text !== undefined) return escaped(text);
    if (part instanceof Reference) return `\${${part.token}}`;
    const unknown = settled(part);
    if (unknown instanceof Unknown) return unknown.text;
    if (part instanceof JsonText) return dependingOn(part).text;
    throw new EvaluationError(part === null ? "null is no text" : "a list or an object is no text");
  });
  return new Unknown(joined(written), tokensOf(...parts));
}

function joined(texts: readonly string[]): string {
  if (texts.reduce((length, text) => length + text.length, 0) > MAX_TEXT) {
    throw new EvaluationError("text of more than 4 MB");
  }
  return texts.join("");
}

/** Text as a template that evaluates to it. */
export function escaped(text: string): string {
  return text.replace(/([$%])\{/g, "$1$1{");
}
