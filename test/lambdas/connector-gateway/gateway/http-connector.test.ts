import { Connector } from "../../../../lib/policy/connector";
import { Credential } from "../../../../lib/policy/credential";
import { Approval, Budget, RateLimit } from "../../../../lib/policy/limits";
import { Operation } from "../../../../lib/policy/operation";
import { Redaction } from "../../../../lib/policy/redaction";
import { Tenancy } from "../../../../lib/policy/tenancy";
import { sample } from "../detect/samples";
import { ANN, BEN, type Harness, harness, jsonBody } from "./harness";

const GITHUB_TOKEN = sample("github-personal-token", 7);
const base = Connector.http("tickets", {
  host: "acme.example.com",
  reason: "support desk",
  credential: Credential.secret("desk-token"),
});
const gatewayWith = (connector: Connector, mode: "enforce" | "monitor" = "enforce"): Harness =>
  harness({ connectors: [connector], mode });
const last = ({ records }: Harness): Record<string, unknown> => records.at(-1) ?? {};

describe("an operation of an HTTP connector", () => {
  const read = base.permit(Operation.get("/tickets/{id}"));

  test("passes to the connector's host with a credential that the agent never sees", async () => {
    const one = gatewayWith(read);
    one.reply = () => ({ body: '{"id":7}' });
    const answer = await one.ask({ target: "/tickets/7?full=1", headers: [["accept", "application/json"]] });
    expect(answer).toMatchObject({ status: 200, text: '{"id":7}' });
    expect(one.sent).toEqual([
      {
        host: "acme.example.com",
        port: 443,
        method: "GET",
        target: "/tickets/7?full=1",
        headers: [
          ["accept", "application/json"],
          ["authorization", "Bearer the-secret-of-desk-token"],
        ],
        body: expect.anything(),
      },
    ]);
    expect(JSON.stringify(one.records)).not.toContain("the-secret-of");
  });

  test.each([
    ["another method", { method: "DELETE", target: "/tickets/7" }],
    ["another path", { target: "/users/7" }],
    ["a path that climbs", { target: "/tickets/7/../../users/1" }],
    ["an encoded slash", { target: "/tickets/7%2f..%2fusers" }],
  ])("refuses %s, and sends nothing", async (_what, request) => {
    const one = gatewayWith(read);
    const answer = await one.ask(request);
    expect(["operation_not_permitted", "malformed_request"]).toContain(answer.reason);
    expect(one.sent).toEqual([]);
    expect(last(one)).toMatchObject({ action_id: 2, status_code: answer.reason });
  });

  test("is closed to an agent that the policy does not give it to", async () => {
    const one = gatewayWith(read);
    const other = {
      kind: "platform",
      principal: { kind: "aws", arn: "arn:aws:iam::111122223333:role/other" },
    } as const;
    expect((await one.ask({ target: "/tickets/7" }, other)).reason).toBe("unknown_connector");
    const unknown = { kind: "platform", principal: { kind: "aws", arn: "arn:aws:iam::111122223333:role/x" } } as const;
    expect((await one.ask({ target: "/tickets/7" }, unknown)).reason).toBe("unauthenticated");
    expect(one.sent).toEqual([]);
  });

  test("drops headers that carry identity, and replaces the one of the credential", async () => {
    const one = gatewayWith(read);
    await one.ask({
      target: "/tickets/7",
      headers: [
        ["authorization", "Bearer of-the-agent"],
        ["cookie", "a=b"],
        ["x-forwarded-for", "10.0.0.1"],
        ["x-http-method-override", "DELETE"],
        ["accept", "*/*"],
      ],
    });
    expect(one.sent[0]?.headers).toEqual([
      ["accept", "*/*"],
      ["authorization", "Bearer the-secret-of-desk-token"],
    ]);
  });

  test("gives back no secret that the host repeats, in any of its forms", async () => {
    const one = gatewayWith(read);
    const secret = "the-secret-of-desk-token";
    const forms = [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret)];
    one.reply = () => ({
      body: JSON.stringify({ forms }),
      headers: [
        ["content-type", "application/json"],
        ["etag", secret],
      ],
    });
    const { text, headers } = await one.ask({ target: "/tickets/7" });
    for (const form of forms) expect(text + JSON.stringify(headers)).not.toContain(form);
  });

  test("does not follow the host elsewhere", async () => {
    const one = gatewayWith(read);
    one.reply = () => ({ status: 302, headers: [["location", "https://evil.example.net/"]] });
    const answer = await one.ask({ target: "/tickets/7" });
    expect(answer.reason).toBe("response_refused");
    expect(JSON.stringify(answer)).not.toContain("evil");
  });

  test("records an intent before what changes something, and none before what reads", async () => {
    const one = gatewayWith(base.permit(Operation.get("/a")).permit(Operation.post("/a")));
    await one.ask({ target: "/a" });
    expect(one.records).toHaveLength(1);
    await one.ask({ method: "POST", target: "/a", ...jsonBody({}) });
    expect(one.records.slice(1).map((record) => (record["unmapped"] as { stage: string }).stage)).toEqual([
      "intent",
      "result",
    ]);
  });
});

