import { checkFields, fields, isObject, type Json, malformed, objectOf, objectsOf } from "./body";

/** @see https://ai.google.dev/api/generate-content */
const BODY = fields(
  "contents systemInstruction tools toolConfig safetySettings generationConfig model",
  "cachedContent generateContentRequest store serviceTier",
);
const CONTENT = fields("role parts");
const PART = fields(
  "text inlineData functionCall functionResponse thought thoughtSignature partMetadata mediaResolution videoMetadata",
  "fileData executableCode codeExecutionResult toolCall toolResponse",
);
const RESPONSE_PART = fields("inlineData text", "fileData");
const TOOL = fields(
  "functionDeclarations",
  `googleSearch googleSearchRetrieval urlContext codeExecution fileSearch googleMaps computerUse mcpServers retrieval
   enterpriseWebSearch`,
);
const SETTINGS = fields("functionCallingConfig", "retrievalConfig includeServerSideToolInvocations");

/** Refuses state at the provider, tools that it runs, and addresses that it would fetch. */
export function checkGemini(body: Json): void {
  const { contents, systemInstruction, tools, toolConfig } = checked(body, BODY);
  for (const tool of objectsOf(tools, "tools")) checked(tool, TOOL);
  if (toolConfig !== undefined && toolConfig !== null) checked(objectOf(toolConfig, "settings"), SETTINGS);
  if (systemInstruction !== undefined && systemInstruction !== null) checkContent(systemInstruction);
  for (const content of objectsOf(contents, "contents")) checkContent(content);
}

function checkContent(value: unknown): void {
  const { parts } = checked(objectOf(value, "contents"), CONTENT);
  for (const part of objectsOf(parts, "parts")) {
    const { functionResponse } = checked(part, PART);
    if (!isObject(functionResponse)) continue;
    const { parts: inner } = withoutUnderscores(functionResponse);
    for (const one of objectsOf(inner, "parts")) checked(one, RESPONSE_PART);
  }
}

function checked(value: Json, known: ReturnType<typeof fields>): Json {
  const plain = withoutUnderscores(value);
  checkFields(plain, known);
  return plain;
}

/** The API takes `file_data` for `fileData`; one that is there in both spellings could be read either way. */
export function withoutUnderscores(value: Json): Json {
  const members = new Map<string, unknown>();
  for (const [name, member] of Object.entries(value)) {
    const plain = name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    if (members.has(plain)) throw malformed("a member is there in two spellings");
    members.set(plain, member);
  }
  return Object.fromEntries(members);
}

/** The model that a body names, if it does; `models/` may stand before it. */
export const modelOfBody = (body: Json): unknown => {
  const { model } = body;
  return typeof model === "string" ? model.replace(/^models\//, "") : model;
};
