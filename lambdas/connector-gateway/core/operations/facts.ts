const MOST = 64;
const MAX_TEXT = 1_000;
const MAX_DEPTH = 4;

/**
 * A JSON value as Cedar's conditions see it: texts up to 1,000 characters, whole numbers, truth values, lists of up to 64 and
 * members up to four levels deep. What does not fit is left out, so that a condition which needs it refuses.
 */
export function factsOf(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return value.length <= MAX_TEXT ? value : undefined;
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  if (value === null || typeof value !== "object" || depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => factsOf(item, depth + 1));
    return items.length <= MOST && items.every((item) => item !== undefined) ? items : undefined;
  }
  const members = Object.entries(value).flatMap(([name, member]) => {
    const fact = factsOf(member, depth + 1);
    // Cedar reads these two as entities and extension values.
    return fact === undefined || name === "__entity" || name === "__extn" ? [] : [[name, fact] as const];
  });
  return Object.fromEntries(members);
}
