import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { resolve } from "node:path";
import { newBudget, scan } from "../../../../lambdas/connector-gateway/core/detect";
import { sample } from "./samples";
import { draw, randomFrom } from "./samples/random";

/** The other scanner is published as modules alone, so it runs in a process of its own: texts in, whether each has findings out. */
const SCRIPT = `
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
let input = "";
for await (const chunk of process.stdin) input += chunk;
const config = { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator }] };
const out = [];
for (const content of JSON.parse(input)) {
  const source = { content, filePath: "/a.txt", ext: ".txt", contentType: "text" };
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } });
  out.push(messages.length > 0);
}
console.log(JSON.stringify(out));
`;

function secretlint(texts: readonly string[]): boolean[] {
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", SCRIPT], {
    cwd: resolve(__dirname, "../../../.."),
    input: JSON.stringify(texts),
    encoding: "utf8",
  });
  return JSON.parse(output) as boolean[];
}

const more = (length: number, seed: number): string => draw(randomFrom(seed), "b62", length);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1_024 });
const pem = (type: "pkcs1" | "pkcs8"): string => `${privateKey.export({ type, format: "pem" })}`;

/** Values of the kinds that both scanners know; as long as they are in practice where the shortest is not what the other asks for. */
const SHARED: { readonly [id: string]: string } = {
  ...Object.fromEntries(
    [
      "aws-secret-access-key",
      "npm-token",
      "slack-bot-token",
      "slack-user-token",
      "slack-app-token",
      "slack-webhook",
      "github-personal-token",
      "github-oauth-token",
      "github-user-token",
      "github-installation-token",
      "github-fine-grained-token",
      "sendgrid-api-key",
      "shopify-access-token",
      "shopify-shared-secret",
      "linear-api-key",
      "postgres-url",
      "mysql-url",
      "mongodb-url",
      "http-url-credentials",
    ].map((id) => [id, sample(id, 21)]),
  ),
  "private-key": pem("pkcs8"),
  "rsa-private-key": pem("pkcs1"),
  "anthropic-api-key": `sk-ant-api03-${more(93, 5)}AA`,
  "openai-project-key": `sk-proj-${more(74, 5)}T3BlbkFJ${more(74, 6)}`,
  "onepassword-service-account": `ops_${Buffer.from(JSON.stringify({ email: "a@b", secretKey: more(301, 7) })).toString("base64")}`,
};

/** Of the kinds that both have a rule for, what the other scanner leaves out by itself, and what we do. */
const OURS_ALONE = ["aws-access-key-id", "google-private-key-id", "npm-legacy-token"];

const found = (id: string, text: string): boolean =>
  scan(text, { budget: newBudget() }).findings.some(({ detector }) => detector === id);

test("both scanners find the kinds that they share", () => {
  const entries = Object.entries(SHARED);
  const theirs = secretlint(entries.map(([, text]) => `${text}\n`));
  expect(entries.filter(([id, text]) => !found(id, `${text}\n`)).map(([id]) => id)).toEqual([]);
  expect(entries.filter((_, i) => !theirs[i]).map(([id]) => id)).toEqual([]);
});

test("where we find and the other scanner does not: key ids are off in it, and it reads key ids and registry tokens in whole files", () => {
  const texts = OURS_ALONE.map((id) => `${sample(id, 21)}\n`);
  expect(OURS_ALONE.filter((id, i) => !found(id, texts[i] ?? ""))).toEqual([]);
  expect(secretlint(texts)).toEqual(texts.map(() => false));
});

test("neither scanner finds anything where the form is spoiled; a webhook with a strange letter in it is one for the other alone", () => {
  const ids = [
    "github-personal-token",
    "github-fine-grained-token",
    "sendgrid-api-key",
    "shopify-access-token",
    "npm-token",
    "slack-webhook",
  ];
  const texts = ids.map((id) => `${sample(id, 22, "alphabet")}\n`);
  expect(texts.map((text) => scan(text, { budget: newBudget() }).findings)).toEqual(texts.map(() => []));
  expect(secretlint(texts)).toEqual([false, false, false, false, false, true]);
});

test("a checksum that does not hold is a finding for the other scanner alone", () => {
  const text = `${sample("github-personal-token", 23, "checksum")}\n`;
  expect([found("github-personal-token", text), secretlint([text])]).toEqual([false, [true]]);
});
