import { FirestoreStore, type FirestoreStoreOptions } from "../../../../lambdas/connector-gateway/stores/firestore";
import { problemOf } from "../support/problem";
import { firestoreRest } from "./firestore-rest";
import { storeContract } from "./store-contract";
import { answering, storeFaults } from "./store-faults";

const DOCUMENTS = "projects/p/databases/d/documents";

describe("the store in Firestore", () => {
  let server: Awaited<ReturnType<typeof firestoreRest>>;
  const open = (options: Partial<FirestoreStoreOptions> = {}): FirestoreStore =>
    new FirestoreStore({
      project: "p",
      database: "d",
      endpoint: server.url,
      clock: Date.now,
      token: async () => "token",
      timeout: 20_000,
      ...options,
    });
  const create = (store: FirestoreStore, key: string): Promise<boolean> =>
    store.put(key, 1, { ifVersion: undefined, expiresAt: Date.now() + 60_000 });

  beforeAll(async () => {
    server = await firestoreRest();
  });

  afterAll(() => server.close());

  storeContract((clock) => ({ here: open({ clock }), there: open({ clock }) }));

  describe("out of reach", () => {
    storeFaults((endpoint, authorize) =>
      open({
        endpoint,
        timeout: 300,
        token: async () => {
          await authorize();
          return "token";
        },
      }),
    );
  });

  it("writes the key, the value, and the time by which Firestore deletes it", async () => {
    await open({ clock: () => 0 }).put("a/b c", [1], { ifVersion: undefined, expiresAt: 1_900_000_000_001 });
    // The document's id is `printf 'a/b c' | sha256sum`.
    const id = "0af99a609169538538d589bf108a2131d8bc212c653d45ad44dedef60988ab9f";
    expect(server.documents(`${DOCUMENTS}/gateway/${id}`)).toMatchObject({
      fields: {
        key: { stringValue: "a/b c" },
        value: { stringValue: "[1]" },
        expires: { timestampValue: "2030-03-17T17:46:40.001Z" },
      },
    });
  });

  it("is unavailable where the database is another, or the token", async () => {
    for (const store of [open({ database: "other" }), open({ token: async () => "old" })]) {
      for (const use of [() => store.get("a"), () => store.list("")]) {
        expect((await problemOf(use))?.message).toBe("store_unavailable: The store refused a request.");
      }
    }
    expect((await problemOf(() => create(open({ token: async () => "old" }), "a")))?.reason).toBe("store_unavailable");
    expect((await problemOf(() => create(open({ database: "other" }), "a")))?.reason).toBe("store_unavailable");
  });

  it.each([
    ["of another key", { key: "b" }],
    ["without an expiry", { expires: undefined }],
    ["with an expiry that is no time", { expires: { timestampValue: "soon" } }],
    ["with a value that is no JSON", { value: { stringValue: "{" } }],
    ["without a value", { value: undefined }],
    ["without a time of update", { updateTime: undefined }],
    ["with a time of update that is none", { updateTime: "*" }],
  ])("is unavailable where it is given a document %s", async (_, change) => {
    const { updateTime, ...fields } = {
      key: "a",
      value: { stringValue: "1" },
      expires: { timestampValue: "2030-01-01T00:00:00Z" },
      updateTime: "2026-01-01T00:00:00.5Z" as string | undefined,
      ...change,
    };
    const found = { updateTime, fields: { ...fields, key: { stringValue: fields.key } } };
    const odd = await answering((_request, response) => response.writeHead(200).end(JSON.stringify([{ found }])));
    const problem = await problemOf(() => open({ endpoint: odd.url, clock: () => 0 }).get("a"));
    expect(problem?.message).toBe("store_unavailable: The store gave an answer that can't be read.");
    await odd.close();
  });

  it("takes a document that another deletes or creates in between for a lost race", async () => {
    for (const [code, status] of [
      [404, "NOT_FOUND"],
      [409, "ALREADY_EXISTS"],
      [409, "ABORTED"],
      [400, "FAILED_PRECONDITION"],
    ]) {
      const lost = await answering((request, response) => {
        const missing = `${DOCUMENTS}/gateway/ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb`;
        if (request.url?.endsWith(":batchGet")) response.writeHead(200).end(JSON.stringify([{ missing }]));
        else response.writeHead(Number(code)).end(JSON.stringify({ error: { code, status } }));
      });
      const store = open({ endpoint: lost.url });
      const ifVersion = `${Date.now() + 60_000}:2026-01-01T00:00:00Z`;
      expect(await store.put("a", 1, { ifVersion, expiresAt: Date.now() + 60_000 })).toBe(false);
      expect(await create(store, "a")).toBe(false);
      await lost.close();
    }
  });
});
