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

async function race(): Promise<number> {
  for (let left = Number(count); left > 0; left--) await increment(store, "race|count");
  let won = 0;
  for (let round = 0; round < Number(count); round++) {
    const options = { ifVersion: undefined, expiresAt: Date.now() + 600_000 };
    if (await store.put(`race|winner|${round}`, process.pid, options)) won += 1;
  }
  return won;
}

process.once("message", () => {
  race().then(
    (won) => process.send?.({ won }, () => process.exit(0)),
    (error) => process.send?.({ error: String(error) }, () => process.exit(1)),
  );
});
process.send?.("ready");
