import { ask, checkOf, PLAIN } from "./support";

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";
const user = (...parts: unknown[]) => ({ messages: [{ role: "user", content: parts }] });
const items = (...content: unknown[]) => ({ input: [{ type: "message", role: "user", content }] });
const parts = (...all: unknown[]) => ({ contents: [{ role: "user", parts: all }] });
const invented = { something_new: { url: "https://example.com" } };

describe("what stays within a request", () => {
  test.each<[string, object]>([
    [
      "chat",
      user({ type: "text", text: "What is this?" }, { type: "image_url", image_url: { url: PIXEL, detail: "low" } }),
    ],
    ["chat", user({ type: "file", file: { file_data: "data:application/pdf;base64,JVBE", filename: "a.pdf" } })],
    ["chat", user({ type: "input_audio", input_audio: { data: "UklG", format: "wav" } })],
    ["chat", { store: false, metadata: null, web_search_options: null, stream: true, n: 2 }],
    [
      "chat",
      {
        messages: [
          { role: "system", content: "Be brief." },
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }],
          },
          { role: "tool", tool_call_id: "c1", content: "done" },
        ],
        tools: [
          { type: "function", function: { name: "f", parameters: { type: "object" } } },
          { type: "custom", custom: { name: "g" } },
        ],
      },
    ],
    ["responses", items({ type: "input_text", text: "hi" }, { type: "input_image", image_url: PIXEL, detail: "auto" })],
    ["responses", items({ type: "input_file", file_data: "data:application/pdf;base64,JVBE", filename: "a.pdf" })],
    [
      "responses",
      { input: "hi", instructions: "Be brief.", previous_response_id: null, background: false, conversation: null },
    ],
    [
      "responses",
      {
        input: [
          { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "x" },
          { type: "function_call", call_id: "c", name: "f", arguments: "{}" },
          { type: "function_call_output", call_id: "c", output: "done" },
        ],
        include: ["reasoning.encrypted_content"],
        tools: [{ type: "function", name: "f" }],
      },
    ],
    [
      "messages",
      user(
        { type: "text", text: "hi" },
        { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBO" } },
      ),
    ],
    ["messages", user({ type: "document", source: { type: "text", media_type: "text/plain", data: "x" } })],
    [
      "messages",
      { system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }], mcp_servers: [] },
    ],
    [
      "messages",
      {
        messages: [
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "t", signature: "s" },
              { type: "tool_use", id: "t1", name: "f", input: {} },
            ],
          },
          {
            role: "user",
            content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "text", text: "ok" }] }],
          },
        ],
        tools: [
          { name: "f", input_schema: { type: "object" } },
          { type: "bash_20250124", name: "bash" },
        ],
      },
    ],
    [
      "converse",
      {
        system: [{ text: "Be brief." }, { cachePoint: { type: "default" } }],
        messages: [
          {
            role: "user",
            content: [
              { image: { format: "png", source: { bytes: "iVBO" } } },
              { document: { name: "d", format: "pdf", source: { bytes: "JVBE" } } },
            ],
          },
          { role: "assistant", content: [{ toolUse: { toolUseId: "t", name: "f", input: {} } }] },
          { role: "user", content: [{ toolResult: { toolUseId: "t", content: [{ json: { ok: true } }] } }] },
        ],
        additionalModelRequestFields: { top_k: 20, inferenceConfig: { topK: 20 } },
      },
    ],
    ["gemini", parts({ text: "hi" }, { inlineData: { mimeType: "image/png", data: "iVBO" } })],
    [
      "gemini",
      {
        system_instruction: { parts: [{ text: "Be brief." }] },
        contents: [
          { role: "model", parts: [{ functionCall: { name: "f", args: {} }, thoughtSignature: "s" }] },
          { role: "user", parts: [{ functionResponse: { name: "f", response: { ok: true } } }] },
        ],
        tools: [{ functionDeclarations: [{ name: "f" }] }],
        toolConfig: { functionCallingConfig: { mode: "AUTO" } },
      },
    ],
    ["azure", { data_sources: [], response_format: { type: "json_object" } }],
  ])("passes for %s: %j", (name, more) => {
    expect(checkOf(ask(name, more))).toBeUndefined();
  });
});

