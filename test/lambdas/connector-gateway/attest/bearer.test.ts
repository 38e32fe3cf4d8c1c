import type { webcrypto } from "node:crypto";
import { Attestor } from "../../../../lambdas/connector-gateway/core/attest";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import {
  AUDIENCE,
  base64url,
  bundleOf,
  type Members,
  outcome,
  type Setup,
  type SigningKey,
  START,
  setup,
  sign,
  signingKey,
  signText,
  TestIssuer,
} from "./support";

let server: TestIssuer;
let rsa: SigningKey;
let ec: SigningKey;
let fresh: Setup;

const bearer = (token: string) => ({ kind: "bearer", token, method: "GET", url: "/tickets/1" }) as const;
const attest = (attestor: Attestor, token: string) => outcome(attestor.attest(bearer(token)));

beforeAll(async () => {
  [rsa, ec] = await Promise.all([signingKey("RS256", "rsa-1"), signingKey("ES256", "ec-1")]);
  server = await TestIssuer.start([rsa, ec]);
});
afterAll(() => server.stop());
beforeEach(() => {
  server.keys = [rsa.jwk, ec.jwk];
  server.answer = undefined;
  fresh = setup(bundleOf({ support: [{ kind: "oidc", issuer: server.url, subject: "support-agent" }] }), server);
});

const claims = (changes: Members = {}): Members => {
  const now = Math.floor(START / 1000);
  return { iss: server.url, sub: "support-agent", aud: AUDIENCE, iat: now, exp: now + 600, ...changes };
};
const without = (claim: string): Members => {
  const { [claim]: _left, ...rest } = claims();
  return rest;
};

