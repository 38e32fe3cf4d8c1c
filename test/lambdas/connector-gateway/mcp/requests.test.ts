import fc from "fast-check";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import { requireOperation } from "../../../../lambdas/connector-gateway/core/steps/authorize";
import { problemOf } from "../support/problem";
import { answerOf, call, connector, modern, Reader } from "./support";

const check = async (body: unknown): Promise<unknown> => {
  const { refusal, isHousekeeping } = await new Reader().read(body);
  expect(isHousekeeping).toBe(false);
  return [refusal?.reason, refusal?.details.extra?.["check"]];
};

describe("a message", () => {
  test("that calls a tool is the tool's operation, with its arguments as facts and subject", async () => {
    const read = await new Reader().read(call("search", { query: "limits", most: 5 }));
    expect(read).toMatchObject({
      name: "tool search",
      operation: { operation: "tool search" },
      isHousekeeping: false,
      isRead: false,
      facts: { method: "tools/call", name: "search", arguments: { query: "limits", most: 5 } },
      subject: { query: "limits", most: 5 },
    });
    expect(read.refusal).toBeUndefined();
  });

  test("that calls a tool which nothing permits has no operation, and its name is not in the record", async () => {
    const read = await new Reader().read(call("drop_everything"));
    expect(read).toMatchObject({ name: "tools/call", operation: undefined, isHousekeeping: false });
  });

  test.each([
    ["prompts/get", { name: "review", arguments: { language: "en" } }, "prompt review"],
    ["resources/read", { uri: "docs://terms" }, "resource docs://terms"],
    ["resources/read", { uri: "docs://handbook/part/2" }, "resource docs://handbook/*"],
  ])("%s is a read of what it names", async (method, params, operation) => {
    const read = await new Reader().read({ jsonrpc: "2.0", id: "a", method, params });
    expect(read).toMatchObject({ name: operation, operation: { operation }, isRead: true });
    expect(read.refusal).toBeUndefined();
  });

  test.each([
    "docs://handbook/../secrets",
    "docs://handbook/%2e%2e/secrets",
    "docs://handbook/%2E./secrets",
    "docs://handbook/a%2f..%2fsecrets",
    "docs://handbook/..\\secrets",
    "docs://handbook/%252e%252e/secrets",
    "docs://handbook/a b",
    "docs://handbook/a\u0000",
    "docs://handbook/a?x=/../b",
    "docs://handbook/%zz",
    "docs://terms/",
    "DOCS://terms",
    "docs://other",
  ])("does not read %j", async (uri) => {
    const read = await new Reader().read({ jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri } });
    expect(read.operation).toBeUndefined();
  });

  test.each([
    ["initialize", 1, { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "agent", version: "1" } }],
    ["ping", 2, undefined],
    ["server/discover", 3, {}],
    ["notifications/initialized", undefined, undefined],
    ["notifications/cancelled", undefined, { requestId: 4, reason: "no longer needed" }],
    ["tools/list", 5, { cursor: "next" }],
    ["prompts/list", 6, undefined],
    ["resources/list", 7, {}],
    ["resources/templates/list", 8, {}],
  ])("%s is housekeeping", async (method, id, params) => {
    const read = await new Reader().read({ jsonrpc: "2.0", id, method, params });
    expect(read).toMatchObject({ name: method, isHousekeeping: true, isRead: true, operation: undefined });
    expect(read.refusal).toBeUndefined();
  });

  test.each([
    ["sampling/createMessage", "method"],
    ["roots/list", "method"],
    ["logging/setLevel", "method"],
    ["completion/complete", "method"],
    ["resources/subscribe", "method"],
    ["subscriptions/listen", "method"],
    ["tasks/get", "method"],
    ["elicitation/create", "method"],
  ])("%s is denied", async (method, expected) => {
    expect(await check({ jsonrpc: "2.0", id: 1, method, params: {} })).toEqual(["operation_not_permitted", expected]);
  });

  test.each([
    ["task", { task: { ttl: 60_000 } }],
    ["inputResponses", { inputResponses: { q: { action: "accept" } } }],
    ["requestState", { requestState: "opaque" }],
    ["parameters", { other: 1 }],
  ])("with %s beside its arguments is denied", async (expected, more) => {
    expect(await check(call("search", {}, more))).toEqual(["operation_not_permitted", expected]);
  });

  test.each([
    ["a batch", [call("search")]],
    ["a response", { jsonrpc: "2.0", id: 1, result: {} }],
    ["an error", { jsonrpc: "2.0", id: 1, error: { code: 1, message: "no" } }],
    ["another version of JSON-RPC", { ...call("search"), jsonrpc: "1.0" }],
    ["an id of null", { ...call("search"), id: null }],
    ["an id with a fraction", { ...call("search"), id: 1.5 }],
    ["a long id", { ...call("search"), id: "x".repeat(300) }],
    ["a request without an id", { ...call("search"), id: undefined }],
    ["a notification with an id", { jsonrpc: "2.0", id: 1, method: "notifications/initialized" }],
    ["a member that is not known", { ...call("search"), extra: true }],
    ["parameters in a list", { ...call("search"), params: ["search"] }],
    ["arguments in a list", call("search", ["q"])],
    ["a name that is no text", { ...call("search"), params: { name: 3 } }],
    ["a method with blanks", { ...call("search"), method: "tools/call " }],
    ["a text", '"tools/call"'],
    ["a name twice", '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}'],
    ["no JSON", "tools/call"],
  ])("that is %s is malformed", async (_what, body) => {
    const read = await new Reader().read(body);
    expect(read.refusal?.reason).toBe("malformed_request");
    expect(read.isHousekeeping).toBe(false);
  });

  test("of another type than JSON is malformed", async () => {
    const read = await new Reader().read(call("search"), [], { headers: [["content-type", "text/plain"]] });
    expect(read.refusal?.reason).toBe("malformed_request");
  });

  test("too long is malformed", async () => {
    const read = await new Reader().read(call("search", { text: "x".repeat(4 * 1024 * 1024) }));
    expect(read.refusal?.reason).toBe("malformed_request");
  });

  test("is the same to people who approve it, whatever its id and its progress token are", async () => {
    const reader = new Reader();
    const first = await reader.read(call("search", { q: "a" }, { _meta: { progressToken: 1 } }));
    const again = await reader.read({ ...call("search", { q: "a" }, { _meta: { progressToken: 2 } }), id: "b" });
    const other = await reader.read(call("search", { q: "b" }));
    const tagged = await reader.read(call("search", { q: "a" }, { _meta: { baggage: "x=1" } }));
    expect(again.substance).toEqual(first.substance);
    expect(other.substance).not.toEqual(first.substance);
    expect(tagged.substance).not.toEqual(first.substance);
  });
});

