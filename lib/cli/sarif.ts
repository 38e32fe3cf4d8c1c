import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Location, Log, ReportingDescriptor, Result } from "sarif";
import type { Finding, Verification } from "../topology";
import { RULES } from "../topology/rules";
import { flowText } from "./verify-text";

const LEVELS = { critical: "error", high: "error", medium: "warning" } as const;
/** What GitHub sorts alerts by, from 0 to 10. */
const SCORES = { critical: "9.5", high: "8.0", medium: "5.0" } as const;

/** How findings that rest on something unknown are shown: as failures, or with SARIF's own word for it. */
export type UnknownKind = "fail" | "open";

/** The report of `cordon verify` as SARIF 2.1.0. @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function sarif(verifications: readonly Verification[], version: string, unknown: UnknownKind): Log {
  const lines = new LineFinder();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "cordon", version, rules: RULES.map(descriptor) } },
        results: verifications.flatMap(({ source, stack, findings, acknowledged }) =>
          [...findings, ...acknowledged].map((finding) => result(finding, { source, stack, unknown, lines })),
        ),
      },
    ],
  };
}

function descriptor({
  id,
  title,
  explanation,
  fix,
  severity,
  invariant,
  mappings,
}: (typeof RULES)[number]): ReportingDescriptor {
  return {
    id,
    name: title.replace(/[^A-Za-z]+(.)/g, (_, letter: string) => letter.toUpperCase()).replace(/[^A-Za-z]/g, ""),
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    help: { text: `${explanation} ${fix}` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: ["security", ...mappings.owasp, ...mappings.mitre],
      invariant,
      "security-severity": SCORES[severity],
    },
  };
}

interface Context {
  readonly source: string;
  readonly stack: string;
  readonly unknown: UnknownKind;
  readonly lines: LineFinder;
}

function result(finding: Finding, context: Context): Result {
  const { rule, verdict, severity, agent, address, path, problem, fix, flow, request, unknowns, acknowledged } =
    finding;
  const place = location(finding, context);
  const witness =
    flow === undefined
      ? request === undefined
        ? undefined
        : `${request.action} on ${request.resource}`
      : flowText(flow);
  const isOpen = verdict === "UNKNOWN" && context.unknown === "open";
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex((one) => one.id === rule),
    kind: isOpen ? "open" : "fail",
    level: isOpen ? "none" : LEVELS[severity],
    message: { text: `${problem}${witness === undefined ? "" : ` (${witness})`}. Fix: ${fix}.` },
    locations: [place],
    partialFingerprints: { "cordon/v1": fingerprint([context.stack, rule, agent ?? "", address]) },
    ...(path.length === 0
      ? {}
      : {
          codeFlows: [
            {
              threadFlows: [
                {
                  locations: path.map((step) => ({
                    location: {
                      ...location({ address: step.address }, context),
                      message: { text: `${step.layer}: ${step.says}` },
                    },
                  })),
                },
              ],
            },
          ],
        }),
    ...(acknowledged === undefined
      ? {}
      : {
          suppressions: [
            { kind: "external" as const, justification: `${acknowledged.reason} (until ${acknowledged.expires})` },
          ],
        }),
    properties: {
      verdict,
      stack: context.stack,
      ...(agent === undefined ? {} : { agent }),
      ...(unknowns.length === 0 ? {} : { unknowns }),
    },
  };
}

function location(at: { address: string; construct?: string }, { source, lines }: Context): Location {
  const { file, line } = lines.of(source, at.address);
  const names = [
    { fullyQualifiedName: at.address, kind: "resource" },
    ...(at.construct === undefined ? [] : [{ fullyQualifiedName: at.construct, kind: "member" }]),
  ];
  if (file === undefined) return { logicalLocations: names };
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line } },
    logicalLocations: names,
  };
}

const fingerprint = (parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\u0000")).digest("hex").slice(0, 32);

function uriOf(file: string): string {
  const near = relative(process.cwd(), file);
  const path = near === "" || near.startsWith("..") ? file : near;
  return path.split(sep).map(encodeURIComponent).join("/");
}

/** Where a resource stands in the file that was read. */
class LineFinder {
  private readonly texts = new Map<string, { file: string; lines: string[] } | undefined>();

  public of(source: string, address: string): { file: string | undefined; line: number } {
    const text = this.text(source);
    if (text === undefined) return { file: undefined, line: 1 };
    const name = /\.([A-Za-z0-9_-]+)(?:\[[^\]]*\])?$/.exec(address.split(" ")[0] ?? "")?.[1];
    const found = name === undefined ? -1 : text.lines.findIndex((line) => line.includes(`"${name}":`));
    return { file: text.file, line: Math.max(found, 0) + 1 };
  }

  private text(source: string): { file: string; lines: string[] } | undefined {
    if (this.texts.has(source)) return this.texts.get(source);
    const file = [source, join(source, "cdk.tf.json"), join(source, "main.tf.json")].find(
      (one) => existsSync(one) && statSync(one).isFile(),
    );
    const text = file === undefined ? undefined : { file, lines: readFileSync(file, "utf8").split("\n") };
    this.texts.set(source, text);
    return text;
  }
}
