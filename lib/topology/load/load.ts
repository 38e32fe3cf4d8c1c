import { basename, dirname, join, resolve } from "node:path";
import { CordonError, quoted } from "../../errors/cordon-error";
import type { JsonValue } from "../terraform-json";
import type { Configuration } from "./configuration";
import { hclRefusal, ModuleFolders, readFolder, realFolder, terraformFiles } from "./folder";
import { formatOf } from "./format";
import { isTooDeep, MAX_DEPTH } from "./json-text";
import { loadPlan } from "./plan";
import { digestOf, readJsonFile, statOf } from "./read-file";
import { byText } from "./shape";
import { mergedModule } from "./source-module";
import { loadState } from "./state";
import { loadSource, type Origin } from "./tf-json";

/**
 * Reads what a synthesis, `terraform show -json` or a file of Terraform's JSON syntax holds; which of them it is, is told
 * by the content.
 * @param json the parsed JSON
 * @param options `name` for what does not name itself, `source` as it shall appear in reports
 * @throws CordonError CORDON-143 (no JSON value), CORDON-144 (not Terraform's), CORDON-147 (Terraform refuses it)
 */
export function fromObject(json: unknown, options: { name?: string; source?: string } = {}): Configuration {
  const place = `configuration ${quoted(options.name ?? options.source ?? "synth")}`;
  if (isTooDeep(json)) {
    const problem = `it is nested deeper than ${MAX_DEPTH} levels, or holds itself`;
    throw new CordonError("CORDON-143", place, problem, "give a synthesized stack, a plan or a state");
  }
  const text = textOf(json, place);
  const { source = "synth", name = "stack" } = options;
  const origin: Origin = { name, source, folder: "", digest: () => digestOf([text]) };
  return loadValue(JSON.parse(text) as JsonValue, origin, place, "main.tf.json");
}

/**
 * Reads a file (a synthesized stack, a plan or a state as `terraform show -json` writes them), a folder of `*.tf.json`
 * files, or every such folder below one, as `cdktf.out`.
 * @returns the stacks, sorted by path
 * @throws CordonError CORDON-142 to CORDON-147: a path that can't be read whole is never read in part
 */
export function loadPath(path: string): Configuration[] {
  if (!statOf(path).isDirectory()) return [loadFile(path)];
  const found: { folder: string; configuration: Configuration }[] = [];
  const search: Search = { modules: new Set(), hcl: [], seen: new Set() };
  for (const folder of stackFolders(path, search)) {
    const modules = new ModuleFolders();
    found.push({ folder: realFolder(folder), configuration: loadFolder(folder, modules) });
    for (const module of modules.folders) if (module !== realFolder(folder)) search.modules.add(module);
  }
  const foreign = search.hcl.find((folder) => !search.modules.has(realFolder(folder)));
  if (foreign !== undefined) throw hclRefusal(foreign, terraformFiles(foreign));
  // A folder that another stack includes is checked there, with what it is given.
  const stacks = found.filter(({ folder }) => !search.modules.has(folder));
  if (stacks.length === 0) {
    const fix = "run `cdktf synth` first, or give a plan as `terraform show -json` writes it";
    throw new CordonError("CORDON-146", `folder ${quoted(path)}`, "no *.tf.json file is in it or below it", fix);
  }
  return stacks.map(({ configuration }) => configuration);
}

interface Search {
  /** Folders that stacks include as modules. */
  readonly modules: Set<string>;
  /** Folders that hold HCL alone. */
  readonly hcl: string[];
  readonly seen: Set<string>;
}

// A folder with Terraform files is a stack; what is below it belongs to it.
function stackFolders(folder: string, search: Search): string[] {
  const real = realFolder(folder);
  if (search.seen.has(real)) return [];
  search.seen.add(real);
  const files = terraformFiles(folder);
  if (files.json.length > 0 && files.hcl.length > 0) throw hclRefusal(folder, files);
  if (files.json.length > 0) return [folder];
  if (files.hcl.length > 0) {
    search.hcl.push(folder);
    return [];
  }
  return files.folders.flatMap((name) => stackFolders(join(folder, name), search));
}

function loadFolder(folder: string, modules: ModuleFolders): Configuration {
  const place = `folder ${quoted(folder)}`;
  const { json: names } = terraformFiles(folder);
  const { files, bytes } = readFolder(folder, names);
  const formats = files.map(({ name, json }) => {
    if (isEmpty(json)) return "terraform-json";
    const format = formatOf(json, `file ${quoted(join(folder, name))}`);
    if (format === "synth" || format === "terraform-json") return format;
    const fix = `name it plan.json, and give its path`;
    throw new CordonError(
      "CORDON-144",
      `file ${quoted(join(folder, name))}`,
      `it is a ${format}, no configuration`,
      fix,
    );
  });
  const origin: Origin = {
    name: basename(resolve(folder)),
    source: folder,
    folder: realFolder(folder),
    digest: () => digestOf([...bytes, ...sortedBytes(modules)]),
  };
  const read = (source: string, from: string): ReturnType<ModuleFolders["read"]> => modules.read(source, from);
  return loadSource(mergedModule(files, place), formats.includes("synth") ? "synth" : "terraform-json", origin, read);
}

const isEmpty = (json: JsonValue): boolean =>
  typeof json === "object" && json !== null && !Array.isArray(json) && Object.keys(json).length === 0;

const sortedBytes = (modules: ModuleFolders): Buffer[] =>
  [...modules.bytes].sort(([a], [b]) => byText(a, b)).map(([, bytes]) => bytes);

function loadFile(path: string): Configuration {
  const name = basename(path);
  const isSource = /\.(?:tf|tofu)\.json$/.test(name);
  if (/\.(?:tf|tofu)$/.test(name)) throw hclRefusal(dirname(path), terraformFiles(dirname(path)));
  const { json, bytes } = readJsonFile(path, isSource);
  const modules = new ModuleFolders();
  const origin: Origin = {
    name: name === "cdk.tf.json" ? basename(dirname(resolve(path))) : name.replace(/(?:\.tf|\.tofu)?\.json$/, ""),
    source: path,
    folder: realFolder(dirname(path)),
    digest: () => digestOf([bytes, ...sortedBytes(modules)]),
    notes: isSource ? notesOfFile(path, name) : [],
  };
  return loadValue(json, origin, `file ${quoted(path)}`, name, modules);
}

// Terraform takes a folder, never one file of it.
function notesOfFile(path: string, name: string): string[] {
  const { json, hcl } = terraformFiles(dirname(path));
  const others = [...json, ...hcl].filter((other) => other !== name).sort(byText);
  if (others.length === 0) return [];
  return [`only ${name} is read; Terraform also reads ${others.join(", ")} of the same folder`];
}

function loadValue(
  json: JsonValue,
  origin: Origin,
  place: string,
  name: string,
  modules?: ModuleFolders,
): Configuration {
  const format = formatOf(json, place);
  if (format === "plan") return loadPlan(json, origin, place);
  if (format === "state") return loadState(json, origin, place);
  const source = mergedModule([{ name, json }], place);
  return loadSource(source, format, origin, (from, folder) =>
    modules === undefined ? { problem: "its files are not at hand" } : modules.read(from, folder),
  );
}

function textOf(json: unknown, place: string): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(json);
  } catch (error) {
    const problem = `it can't be written as JSON (${String((error as Error).message)})`;
    throw new CordonError("CORDON-143", place, problem, "give plain objects, lists, strings, numbers and booleans");
  }
  if (text === undefined)
    throw new CordonError("CORDON-143", place, `${quoted(json)} is no JSON value`, "give an object");
  return text;
}
