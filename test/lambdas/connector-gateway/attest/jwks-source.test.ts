import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { JwksSource, type JwksSourceOptions } from "../../../../lambdas/connector-gateway/attest-keys/jwks-source";
import type { TrustedIssuer } from "../../../../lambdas/connector-gateway/core/attest";
import { outcome, type SigningKey, signingKey, TestClock, TestIssuer } from "./support";

let server: TestIssuer;
let key: SigningKey;
let clock: TestClock;

beforeAll(async () => {
  key = await signingKey("ES256", "key-1");
});
beforeEach(async () => {
  clock = new TestClock();
  server = await TestIssuer.start([key]);
});
afterEach(() => server.stop());

const source = (options: JwksSourceOptions = {}, issuer: Partial<TrustedIssuer> = {}) =>
  new JwksSource([{ issuer: server.url, kind: "oidc", ...issuer }], clock.read, { allowLoopback: true, ...options });
const ask = (from: JwksSource, keyId: string | undefined = "key-1", issuer = server.url) =>
  outcome(from.keys(issuer, keyId));
const fetches = () => server.requests.filter((path) => path === "/keys").length;

describe("keys of an issuer", () => {
  it("are found by its configuration, and kept", async () => {
    const from = source();
    const { keys } = await from.keys(server.url, "key-1");
    expect(keys).toEqual([key.jwk]);
    expect((await from.keys(server.url, "key-1")).keys).toBe(keys);
    expect(server.requests).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  it("are fetched from where they are said to be", async () => {
    await source({}, { keysUrl: `${server.url}/elsewhere` }).keys(server.url, "key-1");
    expect(server.requests).toEqual(["/elsewhere"]);
  });

  it("are fetched once for all who ask at once", async () => {
    const from = source();
    await Promise.all([1, 2, 3].map(() => from.keys(server.url, "key-1")));
    expect(fetches()).toBe(1);
  });

  it("are not asked of an issuer that is not trusted", async () => {
    expect(await ask(source(), "key-1", `${server.url}/`)).toBe("keys_unavailable");
    expect(await ask(source(), "key-1", "constructor")).toBe("keys_unavailable");
    expect(server.requests).toEqual([]);
  });

  it("are asked for anew when one is not known, once in half a minute for all", async () => {
    const from = source();
    await from.keys(server.url, "key-1");
    for (const made of ["a", "b", "c"]) await from.keys(server.url, made);
    expect(fetches()).toBe(1);
    clock.pass(30);
    const next = await signingKey("ES256", "key-2");
    server.keys = [next.jwk];
    const both = await Promise.all(["key-2", "d"].map((keyId) => from.keys(server.url, keyId)));
    expect(both.map(({ keys }) => keys)).toEqual([[next.jwk], [next.jwk]]);
    expect(fetches()).toBe(2);
    clock.pass(29);
    await from.keys(server.url, "e");
    expect(fetches()).toBe(2);
  });

  it("are asked for anew when they are no longer fresh", async () => {
    const from = source();
    await from.keys(server.url, "key-1");
    clock.pass(900);
    await from.keys(server.url, "key-1");
    expect(fetches()).toBe(1);
    clock.pass(1);
    await from.keys(server.url, "key-1");
    expect(fetches()).toBe(2);
  });

  it("serve for a day while the issuer is down, and no longer", async () => {
    const from = source();
    await from.keys(server.url, "key-1");
    server.answer = (response) => response.destroy();
    clock.pass(86_400);
    expect(await ask(from)).toBe("passed");
    clock.pass(1);
    expect(await ask(from)).toBe("keys_unavailable");
    server.answer = undefined;
    expect(await ask(from)).toBe("keys_unavailable");
    clock.pass(30);
    expect(await ask(from)).toBe("passed");
  });

  it("are not to be had of an issuer that is down from the start, which is asked every five seconds", async () => {
    const from = source({}, { keysUrl: `${server.url}/keys` });
    server.answer = (response) => response.writeHead(500).end();
    for (const seconds of [0, 1, 3]) {
      clock.pass(seconds);
      expect(await ask(from)).toBe("keys_unavailable");
    }
    expect(fetches()).toBe(1);
    server.answer = undefined;
    clock.pass(1);
    expect(await ask(from)).toBe("passed");
  });

  it("have no member but those of a public key", async () => {
    server.keys = [
      { ...key.jwk, x5c: ["MII"], d: "private", p: "private" },
      { kty: "oct", k: "secret", kid: "x" },
      7,
      null,
    ];
    expect((await source().keys(server.url, "key-1")).keys).toEqual([key.jwk]);
  });

  it.each<[string, unknown]>([
    ["no keys", {}],
    ["an empty set", { keys: [] }],
    ["a set of secrets", { keys: [{ kty: "oct", k: "x" }] }],
    ["a text", "keys"],
    ["a list", []],
    ["null", null],
    ["more keys than an issuer has", { keys: Array.from({ length: 101 }, () => ({ kty: "RSA" })) }],
  ])("are not to be had of an answer with %s", async (_what, body) => {
    server.answer = (response) => response.end(JSON.stringify(body));
    expect(await ask(source({}, { keysUrl: `${server.url}/keys` }))).toBe("keys_unavailable");
  });

  it("are not taken from an answer that is none, too long or too slow", async () => {
    const direct = { keysUrl: `${server.url}/keys` };
    server.answer = (response) => response.end("{");
    expect(await ask(source({}, direct))).toBe("keys_unavailable");
    server.answer = (response) => response.writeHead(203).end(JSON.stringify({ keys: [key.jwk] }));
    expect(await ask(source({}, direct))).toBe("keys_unavailable");
    const padded = JSON.stringify({ keys: [key.jwk], padding: "x".repeat(1000) });
    server.answer = (response) => response.end(padded);
    expect(await ask(source({ maxBytes: padded.length - 1 }, direct))).toBe("keys_unavailable");
    expect(await ask(source({ maxBytes: padded.length }, direct))).toBe("passed");
    server.answer = (response) => response.write("{");
    expect(await ask(source({ timeout: 50 }, direct))).toBe("keys_unavailable");
  });

  it("are not taken from where the issuer sends its clients on to", async () => {
    server.answer = (response, path) =>
      path === "/moved"
        ? response.end(JSON.stringify({ keys: [key.jwk] }))
        : response.writeHead(302, { location: "/moved" }).end();
    expect(await ask(source({}, { keysUrl: `${server.url}/keys` }))).toBe("keys_unavailable");
    expect(server.requests).toEqual(["/keys"]);
  });

  it.each([
    ["of another issuer", (url: string) => ({ issuer: `${url}/`, jwks_uri: `${url}/keys` })],
    ["without an issuer", (url: string) => ({ jwks_uri: `${url}/keys` })],
    ["with keys on another host", (url: string) => ({ issuer: url, jwks_uri: "https://evil.example.com/keys" })],
    ["with keys on another port", (url: string) => ({ issuer: url, jwks_uri: url.replace(/\d+$/, "1") })],
    ["with keys nowhere", (url: string) => ({ issuer: url })],
    ["with keys at no URL", (url: string) => ({ issuer: url, jwks_uri: "keys" })],
  ])("are not sought by a configuration %s", async (_what, configuration) => {
    server.answer = (response) => response.end(JSON.stringify(configuration(server.url)));
    expect(await ask(source())).toBe("keys_unavailable");
    expect(server.requests).toEqual(["/.well-known/openid-configuration"]);
  });

  it("are not sought on another server, even one that has them", async () => {
    const elsewhere = await TestIssuer.start([key]);
    server.answer = (response) =>
      response.end(JSON.stringify({ issuer: server.url, jwks_uri: `${elsewhere.url}/keys` }));
    expect(await ask(source())).toBe("keys_unavailable");
    expect(await ask(source({}, { keysUrl: `${elsewhere.url}/keys` }))).toBe("passed");
    expect(elsewhere.requests).toEqual(["/keys"]);
    await elsewhere.stop();
  });

  it("are not fetched without TLS, but from this machine where a test says so", async () => {
    expect(await ask(source({ allowLoopback: false }))).toBe("keys_unavailable");
    expect(server.requests).toEqual([]);
    for (const keysUrl of [
      "http://localhost.evil.example/keys",
      "file:///etc/passwd",
      "data:application/json,{}",
      "http://a@127.0.0.1/",
    ]) {
      expect(await ask(source({}, { keysUrl }))).toBe("keys_unavailable");
    }
    expect(await ask(source())).toBe("passed");
  });

  it("are asked for without a credential", async () => {
    const seen: (string | undefined)[] = [];
    const plain = createServer((request, response) => {
      seen.push(request.headers.authorization, request.headers.cookie);
      response.end(JSON.stringify({ keys: [key.jwk] }));
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const keysUrl = `http://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
    expect(await ask(source({}, { keysUrl }))).toBe("passed");
    expect(seen).toEqual([undefined, undefined]);
    await new Promise((resolve) => plain.close(resolve));
  });
});
