import { EvaluationError, isKnown, tokensOf } from "../inspect";
import { fits } from "../size";
import { isObject, JsonText, SetValue, type Value } from "../symbolic";
import type { FunctionTable } from "./table";

export const ENCODING_FUNCTIONS: FunctionTable = new Map<string, (args: readonly Value[]) => Value | undefined>([
  ["jsonencode", ([value = null]) => jsonText(value)],
  ["jsondecode", ([value]) => document(value)],
  ["sensitive", ([value]) => value],
  ["nonsensitive", ([value]) => value],
]);

/** The JSON text of a value, or what stands for it while parts of the value are not known. */
function jsonText(value: Value): string | JsonText {
  return isKnown(value) ? encoded(value) : new JsonText(value, tokensOf(value));
}

/** What a JSON text says; `undefined` for text that is not known. */
export function document(value: Value | undefined): Value | undefined {
  if (value instanceof JsonText) return value.document;
  if (typeof value !== "string") return undefined;
  const parsed = parsedJson(value);
  if (!fits(parsed)) throw new EvaluationError("JSON that is nested too deep");
  return parsed;
}

// Terraform sorts keys and escapes what a browser would read as markup.
function encoded(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(encoded).join()}]`;
  if (value instanceof SetValue) return `[${value.items.map(encoded).join()}]`;
  if (isObject(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${encoded(key)}:${encoded(item)}`).join()}}`;
  }
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function parsedJson(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw new EvaluationError("text that is not JSON");
  }
}