describe("what reaches past a request", () => {
  test.each<[string, object, string]>([
    ["chat", { store: true }, "store"],
    ["chat", { web_search_options: {} }, "web_search_options"],
    ["chat", { plugins: [{ id: "web" }] }, "plugins"],
    ["chat", invented, "unknown_field"],
    ["chat", { tools: [{ type: "web_search_preview" }] }, "web_search"],
    ["chat", { tools: [{ type: "mcp", server_url: "https://example.com" }] }, "mcp"],
    ["chat", { tools: [{ type: "something_new" }] }, "unknown_tool"],
    ["chat", user({ type: "image_url", image_url: { url: "https://example.com/?q=data" } }), "image_url"],
    ["chat", user({ type: "image_url", image_url: "http://example.com/a.png" }), "image_url"],
    ["chat", user({ type: "image_url", image_url: { url: " data:image/png;base64,x" } }), "image_url"],
    ["chat", user({ type: "text", text: "x", image_url: { url: "https://example.com" } }), "image_url"],
    ["chat", user({ type: "file", file: { file_id: "file-1" } }), "file_id"],
    ["chat", user({ type: "video_url", video_url: { url: "https://example.com" } }), "unknown_part"],
    ["chat", { messages: [{ role: "assistant", audio: { id: "audio_1" } }] }, "audio"],
    ["chat", { messages: [{ role: "someone", content: "x" }] }, "unknown_role"],
    ["chat", user({ type: "file", file: { file_data: "https://example.com/a.pdf" } }), "file_data"],
    ["chat", user({ type: "input_audio", input_audio: { data: "https://example.com/a.wav" } }), "input_audio"],
    ["responses", items({ type: "input_file", file_data: "https://example.com/a.pdf" }), "file_data"],
    ["responses", { previous_response_id: "resp_1" }, "previous_response_id"],
    ["responses", { store: true }, "store"],
    ["responses", { conversation: "conv_1" }, "conversation"],
    ["responses", { conversation: { id: "conv_1" } }, "conversation"],
    ["responses", { prompt: { id: "pmpt_1" } }, "prompt"],
    ["responses", { background: true }, "background"],
    ["responses", invented, "unknown_field"],
    ["responses", { include: ["web_search_call.action.sources"] }, "include"],
    ["responses", { input: [{ type: "item_reference", id: "msg_1" }] }, "item_reference"],
    ["responses", { input: [{ id: "msg_1" }] }, "item_reference"],
    ["responses", { input: [{ type: null, id: "msg_1" }] }, "item_reference"],
    ["responses", { input: [{ type: "mcp_approval_response", approve: true }] }, "mcp"],
    ["responses", items({ type: "input_image", image_url: "https://example.com/?q=data" }), "image_url"],
    ["responses", items({ type: "input_image", file_id: "file-1" }), "file_id"],
    ["responses", items({ type: "input_file", file_url: "https://example.com/a.pdf" }), "file_url"],
    [
      "responses",
      {
        input: [
          { type: "function_call_output", call_id: "c", output: [{ type: "input_image", image_url: "https://e.com" }] },
        ],
      },
      "image_url",
    ],
    ...["web_search", "web_search_preview", "file_search", "mcp", "code_interpreter", "image_generation", "shell"].map(
      (type): [string, object, string] => ["responses", { tools: [{ type }] }, type.replace("_preview", "")],
    ),
    ["responses", { tools: [{ type: "computer_use_preview" }] }, "computer"],
    ["messages", { mcp_servers: [{ type: "url", url: "https://example.com" }] }, "mcp_servers"],
    ["messages", { container: "c_1" }, "container"],
    ["messages", invented, "unknown_field"],
    ["messages", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, "web_search"],
    ["messages", { tools: [{ type: "web_fetch_20250910", name: "web_fetch" }] }, "web_fetch"],
    ["messages", { tools: [{ type: "code_execution_20250825", name: "code_execution" }] }, "code_execution"],
    ["messages", { tools: [{ type: "mcp_toolset", mcp_server_name: "x" }] }, "mcp_toolset"],
    ["messages", user({ type: "image", source: { type: "url", url: "https://example.com/?q=data" } }), "url"],
    ["messages", user({ type: "document", source: { type: "url", url: "https://example.com" } }), "url"],
    ["messages", user({ type: "document", source: { type: "file", file_id: "file_1" } }), "file"],
    ["messages", user({ type: "container_upload", file_id: "file_1" }), "container_upload"],
    [
      "messages",
      user({
        type: "tool_result",
        tool_use_id: "t",
        content: [{ type: "image", source: { type: "url", url: "https://e.com" } }],
      }),
      "url",
    ],
    [
      "messages",
      user({
        type: "document",
        source: { type: "content", content: [{ type: "image", source: { type: "url", url: "https://e.com" } }] },
      }),
      "url",
    ],
    ["invoke", { anthropic_version: undefined, inputText: "x" }, "unknown_field"],
    ["invoke", { anthropic_version: undefined }, "invoke"],
    ["invoke", { tools: [{ type: "web_search_20250305", name: "w" }] }, "web_search"],
    ["converse", { promptVariables: { a: { text: "x" } } }, "promptVariables"],
    ["converse", invented, "unknown_field"],
    ["converse", { toolConfig: { tools: [{ systemTool: { name: "nova_grounding" } }] } }, "systemTool"],
    ["converse", { additionalModelRequestFields: { tools: [{ type: "web_search_20250305" }] } }, "tools"],
    ["converse", { additionalModelRequestFields: { inferenceConfig: { maxTokens: 9_000 } } }, "unknown_field"],
    ["converse", user({ image: { format: "png", source: { s3Location: { uri: "s3://b/k" } } } }), "s3Location"],
    [
      "converse",
      user({ toolResult: { toolUseId: "t", content: [{ video: { source: { s3Location: {} } } }] } }),
      "s3Location",
    ],
    ["gemini", { cachedContent: "cachedContents/1" }, "cachedContent"],
    ["gemini", { cached_content: "cachedContents/1" }, "cachedContent"],
    ["gemini", { generateContentRequest: {} }, "generateContentRequest"],
    ["gemini", { somethingNew: true }, "unknown_field"],
    ["gemini", { tools: [{ googleSearch: {} }] }, "googleSearch"],
    ["gemini", { tools: [{ google_search: {} }] }, "googleSearch"],
    ["gemini", { tools: [{ functionDeclarations: [], url_context: {} }] }, "urlContext"],
    ["gemini", { tools: [{ codeExecution: {} }] }, "codeExecution"],
    ["gemini", parts({ fileData: { fileUri: "https://example.com/?q=data" } }), "fileData"],
    ["gemini", parts({ file_data: { file_uri: "https://example.com" } }), "fileData"],
    ["gemini", { systemInstruction: { parts: [{ fileData: { fileUri: "https://e.com" } }] } }, "fileData"],
    ["gemini", parts({ functionResponse: { name: "f", parts: [{ file_data: {} }] } }), "fileData"],
    ["azure", { data_sources: [{ type: "azure_search", parameters: {} }] }, "data_sources"],
    ["azure", user({ type: "image_url", image_url: { url: "https://example.com" } }), "image_url"],
  ])("is denied for %s: %j", (name, more, check) => {
    const call = ask(name, more);
    expect(call.refusal?.reason).toBe("operation_not_permitted");
    expect(checkOf(call)).toBe(check);
    expect(JSON.stringify(call.refusal)).not.toContain("example.com");
    expect(call.operation?.operation).toBe(`model ${PLAIN[name]?.model}`);
  });

  test.each<[string, object]>([
    ["gemini", { systemInstruction: { parts: [] }, system_instruction: { parts: [] } }],
    ["gemini", { tools: { googleSearch: {} } }],
    ["gemini", { contents: { parts: [] } }],
    ["chat", { messages: "x" }],
    ["chat", { messages: ["x"] }],
    ["chat", { tools: {} }],
    ["messages", { system: [{ type: "image", source: {} }] }],
    ["messages", user({ type: "image", source: "x" })],
    ["converse", { system: "text" }],
  ])("is malformed for %s: %j", (name, more) => {
    expect(ask(name, more).refusal?.reason).toBe("malformed_request");
  });

  test("is not looked for where the model itself is not permitted", () => {
    expect(ask("chat", { store: true }, { operations: ["other"] })).toMatchObject({ operation: undefined });
  });
});
