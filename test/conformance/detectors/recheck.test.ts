import { ESCAPE_PATTERNS } from "../../../lambdas/connector-gateway/core/detect/decode/escapes";
import { RUN_PATTERNS } from "../../../lambdas/connector-gateway/core/detect/decode/runs";
import { PERSONAL_RULES } from "../../../lambdas/connector-gateway/core/detect/personal/rules";
import { SECRET_RULES } from "../../../lambdas/connector-gateway/core/detect/secrets";

interface Diagnostics {
  readonly status: "safe" | "vulnerable" | "unknown";
  readonly complexity?: { readonly type: string; readonly degree?: number; readonly summary: string };
}
// The engine is chosen when the module is loaded.
process.env["RECHECK_BACKEND"] = "pure";
const { checkSync } = require("recheck") as { checkSync(source: string, flags: string, options: object): Diagnostics };

/** Every pattern with the flags that it runs with; `d` changes nothing of how it matches. */
const PATTERNS: readonly (readonly [name: string, source: string, flags: string])[] = [
  ...SECRET_RULES.map(({ id, pattern, ignoreCase }) => [id, pattern, ignoreCase ? "iy" : "y"] as const),
  ...PERSONAL_RULES.map(({ id, pattern }) => [id, pattern.source, pattern.flags] as const),
  ...[...ESCAPE_PATTERNS, ...RUN_PATTERNS].map(({ source, flags }) => [`decoder ${source}`, source, flags] as const),
];

test("no pattern can backtrack exponentially, or in the third degree or worse, and none is left unjudged", () => {
  const bad = PATTERNS.map(([name, source, flags]) => ({ name, ...checkSync(source, flags, { timeout: 20_000 }) }))
    .filter(
      ({ status, complexity }) =>
        status === "unknown" || complexity?.type === "exponential" || (complexity?.degree ?? 0) >= 3,
    )
    .map(({ name, status, complexity }) => `${name}: ${complexity?.summary ?? status}`);
  expect(bad).toEqual([]);
});

test("the check knows a bad pattern when it sees one", () => {
  expect(checkSync("^(a+)+$", "", {}).complexity?.type).toBe("exponential");
});
