import type { CordonErrorCode } from "../../errors/codes";
import { quoted } from "../../errors/cordon-error";
import type { LintFinding, TerraformResource } from "./terraform-resource";

/** A block of Terraform JSON. */
export type Block = Record<string, unknown>;

/** Terraform reads `null` as an argument that was left out. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** True for text that Terraform evaluates: its value is unknown until plan or apply. */
export function isReference(value: unknown): boolean {
  return typeof value === "string" && /[$%]\{/.test(value);
}

/** The blocks under a name: one object, an array of objects, or none. Anything else is not a block. */
export function blocks(parent: Block | undefined, name: string): Block[] {
  const value = parent?.[name];
  return (Array.isArray(value) ? value : [value]).filter(isBlock);
}

/** The first block under a name. */
export function block(parent: Block | undefined, name: string): Block | undefined {
  return blocks(parent, name)[0];
}

/** True when Terraform decides at plan how many blocks stand under a name: a reference, or a `dynamic` block. */
export function areBlocksUnknown(parent: Block | undefined, name: string): boolean {
  const value = parent?.[name];
  const items = Array.isArray(value) ? value : [value];
  return items.some(isReference) || blocks(parent, "dynamic").some((dynamic) => !isAbsent(dynamic[name]));
}

/** The items of a list argument; a single value counts as a list of one, an absent one as empty. */
export function items(value: unknown): unknown[] {
  if (isAbsent(value)) return [];
  return Array.isArray(value) ? value : [value];
}

/** The items of a list argument that are plain text known at synth. */
export function literals(value: unknown): string[] {
  return items(value).filter((item): item is string => typeof item === "string" && !isReference(item));
}

/** A number known at synth; Terraform JSON takes `"5"` for `5`. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : undefined;
}

/** True only for a literal true; a reference is not. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

/** True for an absent or literally false value; a reference is not. */
export function isFalse(value: unknown): boolean {
  return isAbsent(value) || value === false || value === "false";
}

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (isAbsent(value)) return "absent";
  if (isReference(value)) return `${quoted(value)} (unknown until apply)`;
  return quoted(typeof value === "object" ? JSON.stringify(value) : value);
}

/** A finding on a resource. */
export function finding(code: CordonErrorCode, at: TerraformResource, problem: string, fix: string): LintFinding {
  return { code, address: at.address, problem, fix };
}

/** The items that occur more than once, each one time, in order of first occurrence. */
export function repeated<T>(values: readonly T[]): T[] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([value]) => value);
}

/** Items under their keys, in order of first occurrence. */
export function grouped<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group === undefined) groups.set(key(value), [value]);
    else group.push(value);
  }
  return groups;
}

function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