describe("a bearer token", () => {
  it("names the agent whose principal it is, and never says itself", async () => {
    const token = await sign(rsa, claims());
    const caller = await fresh.attestor.attest(bearer(token));
    expect(caller).toEqual({
      agent: "support",
      principal: { kind: "oidc", issuer: server.url, subject: "support-agent" },
      tokenDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      expiresAt: START + 600_000,
    });
    expect(JSON.stringify(caller)).not.toContain(token.split(".")[1]);
  });

  it.each(["RS256", "PS256", "ES256", "ES384", "EdDSA"])("holds when it is signed with %s", async (alg) => {
    const key = await signingKey(alg, "other");
    server.keys = [key.jwk];
    expect(await attest(fresh.attestor, await sign(key, claims()))).toBe("passed");
  });

  it("holds where the audience is one of several", async () => {
    expect(await attest(fresh.attestor, await sign(ec, claims({ aud: ["other", AUDIENCE] })))).toBe("passed");
  });

  it.each<[string, Members, string]>([
    ["for another audience", { aud: "cordon:other" }, "audience"],
    ["for an audience that starts as the right one", { aud: `${AUDIENCE}-2` }, "audience"],
    ["with a number among its audiences", { aud: [AUDIENCE, 1] }, "audience"],
    ["with its audience in an object", { aud: { 0: AUDIENCE } }, "audience"],
    ["that has ended", { exp: START / 1000 }, "time"],
    ["that ends in a text", { exp: "2030" }, "claims"],
    ["that ends between two seconds", { exp: START / 1000 + 600.5 }, "claims"],
    ["that begins later than clocks differ", { nbf: START / 1000 + 61 }, "time"],
    ["issued later than clocks differ", { iat: START / 1000 + 61 }, "time"],
    ["that lives for more than a day", { exp: START / 1000 + 86_401 }, "time"],
    ["issued long ago, of which a minute is left", { iat: START / 1000 - 86_400, exp: START / 1000 + 60 }, "time"],
    ["of another issuer", { iss: "https://elsewhere.example.com" }, "issuer"],
    ["of its issuer with a slash at the end", { iss: "SLASH" }, "issuer"],
    ["that is a security event", { events: {} }, "claims"],
    ["of a subject that no agent is", { sub: "other-agent" }, "agent"],
    ["of a subject in another case", { sub: "Support-Agent" }, "agent"],
    ["of a subject that is a list", { sub: ["support-agent"] }, "principal"],
    ["bound to a certificate", { cnf: { "x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" } }, "binding"],
    ["bound to nothing", { cnf: {} }, "binding"],
    ["bound to null", { cnf: null }, "binding"],
  ])("is refused %s", async (_what, changes, check) => {
    const changed = changes["iss"] === "SLASH" ? { iss: `${server.url}/` } : changes;
    expect(await attest(fresh.attestor, await sign(rsa, claims(changed)))).toBe(`unauthenticated ${check}`);
  });

  it.each([
    ["exp", "time"],
    ["iat", "claims"],
    ["aud", "audience"],
    ["iss", "issuer"],
    ["sub", "principal"],
  ])("is refused without %s", async (claim, check) => {
    expect(await attest(fresh.attestor, await sign(rsa, without(claim)))).toBe(`unauthenticated ${check}`);
  });

  it("holds up to the bounds of time, and not past them", async () => {
    const edge = await sign(
      rsa,
      claims({ iat: START / 1000 + 60, nbf: START / 1000 + 60, exp: START / 1000 + 86_460 }),
    );
    expect(await attest(fresh.attestor, edge)).toBe("passed");
    const token = await sign(rsa, claims());
    fresh.clock.pass(599);
    expect(await attest(fresh.attestor, token)).toBe("passed");
    fresh.clock.pass(1);
    expect(await attest(fresh.attestor, token)).toBe("unauthenticated time");
  });

  it.each<[string, Members, string]>([
    ["names no key", { kid: undefined }, "key"],
    ["names a key that the issuer does not have", { kid: "rsa-2" }, "key"],
    ["names a key of another algorithm", { kid: "ec-1" }, "key"],
    ["has a critical extension", { crit: ["b64"], b64: true }, "form"],
    ["says where its key is", { jku: "https://evil.example.com/keys" }, "form"],
    ["brings its key", { jwk: {} }, "type"],
    ["is a proof of possession", { typ: "dpop+jwt" }, "type"],
    ["is a logout", { typ: "logout+jwt" }, "type"],
    ["has a type that is no text", { typ: 1 }, "type"],
    ["has the type that SPIFFE alone allows", { typ: "JOSE" }, "type"],
  ])("is refused where its header %s", async (_what, header, check) => {
    expect(await attest(fresh.attestor, await sign(rsa, claims(), header))).toBe(`unauthenticated ${check}`);
  });

  it.each(["JWT", "jwt", "at+jwt", "application/at+jwt", undefined])("may have the type %s", async (typ) => {
    expect(await attest(fresh.attestor, await sign(rsa, claims(), { typ }))).toBe("passed");
  });

  it("is refused unsigned, and signed with the public key as a secret", async () => {
    const body = base64url(claims());
    const none = `${base64url({ alg: "none", kid: "rsa-1" })}.${body}.`;
    expect(await attest(fresh.attestor, none)).toBe("unauthenticated form");
    expect(await attest(fresh.attestor, `${none}AAAA`)).toBe("unauthenticated algorithm");
    const { CompactSign, exportSPKI, importJWK } = await import("jose");
    const pem = await exportSPKI((await importJWK(rsa.jwk, "RS256")) as webcrypto.CryptoKey);
    for (const secret of [pem, JSON.stringify(rsa.jwk)]) {
      const forged = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims())))
        .setProtectedHeader({ alg: "HS256", kid: "rsa-1" })
        .sign(new TextEncoder().encode(secret));
      expect(await attest(fresh.attestor, forged)).toBe("unauthenticated algorithm");
    }
  });

  it("is refused when another key of the same id signed it", async () => {
    const other = await signingKey("RS256", "rsa-1");
    expect(await attest(fresh.attestor, await sign(other, claims()))).toBe("unauthenticated signature");
  });

  it("is refused where a secret stands among the issuer's keys", async () => {
    server.keys = [{ kty: "oct", k: "c2VjcmV0", kid: "rsa-1", alg: "HS256" }, ec.jwk];
    expect(await attest(fresh.attestor, await sign(rsa, claims()))).toBe("unauthenticated key");
  });

  it.each([
    ["a claim twice", (body: string) => body.replace('"sub"', '"sub":"other-agent","sub"')],
    ["a claim twice, once in escapes", (body: string) => body.replace('"sub"', '"s\\u0075b":"other-agent","sub"')],
    ["something after its end", (body: string) => `${body}{}`],
    ["a byte order mark", (body: string) => `\uFEFF${body}`],
    ["a list", (body: string) => `[${body}]`],
    ["nothing", () => ""],
  ])("is refused where its claims are or have %s", async (_what, change) => {
    const token = await signText(rsa, change(JSON.stringify(claims())));
    expect(await attest(fresh.attestor, token)).toBe("unauthenticated form");
    expect(await attest(fresh.attestor, await signText(rsa, JSON.stringify(claims())))).toBe("passed");
  });

  it.each(["", "a.b", "a.b.c.d", "..", "x".repeat(20_000)])("is refused as text that is none: %.8s", async (text) => {
    expect(await attest(fresh.attestor, text)).toBe("unauthenticated form");
  });

  it("is refused where two agents have its principal, however it is written", async () => {
    const principal = { kind: "oidc", issuer: server.url, subject: "support-agent" } as const;
    const { attestor } = setup(bundleOf({ a: [principal], b: [{ ...principal }] }), server);
    expect(await attest(attestor, await sign(rsa, claims()))).toBe("unauthenticated agent");
    const once = setup(bundleOf({ a: [principal, { ...principal }] }), server);
    expect(await attest(once.attestor, await sign(rsa, claims()))).toBe("passed");
  });

  it("says no more than a short word of why", async () => {
    const token = await sign(rsa, claims({ aud: "secret-audience" }));
    const error = await fresh.attestor.attest(bearer(token)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GatewayProblem);
    expect((error as GatewayProblem).toJSON()).toEqual({
      type: "urn:cdktf-cordon:problem:unauthenticated",
      title: "unauthenticated",
      status: 401,
      detail: "The caller could not be identified.",
      reason: "unauthenticated",
      check: "audience",
    });
  });
});

