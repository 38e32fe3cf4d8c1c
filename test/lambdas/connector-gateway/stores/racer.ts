import { Approvals } from "../../../../lambdas/connector-gateway/core/approvals";
import { Limits } from "../../../../lambdas/connector-gateway/core/limits";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import { DynamoDbStore } from "../../../../lambdas/connector-gateway/stores/dynamodb";
import { SqliteStore } from "../../../../lambdas/connector-gateway/stores/sqlite";
import { increment } from "./increment";

/** One of two processes at the same store: `racer.ts <sqlite|dynamodb> <file or address> <increments>`. */
const [kind, place = "", count] = process.argv.slice(2);
const store =
  kind === "sqlite"
    ? new SqliteStore(place, Date.now)
    : new DynamoDbStore({
        table: "gateway",
        region: "eu-central-1",
        endpoint: place,
        clock: Date.now,
        credentials: async () => ({ accessKeyId: "key", secretAccessKey: "secret" }),
        timeout: 20_000,
      });

/** What this process was first at. */
export interface Won {
  readonly won: number;
  readonly consumed: number;
  readonly admitted: number;
}

const REFUSED = ["approval_invalid", "budget_exhausted"];

async function race(): Promise<Won> {
  const budget = { of: "requests", per: "day", limit: Number(count) } as const;
  const approvals = new Approvals(store, Date.now, String, () => true);
  const limits = new Limits(store, Date.now);
  let [consumed, admitted] = [0, 0];
  for (const { id, digest, agent } of await approvals.list()) {
    if (await holds(() => approvals.consume(id, digest, agent))) consumed += 1;
    if (await holds(() => limits.reserve("race|budget", budget, 1))) admitted += 1;
  }
  for (let left = Number(count); left > 0; left--) await increment(store, "race|count");
  let won = 0;
  for (let round = 0; round < Number(count); round++) {
    const options = { ifVersion: undefined, expiresAt: Date.now() + 600_000 };
    if (await store.put(`race|winner|${round}`, process.pid, options)) won += 1;
  }
  return { won, consumed, admitted };
}

async function holds(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch (error) {
    if (error instanceof GatewayProblem && REFUSED.includes(error.reason)) return false;
    throw error;
  }
}

process.once("message", () => {
  race().then(
    (won) => process.send?.(won, () => process.exit(0)),
    (error) => process.send?.({ error: String(error) }, () => process.exit(1)),
  );
});
process.send?.("ready");
