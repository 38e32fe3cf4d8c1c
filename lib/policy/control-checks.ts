import { CordonError, quoted } from "../errors/cordon-error";

/** A whole number within bounds. @throws CORDON-038 */
export function wholeNumber(value: unknown, at: string, what: string, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw new CordonError(
    "CORDON-038",
    at,
    `${what} ${quoted(value)} is not a whole number from 1 to ${most}`,
    "write one",
  );
}

/** One of some words. @throws CORDON-038 */
export function oneOf<T extends string>(value: unknown, words: readonly T[], at: string, what: string): T {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new CordonError("CORDON-038", at, `${what} ${quoted(value)} is unknown`, `use ${words.join(", ")}`);
}
