import fc from "fast-check";
import { GatewayProblem } from "../../../../lambdas/connector-gateway/core/problem";
import { ask, checkOf, PLAIN } from "./support";

const NAMES = Object.keys(PLAIN);
const MODEL = { chat: "gpt-5-mini", responses: "gpt-5-mini", messages: "claude-sonnet-4-5" };

describe("a request to a model", () => {
  test.each(NAMES)("of %s is the operation of its model", (name) => {
    const call = ask(name);
    const { model = "", target = "" } = PLAIN[name] ?? {};
    expect(call.refusal).toBeUndefined();
    expect(call).toMatchObject({
      name: `model ${model}`,
      operation: { operation: `model ${model}` },
      isHousekeeping: false,
      isRead: false,
      facts: { model, stream: false, maxTokens: 200, messages: 1, tools: 0 },
      upstream: { method: "POST", target },
    });
    expect(call.upstream.headers.map(([header]) => header)).toEqual(["content-type", "anthropic-version"]);
  });

  test.each(NAMES)("of %s has no operation where none permits the model, whose name is not in the record", (name) => {
    const call = ask(name, {}, { operations: ["other"] });
    expect(call).toMatchObject({ name: "model", operation: undefined, isHousekeeping: false });
  });

  test("is permitted by the beginning of its model's name", () => {
    expect(ask("messages", {}, { operations: ["claude-*"] }).name).toBe("model claude-*");
  });

  test.each([
    ["chat", "gpt-4o-search-preview"],
    ["chat", "openai/gpt-4o:online"],
    ["responses", "o4-mini-deep-research"],
  ])("of %s by the beginning of its name does not permit %s, which searches the web", (name, model) => {
    expect(checkOf(ask(name, { model }, { operations: ["gpt-*", "o*"] }))).toBe("web_search");
    expect(ask(name, { model }, { operations: [model] }).refusal).toBeUndefined();
  });

  test.each([
    ["azure", { model: "other" }],
    ["gemini", { model: "models/gemini-2.5-pro" }],
    ["invoke", { model: "claude" }],
  ])("of %s that names two models is malformed", (name, more) => {
    expect(ask(name, more).refusal?.reason).toBe("malformed_request");
  });

  test.each([
    ["azure", { model: "support" }],
    ["gemini", { model: "models/gemini-2.5-flash" }],
  ])("of %s may name its model twice", (name, more) => {
    expect(ask(name, more).refusal).toBeUndefined();
  });

  test.each([undefined, 3, "", "a b", "-x", "a\n", "é"])("of the model %j is malformed", (model) => {
    const call = ask("chat", { model });
    expect(call).toMatchObject({ operation: undefined, refusal: { reason: "malformed_request" } });
  });

  test.each([
    ["chat", "[]"],
    ["chat", "null"],
    ["chat", '"text"'],
  ])("of %s whose body is %s is malformed", (name, body) => {
    expect(ask(name, body).refusal?.reason).toBe("malformed_request");
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/x-ndjson", "application/vnd.x+json"])(
    "of type %s is malformed",
    (contentType) => {
      expect(ask("chat", '{"model":"gpt-5-mini"}', { contentType }).refusal?.reason).toBe("malformed_request");
    },
  );

  test.each([
    ["chat", "/v1/completions"],
    ["chat", "/v1/chat/completions/"],
    ["chat", "/v1/files"],
    ["responses", "/v1/responses/resp_1"],
    ["responses", "/v1/conversations"],
    ["messages", "/v1/messages/batches"],
    ["messages", "/v1/files"],
    ["gemini", "/v1beta/models/gemini-2.5-flash:batchGenerateContent"],
    ["gemini", "/v1beta/tunedModels/x:generateContent"],
    ["gemini", "/v1beta/cachedContents"],
    ["azure", "/openai/deployments/support/extensions/chat/completions?api-version=2024-10-21"],
    ["azure", "/openai/files"],
    ["converse", "/model/m/converse/x"],
    ["converse", "/guardrail/g/version/1/apply"],
    ["converse", "/async-invoke"],
  ])("of %s at %s is no operation", (name, target) => {
    const call = ask(name, {}, { target });
    expect(call).toMatchObject({ operation: undefined, isHousekeeping: false, name: "model" });
  });

  test.each(["GET", "PUT", "DELETE"])("by %s is no operation", (method) => {
    expect(ask("chat", {}, { method }).operation).toBeUndefined();
  });

  test.each([
    ["chat", "/v1/chat/completions?key=k"],
    ["gemini", "/v1beta/models/gemini-2.5-flash:generateContent?key=k"],
    ["gemini", "/v1beta/models/gemini-2.5-flash:generateContent?alt=sse&alt=json"],
    ["gemini", "/v1beta/models/gemini-2.5-flash:generateContent?alt=proto"],
    ["azure", "/openai/deployments/support/chat/completions?api-version=1&x=y"],
    ["messages", "/v1/messages?beta=false"],
    ["converse", "/model/a%2F..%2Fb/converse"],
    ["converse", "/model/../converse"],
  ])("of %s at %s is refused", (name, target) => {
    const call = ask(name, {}, { target, operations: ["*", "gpt-5-mini"] });
    expect(call.operation).toBeUndefined();
    expect([undefined, "malformed_request"]).toContain(call.refusal?.reason);
    expect(call.isHousekeeping).toBe(false);
  });

  test.each([
    ["messages", "/v1/messages?beta=true", MODEL.messages],
    ["messages", "/v1/messages/count_tokens", MODEL.messages],
    ["azure", "/openai/v1/chat/completions?api-version=preview", "gpt-5-mini"],
    ["gemini", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", "gemini-2.5-flash"],
    ["gemini", "/v1beta/models/gemini-2.5-flash:countTokens", "gemini-2.5-flash"],
  ])("of %s may go to %s", (name, target, model) => {
    const call = ask(name, name === "azure" ? { model } : {}, { target, operations: [model] });
    expect(call.refusal).toBeUndefined();
    expect(call.upstream.target).toBe(target);
    expect(call.operation).toBeDefined();
  });

  test("of the responses of Azure is one of that API", () => {
    const body = JSON.stringify({ model: "support", input: "hello", previous_response_id: "resp_1" });
    expect(checkOf(ask("azure", body, { target: "/openai/v1/responses" }))).toBe("previous_response_id");
  });

  test("of an inference profile is named by its ARN", () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0";
    const target = `/model/${encodeURIComponent(arn)}/converse`;
    const call = ask("converse", {}, { target, operations: [arn] });
    expect(call).toMatchObject({ name: `model ${arn}`, upstream: { target } });
  });

  test.each(["converse-stream", "invoke-with-response-stream"])("of Bedrock's %s is denied", (verb) => {
    const name = verb.startsWith("invoke") ? "invoke" : "converse";
    const target = `/model/anthropic.claude-3-haiku-20240307-v1%3A0/${verb}`;
    expect(checkOf(ask(name, {}, { target }))).toBe("stream");
  });
});

describe("what conditions see", () => {
  test("is the largest of several limits", () => {
    expect(ask("chat", { max_tokens: 5, max_completion_tokens: 900 }).facts["maxTokens"]).toBe(900);
  });

  test("is no limit where one is no number", () => {
    expect(ask("chat", { max_tokens: "5" }).facts).not.toHaveProperty("maxTokens");
    expect(ask("chat", { max_completion_tokens: null }).facts).not.toHaveProperty("maxTokens");
  });

  test("is a stream by the body or by the path", () => {
    expect(ask("chat", { stream: true }).facts["stream"]).toBe(true);
    const target = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
    expect(ask("gemini", {}, { target }).facts["stream"]).toBe(true);
    expect(ask("chat", { stream: "yes" }).refusal?.reason).toBe("malformed_request");
  });

  test.each([
    ["chat", { tools: [{ type: "function", function: { name: "a" } }], functions: [{ name: "b" }] }, 2],
    ["messages", { tools: [{ name: "a", input_schema: {} }] }, 1],
    ["converse", { toolConfig: { tools: [{ toolSpec: { name: "a" } }, { toolSpec: { name: "b" } }] } }, 2],
    ["gemini", { tools: [{ function_declarations: [{ name: "a" }, { name: "b" }] }] }, 2],
  ])("of %s counts its tools", (name, more, count) => {
    const call = ask(name, more);
    expect(call.refusal).toBeUndefined();
    expect(call.facts["tools"]).toBe(count);
  });

  test.each([
    ["gemini", { generationConfig: { max_output_tokens: 7 } }, 7],
    ["gemini", { generation_config: { maxOutputTokens: 9 }, generationConfig: undefined }, 9],
  ])("of %s reads both spellings", (name, more, limit) => {
    expect(ask(name, more).facts["maxTokens"]).toBe(limit);
  });
});

describe("a refusal", () => {
  test("is read by clients of every API, and says nothing of the request", () => {
    const call = ask("chat", { web_search_options: { user_location: "secret-place" } });
    const answer = call.refuse(call.refusal ?? new GatewayProblem("internal_error", ""));
    const text = Buffer.from(answer.body as Uint8Array).toString();
    expect(answer.status).toBe(403);
    expect(answer.headers).toContainEqual(["content-type", "application/json"]);
    expect(JSON.parse(text)).toMatchObject({
      reason: "operation_not_permitted",
      check: "web_search_options",
      rule: "llm: model gpt-5-mini",
      error: { type: "operation_not_permitted", message: expect.any(String) },
    });
    expect(text).not.toContain("secret-place");
  });

  test("of a budget is not tried again at once", () => {
    const { headers } = ask("chat").refuse(new GatewayProblem("budget_exhausted", "Used up.", { retryAfter: 60 }));
    expect(headers).toContainEqual(["x-should-retry", "false"]);
    expect(headers).toContainEqual(["retry-after", "60"]);
    const limited = ask("chat").refuse(new GatewayProblem("rate_limited", "Too many.", { retryAfter: 1 }));
    expect(limited.headers.map(([name]) => name)).not.toContain("x-should-retry");
  });
});

describe("arbitrary bodies", () => {
  const key = fc.constantFrom(
    ..."model messages input contents system tools stream store role content parts type source text systemInstruction".split(
      " ",
    ),
  );
  const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(key, fc.jsonValue({ maxDepth: 3 })));
  const more = fc.dictionary(key, fc.oneof(value, fc.array(value, { maxLength: 3 })));

  test.each(NAMES)("of %s are read, or refused with a reason", (name) => {
    fc.assert(
      fc.property(more, (members) => {
        const call = ask(name, members, { controls: { prompt: { id: "p", text: "Stay." } } });
        expect(call.isHousekeeping).toBe(false);
        if (call.refusal !== undefined || call.operation === undefined) return;
        try {
          const once = call.prepare(Buffer.from(JSON.stringify({ ...PLAIN[name]?.body, ...members })));
          expect(Buffer.from(call.prepare(once))).toEqual(Buffer.from(once));
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayProblem);
        }
      }),
      { numRuns: 200 },
    );
  });
});
