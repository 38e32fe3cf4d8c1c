import {
  checkDataUrl,
  checkFields,
  checkInline,
  checkKind,
  fields,
  isObject,
  type Json,
  malformed,
  objectOf,
  objectsOf,
  refusedField,
} from "./body";

/** @see https://platform.openai.com/docs/api-reference/chat/create */
const BODY = fields(
  `model messages frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens metadata
   modalities audio min_p n parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_retention reasoning_effort
   repetition_penalty response_format safety_identifier seed service_tier stop stream stream_options temperature tool_choice
   tools top_k top_logprobs top_p user verbosity`,
  "store web_search_options data_sources plugins background conversation previous_response_id prompt mcp_servers",
);
const MESSAGE = fields(
  "role content name tool_calls tool_call_id function_call refusal reasoning_content annotations",
  "audio",
);
const ROLES = fields("system developer user assistant tool function");
const PARTS = fields("text image_url input_audio file refusal");
const TOOLS = fields("function custom", "web_search mcp code_interpreter file_search computer image_generation");
const FILE = fields("file_data filename", "file_id file_url");

/** Refuses state at the provider, tools that it runs, and addresses that it would fetch. */
export function checkChat(body: Json): void {
  checkFields(body, BODY);
  for (const tool of objectsOf(body["tools"], "tools")) checkKind(tool["type"], TOOLS, "tool");
  for (const message of objectsOf(body["messages"], "messages")) {
    checkKind(message["role"], ROLES, "role");
    checkFields(message, MESSAGE);
    const { content } = message;
    if (typeof content !== "string") for (const part of objectsOf(content, "parts")) checkPart(part);
  }
}

function checkPart(part: Json): void {
  const { type, image_url: image, file, input_audio: audio } = part;
  checkKind(type, PARTS, "part");
  if (isObject(audio)) checkInline(audio["data"], "input_audio");
  if (type === "image_url") {
    const url = typeof image === "string" ? image : objectOf(image, "images")["url"];
    if (url === undefined) throw malformed("an image has no content");
    checkDataUrl(url, "image_url");
  } else if (image !== undefined) throw refusedField("image_url");
  if (type === "file") {
    const { file_data: data } = objectOf(file, "files");
    checkFields(objectOf(file, "files"), FILE);
    checkInline(data, "file_data");
  } else if (file !== undefined) throw refusedField("file");
}
