import type { Gateway } from "../../../../lambdas/connector-gateway/core/gateway";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import { Connector } from "../../../../lib/policy/connector";
import { RateLimit } from "../../../../lib/policy/limits";
import { Operation } from "../../../../lib/policy/operation";
import { Redaction } from "../../../../lib/policy/redaction";
import { sample } from "../detect/samples";
import { call, Desk, type Headers, heard, Identity, text, verdicts } from "./agentcore-support";

const GITHUB_TOKEN = sample("github-personal-token", 7);
const docs = Connector.mcp("docs", { host: "mcp.example.com", path: "/v1/mcp", reason: "documentation" })
  .permit(Operation.tool("search"))
  .permit(Operation.tool("mail"), { redact: [Redaction.mask("/to", { in: "request" })] })
  .permit(Operation.tool("slow"), { rate: RateLimit.perMinute(2) });
const web = Connector.http("web", { host: "web.example.com", reason: "a web API" }).permit(Operation.post("/mcp"));

let identity: Identity;
let desk: Desk;

beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.issuer.stop());
beforeEach(async () => {
  desk = await Desk.open(identity, [docs, web]);
});

describe("a call of a tool", () => {
  test("that is permitted goes on as it came, and its intent is recorded", async () => {
    const body = call("docs___search", { q: "limits", n: [1, null, "x"] });
    expect(await desk.ask(body)).toMatchObject({ request: body, response: undefined });
    expect(verdicts(desk)).toEqual(["intent allow"]);
    expect(desk.records[0]).toMatchObject({ actor: { user: { name: "triage" } }, api: { operation: "tool search" } });
  });

  test("goes on without what the policy redacts", async () => {
    const { request } = await desk.ask(call("docs___mail", { to: "ann@example.com", text: "hello" }));
    expect(request).toEqual(call("docs___mail", { to: "***", text: "hello" }));
  });

  test("goes on where the gateway writes members in another order, and null for what there is not", async () => {
    const { params, method, id, jsonrpc } = call("docs___search", { a: 1, b: 2 });
    const { headers } = desk;
    const outcome = await desk.hear({
      rawGatewayRequest: { body: JSON.stringify({ method, params, jsonrpc, id }) },
      gatewayRequest: { path: "/mcp", headers, body: { id, method, params, jsonrpc }, context: null },
      gatewayResponse: null,
    });
    expect(outcome.request).toEqual(call("docs___search", { a: 1, b: 2 }));
  });

  test.each<[string, unknown, string]>([
    ["that nothing permits", call("docs___drop"), "operation_not_permitted"],
    ["whose name only begins as a permitted one", call("docs___search2"), "operation_not_permitted"],
    ["of an unknown connector", call("files___search"), "unknown_connector"],
    ["of a connector that is no MCP server", call("web___search"), "unknown_connector"],
    ["without a target's name", call("search"), "unknown_connector"],
    ["with an empty target's name", call("___search"), "unknown_connector"],
    ["without a name", call(undefined), "unknown_connector"],
    ["with a name that is a number", call(7), "unknown_connector"],
    ["with a target's name alone", call("docs___"), "malformed_request"],
    ["with a secret in its arguments", call("docs___search", { q: GITHUB_TOKEN }), "sensitive_data"],
    ["with arguments in a list", call("docs___search", ["q"]), "malformed_request"],
    ["that goes on as a task", call("docs___search", {}, { task: { ttl: 1 } }), "operation_not_permitted"],
    ["with another member", { ...call("docs___search"), extra: 1 }, "malformed_request"],
  ])("%s is answered in the request's place, and recorded once", async (_what, body, reason) => {
    const { request, response } = await desk.ask(body);
    expect(request).toBeUndefined();
    expect(response).toMatchObject({
      jsonrpc: "2.0",
      id: 7,
      error: {
        code: -32_001,
        message: expect.any(String),
        data: { reason, type: `urn:cdktf-cordon:problem:${reason}` },
      },
    });
    expect(verdicts(desk)).toEqual([`result deny ${reason}`]);
    expect(JSON.stringify([response, desk.records])).not.toContain(GITHUB_TOKEN);
  });

  test("of another agent's connector is refused", async () => {
    expect((await desk.ask(call("docs___search"), desk.others)).reason).toBe("unknown_connector");
    expect(desk.records).toHaveLength(1);
  });

  test("takes from its rate once, whatever comes of the response", async () => {
    const body = call("docs___slow");
    for (let index = 0; index < 2; index++) {
      expect((await desk.ask(body)).request).toBeDefined();
      for (let again = 0; again < 3; again++) expect((await desk.tell(body, text("ok"))).status).toBe(200);
    }
    const { reason, response } = await desk.ask(body);
    expect(reason).toBe("rate_limited");
    expect((await desk.tell(body, response)).response).toEqual(response);
    desk.harness.now += 30_000;
    expect((await desk.ask(body)).request).toBeDefined();
  });
});

