import { isObject, JsonText, SetValue, type Value } from "./symbolic";

/** Deepest nesting of lists and objects that is followed. */
export const MAX_NESTING = 200;

/** Most scalars that one value holds, counted as often as they occur. */
const MAX_SIZE = 2_000_000;

interface Measure {
  readonly depth: number;
  readonly size: number;
}

const measured = new WeakMap<object, Measure>();
const SCALAR: Measure = { depth: 0, size: 1 };
const TOO_DEEP: Measure = { depth: Number.POSITIVE_INFINITY, size: 0 };

/** Whether a value is small enough to be walked through. A value may hold one part many times, and that part too. */
export function fits(value: Value): boolean {
  const { depth, size } = measure(value, 0);
  return depth <= MAX_NESTING && size <= MAX_SIZE;
}

function measure(value: Value, level: number): Measure {
  if (typeof value !== "object" || value === null) return SCALAR;
  const known = measured.get(value);
  if (known !== undefined) return known;
  const children = childrenOf(value);
  if (children.length === 0) return SCALAR;
  if (level > MAX_NESTING) return TOO_DEEP;
  let depth = 0;
  let size = 0;
  for (const child of children) {
    const inner = measure(child, level + 1);
    depth = Math.max(depth, inner.depth);
    size += inner.size;
  }
  const result = { depth: depth + 1, size };
  measured.set(value, result);
  return result;
}

function childrenOf(value: Value & object): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (value instanceof SetValue) return value.items;
  if (value instanceof JsonText) return [value.document];
  return isObject(value) ? Object.values(value) : [];
}
