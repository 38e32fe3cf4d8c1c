import { spawnSync } from "node:child_process";
import { WORKSPACE, writeProgram } from "./workspace";

/** One run of a program in a process of its own. */
export interface ProcessRun {
  /** From the start of the process to its end. */
  readonly totalMs: number;
  /** From the end of loading to the end: constructs and synth alone. */
  readonly synthMs: number;
  readonly peakMb: number;
}

/** Runs programs in turns, so that a disturbance meets all of them, and gives the medians by program. */
export function measureInTurns(programs: { [name: string]: string }, rounds: number): { [name: string]: ProcessRun } {
  const runs: { [name: string]: ProcessRun[] } = {};
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, file] of Object.entries(programs)) {
      const run = runOnce(name, file);
      // The first round warms the disk cache.
      if (round > 0) runs[name] = [...(runs[name] ?? []), run];
    }
  }
  return Object.fromEntries(
    Object.entries(runs).map(([name, all]) => [
      name,
      {
        totalMs: median(all.map(({ totalMs }) => totalMs)),
        synthMs: median(all.map(({ synthMs }) => synthMs)),
        peakMb: median(all.map(({ peakMb }) => peakMb)),
      },
    ]),
  );
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return ((sorted[middle] ?? 0) + (sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? 0)) / 2;
}

function runOnce(name: string, file: string): ProcessRun {
  const runner = writeProgram(
    `run-${name}.js`,
    `const { program } = require(${JSON.stringify(file)});
const loaded = performance.now();
program(${JSON.stringify(`${WORKSPACE}/out-${name}`)});
const ended = performance.now();
process.stdout.write(JSON.stringify({ totalMs: ended, synthMs: ended - loaded, peakMb: process.resourceUsage().maxRSS / 1024 }));
`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner], { cwd: WORKSPACE, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('{"totalMs"')));
}
