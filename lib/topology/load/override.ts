import type { JsonValue } from "../terraform-json";
import type { Block } from "./configuration";
import { isBlock, listOf } from "./shape";

/**
 * A block with the arguments of an override in the place of its own. Nested blocks of one type replace all of that
 * type, written or made by `dynamic`; `lifecycle` is merged argument by argument.
 */
export function overridden(base: Block, override: Block): Block {
  const replaced = new Set([...Object.keys(override), ...dynamicLabels(override)]);
  const kept = Object.entries(base).filter(([key]) => !replaced.has(key) || isMerged(key));
  const merged: { [key: string]: JsonValue } = Object.fromEntries(kept);
  for (const [key, value] of Object.entries(override)) {
    if (key === "lifecycle") merged[key] = Object.assign({}, ...blocksOf(base[key]), ...blocksOf(value));
    else if (key !== "dynamic" && key !== "//") merged[key] = value;
  }
  const dynamic = [...dynamicBlocks(base).filter(([label]) => !replaced.has(label)), ...dynamicBlocks(override)];
  if (dynamic.length > 0) merged["dynamic"] = dynamic.map(([label, block]) => ({ [label]: block }));
  else delete merged["dynamic"];
  return merged;
}

const isMerged = (key: string): boolean => key === "lifecycle" || key === "dynamic" || key === "//";

const blocksOf = (value: JsonValue | undefined): Block[] => listOf(value).filter(isBlock);

const dynamicLabels = (block: Block): string[] => dynamicBlocks(block).map(([label]) => label);

/** The `dynamic` blocks of a block, with the type of block that each makes. */
export function dynamicBlocks(block: Block): [string, JsonValue][] {
  return blocksOf(block["dynamic"]).flatMap((labelled) =>
    Object.entries(labelled).flatMap(([label, bodies]) =>
      label === "//" ? [] : listOf(bodies).map((body): [string, JsonValue] => [label, body]),
    ),
  );
}
