import { gzipSync } from "node:zlib";
import type { Store } from "../../../../lambdas/connector-gateway/core/ports";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import { Connector } from "../../../../lib/policy/connector";
import { Credential } from "../../../../lib/policy/credential";
import { RateLimit } from "../../../../lib/policy/limits";
import { Operation } from "../../../../lib/policy/operation";
import { type Harness, type HarnessOptions, harness, jsonBody } from "./harness";

const connector = Connector.http("tickets", {
  host: "acme.example.com",
  reason: "support desk",
  credential: Credential.secret("desk-token"),
}).permit(Operation.post("/tickets"), { rate: RateLimit.perMinute(100) });
const withFault = (around: HarnessOptions["around"], store?: Store): Harness =>
  harness({
    connectors: [connector],
    ...(around === undefined ? {} : { around }),
    ...(store === undefined ? {} : { store: () => store }),
  });
const post = (one: Harness, change: object = {}) =>
  one.ask({ method: "POST", target: "/tickets", ...jsonBody({ a: 1 }), ...change });
const results = ({ records }: Harness) =>
  records.filter((record) => (record["unmapped"] as { stage: string }).stage === "result");

const failing = async (): Promise<never> => {
  throw new GatewayProblem("store_unavailable", "The store does not answer.");
};
const broken: Store = { get: failing, put: failing, list: failing };

describe("whatever fails is refused, sends nothing and leaves one record", () => {
  test.each<[string, Harness, string]>([
    ["the store", withFault(undefined, broken), "store_unavailable"],
    [
      "the secret store",
      withFault({ secrets: { read: async () => Promise.reject(new Error("down")) } }),
      "credential_unavailable",
    ],
    [
      "a secret with a line break",
      withFault({ secrets: { read: async () => "abcdefgh\r\nx-admin: 1" } }),
      "credential_unavailable",
    ],
    ["an empty secret", withFault({ secrets: { read: async () => "" } }), "credential_unavailable"],
  ])("%s", async (_what, one, reason) => {
    const answer = await post(one);
    expect(answer.reason).toBe(reason);
    expect(one.sent).toEqual([]);
    expect(results(one)).toHaveLength(1);
    expect(answer.text).not.toMatch(/down|x-admin/);
  });

  test.each<[string, object]>([
    ["bad UTF-8", { body: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }],
    ["a name that is there twice", { body: Buffer.from('{"a":1,"a":2}') }],
    ["a body that is not what its type says", { body: Buffer.from("a=b") }],
    ["an unknown character set", { headers: [["content-type", "application/json; charset=utf-7"]] }],
    [
      "an unknown encoding",
      {
        headers: [
          ["content-type", "application/json"],
          ["content-encoding", "zstd"],
        ],
      },
    ],
    [
      "a bomb",
      {
        headers: [
          ["content-type", "application/json"],
          ["content-encoding", "gzip"],
        ],
        body: gzipSync(Buffer.alloc(20_000_000, 0x20)),
      },
    ],
    [
      "an encoding that breaks off",
      {
        headers: [
          ["content-type", "application/json"],
          ["content-encoding", "gzip"],
        ],
        body: gzipSync("{}").subarray(0, 10),
      },
    ],
    ["a body past the limit", { body: Buffer.alloc(10 * 1024 * 1024 + 1, 0x20) }],
    [
      "two content types",
      {
        headers: [
          ["content-type", "application/json"],
          ["content-type", "text/plain"],
        ],
        body: Buffer.from("{}"),
      },
    ],
  ])("a request with %s", async (_what, change) => {
    const one = withFault(undefined);
    const answer = await post(one, change);
    expect(["malformed_request", "inspection_incomplete"]).toContain(answer.reason);
    expect(one.sent).toEqual([]);
    expect(results(one)).toHaveLength(1);
  });

  test("a caller that nobody knows", async () => {
    const one = withFault(undefined);
    const answer = await one.ask(
      { target: "/tickets" },
      { kind: "bearer", token: "x.y.z", method: "GET", url: "/tickets" },
    );
    expect(answer.reason).toBe("unauthenticated");
    expect(results(one)).toHaveLength(1);
  });

  test("a request while the issuer's keys are not to be had", async () => {
    const one = withFault({
      attest: { awsIssuers: [{ issuer: "https://a.tokens.sts.global.api.aws", account: "111122223333" }] },
    });
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = [
      part({ alg: "RS256", kid: "k" }),
      part({
        iss: "https://a.tokens.sts.global.api.aws",
        aud: "cordon:support",
        sub: "arn:aws:iam::111122223333:role/triage",
        exp: one.now / 1000 + 300,
        iat: one.now / 1000,
      }),
      Buffer.alloc(256, 1).toString("base64url"),
    ].join(".");
    const answer = await one.ask({ target: "/tickets" }, { kind: "bearer", token, method: "GET", url: "/tickets" });
    expect(answer.reason).toBe("keys_unavailable");
    expect(results(one)).toHaveLength(1);
  });
});

describe("an answer of the host that can't be trusted", () => {
  test.each<[string, object, string]>([
    ["that never comes", { fail: new GatewayProblem("upstream_timeout", "late") }, "upstream_timeout"],
    ["that breaks off", { fail: new Error("reset by 10.0.0.7") }, "internal_error"],
    ["with broken JSON", { body: '{"a":' }, "response_refused"],
    [
      "with a bomb",
      {
        headers: [
          ["content-type", "application/json"],
          ["content-encoding", "gzip"],
        ],
        body: gzipSync(Buffer.alloc(20_000_000, 0x20)),
      },
      "inspection_incomplete",
    ],
    ["past the limit", { body: Buffer.alloc(10 * 1024 * 1024 + 1, 0x20) }, "response_refused"],
  ])("%s is not handed on", async (_what, reply, reason) => {
    const one = withFault(undefined);
    one.reply = () => {
      if ("fail" in reply) throw reply.fail;
      return reply;
    };
    const answer = await post(one);
    expect(answer.reason).toBe(reason);
    expect(answer.text).not.toContain("10.0.0.7");
    expect(results(one)).toHaveLength(1);
  });
});

describe("records", () => {
  test("that can't be written stop everything, before anything is sent", async () => {
    const one = withFault({ sink: { write: async () => Promise.reject(new Error("full")) } });
    const answer = await post(one);
    expect(answer.reason).toBe("record_unavailable");
    expect(one.sent).toEqual([]);
  });

  test("hold no value of a request", async () => {
    const one = withFault(undefined);
    await post(one, { target: "/tickets/SECRET-PATH", headers: [["x-a", "SECRET-HEADER"]], method: "SECRETMETHOD" });
    await one.ask({ connector: "SECRET-CONNECTOR" });
    expect(JSON.stringify(one.records)).not.toMatch(/SECRET-/);
  });
});
