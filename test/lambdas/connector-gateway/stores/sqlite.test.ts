import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "../../../../lambdas/connector-gateway/stores/sqlite";
import { problemOf } from "../support/problem";
import { storeContract } from "./store-contract";
import { expectOneWinner } from "./two-processes";

describe("the store in a file", () => {
  const opened: SqliteStore[] = [];
  let folder: string;
  const open = (name: string, clock = Date.now): SqliteStore => {
    const store = new SqliteStore(join(folder, name), clock);
    opened.push(store);
    return store;
  };
  const soon = (): { ifVersion: undefined; expiresAt: number } => ({
    ifVersion: undefined,
    expiresAt: Date.now() + 60_000,
  });

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cordon-store-"));
  });

  afterAll(() => {
    for (const store of opened) store.close();
    rmSync(folder, { recursive: true });
  });

  storeContract((clock) => ({ here: open("contract", clock), there: open("contract", clock) }));

  it("lets two processes at one file lose nothing", async () => {
    await expectOneWinner(open("race"), "sqlite", join(folder, "race"));
  }, 120_000);

  it("keeps its values when it is closed and opened again", async () => {
    const store = open("kept");
    await store.put("a", { used: 1 }, soon());
    const before = await store.get("a");
    store.close();
    expect(await store.get("a")).toEqual(before);
    expect(await open("kept").get("a")).toEqual(before);
  });

  it("makes a file that its owner alone may read", async () => {
    await open("mine").get("a");
    expect(statSync(join(folder, "mine")).mode & 0o777).toBe(0o600);
  });

  it("deletes what has run out", async () => {
    let now = 1_000;
    const store = open("purged", () => now);
    for (let index = 0; index < 15; index++) {
      await store.put(`marker${index}`, "marker", { ifVersion: undefined, expiresAt: 2_000 });
    }
    now = 2_000;
    await store.put("a", 1, { ifVersion: undefined, expiresAt: 3_000 });
    now = 0;
    expect((await store.list("")).map(({ key }) => key)).toEqual(["a"]);
  });

  it("is unavailable while another holds the file, and available after", async () => {
    const store = open("held");
    await store.put("a", 1, soon());
    mkdirSync(join(folder, "held.lock"));
    const [got, put, listed] = await Promise.all([
      problemOf(() => store.get("a")),
      problemOf(() => store.put("b", 1, soon())),
      problemOf(() => store.list("")),
    ]);
    for (const problem of [got, put, listed]) {
      expect(problem?.message).toBe("store_unavailable: Another process holds the store's file.");
    }
    rmdirSync(join(folder, "held.lock"));
    expect((await store.get("a"))?.value).toBe(1);
    expect(await store.get("b")).toBeUndefined();
  }, 30_000);

  it("waits for another that holds the file for a moment", async () => {
    const store = open("moment");
    mkdirSync(join(folder, "moment.lock"));
    const put = store.put("a", 1, soon());
    setTimeout(() => rmdirSync(join(folder, "moment.lock")), 50);
    expect(await put).toBe(true);
  });

  it("is unavailable where there is no folder, or where the file is something else, which it leaves as it is", async () => {
    writeFileSync(join(folder, "letter"), "Dear reader, ".repeat(500));
    for (const name of ["nowhere/state", "letter", "."]) {
      for (const use of [open(name).get("a"), open(name).put("a", 1, soon()), open(name).list("")]) {
        expect((await problemOf(() => use))?.message).toBe("store_unavailable: The store's file can't be used.");
      }
    }
    expect(readFileSync(join(folder, "letter"), "utf8")).toBe("Dear reader, ".repeat(500));
  });
});
