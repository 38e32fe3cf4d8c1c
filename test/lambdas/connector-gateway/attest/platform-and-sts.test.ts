import { createHash, createHmac } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import type { AttestorOptions, StsCall, StsRequest } from "../../../../lambdas/connector-gateway/core/attest";
import type { PrincipalJson } from "../../../../lib/policy/gateway-bundle";
import { AUDIENCE, bundleOf, outcome, type Setup, START, setup, TestIssuer } from "./support";

const ACCOUNT = "123456789012";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/cordon/research/support`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/support/session-1`;
const HOST = "sts.eu-west-1.amazonaws.com";
const SECRET = "secret-of-the-caller";
const KEY_ID = "ASIAEXAMPLEEXAMPLE12";

const bundle = bundleOf({
  support: [{ kind: "aws", arn: ROLE }],
  billing: [{ kind: "google", email: "b@p.iam.gserviceaccount.com" }],
});
let server: TestIssuer;
beforeAll(async () => {
  server = await TestIssuer.start();
});
afterAll(() => server.stop());

describe("a principal that the platform has verified", () => {
  const attest = (principal: PrincipalJson) => setup(bundle, server).attestor.attest({ kind: "platform", principal });

  it.each([SESSION, `arn:aws:iam::${ACCOUNT}:role/support`, ROLE])("is the agent of the role: %s", async (arn) => {
    expect(await attest({ kind: "aws", arn })).toEqual({
      agent: "support",
      principal: { kind: "aws", arn: ROLE },
      tokenDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      expiresAt: START + 60_000,
    });
  });

  it.each([
    ["unauthenticated agent", "arn:aws:sts::210987654321:assumed-role/support/session-1"],
    ["unauthenticated agent", `arn:aws:sts::${ACCOUNT}:assumed-role/other/support`],
    ["unauthenticated agent", `arn:aws-us-gov:sts::${ACCOUNT}:assumed-role/support/session-1`],
    ["unauthenticated agent", `arn:aws:iam::${ACCOUNT}:user/support`],
    ["unauthenticated principal", `arn:aws:sts::${ACCOUNT}:assumed-role/support`],
    ["unauthenticated principal", `arn:aws:sts::${ACCOUNT}:assumed-role/support/a/b`],
    ["unauthenticated principal", `arn:aws:iam::${ACCOUNT}:root`],
    ["unauthenticated principal", `arn:aws:iam::${ACCOUNT}:group/support`],
    ["unauthenticated principal", `${SESSION}\n`],
    ["unauthenticated principal", ""],
  ])("is refused, %s: %j", async (expected, arn) => {
    expect(await outcome(attest({ kind: "aws", arn }))).toBe(expected);
  });

  it("is of its own kind", async () => {
    expect(await attest({ kind: "google", email: "B@p.iam.gserviceaccount.com" })).toMatchObject({ agent: "billing" });
    expect(await outcome(attest({ kind: "oidc", issuer: "google", subject: "b@p.iam.gserviceaccount.com" }))).toBe(
      "unauthenticated agent",
    );
  });

  it("may be somebody who approves, and not an agent's", async () => {
    const { attestor } = setup(bundle, server);
    const lead = { kind: "aws", arn: `arn:aws:sts::${ACCOUNT}:assumed-role/lead/me` } as const;
    expect(await attestor.attestPrincipal({ kind: "platform", principal: lead })).toEqual(lead);
    const agent = { kind: "platform", principal: { kind: "aws", arn: SESSION } } as const;
    expect(await outcome(attestor.attestPrincipal(agent))).toBe("unauthenticated principal");
  });

  it("is refused where the kind of proof is none that is known", async () => {
    const proof = { kind: "other" } as unknown as Parameters<Setup["attestor"]["attest"]>[0];
    expect(await outcome(setup(bundle, server).attestor.attest(proof))).toBe("unauthenticated form");
  });
});

/** A request as an SDK signs it in its query. */
async function signed(
  changes: { audience?: string; at?: number; host?: string; query?: string; expires?: string } = {},
): Promise<StsRequest> {
  const { audience = AUDIENCE, at = START, host = HOST, query = "", expires = "60" } = changes;
  const signer = new AwsV4Signer({
    method: "GET",
    url: `https://${host}/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=${expires}${query}`,
    headers: { "x-cordon-audience": audience },
    accessKeyId: KEY_ID,
    secretAccessKey: SECRET,
    sessionToken: "FwoGZXIvYXdzEXAMPLE+/=",
    service: "sts",
    region: "eu-west-1",
    datetime: new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, ""),
    signQuery: true,
    allHeaders: true,
  });
  const { url } = await signer.sign();
  return { method: "GET", url: url.toString(), headers: [["x-cordon-audience", audience]] };
}

