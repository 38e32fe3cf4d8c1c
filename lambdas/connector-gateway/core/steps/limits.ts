import type { BudgetJson, OperationJson } from "../../../../lib/policy/connector-json";
import type { BudgetReservation, Limits } from "../limits";

/** What an exchange uses of the rate and the budgets of its operation. */
export class Usage {
  private readonly taken: { readonly of: BudgetJson["of"]; readonly reservation: BudgetReservation }[] = [];

  public constructor(
    private readonly limits: Limits,
    /** `cell|agent|connector`. */
    private readonly owner: string,
    private readonly operation: OperationJson,
  ) {}

  /** Takes one request and its bytes. @throws rate_limited, budget_exhausted */
  public async reserve(bytesOut: number): Promise<void> {
    const { rate, budgets = [], operation } = this.operation;
    if (rate !== undefined) await this.limits.take(`rate|${this.owner}|${operation}`, rate);
    for (const budget of budgets) {
      const reservation = await this.limits.reserve(this.keyOf(budget), budget, amountBefore(budget, bytesOut));
      this.taken.push({ of: budget.of, reservation });
    }
  }

  /** Goes on where another instance has reserved. */
  public assume(bytesOut: number): void {
    for (const budget of this.operation.budgets ?? []) {
      const reservation = this.limits.reservation(this.keyOf(budget), budget, amountBefore(budget, bytesOut));
      this.taken.push({ of: budget.of, reservation });
    }
  }

  /** Gives back what was taken for a request that was not sent. An attempt stays an attempt. */
  public async release(): Promise<void> {
    for (const { of, reservation } of this.taken.splice(0)) {
      if (of !== "requests") await this.limits.settle(reservation, 0);
    }
  }

  /** Adds what only the response told. */
  public async settle(used: { readonly rows: number; readonly tokens: number | undefined }): Promise<void> {
    for (const { of, reservation } of this.taken.splice(0)) {
      if (of === "rows") await this.limits.settle(reservation, used.rows);
      if (of === "tokens") await this.limits.settle(reservation, used.tokens ?? reservation.amount);
    }
  }

  private keyOf({ of, per }: BudgetJson): string {
    return `budget|${this.owner}|${this.operation.operation}|${of}|${per}`;
  }
}

// Rows and tokens are known afterwards; one is taken so that an empty budget refuses.
function amountBefore({ of }: BudgetJson, bytesOut: number): number {
  return of === "bytes-out" ? bytesOut : 1;
}
