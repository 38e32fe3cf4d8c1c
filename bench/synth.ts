import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { bareProgram, type SynthesizedStack } from "./bare-program";
import { measureInTurns, type ProcessRun } from "./processes";
import { WORKSPACE, writeProgram } from "./workspace";

/** Measures the AWS example against a bare CDKTF program with the same resources, and returns a Markdown table. */
export function synthTable(rounds: number): string {
  const cordon = writeProgram(
    "cordon.js",
    `const { App } = require("cdktf");
const { AgentsAws } = require("./aws/agents-aws");
exports.program = (outdir) => {
  const app = new App({ outdir });
  new AgentsAws(app, "agents-aws");
  app.synth();
};
`,
  );
  measureInTurns({ cordon }, 1);
  const bare = writeProgram("bare.js", bareProgram(synthesized("cordon")));
  const runs = measureInTurns({ bare, cordon }, rounds);
  const resources = countOfSame(synthesized("bare"), synthesized("cordon"));
  const row = (label: string, of: (run: ProcessRun) => number, unit: string): string => {
    const [without, withCordon] = [runs["bare"], runs["cordon"]].map((run) =>
      run === undefined ? Number.NaN : of(run),
    );
    const ratio = (withCordon ?? Number.NaN) / (without ?? Number.NaN);
    return `| ${label} | ${without?.toFixed(0)} ${unit} | ${withCordon?.toFixed(0)} ${unit} | ${ratio.toFixed(2)} |`;
  };
  return [
    `## Synth of examples/aws (${resources} resources), medians of ${rounds} interleaved runs, each in its own process`,
    "",
    "| | bare CDKTF program | cordon | ratio |",
    "| --- | ---: | ---: | ---: |",
    row("whole process", ({ totalMs }) => totalMs, "ms"),
    row("constructs and synth, after loading", ({ synthMs }) => synthMs, "ms"),
    row("peak memory", ({ peakMb }) => peakMb, "MB"),
  ].join("\n");
}

function synthesized(name: string): SynthesizedStack {
  return JSON.parse(readFileSync(join(WORKSPACE, `out-${name}`, "stacks", "agents-aws", "cdk.tf.json"), "utf8"));
}

// A comparison of unequal programs would say nothing.
function countOfSame(bare: SynthesizedStack, cordon: SynthesizedStack): number {
  let count = 0;
  for (const [type, byName] of Object.entries(cordon.resource)) {
    for (const [name, values] of Object.entries(byName)) {
      const { "//": _own, ...expected } = values;
      const { "//": _other, ...actual } = bare.resource[type]?.[name] ?? {};
      if (!isDeepStrictEqual(actual, expected))
        throw new Error(`the bare program's ${type}.${name} is not the example's`);
      count += 1;
    }
  }
  return count;
}
