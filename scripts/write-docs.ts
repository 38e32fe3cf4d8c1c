import { writeFileSync } from "node:fs";
import { CORDON_ERROR_CODES } from "../lib/errors/codes";

/** Writes the pages of the documentation that come from code. */
const rows = Object.entries(CORDON_ERROR_CODES).map(([code, title]) => `| ${code} | ${title} |`);
writeFileSync(
  "docs/errors.md",
  `# Error codes

Every refusal carries a code that keeps its meaning, the place in your words, the value, and what to write instead:
\`CORDON-011: cell 'Agents': 10.64.0.0/24 holds 256 addresses and leaves no room ...; use a /21 or larger ...\`.
This page is written by \`npm run docs:write\` from \`lib/errors/codes.ts\`.

| code | what is wrong |
| --- | --- |
${rows.join("\n")}
`,
);
