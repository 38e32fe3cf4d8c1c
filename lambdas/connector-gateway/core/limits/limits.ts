import type { BudgetJson, RateJson } from "../../../../lib/policy/connector-json";
import type { Clock, Store } from "../ports";
import { GatewayProblem } from "../problem";
import { type Change, changeValue } from "./change-value";

/** What was taken out of a budget, and of which window. */
export interface BudgetReservation {
  readonly key: string;
  readonly amount: number;
  readonly expiresAt: number;
}

const PERIOD = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** How long after its window a count is kept: clocks of instances differ. */
const SLACK = 300_000;

/**
 * Rates and budgets that all instances share. A rate is kept as the one time at which the next request would be on schedule
 * (GCRA); a budget as a count for each window.
 */
export class Limits {
  public constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** Takes one request. @throws rate_limited with the seconds to wait; store_unavailable */
  public async take(key: string, { limit, per, burst = limit }: RateJson): Promise<void> {
    const now = this.clock();
    const interval = PERIOD[per] / limit;
    await changeValue(this.store, key, (value): Change => {
      const due = Math.max(numberOf(value, "due") ?? now, now);
      const ahead = due - now;
      // A thousandth of a millisecond is the error of sums of thirds.
      if (ahead > (burst - 1) * interval + 0.001) {
        const retryAfter = Math.max(1, Math.ceil((ahead - (burst - 1) * interval) / 1_000));
        throw new GatewayProblem("rate_limited", "The rate of the operation is used up.", {
          retryAfter,
          extra: { limit, per },
        });
      }
      return { value: { due: due + interval }, expiresAt: due + interval + SLACK };
    });
  }

  /** The place of an amount in the window that holds now; takes nothing. */
  public reservation(key: string, { per }: BudgetJson, amount: number): BudgetReservation {
    const { start, end } = windowOf(per, this.clock());
    return { key: `${key}|${start}`, amount, expiresAt: end + SLACK };
  }

  /** Takes an amount out of the window that holds now. @throws budget_exhausted; store_unavailable */
  public async reserve(key: string, budget: BudgetJson, amount: number): Promise<BudgetReservation> {
    const reservation = this.reservation(key, budget, amount);
    await changeValue(this.store, reservation.key, (value): Change => {
      const used = (numberOf(value, "used") ?? 0) + amount;
      if (used > budget.limit) {
        throw new GatewayProblem("budget_exhausted", `The budget of ${budget.of} is used up.`, {
          retryAfter: Math.max(1, Math.ceil((reservation.expiresAt - SLACK - this.clock()) / 1_000)),
          extra: { budget: budget.of, limit: budget.limit, per: budget.per },
        });
      }
      return { value: { used }, expiresAt: reservation.expiresAt };
    });
    return reservation;
  }

  /** Corrects a reservation to what was used, which may be past the limit: the next request then finds nothing left. */
  public async settle({ key, amount, expiresAt }: BudgetReservation, used: number): Promise<void> {
    if (used === amount) return;
    await changeValue(this.store, key, (value): Change => {
      const before = numberOf(value, "used") ?? 0;
      return { value: { used: Math.max(0, before + used - amount) }, expiresAt };
    });
  }
}

/** The hour, day or month (UTC) that a time is in. */
function windowOf(per: BudgetJson["per"], now: number): { start: string; end: number } {
  const iso = new Date(now).toISOString();
  if (per === "hour") return { start: iso.slice(0, 13), end: (Math.floor(now / PERIOD.hour) + 1) * PERIOD.hour };
  if (per === "day") return { start: iso.slice(0, 10), end: (Math.floor(now / PERIOD.day) + 1) * PERIOD.day };
  const date = new Date(now);
  return { start: iso.slice(0, 7), end: Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) };
}

// What another program wrote there is no count.
function numberOf(value: unknown, member: "due" | "used"): number | undefined {
  if (value === undefined) return undefined;
  const found = (value as { readonly [member: string]: unknown } | null)?.[member];
  if (typeof found === "number" && Number.isFinite(found) && found >= 0) return found;
  throw new GatewayProblem("store_unavailable", "The store holds something else than a count.");
}
