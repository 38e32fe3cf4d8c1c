import type { OperationJson } from "../../../../lib/policy/connector-json";
import { problemOf } from "../support/problem";
import { ask, type Body, bytesOf, PLAIN, PROMPT, preparedBy } from "./support";

const prompt: Partial<OperationJson> = { prompt: { id: "desk", text: PROMPT } };
const budget: Partial<OperationJson> = { budgets: [{ of: "tokens", limit: 1_000, per: "day" }] };
const bodyOf = (name: string, more: Body = {}): Body => ({ ...PLAIN[name]?.body, ...more });
const prepared = (name: string, more: Body, controls: Partial<OperationJson>): Body =>
  preparedBy(ask(name, more, { controls }), bodyOf(name, more));

describe("a bounding prompt", () => {
  const own = { role: "system", content: "Be brief." };
  const question = { role: "user", content: "How do I change my address?" };

  test.each<[string, Body, string, unknown]>([
    ["chat", {}, "messages", [{ role: "system", content: PROMPT }, question]],
    ["chat", { messages: [own] }, "messages", [{ role: "system", content: PROMPT }, own]],
    ["chat", { messages: [] }, "messages", [{ role: "system", content: PROMPT }]],
    [
      "chat",
      { messages: [{ role: "developer", content: "Be brief." }] },
      "messages",
      [
        { role: "developer", content: PROMPT },
        { role: "developer", content: "Be brief." },
      ],
    ],
    ["azure", {}, "messages", [{ role: "system", content: PROMPT }, question]],
    ["responses", {}, "instructions", PROMPT],
    ["responses", { instructions: null }, "instructions", PROMPT],
    ["responses", { instructions: "Be brief." }, "instructions", `${PROMPT}\n\nBe brief.`],
    ["messages", {}, "system", [{ type: "text", text: PROMPT }]],
    [
      "messages",
      { system: "Be brief." },
      "system",
      [
        { type: "text", text: PROMPT },
        { type: "text", text: "Be brief." },
      ],
    ],
    [
      "messages",
      { system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }] },
      "system",
      [
        { type: "text", text: PROMPT },
        { type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } },
      ],
    ],
    ["messages", { system: [] }, "system", [{ type: "text", text: PROMPT }]],
    ["invoke", {}, "system", [{ type: "text", text: PROMPT }]],
    ["converse", {}, "system", [{ text: PROMPT }]],
    ["converse", { system: [{ text: "Be brief." }] }, "system", [{ text: PROMPT }, { text: "Be brief." }]],
    ["gemini", {}, "systemInstruction", { parts: [{ text: PROMPT }] }],
    ["gemini", { systemInstruction: null }, "systemInstruction", { parts: [{ text: PROMPT }] }],
    [
      "gemini",
      { system_instruction: { role: "system", parts: [{ text: "Be brief." }] } },
      "system_instruction",
      { role: "system", parts: [{ text: PROMPT }, { text: "Be brief." }] },
    ],
    ["gemini", { systemInstruction: {} }, "systemInstruction", { parts: [{ text: PROMPT }] }],
  ])("goes before what %s has: %j", (name, more, member, expected) => {
    const once = prepared(name, more, prompt);
    expect(once[member]).toEqual(expected);
    const { [member]: _taken, ...rest } = once;
    const { [member]: _own, ...others } = bodyOf(name, more);
    expect(rest).toEqual(others);
    expect(preparedBy(ask(name, more, { controls: prompt }), once)).toEqual(once);
  });

  test("leaves every other byte as it came", () => {
    const body =
      '{ "model":"gpt-5-mini", "seed": 12345678901234567890, "messages" : [ {"role":"user","content":"\\u00e9"} ] }';
    const call = ask("chat", body, { controls: prompt });
    expect(call.refusal).toBeUndefined();
    expect(Buffer.from(call.prepare(bytesOf(body))).toString()).toBe(
      body.replace("[ {", `[{"role":"system","content":${JSON.stringify(PROMPT)}}, {`),
    );
  });

  test("is not there where the policy has none", () => {
    const body = bytesOf(bodyOf("chat"));
    expect(Buffer.from(ask("chat").prepare(body))).toEqual(Buffer.from(body));
  });

  test.each([
    ["messages", "/v1/messages/count_tokens"],
    ["gemini", "/v1beta/models/gemini-2.5-flash:countTokens"],
  ])("of %s is not counted", (name, target) => {
    const call = ask(name, {}, { target, controls: prompt });
    expect(preparedBy(call, bodyOf(name))).toEqual(bodyOf(name));
  });
});

