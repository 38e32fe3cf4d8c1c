import { asText, concatenated, EvaluationError } from "../inspect";
import type { Value } from "../symbolic";
import { Reference } from "../value";
import { type FunctionTable, integerOf, itemsOf, textOf } from "./table";

export const TEXT_FUNCTIONS: FunctionTable = new Map<string, (args: readonly Value[]) => Value | undefined>([
  ["lower", (args) => textOf(args, 0).toLowerCase()],
  ["upper", (args) => textOf(args, 0).toUpperCase()],
  ["trimspace", (args) => textOf(args, 0).trim()],
  ["chomp", (args) => textOf(args, 0).replace(/(\r\n|\n)+$/, "")],
  ["trimprefix", (args) => withoutStart(textOf(args, 0), textOf(args, 1))],
  ["trimsuffix", (args) => withoutEnd(textOf(args, 0), textOf(args, 1))],
  ["trim", (args) => trimmed(textOf(args, 0), textOf(args, 1))],
  ["startswith", (args) => textOf(args, 0).startsWith(textOf(args, 1))],
  ["endswith", (args) => textOf(args, 0).endsWith(textOf(args, 1))],
  ["strcontains", (args) => textOf(args, 0).includes(textOf(args, 1))],
  ["split", (args) => textOf(args, 1).split(textOf(args, 0))],
  ["replace", (args) => replaced(textOf(args, 0), textOf(args, 1), textOf(args, 2))],
  ["substr", (args) => part(textOf(args, 0), integerOf(args, 1), integerOf(args, 2))],
]);

/** Functions that put text together and keep references in it. */
export const JOINING_FUNCTIONS: FunctionTable = new Map<string, (args: readonly Value[]) => Value | undefined>([
  ["join", joined],
  ["format", ([pattern, ...values]) => (typeof pattern === "string" ? formatted(pattern, values) : undefined)],
  ["tostring", ([value]) => (value instanceof Reference || value === null ? value : asText(value ?? null))],
]);

const withoutStart = (text: string, start: string): string =>
  text.startsWith(start) ? text.slice(start.length) : text;

const withoutEnd = (text: string, end: string): string =>
  end !== "" && text.endsWith(end) ? text.slice(0, -end.length) : text;

function trimmed(text: string, characters: string): string {
  const cut = new Set(characters);
  const letters = [...text];
  while (letters.length > 0 && cut.has(letters[0] ?? "")) letters.shift();
  while (letters.length > 0 && cut.has(letters.at(-1) ?? "")) letters.pop();
  return letters.join("");
}

// A pattern between slashes is a regular expression of another dialect.
function replaced(text: string, pattern: string, by: string): string | undefined {
  return /^\/.*\/$/s.test(pattern) ? undefined : text.split(pattern).join(by);
}

// Positions count characters as a reader sees them; that is one for each code unit in ASCII alone.
function part(text: string, from: number, length: number): string | undefined {
  if (/[^\x20-\x7e]/.test(text)) return undefined;
  const start = from < 0 ? text.length + from : from;
  if (start < 0) return undefined;
  return length < 0 ? text.slice(start) : text.slice(start, start + length);
}

function joined([separator, ...lists]: readonly Value[]): Value | undefined {
  const all = lists.map(itemsOf);
  if (typeof separator !== "string" || all.includes(undefined)) return undefined;
  const items = all.flatMap((list) => list ?? []);
  return concatenated(items.flatMap((item, place) => (place === 0 ? [item] : [separator, item])));
}

function formatted(pattern: string, values: readonly Value[]): Value | undefined {
  const parts: Value[] = [];
  let next = 0;
  for (const [piece] of pattern.matchAll(/%[^a-zA-Z%]*[a-zA-Z%]|[^%]+|%/g)) {
    if (!piece.startsWith("%")) {
      parts.push(piece);
    } else if (piece === "%%") {
      parts.push("%");
    } else {
      const value = values[next];
      if (value === undefined) throw new EvaluationError("format() with too few arguments");
      const text = verb(piece, value);
      if (text === undefined) return undefined;
      parts.push(text);
      next += 1;
    }
  }
  return concatenated(parts);
}

function verb(verb: string, value: Value): Value | undefined {
  if (verb === "%s" || verb === "%v") {
    return typeof value === "object" && !(value instanceof Reference) && "tokens" in Object(value)
      ? value
      : scalar(value);
  }
  const [, zero, width] = /^%(0?)([1-9][0-9]?)?d$/.exec(verb) ?? [];
  if (zero === undefined || typeof value !== "number" || !Number.isSafeInteger(value)) return undefined;
  const digits = String(Math.abs(value));
  const sign = value < 0 ? "-" : "";
  const size = Number(width ?? 0);
  return zero === "0" ? sign + digits.padStart(size - sign.length, "0") : (sign + digits).padStart(size);
}

const scalar = (value: Value): Value | undefined => (value instanceof Reference ? value : asText(value));
