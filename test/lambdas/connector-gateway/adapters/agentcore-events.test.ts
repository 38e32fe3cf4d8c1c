import { Connector } from "../../../../lib/policy/connector";
import { Operation } from "../../../../lib/policy/operation";
import { call, Desk, heard, Identity, text, verdicts } from "./agentcore-support";

const docs = Connector.mcp("docs", { host: "mcp.example.com", reason: "documentation" }).permit(
  Operation.tool("search"),
);
const message = (method: string, params?: unknown) => ({
  jsonrpc: "2.0",
  id: 7,
  method,
  ...(params ? { params } : {}),
});

let identity: Identity;
let desk: Desk;

beforeAll(async () => {
  identity = await Identity.start();
});
afterAll(() => identity.issuer.stop());
beforeEach(async () => {
  desk = await Desk.open(identity, [docs]);
});

describe("a handshake", () => {
  test.each<[unknown, unknown]>([
    [message("initialize", { protocolVersion: "2025-06-18", capabilities: {} }), { jsonrpc: "2.0", id: 7, result: {} }],
    [message("ping"), { jsonrpc: "2.0", id: 7, result: {} }],
    [{ jsonrpc: "2.0", method: "notifications/initialized" }, null],
  ])("%j passes unchanged, and so does its response", async (body, response) => {
    expect((await desk.ask(body, {})).request).toEqual(body);
    const outcome = await desk.tell(body, response, {}, 202);
    expect([outcome.status, outcome.response]).toEqual([202, response]);
    expect(desk.records).toEqual([]);
  });
});

describe("another method", () => {
  test.each([
    message("resources/read", { uri: "docs://terms" }),
    message("prompts/get", { name: "review" }),
    message("resources/list"),
    message("completion/complete", {}),
    message("tools/Call", { name: "docs___search" }),
    message("ping "),
    message("constructor"),
  ])("is refused and recorded once: %j", async (body) => {
    const { request, reason, response } = await desk.ask(body);
    expect([request, reason, response?.["id"]]).toEqual([undefined, "operation_not_permitted", 7]);
    expect(verdicts(desk)).toEqual(["result deny operation_not_permitted"]);
    expect(desk.records[0]).toMatchObject({ actor: { user: { name: "triage" } } });
  });
});

describe("an event that can't be read", () => {
  const body = call("docs___search");
  const headers = { Authorization: "Bearer x" };

  test.each<[string, unknown]>([
    ["is null", null],
    ["is a text", "event"],
    ["is a list", []],
    ["is empty", {}],
    ["has no message", { interceptorInputVersion: "1.0" }],
    ["has null for its message", { mcp: null }],
    ["has no request", { mcp: {} }],
    ["has null for its request", { mcp: { gatewayRequest: null } }],
    ["has a text for its request", { mcp: { gatewayRequest: "POST" } }],
    ["has no body", { mcp: { gatewayRequest: { headers } } }],
    ["has null for its body", { mcp: { gatewayRequest: { headers, body: null } } }],
    ["has a list for its body", { mcp: { gatewayRequest: { headers, body: [body] } } }],
    ["has a text for its body", { mcp: { gatewayRequest: { headers, body: JSON.stringify(body) } } }],
    ["has a number for its body", { mcp: { gatewayRequest: { headers, body: 7 } } }],
    ["has a list of values in a header", { mcp: { gatewayRequest: { headers: { a: ["b"] }, body } } }],
    ["has null in a header", { mcp: { gatewayRequest: { headers: { a: null }, body } } }],
    ["has a number for its path", { mcp: { gatewayRequest: { headers, path: 7, body } } }],
    ["has a list for its raw request", { mcp: { gatewayRequest: { headers, body }, rawGatewayRequest: [] } }],
    ["has a handshake in a batch", { mcp: { gatewayRequest: { body: [message("ping")] } } }],
  ])("denies and is recorded once where it %s", async (_what, event) => {
    const { request, reason, response } = await heard(async () => desk.harness.gateway, event);
    expect([request, reason]).toEqual([undefined, "malformed_request"]);
    expect(response).toMatchObject({ jsonrpc: "2.0", error: { code: -32_001 } });
    expect(verdicts(desk)).toEqual(["result deny malformed_request"]);
  });

  test.each<[string, unknown]>([
    ["is a text", "response"],
    ["is a list", [text("x")]],
    ["has a text for its status", { statusCode: "200", body: text("x") }],
  ])("denies where its response %s", async (_what, gatewayResponse) => {
    const outcome = await desk.hear({ gatewayRequest: { headers: desk.headers, body }, gatewayResponse });
    expect(outcome.reason).toBe("response_refused");
    expect(desk.records).toHaveLength(1);
  });

  test.each<[string, unknown]>([
    ["without parameters", { jsonrpc: "2.0", id: 7, method: "tools/call" }],
    ["with null for parameters", { jsonrpc: "2.0", id: 7, method: "tools/call", params: null }],
    ["with a list for parameters", { jsonrpc: "2.0", id: 7, method: "tools/call", params: ["docs___search"] }],
    ["without a method", { jsonrpc: "2.0", id: 7 }],
    ["with a number for its method", { jsonrpc: "2.0", id: 7, method: 7 }],
    ["with an object for its id", { ...body, id: { a: 1 } }],
    ["with a list of tools and a text for parameters", message("tools/list", "x")],
    ["without its version", { id: 7, method: "tools/call", params: { name: "docs___search" } }],
  ])("denies a message %s, before and after it is answered", async (_what, odd) => {
    expect(await desk.ask(odd)).toMatchObject({ request: undefined, reason: expect.any(String) });
    expect(await desk.tell(odd, text("x"))).toMatchObject({ reason: expect.any(String) });
    expect(desk.records).toHaveLength(2);
  });

  test("names no id that is none", async () => {
    expect((await desk.ask({ ...body, id: { a: 1 } })).response?.["id"]).toBeNull();
  });
});

test("what can't be recorded is refused as such", async () => {
  const one = await Desk.open(identity, [docs]);
  one.harness.gateway.ports.audit.record = async () => {
    throw new Error("the log is away");
  };
  expect((await one.ask(call("docs___other"))).response).toHaveProperty("error");
});

test("monitor mode passes what nothing permits and its response, and records what enforcing had said", async () => {
  const one = await Desk.open(identity, [docs], { mode: "monitor" });
  const body = call("docs___other");
  expect((await one.ask(body)).request).toEqual(body);
  expect((await one.tell(body, text("ok"))).response).toEqual(text("ok"));
  expect(verdicts(one)).toEqual(["intent monitor operation_not_permitted", "result allow"]);
});
