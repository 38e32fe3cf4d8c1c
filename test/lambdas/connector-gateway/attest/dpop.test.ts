import { createHash } from "node:crypto";
import {
  AUDIENCE,
  bundleOf,
  type Members,
  outcome,
  type Setup,
  type SigningKey,
  START,
  setup,
  sign,
  signingKey,
  TestIssuer,
} from "./support";

const BASE = "https://gateway.example.com/v1";
let server: TestIssuer;
let issuerKey: SigningKey;
let holder: SigningKey;
let publicJwk: Members;
let bound: string;
let twiceBound: string;
let free: string;
let fresh: Setup;

const now = START / 1000;
const principal = () => ({ kind: "oidc", issuer: server.url, subject: "support-agent" }) as const;

beforeAll(async () => {
  [issuerKey, holder] = await Promise.all([signingKey("ES256", "issuer"), signingKey("ES256", "holder")]);
  server = await TestIssuer.start([issuerKey]);
  const { kid: _kid, use: _use, alg: _alg, ...jwk } = holder.jwk;
  publicJwk = jwk;
  const { calculateJwkThumbprint } = await import("jose");
  const claims = { iss: server.url, sub: "support-agent", aud: AUDIENCE, iat: now, exp: now + 3600 };
  const jkt = await calculateJwkThumbprint(jwk);
  bound = await sign(issuerKey, { ...claims, cnf: { jkt } });
  twiceBound = await sign(issuerKey, { ...claims, cnf: { jkt, "x5t#S256": jkt } });
  free = await sign(issuerKey, claims);
});
afterAll(() => server.stop());
beforeEach(() => {
  fresh = setup(bundleOf({ support: [principal()] }), server, { baseUrl: BASE });
});

const ath = (token: string) => createHash("sha256").update(token).digest("base64url");
const proof = (changes: Members = {}, header: Members = {}, key = holder) =>
  sign(
    key,
    { htm: "POST", htu: `${BASE}/tickets`, ath: ath(bound), iat: now, jti: "one", ...changes },
    { kid: undefined, typ: "dpop+jwt", jwk: publicJwk, ...header },
  );
const show = (dpop: string | undefined, changes: Members = {}) => {
  const request = { kind: "bearer", token: bound, method: "POST", url: "/tickets", ...changes } as const;
  return dpop === undefined ? request : { ...request, dpop };
};
const attest = (dpop: string | undefined, changes: Members = {}) => outcome(fresh.attestor.attest(show(dpop, changes)));

