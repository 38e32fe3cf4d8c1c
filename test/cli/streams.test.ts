import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { run } from "../../lib/cli/run";
import { type CliStreams, coloursOf, emit, json } from "../../lib/cli/streams";

const streams = (changes: Partial<CliStreams> = {}): CliStreams => ({
  out: () => {},
  error: () => {},
  isTerminal: true,
  environment: {},
  ...changes,
});

describe("colours", () => {
  test.each<[string, Partial<CliStreams>, string | undefined, boolean]>([
    ["appear on a terminal", {}, undefined, true],
    ["do not appear elsewhere", { isTerminal: false }, undefined, false],
    ["do not appear in a file", {}, "report.txt", false],
    ["are turned off by NO_COLOR", { environment: { NO_COLOR: "1" } }, undefined, false],
    ["are left on by an empty NO_COLOR", { environment: { NO_COLOR: "" } }, undefined, true],
  ])("%s", (_, changes, output, isColoured) => {
    expect(coloursOf(streams(changes), output).red("x")).toBe(isColoured ? "\u001b[31mx\u001b[39m" : "x");
  });

  test("are asked of the process's environment where no other is given", () => {
    const before = process.env["NO_COLOR"];
    process.env["NO_COLOR"] = "yes";
    expect(coloursOf(streams({ environment: undefined }), undefined).red("x")).toBe("x");
    if (before === undefined) delete process.env["NO_COLOR"];
    else process.env["NO_COLOR"] = before;
  });
});

test("JSON holds nothing that would steer a terminal, and the same values", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), fc.string({ unit: "binary" }), (value, text) => {
      const written = json({ value, text, steering: "\u001b\u009b31m\u202e\u2028\ud800" });
      expect(written.replace(/\n/g, "")).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e]/u);
      const read = JSON.parse(written);
      expect(read.text).toBe(text);
      expect(JSON.stringify(read.value)).toBe(JSON.stringify(value));
    }),
  );
});

describe("a result", () => {
  test("goes to the standard output, or to the file alone", () => {
    const written: string[] = [];
    const file = join(mkdtempSync(join(tmpdir(), "cordon-")), "out.txt");
    const into = streams({ out: (text) => written.push(text) });
    emit("a\n", into, undefined);
    emit("b\n", into, file);
    expect([written, readFileSync(file, "utf8")]).toEqual([["a\n"], "b\n"]);
  });

  test("that can't be written is refused with the file and the reason", () => {
    expect(() => emit("x", streams(), "/nowhere/at/all.txt")).toThrow(
      'CORDON-150: --output: "/nowhere/at/all.txt" can\'t be written (ENOENT); name a file in a folder that exists and that you may write to',
    );
    expect(() => emit("x", streams(), tmpdir(), "--certificate")).toThrow(
      /^CORDON-150: --certificate: ".*" can't be written \(EISDIR\)/,
    );
  });
});

async function refused(...argv: string[]): Promise<[number, string, string]> {
  const written = { out: "", error: "" };
  const code = await run(argv, {
    out: (text) => {
      written.out += text;
    },
    error: (text) => {
      written.error += text;
    },
    isTerminal: false,
  });
  return [code, written.out, written.error];
}

describe("arguments that can't be read end with 2 and one line", () => {
  test.each([
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["verify"], "missing required argument 'path'"],
    [["verify", ".", "--frob"], "unknown option '--frob'"],
    [["verify", ".", "--formt", "json"], "unknown option '--formt' (Did you mean --format?)"],
    [
      ["verify", ".", "--format", "yaml"],
      "option '--format <format>' argument 'yaml' is invalid. Allowed choices are text, json, sarif.",
    ],
    [["explain", ".", "--to", "x.com"], "required option '--agent <name>' not specified"],
    [["diff", "a"], "missing required argument 'after'"],
    [["report", "a", "b"], "too many arguments for 'report'. Expected 1 argument but got 2."],
    [["verify", "x", "--\u001b[31m"], "unknown option '--\\u001b[31m'"],
  ])("%j", async (argv, problem) => {
    expect(await refused(...argv)).toEqual([
      2,
      "",
      `CORDON-151: command line: ${problem}; cordon --help lists commands and options\n`,
    ]);
  });

  test.each([
    [["--assume", "=x"], '--assume: "=x" has no reference and value; write it as var.peer_cidr=10.9.0.0/16'],
    [["--name", "triage"], '--name: "triage" has no agent and addresses; write it as triage=aws_subnet.a,aws_subnet.b'],
    [
      ["--name", "triage=a,,b"],
      '--name: "triage=a,,b" has no agent and addresses; write it as triage=aws_subnet.a,aws_subnet.b',
    ],
    [["--name", "=a"], '--name: "=a" has no agent and addresses; write it as triage=aws_subnet.a,aws_subnet.b'],
    [
      ["--declared", "test/topology/reference/gwlb-appliance"],
      '--declared: "test/topology/reference/gwlb-appliance" carries no declaration; name the cdk.tf.json of one stack with a cell',
    ],
  ])("%j", async (argv, problem) => {
    expect(await refused("verify", ".", ...argv)).toEqual([2, "", `CORDON-151: ${problem}\n`]);
  });

  test("and no command at all shows the help", async () => {
    const [code, out, error] = await refused();
    expect([code, out]).toEqual([2, ""]);
    expect(error).toContain("Usage: cordon [options] [command]");
  });
});

describe("the command loads what it needs", () => {
  const withMock = async (modules: readonly string[], body: (command: typeof run) => Promise<void>): Promise<void> => {
    await jest.isolateModulesAsync(async () => {
      for (const name of modules)
        jest.doMock(name, () => {
          throw new Error(`${name} is loaded`);
        });
      const command = require("../../lib/cli/run") as typeof import("../../lib/cli/run");
      await body(command.run);
    });
    for (const name of modules) jest.dontMock(name);
  };

  test("its help needs no engine", async () => {
    await withMock(["../../lib/topology/topology", "../../lib/topology/load/load", "@viz-js/viz"], async (command) => {
      const written: string[] = [];
      expect(await command(["--help"], streams({ out: (text) => written.push(text) }))).toBe(0);
      expect(written.join("")).toContain("Exit codes: 0 proven or yes, 1 findings or no, 2 unusable input.");
      const errors: string[] = [];
      expect(await command(["verify", "."], streams({ error: (text) => errors.push(text) }))).toBe(2);
      expect(errors.join("")).toMatch(/^cordon: defect of this tool, no verdict: Error: .*topology is loaded/);
    });
  });

  test("reading Terraform needs no CDKTF", async () => {
    await withMock(["cdktf", "constructs"], async (command) => {
      const [folder, written] = ["test/topology/reference/distributed-inspection", [] as string[]];
      for (const argv of [
        ["verify", folder],
        ["report", folder],
        ["diagram", folder],
        ["diff", folder, folder],
      ]) {
        expect(await command(argv, streams({ out: (text) => written.push(text) }))).toBe(0);
      }
      expect(written).toHaveLength(4);
    });
  });
});
