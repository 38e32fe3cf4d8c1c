import {
  checkDataUrl,
  checkFields,
  checkInline,
  checkKind,
  fields,
  type Json,
  listOf,
  objectsOf,
  refusedField,
} from "./body";

/** @see https://platform.openai.com/docs/api-reference/responses/create */
const BODY = fields(
  `model input instructions include max_output_tokens metadata parallel_tool_calls prompt_cache_key reasoning
   safety_identifier service_tier stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user
   max_tool_calls prompt_cache_retention`,
  "store previous_response_id conversation prompt background context_management",
);
const ITEMS = fields(
  "message function_call function_call_output custom_tool_call custom_tool_call_output reasoning",
  "item_reference mcp web_search file_search code_interpreter image_generation computer local_shell shell compaction",
);
const ROLES = fields("system developer user assistant");
const PARTS = fields(
  "input_text output_text text refusal input_image input_file input_audio summary_text reasoning_text",
  "computer_screenshot",
);
const TOOLS = fields(
  "function custom",
  "web_search file_search mcp code_interpreter image_generation computer local_shell shell tool_search apply_patch",
);
const INCLUDES = ["reasoning.encrypted_content", "message.output_text.logprobs"];

/** Refuses state at the provider, tools that it runs, and addresses that it would fetch. */
export function checkResponses(body: Json): void {
  checkFields(body, BODY);
  for (const tool of objectsOf(body["tools"], "tools")) checkKind(tool["type"], TOOLS, "tool");
  if (listOf(body["include"], "includes").some((name) => !INCLUDES.includes(String(name))))
    throw refusedField("include");
  const { input, instructions } = body;
  if (instructions !== undefined && instructions !== null && typeof instructions !== "string") {
    throw refusedField("instructions");
  }
  if (typeof input !== "string") for (const item of objectsOf(input, "items")) checkItem(item);
}

function checkItem(item: Json): void {
  // A message needs no type; an item with an id alone stands for one that the provider keeps.
  const { type = item["role"] === undefined ? "item_reference" : "message" } = item;
  checkKind(type ?? "item_reference", ITEMS, "item");
  if (type === "message") checkKind(item["role"], ROLES, "role");
  for (const content of [item["content"], item["output"], item["summary"]]) {
    if (content === undefined || content === null || typeof content === "string") continue;
    for (const part of objectsOf(content, "parts")) checkPart(part);
  }
}

function checkPart(part: Json): void {
  checkKind(part["type"], PARTS, "part");
  checkDataUrl(part["image_url"], "image_url");
  checkInline(part["file_data"], "file_data");
  for (const name of ["file_id", "file_url"]) {
    if (part[name] !== undefined && part[name] !== null) throw refusedField(name);
  }
}