describe("secrets and personal data", () => {
  const open = base.permit(Operation.post("/comments"), { dlp: { response: { personal: "redact" } } });

  test("a secret in a request is refused, wherever it stands, and never recorded", async () => {
    for (const request of [
      { target: "/comments", ...jsonBody({ body: `key ${GITHUB_TOKEN}` }) },
      { target: "/comments", ...jsonBody({ body: Buffer.from(GITHUB_TOKEN).toString("base64") }) },
      { target: `/comments?q=${GITHUB_TOKEN}`, ...jsonBody({}) },
      { target: "/comments", ...jsonBody({ [GITHUB_TOKEN]: 1 }) },
      {
        target: "/comments",
        headers: [
          ["content-type", "application/json"],
          ["if-match", GITHUB_TOKEN],
        ] as const,
        body: Buffer.from("{}"),
      },
    ]) {
      const one = gatewayWith(open);
      const answer = await one.ask({ method: "POST", ...request });
      expect(answer.reason).toBe("sensitive_data");
      expect(one.sent).toEqual([]);
      expect(answer.text + JSON.stringify(one.records)).not.toContain(GITHUB_TOKEN.slice(0, 20));
    }
  });

  test("without a secret the same requests pass", async () => {
    const one = gatewayWith(open);
    expect(
      (await one.ask({ method: "POST", target: "/comments?q=ok", ...jsonBody({ body: "key of the door" }) })).status,
    ).toBe(200);
  });

  test("a secret in a response is taken out", async () => {
    const one = gatewayWith(open);
    one.reply = () => ({
      body: JSON.stringify({ config: `token=${GITHUB_TOKEN}`, mail: "ann.lovelace@corp-mail.net" }),
    });
    const { text, json } = await one.ask({ method: "POST", target: "/comments", ...jsonBody({}) });
    expect(text).not.toContain(GITHUB_TOKEN);
    expect(json.config).toContain("[redacted:");
    expect(json.mail).toContain("[redacted:");
    expect(last(one)).toMatchObject({ disposition_id: 11 });
  });

  test("content that can't be looked through is refused", async () => {
    const one = gatewayWith(open);
    const deep = `${"[".repeat(100)}${"]".repeat(100)}`;
    const answer = await one.ask({ method: "POST", target: "/comments", ...jsonBody(0), body: Buffer.from(deep) });
    expect(["inspection_incomplete", "malformed_request"]).toContain(answer.reason);
    expect(one.sent).toEqual([]);
  });
});

