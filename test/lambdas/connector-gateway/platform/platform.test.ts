import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { awsCredentials } from "../../../../lambdas/connector-gateway/platform/aws-credentials";
import { azureTokens } from "../../../../lambdas/connector-gateway/platform/azure-token";
import { googleTokens } from "../../../../lambdas/connector-gateway/platform/google-token";
import { problemOf } from "../support/problem";

let server: Server;
let url: string;
let now = 0;
let reply: object | "never" | undefined;
const asked: { url: string; headers: { [name: string]: unknown } }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url ?? "", headers: request.headers });
    if (reply === "never") return;
    if (reply === undefined) response.writeHead(404).end("no such identity");
    else response.end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  now = 1_000_000;
  asked.length = 0;
});

const platforms: [string, () => () => Promise<string>, object][] = [
  ["Google's metadata server", () => googleTokens(() => now, url), { access_token: "token-1", expires_in: 3600 }],
  [
    "an app's identity endpoint",
    () =>
      azureTokens(
        "https://vault.azure.net",
        { IDENTITY_ENDPOINT: `${url}/msi/token`, IDENTITY_HEADER: "proof", CORDON_IDENTITY: "client-1" },
        () => now,
      ),
    { access_token: "token-1", expires_on: "4600" },
  ],
];

describe.each(platforms)("%s", (name, tokensOf, good) => {
  test("is asked once for a token, also by many at the same moment, until shortly before its end", async () => {
    reply = good;
    const tokens = tokensOf();
    expect(await Promise.all([tokens(), tokens(), tokens()])).toEqual(["token-1", "token-1", "token-1"]);
    now = 1_000_000 + 3_299_000;
    await tokens();
    expect(asked).toHaveLength(1);
    now = 1_000_000 + 3_300_000;
    await tokens();
    expect(asked).toHaveLength(2);
    if (name.startsWith("Google")) expect(asked[0]?.headers["metadata-flavor"]).toBe("Google");
    else
      expect(asked[0]).toMatchObject({
        url: expect.stringContaining("client_id=client-1"),
        headers: { "x-identity-header": "proof" },
      });
  });

  test.each([
    undefined,
    {},
    { access_token: "", expires_in: 1 },
    { access_token: 7, expires_in: 1 },
    { access_token: "a" },
  ])("that answers %p gives none, and is asked again", async (bad) => {
    reply = bad;
    const tokens = tokensOf();
    expect((await problemOf(tokens))?.reason).toBe("credential_unavailable");
    reply = good;
    expect(await tokens()).toBe("token-1");
  });
});

test("platforms that never answer give no token", async () => {
  reply = "never";
  const problems = await Promise.all(platforms.map(([, tokensOf]) => problemOf(tokensOf())));
  expect(problems.map((problem) => problem?.reason)).toEqual(platforms.map(() => "credential_unavailable"));
}, 15_000);

test("an app without an identity has no token", async () => {
  expect((await problemOf(azureTokens("https://vault.azure.net", {}, () => now)))?.reason).toBe(
    "credential_unavailable",
  );
});

test("a function without credentials of its role has none", async () => {
  expect(awsCredentials({ AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_SESSION_TOKEN: "c" })).toEqual({
    accessKeyId: "a",
    secretAccessKey: "b",
    sessionToken: "c",
  });
  expect((await problemOf(() => awsCredentials({})))?.reason).toBe("credential_unavailable");
});
