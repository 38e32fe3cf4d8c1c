import type { CordonErrorCode } from "./codes";

const MARK = Symbol.for("cdktf-cordon.CordonError");

/**
 * Every refusal of this library: a stable code, the place in the caller's words, what is wrong with which value, and
 * what to do. The message reads `CORDON-007: cell 'Agents': 10.64.0.0/30 holds 4 addresses; use /21 or larger`.
 */
export class CordonError extends Error {
  public override readonly name = "CordonError";

  /**
   * @param code stable across releases; `docs/errors.md` lists them
   * @param place where the value came from, in the caller's words: `policy 'support'`, `cell 'Agents', agent 'triage'`
   * @param problem what is wrong, with the offending value
   * @param fix what to write instead
   */
  public constructor(
    public readonly code: CordonErrorCode,
    public readonly place: string,
    public readonly problem: string,
    public readonly fix: string,
  ) {
    super(`${code}: ${place}: ${problem}; ${fix}`);
    Object.defineProperty(this, MARK, { value: true });
  }

  /** Recognises a `CordonError`, also one thrown by another copy of this package. */
  public static isCordonError(value: unknown): value is CordonError {
    return typeof value === "object" && value !== null && MARK in value;
  }
}

/** Quotes an offending value for a message: JSON escapes make control characters visible, long values are cut. */
export function quoted(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : isPlainObject(value) ? "an object" : String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

// Such a value may have no text form at all.
const isPlainObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
