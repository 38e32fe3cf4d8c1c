import { EvaluationError } from "./inspect";
import { fits } from "./size";
import type { Value } from "./symbolic";
import { Unknown } from "./value";

/** How much evaluation may be on the stack when the next value is begun. */
const MAX_LOAD = 300;

/** Asks to evaluate a value from an empty stack first. */
class NeededFirst extends Error {
  public constructor(
    public readonly key: string,
    public readonly compute: () => Value,
    /** The values whose evaluation is given up until then, from the outside in. */
    public readonly suspended: readonly string[],
  ) {
    super(key);
  }
}

/**
 * Evaluates each named value once, whatever refers to what: a chain of any length does not fill the stack, and the
 * values of a cycle are unknown.
 */
export class Memo {
  private readonly values = new Map<string, Value>();
  private readonly pending = new Set<string>();
  private readonly waiting: NeededFirst[] = [];
  private readonly suspended = new Set<string>();
  private readonly cyclic = new Set<string>();
  private load = 0;

  /** The value of a key, evaluated now if it has not been. */
  public get(key: string, compute: () => Value): Value {
    const known = this.values.get(key);
    if (known !== undefined) return known;
    if (this.pending.has(key) || this.suspended.has(key)) this.markCycle(key);
    if (this.cyclic.has(key)) return inCycle(key);
    if (this.load + this.pending.size > MAX_LOAD) throw new NeededFirst(key, compute, [...this.pending]);
    this.pending.add(key);
    try {
      const value = this.guarded(key, compute);
      const kept = this.cyclic.has(key) ? inCycle(key) : value;
      this.values.set(key, kept);
      return kept;
    } finally {
      this.pending.delete(key);
    }
  }

  // Everything between two evaluations of one key depends on itself.
  private markCycle(key: string): void {
    const chain = [...this.waiting.flatMap(({ suspended }) => suspended), ...this.pending];
    for (const one of chain.slice(chain.indexOf(key))) this.cyclic.add(one);
  }

  /** Counts what an evaluation puts on the stack. */
  public weighing<T>(weight: number, evaluate: () => T): T {
    this.load += weight;
    try {
      return evaluate();
    } finally {
      this.load -= weight;
    }
  }

  /** Runs an evaluation from the outside, and everything that it needs first. */
  public run(compute: () => Value): Value {
    for (;;) {
      const next = this.waiting.at(-1);
      try {
        if (next === undefined) return compute();
        this.get(next.key, next.compute);
        this.waiting.pop();
        for (const key of next.suspended) this.suspended.delete(key);
      } catch (error) {
        if (!(error instanceof NeededFirst)) throw error;
        this.waiting.push(error);
        for (const key of error.suspended) this.suspended.add(key);
      }
    }
  }

  private guarded(key: string, compute: () => Value): Value {
    try {
      const value = compute();
      return fits(value) ? value : new Unknown(`\${${key}}`, [key], "too large or nested too deep");
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      return new Unknown(`\${${key}}`, [key], error.message);
    }
  }
}

const inCycle = (key: string): Unknown => new Unknown(`\${${key}}`, [key], `${key} depends on itself`);
