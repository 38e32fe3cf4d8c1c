import {
  checkFields,
  checkKind,
  fields,
  isObject,
  type Json,
  malformed,
  objectOf,
  objectsOf,
  refusedField,
} from "./body";

const BODY = `messages max_tokens metadata stop_sequences stream system temperature thinking tool_choice tools top_k top_p service_tier
   output_config output_format cache_control context_management inference_geo model`;
const REFUSED = "container mcp_servers fallbacks skills";
/** @see https://docs.anthropic.com/en/api/messages */
const MESSAGES = fields(BODY, REFUSED);
/** @see https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html */
const INVOKED = fields(`${BODY} anthropic_version anthropic_beta`, REFUSED);
const ROLES = fields("user assistant system");
const BLOCKS = fields(
  "text image document search_result tool_use tool_result thinking redacted_thinking",
  `server_tool_use container_upload web_search web_fetch code_execution bash_code_execution text_editor_code_execution
   mcp_tool_use mcp_tool_result`,
);
const SOURCES = fields("base64 text content", "url file");
const TOOLS = fields("custom", "web_search web_fetch code_execution mcp_toolset tool_search_tool advisor");
/** Tools whose calls the agent itself runs. */
const OWN_TOOLS = /^(bash|text_editor|computer|memory)_\d{8}$/;
const DEEPEST = 4;

/** Refuses state at the provider, tools that it runs, and addresses that it would fetch. */
export function checkMessages(body: Json, isInvoked = false): void {
  checkFields(body, isInvoked ? INVOKED : MESSAGES);
  if (isInvoked && !/^bedrock-/.test(String(body["anthropic_version"]))) throw refusedField("invoke");
  for (const { type } of objectsOf(body["tools"], "tools")) {
    if (type === undefined || type === null || OWN_TOOLS.test(String(type))) continue;
    checkKind(type, TOOLS, "tool");
  }
  const { system } = body;
  if (system !== undefined && system !== null && typeof system !== "string") checkSystem(objectsOf(system, "blocks"));
  for (const message of objectsOf(body["messages"], "messages")) {
    checkKind(message["role"], ROLES, "role");
    checkContent(message["content"], 0);
  }
}

function checkSystem(blocks: readonly Json[]): void {
  if (blocks.some(({ type, text }) => type !== "text" || typeof text !== "string")) {
    throw malformed("its system has other blocks than text");
  }
}

function checkContent(content: unknown, depth: number): void {
  if (content === undefined || content === null || typeof content === "string") return;
  if (depth > DEEPEST) throw malformed("its blocks are nested too deeply");
  for (const block of objectsOf(content, "blocks")) {
    const { type, source } = block;
    checkKind(type, BLOCKS, "part");
    // The source of a search result is a name and is not fetched.
    if (type === "image" || type === "document") checkSource(objectOf(source, "sources"), depth);
    else if (isObject(source)) throw refusedField("source");
    if (type === "tool_result" || type === "search_result") checkContent(block["content"], depth + 1);
  }
}

function checkSource(source: Json, depth: number): void {
  checkKind(source["type"], SOURCES, "source");
  for (const name of ["url", "file_id"]) {
    if (source[name] !== undefined && source[name] !== null) throw refusedField(name);
  }
  checkContent(source["content"], depth + 1);
}
