import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { CordonError, quoted } from "../errors/cordon-error";
import { type PackagedFunction, packagedFile, packagedFunction } from "./packaged-function";

/** A file of the owner's, ready to stand beside the gateway's code. */
export interface BundledExtension {
  readonly code: Uint8Array;
  /** Ids of its detectors. */
  readonly detectors: readonly string[];
}

/** What the packaged check says of an extension. */
interface Check {
  checkExtension(extension: unknown): { readonly problem?: string; readonly detectors: readonly string[] };
}

const bundled = new Map<string, BundledExtension>();

/**
 * Bundles an owner's TypeScript or JavaScript with everything that it imports, and checks what it exports.
 *
 * @param file Its path; a relative one begins at the folder that the program runs in
 * @throws CORDON-166 where esbuild or the file is missing, the file does not compile, or its exports are of no use
 */
export function bundleExtension(file: string, at: string): BundledExtension {
  const path = resolve(file);
  const code = bundle(path, at);
  const key = Buffer.from(code).toString("base64");
  const known = bundled.get(key);
  if (known !== undefined) return known;
  const { checkExtension } = require(packagedFile("connector-gateway/local/check.js")) as Check;
  const { problem, detectors } = checkExtension(exportsOf(path, code, at));
  if (problem !== undefined) refuse(at, `${quoted(file)}: ${problem}`, "export detectors, onRequest, or both");
  const extension = { code, detectors };
  bundled.set(key, extension);
  return extension;
}

/** The owner's file of a gateway's props, bundled once however often it is asked for. @throws CORDON-166 */
export const ownExtension = (
  { extension }: { readonly extension?: string },
  at: string,
): BundledExtension | undefined =>
  extension === undefined ? undefined : bundleExtension(extension, `${at}, connectorGateway, extension`);

/** An archive of the package with an owner's file in it, if there is one. The same file gives the same bytes. */
export function extendedFunction(name: string, extension: BundledExtension | undefined): PackagedFunction {
  const packaged = packagedFunction(name);
  if (extension === undefined) return packaged;
  const files = { ...unzipSync(readFileSync(packaged.path)), "extension.js": extension.code };
  const entries = Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, bytes]) => [
      file,
      [bytes, { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o644 << 16 }] as [Uint8Array, object],
    ]);
  const path = join(temporaryFolder(), basename(name));
  writeFileSync(path, zipSync(Object.fromEntries(entries), { level: 6 }));
  return packagedFunction(path);
}

function bundle(path: string, at: string): Uint8Array {
  const esbuild = esbuildOf(at);
  try {
    const { outputFiles } = esbuild.buildSync({
      entryPoints: [path],
      bundle: true,
      minify: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      write: false,
      legalComments: "none",
      logLevel: "silent",
    });
    return (outputFiles[0] as { contents: Uint8Array }).contents;
  } catch (error) {
    const { errors = [] } = error as {
      errors?: readonly { text: string; location: { file: string; line: number; column: number } | null }[];
    };
    const [first] = errors;
    if (first === undefined) throw error;
    const { location, text } = first;
    const place = location === null ? path : `${location.file}:${location.line}:${location.column + 1}`;
    return refuse(at, `${place}: ${text}`, "correct the file");
  }
}

// Only who extends the gateway needs a bundler.
function esbuildOf(at: string): typeof import("esbuild") {
  try {
    return createRequire(join(process.cwd(), "package.json"))("esbuild") as typeof import("esbuild");
  } catch {
    try {
      return require("esbuild") as typeof import("esbuild");
    } catch {
      return refuse(
        at,
        "an extension is bundled with esbuild, which is not installed",
        "npm install --save-dev esbuild",
      );
    }
  }
}

function exportsOf(path: string, code: Uint8Array, at: string): unknown {
  const module = { exports: {} as unknown };
  try {
    const run = new Function("module", "exports", "require", "__filename", "__dirname", Buffer.from(code).toString());
    run(module, module.exports, createRequire(path), path, join(path, ".."));
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    refuse(at, `${quoted(path)} fails when it is loaded: ${told}`, "correct the file");
  }
  return module.exports;
}

/** Path of an owner's code as a file of its own, until the process ends. */
export function writtenExtension({ code }: BundledExtension): string {
  const path = join(temporaryFolder(), "extension.js");
  writeFileSync(path, code);
  return path;
}

let folder: string | undefined;

// Terraform's copy is made when the app is synthesized, so that it stands until the process ends.
function temporaryFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "cordon-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return mkdtempSync(join(folder, "archive-"));
}

function refuse(at: string, problem: string, fix: string): never {
  throw new CordonError("CORDON-166", at, problem, fix);
}