describe("the endpoint", () => {
  test("refuses requests of web pages", async () => {
    const problem = await problemOf(() => new Reader().read(call("search"), [["origin", "https://example.com"]]));
    expect(problem).toMatchObject({ reason: "operation_not_permitted", status: 403 });
  });

  test.each(["/", "/mcp/", "/mcp?x=1", "/other", "/mcp/../mcp", "/%2e/mcp"])("is not at %s", async (target) => {
    const problem = await problemOf(() => new Reader().read(call("search"), [], { target }));
    expect(problem?.reason).toBe("malformed_request");
  });

  test("is where its connector says", async () => {
    const reader = new Reader(undefined, { ...connector, path: "/v1/mcp" });
    expect((await reader.read(call("search"))).upstream.target).toBe("/v1/mcp");
  });

  test("answers a GET so that clients go on without a stream", async () => {
    const read = await new Reader().read("", [], { method: "GET" });
    expect(read.isHousekeeping).toBe(false);
    const answer = answerOf(read);
    expect(answer.status).toBe(405);
  });

  test("lets a session be ended, and nothing else be deleted", async () => {
    const reader = new Reader();
    const end = await reader.read("", [["mcp-session-id", "s-1"]], { method: "DELETE" });
    expect(end).toMatchObject({ name: "session end", isHousekeeping: true, isRead: false });
    expect(end.refusal).toBeUndefined();
    expect(end.upstream.headers).toContainEqual(["mcp-session-id", "s-1"]);
    expect(Buffer.from((await end.finish(Buffer.from("gone"), "text/plain")).body).length).toBe(0);
    const without = await reader.read("", [], { method: "DELETE" });
    expect(without).toMatchObject({ isHousekeeping: false, refusal: { reason: "malformed_request" } });
    const withBody = await reader.read(call("search"), [["mcp-session-id", "s-1"]], { method: "DELETE" });
    expect(withBody.refusal?.reason).toBe("malformed_request");
  });

  test("sends on the headers of the protocol, and none of the agent's identity", async () => {
    const headers = [
      ["mcp-session-id", "s-1"],
      ["mcp-protocol-version", "2025-11-25"],
      ["authorization", "Bearer x"],
      ["cookie", "a=b"],
      ["last-event-id", "4"],
    ] as const;
    const { upstream, passes } = await new Reader().read(call("search"), headers);
    const names = upstream.headers.map(([name]) => name).sort();
    expect(names).toEqual(["accept", "content-type", "mcp-protocol-version", "mcp-session-id"]);
    expect(passes).toContain("mcp-session-id");
  });
});

