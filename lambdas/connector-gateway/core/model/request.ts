import type { OperationMatch, OperationTable } from "../operations/operation-table";
import { checkMessages } from "./anthropic";
import { checkConverse } from "./bedrock";
import { isObject, type Json, malformed, refusedField } from "./body";
import type { Endpoint } from "./endpoint";
import { checkGemini, modelOfBody, withoutUnderscores } from "./gemini";
import { checkChat } from "./openai-chat";
import { checkResponses } from "./openai-responses";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}$/;
/** Models, and names of them, that search the web by themselves. */
const SEARCHING = /-search-(preview|api)|:online$|deep-research|sonar/i;

/** The model that a request is for. @throws malformed_request where it names none, or two */
export function modelOf({ shape, model: inPath }: Endpoint, body: Json): string {
  const inBody = shape === "gemini" ? modelOfBody(body) : body["model"];
  if (inBody !== undefined && typeof inBody !== "string") throw malformed("its model is no name");
  if (inPath !== undefined && inBody !== undefined && inPath !== inBody) throw malformed("it names two models");
  const model = inPath ?? inBody;
  if (model === undefined || !NAME.test(model)) throw malformed("its model is no name");
  return model;
}

/** The operation that permits a model. One that searches the web has to be named in full. @throws operation_not_permitted */
export function permittedModel(table: OperationTable, model: string): OperationMatch | undefined {
  const match = table.named(`model ${model}`);
  if (match?.operation.operation.endsWith("*") === true && SEARCHING.test(model)) throw refusedField("web_search");
  return match;
}

/** Refuses what reaches past the request. @throws operation_not_permitted, malformed_request */
export function checkBody({ shape, model, isStream }: Endpoint, body: Json): void {
  // Frames of Bedrock's streams are binary, and nothing could be looked through on the way.
  if (isStream && shape !== "gemini") throw refusedField("stream");
  if (body["stream"] !== undefined && typeof body["stream"] !== "boolean" && body["stream"] !== null) {
    throw malformed("its stream is neither true nor false");
  }
  if (shape === "chat") checkChat(body);
  else if (shape === "responses") checkResponses(body);
  else if (shape === "converse") checkConverse(body, model ?? "");
  else if (shape === "gemini") checkGemini(body);
  else checkMessages(body, shape === "invoke");
}

/** What conditions see of a request. */
export function modelFacts({ shape, isStream }: Endpoint, body: Json, model: string): { [fact: string]: unknown } {
  const plain = shape === "gemini" ? withoutUnderscores(body) : body;
  const settings = [plain["inferenceConfig"], plain["generationConfig"]].filter(isObject).map(withoutUnderscores);
  const limits = [plain, ...settings].flatMap((one) => LIMITS.map((name) => one[name])).filter(isSaid);
  const isCounted = limits.every((limit) => Number.isSafeInteger(limit));
  const messages = plain["messages"] ?? plain["input"] ?? plain["contents"];
  return {
    model,
    stream: isStream || body["stream"] === true,
    // Of several limits the largest, so that a small one hides nothing.
    ...(limits.length > 0 && isCounted ? { maxTokens: Math.max(...limits.map(Number)) } : {}),
    messages: Array.isArray(messages) ? messages.length : isSaid(messages) ? 1 : 0,
    tools: toolsOf(plain),
  };
}

const LIMITS = ["max_tokens", "max_completion_tokens", "max_output_tokens", "maxTokens", "maxOutputTokens"];
const isSaid = (value: unknown): boolean => value !== undefined && value !== null;

function toolsOf(body: Json): number {
  const { toolConfig } = body;
  const tools = isObject(toolConfig) && Array.isArray(toolConfig["tools"]) ? toolConfig["tools"] : body["tools"];
  const listed = Array.isArray(tools) ? tools : [];
  const functions = Array.isArray(body["functions"]) ? body["functions"].length : 0;
  // One tool of Gemini holds several functions.
  return listed.reduce<number>((sum, tool) => sum + declared(tool), functions);
}

function declared(tool: unknown): number {
  const plain = isObject(tool) ? withoutUnderscores(tool)["functionDeclarations"] : undefined;
  return Array.isArray(plain) ? plain.length : 1;
}
