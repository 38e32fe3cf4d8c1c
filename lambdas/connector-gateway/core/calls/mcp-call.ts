import type { McpConnectorJson } from "../../../../lib/policy/connector-json";
import { type ContentDocument, decodeContentEncoding, openContent } from "../content";
import {
  checkArguments,
  checkHeaders,
  checkParameterHeaders,
  filterResponse,
  idOf,
  listFilter,
  type McpMessage,
  type MethodUse,
  malformed,
  mcpHeaders,
  notPermitted,
  Pins,
  permitted,
  type ResultFilter,
  readMessage,
  rpcAnswer,
  streamAnswer,
  substanceOf,
  useOf,
} from "../mcp";
import type { GatewayPorts } from "../mediation";
import { factsOf } from "../operations/facts";
import type { OperationTable } from "../operations/operation-table";
import { readTarget } from "../operations/request-target";
import { GatewayProblem } from "../problem";
import type { Call, GatewayRequest } from "./call";
import { headerOf, sentHeaders } from "./headers";

/** Bytes of a message. */
const LONGEST = 4 * 1024 * 1024;
/** Headers of a response by which sessions and versions are told. */
const PASSES = ["mcp-session-id", "mcp-protocol-version"];
const keepAll: ResultFilter = async () => {};

/**
 * A message to an MCP server over streamable HTTP. What is wrong with it is told in its own form, so most refusals are kept in
 * the call.
 * @throws operation_not_permitted for a browser's request, malformed_request for what is not for the endpoint
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http
 */
export async function readMcpCall(
  connector: McpConnectorJson,
  request: GatewayRequest,
  table: OperationTable,
  ports: Pick<GatewayPorts, "store" | "clock">,
): Promise<Call> {
  const { headers } = request;
  // Agents are no pages; a page that reaches the gateway does so by a name that was bound anew.
  if (headers.some(([name]) => name === "origin"))
    throw notPermitted("origin", "Requests of web pages are not mediated.");
  const { text } = readTarget(request.target);
  if (text !== (connector.path ?? "/mcp")) throw malformed("its target is not the server's endpoint");
  const tenancy = (connector.tenancy ?? []).flatMap(({ header }) => (header === undefined ? [] : [header]));
  const upstream = {
    method: request.method,
    target: text,
    headers: sentHeaders(headers, [...tenancy, ...mcpHeaders(headers)]),
  };
  const base = { ...baseCall, upstream };
  if (request.method === "DELETE") return deleteCall(base, request);
  if (request.method !== "POST") {
    return { ...base, refusal: malformed("the endpoint takes POST and DELETE"), refuse: streamAnswer };
  }
  const pins = new Pins(ports.store, ports.clock, connector.name);
  return await messageCall({ ...base, request, table, pins, rule: connector.name });
}

const baseCall: Omit<Call, "upstream"> = {
  name: "message",
  operation: undefined,
  isHousekeeping: false,
  isRead: false,
  parameters: {},
  facts: {},
  subject: undefined,
  passes: PASSES,
  prepare: (body) => body,
  finish: (body) => ({ body }),
  refuse: (problem) => rpcAnswer(problem, undefined),
};

function deleteCall(base: Call, { headers, body }: GatewayRequest): Call {
  const isSession = body.length === 0 && headerOf(headers, "mcp-session-id") !== undefined;
  const refusal = isSession ? {} : { refusal: malformed("it ends no session") };
  return {
    ...base,
    ...refusal,
    name: "session end",
    isHousekeeping: isSession,
    finish: () => ({ body: new Uint8Array() }),
  };
}

interface Reading extends Call {
  readonly request: GatewayRequest;
  readonly table: OperationTable;
  readonly pins: Pins;
  readonly rule: string;
}

async function messageCall({ request, table, pins, rule, ...base }: Reading): Promise<Call> {
  let call: Call = base;
  try {
    const value = documentOf(request).value();
    const id = idOf(value);
    call = { ...call, refuse: (problem) => rpcAnswer(problem, id) };
    const message = readMessage(value);
    const use = useOf(message);
    call = { ...call, ...usedCall(message, use, table), substance: substanceOf(message) };
    const filter = use.list === undefined ? keepAll : listFilter(use.list, table, pins);
    call = { ...call, finish: async (body, type) => ({ body: await filterResponse(body, type, id, filter) }) };
    checkHeaders(request.headers, message, use.subject);
    await checkTool(message, request, call, pins);
    return call;
  } catch (error) {
    if (!(error instanceof GatewayProblem)) throw error;
    const { reason, detail, details } = error;
    const refusal = new GatewayProblem(reason, detail, { ...details, rule: `${rule}: ${call.name}` });
    return { ...call, isHousekeeping: false, refusal };
  }
}

function documentOf({ headers, body }: GatewayRequest): ContentDocument {
  if (body.length > LONGEST) throw malformed(`its body has more than ${LONGEST} bytes`);
  const document = openContent(headerOf(headers, "content-type"), decodeContentEncoding(headers, body, LONGEST));
  if (document.kind !== "json") throw malformed("its body is no JSON");
  return document;
}

function usedCall({ method, params }: McpMessage, { text, subject, isRead, list }: MethodUse, table: OperationTable) {
  if (text === undefined) return { name: method, isHousekeeping: true, isRead, ...(list && { subject: params }) };
  const match = permitted(table, text);
  const { arguments: given = {} } = params;
  return {
    // What is not permitted would carry whatever the agent writes into the record.
    name: match === undefined ? method : match.operation.operation,
    operation: match?.operation,
    isRead,
    facts: { method, name: subject, arguments: factsOf(given) },
    subject: given,
  };
}

async function checkTool(message: McpMessage, { headers }: GatewayRequest, call: Call, pins: Pins): Promise<void> {
  const { params, method } = message;
  const isKnown = method === "tools/call" && call.operation !== undefined;
  const pin = isKnown ? await pins.of(String(params["name"])) : undefined;
  if (pin?.isChanged === true) {
    throw notPermitted("definition_changed", "The server now describes the tool otherwise than at first.");
  }
  checkParameterHeaders(headers, message, pin?.schema);
  if (pin !== undefined) checkArguments(pin.digest, pin.schema, params["arguments"] ?? {});
}