describe("a token that is bound to a key", () => {
  it("holds with a proof of the request", async () => {
    expect(await attest(await proof())).toBe("passed");
    expect(await attest(await proof({ jti: "two" }), { url: "/tickets?page=2#top" })).toBe("passed");
    expect(await attest(await proof({ jti: "three" }), { url: `${BASE}/tickets` })).toBe("passed");
    expect(await attest(await proof({ jti: "four", htu: "HTTPS://Gateway.Example.com:443/v1/tickets?x=1" }))).toBe(
      "passed",
    );
  });

  it("does not hold without one, and a token that is free does not hold with one", async () => {
    expect(await attest(undefined)).toBe("unauthenticated binding");
    expect(await attest(undefined, { token: free })).toBe("passed");
    expect(await attest(await proof({ ath: ath(free) }), { token: free })).toBe("unauthenticated binding");
  });

  it("does not hold where it is bound to a certificate as well", async () => {
    expect(await attest(await proof({ ath: ath(twiceBound) }), { token: twiceBound })).toBe("unauthenticated binding");
  });

  it("does not hold where the proof and the request are of another server", async () => {
    for (const url of ["https://evil.example.com/v1/tickets", "https://gateway.example.com/v2/tickets"]) {
      expect(await attest(await proof({ htu: url }), { url })).toBe("unauthenticated binding");
    }
  });

  it("needs a URL of the gateway that can be read", () => {
    for (const baseUrl of ["gateway.example.com", "https://a@gateway.example.com", "ftp://gateway.example.com", ""]) {
      expect(() => setup(bundleOf({ support: [principal()] }), server, { baseUrl })).toThrow(
        "policy_unavailable: The gateway's own URL can't be read.",
      );
    }
  });

  it("does not hold where the gateway does not know its own URL", async () => {
    const { attestor } = setup(bundleOf({ support: [principal()] }), server);
    const absolute = show(await proof(), { url: `${BASE}/tickets` });
    expect(await outcome(attestor.attest(absolute))).toBe("unauthenticated binding");
  });

  it.each<[string, Members, string]>([
    ["another method", { htm: "GET" }, "binding"],
    ["the method in another case", { htm: "post" }, "binding"],
    ["another path", { htu: `${BASE}/ticket` }, "binding"],
    ["a path below", { htu: `${BASE}/tickets/` }, "binding"],
    ["another host", { htu: "https://evil.example.com/v1/tickets" }, "binding"],
    ["another port", { htu: "https://gateway.example.com:8443/v1/tickets" }, "binding"],
    ["no TLS", { htu: "http://gateway.example.com/v1/tickets" }, "binding"],
    ["a user in its URL", { htu: "https://a@gateway.example.com/v1/tickets" }, "binding"],
    ["no URL", { htu: "/tickets" }, "binding"],
    ["another token", { ath: ath("other") }, "binding"],
    ["no token", { ath: undefined }, "binding"],
    ["an earlier time", { iat: now - 61 }, "time"],
    ["a later time", { iat: now + 61 }, "time"],
    ["no time", { iat: undefined }, "binding"],
    ["no id", { jti: undefined }, "binding"],
    ["an empty id", { jti: "" }, "binding"],
    ["an id without end", { jti: "x".repeat(257) }, "binding"],
  ])("does not hold with a proof of %s", async (_what, changes, check) => {
    expect(await attest(await proof(changes))).toBe(`unauthenticated ${check}`);
  });

  it.each([now - 60, now + 60])("holds with a proof at the bound of its minute, %d", async (iat) => {
    expect(await attest(await proof({ iat }))).toBe("passed");
  });

  it.each<[string, Members]>([
    ["another type", { typ: "JWT" }],
    ["no type", { typ: undefined }],
    ["no key", { jwk: undefined }],
    ["a key that is a text", { jwk: "key" }],
  ])("does not hold with a proof of %s in its header", async (_what, header) => {
    expect(await attest(await proof({}, header))).toBe("unauthenticated binding");
  });

  it("does not hold with a proof that another key made, whichever key it shows", async () => {
    const thief = await signingKey("ES256", "thief");
    const { kid: _kid, use: _use, alg: _alg, ...own } = thief.jwk;
    expect(await attest(await proof({}, { jwk: own }, thief))).toBe("unauthenticated binding");
    expect(await attest(await proof({}, {}, thief))).toBe("unauthenticated binding");
  });

  it("does not hold with a proof that shows its private key", async () => {
    const { exportJWK } = await import("jose");
    expect(await attest(await proof({}, { jwk: await exportJWK(holder.privateKey) }))).toBe("unauthenticated binding");
    expect(await attest(await proof({}, { jwk: { ...publicJwk, k: "x" } }))).toBe("unauthenticated binding");
  });

  it("does not hold with a proof that is unsigned or signed with a secret", async () => {
    const { CompactSign } = await import("jose");
    const forged = await new CompactSign(new TextEncoder().encode("{}"))
      .setProtectedHeader({ alg: "HS256", typ: "dpop+jwt", jwk: { kty: "oct", k: "c2VjcmV0" } as never })
      .sign(new TextEncoder().encode("secret-secret-secret-secret-secret"));
    expect(await attest(forged)).toBe("unauthenticated algorithm");
    const [, claims] = (await proof()).split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "dpop+jwt", jwk: publicJwk })).toString("base64url");
    expect(await attest(`${none}.${claims}.AAAA`)).toBe("unauthenticated algorithm");
  });

  it("does not hold for a path that is written in another way than the proof's", async () => {
    for (const url of [
      "/x/../tickets",
      "/%2e/tickets",
      "https://evil.example.com/v1/tickets",
      "//evil.example.com/tickets",
    ]) {
      expect(await attest(await proof(), { url })).toBe("unauthenticated binding");
    }
  });
});

describe("a proof of possession", () => {
  it("holds once, at whichever instance", async () => {
    const once = await proof();
    expect(await attest(once)).toBe("passed");
    expect(await attest(once)).toBe("replayed binding");
    expect(await outcome(fresh.other.attest(show(once)))).toBe("replayed binding");
    expect(await attest(await proof({ iat: now + 1 }))).toBe("replayed binding");
    expect(await attest(await proof({ jti: "two" }))).toBe("passed");
  });

  it("has one winner where it comes twice at once", async () => {
    const once = await proof();
    const uses = [fresh.attestor, fresh.other, fresh.attestor].map((each) => outcome(each.attest(show(once))));
    expect((await Promise.all(uses)).sort()).toEqual(["passed", "replayed binding", "replayed binding"]);
  });

  it("is remembered for longer than it holds", async () => {
    const late = await proof({ iat: now + 60 });
    expect(await attest(late)).toBe("passed");
    fresh.clock.pass(120);
    expect(await attest(late)).toBe("replayed binding");
    fresh.clock.pass(1);
    expect(await attest(late)).toBe("unauthenticated time");
  });

  it("is not burnt by a request that it is not for", async () => {
    const once = await proof();
    expect(await attest(once, { method: "GET" })).toBe("unauthenticated binding");
    expect(await attest(once)).toBe("passed");
  });

  it("is refused while nobody can say whether it was used", async () => {
    fresh.store.isDown = true;
    expect(await attest(await proof())).toBe("store_unavailable");
  });

  it("leaves nothing of itself in the store but a digest", async () => {
    await attest(await proof({ jti: "a-telling-id" }));
    expect([...fresh.store.values.keys()]).toEqual([expect.stringMatching(/^once\|dpop\|[0-9a-f]{64}$/)]);
    expect([...fresh.store.values.values()].map(({ stored }) => stored.value)).toEqual([true]);
  });
});