describe("keys of a token's issuer", () => {
  it("may change: a token of a new key holds, one of an old key no longer", async () => {
    const next = await signingKey("ES256", "ec-2");
    expect(await attest(fresh.attestor, await sign(ec, claims()))).toBe("passed");
    server.keys = [next.jwk];
    fresh.clock.pass(31);
    expect(await attest(fresh.attestor, await sign(next, claims()))).toBe("passed");
    expect(await attest(fresh.attestor, await sign(ec, claims({ jti: "2" })))).toBe("unauthenticated key");
  });

  it("serve while the issuer is down, and without any the answer is that none are to be had", async () => {
    const exp = START / 1000 + 86_400;
    const before = await sign(ec, claims({ exp, jti: "1" }));
    const after = await sign(ec, claims({ exp, jti: "2" }));
    expect(await attest(fresh.attestor, before)).toBe("passed");
    const asked = server.requests.length;
    server.answer = (response) => response.writeHead(503).end();
    fresh.clock.pass(3600);
    expect(await attest(fresh.attestor, after)).toBe("passed");
    expect(server.requests.length).toBeGreaterThan(asked);
    expect(await attest(fresh.other, after)).toBe("keys_unavailable");
  });
});

describe("a token that held", () => {
  it("is remembered for a minute, and is no person's however it is asked", async () => {
    const token = await sign(rsa, claims());
    const reads = { count: 0 };
    const keys = { keys: [rsa.jwk] };
    const bundle = bundleOf({ support: [{ kind: "oidc", issuer: server.url, subject: "support-agent" }] });
    const source = {
      keys: async () => {
        reads.count++;
        return keys;
      },
    };
    const attestor = new Attestor(bundle, source, fresh.store, fresh.clock.read);
    const seen: number[] = [];
    for (const seconds of [0, 59, 1, 59]) {
      fresh.clock.pass(seconds);
      expect(await attest(attestor, token)).toBe("passed");
      seen.push(reads.count);
    }
    expect(seen).toEqual([1, 1, 2, 2]);
    expect(await outcome(attestor.attestPrincipal(bearer(token)))).toBe("unauthenticated principal");
  });

  it("is forgotten when more came than are remembered", async () => {
    const reads = { count: 0 };
    const bundle = bundleOf({ support: [{ kind: "oidc", issuer: server.url, subject: "support-agent" }] });
    const keys = { keys: [rsa.jwk] };
    const source = {
      keys: async () => {
        reads.count++;
        return keys;
      },
    };
    const attestor = new Attestor(bundle, source, fresh.store, fresh.clock.read, { rememberedTokens: 2 });
    const tokens = await Promise.all(["1", "2", "3"].map((jti) => sign(rsa, claims({ jti }))));
    for (const token of tokens) await attest(attestor, token);
    await attest(attestor, tokens[2] ?? "");
    expect(reads.count).toBe(3);
    await attest(attestor, tokens[0] ?? "");
    expect(reads.count).toBe(4);
  });
});
