import { type Caller, trustedIssuers } from "../../../../lambdas/connector-gateway/core/attest";
import type { PrincipalJson } from "../../../../lib/policy/gateway-bundle";
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

let server: TestIssuer;
let key: SigningKey;

const TENANT = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";
const OTHER_TENANT = "82229342-1101-4ab6-817b-70c0747630f3";
const OBJECT = "690222be-ff1a-4d56-abd1-7e4f7d38e474";
const PERSON = "02223b6b-aa1d-42d4-9ec0-1b2bb9194438";
const V1 = `https://sts.windows.net/${TENANT}/`;
const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`;
const AWS = "https://a1faa616-d595-447d-bdfd-64b774ab199c.tokens.sts.global.api.aws";
const ACCOUNT = "123456789012";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/cordon/research/support`;
const ACCOUNT_EMAIL = "support@project.iam.gserviceaccount.com";

const agents: { [name: string]: PrincipalJson[] } = {
  "on-aws": [{ kind: "aws", arn: ROLE }],
  "on-google": [{ kind: "google", email: ACCOUNT_EMAIL }],
  "on-azure": [{ kind: "entra", tenant: TENANT.toUpperCase(), objectId: OBJECT }],
  "on-spiffe": [{ kind: "spiffe", id: "spiffe://example.org/ns/research/support" }],
  misplaced: [
    { kind: "google", email: "dev@example.com" },
    { kind: "entra", tenant: TENANT, objectId: PERSON },
  ],
};
const approvers = {
  leads: [
    { kind: "google", email: "Lead@Example.com" },
    { kind: "entra", tenant: TENANT, objectId: "11111111-aa1d-42d4-9ec0-1b2bb9194438" },
  ] satisfies PrincipalJson[],
};
const trust = {
  awsIssuers: [{ issuer: AWS, account: ACCOUNT }],
  spiffeBundles: { "example.org": "https://spire.example.org/bundle" },
};

beforeAll(async () => {
  key = await signingKey("RS256", "key-1");
  server = await TestIssuer.start();
});
afterAll(() => server.stop());

let fresh: Setup;
beforeEach(() => {
  server.keys = [key.jwk];
  fresh = setup(bundleOf(agents, approvers), server, trust);
});

const now = START / 1000;
const common = { aud: AUDIENCE, iat: now, exp: now + 3600 };
const show = async (claims: Members, signer = key) => {
  const token = await sign(signer, { ...common, ...claims });
  return { kind: "bearer", token, method: "GET", url: "/" } as const;
};
const attest = async (claims: Members) => outcome(fresh.attestor.attest(await show(claims)));
const caller = async (claims: Members): Promise<Caller> => fresh.attestor.attest(await show(claims));
const person = async (claims: Members) => fresh.attestor.attestPrincipal(await show(claims));

describe("a token of AWS STS", () => {
  const of = (changes: Members = {}): Members => ({
    iss: AWS,
    sub: ROLE,
    "https://sts.amazonaws.com/": { aws_account: ACCOUNT },
    ...changes,
  });

  it.each([
    ["a role with its path", ROLE],
    ["a role without it", `arn:aws:iam::${ACCOUNT}:role/support`],
    ["a session of the role", `arn:aws:sts::${ACCOUNT}:assumed-role/support/i-0abc`],
  ])("names %s", async (_what, sub) => {
    expect(await caller(of({ sub }))).toMatchObject({ agent: "on-aws", principal: { kind: "aws", arn: ROLE } });
  });

  it.each([
    ["another role", { sub: `arn:aws:iam::${ACCOUNT}:role/cordon/research/support2` }, "agent"],
    ["a role in another case", { sub: `arn:aws:iam::${ACCOUNT}:role/Support` }, "agent"],
    ["a user of the role's name", { sub: `arn:aws:iam::${ACCOUNT}:user/support` }, "agent"],
    ["a session that is named like the role", { sub: `arn:aws:sts::${ACCOUNT}:assumed-role/x/support` }, "agent"],
    ["the role in another partition", { sub: `arn:aws-cn:iam::${ACCOUNT}:role/support` }, "agent"],
    ["a role of an account that is not the issuer's", { sub: "arn:aws:iam::210987654321:role/support" }, "principal"],
    ["an account's root", { sub: `arn:aws:iam::${ACCOUNT}:root` }, "principal"],
    ["a federated user", { sub: `arn:aws:sts::${ACCOUNT}:federated-user/support` }, "principal"],
    ["a line after the ARN", { sub: `${ROLE}\n` }, "principal"],
    ["an account that differs", { "https://sts.amazonaws.com/": { aws_account: "210987654321" } }, "principal"],
    ["the issuer of another account", { iss: AWS.replace("a1faa616", "b1faa616") }, "issuer"],
    ["an issuer below another name", { iss: `${AWS}.evil.example` }, "issuer"],
  ])("is refused for %s", async (_what, changes, check) => {
    expect(await attest(of(changes))).toBe(`unauthenticated ${check}`);
  });
});

