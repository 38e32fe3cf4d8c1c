import { escaped } from "../resolve/inspect";
import type { JsonValue } from "../terraform-json";
import { isBlock, listOf } from "./shape";

/** One resource of a plan or state, as `terraform show -json` writes it. */
export interface ShownResource {
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly address: string;
  /** The module it is in, with the keys of its instances: `module.net["a"]`; empty for the root. */
  readonly module: string;
  readonly key: string | number | undefined;
  readonly values: { [argument: string]: JsonValue };
  readonly dependsOn: string[];
}

/** The resources of a module and its children. */
export function shownResources(module: JsonValue | undefined, address = ""): ShownResource[] {
  if (!isBlock(module)) return [];
  const own = listOf(module["resources"]).flatMap((resource): ShownResource[] => {
    if (!isBlock(resource) || resource["deposed_key"] !== undefined) return [];
    const { mode, type, name, address: at, index, values, depends_on: waits } = resource;
    if (typeof type !== "string" || typeof name !== "string" || typeof at !== "string") return [];
    const dependsOn = listOf(waits).filter((one): one is string => typeof one === "string");
    const key = typeof index === "string" || typeof index === "number" ? index : undefined;
    const shown = { type, name, address: at, module: address, key, values: isBlock(values) ? values : {}, dependsOn };
    return mode === "managed" || mode === "data" ? [{ mode, ...shown }] : [];
  });
  const children = listOf(module["child_modules"]).flatMap((child) =>
    isBlock(child) ? shownResources(child, String(child["address"] ?? "")) : [],
  );
  return [...own, ...children];
}

/** A literal value as Terraform's JSON syntax writes it: nothing in it is an expression. */
export function literal(value: JsonValue): JsonValue {
  if (typeof value === "string") return escaped(value);
  if (Array.isArray(value)) return value.map(literal);
  if (!isBlock(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [escaped(key), literal(inner)]));
}

/**
 * The arguments that are set. Plans and states spell out every argument; null, empty text and empty lists are what the
 * ones nobody wrote have. Blocks are the elements of lists; other objects are maps, in which an empty text counts.
 */
export function setArguments(
  block: { readonly [key: string]: JsonValue },
  keep: (key: string) => boolean,
): {
  [key: string]: JsonValue;
} {
  return Object.fromEntries(
    Object.entries(block).flatMap(([key, value]): [string, JsonValue][] =>
      isUnset(value) && !keep(key) ? [] : [[key, setInside(value)]],
    ),
  );
}

function setInside(value: JsonValue): JsonValue {
  if (!Array.isArray(value)) return value;
  return value.map((item) => (isBlock(item) ? setArguments(item, () => false) : setInside(item)));
}

function isUnset(value: JsonValue): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}
