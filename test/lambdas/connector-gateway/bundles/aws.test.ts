import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import dynalite from "dynalite";
import { sample } from "../detect/samples";
import { type Host, startHost } from "./support/host";
import { type RunningFunction, startFunction } from "./support/lambda-runtime";
import { compiledFor, HOST } from "./support/policy";
import { unpacked } from "./support/unpack";

const ROLE = "arn:aws:iam::111122223333:role/triage";
const CALLER = "arn:aws:sts::111122223333:assumed-role/triage/task-1";
const compiled = compiledFor({ kind: "aws", arn: ROLE });

interface ApiAnswer {
  readonly statusCode: number;
  readonly body: string;
  readonly multiValueHeaders: { readonly [name: string]: string[] };
}

let host: Host;
let tables: Server;
let secrets: Server;
let settings: { [name: string]: string };
const folder = unpacked("aws");
const extended = unpacked("aws", join(__dirname, "../../../support/extensions/customer-number.ts"));
const started: RunningFunction[] = [];

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );

beforeAll(async () => {
  host = await startHost(folder, HOST);
  tables = dynalite({ createTableMs: 0 });
  const tablesUrl = await listening(tables);
  secrets = createServer((_request, response) => response.end(JSON.stringify({ SecretString: "the-desk-credential" })));
  settings = {
    CORDON_CELL: "support",
    CORDON_TABLE: "gateway",
    CORDON_POLICY_DIGEST: compiled.digest,
    CORDON_SECRETS: '{"desk-token":"desk-token"}',
    AWS_ENDPOINT_URL_DYNAMODB: tablesUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: await listening(secrets),
    NODE_EXTRA_CA_CERTS: host.trust,
    TEST_UPSTREAM_PORT: String(host.port),
  };
  await dynamo(tablesUrl, "CreateTable", {
    TableName: "gateway",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "key", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "key", AttributeType: "S" }],
  });
  await dynamo(tablesUrl, "PutItem", {
    TableName: "gateway",
    Item: { key: { S: "policy" }, value: { S: compiled.text }, version: { S: "1" } },
  });
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((one) => one.close()));
});

afterAll(async () => {
  await host.close();
  for (const server of [tables, secrets]) await new Promise((resolve) => server.close(resolve));
});

async function dynamo(url: string, operation: string, input: object): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": `DynamoDB_20120810.${operation}`,
        authorization:
          "AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x",
        "x-amz-date": "20260101T000000Z",
      },
      body: JSON.stringify(input),
    });
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${operation} failed`);
}

async function run(change: { [name: string]: string } = {}, code = folder): Promise<RunningFunction> {
  const one = await startFunction(code, { ...settings, ...change });
  started.push(one);
  return one;
}

const event = (method: string, path: string, body?: object): object => ({
  httpMethod: method,
  path: `/tickets${path}`,
  pathParameters: { connector: "tickets" },
  multiValueQueryStringParameters: null,
  multiValueHeaders: { "Content-Type": ["application/json"] },
  body: body === undefined ? null : JSON.stringify(body),
  isBase64Encoded: false,
  requestContext: { requestId: "request-1", identity: { userArn: CALLER } },
});

const jsonOf = ({ body }: ApiAnswer) => JSON.parse(Buffer.from(body, "base64").toString("utf8"));

describe("the AWS archive in a process of its own", () => {
  test("mediates a request of the private API with its stores", async () => {
    const one = await run();
    host.reply = () => ({ body: '{"id":7,"email":"ada@corp-mail.net"}' });
    const answer = (await one.invoke(event("GET", "/tickets/7"))) as ApiAnswer;
    expect(answer.statusCode).toBe(200);
    expect(jsonOf(answer)).toEqual({ id: 7, email: "***" });
    expect(host.asked.at(-1)).toMatchObject({
      method: "GET",
      url: "/tickets/7",
      headers: { host: HOST, authorization: "Bearer the-desk-credential" },
    });
    const records = one.lines.map((line) => JSON.parse(line));
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      class_uid: 6003,
      disposition_id: 11,
      actor: { user: { name: "triage", uid: ROLE } },
    });
    expect(one.lines.join()).not.toMatch(/the-desk-credential|ada@/);
  });

  test("refuses what the policy does not name, what its condition refuses, and secrets", async () => {
    const one = await run();
    const before = host.asked.length;
    const reasons = [];
    for (const asked of [
      event("DELETE", "/tickets/7"),
      event("GET", "/tickets/0"),
      event("POST", "/tickets", { note: sample("github-personal-token", 3) }),
    ]) {
      reasons.push(jsonOf((await one.invoke(asked)) as ApiAnswer).reason);
    }
    expect(reasons).toEqual(["operation_not_permitted", "condition_not_met", "sensitive_data"]);
    expect(host.asked).toHaveLength(before);
  });

  test("keeps one budget over two instances", async () => {
    const [a, b] = await Promise.all([run(), run()]);
    const answers = (await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? a : b)?.invoke(event("POST", "/tickets", { index }))),
    )) as ApiAnswer[];
    // One was tried by the test before.
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(4);
    expect(new Set(answers.filter(({ statusCode }) => statusCode !== 200).map((one) => jsonOf(one).reason))).toEqual(
      new Set(["budget_exhausted"]),
    );
  });

  test("asks the owner's handler, which is in the archive, and refuses with one that can't be loaded", async () => {
    const one = await run({}, extended);
    const answer = (await one.invoke(event("POST", "/tickets", { customer: "eve" }))) as ApiAnswer;
    expect(jsonOf(answer)).toMatchObject({
      reason: "handler_refused",
      detail: "The customer is not one of this desk.",
    });
    expect(((await one.invoke(event("GET", "/tickets/7"))) as ApiAnswer).statusCode).toBe(200);
    const broken = unpacked("aws");
    writeFileSync(join(broken, "extension.js"), "throw new Error()");
    const other = await run({}, broken);
    expect(jsonOf((await other.invoke(event("GET", "/tickets/7"))) as ApiAnswer).reason).toBe("policy_unavailable");
  });

  test.each<[string, { [name: string]: string }, string]>([
    ["a policy of another digest", { CORDON_POLICY_DIGEST: "0".repeat(64) }, "policy_unavailable"],
    ["no table", { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9" }, "policy_unavailable"],
    ["no secret store", { AWS_ENDPOINT_URL_SECRETS_MANAGER: "http://127.0.0.1:9" }, "credential_unavailable"],
    ["a host at a private address", { TEST_RESOLVES_TO: "10.0.0.7" }, "destination_refused"],
    ["a host at the metadata service", { TEST_RESOLVES_TO: "169.254.169.254" }, "destination_refused"],
    ["a host without a certificate that is trusted", { NODE_EXTRA_CA_CERTS: "" }, "upstream_failed"],
  ])("refuses with %s", async (_what, change, reason) => {
    const one = await run(change);
    expect(jsonOf((await one.invoke(event("GET", "/tickets/7"))) as ApiAnswer).reason).toBe(reason);
  });

  test("refuses a caller that is no agent of the cell, and invocations without a proof", async () => {
    const one = await run();
    const stranger = event("GET", "/tickets/7") as { requestContext: { identity: { userArn: string } } };
    stranger.requestContext.identity.userArn = "arn:aws:sts::111122223333:assumed-role/other/x";
    expect(jsonOf((await one.invoke(stranger)) as ApiAnswer).reason).toBe("unauthenticated");
    const direct = { cordon: 1, connector: "tickets", method: "GET", target: "/tickets/7" };
    expect(jsonOf((await one.invoke(direct)) as ApiAnswer).reason).toBe("unauthenticated");
  });
});
