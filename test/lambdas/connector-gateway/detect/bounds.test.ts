import { gzipSync } from "node:zlib";
import { newBudget, type ScanBudget, type ScanResult, scan } from "../../../../lambdas/connector-gateway/core/detect";
import { SECRET_RULES } from "../../../../lambdas/connector-gateway/core/detect/secrets";
import { sample } from "./samples";

function scanned(text: string): { result: ScanResult; budget: ScanBudget } {
  const budget = newBudget();
  return { result: scan(text, { budget }), budget };
}

const KEYWORDS = [...new Set(SECRET_RULES.flatMap(({ keywords }) => keywords))];
const size = 64 * 1024;
const times = (text: string): string => text.repeat(Math.ceil(size / text.length));

test.each([
  ["one keyword again and again", times("ghp_")],
  ["all keywords again and again", times(KEYWORDS.join(" "))],
  ["keywords with a sign of assignment", times("api_key=aaaa password: bbbbb ")],
  ["schemes without an end", times("postgres://a:")],
])("%s end with what was found or with the windows used up", (_, text) => {
  const { result, budget } = scanned(text);
  expect(budget.windows).toBeLessThanOrEqual(4_001);
  expect(result.incomplete ?? "complete").toMatch(/^complete$|^more than 4000 windows$/);
});

test("one keyword in 64 KB of itself is more than the windows allow", () => {
  expect(scanned(times("ghp_")).result.incomplete).toBe("more than 4000 windows");
});

test("base64 inside of base64 is undone three times and no more", () => {
  const token = sample("github-personal-token", 4);
  const wrap = (count: number): string => {
    let text = token;
    for (let i = 0; i < count; i += 1) text = Buffer.from(`it is ${text}`).toString("base64");
    return text;
  };
  const kinds = (count: number): string[] =>
    scanned(wrap(count)).result.findings.map(({ decoded }) => decoded.join(" "));
  expect(kinds(3)).toEqual(["base64 base64 base64"]);
  expect(kinds(4)).toEqual([]);
  expect(scanned(wrap(12)).budget.decodedBytes).toBeLessThanOrEqual(4_194_305);
});

test("64 KB of runs that decode to text use up the decoded texts", () => {
  const run = (i: number): string => Buffer.from(`harmless text number ${i}`).toString("base64");
  const text = Array.from({ length: 1_500 }, (_, i) => run(i)).join(" ");
  expect(scanned(text).result.incomplete).toBe("more than 400 decoded texts");
});

test("a gzip bomb ends with the decoded bytes used up", () => {
  const { result, budget } = scanned(gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString("base64"));
  expect(result.incomplete).toBe("more than 4194304 decoded bytes");
  // What was refused was not put out.
  expect(budget.decodedBytes).toBeLessThanOrEqual(4_194_304 + 1_024);
});

test("a gzip stream that breaks off is looked at as far as it goes", () => {
  const bytes = gzipSync(
    `${sample("github-personal-token", 4)} ${Array.from({ length: 400 }, (_, i) => `line ${i * 7919}`).join("\n")}`,
  );
  const text = bytes.subarray(0, bytes.length - 200).toString("base64");
  expect(scanned(text).result.findings.map(({ detector, decoded }) => [detector, decoded])).toEqual([
    ["github-personal-token", ["base64", "gzip"]],
  ]);
});

test.each([
  ["percent signs", times("%41%")],
  ["entities", times("&#65;&amp")],
  ["backslashes", times("\\\\u0041\\")],
  ["equals signs", times("=41=\n")],
  ["spaced letters", times("a ")],
  ["hexadecimal", times("0x41, ")],
  ["digits and dashes", times("4-5-3-9 ")],
  ["at signs", times("a@a.")],
  ["capitals and digits", times("DE75 5121 ")],
  ["zero widths", times("a\u200b")],
  ["tags", times("\u{e0041}")],
  ["begin marks", times("-----BEGIN PRIVATE KEY-----\n")],
  ["white space", times("machine a\n\n\n\n")],
])("64 KB of %s are looked through within the bounds", (_, text) => {
  const { budget } = scanned(text);
  expect(budget.windows).toBeLessThanOrEqual(4_001);
  expect(budget.candidates).toBeLessThanOrEqual(401);
});

test("a budget is shared by the texts of an exchange, and stays used up", () => {
  const budget = newBudget({ windows: 3 });
  const token = sample("github-personal-token", 4);
  const results = [1, 2, 3, 4, 5].map(() => scan(`a ${token}`, { budget }));
  expect(results.map(({ incomplete }) => incomplete)).toEqual([
    undefined,
    undefined,
    undefined,
    "more than 3 windows",
    "more than 3 windows",
  ]);
});

test("the same text gives the same findings and the same count of work", () => {
  const text = SECRET_RULES.slice(0, 80)
    .map(({ id }, i) => sample(id, i + 1))
    .join("\n");
  const [first, second] = [scanned(text), scanned(text)];
  expect(second.result).toEqual(first.result);
  expect(second.budget).toEqual(first.budget);
});
