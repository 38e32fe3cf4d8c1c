import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { bareProgram, type SynthesizedStack } from "./bare-program";
import { BENCH_EXAMPLES, type BenchExample } from "./examples";
import { measureInTurns, type ProcessRun } from "./processes";
import { WORKSPACE, writeProgram } from "./workspace";

/** Measures the examples against bare CDKTF programs with the same resources, and returns Markdown tables. */
export function synthTables(rounds: number): string {
  return BENCH_EXAMPLES.map((example) => synthTable(example, rounds)).join("\n\n");
}

function synthTable(example: BenchExample, rounds: number): string {
  const { className, folder, file } = example;
  const names = { cordon: `${file}-cordon`, bare: `${file}-bare` };
  const cordon = writeProgram(
    `${names.cordon}.js`,
    `const { App } = require("cdktf");
const { ${className} } = require("./${folder}/${file}");
exports.program = (outdir) => {
  const app = new App({ outdir });
  new ${className}(app, "${file}");
  app.synth();
};
`,
  );
  measureInTurns({ [names.cordon]: cordon }, 1);
  const bare = writeProgram(`${names.bare}.js`, bareProgram(synthesized(names.cordon, file), example));
  const runs = measureInTurns({ [names.bare]: bare, [names.cordon]: cordon }, rounds);
  const resources = countOfSame(synthesized(names.bare, file), synthesized(names.cordon, file));
  const row = (label: string, of: (run: ProcessRun) => number, unit: string): string => {
    const [without, withCordon] = [runs[names.bare], runs[names.cordon]].map((run) =>
      run === undefined ? Number.NaN : of(run),
    );
    const ratio = (withCordon ?? Number.NaN) / (without ?? Number.NaN);
    return `| ${label} | ${without?.toFixed(0)} ${unit} | ${withCordon?.toFixed(0)} ${unit} | ${ratio.toFixed(2)} |`;
  };
  return [
    `## Synth of examples/${folder} (${resources} resources), medians of ${rounds} interleaved runs, each in its own process`,
    "",
    "| | bare CDKTF program | cordon | ratio |",
    "| --- | ---: | ---: | ---: |",
    row("whole process", ({ totalMs }) => totalMs, "ms"),
    row("constructs and synth, after loading", ({ synthMs }) => synthMs, "ms"),
    row("peak memory", ({ peakMb }) => peakMb, "MB"),
  ].join("\n");
}

function synthesized(name: string, stack: string): SynthesizedStack {
  return JSON.parse(readFileSync(join(WORKSPACE, `out-${name}`, "stacks", stack, "cdk.tf.json"), "utf8"));
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
