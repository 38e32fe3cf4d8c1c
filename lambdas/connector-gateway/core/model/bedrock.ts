import { checkFields, fields, isObject, type Json, malformed, objectOf, objectsOf, refusedField } from "./body";

/** @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
const BODY = fields(
  `messages system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields
   additionalModelResponseFieldPaths requestMetadata performanceConfig serviceTier outputConfig`,
  "promptVariables modelId",
);
const MORE = fields(
  "thinking top_k topK reasoning_config reasoningConfig reasoning_effort inferenceConfig output_config anthropic_beta",
  "tools mcp_servers container",
);
const MORE_INFERENCE = fields("topK top_k");
const BLOCK = fields(
  `text image document video audio toolUse toolResult guardContent cachePoint reasoningContent citationsContent searchResult
   json`,
);
const MEDIA = ["image", "document", "video", "audio"];
const SOURCE = fields("bytes text content", "s3Location");
const TOOL = fields("toolSpec cachePoint", "systemTool");
const ROLES = ["user", "assistant", "system"];
const DEEPEST = 4;

/** Refuses state at the provider, tools that it runs, and objects that it would fetch. */
export function checkConverse(body: Json, model: string): void {
  // The version of a stored prompt brings its own messages.
  if (/:prompt\//.test(model)) throw refusedField("prompt");
  checkFields(body, BODY);
  const { toolConfig, additionalModelRequestFields: more } = body;
  if (isObject(more)) checkMore(more);
  else if (more !== undefined && more !== null) throw malformed("its additional fields are no object");
  const tools = toolConfig === undefined || toolConfig === null ? undefined : objectOf(toolConfig, "tools")["tools"];
  for (const tool of objectsOf(tools, "tools")) checkFields(tool, TOOL);
  checkBlocks(body["system"], 0);
  for (const { role, content } of objectsOf(body["messages"], "messages")) {
    if (!ROLES.includes(String(role))) throw refusedField("unknown_role");
    checkBlocks(content, 0);
  }
}

function checkMore(more: Json): void {
  checkFields(more, MORE);
  const { inferenceConfig } = more;
  // Another limit of tokens here would go before the one that conditions see.
  if (inferenceConfig !== undefined) checkFields(objectOf(inferenceConfig, "settings"), MORE_INFERENCE);
}

function checkBlocks(value: unknown, depth: number): void {
  if (depth > DEEPEST) throw malformed("its blocks are nested too deeply");
  for (const block of objectsOf(value, "blocks")) {
    checkFields(block, BLOCK);
    for (const kind of MEDIA) {
      const media = block[kind];
      if (media === undefined || media === null) continue;
      checkFields(objectOf(objectOf(media, kind)["source"], "sources"), SOURCE);
    }
    for (const holder of ["toolResult", "citationsContent"]) {
      const inner = block[holder];
      if (inner !== undefined && inner !== null) checkBlocks(objectOf(inner, "blocks")["content"], depth + 1);
    }
    const { guardContent } = block;
    if (isObject(guardContent)) checkBlocks([guardContent], depth + 1);
  }
}
