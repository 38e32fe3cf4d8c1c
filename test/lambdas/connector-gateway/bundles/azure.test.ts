import { createHmac } from "node:crypto";
import { sample } from "../detect/samples";
import { type Answers, startAnswers } from "./support/answers";
import { type RunningApp, startApp } from "./support/azure-worker";
import { type Host, startHost } from "./support/host";
import { compiledFor, HOST } from "./support/policy";
import { unpacked } from "./support/unpack";

const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
/** Named as an issuer is; its requests arrive at the test. */
const ISSUER = "https://issuer.desk-mail.net";
const folder = unpacked("azure");

/** The emulator is published without types. */
const { default: Configuration } = require("azurite/dist/src/table/TableConfiguration") as {
  default: new () => object;
};
const { default: Server } = require("azurite/dist/src/table/TableServer") as {
  default: new (
    configuration: object,
  ) => { start(): Promise<void>; close(): Promise<void>; getHttpServerAddress(): string };
};
const emulator = new Server(
  Object.assign(new Configuration(), { host: "127.0.0.1", port: 0, enableAccessLog: false, isMemoryPersistence: true }),
);

let host: Host;
let platform: Answers;
let issuer: Answers;
let tables: Answers;
let settings: { [name: string]: string };
let app: RunningApp;
let tokenFor: (subject: string, audience?: string) => Promise<string>;
let compiled: { text: string; digest: string };

async function forwarded(method: string, url: string, headers: { readonly [name: string]: unknown }, body?: Buffer) {
  const date = new Date().toUTCString();
  const target = `${emulator.getHttpServerAddress()}/${ACCOUNT}${url}`;
  const text = `${date}\n/${ACCOUNT}${new URL(target).pathname}`;
  const signature = createHmac("sha256", Buffer.from(KEY, "base64")).update(text).digest("base64");
  const kept = ["accept", "content-type", "if-match", "prefer", "dataserviceversion"].flatMap((name) =>
    headers[name] === undefined ? [] : [[name, String(headers[name])] as [string, string]],
  );
  return await fetch(target, {
    method,
    headers: [
      ...kept,
      ["authorization", `SharedKeyLite ${ACCOUNT}:${signature}`],
      ["x-ms-date", date],
      ["x-ms-version", "2020-12-06"],
    ],
    ...(body === undefined || body.length === 0 ? {} : { body }),
  });
}

