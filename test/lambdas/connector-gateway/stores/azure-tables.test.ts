import { createHmac } from "node:crypto";
import {
  AzureTablesStore,
  type AzureTablesStoreOptions,
} from "../../../../lambdas/connector-gateway/stores/azure-tables";
import { problemOf } from "../support/problem";
import { storeContract } from "./store-contract";
import { answering, storeFaults } from "./store-faults";

/** What is used of the emulator, which is published without types. */
interface TableServer {
  start(): Promise<void>;
  close(): Promise<void>;
  getHttpServerAddress(): string;
}
const { default: Configuration } = require("azurite/dist/src/table/TableConfiguration") as {
  default: new () => object;
};
const { default: Server } = require("azurite/dist/src/table/TableServer") as {
  default: new (configuration: object) => TableServer;
};

/** The emulator's well-known account. It takes tokens over TLS alone, so that its key signs here. */
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

async function sign({ url, date }: { url: string; date: string }): Promise<string> {
  const text = `${date}\n/${ACCOUNT}${new URL(url).pathname}`;
  return `SharedKeyLite ${ACCOUNT}:${createHmac("sha256", Buffer.from(KEY, "base64")).update(text).digest("base64")}`;
}

describe("the store in Azure Tables", () => {
  const emulator = new Server(
    Object.assign(new Configuration(), {
      host: "127.0.0.1",
      port: 0,
      enableAccessLog: false,
      isMemoryPersistence: true,
    }),
  );
  let endpoint: string;
  const open = (options: Partial<AzureTablesStoreOptions> = {}): AzureTablesStore =>
    new AzureTablesStore({
      endpoint,
      table: "gateway",
      clock: Date.now,
      authorization: sign,
      timeout: 20_000,
      ...options,
    });
  const soon = (): { ifVersion: undefined; expiresAt: number } => ({
    ifVersion: undefined,
    expiresAt: Date.now() + 60_000,
  });

  beforeAll(async () => {
    await emulator.start();
    endpoint = `${emulator.getHttpServerAddress()}/${ACCOUNT}`;
    const url = `${endpoint}/Tables`;
    const date = new Date().toUTCString();
    const response = await fetch(url, {
      method: "POST",
      headers: {
        authorization: await sign({ url, date }),
        "x-ms-date": date,
        "x-ms-version": "2020-12-06",
        "content-type": "application/json",
        accept: "application/json;odata=nometadata",
      },
      body: JSON.stringify({ TableName: "gateway" }),
    });
    expect(response.status).toBe(201);
  });

  afterAll(() => emulator.close());

  storeContract((clock) => ({ here: open({ clock }), there: open({ clock }) }));

  describe("out of reach", () => {
    storeFaults((url, authorize) =>
      open({
        endpoint: url,
        timeout: 300,
        authorization: async () => {
          await authorize();
          return "Bearer token";
        },
      }),
    );
  });

  it("is unavailable where the table is another, or the key", async () => {
    const others = [open({ table: "elsewhere" }), open({ authorization: async () => `SharedKeyLite ${ACCOUNT}:AAAA` })];
    for (const store of others) {
      for (const use of [() => store.get("a"), () => store.put("a", 1, soon()), () => store.list("a|")]) {
        expect((await problemOf(use))?.message).toBe("store_unavailable: The store refused a request.");
      }
    }
  });

  it("purges what has run out and nothing else", async () => {
    let now = Date.now();
    const store = open({ clock: () => now });
    await store.purge();
    for (let index = 0; index < 60; index++) {
      await store.put(`purge|${index}`, 1, { ifVersion: undefined, expiresAt: now + (index % 2 === 0 ? 5 : 50_000) });
    }
    now += 5;
    expect(await store.purge()).toBe(30);
    expect(await store.purge()).toBe(0);
    expect(await store.list("purge|")).toHaveLength(30);
    now -= 5;
    expect(await store.list("purge|")).toHaveLength(30);
  }, 60_000);

  it("sends the token of its time, and names the entity's ETag in a change", async () => {
    const seen: unknown[] = [];
    const server = await answering((request, response) => {
      request.resume();
      const { authorization, "if-match": ifMatch } = request.headers;
      seen.push([request.method, request.url?.slice(0, 30), authorization, ifMatch]);
      response.writeHead(204).end();
    });
    let turn = 0;
    const store = open({ endpoint: server.url, authorization: async () => `Bearer t${++turn}` });
    await store.put("pin|a", 1, soon());
    await store.put("pin|a", 1, { ...soon(), ifVersion: `${Date.now() + 60_000}:W/"datetime'2026'"` });
    await server.close();
    expect(seen).toEqual([
      ["POST", "/gateway", "Bearer t1", undefined],
      ["PUT", "/gateway(PartitionKey='pin',Ro", "Bearer t2", `W/"datetime'2026'"`],
    ]);
  });

  it.each([
    ["of another key", { Key: "b" }, 'W/"1"'],
    ["without a key", { Key: undefined }, 'W/"1"'],
    ["without an expiry", { Until: undefined }, 'W/"1"'],
    ["with an expiry that is no number", { Until: "soon" }, 'W/"1"'],
    ["with a value that is no JSON", { Value: Buffer.from("{").toString("base64") }, 'W/"1"'],
    ["without an ETag", {}, ""],
    ["with an ETag that matches all", {}, "*"],
  ])("is unavailable where it is given an entity %s", async (_, change, etag) => {
    const entity = { Key: "a", Value: Buffer.from("1").toString("base64"), Until: "9000000000000", ...change };
    const server = await answering((_request, response) =>
      response.writeHead(200, { etag }).end(JSON.stringify(entity)),
    );
    const problem = await problemOf(() => open({ endpoint: server.url }).get("a"));
    expect(problem?.message).toBe("store_unavailable: The store gave an answer that can't be read.");
    await server.close();
  });

  it("gives up on a table that has too many pages", async () => {
    let pages = 0;
    const server = await answering((request, response) => {
      pages += 1;
      if (pages > 1) expect(request.url).toMatch(/&NextPartitionKey=p%2F1&NextRowKey=r$/);
      const headers = { "x-ms-continuation-NextPartitionKey": "p/1", "x-ms-continuation-NextRowKey": "r" };
      response.writeHead(200, headers).end(JSON.stringify({ value: [] }));
    });
    const problem = await problemOf(() => open({ endpoint: server.url }).list("a|"));
    expect(problem?.message).toBe("store_unavailable: The store holds too much to be listed.");
    expect(pages).toBe(200);
    await server.close();
  });
});