const answerFor = (
  arn: string,
  account = ACCOUNT,
) => `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>${arn}</Arn>
    <UserId>AROAEXAMPLE:session-1</UserId>
    <Account>${account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`;

const hmac = (key: Buffer | string, text: string) => createHmac("sha256", key).update(text).digest();
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

/** STS, as far as it checks signatures: computed anew from what arrives. */
class Sts {
  public readonly calls: StsCall[] = [];
  public body = answerFor(SESSION);
  public status = 200;
  public isDown = false;

  public readonly call = async (call: StsCall): Promise<{ status: number; body: string }> => {
    this.calls.push(call);
    if (this.isDown) throw new Error("unreachable");
    return this.isSigned(call) ? { status: this.status, body: this.body } : { status: 403, body: "<ErrorResponse/>" };
  };

  private isSigned({ host, target, headers }: StsCall): boolean {
    const query = new URL(`https://${host}${target}`).searchParams;
    const signature = query.get("X-Amz-Signature");
    query.delete("X-Amz-Signature");
    const canonicalQuery = [...query]
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join("&");
    const sent = new Map([["host", host], ...headers]);
    const names = (query.get("X-Amz-SignedHeaders") ?? "").split(";");
    const lines = names.map((name) => `${name}:${sent.get(name)}\n`).join("");
    const request = ["GET", "/", canonicalQuery, lines, names.join(";"), digest("")].join("\n");
    const [, day = "", region = "", service = "", end = ""] = (query.get("X-Amz-Credential") ?? "").split("/");
    const scope = [day, region, service, end].join("/");
    const text = ["AWS4-HMAC-SHA256", query.get("X-Amz-Date"), scope, digest(request)].join("\n");
    const key = [region, service, end].reduce((last, part) => hmac(last, part), hmac(`AWS4${SECRET}`, day));
    return hmac(key, text).toString("hex") === signature;
  }
}

