import { MemoryStore } from "../../../../lambdas/connector-gateway/stores/memory";
import { problemOf } from "../support/problem";
import { storeContract } from "./store-contract";

describe("the store in memory", () => {
  storeContract((clock) => {
    const store = new MemoryStore(clock);
    return { here: store, there: store };
  });

  it("gives a copy, so that nobody changes what it keeps", async () => {
    const store = new MemoryStore(() => 0);
    const value = { used: 1 };
    await store.put("a", value, { ifVersion: undefined, expiresAt: 1 });
    value.used = 2;
    const found = await store.get("a");
    (found?.value as { used: number }).used = 3;
    expect((await store.get("a"))?.value).toEqual({ used: 1 });
  });

  it("forgets what has run out before it is full, and then refuses to forget what holds", async () => {
    let now = 0;
    const store = new MemoryStore(() => now, 2);
    const create = (key: string, expiresAt: number): Promise<boolean> =>
      store.put(key, 1, { ifVersion: undefined, expiresAt });
    await create("a", 10);
    await create("b", 20);
    expect((await problemOf(() => create("c", 30)))?.message).toBe("store_unavailable: The store is full.");
    const { version } = (await store.get("a")) ?? {};
    expect(await store.put("a", 2, { ifVersion: version, expiresAt: 10 })).toBe(true);
    now = 10;
    expect(await create("c", 30)).toBe(true);
    expect((await store.list("")).map(({ key }) => key)).toEqual(["b", "c"]);
  });

  it("lists a thousand at most", async () => {
    const store = new MemoryStore(() => 0);
    for (let index = 0; index < 1_001; index++) {
      await store.put(`n${1_000_000 - index}`, 1, { ifVersion: undefined, expiresAt: 1 });
    }
    const keys = (await store.list("n")).map(({ key }) => key);
    expect([keys.length, keys[0], keys.at(-1)]).toEqual([1_000, "n1000000", "n999998"]);
  });
});
