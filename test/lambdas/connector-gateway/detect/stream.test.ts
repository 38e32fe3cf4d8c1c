import fc from "fast-check";
import {
  DETECTORS,
  type Finding,
  newBudget,
  StreamScanner,
  scan,
} from "../../../../lambdas/connector-gateway/core/detect";
import { sample } from "./samples";

/** Kinds whose values are no longer than what is held back. */
const SHORT = DETECTORS.filter(({ kind }) => kind === "secret")
  .map(({ id }) => id)
  .filter((id) => sample(id, 3).length < 200);
const PROSE = [
  "the quick brown fox ",
  '{"status":"open",',
  "日本語のテキスト",
  "\n\n",
  " = ",
  "lorem ipsum; dolor (sit) ",
  "https://docs.acme.com/a/b?c=d ",
  "über Größe ",
];

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...PROSE) },
  fc.tuple(fc.constantFrom(...SHORT), fc.integer({ min: 1, max: 1e6 })).map(([id, seed]) => ` ${sample(id, seed)} `),
  fc.constantFrom(
    " DE75 5121 0800 1245 1261 99 ",
    " 4539 5787 6362 1486 ",
    " ada@analytical-engines.co.uk ",
    " +49 30 901820 ",
  ),
  fc
    .integer({ min: 1, max: 1e6 })
    .map((seed) => ` ${Buffer.from(`it is ${sample("github-personal-token", seed)}`).toString("base64")} `),
  fc
    .integer({ min: 1, max: 1e6 })
    .map((seed) => ` ${encodeURIComponent(sample("azure-shared-access-signature", seed))} `),
);

function stream(text: string, cuts: readonly number[]): { safe: string; findings: Finding[]; late: Finding[] } {
  const scanner = new StreamScanner({ budget: newBudget({ windows: 1e6, decodedBytes: 1e9, candidates: 1e6 }) });
  const steps = [];
  let at = 0;
  for (const cut of cuts) {
    steps.push(scanner.push(text.slice(at, at + cut)));
    at += cut;
  }
  steps.push(scanner.push(text.slice(at)), scanner.end());
  const late = steps.flatMap(({ findings, offset }) => findings.filter(({ start }) => start < offset));
  for (const { incomplete } of steps) expect(incomplete).toBeUndefined();
  return { safe: steps.map(({ safe }) => safe).join(""), findings: steps.flatMap(({ findings }) => findings), late };
}

/** What is covered, by kind: pieces of one value that were told apart count as the whole. */
function covered(findings: readonly Finding[]): string[] {
  const sorted = [...findings].sort((a, b) =>
    a.detector < b.detector ? -1 : a.detector > b.detector ? 1 : a.start - b.start,
  );
  const merged: { detector: string; start: number; end: number }[] = [];
  for (const { detector, start, end } of sorted) {
    const last = merged.at(-1);
    if (last?.detector === detector && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ detector, start, end });
  }
  return merged.map(({ detector, start, end }) => `${detector} ${start}-${end}`);
}

test("a text that comes in pieces, cut anywhere, gives the findings of the whole text, before their characters leave", () => {
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 }),
      (pieces, cuts) => {
        const text = pieces.join("");
        const whole = scan(text, { budget: newBudget() }).findings;
        const result = stream(text, cuts);
        expect(result.safe).toBe(text);
        expect(result.late).toEqual([]);
        expect([text, covered(result.findings)]).toEqual([text, covered(whole)]);
      },
    ),
    { numRuns: 300, seed: 3 },
  );
});

test("prose leaves at once but for its last word, and a secret does not leave before it is told", () => {
  const scanner = new StreamScanner({ budget: newBudget() });
  expect(scanner.push("The quick brown fox jumps over the lazy dog and more").safe).toBe(
    "The quick brown fox jumps over the lazy dog and ",
  );
  const token = sample("github-personal-token", 5);
  const step = scanner.push(` is here: ${token.slice(0, 30)}`);
  expect([step.safe, step.findings]).toEqual(["more is here: ", []]);
  scanner.push(`${token.slice(30)} and `);
  const last = scanner.end();
  expect(last.findings.map(({ detector, start, end }) => [detector, start, end])).toEqual([
    ["github-personal-token", 62, 102],
  ]);
  expect(last.safe.startsWith(token)).toBe(true);
});

test("no more than 256 characters are held back, whatever comes", () => {
  const scanner = new StreamScanner({ budget: newBudget({ windows: 1e6, decodedBytes: 1e9, candidates: 1e6 }) });
  let held = 0;
  for (let i = 0; i < 100; i += 1) {
    held += 50 - scanner.push("a7".repeat(25)).safe.length;
    expect(held).toBeLessThanOrEqual(256 + 32);
  }
});

test("a private key longer than what is held is told from its first line to its last", () => {
  const body = Array.from(
    { length: 24 },
    (_, i) => `${sample("private-key", i + 1).split("\n")[1]}${"Qx7/".repeat(6)}`,
  ).join("\n");
  const text = `here: -----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\nthe rest of it`;
  const { findings } = stream(
    text,
    Array.from({ length: 200 }, () => 37),
  );
  const [all] = covered(findings.filter(({ detector }) => detector === "private-key"));
  expect(all).toBe(`private-key ${text.indexOf("\n") + 1}-${text.indexOf("\n-----END") + 1}`);
});

test("when the budget is used up nothing leaves any more", () => {
  const scanner = new StreamScanner({ budget: newBudget({ windows: 20 }) });
  const steps = Array.from({ length: 20 }, () => scanner.push("ghp_ghp_ghp_ghp_ghp_ghp_ghp_ghp_ "));
  expect(steps.at(-1)).toMatchObject({ safe: "", findings: [], incomplete: "more than 20 windows" });
  expect(scanner.end()).toMatchObject({ safe: "", incomplete: "more than 20 windows" });
});