describe("fields", () => {
  test("are removed, masked and tokenised on the way back, and leave no trace in records", async () => {
    const one = gatewayWith(
      base.permit(Operation.get("/tickets/{id}"), {
        redact: [
          Redaction.remove("/internal"),
          Redaction.mask("$..email"),
          Redaction.last4("/card"),
          Redaction.token("/customer"),
        ],
      }),
    );
    one.reply = () => ({
      body: JSON.stringify({
        internal: { note: "x" },
        who: { email: "a@b.example" },
        card: "4111111111111111",
        customer: "Ada L",
      }),
    });
    const { json } = await one.ask({ target: "/tickets/7" });
    expect(json).toEqual({
      who: { email: "***" },
      card: "***1111",
      customer: expect.stringMatching(/^tok~k1~[\w-]+~$/),
    });
    expect(JSON.stringify(one.records)).not.toMatch(/Ada|4111|b\.example/);
  });

  test("become their values again in the fields that restore names, and nowhere else", async () => {
    const one = gatewayWith(
      base
        .permit(Operation.get("/tickets/{id}"), { redact: [Redaction.token("/customer")] })
        .permit(Operation.post("/mails"), { restore: ["/to"] }),
    );
    one.reply = () => ({ body: JSON.stringify({ customer: "Ada Lovelace" }) });
    const { json } = await one.ask({ target: "/tickets/7" });
    await one.ask({
      method: "POST",
      target: "/mails",
      ...jsonBody({ to: json.customer, text: `for ${json.customer}` }),
    });
    const body = JSON.parse(Buffer.from(one.sent[1]?.body ?? []).toString());
    expect(body).toEqual({ to: "Ada Lovelace", text: `for ${json.customer}` });
  });

  test("stay tokens for the agent where the host repeats what it was told", async () => {
    const one = gatewayWith(
      base
        .permit(Operation.get("/tickets/{id}"), { redact: [Redaction.token("/customer")] })
        .permit(Operation.post("/mails"), { restore: ["/to"] }),
    );
    one.reply = () => ({ body: JSON.stringify({ customer: "Ada Lovelace" }) });
    const { json } = await one.ask({ target: "/tickets/7" });
    one.reply = () => ({
      body: JSON.stringify({ sent: "a mail to Ada Lovelace" }),
      headers: [
        ["content-type", "application/json"],
        ["location", "/mails/Ada Lovelace"],
      ],
    });
    const answer = await one.ask({ method: "POST", target: "/mails", ...jsonBody({ to: json.customer }) });
    expect(answer.json).toEqual({ sent: `a mail to ${json.customer}` });
    expect(JSON.stringify(answer.headers)).not.toContain("Ada");
  });

  test("of a response in another form than the redaction can read are refused", async () => {
    const one = gatewayWith(base.permit(Operation.get("/a"), { redact: [Redaction.mask("/a")] }));
    one.reply = () => ({ headers: [["content-type", "application/octet-stream"]], body: "abc" });
    expect((await one.ask({ target: "/a" })).reason).toBe("inspection_incomplete");
  });
});

describe("limits", () => {
  test("a rate refuses with the time to wait", async () => {
    const one = gatewayWith(base.permit(Operation.get("/a"), { rate: RateLimit.perMinute(2) }));
    const statuses = [];
    for (let index = 0; index < 3; index++) statuses.push((await one.ask({ target: "/a" })).status);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await one.ask({ target: "/a" });
    expect(refused.headers).toContainEqual(["retry-after", "30"]);
    one.now += 30_000;
    expect((await one.ask({ target: "/a" })).status).toBe(200);
  });

  test("bytes that leave in the query count as those of the body do", async () => {
    const one = gatewayWith(base.permit(Operation.get("/a"), { budgets: [Budget.bytesOut(500, "day")] }));
    expect((await one.ask({ target: `/a?q=${"x y ".repeat(50)}`.replaceAll(" ", "+") })).status).toBe(200);
    expect((await one.ask({ target: `/a?q=${"x+y+".repeat(100)}` })).reason).toBe("budget_exhausted");
  });

  test("rows of responses are counted after they came, and end the budget for the next", async () => {
    const one = gatewayWith(base.permit(Operation.get("/a"), { budgets: [Budget.rows(3, "day")] }));
    one.reply = () => ({ body: JSON.stringify([{ a: 1 }, { a: 2 }, { a: 3 }]) });
    expect((await one.ask({ target: "/a" })).status).toBe(200);
    expect((await one.ask({ target: "/a" })).reason).toBe("budget_exhausted");
  });

  test("what was refused later gives its bytes back", async () => {
    const one = gatewayWith(base.permit(Operation.post("/a"), { budgets: [Budget.bytesOut(200, "day")] }));
    expect((await one.ask({ method: "POST", target: "/a", ...jsonBody({ key: GITHUB_TOKEN }) })).reason).toBe(
      "sensitive_data",
    );
    expect((await one.ask({ method: "POST", target: "/a", ...jsonBody({ text: "x".repeat(120) }) })).status).toBe(200);
  });
});

