import fc from "fast-check";
import { Reference, type Resolved, Unknown } from "../../../lib/topology/resolve/value";
import type { JsonValue } from "../../../lib/topology/terraform-json";
import { resolverOf, shown } from "./configurations";

const SECTIONS = {
  resource: { aws_vpc: { v: { cidr_block: "10.0.0.0/16" } } },
  locals: { list: ["a", "b"], map: { a: 1, b: "x" }, x: "${var.x}" },
};
const open = resolverOf(SECTIONS);

// Expressions over a variable that may have any value.
const { expression } = fc.letrec<{ expression: string; list: string }>((tie) => {
  const inner = tie("expression");
  const list = tie("list");
  return {
    expression: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(
        "var.x",
        "local.x",
        '"a"',
        '""',
        "null",
        "1",
        "true",
        "false",
        "local.map",
        "aws_vpc.v.cidr_block",
      ),
      fc.tuple(inner, fc.constantFrom("==", "!=", "&&", "||", "+", "<"), inner).map((parts) => `(${parts.join(" ")})`),
      fc.tuple(inner, inner, inner).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
      fc
        .tuple(fc.constantFrom("try", "coalesce", "merge", "lookup"), inner, inner)
        .map(([f, a, b]) => `${f}(${a}, ${b})`),
      fc
        .tuple(fc.constantFrom("can", "lower", "tostring", "jsonencode", "length", "keys"), inner)
        .map(([f, a]) => `${f}(${a})`),
      fc
        .tuple(fc.constantFrom("length", "toset", "one", "distinct", "compact", "flatten", "sort"), list)
        .map(([f, a]) => `${f}(${a})`),
      fc.tuple(list, inner).map(([of, value]) => `contains(${of}, ${value})`),
      fc.tuple(list, fc.constantFrom("0", "1", "var.x")).map(([of, key]) => `${of}[${key}]`),
      inner.map((part) => `"p-\${${part}}"`),
      fc.tuple(list, inner).map(([over, test]) => `[for e in ${over} : e if e == ${test}]`),
      fc.tuple(list, inner).map(([over, key]) => `{for e in ${over} : e => ${key}...}`),
      fc.tuple(inner, inner).map(([key, value]) => `{(${key}) = ${value}}`),
    ),
    list: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom("local.list", "[]", "[var.x]", "var.x"),
      fc.array(inner, { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
      fc.tuple(list, list).map(([a, b]) => `concat(${a}, ${b})`),
    ),
  };
});

const assignment: fc.Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
  ...["a", "", "b", "10.0.0.0/8", null, true, false, 0, 1, 7],
  ...([[], ["a"], ["b", "c"], [["a"]], {}, { a: "x" }, { a: 2, c: [] }] as JsonValue[]),
);

// Whether a value that was told before anything was assumed still holds; what was unknown may be anything.
function holds(before: Resolved, after: Resolved): boolean {
  if (before instanceof Unknown) return true;
  // The document behind jsonencode() takes the place of its text while parts of it are not known.
  if (typeof before === "object" && before !== null && typeof after === "string")
    return holds(before, JSON.parse(after));
  if (before instanceof Reference) return after instanceof Reference && before.token === after.token;
  if (Array.isArray(before)) {
    return (
      Array.isArray(after) && before.length === after.length && before.every((one, n) => holds(one, after[n] ?? null))
    );
  }
  if (typeof before !== "object" || before === null) return before === after;
  if (typeof after !== "object" || after === null || Array.isArray(after)) return false;
  const other = after as { [key: string]: Resolved };
  const keys = Object.keys(before);
  return (
    keys.length === Object.keys(other).length && keys.every((key) => holds(before[key] ?? null, other[key] ?? null))
  );
}

test("what is known without a value of the variable is the same with every value", () => {
  fc.assert(
    fc.property(expression, assignment, (text, value) => {
      const template = `\${${text}}`;
      const before = open.text(template);
      const after = resolverOf(SECTIONS, { "var.x": value }).text(template);
      // Terraform refuses the expression with that value, so that nothing is deployed.
      if (after instanceof Unknown) return;
      expect([template, value, holds(before, after), shown(before), shown(after)]).toEqual([
        ...[template, value, true, shown(before), shown(after)],
      ]);
    }),
    { numRuns: 5000 },
  );
});
