import { readFileSync } from "node:fs";
import Ajv, { type ValidateFunction } from "ajv";
import { sarif } from "../../lib/cli/sarif/sarif";
import { Topology } from "../../lib/topology";
import { acknowledged, finding, unknown, verification } from "./values";

const FILE = "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";

const isUri = (text: string, base?: string): boolean => URL.canParse(text, base) && !/\s/.test(text);

/** The published schema is of draft 4: its identifiers and its way to write patterns are older than what ajv expects. */
function validator(): ValidateFunction {
  const { id: _, $schema: __, ...schema } = JSON.parse(readFileSync(require.resolve(FILE), "utf8"));
  const formats = {
    uri: (text: string) => isUri(text),
    "uri-reference": (text: string) => isUri(text, "https://base.example/"),
    "date-time": true as const,
  };
  return new Ajv({ strict: false, allErrors: true, validateSchema: false, unicodeRegExp: false, formats }).compile(
    schema,
  );
}

describe("SARIF that cordon writes fits the published schema", () => {
  const validate = validator();
  const errorsOf = (log: unknown): unknown => (validate(JSON.parse(JSON.stringify(log))) ? [] : validate.errors);

  test.each(["fail", "open"] as const)("with findings, unknowns shown as %s, and acknowledged ones", (kind) => {
    const stack = verification({ findings: [finding(), unknown, finding({ path: [] })], acknowledged: [acknowledged] });
    expect(errorsOf(sarif([stack, verification()], "1.2.3", kind))).toEqual([]);
  });

  test("for Terraform that this library did not write, with lines", () => {
    const stacks = Topology.load("test/topology/reference").map((topology) => topology.verify());
    const log = sarif(stacks, "1.2.3", "fail");
    expect(log.runs[0]?.results?.length).toBeGreaterThan(10);
    expect(errorsOf(log)).toEqual([]);
    const lines = log.runs[0]?.results?.map((one) => one.locations?.[0]?.physicalLocation?.region?.startLine);
    expect(lines?.filter((line) => line === undefined)).toEqual([]);
  });

  test("and the schema refuses what it should", () => {
    const log = sarif([verification({ findings: [finding()] })], "1.2.3", "fail");
    const [run] = log.runs;
    for (const broken of [
      { ...log, version: "2.0.0" },
      { ...log, runs: [{ ...run, results: [{ ...run?.results?.[0], level: "fatal" }] }] },
      { ...log, runs: [{ ...run, results: [{ ...run?.results?.[0], message: undefined }] }] },
      { ...log, runs: [{ ...run, surprise: 1 }] },
    ]) {
      expect(errorsOf(broken)).not.toEqual([]);
    }
  });
});
