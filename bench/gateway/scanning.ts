import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DETECTORS, newBudget, scan } from "../../lambdas/connector-gateway/core/detect";
import { median } from "../processes";
import { ROOT } from "../workspace";

const REPEATS = 9;
const KB = 1024;

/** The other scanner is published as modules alone: texts in, megabytes a second out. */
const SECRETLINT = `
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
let input = "";
for await (const chunk of process.stdin) input += chunk;
const config = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator }] };
const out = [];
for (const content of JSON.parse(input)) {
  const source = { content, filePath: "/a.txt", ext: ".txt", contentType: "text" };
  const times = [];
  for (let round = 0; round < ${REPEATS + 2}; round++) {
    const start = performance.now();
    await lintSource({ source, options: { config, noPhysicFilePath: true } });
    if (round > 1) times.push(performance.now() - start);
  }
  out.push(times.sort((a, b) => a - b)[${REPEATS >> 1}]);
}
console.log(JSON.stringify(out));
`;

/** Measures the detectors over ordinary texts, next to another scanner in the same run. */
export function scanTable(): string {
  const texts = ordinaryTexts();
  const ours = texts.map(([, text]) => timeOf(text));
  const theirs = secretlint(texts.map(([, text]) => text));
  const encoded = encodedText(64 * KB);
  const [worstName, worst] = adversarialTexts()
    .map(([name, text]) => [name, timeOf(text)] as const)
    .reduce((most, one) => (one[1] > most[1] ? one : most));
  return [
    `### Looking for ${DETECTORS.length} kinds of values, medians in one process`,
    "",
    "| text | size | cordon | secretlint | ratio |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...texts.map(([name, text], index) => {
      const [own, other] = [rate(text, ours[index]), rate(text, theirs[index])];
      return `| ${name} | ${Math.round(text.length / KB)} KB | ${own.toFixed(1)} MB/s | ${other.toFixed(1)} MB/s | ${(own / other).toFixed(2)} |`;
    }),
    "",
    `Text in base64, undone and looked through: ${rate(encoded, timeOf(encoded)).toFixed(1)} MB/s (aim: 25).`,
    `The slowest of ${adversarialTexts().length} hostile texts of 64 KB, ${worstName}: ${worst.toFixed(0)} ms (aim: 50).`,
  ].join("\n");
}

function timeOf(text: string): number {
  const run = (): number => {
    const start = performance.now();
    scan(text, { budget: newBudget() });
    return performance.now() - start;
  };
  run();
  run();
  return median(Array.from({ length: REPEATS }, run));
}

const rate = (text: string, milliseconds = 0): number => text.length / KB / KB / (milliseconds / 1000);

function secretlint(texts: readonly string[]): number[] {
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", SECRETLINT], {
    cwd: ROOT,
    input: JSON.stringify(texts),
    encoding: "utf8",
  });
  return JSON.parse(output) as number[];
}

function ordinaryTexts(): [string, string][] {
  const prose = readFileSync(join(ROOT, "docs", "gateway.md"), "utf8");
  const code = readFileSync(join(ROOT, "node_modules", "typescript", "lib", "typescript.js"), "utf8");
  const ticket = (id: number): object => ({
    id,
    subject: `Can't sign in since ${id} o'clock`,
    requester: { name: "Ada Example", organisation: `customer ${id * 7919}` },
    tags: ["login", "priority"],
    updated: new Date(Date.UTC(2026, 0, 1) + id * 3_600_000).toISOString(),
  });
  const json = JSON.stringify(Array.from({ length: 8_000 }, (_, id) => ticket(id)));
  return [
    ["prose", filled(prose, 64 * KB)],
    ["JSON", json.slice(0, 64 * KB)],
    ["source code", code.slice(0, 64 * KB)],
    ["JSON", json.slice(0, KB * KB)],
    ["source code", code.slice(0, KB * KB)],
  ];
}

const filled = (text: string, size: number): string => text.repeat(Math.ceil(size / text.length)).slice(0, size);

const encodedText = (size: number): string => {
  const lines = filled("A line of an ordinary letter, as it is sent every day. ", size * 0.75);
  return Buffer.from(lines).toString("base64");
};

function adversarialTexts(): [string, string][] {
  const size = 64 * KB;
  const run = (index: number): string => Buffer.from(`harmless text number ${index}`).toString("base64");
  return [
    ["runs of base64", Array.from({ length: 1_500 }, (_, index) => run(index)).join(" ")],
    ["keywords", filled("AKIA ghp_ sk_live_ xoxb- ", size)],
    ["one keyword", filled("secret_key = ", size)],
    ["escapes", filled("\\u0041%41&#65;", size)],
    ["digits", filled("4242 4242 4242 424", size)],
    ["combining marks", filled("a\u0301\u200b", size / 2)],
  ];
}
