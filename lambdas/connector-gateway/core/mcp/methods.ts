import type { OperationMatch, OperationTable } from "../operations/operation-table";
import { GatewayProblem } from "../problem";
import { type Json, type McpMessage, malformed } from "./message";
import { isPlainUri } from "./resource-uri";

/** Lists that are filtered: the member of the result, and what names an item of it. */
export interface McpList {
  readonly member: "tools" | "prompts" | "resources" | "resourceTemplates";
  readonly kind: "tool" | "prompt" | "resource";
  readonly name: "name" | "uri" | "uriTemplate";
}

/** What a method is to the gateway. */
export interface MethodUse {
  /** `tool search`; undefined for housekeeping. */
  readonly text?: string;
  /** What the header `Mcp-Name` says in versions that have it. */
  readonly subject?: string;
  readonly isRead: boolean;
  readonly list?: McpList;
}

const LISTS: ReadonlyMap<string, McpList> = new Map<string, McpList>([
  ["tools/list", { member: "tools", kind: "tool", name: "name" }],
  ["prompts/list", { member: "prompts", kind: "prompt", name: "name" }],
  ["resources/list", { member: "resources", kind: "resource", name: "uri" }],
  ["resources/templates/list", { member: "resourceTemplates", kind: "resource", name: "uriTemplate" }],
]);
const HANDSHAKES = new Set([
  "initialize",
  "ping",
  "server/discover",
  "notifications/initialized",
  "notifications/cancelled",
]);

/** Methods with an operation: its kind, the parameter that names it, and the parameters that may be there. */
const USES: ReadonlyMap<string, { kind: string; name: string; parameters: readonly string[]; isRead: boolean }> =
  new Map([
    ["tools/call", { kind: "tool", name: "name", parameters: ["name", "arguments", "_meta"], isRead: false }],
    ["prompts/get", { kind: "prompt", name: "name", parameters: ["name", "arguments", "_meta"], isRead: true }],
    ["resources/read", { kind: "resource", name: "uri", parameters: ["uri", "_meta"], isRead: true }],
  ]);
const LIST_PARAMETERS = ["cursor", "_meta"];
const LONGEST_NAME = 2_048;

/**
 * What a message asks for. Sampling, roots, logging, completion, subscriptions and tasks are no part of any operation, and
 * neither are answers to a server's questions.
 * @throws malformed_request, operation_not_permitted
 */
export function useOf({ id, method, params }: McpMessage): MethodUse {
  const isNotification = method.startsWith("notifications/");
  if (isNotification !== (id === undefined)) throw malformed("its id and its method do not fit");
  if (HANDSHAKES.has(method)) return { isRead: true };
  const list = LISTS.get(method);
  if (list !== undefined) {
    checkParameters(params, LIST_PARAMETERS);
    if (params["cursor"] !== undefined && typeof params["cursor"] !== "string")
      throw malformed("its cursor is no text");
    return { isRead: true, list };
  }
  const use = USES.get(method);
  if (use === undefined) throw notPermitted("method", "The method is not mediated.");
  const subject = params[use.name];
  if (typeof subject !== "string" || subject === "" || subject.length > LONGEST_NAME) {
    throw malformed("what it asks for has no name");
  }
  const { arguments: given = {} } = params;
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw malformed("its arguments are no object");
  checkParameters(params, use.parameters);
  return { text: `${use.kind} ${subject}`, subject, isRead: use.isRead };
}

/** The operation that permits a tool, a prompt or a resource. A prefix permits no URI that leads out of what it names. */
export function permitted(table: OperationTable, text: string): OperationMatch | undefined {
  const match = table.named(text);
  if (match?.operation.operation.endsWith("*") !== true) return match;
  return isPlainUri(text.slice("resource ".length)) ? match : undefined;
}

/** The operation that permits every URI of a template: one for all that begin as its written part does. */
export function permittedTemplate(table: OperationTable, template: string): OperationMatch | undefined {
  const match = table.named(`resource ${template.split("{", 1)[0] ?? ""}`);
  return match?.operation.operation.endsWith("*") === true && isPlainUri(template) ? match : undefined;
}

export const notPermitted = (check: string, detail: string): GatewayProblem =>
  new GatewayProblem("operation_not_permitted", detail, { extra: { check } });

function checkParameters(params: Json, known: readonly string[]): void {
  const other = Object.keys(params).find((name) => !known.includes(name));
  if (other === undefined) return;
  const check = ["task", "inputResponses", "requestState"].includes(other) ? other : "parameters";
  throw notPermitted(check, "The request has parameters that are not mediated.");
}