describe("a refusal", () => {
  test("is an error with the request's id, in an answer that clients hand on", async () => {
    const read = await new Reader().read({
      jsonrpc: "2.0",
      id: "q-1",
      method: "logging/setLevel",
      params: { level: "info" },
    });
    const { status, body } = answerOf(read);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      jsonrpc: "2.0",
      id: "q-1",
      error: { code: -32_001, data: { reason: "operation_not_permitted", check: "method", rule: "docs: message" } },
    });
  });

  test("of a later step has the same form, and says when to try again", async () => {
    const read = await new Reader().read(call("search"));
    const problem = new GatewayProblem("rate_limited", "The rate of the operation is used up.", { retryAfter: 3 });
    const answer = read.refuse(problem);
    expect(answer.status).toBe(200);
    expect(answer.headers).toContainEqual(["retry-after", "3"]);
    expect(JSON.parse(Buffer.from(answer.body as Uint8Array).toString())).toMatchObject({
      id: 7,
      error: { code: -32_001, data: { retryAfter: 3 } },
    });
  });

  test("of a notification has its own status and no id", async () => {
    const { status, body } = answerOf(
      await new Reader().read({ jsonrpc: "2.0", method: "notifications/roots/list_changed" }),
    );
    expect(status).toBe(403);
    expect(Object.keys(body)).toEqual(["jsonrpc", "error"]);
  });

  test("of a version that is not mediated names those that are", async () => {
    const read = await new Reader().read(modern(call("search"), "1900-01-01"), [
      ["mcp-protocol-version", "1900-01-01"],
    ]);
    const { status, body } = answerOf(read);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: { code: -32_022, data: { supported: ["2026-07-28", "2025-11-25", "2025-06-18"] } },
    });
    expect(JSON.stringify(body)).not.toContain("1900");
  });
});

describe("what reading has found", () => {
  test("is refused before anything else is asked, whether an operation permits the call or not", async () => {
    const reader = new Reader();
    const mismatched = await reader.read(call("search"), [["mcp-name", "lookup"]]);
    expect(mismatched.operation?.operation).toBe("tool search");
    expect(await problemOf(() => requireOperation(connector, mismatched))).toMatchObject({
      reason: "header_mismatch",
      details: { rule: "docs: tool search" },
    });
    const denied = await reader.read({ jsonrpc: "2.0", id: 1, method: "roots/list" });
    expect((await problemOf(() => requireOperation(connector, denied)))?.details.extra).toEqual({ check: "method" });
    expect(await problemOf(async () => requireOperation(connector, await reader.read(call("search"))))).toBeUndefined();
  });
});

describe("arbitrary bodies", () => {
  const member = fc.oneof(fc.constantFrom("tools/call", "resources/read", "tools/list", "ping", "2.0"), fc.jsonValue());
  const message = fc.record(
    { jsonrpc: fc.constantFrom("2.0", 2), id: member, method: member, params: fc.oneof(fc.jsonValue(), fc.object()) },
    { requiredKeys: [] },
  );

  test("are read, or refused with a reason, and never pass as housekeeping with a refusal", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          message.map((value) => JSON.stringify(value)),
        ),
        async (body) => {
          const read = await new Reader().read(body);
          expect(read.refusal !== undefined && read.isHousekeeping).toBe(false);
          expect(
            typeof answerOf({ ...read, refusal: read.refusal ?? new GatewayProblem("internal_error", "") }).status,
          ).toBe("number");
        },
      ),
      { numRuns: 300 },
    );
  });

  test("of responses are passed on, or refused with a reason", async () => {
    const read = await new Reader().read({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const types = fc.constantFrom("application/json", "text/event-stream", "text/plain", undefined, "x");
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((data) => `data: ${data}\n\n`),
        ),
        types,
        async (body, type) => {
          const problem = await problemOf(() => read.finish(Buffer.from(body), type));
          expect([undefined, "response_refused", "inspection_incomplete"]).toContain(problem?.reason);
        },
      ),
      { numRuns: 300 },
    );
  });
});