describe("an identity token of Google", () => {
  const of = (changes: Members = {}): Members => ({
    iss: "https://accounts.google.com",
    sub: "1234567890",
    email: ACCOUNT_EMAIL,
    email_verified: true,
    ...changes,
  });

  it("names a service account by its address", async () => {
    expect(await caller(of())).toMatchObject({
      agent: "on-google",
      principal: { kind: "google", email: ACCOUNT_EMAIL },
    });
  });

  it.each([
    ["whose address is not verified", { email_verified: false }, "principal"],
    ["whose address is verified in words", { email_verified: "true" }, "principal"],
    ["without an address", { email: undefined }, "principal"],
    ["of another account", { email: "other@project.iam.gserviceaccount.com" }, "agent"],
    [
      "of an address that only looks like it",
      { email: `${ACCOUNT_EMAIL}.example.com`, hd: "example.com" },
      "principal",
    ],
    ["of a person, even one that an agent is said to be", { email: "dev@example.com", hd: "example.com" }, "principal"],
    ["of an issuer without its scheme", { iss: "accounts.google.com" }, "issuer"],
  ])("is refused %s", async (_what, changes, check) => {
    expect(await attest(of(changes))).toBe(`unauthenticated ${check}`);
  });

  it("names an approver where Google gives the address out", async () => {
    const lead = { email: "lead@example.com", hd: "example.com" };
    expect(await person(of(lead))).toEqual({ kind: "google", email: "Lead@Example.com" });
    expect(await person(of({ email: "someone@gmail.com" }))).toEqual({ kind: "google", email: "someone@gmail.com" });
    expect(await outcome(person(of({ email: "lead@example.com" })))).toBe("unauthenticated principal");
  });

  it("does not name an approver where it is an agent's", async () => {
    expect(await outcome(person(of()))).toBe("unauthenticated principal");
  });
});

