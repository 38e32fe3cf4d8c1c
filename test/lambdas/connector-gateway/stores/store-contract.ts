import { createHash } from "node:crypto";
import type { Clock, Store } from "../../../../lambdas/connector-gateway/core/ports";
import { problemOf } from "../support/problem";
import { increment } from "./increment";

/** A store as two instances of a function have it. */
export interface TwoInstances {
  readonly here: Store;
  readonly there: Store;
}

const MINUTE = 60_000;
const ODD_KEYS = [
  "rate|cell|support|tickets|GET /tickets/{id}",
  "a b\tc",
  "quote ' double \" percent %2F %",
  "back\\slash and /slash/ and ? and # and ..",
  "..",
  ".",
  "__key__",
  "{braces} [brackets] $filter=eq",
  "größe|東京|😀",
  `long|${"x".repeat(900)}`,
  "policy",
  "key",
];
const ODD_VALUES = [
  null,
  true,
  0,
  -1.5,
  "",
  "quote ' \" \\ \u0000 \u2028 \ud800 😀",
  [],
  {},
  { key: ["a", { b: null }], __proto: 1 },
];

/** What every store does alike. */
export function storeContract(open: (clock: Clock) => Promise<TwoInstances> | TwoInstances): void {
  let now = 0;
  let here: Store;
  let there: Store;
  let test = 0;
  let area = "";
  const later = (): number => now + MINUTE;
  const key = (name: string): string => `${area}|${name}`;
  const create = (name: string, value: unknown, expiresAt = later()): Promise<boolean> =>
    here.put(key(name), value, { ifVersion: undefined, expiresAt });
  const versionOf = async (name: string): Promise<string> => (await there.get(key(name)))?.version ?? "none";
  const keysOf = async (prefix: string): Promise<string[]> => (await there.list(prefix)).map((found) => found.key);

  beforeAll(async () => {
    now = Date.now();
    ({ here, there } = await open(() => now));
  });

  beforeEach(() => {
    now = Math.max(now, Date.now());
    area = `test${++test}`;
  });

  it("has nothing where nothing was written", async () => {
    expect(await here.get(key("a"))).toBeUndefined();
    expect(await here.list(key(""))).toEqual([]);
  });

  it("gives another instance what was written, and its version", async () => {
    expect(await create("a", { due: 12.5 })).toBe(true);
    const found = await there.get(key("a"));
    expect(found).toEqual({ value: { due: 12.5 }, version: expect.any(String) });
    expect(await there.list(key("a"))).toEqual([{ key: key("a"), stored: found }]);
  });

  it("does not create what is there", async () => {
    await create("a", 1);
    expect(await there.put(key("a"), 2, { ifVersion: undefined, expiresAt: later() })).toBe(false);
    expect((await here.get(key("a")))?.value).toBe(1);
  });

  it("changes what is as it was read, by get or by list, and gives it another version", async () => {
    await create("a", 1);
    const first = await versionOf("a");
    expect(await here.put(key("a"), 2, { ifVersion: first, expiresAt: later() })).toBe(true);
    const second = (await there.list(key("a")))[0]?.stored.version;
    expect(second).not.toBe(first);
    expect(await there.put(key("a"), 3, { ifVersion: second, expiresAt: later() })).toBe(true);
    expect((await here.get(key("a")))?.value).toBe(3);
  });

  it("refuses a change of what another has changed, even back", async () => {
    await create("a", 1);
    const first = await versionOf("a");
    await there.put(key("a"), 2, { ifVersion: first, expiresAt: later() });
    await there.put(key("a"), 1, { ifVersion: await versionOf("a"), expiresAt: later() });
    expect(await here.put(key("a"), 9, { ifVersion: first, expiresAt: later() })).toBe(false);
    expect((await here.get(key("a")))?.value).toBe(1);
  });

  it.each(["none", "", "*", "0:*", 'W/"*"', "1", `${Date.now() + MINUTE}:*`])(
    "refuses a change by the version %j that it never gave",
    async (ifVersion) => {
      await create("a", 1);
      expect(await here.put(key("a"), 2, { ifVersion, expiresAt: later() })).toBe(false);
      expect(await here.put(key("b"), 2, { ifVersion, expiresAt: later() })).toBe(false);
      expect((await here.get(key("a")))?.value).toBe(1);
      expect(await here.get(key("b"))).toBeUndefined();
    },
  );

  it("lets one of many win who write the very same that is there", async () => {
    const expiresAt = later();
    await create("a", 1, expiresAt);
    const ifVersion = await versionOf("a");
    const puts = [here, there, here, there].map((store) => store.put(key("a"), 1, { ifVersion, expiresAt }));
    expect((await Promise.all(puts)).filter((isFirst) => isFirst)).toEqual([true]);
    expect(await versionOf("a")).not.toBe(ifVersion);
  });

  it("refuses a change by the version of another key", async () => {
    await create("a", 1);
    expect(await here.put(key("b"), 2, { ifVersion: await versionOf("a"), expiresAt: later() })).toBe(false);
    expect(await here.get(key("b"))).toBeUndefined();
  });

  it("lets one of many creators win", async () => {
    const puts = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? here : there).put(key("a"), index, { ifVersion: undefined, expiresAt: later() }),
    );
    const winners = (await Promise.all(puts)).flatMap((isFirst, index) => (isFirst ? [index] : []));
    expect(winners).toEqual([(await here.get(key("a")))?.value]);
  });

  it("loses none of 50 increments that are made at once", async () => {
    await create("a", 0);
    await Promise.all(Array.from({ length: 50 }, (_, index) => increment(index % 2 === 0 ? here : there, key("a"))));
    expect((await here.get(key("a")))?.value).toBe(50);
  }, 120_000);

  it("reads a value until the millisecond at which it expires", async () => {
    await create("a", 1, now + 1_500);
    now += 1_499;
    expect((await here.get(key("a")))?.value).toBe(1);
    expect(await keysOf(key(""))).toEqual([key("a")]);
    now += 1;
    expect(await here.get(key("a"))).toBeUndefined();
    expect(await keysOf(key(""))).toEqual([]);
  });

  it("never lets a value expire early where its expiry is a fraction", async () => {
    await create("a", 1, now + 0.25);
    expect((await here.get(key("a")))?.value).toBe(1);
  });

  it("creates over an expired value, once, and does not change it", async () => {
    await create("a", 1, now + 10);
    const old = await versionOf("a");
    now += 10;
    expect(await here.put(key("a"), 2, { ifVersion: old, expiresAt: later() })).toBe(false);
    const puts = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? here : there).put(key("a"), index, { ifVersion: undefined, expiresAt: later() }),
    );
    expect((await Promise.all(puts)).filter((isFirst) => isFirst)).toEqual([true]);
    expect(await here.put(key("a"), 3, { ifVersion: old, expiresAt: later() })).toBe(false);
    expect(await versionOf("a")).not.toBe(old);
  });

  it("shortens and extends an expiry with a change", async () => {
    await create("a", 1, now + 10);
    await here.put(key("a"), 1, { ifVersion: await versionOf("a"), expiresAt: now + 1_000 });
    now += 500;
    expect((await there.get(key("a")))?.value).toBe(1);
    await here.put(key("a"), 1, { ifVersion: await versionOf("a"), expiresAt: now + 1 });
    now += 1;
    expect(await there.get(key("a"))).toBeUndefined();
  });

  it("lists what begins with a prefix, sorted, without its neighbours", async () => {
    for (const name of ["a|b", "a|bc", "a|b|2", "a|b|10", "a|b|1", "a{b", "A|b|1", "a|b|é", "a|c"])
      await create(name, name);
    const names = ["a|b", "a|bc", "a|b|1", "a|b|10", "a|b|2", "a|b|é"].map(key);
    expect(await keysOf(key("a|b"))).toEqual(names);
    expect(await keysOf(key("a|b|"))).toEqual(names.slice(2));
    expect(await keysOf(key("a|b|é"))).toEqual([key("a|b|é")]);
    expect(await keysOf(key("a|b|é|"))).toEqual([]);
    expect(await keysOf(`${area}`)).toHaveLength(9);
    expect(await keysOf(area.slice(0, -1))).toEqual(expect.arrayContaining(names));
    expect(await keysOf("")).toEqual(expect.arrayContaining(names));
  });

  it("lists more than one page, with the values of each", async () => {
    const names = Array.from({ length: 120 }, (_, index) => key(`n${String(index).padStart(3, "0")}`));
    for (const name of names) await here.put(name, { name }, { ifVersion: undefined, expiresAt: later() });
    const found = await there.list(key("n"));
    expect(found.map(({ key: name }) => name)).toEqual(names);
    expect(found.every(({ key: name, stored }) => (stored.value as { name: string }).name === name)).toBe(true);
  }, 60_000);

  it.each(ODD_KEYS)("keeps the key %j apart from all others", async (odd) => {
    const name = `${odd}|${area}`.slice(-990);
    expect(await here.put(name, odd, { ifVersion: undefined, expiresAt: later() })).toBe(true);
    expect((await there.get(name))?.value).toBe(odd);
    expect(await keysOf(name)).toEqual([name]);
    expect(await there.get(encodeURIComponent(name).replaceAll("%7C", "."))).toBeUndefined();
    expect(await there.get(`${name} `)).toBeUndefined();
    const { version } = (await there.get(name)) ?? {};
    expect(await there.put(name, "changed", { ifVersion: version, expiresAt: later() })).toBe(true);
  });

  it("tells keys apart by case and by the form of their characters", async () => {
    const names = ["Ticket", "ticket", "caf\u00e9", "cafe\u0301"];
    for (const name of names) expect(await create(name, name)).toBe(true);
    for (const name of names) expect((await there.get(key(name)))?.value).toBe(name);
  });

  it("gives values back as they were", async () => {
    for (const [index, value] of ODD_VALUES.entries()) {
      await create(`v${index}`, value);
      expect((await there.get(key(`v${index}`)))?.value).toEqual(value);
    }
  });

  it("holds a value of 60,000 bytes and a key of 1,000", async () => {
    const value = "é".repeat(29_999);
    const name = `${area}|${"k".repeat(999 - area.length)}`;
    expect(await here.put(name, value, { ifVersion: undefined, expiresAt: later() })).toBe(true);
    const { value: found } = (await there.get(name)) ?? {};
    expect(digest(found)).toBe(digest(value));
    expect((await there.list(name)).map(({ stored }) => digest(stored.value))).toEqual([digest(value)]);
  });

  it.each([
    ["a value past 60,000 bytes", "a", `${"é".repeat(29_999)}x`, MINUTE, "The store can't hold a value."],
    ["a value that is no JSON", "a", undefined, MINUTE, "The store can't hold a value."],
    ["a value that JSON can't say", "a", 1n, MINUTE, "The store can't hold a value."],
    ["a key past 1,000 bytes", "é".repeat(501), 1, MINUTE, "The store can't hold a key."],
    ["a key with half a character", "a\ud800", 1, MINUTE, "The store can't hold a key."],
    ["a key with a NUL", "a\u0000b", 1, MINUTE, "The store can't hold a key."],
    ["an expiry that is no number", "a", 1, Number.NaN, "The store can't hold an expiry."],
    ["an expiry without end", "a", 1, Number.POSITIVE_INFINITY, "The store can't hold an expiry."],
  ])("refuses %s", async (_, name, value, after, detail) => {
    const put = here.put(key(name), value, { ifVersion: undefined, expiresAt: now + after });
    expect((await problemOf(() => put))?.toJSON()).toMatchObject({ reason: "store_unavailable", status: 503, detail });
    expect(await keysOf(key(""))).toEqual([]);
  });

  it("refuses the empty key", async () => {
    expect((await problemOf(() => here.get("")))?.message).toBe("store_unavailable: The store can't hold a key.");
  });
}

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");
