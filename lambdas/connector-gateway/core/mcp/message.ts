import canonicalize from "canonicalize";
import { GatewayProblem } from "../problem";

export type Json = { readonly [member: string]: unknown };

/** One JSON-RPC request or notification of an agent. */
export interface McpMessage {
  /** Undefined for a notification, which has no answer. */
  readonly id: string | number | undefined;
  readonly method: string;
  readonly params: Json;
}

const METHOD = /^[a-z][A-Za-z0-9_]*(\/[A-Za-z0-9_]+){0,4}$/;
const LONGEST = 100;
const LONGEST_ID = 256;
const MEMBERS = ["jsonrpc", "id", "method", "params"];

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Reads a body as exactly one request or notification. Batches, responses and members that JSON-RPC does not know are refused.
 * @throws malformed_request
 * @see https://www.jsonrpc.org/specification
 */
export function readMessage(value: unknown): McpMessage {
  if (Array.isArray(value)) throw malformed("it is a batch");
  if (!isObject(value)) throw malformed("its body is no JSON-RPC message");
  const { jsonrpc, method, params = {} } = value;
  if (jsonrpc !== "2.0" || typeof method !== "string") throw malformed("its body is no JSON-RPC request");
  if (Object.keys(value).some((member) => !MEMBERS.includes(member))) {
    throw malformed("its body has members that JSON-RPC does not know");
  }
  if (method.length > LONGEST || !METHOD.test(method)) throw malformed("its method is no name");
  if (!isObject(params)) throw malformed("its parameters are no object");
  return { id: idOf(value), method, params };
}

/** The id to answer with, of whatever came; undefined where there is none to name. */
export const idOf = (value: unknown): string | number | undefined => {
  if (!isObject(value) || !Object.hasOwn(value, "id")) return undefined;
  const { id } = value;
  if (typeof id === "string" && id.length <= LONGEST_ID) return id;
  if (typeof id === "number" && Number.isSafeInteger(id)) return id;
  throw malformed("its id is neither a short text nor a whole number");
};

const PER_SENDING = ["progressToken", "traceparent"];

/** A message without what differs each time it is sent: its id, and where its progress and its trace are told. */
export function substanceOf({ method, params }: McpMessage): Uint8Array {
  const { _meta: meta, ...rest } = params;
  const kept = isObject(meta) ? Object.entries(meta).filter(([name]) => !PER_SENDING.includes(name)) : [];
  return Buffer.from(canonicalize({ method, params: rest, meta: Object.fromEntries(kept) }) ?? "");
}

export const malformed = (why: string): GatewayProblem =>
  new GatewayProblem("malformed_request", `The request is refused: ${why}.`);