describe("a token of Entra", () => {
  const app = (changes: Members = {}): Members => ({
    iss: V2,
    tid: TENANT,
    oid: OBJECT,
    sub: OBJECT,
    ver: "2.0",
    idtyp: "app",
    ...changes,
  });

  it.each<[string, Members]>([
    ["of version 2", {}],
    ["of version 1", { iss: V1, ver: "1.0" }],
    ["that does not tell its type but has no claim of a person", { idtyp: undefined }],
    ["with roles and directory roles, as applications may have", { roles: ["a"], wids: ["b"] }],
  ])("%s names an application", async (_what, changes) => {
    expect(await caller(app(changes))).toMatchObject({
      agent: "on-azure",
      principal: { kind: "entra", tenant: TENANT.toUpperCase(), objectId: OBJECT },
    });
  });

  it.each<[string, Members, string]>([
    ["of a user", { idtyp: "user" }, "principal"],
    ["of a device", { idtyp: "device" }, "principal"],
    ["with scopes, as only users' have", { idtyp: undefined, scp: "access_as_user" }, "principal"],
    ["with the name of a user", { idtyp: undefined, preferred_username: "a@example.com" }, "principal"],
    ["of no type, with a subject of its own", { idtyp: undefined, sub: "HKZpfaHyWadeOouYlitjrI" }, "principal"],
    ["of an application with scopes", { scp: "access_as_user" }, "principal"],
    ["of another tenant than its issuer", { tid: OTHER_TENANT }, "principal"],
    ["without a tenant", { tid: undefined }, "principal"],
    ["without an object", { oid: undefined }, "principal"],
    ["of another object", { oid: OTHER_TENANT, sub: OTHER_TENANT }, "agent"],
    ["of another version than its issuer's", { ver: "1.0" }, "principal"],
    ["without a version", { ver: undefined }, "principal"],
    ["of a tenant that no principal is of", { iss: V2.replace(TENANT, OTHER_TENANT), tid: OTHER_TENANT }, "issuer"],
    ["of all tenants", { iss: "https://login.microsoftonline.com/common/v2.0" }, "issuer"],
    ["of a user that an agent is said to be", { oid: PERSON, sub: "x", idtyp: undefined, scp: "x" }, "principal"],
  ])("is refused %s", async (_what, changes, check) => {
    expect(await attest(app(changes))).toBe(`unauthenticated ${check}`);
  });

  it("names a person to approve", async () => {
    const oid = "11111111-AA1D-42D4-9EC0-1b2bb9194438";
    expect(await person(app({ oid, sub: "x", idtyp: undefined, scp: "approve" }))).toEqual(approvers.leads[1]);
  });

  it("names nobody where it contradicts itself", async () => {
    expect(await outcome(person(app({ oid: PERSON.replace("0", "1"), scp: "approve" })))).toBe(
      "unauthenticated principal",
    );
  });

  it("holds with keys that are the tenant's or everyone's, and not with another tenant's", async () => {
    const outcomes: string[] = [];
    const issuers = ["https://login.microsoftonline.com/{tenantid}/v2.0", V2, V2.replace(TENANT, OTHER_TENANT), 7];
    for (const issuer of issuers) {
      server.keys = [{ ...key.jwk, issuer }];
      fresh = setup(bundleOf(agents), server);
      outcomes.push(await attest(app()));
    }
    expect(outcomes).toEqual(["passed", "passed", "unauthenticated key", "unauthenticated key"]);
  });
});

describe("a JWT-SVID", () => {
  const ID = "spiffe://example.org/ns/research/support";
  const of = (changes: Members = {}): Members => ({ sub: ID, iat: undefined, ...changes });
  beforeEach(() => {
    server.keys = [{ ...key.jwk, use: "jwt-svid", alg: undefined }];
  });

  it("names a workload, with and without an issuer, and without when it was issued", async () => {
    const principal = { kind: "spiffe", id: ID };
    expect(await caller(of())).toMatchObject({ agent: "on-spiffe", principal });
    expect(await caller(of({ iss: "https://spire.example.org", iat: now }))).toMatchObject({ agent: "on-spiffe" });
  });

  it.each([
    ["of another trust domain", { sub: "spiffe://evil.example/ns/research/support" }, "issuer"],
    ["of a trust domain below it", { sub: "spiffe://a.example.org/ns/research/support" }, "issuer"],
    ["of the trust domain itself", { sub: "spiffe://example.org" }, "issuer"],
    ["with steps in its path", { sub: "spiffe://example.org/x/../ns/research/support" }, "issuer"],
    ["with a user in it", { sub: "spiffe://a@example.org/ns/research/support" }, "issuer"],
    ["of another workload", { sub: "spiffe://example.org/ns/research/support/2" }, "agent"],
    ["for more than a day", { exp: now + 86_401 }, "time"],
    ["whose issuer is a trust domain, without a subject of it", { iss: "spiffe://example.org", sub: "x" }, "issuer"],
  ])("is refused %s", async (_what, changes, check) => {
    expect(await attest(of(changes))).toBe(`unauthenticated ${check}`);
  });

  it("may have the type that SPIFFE allows besides JWT", async () => {
    const token = await sign(key, { ...common, ...of() }, { typ: "JOSE" });
    const proof = { kind: "bearer", token, method: "GET", url: "/" } as const;
    expect(await outcome(fresh.attestor.attest(proof))).toBe("passed");
  });

  it("is refused with keys of the bundle that are for certificates or for nothing", async () => {
    const outcomes: string[] = [];
    for (const use of ["x509-svid", "sig", undefined]) {
      server.keys = [{ ...key.jwk, use }];
      fresh = setup(bundleOf(agents), server, trust);
      outcomes.push(await attest(of()));
    }
    expect(new Set(outcomes)).toEqual(new Set(["unauthenticated key"]));
  });
});

