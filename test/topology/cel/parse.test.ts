import fc from "fast-check";
import { CelSyntaxError, type Expression, parseCel } from "../../../lib/topology/cel";

/** An expression with every part in brackets, so that precedence shows. */
function shown(one: Expression): string {
  switch (one.kind) {
    case "literal":
      return JSON.stringify(one.value);
    case "name":
      return one.name;
    case "member":
      return `${shown(one.of)}.${one.name}`;
    case "index":
      return `${shown(one.of)}[${shown(one.key)}]`;
    case "call":
      return `${one.of === undefined ? "" : `${shown(one.of)}.`}${one.name}(${one.arguments.map(shown).join(", ")})`;
    case "not":
      return `!(${shown(one.of)})`;
    case "negative":
      return `-(${shown(one.of)})`;
    case "list":
      return `[${one.items.map(shown).join(", ")}]`;
    case "choice":
      return `(${shown(one.test)} ? ${shown(one.yes)} : ${shown(one.no)})`;
    case "binary":
      return `(${shown(one.left)} ${one.operator} ${shown(one.right)})`;
  }
}

describe("expressions of the Common Expression Language", () => {
  test.each([
    ["a || b && c", "(a || (b && c))"],
    ["a && b || c", "((a && b) || c)"],
    ["!a && b", "(!(a) && b)"],
    ["!(a && b)", "!((a && b))"],
    ["!!a", "!(!(a))"],
    ["a == b && c != d", "((a == b) && (c != d))"],
    ["a in ['x', 'y']", '(a in ["x", "y"])'],
    ["a.b.c(1, 'x').d", 'a.b.c(1, "x").d'],
    ["request.headers['x-id'] == \"1\"", '(request.headers["x-id"] == "1")'],
    ["1 + 2 * 3 >= 7", "((1 + (2 * 3)) >= 7)"],
    ["a ? b : c ? d : e", "(a ? b : (c ? d : e))"],
    ["-1 < x", "(-(1) < x)"],
    ["0x1F == 31u", "(31 == 31)"],
    ["true && false || null == x", "((true && false) || (null == x))"],
    ["a // a note\n&& b", "(a && b)"],
  ])("%s is %s", (text, expected) => {
    expect(shown(parseCel(text))).toBe(expected);
  });

  test.each([
    [String.raw`'it\'s'`, "it's"],
    [String.raw`"a\\b"`, "a\\b"],
    [String.raw`r'a\b'`, "a\\b"],
    [String.raw`'\x41\u0042\U00000043\104'`, "ABCD"],
    ["'''two\nlines'''", "two\nlines"],
    ["'${google_service_account.a.email}'", "${google_service_account.a.email}"],
  ])("the string %s is read", (text, value) => {
    expect(parseCel(text)).toEqual({ kind: "literal", value });
  });

  test.each([
    ["", "the expression breaks off"],
    ["a &&", "the expression breaks off"],
    ["(a", "the expression breaks off"],
    ["a b", '"b" stands where it can\'t'],
    ["a = b", '"=" stands where nothing can'],
    ["'open", "a string has no end"],
    ["'two\nlines'", "a string has no end"],
    [String.raw`'\q'`, "\\q is no escape"],
    ["f(a b)", '"b" stands where it can\'t'],
    ["a.", "the expression breaks off"],
    ["{'a': 1}", '"{" stands where nothing can'],
    [`${"(".repeat(300)}a${")".repeat(300)}`, "nested deeper than 200 levels"],
  ])("%j is refused", (text, message) => {
    expect(() => parseCel(text)).toThrow(new CelSyntaxError(message));
  });

  test("any text is read or refused as no expression, and never otherwise", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          parseCel(text);
        } catch (error) {
          expect(error).toBeInstanceOf(CelSyntaxError);
        }
      }),
      { seed: 7, numRuns: 2_000 },
    );
  });

  const trees: fc.Arbitrary<Expression> = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Expression>(
        { kind: "name", name: "a" },
        { kind: "literal", value: "x" },
        { kind: "literal", value: 7 },
      ),
      fc.record({ kind: fc.constant("not" as const), of: tie("tree") }),
      fc.record({
        kind: fc.constant("call" as const),
        name: fc.constant("f"),
        arguments: fc.array(tie("tree"), { maxLength: 2 }),
      }),
      fc.record({
        kind: fc.constant("binary" as const),
        operator: fc.constantFrom(
          "&&" as const,
          "||" as const,
          "==" as const,
          "<" as const,
          "+" as const,
          "*" as const,
          "in" as const,
        ),
        left: tie("tree"),
        right: tie("tree"),
      }),
    ),
  })).tree;

  test("what is written out with brackets is read as it was", () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(parseCel(shown(tree))).toEqual(tree);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