beforeAll(async () => {
  const { exportJWK, generateKeyPair, SignJWT } = await import("jose");
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256", use: "sig" };
  issuer = await startAnswers(({ url }) => ({
    body: JSON.stringify(url.endsWith("/keys") ? { keys: [jwk] } : { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` }),
  }));
  tokenFor = (subject, audience = "api://gateway") =>
    new SignJWT({})
      .setProtectedHeader({ alg: "ES256", kid: "k1" })
      .setIssuer(ISSUER)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey);
  compiled = compiledFor({ kind: "oidc", issuer: ISSUER, subject: "triage" }, "api://gateway");
  host = await startHost(folder, HOST);
  await emulator.start();
  await forwarded(
    "POST",
    "/Tables",
    { "content-type": "application/json", accept: "application/json;odata=nometadata" },
    Buffer.from('{"TableName":"gateway"}'),
  );
  // The emulator takes tokens over TLS alone; this signs for it what the app has sent with one.
  tables = await startAnswers(async ({ method, url, headers, body }) => {
    if (headers.authorization !== "Bearer of-the-app") return { status: 403 };
    const answer = await forwarded(method, url, headers, body);
    return {
      status: answer.status,
      headers: Object.fromEntries(
        [...answer.headers].filter(([name]) => /^(etag|content-type|x-ms-continuation)/.test(name)),
      ),
      body: await answer.text(),
    };
  });
  platform = await startAnswers(({ url, headers }) => {
    if (url.startsWith("/msi")) {
      const isProved = headers["x-identity-header"] === "proof" && url.includes("client_id=client-1");
      return isProved
        ? { body: JSON.stringify({ access_token: "of-the-app", expires_on: String(Date.now()) }) }
        : { status: 403 };
    }
    if (headers.authorization !== "Bearer of-the-app") return { status: 401 };
    return url.startsWith("/secrets/")
      ? { body: JSON.stringify({ value: "the-desk-credential" }) }
      : { body: compiled.text };
  });
  settings = {
    CORDON_CELL: "support",
    CORDON_STORAGE: "acmegateway",
    CORDON_TABLE: "gateway",
    CORDON_POLICY_BLOB: "releases/policy.json",
    CORDON_POLICY_DIGEST: compiled.digest,
    CORDON_SECRETS: '{"desk-token":"desk-token"}',
    CORDON_IDENTITY: "client-1",
    CORDON_ENDPOINT_TABLE: tables.url,
    CORDON_ENDPOINT_BLOB: platform.url,
    CORDON_ENDPOINT_VAULT: platform.url,
    TEST_ISSUER: issuer.url,
    IDENTITY_ENDPOINT: `${platform.url}/msi/token`,
    IDENTITY_HEADER: "proof",
    NODE_EXTRA_CA_CERTS: host.trust,
    TEST_UPSTREAM_PORT: String(host.port),
  };
  app = await startApp(folder, settings);
});

afterAll(async () => {
  await app.close();
  await host.close();
  for (const server of [platform, issuer, tables]) server.close();
  await emulator.close();
});

async function ask(method: string, path: string, body?: object, token?: string, at = app) {
  const shown = token ?? (await tokenFor("triage"));
  const answer = await at.invoke({
    method,
    url: `https://gateway.azurewebsites.net${path}`,
    headers: { "content-type": "application/json", authorization: `Bearer ${shown}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { ...answer, json: JSON.parse(answer.body) };
}

describe("the archive for Azure in a process of its own, behind the Functions host's contract", () => {
  test("registers one function for all paths, and one that clears its table", () => {
    expect(app.registered.map(({ name }) => name)).toEqual(["connector-gateway", "purge"]);
    expect(JSON.stringify(app.registered[0])).toContain('"route":"{*path}"');
  });

  test("mediates a request with its stores, and logs the record to the invocation", async () => {
    host.reply = () => ({ body: '{"id":7,"email":"ada@corp-mail.net"}' });
    const { status, json, logs } = await ask("GET", "/tickets/tickets/7");
    expect([status, json]).toEqual([200, { id: 7, email: "***" }]);
    expect(host.asked.at(-1)).toMatchObject({
      url: "/tickets/7",
      headers: { authorization: "Bearer the-desk-credential" },
    });
    expect(logs.map((line) => JSON.parse(line))).toMatchObject([
      { class_uid: 6003, actor: { user: { name: "triage" } } },
    ]);
  });

  test("refuses what the policy does not name, what its condition refuses, and secrets", async () => {
    const before = host.asked.length;
    expect((await ask("DELETE", "/tickets/tickets/7")).json.reason).toBe("operation_not_permitted");
    expect((await ask("GET", "/tickets/tickets/0")).json.reason).toBe("condition_not_met");
    const leak = { note: sample("github-personal-token", 3) };
    expect((await ask("POST", "/tickets/tickets", leak)).json.reason).toBe("sensitive_data");
    expect((await ask("GET", "/")).json.reason).toBe("unknown_connector");
    expect(host.asked).toHaveLength(before);
  });

  test("takes from a budget that the store keeps", async () => {
    const statuses = [];
    for (let turn = 0; turn < 6; turn++) statuses.push((await ask("POST", "/tickets/tickets", { turn })).status);
    // One was tried by the test before.
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });

  test("refuses callers without a token of an agent, and for another audience", async () => {
    expect((await ask("GET", "/tickets/tickets/7", undefined, "x")).json.reason).toBe("unauthenticated");
    expect((await ask("GET", "/tickets/tickets/7", undefined, await tokenFor("other"))).json.reason).toBe(
      "unauthenticated",
    );
    const elsewhere = await tokenFor("triage", "api://other");
    expect((await ask("GET", "/tickets/tickets/7", undefined, elsewhere)).json.reason).toBe("unauthenticated");
  });

  test.each<[string, { [name: string]: string }, string]>([
    ["a policy of another digest", { CORDON_POLICY_DIGEST: "0".repeat(64) }, "policy_unavailable"],
    ["no identity", { IDENTITY_HEADER: "wrong" }, "policy_unavailable"],
    ["no table", { CORDON_ENDPOINT_TABLE: "http://127.0.0.1:9" }, "store_unavailable"],
    ["no vault", { CORDON_ENDPOINT_VAULT: "http://127.0.0.1:9" }, "credential_unavailable"],
    ["a host at a private address", { TEST_RESOLVES_TO: "10.0.0.7" }, "destination_refused"],
  ])("refuses with %s", async (_what, change, reason) => {
    const one = await startApp(folder, { ...settings, ...change });
    const body = reason === "store_unavailable" ? { a: 1 } : undefined;
    const answer = await ask(
      body === undefined ? "GET" : "POST",
      body === undefined ? "/tickets/tickets/7" : "/tickets/tickets",
      body,
      undefined,
      one,
    );
    expect(answer.json.reason).toBe(reason);
    await one.close();
  });
});
