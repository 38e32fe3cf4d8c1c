import { compileCustomDetector, newBudget, scan } from "../../../../lambdas/connector-gateway/core/detect";

const badge = compileCustomDetector({
  id: "badge-number",
  kind: "personal",
  title: "Badge",
  pattern: "\\bBDG-[0-9]{6}\\b",
  keyword: "bdg-",
});

function found(text: string, isOn = (): boolean => true): string[] {
  const { findings } = scan(text, { budget: newBudget(), custom: [badge], isOn });
  return findings
    .filter(({ detector }) => detector === "badge-number")
    .map(({ start, end, decoded }) => [text.slice(start, end), ...decoded].join(" "));
}

test("a user's detector finds its values, also encoded, and nothing else", () => {
  expect(found("badge BDG-123456, badge BDG-12345")).toEqual(["BDG-123456"]);
  expect(found(`x ${Buffer.from("badge BDG-123456 here").toString("base64")} y`)).toEqual([
    "YmFkZ2UgQkRHLTEyMzQ1NiBoZXJl base64",
  ]);
  expect(found("badge BDG-123456", () => false)).toEqual([]);
});

test("a pattern that would backtrack elsewhere ends in linear time", () => {
  const nested = compileCustomDetector({ id: "nested", kind: "secret", title: "Nested", pattern: "(a+)+b" });
  expect(scan(`${"a".repeat(20_000)}c`, { budget: newBudget(), custom: [nested] }).findings).toEqual([]);
});

test.each([
  ["(?=a)a", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"],
  ["(a)\\1", "error parsing regexp: invalid escape sequence: `\\1`"],
  ["a*", "pattern matches the empty text"],
  ["a".repeat(1_001), "pattern is longer than 1000 characters"],
])("the pattern %# is refused", (pattern, message) => {
  expect(() => compileCustomDetector({ id: "x", kind: "secret", title: "X", pattern })).toThrow(message);
});
