import { asNumber, asText, EvaluationError } from "../inspect";
import type { Value } from "../symbolic";
import { type FunctionTable, integerOf, itemsOf } from "./table";

export const NUMBER_FUNCTIONS: FunctionTable = new Map<string, (args: readonly Value[]) => Value | undefined>([
  ["tonumber", ([value]) => (value === null ? null : (asNumber(value ?? null) ?? fail("no number")))],
  ["tobool", ([value]) => truth(value ?? null)],
  ["min", (args) => numbers(args).reduce((a, b) => Math.min(a, b))],
  ["max", (args) => numbers(args).reduce((a, b) => Math.max(a, b))],
  ["abs", (args) => Math.abs(numbers(args)[0] ?? fail("no number"))],
  ["ceil", (args) => Math.ceil(numbers(args)[0] ?? fail("no number")) + 0],
  ["floor", (args) => Math.floor(numbers(args)[0] ?? fail("no number")) + 0],
  ["range", range],
  ["sum", ([list]) => sum(numbers(itemsOf(list) ?? []))],
]);

/** Longest list that is counted out. */
const MAX_RANGE = 1024;

function numbers(args: readonly Value[]): number[] {
  if (args.length === 0) fail("no number");
  return args.map((arg) => asNumber(arg) ?? fail("no number"));
}

function sum(values: readonly number[]): number | undefined {
  const total = values.reduce((a, b) => a + b, 0);
  return values.every(Number.isSafeInteger) && Number.isSafeInteger(total) ? total : undefined;
}

function truth(value: Value): boolean | null {
  if (value === null) return null;
  const text = asText(value);
  return text === "true" ? true : text === "false" ? false : fail("neither true nor false");
}

function range(args: readonly Value[]): Value | undefined {
  const [first = 0, second] = args.map((_, position) => integerOf(args, position));
  const from = second === undefined ? 0 : first;
  const to = second ?? first;
  const by = args.length > 2 ? integerOf(args, 2) : to < from ? -1 : 1;
  const count = by === 0 ? 0 : Math.max(0, Math.ceil((to - from) / by));
  if (by === 0 || count > MAX_RANGE) return fail("a range of more than 1,024 numbers");
  return Array.from({ length: count }, (_, position) => from + position * by);
}

function fail(problem: string): never {
  throw new EvaluationError(problem);
}
