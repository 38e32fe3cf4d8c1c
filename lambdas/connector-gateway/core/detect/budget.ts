/** Bounds of the work for one exchange. */
export interface ScanLimits {
  /** Places where a pattern is tried. @default 4000 */
  readonly windows: number;
  /** Characters and bytes that decoders put out. @default 4194304 */
  readonly decodedBytes: number;
  /** Decoded texts that are looked through. @default 400 */
  readonly candidates: number;
  /** Encodings inside of each other. @default 3 */
  readonly depth: number;
}

/** Counts the work of an exchange over all of its texts. No clock: the same input ends at the same place everywhere. */
export interface ScanBudget {
  readonly limits: ScanLimits;
  windows: number;
  decodedBytes: number;
  candidates: number;
  /** What ran out first. */
  exhausted?: string;
}

/** A budget for one exchange. */
export function newBudget(limits: Partial<ScanLimits> = {}): ScanBudget {
  return {
    limits: { windows: 4_000, decodedBytes: 4 * 1024 * 1024, candidates: 400, depth: 3, ...limits },
    windows: 0,
    decodedBytes: 0,
    candidates: 0,
  };
}

const TITLES = { windows: "windows", decodedBytes: "decoded bytes", candidates: "decoded texts" };

/** Takes from a budget; false, from then on for everything, when it is used up. */
export function spend(budget: ScanBudget, of: "windows" | "decodedBytes" | "candidates", amount = 1): boolean {
  if (budget.exhausted !== undefined) return false;
  budget[of] += amount;
  if (budget[of] <= budget.limits[of]) return true;
  budget.exhausted = `more than ${budget.limits[of]} ${TITLES[of]}`;
  return false;
}