describe("the caller", () => {
  test.each<[string, (good: string) => Headers]>([
    ["no headers", () => ({})],
    ["no token", () => ({ Authorization: "" })],
    ["a token that is none", () => ({ Authorization: "Bearer abc" })],
    ["another signature", (good) => ({ Authorization: `${good.slice(0, -8)}AAAAAAAA` })],
    ["another scheme", (good) => ({ Authorization: good.replace("Bearer", "Basic") })],
    ["two tokens", (good) => ({ Authorization: good, authorization: good })],
  ])("with %s is refused, whatever is asked, and recorded once", async (_what, headers) => {
    for (const body of [call("docs___search"), { jsonrpc: "2.0", id: 7, method: "tools/list" }]) {
      const one = await Desk.open(identity, [docs]);
      const { request, reason } = await one.ask(body, headers(one.headers["Authorization"] ?? ""));
      expect([request, reason]).toEqual([undefined, "unauthenticated"]);
      expect(verdicts(one)).toEqual(["result deny unauthenticated"]);
    }
  });

  test.each([
    ["is for another audience", { aud: "cordon:other" }],
    ["has ended", { exp: 1 }],
    ["is nobody's in the policy", { sub: "eve" }],
  ])("whose token %s is refused", async (_what, claims) => {
    const token = await identity.token("triage", desk.harness.now, claims);
    const { reason } = await desk.ask(call("docs___search"), { Authorization: `Bearer ${token}` });
    expect(reason).toBe("unauthenticated");
    expect(desk.records).toHaveLength(1);
  });
});

describe("a request that two readers could read differently", () => {
  const body = call("docs___search", { q: "a" });
  const json = JSON.stringify(body);

  test.each<[string, unknown]>([
    ["has another tool", { body: json.replace("search", "drop") }],
    ["has other arguments", { body: json.replace('"a"', '"b"') }],
    ["has a name twice, the last one as read", { body: json.replace('"q":', '"q":"b","q":') }],
    ["has its tool's name twice", { body: json.replace('"name":', '"name":"docs___drop","name":') }],
    ["is a batch", { body: `[${json}]` }],
    ["is no JSON", { body: "tools/call" }],
    ["is empty", { body: "" }],
    ["is missing", {}],
    ["is no text", { body }],
    ["is a list", []],
  ])("is refused where the raw one %s", async (_what, raw) => {
    expect((await desk.ask(body, desk.headers, raw)).reason).toBe("malformed_request");
    expect(verdicts(desk)).toEqual(["result deny malformed_request"]);
  });

  test("passes where both say the same in other letters, or where there is no raw one", async () => {
    const raw = { body: ` ${json.replace("search", "\\u0073earch")}\n` };
    expect((await desk.ask(body, desk.headers, raw)).request).toEqual(body);
    expect((await desk.ask(body, desk.headers, null)).request).toEqual(body);
  });

  test("is refused for a handshake too", async () => {
    const ping = { jsonrpc: "2.0", id: 7, method: "ping" };
    expect((await desk.ask(ping, {}, { body: json })).reason).toBe("malformed_request");
  });
});

describe("headers that repeat the body", () => {
  const body = call("docs___search");
  const encoded = (name: string): string => `=?base64?${Buffer.from(name).toString("base64")}?=`;

  test.each<[string, Headers]>([
    ["name method and tool", { "Mcp-Method": "tools/call", "Mcp-Name": "docs___search" }],
    ["name the tool in Base64", { "mcp-name": encoded("docs___search") }],
    ["name a version", { "MCP-Protocol-Version": "2025-11-25", "Mcp-Session-Id": "s-1" }],
  ])("pass where they %s", async (_what, headers) => {
    expect((await desk.ask(body, { ...desk.headers, ...headers })).request).toEqual(body);
    expect((await desk.tell(body, text("ok"), { ...desk.headers, ...headers })).response).toEqual(text("ok"));
  });

  test.each<[string, Headers, number]>([
    ["another tool", { "Mcp-Name": "docs___mail" }, -32_020],
    ["a tool without its target", { "Mcp-Name": "search" }, -32_020],
    ["a tool of another target", { "Mcp-Name": encoded("web___search") }, -32_020],
    ["no tool", { "Mcp-Name": "" }, -32_020],
    ["another method", { "Mcp-Method": "tools/list" }, -32_020],
    ["a tool twice", { "Mcp-Name": "docs___search", "mcp-name": "docs___search" }, -32_020],
    ["an argument that no schema names", { "Mcp-Param-Q": "a" }, -32_020],
    ["a version that is not mediated", { "Mcp-Protocol-Version": "2024-11-05" }, -32_022],
  ])("are refused with %s", async (_what, headers, code) => {
    const { response } = await desk.ask(body, { ...desk.headers, ...headers });
    expect(response).toMatchObject({ id: 7, error: { code } });
    expect(desk.records).toHaveLength(1);
  });
});

test("a gateway that is not there refuses, but for handshakes", async () => {
  const away = async (): Promise<Gateway> => {
    throw new GatewayProblem("policy_unavailable", "There is no policy.");
  };
  const event = (body: unknown) => ({ interceptorInputVersion: "1.0", mcp: { gatewayRequest: { body } } });
  expect((await heard(away, event(call("docs___search")))).reason).toBe("policy_unavailable");
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  expect((await heard(away, event(ping))).request).toEqual(ping);
});
