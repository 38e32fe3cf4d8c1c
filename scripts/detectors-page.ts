import { DETECTORS } from "../lambdas/connector-gateway/core/detect";
import type { Detector, SecretRule } from "../lambdas/connector-gateway/core/detect/detector";

/** The page of what the gateway looks for. */
export function detectorsPage(): string {
  const of = (kind: Detector["kind"]): readonly Detector[] => DETECTORS.filter((one) => one.kind === kind);
  const secrets = of("secret");
  const personal = of("personal");
  return `# Detectors

What the connector gateway looks for in requests and answers, also inside of encodings. A policy's [\`dlp\`](gateway.md#controls) says what is done with secrets, with personal data, or with one detector by its id:

\`\`\`json
{ "request": { "secrets": "block", "personal": "alert", "detectors": { "payment-card": "block" } } }
\`\`\`

A secret is known by a keyword, a bounded pattern next to it, and mostly a check: a checksum, a structure or an amount of entropy. No pattern can backtrack; each is searched for attacks in \`npm run test:engines\`. Values that vendors print in their
documentation are no findings. Each form is written from the page that is named. This page is written by \`npm run docs:write\` from \`lambdas/connector-gateway/core/detect\`; [gateway.md](gateway.md#detectors-and-a-handler-of-your-own) says how to
add your own.

## How well they do

\`npx jest test/lambdas/connector-gateway/detect\`:

- Every kind of secret is found wherever it stands in a text, and not found once one thing of its form is spoiled.
- Of six secrets in 32 encodings 156 of 192 are found, 81 %. Not found are secrets that are reversed, rotated by 13, spelled in words, split in two, encrypted, or combined with a constant.
- No secret is found in the lock file, the read-me files, change logs, minified and other code of the packages that this one is developed with, nor in made identifiers, digests, images in base64, random bytes and a page of vendors' example keys.
- secretlint's recommended rules find the kinds that both know. The other scanner reports a checksum that does not hold and one webhook of a strange form, which these do not; these find key ids, which are off in it.

A kind marked "with a word" would fit about one number in ten, and is a finding only next to a word for it.

## Secrets (${secrets.length})

${tableOf(secrets)}

## Personal data (${personal.length})

${tableOf(personal)}
`;
}

function tableOf(detectors: readonly Detector[]): string {
  const rows = [...detectors]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((one) => `| \`${one.id}\` | ${one.title} | ${howOf(one)} | [page](${one.source}) |`);
  return ["| id | what it is | known by | source |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function howOf(detector: Detector): string {
  const { check } = detector as Partial<SecretRule>;
  const form = check === undefined ? "form" : "form and check";
  return detector.isNoisy === true ? `${form}, with a word` : form;
}
