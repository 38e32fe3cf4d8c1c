import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { BENCH_EXAMPLES } from "./examples";

/** The repository. */
export const ROOT = resolve(__dirname, "..");
/** Programs to measure; inside of the repository, so that the package's own name means the build in `dist`. */
export const WORKSPACE = join(ROOT, "cdktf.out", "bench");

/** Builds the package and transpiles the examples beside it: what runs is JavaScript, as it is for users. */
export function prepareWorkspace(): void {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  rmSync(WORKSPACE, { recursive: true, force: true });
  for (const source of ["policy.ts", ...BENCH_EXAMPLES.map(({ folder, file }) => `${folder}/${file}.ts`)]) {
    const text = readFileSync(join(ROOT, "examples", source), "utf8");
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
    writeProgram(source.replace(/\.ts$/, ".js"), ts.transpileModule(text, { compilerOptions }).outputText);
  }
}

/** Writes a program into the workspace and gives its path. */
export function writeProgram(name: string, text: string): string {
  const file = join(WORKSPACE, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}
