import type { Call, GatewayRequest } from "../../../../lambdas/connector-gateway/core/calls/call";
import { readModelCall } from "../../../../lambdas/connector-gateway/core/calls/model-call";
import { openContent } from "../../../../lambdas/connector-gateway/core/content";
import { OperationTable } from "../../../../lambdas/connector-gateway/core/operations/operation-table";
import type { ModelApi, OperationJson } from "../../../../lib/policy/connector-json";

export type Body = { readonly [member: string]: unknown };

export const PROMPT = "Stay within the support desk.";
const TEXT = "How do I change my address?";

/** A plain request of each API: where it goes, the model it names, and its body. */
export const PLAIN: { readonly [name: string]: { api: ModelApi; target: string; model: string; body: Body } } = {
  chat: {
    api: "openai-chat",
    target: "/v1/chat/completions",
    model: "gpt-5-mini",
    body: { model: "gpt-5-mini", messages: [{ role: "user", content: TEXT }], max_completion_tokens: 200 },
  },
  responses: {
    api: "openai-responses",
    target: "/v1/responses",
    model: "gpt-5-mini",
    body: { model: "gpt-5-mini", input: [{ role: "user", content: TEXT }], max_output_tokens: 200, store: false },
  },
  messages: {
    api: "anthropic",
    target: "/v1/messages",
    model: "claude-sonnet-4-5",
    body: { model: "claude-sonnet-4-5", max_tokens: 200, messages: [{ role: "user", content: TEXT }] },
  },
  converse: {
    api: "bedrock",
    target: "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse",
    model: "anthropic.claude-3-haiku-20240307-v1:0",
    body: { messages: [{ role: "user", content: [{ text: TEXT }] }], inferenceConfig: { maxTokens: 200 } },
  },
  invoke: {
    api: "bedrock",
    target: "/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke",
    model: "anthropic.claude-3-haiku-20240307-v1:0",
    body: { anthropic_version: "bedrock-2023-05-31", max_tokens: 200, messages: [{ role: "user", content: TEXT }] },
  },
  gemini: {
    api: "gemini",
    target: "/v1beta/models/gemini-2.5-flash:generateContent",
    model: "gemini-2.5-flash",
    body: { contents: [{ role: "user", parts: [{ text: TEXT }] }], generationConfig: { maxOutputTokens: 200 } },
  },
  azure: {
    api: "azure-openai",
    target: "/openai/deployments/support/chat/completions?api-version=2024-10-21",
    model: "support",
    body: { messages: [{ role: "user", content: TEXT }], max_tokens: 200 },
  },
};

export interface Asked {
  readonly target?: string;
  readonly method?: string;
  readonly contentType?: string;
  /** Of the operation that permits the model. */
  readonly controls?: Partial<OperationJson>;
  /** @default the model of the plain request */
  readonly operations?: readonly string[];
}

/** Reads the plain request of an API with other members. */
export function ask(name: string, more: unknown = {}, asked: Asked = {}): Call {
  const plain = PLAIN[name];
  if (plain === undefined) throw new Error(`no plain request of ${name}`);
  const { method = "POST", contentType = "application/json", target = plain.target, controls = {} } = asked;
  const body = bytesOf(typeof more === "string" ? more : { ...plain.body, ...(more as Body) });
  const request: GatewayRequest = {
    id: "r1",
    connector: "llm",
    method,
    target,
    headers: [
      ["content-type", contentType],
      ["anthropic-version", "2023-06-01"],
      ["x-api-key", "k"],
    ],
    body,
  };
  const operations = (asked.operations ?? [plain.model]).map((one) => ({ operation: `model ${one}`, ...controls }));
  const connector = {
    kind: "model",
    name: "llm",
    host: "llm.example.com",
    reason: "answers",
    api: plain.api,
    operations,
  };
  const value = openContent(contentType, body).value();
  return readModelCall(
    connector as Parameters<typeof readModelCall>[0],
    request,
    new OperationTable(operations),
    value,
  );
}

export const bytesOf = (body: unknown): Uint8Array =>
  Buffer.from(typeof body === "string" ? body : JSON.stringify(body));

/** What a refused request is refused for. */
export const checkOf = ({ refusal }: Call): unknown => refusal?.details.extra?.["check"] ?? refusal?.reason;

export const preparedBy = (call: Call, body: unknown): Body =>
  JSON.parse(Buffer.from(call.prepare(bytesOf(body))).toString("utf8")) as Body;
