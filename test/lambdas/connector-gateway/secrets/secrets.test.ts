import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { SecretSource } from "../../../../lambdas/connector-gateway/core/ports";
import { AwsSecretsManager } from "../../../../lambdas/connector-gateway/secrets/aws-secrets-manager";
import { AzureKeyVault } from "../../../../lambdas/connector-gateway/secrets/azure-key-vault";
import { CachedSecrets } from "../../../../lambdas/connector-gateway/secrets/cached";
import { GoogleSecretManager } from "../../../../lambdas/connector-gateway/secrets/google-secret-manager";
import { problemOf } from "../support/problem";

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const asked: Asked[] = [];
let answer: (one: Asked, response: ServerResponse) => void = () => {};
let server: Server;
let endpoint: string;
const names = new Map([["desk-token", "prod/desk"]]);

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += String(part);
    });
    request.on("end", () => {
      const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
      asked.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const token = async (): Promise<string> => "platform-token";
const sources: [string, (at: string) => SecretSource, object][] = [
  [
    "Secrets Manager",
    (at) =>
      new AwsSecretsManager({
        region: "eu-west-1",
        credentials: () => ({ accessKeyId: "AKID", secretAccessKey: "s", sessionToken: "t" }),
        names,
        endpoint: at,
      }),
    { SecretString: "the-value" },
  ],
  [
    "Secret Manager",
    (at) => new GoogleSecretManager({ project: "p", token, names, endpoint: at }),
    { payload: { data: Buffer.from("the-value").toString("base64") } },
  ],
  ["Key Vault", (at) => new AzureKeyVault({ vault: at, token, names }), { value: "the-value" }],
];

describe.each(sources)("%s", (_name, sourceAt, good) => {
  test("gives the secret that the policy's name stands for", async () => {
    answer = (_one, response) => response.end(JSON.stringify(good));
    expect(await sourceAt(endpoint).read("desk-token")).toBe("the-value");
    const last = asked.at(-1);
    expect(`${last?.url}${last?.body}`).toMatch(/prod(\/|%2F)desk/);
    expect(last?.headers.authorization).toMatch(/^(Bearer platform-token|AWS4-HMAC-SHA256 Credential=AKID\/)/);
  });

  test("is not asked for a name that the policy does not have", async () => {
    const before = asked.length;
    expect((await problemOf(() => sourceAt(endpoint).read("other")))?.reason).toBe("credential_unavailable");
    expect(asked).toHaveLength(before);
  });

  test.each<[string, (one: Asked, response: ServerResponse) => void]>([
    ["a refusal", (_one, response) => response.writeHead(403).end('{"message":"the-value is forbidden"}')],
    ["a fault", (_one, response) => response.writeHead(500).end()],
    ["no JSON", (_one, response) => response.end("the-value")],
    ["no secret", (_one, response) => response.end("{}")],
    ["an empty secret", (_one, response) => response.end('{"SecretString":"","value":"","payload":{"data":""}}')],
    ["a redirect", (_one, response) => response.writeHead(302, { location: "http://127.0.0.1:9/" }).end()],
    ["half an answer", (_one, response) => response.writeHead(200, { "content-length": "99" }).destroy()],
  ])("that answers with %s gives none, and says nothing of it", async (_what, bad) => {
    answer = bad;
    const problem = await problemOf(() => sourceAt(endpoint).read("desk-token"));
    expect(problem?.reason).toBe("credential_unavailable");
    expect(JSON.stringify(problem)).not.toMatch(/the-value|prod/);
  });

  test("that can't be reached gives none", async () => {
    expect((await problemOf(() => sourceAt("http://127.0.0.1:9").read("desk-token")))?.reason).toBe(
      "credential_unavailable",
    );
  });
});

test("stores that never answer are given up", async () => {
  answer = () => {};
  const problems = await Promise.all(
    sources.map(([, sourceAt]) => problemOf(() => sourceAt(endpoint).read("desk-token"))),
  );
  expect(problems.map((problem) => problem?.reason)).toEqual(sources.map(() => "credential_unavailable"));
}, 15_000);

describe("a secret", () => {
  test("is kept for five minutes and then asked for again; a failure is not kept", async () => {
    let now = 0;
    let asks = 0;
    let isDown = false;
    const source = new CachedSecrets(
      {
        read: async () => {
          asks += 1;
          if (isDown) throw new Error("down");
          return `value-${asks}`;
        },
      },
      () => now,
    );
    expect(await Promise.all([source.read("a"), source.read("a")])).toEqual(["value-1", "value-1"]);
    now = 299_999;
    expect(await source.read("a")).toBe("value-1");
    now = 300_000;
    isDown = true;
    await expect(source.read("a")).rejects.toThrow("down");
    isDown = false;
    expect(await source.read("a")).toBe("value-3");
  });
});
