import type { ModelApi } from "../../../../lib/policy/connector-json";
import { readTarget } from "../operations/request-target";
import { malformed } from "./body";

/** How a body is written. */
export type Shape = "chat" | "responses" | "messages" | "converse" | "invoke" | "gemini";

/** One way of a provider's API that is mediated. */
export interface Endpoint {
  readonly shape: Shape;
  /** The model that the path names. */
  readonly model: string | undefined;
  /** Whether tokens are only counted. */
  readonly isCount: boolean;
  /** Whether the path asks for a stream. */
  readonly isStream: boolean;
  /** Path and query as they are sent. */
  readonly target: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,255}$/;
/** Names and ARNs of Bedrock; the slash of an ARN is part of one segment. */
const BEDROCK =
  /^\/model\/([A-Za-z0-9._:-]|%3[Aa]|%2[Ff]){1,600}\/(converse|converse-stream|invoke|invoke-with-response-stream)$/;
const ARN = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,511}$/;
const GEMINI = /^([A-Za-z0-9][A-Za-z0-9._-]{0,255}):(generateContent|streamGenerateContent|countTokens)$/;
const API_VERSION = /^[0-9A-Za-z.-]{1,40}$/;

/** Parameters of the query that may be there, and their values. Keys of the agent's own are no part of any request. */
const QUERIES: { readonly [api in ModelApi]: { readonly [name: string]: RegExp } } = {
  "openai-chat": {},
  "openai-responses": {},
  anthropic: { beta: /^true$/ },
  bedrock: {},
  gemini: { alt: /^(sse|json)$/ },
  "azure-openai": { "api-version": API_VERSION },
};

/** Reads what a request is for. Undefined where the API has no such way, or it is not mediated. @throws malformed_request */
export function readEndpoint(api: ModelApi, method: string, target: string): Endpoint | undefined {
  if (method !== "POST") return undefined;
  if (api === "bedrock") return bedrockEndpoint(target);
  const { segments, path, query, text } = readTarget(target);
  checkQuery(api, query);
  const found = endpointOf(api, path, segments);
  return found === undefined
    ? undefined
    : { model: undefined, isCount: false, isStream: false, ...found, target: text };
}

function endpointOf(
  api: ModelApi,
  path: string,
  segments: readonly string[],
): (Partial<Endpoint> & { shape: Shape }) | undefined {
  if (api === "openai-chat") return path === "/v1/chat/completions" ? { shape: "chat" } : undefined;
  if (api === "openai-responses") return path === "/v1/responses" ? { shape: "responses" } : undefined;
  if (api === "anthropic") {
    if (path === "/v1/messages") return { shape: "messages" };
    return path === "/v1/messages/count_tokens" ? { shape: "messages", isCount: true } : undefined;
  }
  if (api === "azure-openai") return azureEndpoint(path, segments);
  const [version, models, name = "", ...rest] = segments;
  const [, model, verb] = GEMINI.exec(name) ?? [];
  if (version !== "v1beta" || models !== "models" || rest.length > 0 || model === undefined) return undefined;
  return { shape: "gemini", model, isCount: verb === "countTokens", isStream: verb === "streamGenerateContent" };
}

function azureEndpoint(path: string, segments: readonly string[]): (Partial<Endpoint> & { shape: Shape }) | undefined {
  if (path === "/openai/v1/chat/completions") return { shape: "chat" };
  if (path === "/openai/v1/responses") return { shape: "responses" };
  const [, deployments, model = "", ...rest] = segments;
  const isChat = segments[0] === "openai" && deployments === "deployments" && rest.join("/") === "chat/completions";
  return isChat && NAME.test(model) ? { shape: "chat", model } : undefined;
}

function bedrockEndpoint(target: string): Endpoint | undefined {
  if (!BEDROCK.test(target)) return undefined;
  const [, , encoded = "", verb = ""] = target.split("/");
  const model = decodeURIComponent(encoded);
  if (!ARN.test(model) || model.split("/").some((part) => part === "" || part === "." || part === "..")) {
    throw malformed("its model is no name");
  }
  const isInvoke = verb.startsWith("invoke");
  return {
    shape: isInvoke ? "invoke" : "converse",
    model,
    isCount: false,
    isStream: verb.endsWith("-stream"),
    target: `/model/${encodeURIComponent(model)}/${verb}`,
  };
}

function checkQuery(api: ModelApi, query: readonly (readonly [string, string])[]): void {
  const known = new Map(Object.entries(QUERIES[api]));
  const names = query.map(([name]) => name);
  const isKnown = query.every(([name, value]) => known.get(name)?.test(value) === true);
  if (!isKnown || new Set(names).size < names.length) throw malformed("its query is none of the API");
}