describe("issuers that are trusted", () => {
  it("are those that the policy's principals need", () => {
    const issuers = trustedIssuers(bundleOf({ a: [{ kind: "oidc", issuer: "https://id.example.com", subject: "x" }] }));
    expect(issuers).toEqual([{ issuer: "https://id.example.com", kind: "oidc" }]);
    const google = trustedIssuers(bundleOf({}, { leads: [{ kind: "google", email: "a@example.com" }] }));
    expect(google.map(({ issuer, keysUrl }) => [issuer, keysUrl])).toEqual([
      ["https://accounts.google.com", "https://www.googleapis.com/oauth2/v3/certs"],
    ]);
    expect(trustedIssuers(bundleOf({ a: agents["on-azure"] ?? [] }))).toEqual([
      {
        issuer: V1,
        kind: "entra",
        scope: TENANT,
        keysUrl: `https://login.microsoftonline.com/${TENANT}/discovery/keys`,
      },
      {
        issuer: V2,
        kind: "entra",
        scope: TENANT,
        keysUrl: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
      },
    ]);
    expect(trustedIssuers(bundleOf({ a: agents["on-aws"] ?? [] }))).toEqual([]);
  });

  it.each(["https://accounts.google.com", V1, V2, AWS])("are not %s by another name", (issuer) => {
    expect(() => trustedIssuers(bundleOf({ a: [{ kind: "oidc", issuer, subject: "x" }] }))).toThrow(
      "policy_unavailable: A principal of kind 'oidc' names an issuer whose principals have a kind of their own.",
    );
  });

  it.each(["http://x.tokens.sts.global.api.aws", `${AWS}/`, `${AWS}.evil.example`, "https://sts.amazonaws.com"])(
    "are not %s for AWS",
    (issuer) => {
      expect(() => trustedIssuers(bundleOf({}), { awsIssuers: [{ issuer, account: ACCOUNT }] })).toThrow(
        "policy_unavailable: An issuer of AWS has to be an account's own, such as https://ID.tokens.sts.global.api.aws.",
      );
    },
  );

  it.each<PrincipalJson>([
    { kind: "aws", arn: "arn:aws:iam::123456789012:root" },
    { kind: "google", email: "nobody" },
    { kind: "entra", tenant: "common", objectId: OBJECT },
    { kind: "spiffe", id: "spiffe://example.org" },
    { kind: "oidc", issuer: "https://id.example.com", subject: "" },
    { kind: "other" } as unknown as PrincipalJson,
  ])("need principals that somebody can be: $kind", (principal) => {
    expect(() => setup(bundleOf({ support: [principal] }), server)).toThrow(
      "policy_unavailable: The policy's agent 'support' has a principal that can't be read.",
    );
    expect(() => setup(bundleOf({}, { leads: [principal] }), server)).toThrow(
      "policy_unavailable: The policy's approvers 'leads' has a principal that can't be read.",
    );
  });
});
