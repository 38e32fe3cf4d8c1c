import fc from "fast-check";
import { Limits } from "../../../../lambdas/connector-gateway/core/limits";
import type { Store } from "../../../../lambdas/connector-gateway/core/ports";
import { MemoryStore } from "../../../../lambdas/connector-gateway/stores/memory";
import { problemOf } from "../support/problem";

let now = Date.UTC(2026, 10, 23, 10, 30);
const clock = (): number => now;
const fresh = (): Limits => new Limits(new MemoryStore(clock), clock);
const outcomes = async (limits: Limits, times: number, rate: Parameters<Limits["take"]>[1]): Promise<number> => {
  let passed = 0;
  for (let index = 0; index < times; index++) {
    const problem = await problemOf(() => limits.take("k", rate));
    if (problem === undefined) passed++;
    else expect(problem.reason).toBe("rate_limited");
  }
  return passed;
};

beforeEach(() => {
  now = Date.UTC(2026, 10, 23, 10, 30);
});

describe("a rate", () => {
  test("lets its burst pass at once and refuses the next", async () => {
    expect(await outcomes(fresh(), 8, { limit: 5, per: "minute" })).toBe(5);
  });

  test("with a burst of one spaces requests evenly", async () => {
    const limits = fresh();
    const rate = { limit: 60, per: "minute", burst: 1 } as const;
    expect(await outcomes(limits, 2, rate)).toBe(1);
    now += 999;
    expect(await outcomes(limits, 1, rate)).toBe(0);
    now += 1;
    expect(await outcomes(limits, 1, rate)).toBe(1);
  });

  test("says after how many seconds to try again, and keeps its word", async () => {
    const limits = fresh();
    const rate = { limit: 2, per: "minute" } as const;
    await outcomes(limits, 2, rate);
    const problem = await problemOf(() => limits.take("k", rate));
    expect(problem?.details.retryAfter).toBe(30);
    now += 30_000;
    expect(await outcomes(limits, 1, rate)).toBe(1);
  });

  test("counts each key by itself", async () => {
    const limits = fresh();
    await limits.take("a", { limit: 1, per: "day" });
    await expect(limits.take("b", { limit: 1, per: "day" })).resolves.toBeUndefined();
  });

  test("never lets more pass in any window than the limit and the burst", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 40 }),
        async (limit, burst, gaps) => {
          const limits = fresh();
          const passed: number[] = [];
          for (const gap of gaps) {
            now += gap;
            const rate = { limit, per: "second", burst: Math.min(burst, limit) } as const;
            if ((await problemOf(() => limits.take("k", rate))) === undefined) passed.push(now);
          }
          for (const start of passed) {
            const inWindow = passed.filter((at) => at >= start && at < start + 1_000).length;
            expect(inWindow).toBeLessThanOrEqual(limit + Math.min(burst, limit));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("a budget", () => {
  const budget = { of: "bytes-out", limit: 100, per: "day" } as const;

  test("passes what fits and refuses what does not, whole", async () => {
    const limits = fresh();
    await limits.reserve("k", budget, 60);
    expect((await problemOf(() => limits.reserve("k", budget, 41)))?.reason).toBe("budget_exhausted");
    await expect(limits.reserve("k", budget, 40)).resolves.toMatchObject({ amount: 40 });
  });

  test.each([
    ["hour", Date.UTC(2026, 10, 23, 11)],
    ["day", Date.UTC(2026, 10, 24)],
    ["month", Date.UTC(2026, 11, 1)],
  ] as const)("of an %s begins anew with the clock's own", async (per, next) => {
    const limits = fresh();
    await limits.reserve("k", { ...budget, per }, 100);
    now = next - 1;
    const problem = await problemOf(() => limits.reserve("k", { ...budget, per }, 1));
    expect(problem?.details.retryAfter).toBe(1);
    now = next;
    await expect(limits.reserve("k", { ...budget, per }, 1)).resolves.toBeDefined();
  });

  test("takes what a response used past its limit, so that the next request finds nothing left", async () => {
    const limits = fresh();
    const rows = { of: "rows", limit: 10, per: "day" } as const;
    await limits.settle(await limits.reserve("k", rows, 1), 500);
    expect((await problemOf(() => limits.reserve("k", rows, 1)))?.reason).toBe("budget_exhausted");
  });

  test("is given back where nothing was sent, in the window that it was taken from", async () => {
    const limits = fresh();
    const taken = await limits.reserve("k", budget, 100);
    now += 86_400_000;
    await limits.settle(taken, 0);
    await limits.reserve("k", budget, 100);
    expect((await problemOf(() => limits.reserve("k", budget, 1)))?.reason).toBe("budget_exhausted");
  });

  test("is not overdrawn by requests at the same moment", async () => {
    const limits = fresh();
    const tries = await Promise.all(
      Array.from({ length: 30 }, () =>
        problemOf(() => limits.reserve("k", { of: "requests", limit: 7, per: "day" }, 1)),
      ),
    );
    expect(tries.filter((problem) => problem === undefined)).toHaveLength(7);
  });
});

describe("a store that fails", () => {
  const broken = (put: Store["put"]): Store => ({ get: async () => undefined, put, list: async () => [] });

  test("refuses the request where every write loses", async () => {
    const limits = new Limits(
      broken(async () => false),
      clock,
    );
    const problem = await problemOf(() => limits.take("k", { limit: 1, per: "day" }));
    expect(problem?.reason).toBe("store_unavailable");
  });

  test.each([null, "x", { due: "soon" }, { due: -1 }, { due: Number.NaN }])(
    "refuses the request over %p",
    async (value) => {
      const store: Store = { ...broken(async () => true), get: async () => ({ value, version: "1" }) };
      const problem = await problemOf(() => new Limits(store, clock).take("k", { limit: 1, per: "day" }));
      expect(problem?.reason).toBe("store_unavailable");
    },
  );
});
