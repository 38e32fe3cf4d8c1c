import fc from "fast-check";
import { Attestor } from "../../../../lambdas/connector-gateway/core/attest";
import { readAwsArn } from "../../../../lambdas/connector-gateway/core/attest/aws-arn";
import { readStsAnswer } from "../../../../lambdas/connector-gateway/core/attest/sts-answer";
import { readStsRequest } from "../../../../lambdas/connector-gateway/core/attest/sts-request";
import { AUDIENCE, bundleOf, outcome, type SigningKey, START, sign, signingKey, TestClock, TestStore } from "./support";

const ISSUER = "https://id.example.com";
const clock = new TestClock();
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ %\n\u0000é";

function attestorFor(key: SigningKey): Attestor {
  const keys = { keys: [key.jwk] };
  const bundle = bundleOf({ support: [{ kind: "oidc", issuer: ISSUER, subject: "support" }] });
  return new Attestor(bundle, { keys: async () => keys }, new TestStore(clock.read), clock.read);
}

describe.each(["RS256", "PS256", "ES256", "ES384", "EdDSA"])("a token signed with %s", (alg) => {
  let attestor: Attestor;
  let token: string;
  beforeAll(async () => {
    const key = await signingKey(alg, "key-1");
    attestor = attestorFor(key);
    const claims = { iss: ISSUER, sub: "support", aud: AUDIENCE, iat: START / 1000, exp: START / 1000 + 600 };
    token = await sign(key, claims);
    expect(await attest(token)).toBe("passed");
  });
  const attest = (text: string) => outcome(attestor.attest({ kind: "bearer", token: text, method: "GET", url: "/" }));

  it("is refused with any one character changed, added or left out", async () => {
    const edit = fc.record({
      at: fc.nat({ max: token.length - 1 }),
      by: fc.constantFrom(...ALPHABET),
      how: fc.constantFrom("change", "add", "leave"),
    });
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, by, how }) => {
        const after = token.slice(how === "add" ? at : at + 1);
        const changed = `${token.slice(0, at)}${how === "leave" ? "" : by}${after}`;
        fc.pre(changed !== token);
        expect(await attest(changed)).toMatch(/^unauthenticated /);
      }),
      { numRuns: 400 },
    );
  });

  it("is refused with any other last character, which may stand for the same bytes", async () => {
    const parts = token.split(".");
    for (const index of [0, 1, 2]) {
      for (const last of ALPHABET) {
        const changed = parts.map((part, at) => (at === index ? part.slice(0, -1) + last : part)).join(".");
        if (changed !== token) expect(await attest(changed)).toMatch(/^unauthenticated /);
      }
    }
  });
});

describe("readers of what callers and platforms send", () => {
  it("refuse or read any text as a token, and nothing else happens", async () => {
    const key = await signingKey("EdDSA", "key-1");
    const attestor = attestorFor(key);
    const part = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.json().map((text) => Buffer.from(text).toString("base64url")),
      fc.constantFrom("e30", "bnVsbA", Buffer.from('{"alg":"EdDSA","kid":"key-1"}').toString("base64url")),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
        const proof = { kind: "bearer", token: parts.join("."), method: "GET", url: "/" } as const;
        expect(await outcome(attestor.attest(proof))).toMatch(/^unauthenticated /);
      }),
    );
  });

  it("read roles by their account and name alone, whatever the path", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_+=,.@-]{1,64}$/);
    const path = fc.array(fc.stringMatching(/^[!-.0-~]{1,10}$/), { maxLength: 3 });
    fc.assert(
      fc.property(name, path, fc.stringMatching(/^[0-9]{12}$/), (role, steps, account) => {
        const named = readAwsArn(`arn:aws:iam::${account}:role/${[...steps, role].join("/")}`);
        expect(named).toEqual({ partition: "aws", account, name: `role/${role}` });
        expect(readAwsArn(`arn:aws:sts::${account}:assumed-role/${role}/session`)).toEqual(named);
      }),
    );
  });

  it("read no text as an ARN, an answer or a request that has not its form", () => {
    const texts = fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true }), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(texts, (text) => {
        expect(readAwsArn(text)).toBeUndefined();
        expect(readStsAnswer(text)).toBeUndefined();
        const rules = { hosts: ["sts.eu-west-1.amazonaws.com"], audience: AUDIENCE };
        const request = { method: "GET", url: text, headers: [["x-cordon-audience", AUDIENCE]] } as const;
        expect(() => readStsRequest(request, rules)).toThrow("unauthenticated: The caller could not be identified.");
      }),
    );
  });
});
