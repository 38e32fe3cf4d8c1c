import { CordonError } from "../../errors/cordon-error";
import type { JsonValue } from "../terraform-json";
import type { Block } from "./configuration";
import { overridden } from "./override";
import { byText, isBlock, type LabelledBlock, labelledBlocks } from "./shape";

/** One `*.tf.json` file of a folder. */
export interface SourceFile {
  /** The file's name without its folder. */
  readonly name: string;
  readonly json: JsonValue;
}

/** Blocks of one kind by their address inside of the module. */
export type Blocks = Map<string, Block>;

/** A module as its files write it: everything that Terraform merges of one folder. */
export interface SourceModule {
  /** Resources and data sources by address: `aws_vpc.a`, `data.aws_region.b`. */
  readonly resources: Blocks;
  readonly variables: Blocks;
  readonly outputs: Blocks;
  readonly modules: Blocks;
  readonly locals: Map<string, JsonValue>;
  readonly providers: LabelledBlock[];
  /** What stands below the comment key of the first file that has one. */
  readonly comment?: JsonValue;
}

interface Section {
  readonly kind: "resources" | "variables" | "outputs" | "modules";
  readonly key: string;
  readonly labels: number;
  readonly prefix: string;
}

const SECTIONS: readonly Section[] = [
  { kind: "resources", key: "resource", labels: 2, prefix: "" },
  { kind: "resources", key: "data", labels: 2, prefix: "data." },
  { kind: "variables", key: "variable", labels: 1, prefix: "" },
  { kind: "outputs", key: "output", labels: 1, prefix: "" },
  { kind: "modules", key: "module", labels: 1, prefix: "" },
];

/**
 * Merges the files of one folder. Each definition stands in one file; `override.tf.json` and `*_override.tf.json` then
 * replace arguments, in the order of their names.
 *
 * @see https://developer.hashicorp.com/terraform/language/files/override
 */
export function mergedModule(files: readonly SourceFile[], place: string): SourceModule {
  const sorted = [...files].sort((a, b) => byText(a.name, b.name));
  const module = {
    resources: new Map<string, Block>(),
    variables: new Map<string, Block>(),
    outputs: new Map<string, Block>(),
    modules: new Map<string, Block>(),
    locals: new Map<string, JsonValue>(),
    providers: [] as LabelledBlock[],
  };
  const definedIn = new Map<string, string>();
  for (const file of sorted.filter(({ name }) => !isOverride(name))) define(module, file, definedIn, place);
  for (const file of sorted.filter(({ name }) => isOverride(name))) override(module, file, place);
  const comment = sorted.map(({ json }) => (isBlock(json) ? json["//"] : undefined)).find(isBlock);
  return { ...module, ...(comment === undefined ? {} : { comment }) };
}

const isOverride = (name: string): boolean => /^(?:.*_)?override\.tf\.json$/.test(name);

function define(module: SourceModule, file: SourceFile, definedIn: Map<string, string>, place: string): void {
  const claim = (address: string): void => {
    const other = definedIn.get(address);
    if (other !== undefined) {
      const where = other === file.name ? `twice in ${file.name}` : `in ${other} and in ${file.name}`;
      throw new CordonError("CORDON-147", place, `${address} is defined ${where}`, "keep one of them");
    }
    definedIn.set(address, file.name);
  };
  for (const { kind, key, address, body } of blocksOf(file, place)) {
    claim(kind === "resources" ? address : `${key}.${address}`);
    module[kind].set(address, body);
  }
  for (const [name, value] of localsOf(file, place)) {
    claim(`local.${name}`);
    module.locals.set(name, value);
  }
  module.providers.push(...providersOf(file, place));
}

function override(module: SourceModule, file: SourceFile, place: string): void {
  for (const { kind, key, address, body } of blocksOf(file, place)) {
    const base = module[kind].get(address);
    if (base === undefined) {
      const what = kind === "resources" ? address : `${key}.${address}`;
      const fix = "define it in another file, or write it without override";
      throw new CordonError("CORDON-147", place, `${file.name} overrides ${what}, which no file defines`, fix);
    }
    module[kind].set(address, overridden(base, body));
  }
  for (const [name, value] of localsOf(file, place)) module.locals.set(name, value);
  for (const block of providersOf(file, place)) {
    const same = module.providers.findIndex((one) => providerKey(one) === providerKey(block));
    if (same < 0) module.providers.push(block);
    else module.providers[same] = { ...block, body: overridden(module.providers[same]?.body ?? {}, block.body) };
  }
}

function blocksOf({ name, json }: SourceFile, place: string): (Section & { address: string; body: Block })[] {
  if (!isBlock(json)) return [];
  return SECTIONS.flatMap((section) =>
    labelledBlocks(json[section.key], section.labels, `${place}, ${name}, ${section.key}`).map(({ labels, body }) => ({
      ...section,
      address: `${section.prefix}${labels.join(".")}`,
      body,
    })),
  );
}

function localsOf({ name, json }: SourceFile, place: string): [string, JsonValue][] {
  if (!isBlock(json)) return [];
  return labelledBlocks(json["locals"], 0, `${place}, ${name}, locals`).flatMap(({ body }) =>
    Object.entries(body).filter(([key]) => key !== "//"),
  );
}

function providersOf({ name, json }: SourceFile, place: string): LabelledBlock[] {
  return isBlock(json) ? labelledBlocks(json["provider"], 1, `${place}, ${name}, provider`) : [];
}

const providerKey = ({ labels, body }: LabelledBlock): string => `${labels[0]}.${String(body["alias"] ?? "")}`;
