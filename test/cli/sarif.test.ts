import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Result } from "sarif";
import { sarif, type UnknownKind } from "../../lib/cli/sarif/sarif";
import type { Verification } from "../../lib/topology";
import { RULES } from "../../lib/topology/rules";
import { acknowledged, finding, unknown, verification } from "./values";

function results(stack: Partial<Verification>, kind: UnknownKind = "fail"): Result[] {
  return sarif([verification(stack)], "1.2.3", kind).runs[0]?.results ?? [];
}

const resultOf = (stack: Partial<Verification>, kind?: UnknownKind): Result | undefined => results(stack, kind)[0];

describe("a SARIF report", () => {
  test("describes every rule, with help, a level and tags for OWASP and MITRE", () => {
    const [run] = sarif([], "1.2.3", "fail").runs;
    const rules = run?.tool.driver.rules ?? [];
    expect(rules.map((rule) => rule.id)).toEqual(RULES.map((rule) => rule.id));
    expect(run?.tool.driver).toMatchObject({ name: "cordon", version: "1.2.3" });
    expect(rules[0]).toMatchObject({
      id: "CORDON-P01",
      name: "NoWayOutAroundInspection",
      defaultConfiguration: { level: "error" },
      properties: { "security-severity": "9.5" },
    });
    expect(rules[0]?.properties?.tags).toEqual(
      expect.arrayContaining([
        "security",
        "cordon/I1",
        "owasp-asi/ASI10",
        "mitre-atlas/AML.T0025",
        "mitre-attack/T1048",
      ]),
    );
    for (const rule of rules) {
      expect(rule.fullDescription?.text).toMatch(/\.$/);
      expect(rule.help?.text).toContain("\n\nFix: ");
      expect(rule.name).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    }
  });

  test("has a result with rule, message, witness and fix for each finding", () => {
    expect(resultOf({ findings: [finding()] })).toMatchObject({
      ruleId: "CORDON-P01",
      ruleIndex: 0,
      kind: "fail",
      level: "error",
      message: {
        text: "aws_route.shortcut: agent triage reaches the internet past every firewall (tcp 10.0.1.4:49152 -> 198.51.100.7:443 tls unlisted.example). Fix: remove the route.",
      },
      suppressions: [],
      properties: { verdict: "VIOLATED", severity: "critical", stack: "agents", agent: "triage" },
    });
  });

  test("names the resource and its construct, and shows the way as a code flow", () => {
    const result = resultOf({ findings: [finding()] });
    expect(result?.locations).toEqual([
      {
        logicalLocations: [
          { fullyQualifiedName: "aws_route.shortcut", kind: "resource" },
          { fullyQualifiedName: "stack/Shortcut", kind: "object" },
        ],
      },
    ]);
    const steps = result?.codeFlows?.[0]?.threadFlows[0]?.locations.map(({ location }) => [
      location?.logicalLocations?.[0]?.fullyQualifiedName,
      location?.message?.text,
    ]);
    expect(steps).toEqual([
      ["aws_subnet.a", "subnet: is where it runs"],
      ["aws_route.shortcut", "route: leads to the internet"],
    ]);
    expect(resultOf({ findings: [finding({ path: [] })] })).not.toHaveProperty("codeFlows");
  });

  test.each<[Partial<Parameters<typeof finding>[0]>, string]>([
    [{ severity: "critical" }, "error"],
    [{ severity: "high" }, "error"],
    [{ severity: "medium" }, "warning"],
    [{ severity: "medium", verdict: "UNKNOWN" }, "error"],
  ])("a finding of %j is of level %s", (changes, level) => {
    expect(resultOf({ findings: [finding(changes)] })?.level).toBe(level);
  });

  test("shows what is not known as a failure, or with SARIF's own kind", () => {
    expect(resultOf({ findings: [unknown] })).toMatchObject({
      kind: "fail",
      level: "error",
      properties: { unknowns: ["var.peer_cidr"] },
    });
    expect(resultOf({ findings: [unknown] }, "open")).toMatchObject({ kind: "open", level: "none" });
    expect(resultOf({ findings: [finding()] }, "open")).toMatchObject({ kind: "fail", level: "error" });
  });

  test("suppresses what somebody stands for, with the reason", () => {
    expect(results({ findings: [finding()], acknowledged: [acknowledged] }).map((one) => one.suppressions)).toEqual([
      [],
      [
        {
          kind: "inSource",
          status: "accepted",
          justification: "logs are kept elsewhere, ticket NET-512 (at stack/Cell, until 2027-01-31)",
        },
      ],
    ]);
  });

  test("knows a finding again by rule, sink and source, whatever its words", () => {
    const prints = (...changes: Parameters<typeof finding>): string[] =>
      results({ findings: changes.map((one) => finding(one)) }).map(
        (one) => one.partialFingerprints?.["cordon/v1"] ?? "",
      );
    const [first] = prints({});
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(prints({ problem: "in other words" })).toEqual([first]);
    for (const other of [{ rule: "CORDON-P04" }, { address: "aws_route.other" }, { agent: "coder" }]) {
      expect(prints(other)).not.toEqual([first]);
    }
    const twice = sarif([verification({ findings: [finding(), finding({ problem: "another" })] })], "1", "fail");
    const both = twice.runs[0]?.results?.map((one) => one.partialFingerprints?.["cordon/v1"]) ?? [];
    expect(new Set(both).size).toBe(2);
    expect(both[0]).toBe(first);
  });

  test("points at the line of the resource in the file that was read", () => {
    const folder = join(mkdtempSync(join(tmpdir(), "cordon-")), "a stack #1");
    mkdirSync(folder);
    writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ resource: { aws_route: { shortcut: {} } } }, null, 2));
    writeFileSync(join(folder, "more.tf.json"), JSON.stringify({ resource: { aws_subnet: { a: {} } } }, null, 2));
    const result = resultOf({ source: folder, findings: [finding()] });
    const uri = `${pathToFileURL(folder).href}/cdk.tf.json`;
    expect(uri).toContain("a%20stack%20%231");
    expect(result?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri },
      region: { startLine: 4, startColumn: 7 },
    });
    const [step] = result?.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
    expect(step?.location?.physicalLocation?.artifactLocation?.uri).toBe(uri.replace("cdk", "more"));
    const elsewhere = resultOf({ source: folder, findings: [finding({ address: "aws_vpc.gone" })] });
    expect(elsewhere?.locations?.[0]?.physicalLocation).toEqual({ artifactLocation: { uri } });
  });

  test("writes paths below the working directory relative to it", () => {
    const source = "test/topology/reference/grown-over-years";
    const result = resultOf({ source, findings: [finding({ address: "aws_vpc.x" })] });
    expect(result?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe(`${source}/main.tf.json`);
  });

  test("holds no link and no control character that a plan brings along", () => {
    const problem = "see [here](https://evil.example)\u001b[2J and aws_subnet.a[0]";
    const text = resultOf({ findings: [finding({ problem })] })?.message.text ?? "";
    expect(text).toContain("see \\[here](https://evil.example)\\u001b[2J and aws_subnet.a[0]");
  });
});
