import { createHash } from "node:crypto";
import type { Location, Log, Result, Suppression, ThreadFlow } from "sarif";
import type { Finding, Verification } from "../../topology";
import { RULES } from "../../topology/rules";
import { printable } from "../printable";
import { witnessText } from "../witness-text";
import { LEVELS, ruleDescriptor } from "./rule-descriptor";
import { SourceFiles } from "./source-files";

/** How findings that rest on something unknown are shown: as failures, or with SARIF's own word for it. */
export type UnknownKind = "fail" | "open";

interface Context {
  readonly source: string;
  readonly stack: string;
  readonly unknown: UnknownKind;
  readonly files: SourceFiles;
}

/** The report of `cordon verify` as SARIF 2.1.0. @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function sarif(verifications: readonly Verification[], version: string, unknown: UnknownKind): Log {
  const files = new SourceFiles();
  const results = verifications.flatMap(({ source, stack, findings, acknowledged }) =>
    [...findings, ...acknowledged].map((finding) => resultOf(finding, { source, stack, unknown, files })),
  );
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "cordon", version, semanticVersion: version, rules: RULES.map(ruleDescriptor) } },
        columnKind: "utf16CodeUnits",
        results: withFingerprints(results),
      },
    ],
  };
}

function resultOf(finding: Finding, context: Context): Result {
  const { rule, verdict, severity, agent, path, problem, fix, unknowns } = finding;
  const witness = witnessText(finding);
  const isUnknown = verdict === "UNKNOWN";
  const isOpen = isUnknown && context.unknown === "open";
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex((one) => one.id === rule),
    kind: isOpen ? "open" : "fail",
    level: isOpen ? "none" : isUnknown ? "error" : LEVELS[severity],
    message: {
      text: plain(`${finding.address}: ${problem}${witness === undefined ? "" : ` (${witness})`}. Fix: ${fix}.`),
    },
    locations: [locationOf(finding, context)],
    ...(path.length === 0 ? {} : { codeFlows: [{ threadFlows: [threadFlowOf(path, context)] }] }),
    suppressions: suppressionsOf(finding),
    properties: {
      verdict,
      severity,
      stack: context.stack,
      ...(agent === undefined ? {} : { agent }),
      ...(unknowns.length === 0 ? {} : { unknowns }),
    },
  };
}

const threadFlowOf = (path: Finding["path"], context: Context): ThreadFlow => ({
  locations: path.map(({ address, layer, says }) => ({
    location: { ...locationOf({ address }, context), message: { text: plain(`${layer}: ${says}`) } },
  })),
});

// Acknowledgements stand in the program that makes the stack. No list would mean that nobody looked for any.
function suppressionsOf({ acknowledged }: Finding): Suppression[] {
  if (acknowledged === undefined) return [];
  const { reason, expires, at } = acknowledged;
  return [{ kind: "inSource", status: "accepted", justification: plain(`${reason} (at ${at}, until ${expires})`) }];
}

function locationOf(at: Pick<Finding, "address" | "construct">, { source, files }: Context): Location {
  const place = files.placeOf(source, at.address);
  const logicalLocations = [
    { fullyQualifiedName: at.address, kind: "resource" },
    ...(at.construct === undefined ? [] : [{ fullyQualifiedName: at.construct, kind: "object" }]),
  ];
  if (place === undefined) return { logicalLocations };
  const { uri, line, column } = place;
  const region = line === undefined ? {} : { region: { startLine: line, startColumn: column } };
  return { physicalLocation: { artifactLocation: { uri }, ...region }, logicalLocations };
}

// A link in a message would be followed by viewers: `[text](target)`.
const plain = (text: string): string => printable(text).replace(/\[(?=[^\]]*\]\()/g, "\\[");

/** What a finding is, whatever its words: rule, sink and source. Several of the same are counted. */
function withFingerprints(results: Result[]): Result[] {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const { stack, agent } = result.properties as { stack: string; agent?: string };
    const sink = result.locations?.[0]?.logicalLocations?.[0]?.fullyQualifiedName ?? "";
    const parts = [result.ruleId ?? "", sink, agent ?? "", stack].join("\u0000");
    const count = seen.get(parts) ?? 0;
    seen.set(parts, count + 1);
    const digest = createHash("sha256").update(count === 0 ? parts : `${parts}\u0000${count}`);
    return { ...result, partialFingerprints: { "cordon/v1": digest.digest("hex").slice(0, 32) } };
  });
}
