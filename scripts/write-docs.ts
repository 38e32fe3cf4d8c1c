import { writeFileSync } from "node:fs";
import { CORDON_ERROR_CODES } from "../lib/errors/codes";
import { ASSUMPTIONS, MODEL_VERSION } from "../lib/topology/assumptions";
import { RULES } from "../lib/topology/rules";
import { detectorsPage } from "./detectors-page";

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

const sections = RULES.map(
  ({ id, invariant, title, severity, explanation, fix, mappings }) => `## ${id}: ${title}

${explanation}

**Fix**: ${fix}

Severity ${severity}; invariant ${invariant}${mapped("OWASP ASI", mappings.owasp)}${mapped("MITRE", mappings.mitre)}.
`,
);

function mapped(name: string, ids: readonly string[]): string {
  return ids.length === 0 ? "" : `; ${name} ${ids.join(", ")}`;
}

writeFileSync(
  "docs/rules.md",
  `# Rules of the proof

Each rule is checked at synth, in tests and by \`cordon verify\`; [proof.md](proof.md) says how. This page is written by
\`npm run docs:write\` from \`lib/topology/rules\`.

${sections.join("\n")}
## Assumptions

Every verdict is within model v${MODEL_VERSION}, under these:

${ASSUMPTIONS.map(({ id, text }) => `- **${id}** ${text}`).join("\n")}
`,
);

writeFileSync("docs/detectors.md", detectorsPage());
