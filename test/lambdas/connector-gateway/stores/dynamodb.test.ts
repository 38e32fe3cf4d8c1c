import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsClient } from "aws4fetch";
import { DynamoDbStore, type DynamoDbStoreOptions } from "../../../../lambdas/connector-gateway/stores/dynamodb";
import { problemOf } from "../support/problem";
import { storeContract } from "./store-contract";
import { answering, closed, storeFaults } from "./store-faults";
import { expectOneWinner } from "./two-processes";

/** The emulator, which is published without types. */
const dynalite = require("dynalite") as (options: { createTableMs: number }) => Server;
const CREDENTIALS = { accessKeyId: "key", secretAccessKey: "secret" };
const REGION = "eu-central-1";

describe("the store in DynamoDB", () => {
  const server = dynalite({ createTableMs: 0 });
  const admin = new AwsClient({ ...CREDENTIALS, region: REGION, service: "dynamodb", retries: 0 });
  let endpoint: string;

  const open = (options: Partial<DynamoDbStoreOptions> = {}): DynamoDbStore =>
    new DynamoDbStore({
      table: "gateway",
      region: REGION,
      endpoint,
      clock: Date.now,
      credentials: async () => CREDENTIALS,
      timeout: 20_000,
      ...options,
    });

  async function ask(operation: string, input: object): Promise<{ [member: string]: unknown }> {
    const response = await admin.fetch(`${endpoint}/`, {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `DynamoDB_20120810.${operation}` },
      body: JSON.stringify(input),
    });
    expect([operation, response.status]).toEqual([operation, 200]);
    return (await response.json()) as { [member: string]: unknown };
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await ask("CreateTable", {
      TableName: "gateway",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "key", KeyType: "HASH" }],
    });
    for (let status = ""; status !== "ACTIVE"; ) {
      const { Table } = await ask("DescribeTable", { TableName: "gateway" });
      status = (Table as { TableStatus: string }).TableStatus;
    }
  });

  afterAll(() => closed(server));

  storeContract((clock) => ({ here: open({ clock }), there: open({ clock }) }));

  describe("out of reach", () => {
    storeFaults((url, authorize) =>
      open({
        endpoint: url,
        timeout: 300,
        credentials: async () => {
          await authorize();
          return CREDENTIALS;
        },
      }),
    );
  });

  it("lets two processes at one table lose nothing", async () => {
    await expectOneWinner(open(), "dynamodb", endpoint);
  }, 120_000);

  it("is unavailable where there is no such table", async () => {
    const store = open({ table: "elsewhere" });
    const put = (): Promise<boolean> => store.put("a", 1, { ifVersion: undefined, expiresAt: Date.now() + 1_000 });
    for (const use of [() => store.get("a"), put, () => store.list("")]) {
      expect((await problemOf(use))?.message).toBe("store_unavailable: The store refused a request.");
    }
  });

  it("neither gives, replaces nor lists the compiled policy in its table", async () => {
    const policy = { key: { S: "policy" }, value: { S: "{}" }, version: { S: "1" } };
    await ask("PutItem", { TableName: "gateway", Item: policy });
    const store = open();
    const expiresAt = Date.now() + 1_000;
    expect((await problemOf(() => store.get("policy")))?.reason).toBe("store_unavailable");
    expect(await store.put("policy", 1, { ifVersion: undefined, expiresAt })).toBe(false);
    expect(await store.put("policy", 1, { ifVersion: "1", expiresAt })).toBe(false);
    expect((await store.list("")).map(({ key }) => key)).not.toContain("policy");
    expect(await ask("GetItem", { TableName: "gateway", Key: { key: { S: "policy" } } })).toEqual({ Item: policy });
  });

  it("names the second after which DynamoDB may delete, never an earlier one", async () => {
    await open({ clock: () => 0 }).put("second", 1, { ifVersion: undefined, expiresAt: 1_900_000_000_001 });
    const { Item } = await ask("GetItem", { TableName: "gateway", Key: { key: { S: "second" } } });
    expect(Item).toMatchObject({ expires: { N: "1900000001" }, until: { N: "1900000000001" } });
  });

  it("signs each request with the credentials of its time", async () => {
    const seen: string[] = [];
    const signed = await answering((request, response) => {
      const { authorization = "", "x-amz-security-token": token } = request.headers;
      seen.push(`${/Credential=([^/]+)\/\d{8}\/([^,]+)/.exec(authorization)?.slice(1).join(" ")} ${token}`);
      response.writeHead(200).end("{}");
    });
    let turn = 0;
    const store = open({
      endpoint: signed.url,
      credentials: async () => ({ accessKeyId: `key${++turn}`, secretAccessKey: "secret", sessionToken: `t${turn}` }),
    });
    await store.get("a");
    await store.get("a");
    await signed.close();
    const scope = `${REGION}/dynamodb/aws4_request`;
    expect(seen).toEqual([`key1 ${scope} t1`, `key2 ${scope} t2`]);
  });

  it("reads all pages of a scan, and gives up on a table that has too many", async () => {
    const starts: unknown[] = [];
    let last = 3;
    const scanned = await answering((request, response) => {
      let text = "";
      request.on("data", (chunk) => (text += chunk));
      request.on("end", () => {
        const { ExclusiveStartKey, ConsistentRead } = JSON.parse(text);
        starts.push([ExclusiveStartKey?.key.S, ConsistentRead]);
        const key = { S: `k${9 - starts.length}` };
        const item = { key, value: { S: "1" }, version: { S: "v" }, until: { N: "9000000000000" } };
        const isLast = starts.length >= last;
        const Items = starts.length === 2 || starts.length > 3 ? [] : [item];
        response.writeHead(200).end(JSON.stringify({ Items, ...(isLast ? {} : { LastEvaluatedKey: { key } }) }));
      });
    });
    const store = open({ endpoint: scanned.url });
    expect((await store.list("k")).map(({ key }) => key)).toEqual(["k6", "k8"]);
    expect(starts).toEqual([
      [undefined, true],
      ["k8", true],
      ["k7", true],
    ]);
    last = Number.POSITIVE_INFINITY;
    const problem = await problemOf(() => store.list("k"));
    expect(problem?.message).toBe("store_unavailable: The store holds too much to be listed.");
    await scanned.close();
  });

  it.each([
    ["no expiry", { key: { S: "a" }, value: { S: "1" }, version: { S: "v" } }],
    ["an expiry of another type", { key: { S: "a" }, value: { S: "1" }, version: { S: "v" }, until: { S: "9" } }],
    ["an expiry that is no number", { key: { S: "a" }, value: { S: "1" }, version: { S: "v" }, until: { N: "x" } }],
    ["a value that is no JSON", { key: { S: "a" }, value: { S: "{" }, version: { S: "v" }, until: { N: "9" } }],
    ["no version", { key: { S: "a" }, value: { S: "1" }, until: { N: "9" } }],
    ["nothing", {}],
  ])("is unavailable where an item has %s", async (_, Item) => {
    const server = await answering((_request, response) => response.writeHead(200).end(JSON.stringify({ Item })));
    const store = open({ endpoint: server.url, clock: () => 0 });
    const problem = await problemOf(() => store.get("a"));
    expect(problem?.message).toBe("store_unavailable: The store gave an answer that can't be read.");
    await server.close();
  });
});
