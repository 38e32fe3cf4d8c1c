import type { Node } from "../resolve/syntax/node";
import { parseTemplate } from "../resolve/syntax/parser";
import { referencesIn, type WrittenReference } from "../resolve/syntax/references";
import type { JsonValue } from "../terraform-json";
import { dynamicBlocks } from "./override";
import { isBlock } from "./shape";

/** Text that takes the place of a part of an expression. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What becomes of the strings of a value. */
export interface Rewriting {
  /** The changes to one reference. */
  edits(reference: WrittenReference): Edit[];
  /** What a string that is one reference alone becomes, when that is more than text. */
  whole?(reference: WrittenReference): JsonValue | undefined;
}

const EXPRESSION = /[$%]\{/;
const NONE: ReadonlySet<string> = new Set();

/**
 * A value with the references of all its expressions rewritten. A string that can't be parsed is left as it is; it
 * stays unknown. The variables of `dynamic` blocks are not references.
 */
export function rewritten(value: JsonValue, rewriting: Rewriting, bound: ReadonlySet<string> = NONE): JsonValue {
  if (typeof value === "string") return rewrittenText(value, rewriting, bound);
  if (Array.isArray(value)) return value.map((item) => rewritten(item, rewriting, bound));
  if (!isBlock(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      EXPRESSION.test(key) ? textOr(key, rewrittenText(key, rewriting, bound)) : key,
      key === "dynamic" && dynamicBlocks(value).length > 0
        ? dynamicBlocks(value).map(([label, block]) => ({ [label]: rewrittenDynamic(label, block, rewriting, bound) }))
        : rewritten(inner, rewriting, bound),
    ]),
  );
}

function rewrittenDynamic(
  label: string,
  block: JsonValue,
  rewriting: Rewriting,
  bound: ReadonlySet<string>,
): JsonValue {
  if (!isBlock(block)) return block;
  const inner = new Set([...bound, iteratorOf(label, block)]);
  return Object.fromEntries(
    Object.entries(block).map(([key, value]) => [
      key,
      key === "iterator" ? value : rewritten(value, rewriting, key === "content" ? inner : bound),
    ]),
  );
}

/** The variable of a `dynamic` block. */
export function iteratorOf(label: string, block: { readonly [key: string]: JsonValue }): string {
  return typeof block["iterator"] === "string" ? block["iterator"].replace(/^\$\{(.*)\}$/, "$1") : label;
}

function rewrittenText(text: string, rewriting: Rewriting, bound: ReadonlySet<string>): JsonValue {
  const node = EXPRESSION.test(text) ? parsed(text) : undefined;
  if (node === undefined) return text;
  const references = referencesIn(node).filter(({ root }) => !bound.has(root.name));
  const [only] = references;
  if (only !== undefined && isWhole(node, only)) {
    const whole = rewriting.whole?.(only);
    if (whole !== undefined) return whole;
  }
  const edits = references.flatMap((reference) => rewriting.edits(reference));
  return applied(text, edits);
}

// The edits stand apart; from the last one on, the places of the others stay right.
function applied(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}

function isWhole(node: Node, { root, steps }: WrittenReference): boolean {
  return node === (steps.at(-1) ?? root);
}

const textOr = (text: string, value: JsonValue): string => (typeof value === "string" ? value : text);

function parsed(text: string): Node | undefined {
  try {
    return parseTemplate(text);
  } catch {
    return undefined;
  }
}
