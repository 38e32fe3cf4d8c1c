import fc from "fast-check";
import { DETECTORS, newBudget, scan } from "../../../../lambdas/connector-gateway/core/detect";
import { SECRET_RULES } from "../../../../lambdas/connector-gateway/core/detect/secrets";
import { flawsOf, SAMPLED, sample } from "./samples";

const secrets = DETECTORS.filter(({ kind }) => kind === "secret").map(({ id }) => id);
const seeds = fc.integer({ min: 1, max: 2 ** 31 });
const plain = { windows: 4_000, decodedBytes: 4_194_304, candidates: 400, depth: 0 };

/** Of one kind alone, undecoded. */
function finds(id: string, text: string): boolean {
  const { findings, incomplete } = scan(text, { budget: newBudget(plain), isOn: (detector) => detector.id === id });
  expect(incomplete).toBeUndefined();
  return findings.length > 0;
}

test("there are at least 120 kinds of secrets, each with its own name, a title and the page that says what it looks like", () => {
  expect(secrets.length).toBeGreaterThanOrEqual(120);
  expect(new Set(DETECTORS.map(({ id }) => id)).size).toBe(DETECTORS.length);
  for (const { id, title, source } of DETECTORS) {
    expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(title).not.toBe("");
    expect(source).toMatch(/^https:\/\/[a-z0-9.-]+\//);
  }
});

test("every kind of secret has samples", () => {
  expect([...secrets].sort()).toEqual(SAMPLED);
});

describe.each(secrets)("%s", (id) => {
  test("is found wherever it stands", () => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom("", "It was: ", '{"a": "', "x = '", "\n\t", "("),
        fc.constantFrom("", ".\n", '"}', "'", ")", "\n"),
        (seed, before, after) => {
          expect([id, finds(id, before + sample(id, seed) + after)]).toEqual([id, true]);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test.each(flawsOf(id))("is not found when it is spoiled: %s", (flaw) => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const text = sample(id, seed, flaw);
        expect([text, finds(id, `It was ${text} there`)]).toEqual([text, false]);
      }),
      { numRuns: 40, seed: 2 },
    );
  });
});

test("values that vendors print in their documentation are no findings", () => {
  for (const { id, examples } of SECRET_RULES) {
    for (const example of examples) {
      for (const text of [
        example,
        `aws_secret_access_key=${example}`,
        `Bearer ${example}`,
        `Basic ${example}`,
        `X-Amz-Signature=${example}`,
      ]) {
        expect([id, text, finds(id, text)]).toEqual([id, text, false]);
      }
    }
  }
});

test("the place of a finding is that of the secret, not of its name", () => {
  const key = sample("datadog-api-key", 7);
  const { findings } = scan(`  ${key}`, { budget: newBudget() });
  expect(findings).toEqual([
    {
      detector: "datadog-api-key",
      kind: "secret",
      start: 2 + key.indexOf('"') + 1,
      end: 2 + key.length - 1,
      decoded: [],
    },
  ]);
});

test("a value is known by the name that its document gives it, and the name is no part of the place", () => {
  const value = /"(\w+)"/.exec(sample("datadog-api-key", 7))?.[1] ?? "";
  expect(scan(value, { budget: newBudget() }).findings).toEqual([]);
  expect(scan(value, { budget: newBudget(), context: "/datadog/api_key" }).findings).toEqual([
    { detector: "datadog-api-key", kind: "secret", start: 0, end: 32, decoded: [] },
  ]);
});

test("a key that spans lines is found to its end", () => {
  const body = Array.from({ length: 20 }, (_, i) => sample("private-key", i + 1).split("\n")[1]).join("\n");
  const text = `a -----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY----- b`;
  const [finding] = scan(text, { budget: newBudget(plain) }).findings;
  expect(text.slice(finding?.start, finding?.end)).toContain(body);
});