describe("what a provider would do by itself", () => {
  test("is to keep an answer, and it is told not to", () => {
    const body = { model: "gpt-5-mini", input: "hi" };
    expect(preparedBy(ask("responses"), body)).toEqual({ ...body, store: false });
    expect(preparedBy(ask("responses"), { ...body, store: null })).toEqual({ ...body, store: false });
  });

  test.each<[Body, unknown]>([
    [{ stream: true }, { include_usage: true }],
    [{ stream: true, stream_options: null }, { include_usage: true }],
    [{ stream: true, stream_options: {} }, { include_usage: true }],
    [
      { stream: true, stream_options: { include_usage: false, include_obfuscation: false } },
      { include_usage: true, include_obfuscation: false },
    ],
  ])("is to say no usage in a stream, and with a budget it is asked for: %j", (more, options) => {
    expect(prepared("chat", more, budget)["stream_options"]).toEqual(options);
  });

  test("is left so without a stream, and without a budget", () => {
    expect(prepared("chat", {}, budget)).not.toHaveProperty("stream_options");
    expect(prepared("chat", { stream: true }, {})).not.toHaveProperty("stream_options");
    expect(prepared("messages", { stream: true }, budget)).not.toHaveProperty("stream_options");
  });
});

describe("a body that was changed on its way", () => {
  const refusal = async (body: Body) => await problemOf(() => ask("chat").prepare(bytesOf(body)));

  test("has to hold as it leaves", async () => {
    const part = { type: "image_url", image_url: { url: "https://example.com" } };
    const body = bodyOf("chat", { messages: [{ role: "user", content: [part] }] });
    expect((await refusal(body))?.details.extra).toEqual({ check: "image_url" });
    expect((await refusal(bodyOf("chat", { model: "other" })))?.reason).toBe("malformed_request");
    expect(await refusal(bodyOf("chat"))).toBeUndefined();
  });

  test("is sent where its refusal is only watched", () => {
    const more = { store: true };
    expect(prepared("chat", more, {})["store"]).toBe(true);
  });
});

describe("used tokens", () => {
  const sse = (...events: unknown[]): string =>
    events.map((data) => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`).join("");
  const tokens = async (name: string, body: unknown, type = "application/json", target?: string) =>
    (await ask(name, {}, target === undefined ? {} : { target }).finish(bytesOf(body), type)).tokens;

  test.each<[string, unknown, number]>([
    ["chat", { choices: [], usage: { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 } }, 29],
    ["chat", { choices: [], usage: { prompt_tokens: 19, completion_tokens: 10 } }, 29],
    ["responses", { output: [], usage: { input_tokens: 36, output_tokens: 87, total_tokens: 123 } }, 123],
    [
      "messages",
      {
        content: [],
        usage: { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 7, output_tokens: 20 },
      },
      42,
    ],
    ["invoke", { content: [], usage: { input_tokens: 10, output_tokens: 20 } }, 30],
    [
      "converse",
      { output: {}, usage: { inputTokens: 30, outputTokens: 12, totalTokens: 42, cacheReadInputTokens: 8 } },
      50,
    ],
    [
      "gemini",
      { candidates: [], usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 6, thoughtsTokenCount: 9 } },
      19,
    ],
    [
      "gemini",
      { candidates: [], usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 6, totalTokenCount: 25 } },
      25,
    ],
    ["gemini", [{ usageMetadata: { totalTokenCount: 8 } }, { usageMetadata: { totalTokenCount: 12 } }], 12],
  ])("of %s are what its answer says", async (name, body, count) => {
    expect(await tokens(name, body)).toBe(count);
  });

  test.each<[string, string, number]>([
    [
      "chat",
      sse(
        { choices: [{ delta: { content: "Hel" } }], usage: null },
        { choices: [], usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 } },
        "[DONE]",
      ),
      12,
    ],
    [
      "responses",
      sse(
        { type: "response.created", response: { usage: null } },
        { type: "response.completed", response: { usage: { input_tokens: 8, output_tokens: 3, total_tokens: 11 } } },
      ),
      11,
    ],
    [
      "messages",
      sse(
        { type: "message_start", message: { usage: { input_tokens: 25, output_tokens: 1 } } },
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
        { type: "message_delta", delta: {}, usage: { output_tokens: 9 } },
        { type: "message_delta", delta: {}, usage: { output_tokens: 15 } },
        { type: "message_delta", delta: {}, usage: { output_tokens: 2 } },
        { type: "message_stop" },
      ),
      40,
    ],
    [
      "gemini",
      sse(
        { usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 } },
        { usageMetadata: { promptTokenCount: 4, totalTokenCount: 21 } },
      ),
      21,
    ],
  ])("of a stream of %s are those of the whole answer", async (name, body, count) => {
    expect(await tokens(name, body, "text/event-stream")).toBe(count);
  });

  test.each([
    [{ usage: { prompt_tokens: -5 } }],
    [{ usage: { prompt_tokens: "many" } }],
    [{ usage: "many" }],
    [{ choices: [] }],
    ["not JSON"],
  ])("are unknown where %j says none", async (body) => {
    expect(await tokens("chat", body)).toBeUndefined();
  });

  test("are none where they are only counted", async () => {
    expect(await tokens("messages", { input_tokens: 2_000 }, "application/json", "/v1/messages/count_tokens")).toBe(0);
  });

  test("are read without a change to the answer", async () => {
    const body = bytesOf({ choices: [], usage: { prompt_tokens: 1 } });
    expect((await ask("chat").finish(body, "application/json")).body).toBe(body);
  });
});
