import { type Dirent, readdirSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { CordonError, quoted } from "../../errors/cordon-error";
import type { ChildModule } from "./flatten-modules";
import { readJsonFile, statOf, unreadable } from "./read-file";
import { byText } from "./shape";
import { mergedModule, type SourceFile } from "./source-module";

/** Folders that hold no stacks of one's own. */
const SKIPPED = /^(?:\..*|node_modules)$/;

/** The files of a folder that Terraform reads. */
export interface TerraformFiles {
  readonly json: string[];
  readonly hcl: string[];
  readonly folders: string[];
}

/** What Terraform would read in a folder, and the folders below it, each sorted by name. */
export function terraformFiles(folder: string): TerraformFiles {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
  const visible = entries.filter(({ name }) => !name.startsWith("."));
  const names = (suffix: string): string[] =>
    visible
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith(suffix))
      .map(({ name }) => name)
      .sort(byText);
  return {
    json: [...names(".tf.json"), ...names(".tofu.json")].sort(byText),
    hcl: [...names(".tf"), ...names(".tofu")].sort(byText),
    folders: visible
      .filter((entry) => !SKIPPED.test(entry.name) && isFolder(folder, entry))
      .map(({ name }) => name)
      .sort(byText),
  };
}

// A link that leads nowhere is no folder; one that leads to a folder is.
function isFolder(folder: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statOf(join(folder, entry.name)).isDirectory();
  } catch {
    return false;
  }
}

/** The JSON files of a folder and their bytes, in the order of their names. */
export function readFolder(folder: string, names: readonly string[]): { files: SourceFile[]; bytes: Buffer[] } {
  const read = names.map((name) => ({ name, ...readJsonFile(join(folder, name), true) }));
  return { files: read.map(({ name, json }) => ({ name, json })), bytes: read.map(({ bytes }) => bytes) };
}

/** The refusal of a folder with files that can't be read here. */
export function hclRefusal(folder: string, { json, hcl }: TerraformFiles): CordonError {
  const only = json.length === 0 ? "only HCL" : "HCL beside its JSON";
  const named = hcl.length > 3 ? `${hcl.slice(0, 3).join(", ")} and ${hcl.length - 3} more` : hcl.join(", ");
  return new CordonError(
    "CORDON-145",
    `folder ${quoted(folder)}`,
    `it holds ${only} (${named}), of which nothing would be checked`,
    "run `terraform plan -out=plan.bin` there, then `terraform show -json plan.bin > plan.json`, and give plan.json",
  );
}

/** The real path of a folder, the same for every way to write it. */
export function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Reads child modules from folders, each once. */
export class ModuleFolders {
  /** The bytes of every file that was read, by path. */
  public readonly bytes = new Map<string, Buffer>();
  /** The folders that were asked for. */
  public readonly folders = new Set<string>();
  private readonly known = new Map<string, ChildModule>();

  /** The module that a source names, seen from a folder; only relative folders of JSON can be read. */
  public read(source: string, folder: string): ChildModule {
    if (!/^\.\.?(\/|\\|$)/.test(source)) return { problem: `its source ${quoted(source)} is not a folder beside it` };
    const path = realFolder(resolve(folder, source));
    const known = this.known.get(path) ?? this.readFolder(path, source);
    this.known.set(path, known);
    return known;
  }

  private readFolder(path: string, source: string): ChildModule {
    this.folders.add(path);
    let found: TerraformFiles;
    try {
      found = terraformFiles(path);
    } catch {
      return { problem: `its source ${quoted(source)} can't be read` };
    }
    if (found.hcl.length > 0) return { problem: `its source ${quoted(source)} is written in HCL` };
    if (found.json.length === 0) return { problem: `its source ${quoted(source)} holds no Terraform JSON` };
    const { files, bytes } = readFolder(path, found.json);
    for (const [place, name] of found.json.entries()) {
      this.bytes.set(join(path, name), bytes[place] ?? Buffer.alloc(0));
    }
    return { module: mergedModule(files, `module ${quoted(source)}`), folder: path };
  }
}