describe("an approval", () => {
  const risky = base.permit(Operation.delete("/tickets/{id}"), { approval: Approval.by(2, "leads") });
  const decide = async (one: Harness, who: typeof ANN, id: string, digest: string, verdict = "approve") =>
    one.ask(
      { connector: "approvals", method: "POST", target: `/${id}`, ...jsonBody({ verdict, digest, reason: "" }) },
      { kind: "platform", principal: who },
    );

  test("of the exact request by enough people lets it pass once", async () => {
    const one = gatewayWith(risky);
    const request = { method: "DELETE", target: "/tickets/7" };
    const waiting = await one.ask(request);
    expect(waiting).toMatchObject({ status: 403, reason: "approval_required", json: { need: 2 } });
    const id: string = waiting.json.approval;
    const listed = await one.ask({ connector: "approvals" }, { kind: "platform", principal: ANN });
    expect(listed.json[0]).toMatchObject({
      id,
      agent: "triage",
      summary: expect.stringContaining("DELETE https://acme.example.com/tickets/7"),
    });
    const { digest } = listed.json[0];
    const withApproval = { ...request, headers: [["x-cordon-approval", id] as const] };
    await decide(one, ANN, id, digest);
    expect((await one.ask(withApproval)).reason).toBe("approval_invalid");
    expect((await decide(one, BEN, id, digest)).json.state).toBe("approved");
    expect((await one.ask({ ...withApproval, target: "/tickets/8" })).reason).toBe("approval_invalid");
    expect(one.sent).toEqual([]);
    expect((await one.ask(withApproval)).status).toBe(200);
    expect((await one.ask(withApproval)).reason).toBe("approval_invalid");
    expect(one.sent).toHaveLength(1);
  });

  test("is not given by the agent, nor by somebody who is in no group", async () => {
    const one = gatewayWith(risky);
    const { json } = await one.ask({ method: "DELETE", target: "/tickets/7" });
    const say = {
      connector: "approvals",
      method: "POST",
      target: `/${json.approval}`,
      ...jsonBody({ verdict: "approve", digest: "0".repeat(64) }),
    };
    expect((await one.ask(say)).status).toBe(401);
    const eve = { kind: "platform", principal: { kind: "google", email: "eve@example.com" } } as const;
    expect((await one.ask(say, eve)).status).toBe(401);
  });
});

describe("conditions, schemas and tenancy", () => {
  test("a condition decides over the request's facts", async () => {
    const one = gatewayWith(base.permit(Operation.get("/tickets/{id}"), { when: 'context.parameters.id like "A-*"' }));
    expect((await one.ask({ target: "/tickets/A-1" })).status).toBe(200);
    expect((await one.ask({ target: "/tickets/B-1" })).reason).toBe("condition_not_met");
  });

  test("a body that does not fit the schema is refused with the place", async () => {
    const schema = {
      type: "object",
      required: ["subject"],
      properties: { subject: { type: "string", maxLength: 20 } },
    };
    const one = gatewayWith(base.permit(Operation.post("/tickets"), { schema }));
    expect((await one.ask({ method: "POST", target: "/tickets", ...jsonBody({ subject: "hi" }) })).status).toBe(200);
    const refused = await one.ask({ method: "POST", target: "/tickets", ...jsonBody({ subject: 7 }) });
    expect(refused).toMatchObject({ reason: "schema_mismatch", json: { places: ["/subject (type)"] } });
  });

  test("another account of a shared host is refused", async () => {
    const shared = Connector.http("crm", {
      host: "api.example.com",
      reason: "crm",
      tenancy: [Tenancy.header("x-account", "acme")],
    }).permit(Operation.get("/contacts"));
    const one = gatewayWith(shared);
    const as = (account: string) => ({ target: "/contacts", headers: [["x-account", account] as const] });
    expect((await one.ask(as("acme"))).status).toBe(200);
    expect((await one.ask(as("evil"))).reason).toBe("tenancy_mismatch");
    expect(
      (await one.ask({ target: "/contacts", headers: [...as("acme").headers, ...as("evil").headers] })).reason,
    ).toBe("tenancy_mismatch");
    expect((await one.ask({ target: "/contacts" })).reason).toBe("tenancy_mismatch");
  });
});

describe("monitor mode", () => {
  test("passes what the policy refuses and records what enforcing would have said", async () => {
    const one = gatewayWith(base.permit(Operation.get("/a")), "monitor");
    expect((await one.ask({ target: "/b" })).status).toBe(200);
    expect(last(one)).toMatchObject({
      action_id: 1,
      status_code: "operation_not_permitted",
      unmapped: { verdict: "monitor" },
    });
  });

  test("still waits for approvals and keeps tenants apart", async () => {
    const one = gatewayWith(base.permit(Operation.delete("/a"), { approval: Approval.by(1, "leads") }), "monitor");
    expect((await one.ask({ method: "DELETE", target: "/a" })).reason).toBe("approval_required");
    expect(one.sent).toEqual([]);
  });
});
