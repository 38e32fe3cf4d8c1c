import type { ReportingDescriptor } from "sarif";
import type { Severity } from "../../topology";
import type { Rule } from "../../topology/rules/rule";

export const LEVELS = { critical: "error", high: "error", medium: "warning" } as const;

/** Scores by which code scanning services sort alerts, from 0 to 10. */
const SCORES: { readonly [severity in Severity]: string } = { critical: "9.5", high: "8.0", medium: "5.0" };

/** A rule of the proof as SARIF describes rules. */
export function ruleDescriptor({
  id,
  title,
  explanation,
  fix,
  severity,
  invariant,
  mappings,
}: Omit<Rule, "check">): ReportingDescriptor {
  return {
    id,
    name: pascalCase(title),
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    help: { text: `${explanation}\n\nFix: ${fix}`, markdown: `${explanation}\n\n**Fix**: ${fix}` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: [
        "security",
        `cordon/${invariant}`,
        ...mappings.owasp.map((one) => `owasp-asi/${one}`),
        ...mappings.mitre.map((one) => `${one.startsWith("AML.") ? "mitre-atlas" : "mitre-attack"}/${one}`),
      ],
      "security-severity": SCORES[severity],
    },
  };
}

const pascalCase = (title: string): string =>
  title
    .replace(/'/g, "")
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
