import fc from "fast-check";
import { NameSet } from "../../../lib/topology/sets/name-set";

/** A set of names as an expression, to be built and to be asked without building it. */
export type NameExpression =
  | { readonly kind: "exact" | "below" | "suffix"; readonly text: string }
  | { readonly kind: "none" | "all" | "named" | "nameless" }
  | { readonly kind: "union" | "intersect" | "subtract"; readonly a: NameExpression; readonly b: NameExpression }
  | { readonly kind: "complement"; readonly a: NameExpression };

const LETTERS = ["a", "b", "."];

/** Names of up to three characters, of which none begins with a dot. */
const text = fc
  .array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 3 })
  .map((letters) => letters.join(""))
  .filter((one) => !one.startsWith("."));

export const nameExpressions: fc.Arbitrary<NameExpression> = fc.letrec<{ node: NameExpression }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: "names" },
    fc.record({ kind: fc.constantFrom("exact", "below", "suffix"), text }) as fc.Arbitrary<NameExpression>,
    fc.record({ kind: fc.constantFrom("none", "all", "named", "nameless") }) as fc.Arbitrary<NameExpression>,
    fc.record({
      kind: fc.constantFrom("union", "intersect", "subtract"),
      a: tie("node"),
      b: tie("node"),
    }) as fc.Arbitrary<NameExpression>,
    fc.record({ kind: fc.constant("complement"), a: tie("node") }) as fc.Arbitrary<NameExpression>,
  ),
})).node;

/**
 * All names that can tell two such sets apart: one character deeper than any text, and with a letter that no text has.
 * The empty one stands for "no name".
 */
export const everyName: readonly string[] = namesOf(5, ["a", "b", "c", "."]).filter((name) => !name.startsWith("."));

function namesOf(length: number, letters: readonly string[]): string[] {
  if (length === 0) return [""];
  const shorter = namesOf(length - 1, letters);
  return [
    ...shorter,
    ...shorter.filter((one) => one.length === length - 1).flatMap((one) => letters.map((c) => one + c)),
  ];
}

export function built(expression: NameExpression): NameSet {
  switch (expression.kind) {
    case "exact":
      return NameSet.exact(expression.text);
    case "below":
      return NameSet.below(expression.text);
    case "suffix":
      return NameSet.suffix(expression.text);
    case "none":
      return NameSet.NONE;
    case "all":
      return NameSet.ALL;
    case "named":
      return NameSet.NAMED;
    case "nameless":
      return NameSet.NAMELESS;
    case "complement":
      return built(expression.a).complement();
    default:
      return built(expression.a)[expression.kind](built(expression.b));
  }
}

/** Whether a name is in the expression's set, by what the words mean. */
export function holds(expression: NameExpression, name: string): boolean {
  switch (expression.kind) {
    case "exact":
      return name === expression.text;
    case "below":
      return name.endsWith(`.${expression.text}`) && name.length > expression.text.length + 1;
    case "suffix":
      return name.endsWith(expression.text);
    case "none":
      return false;
    case "all":
      return true;
    case "named":
      return name !== "";
    case "nameless":
      return name === "";
    case "complement":
      return !holds(expression.a, name);
    case "union":
      return holds(expression.a, name) || holds(expression.b, name);
    case "intersect":
      return holds(expression.a, name) && holds(expression.b, name);
    default:
      return holds(expression.a, name) && !holds(expression.b, name);
  }
}
