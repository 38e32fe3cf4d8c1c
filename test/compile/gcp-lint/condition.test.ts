import fc from "fast-check";
import { literalsOf, parseCondition, requires, testsOf } from "../../../lib/compile/gcp-lint/condition";

const ATOMS = ["host() == 'a'", "destination.port == 443", "f(x, ')')", "!(y && z)", 'name == "(||"'];

type Tree = number | { readonly op: "&&" | "||"; readonly parts: readonly Tree[] };

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.nat(ATOMS.length - 1),
    fc.record({ op: fc.constantFrom("&&", "||"), parts: fc.array(tie("tree"), { minLength: 2, maxLength: 3 }) }),
  ),
})).tree;

/** With parentheses only where the other operator is inside of an `&&`. */
function write(node: Tree, inAnd = false): string {
  if (typeof node === "number") return ATOMS[node] ?? "";
  const text = node.parts.map((part) => write(part, node.op === "&&")).join(` ${node.op} `);
  return inAnd && node.op === "||" ? `(${text})` : text;
}

function holds(node: Tree, isTrue: (atom: number) => boolean): boolean {
  if (typeof node === "number") return isTrue(node);
  return node.op === "&&"
    ? node.parts.every((part) => holds(part, isTrue))
    : node.parts.some((part) => holds(part, isTrue));
}

describe("a condition in CEL", () => {
  test("requires a comparison exactly if it is false without it", () => {
    fc.assert(
      fc.property(tree, fc.subarray([0, 1, 2, 3, 4]), (node, needed) => {
        const condition = parseCondition(write(node));
        if ("reason" in condition) throw new Error(condition.reason);
        const texts = needed.map((atom) => ATOMS[atom]);
        expect(requires(condition, (test) => texts.includes(test))).toBe(
          !holds(node, (atom) => !needed.includes(atom)),
        );
      }),
    );
  });

  test("keeps calls, negations and literals in one comparison", () => {
    const condition = parseCondition(ATOMS.join(" && "));
    expect("reason" in condition ? condition : testsOf(condition)).toEqual(ATOMS);
  });

  test.each([
    ["", "a comparison is missing"],
    ["a &&", "a comparison is missing"],
    ["a && (", "a comparison is missing"],
    ["(a", "a parenthesis is not closed"],
    ["f(a", "a parenthesis is not closed"],
    ["f('a)", "a parenthesis is not closed"],
    ["a)", "a parenthesis is not opened"],
    ["(a) b", "an operator is missing"],
    ["'a", "a literal is not closed"],
    ["'a\nb'", "a literal is not closed"],
    ["x == r'a'", "a literal is raw or in triple quotes"],
    ["x == '''a'''", "a literal is raw or in triple quotes"],
    ["a // b", "a comment hides what follows it"],
    ["a ? b : c", "a choice (? :) is not a condition that has to hold"],
  ])("does not read %j: %s", (text, reason) => {
    expect(parseCondition(text)).toEqual({ reason });
  });

  test("any text is read or refused, and never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."a'\"()&|!\\ /?=".split("")) }), (text) => {
        const condition = parseCondition(text);
        expect("reason" in condition || testsOf(condition).every((test) => test !== "")).toBe(true);
      }),
    );
  });

  test("literals are read without their quotes", () => {
    expect(literalsOf(`f('a', "b'c", 'd\\'e')`)).toEqual(["a", "b'c", "d\\'e"]);
  });
});
