import { CordonError, quoted } from "../../errors/cordon-error";
import type { JsonValue } from "../terraform-json";
import type { Block } from "./configuration";

/** Whether a value is an object of JSON. */
export function isBlock(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A block as its labels and body. */
export interface LabelledBlock {
  readonly labels: string[];
  readonly body: Block;
}

/**
 * The blocks of a section. Terraform takes an object or a list of objects at every level:
 * `{"aws_vpc": {"a": {...}}}`, `[{"aws_vpc": [{"a": [{...}]}]}]`.
 * @param labels how many names stand before the body: two for resources, one for variables
 */
export function labelledBlocks(section: JsonValue | undefined, labels: number, at: string): LabelledBlock[] {
  if (section === undefined || section === null) return [];
  if (Array.isArray(section)) return section.flatMap((one) => labelledBlocks(one, labels, at));
  if (!isBlock(section)) {
    throw new CordonError("CORDON-147", at, `${quoted(section)} stands where a block is due`, "write an object");
  }
  if (labels === 0) return [{ labels: [], body: section }];
  return Object.entries(section)
    .filter(([key]) => key !== "//")
    .flatMap(([key, inner]) =>
      labelledBlocks(inner, labels - 1, `${at}.${key}`).map((block) => ({ ...block, labels: [key, ...block.labels] })),
    );
}

/** A value without the comments that stand below the key `//` at any level. */
export function withoutComments(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutComments);
  if (!isBlock(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === "//" ? [] : [[key, withoutComments(inner)]])),
  );
}

/** The value at the end of a path of keys. */
export function valueAt(value: JsonValue | undefined, ...path: string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (current, key) => (isBlock(current) && Object.hasOwn(current, key) ? current[key] : undefined),
    value,
  );
}

/** A value that may stand alone or in a list, as a list. */
export function listOf(value: JsonValue | undefined): JsonValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** Orders by code unit. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