describe("a request to STS that the caller has signed", () => {
  let sts: Sts;
  let fresh: Setup;
  const options = (): AttestorOptions => ({ stsHosts: [HOST], callSts: sts.call });
  const attest = (request: StsRequest) => outcome(fresh.attestor.attest({ kind: "sts", request }));
  beforeEach(() => {
    sts = new Sts();
    fresh = setup(bundle, server, options());
  });

  it("names the role whose credentials signed it", async () => {
    expect(await fresh.attestor.attest({ kind: "sts", request: await signed() })).toEqual({
      agent: "support",
      principal: { kind: "aws", arn: ROLE },
      tokenDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      expiresAt: START + 60_000,
    });
    expect(sts.calls).toEqual([
      {
        host: HOST,
        target: expect.stringMatching(/^\/\?Action=GetCallerIdentity&/),
        headers: [["x-cordon-audience", AUDIENCE]],
      },
    ]);
  });

  it("is sent with the gateway's audience, so that another's does not hold", async () => {
    const other = await signed({ audience: "cordon:other" });
    expect(await attest(other)).toBe("unauthenticated request");
    const disguised = { ...other, headers: [["x-cordon-audience", AUDIENCE]] } as const;
    expect(await attest(disguised)).toBe("unauthenticated signature");
  });

  it.each<[string, (url: string) => string]>([
    ["a host that only starts as STS", (url) => url.replace(HOST, `${HOST}.evil.example`)],
    ["a host that only ends as STS", (url) => url.replace(HOST, `evil-${HOST}`)],
    ["the global endpoint", (url) => url.replace(HOST, "sts.amazonaws.com")],
    ["another region's endpoint", (url) => url.replace(HOST, "sts.us-east-1.amazonaws.com")],
    ["the host in capitals", (url) => url.replace(HOST, HOST.toUpperCase())],
    ["a dot at the host's end", (url) => url.replace(HOST, `${HOST}.`)],
    ["a user before the host", (url) => url.replace("https://", "https://evil@")],
    ["the host as a user", (url) => url.replace(HOST, `${HOST}@evil.example`)],
    ["the host as a user with a password", (url) => url.replace(HOST, `${HOST}:x@evil.example`)],
    ["a port", (url) => url.replace(HOST, `${HOST}:443`)],
    ["another port", (url) => url.replace(HOST, `${HOST}:8443`)],
    ["no TLS", (url) => url.replace("https:", "http:")],
    ["backslashes", (url) => url.replace("https://", "https:\\\\")],
    ["a host after a backslash", (url) => url.replace("https://", "https://evil.example\\@")],
    ["a fragment", (url) => `${url}#x`],
    ["a path", (url) => url.replace("/?", "/x?")],
    ["two slashes", (url) => url.replace("/?", "//?")],
    ["no path", (url) => url.replace("/?", "?")],
    ["a line break", (url) => `${url}\r\nhost: evil.example`],
    ["an address", (url) => url.replace(HOST, "127.0.0.1")],
    ["another action", (url) => url.replace("GetCallerIdentity", "AssumeRole")],
    ["an action in another case", (url) => url.replace("Action=", "action=")],
    ["two actions", (url) => `${url}&Action=GetCallerIdentity`],
    ["an action in escapes that is another", (url) => url.replace("GetCallerIdentity", "GetCallerIdentity%00")],
    ["another version", (url) => url.replace("2011-06-15", "2012-01-01")],
    ["a parameter more", (url) => `${url}&DurationSeconds=900`],
    ["a parameter of no name", (url) => `${url}&`],
    ["a parameter that objects have", (url) => `${url}&constructor=1`],
    ["a value with an equals sign", (url) => url.replace("Action=", "Action==")],
    ["a broken escape", (url) => url.replace("X-Amz-Expires=60", "X-Amz-Expires=%6")],
    ["no signature", (url) => url.replace(/&X-Amz-Signature=[0-9a-f]+/, "")],
    ["a signature in capitals", (url) => url.replace(/(?<=Signature=)[0-9a-f]+/, (text) => text.toUpperCase())],
    ["no signed audience", (url) => url.replace("host%3Bx-cordon-audience", "host")],
    ["a signed header more", (url) => url.replace("host%3Bx", "host%3Ba%3Bx")],
    ["another algorithm", (url) => url.replace("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256")],
    ["credentials for another region", (url) => url.replace("%2Feu-west-1%2F", "%2Fus-east-1%2F")],
    ["credentials for another service", (url) => url.replace("%2Fsts%2F", "%2Fiam%2F")],
    ["credentials of another day", (url) => url.replace("%2F20261123%2F", "%2F20261122%2F")],
    ["a day that no month has", (url) => url.replaceAll("20261123", "20261131")],
    ["a life of more than 15 minutes", (url) => url.replace("Expires=60", "Expires=901")],
    ["a life without end", (url) => url.replace("Expires=60", "Expires=-1")],
    ["more text than a request has", (url) => `${url}${"x".repeat(9000)}`],
  ])("is refused with %s, and STS is not asked", async (_what, change) => {
    const request = await signed();
    const changed = change(request.url);
    expect(changed).not.toBe(request.url);
    expect(await attest({ ...request, url: changed })).toBe("unauthenticated request");
    expect(sts.calls).toEqual([]);
    expect(await attest(request)).toBe("passed");
  });

  it.each<[string, Partial<StsRequest>]>([
    ["another method", { method: "POST" }],
    ["no audience", { headers: [] }],
    [
      "two audiences",
      {
        headers: [
          ["x-cordon-audience", AUDIENCE],
          ["x-cordon-audience", AUDIENCE],
        ],
      },
    ],
    [
      "another host in a header",
      {
        headers: [
          ["x-cordon-audience", AUDIENCE],
          ["host", "evil.example"],
        ],
      },
    ],
    [
      "a header more",
      {
        headers: [
          ["x-cordon-audience", AUDIENCE],
          ["accept", "application/json"],
        ],
      },
    ],
  ])("is refused with %s", async (_what, change) => {
    expect(await attest({ ...(await signed()), ...change })).toBe("unauthenticated request");
  });

  it("holds for a minute around the time that it was signed at", async () => {
    for (const [seconds, expected] of [
      [-61, "unauthenticated time"],
      [-60, "passed"],
      [60, "passed"],
      [61, "unauthenticated time"],
    ] as const) {
      expect(await attest(await signed({ at: START + seconds * 1000 }))).toBe(expected);
    }
  });

  it("holds once, at whichever instance, even where STS could not be asked", async () => {
    const request = await signed();
    const uses = [fresh.attestor, fresh.other].map((each) => outcome(each.attest({ kind: "sts", request })));
    expect((await Promise.all(uses)).sort()).toEqual(["passed", "replayed request"]);
    expect(sts.calls).toHaveLength(1);
    const later = await signed({ at: START + 1000 });
    sts.isDown = true;
    expect(await attest(later)).toBe("keys_unavailable");
    sts.isDown = false;
    expect(await attest(later)).toBe("replayed request");
    fresh.clock.pass(60);
    expect(await attest(request)).toBe("replayed request");
  });

  it("is refused where STS refuses, and waits where STS is overloaded or broken", async () => {
    const outcomes: string[] = [];
    for (const [index, status] of [400, 403, 302, 201, 429, 500, 503].entries()) {
      sts.status = status;
      outcomes.push(await attest(await signed({ at: START + index * 1000 })));
    }
    expect(outcomes).toEqual([
      ...Array.from({ length: 4 }, () => "unauthenticated signature"),
      ...Array.from({ length: 3 }, () => "keys_unavailable"),
    ]);
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["an error", "<ErrorResponse/>"],
    ["another account than the ARN's", answerFor(SESSION, "210987654321")],
    ["a role of nobody", answerFor(`arn:aws:iam::${ACCOUNT}:root`)],
    ["two ARNs", answerFor(`${SESSION}</Arn><Arn>${SESSION}`)],
    ["an ARN in place of an id", answerFor(SESSION).replace(/UserId/g, "Arn")],
    ["a comment in the ARN", answerFor(`arn:aws:sts::${ACCOUNT}:assumed-role/<!-- -->support/session-1`)],
    ["an entity in the ARN", answerFor(SESSION.replace("support", "supp&#111;rt"))],
    ["a blank in the ARN", answerFor(` ${SESSION}`)],
    ["a comment", answerFor(SESSION).replace("<ResponseMetadata>", "<!-- --><ResponseMetadata>")],
    ["another namespace", answerFor(SESSION).replace("sts.amazonaws.com", "sts.evil.example")],
    ["something after its end", `${answerFor(SESSION)}<x/>`],
    ["something before its start", `x${answerFor(SESSION)}`],
    ["a document type", `<!DOCTYPE x []>${answerFor(SESSION)}`],
    ["ends that don't fit", answerFor(SESSION).replace("</Arn>", "</UserId>")],
    ["JSON", JSON.stringify({ Arn: SESSION })],
    ["more than an answer has", answerFor(SESSION) + " ".repeat(20_000)],
  ])("is refused where STS answers %s", async (_what, body) => {
    sts.body = body;
    expect(await attest(await signed())).toBe("unauthenticated signature");
  });

  it("holds where STS says its members in another order, with an XML declaration", async () => {
    const [arn = ""] = /<Arn>.*<\/Arn>/.exec(sts.body) ?? [];
    sts.body = `<?xml version="1.0" encoding="UTF-8"?>\n${sts.body.replace(arn, "").replace("</Account>", `</Account>${arn}`)}`;
    expect(await attest(await signed())).toBe("passed");
  });

  it("is refused where no endpoint is allowed, and endpoints are STS's alone", async () => {
    const closed = setup(bundle, server);
    expect(await outcome(closed.attestor.attest({ kind: "sts", request: await signed() }))).toBe(
      "unauthenticated request",
    );
    const none = setup(bundle, server, { callSts: sts.call });
    expect(await outcome(none.attestor.attest({ kind: "sts", request: await signed() }))).toBe(
      "unauthenticated request",
    );
    for (const host of [
      "sts.amazonaws.com",
      "sts.eu-west-1.amazonaws.com.evil.example",
      "evil.example",
      `${HOST}:443`,
    ]) {
      expect(() => setup(bundle, server, { stsHosts: [host] })).toThrow(
        "policy_unavailable: A host is no regional STS endpoint.",
      );
    }
    for (const host of [
      HOST,
      "sts-fips.us-gov-west-1.amazonaws.com",
      "sts.cn-north-1.amazonaws.com.cn",
      "sts.eu-west-1.api.aws",
    ]) {
      expect(() => setup(bundle, server, { stsHosts: [host] })).not.toThrow();
    }
  });
});
