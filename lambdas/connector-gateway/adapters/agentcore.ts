import { Readable } from "node:stream";
import canonicalize from "canonicalize";
import type { CallerProof } from "../core/attest";
import type { GatewayRequest } from "../core/calls/call";
import { openContent } from "../core/content";
import { jsonValueOf } from "../core/content/node";
import { Exchange } from "../core/exchange";
import type { Gateway } from "../core/gateway";
import {
  checkHeaders,
  filterResponse,
  isObject,
  malformed,
  notPermitted,
  Pins,
  permitted,
  readMessage,
  rpcAnswer,
  useOf,
} from "../core/mcp";
import type { Json } from "../core/mcp/message";
import { memberOf, refused } from "../core/mcp/response";
import type { Mediator } from "../core/mediation";
import type { HeaderList } from "../core/ports";
import { GatewayProblem, problemOf } from "../core/problem";
import { requireOperation } from "../core/steps/authorize";
import { hideRestored, restoreTokens } from "../core/steps/redact";
import { wholeBody } from "./aws-events";
import { bearerOf } from "./bearer";

/**
 * What Amazon Bedrock AgentCore Gateway hands an interceptor, before a tool is called and after it has answered. `mcp` holds
 * `gatewayRequest`, `rawGatewayRequest` and `gatewayResponse`; what it has no value for is missing or null.
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors-types.html
 */
export interface InterceptorEvent {
  readonly interceptorInputVersion: string;
  readonly mcp: unknown;
}

/** What it takes back: the request or the response as it may go on. A response in place of a request ends it. */
export interface InterceptorAnswer {
  readonly interceptorOutputVersion: "1.0";
  readonly mcp:
    | { readonly transformedGatewayRequest: { readonly body: unknown } }
    | { readonly transformedGatewayResponse: { readonly statusCode: number; readonly body: unknown } };
}

/** An event that was read. */
interface Heard {
  readonly message: Json;
  readonly headers: HeaderList;
  readonly path: string;
  readonly response: { readonly status: number; readonly body: unknown } | undefined;
}

type Answer = Promise<InterceptorAnswer>;

interface Tool {
  readonly connector: string;
  readonly tool: string;
  readonly full: string;
}

/** Methods that no connector has a say in: they carry nothing of the agent's. */
const HANDSHAKE: readonly unknown[] = ["initialize", "notifications/initialized", "ping"];
/** Between the name of a target, which is that of a connector, and its tool. */
const SEPARATOR = "___";
const ENDPOINT = "/mcp";
const JSON_TYPE = "application/json";
const PROBLEM = "urn:cdktf-cordon:problem:";

/** Judges one event of an AgentCore gateway whose targets bear the names of connectors. Never throws. */
export async function answerInterceptor(ready: () => Promise<Gateway>, event: InterceptorEvent, id: string): Answer {
  try {
    const heard = heardOrNot(event);
    if (!(heard instanceof GatewayProblem) && HANDSHAKE.includes(heard.message["method"])) {
      const { response, message } = heard;
      return response === undefined ? passed(message) : returned(response.status, response.body);
    }
    return await mediated(await ready(), heard, id, event);
  } catch (error) {
    return refusal(event, problemOf(error));
  }
}

async function mediated(gateway: Gateway, heard: Heard | GatewayProblem, id: string, event: unknown): Answer {
  const nothing = { id, connector: "unknown", method: "POST", target: ENDPOINT, headers: [], body: new Uint8Array() };
  let exchange = new Exchange(gateway, nothing);
  try {
    if (heard instanceof GatewayProblem) throw heard;
    const { method } = heard.message;
    // AgentCore has verified the token at its own door; the gateway does so again, since this event says nothing of it.
    const proof = bearerOf(heard.headers, "POST", heard.path);
    const tool = method === "tools/call" ? toolOf(memberAt(heard.message, "params", "name")) : undefined;
    if (tool !== undefined) {
      exchange = new Exchange(targetsOf(gateway), requestFor(heard, tool, id));
      return await called(exchange, heard, proof, tool);
    }
    exchange.caller = await gateway.ports.attestor.attest(proof);
    if (method === "tools/list") return await listed(exchange, heard, exchange.caller.agent);
    if (method !== "tools/call") throw notPermitted("method", "The method is not mediated here.");
    throw new GatewayProblem("unknown_connector", "The tool has no target's name before it.");
  } catch (error) {
    const problem = problemOf(error);
    // What was refused as a request comes by again as its response.
    if (!isRefusal(memberAt(event, "mcp", "gatewayResponse", "body"))) await exchange.recordRefusal(problem);
    return refusal(event, problem);
  }
}

async function called(exchange: Exchange, { response }: Heard, proof: CallerProof, { full }: Tool): Answer {
  if (response === undefined) {
    await exchange.admit(proof);
    const { body } = await exchange.prepare();
    return passed(withTool(jsonOf(body), full));
  }
  const { status, body } = response;
  await exchange.readAgain(proof);
  const { connector, call, content } = exchange.known;
  // Should the request have come past its interceptor, no answer leaves.
  if (exchange.mediation?.agent.mode !== "monitor") requireOperation(connector, call);
  await restoreTokens(exchange, content);
  if (isRefusal(body)) {
    const { body: kept } = await call.finish(bytesOf(body), JSON_TYPE);
    return returned(status, inspected(exchange, kept));
  }
  const headers: HeaderList = [["content-type", JSON_TYPE]];
  const answer = await exchange.conclude({ status, headers, body: Readable.from([bytesOf(body)]) });
  return returned(answer.status, jsonOf(await wholeBody(answer.body)));
}

/** A list of tools without those that the agent may not call, and those that are described otherwise than at first. */
async function listed(exchange: Exchange, { message, headers, response }: Heard, agent: string): Answer {
  const read = readMessage(message);
  useOf(read);
  checkHeaders(headers, read, undefined);
  if (response === undefined) {
    exchange.inspect(openContent(JSON_TYPE, bytesOf(message)), "request");
    return passed(message);
  }
  exchange.takeStatus(response.status);
  const kept = await filterResponse(bytesOf(response.body), JSON_TYPE, read.id, async (result) => {
    const list = memberOf(result, "tools");
    if (list?.shape !== "array") throw refused();
    const seen = new Set<string>();
    for (const { node } of list.members) {
      if (!(await isListed(exchange.gateway, agent, jsonValueOf(node), seen))) node.edit = { kind: "remove" };
    }
  });
  return returned(response.status, inspected(exchange, kept));
}

async function isListed(gateway: Mediator, agent: string, definition: unknown, seen: Set<string>): Promise<boolean> {
  const named = toolOf(memberAt(definition, "name"));
  // Of two with one name nobody could say which is called.
  if (!isObject(definition) || named === undefined || seen.has(named.full)) return false;
  seen.add(named.full);
  const { connector, tool } = named;
  const { bundle, ports } = gateway;
  const own = bundle.agents.find(({ name }) => name === agent)?.connectors ?? [];
  if (!own.some(({ name, kind }) => name === connector && kind === "mcp")) return false;
  const { table } = gateway.mediation(agent, connector);
  if (permitted(table, `tool ${tool}`) === undefined) return false;
  return await new Pins(ports.store, ports.clock, connector).admits(tool, { ...definition, name: tool });
}

// Targets are MCP servers; where they are is for AgentCore to know.
const targetsOf = (gateway: Gateway): Mediator => ({
  bundle: gateway.bundle,
  ports: gateway.ports,
  options: gateway.options,
  mediation: (agent, name) => {
    const mediation = gateway.mediation(agent, name);
    const { connector } = mediation;
    if (connector.kind === "mcp") return { ...mediation, connector: { ...connector, path: ENDPOINT } };
    throw new GatewayProblem("unknown_connector", "The connector is no MCP server.");
  },
});

function requestFor({ message, headers }: Heard, { connector, tool, full }: Tool, id: string): GatewayRequest {
  const names = [full, `=?base64?${Buffer.from(full).toString("base64")}?=`];
  const kept = headers
    .filter(([name]) => name.startsWith("mcp-") || name === "x-cordon-approval")
    // Like the body's, the header's name has its target before it; any other is none that could fit.
    .map(([name, value]) => [name, name !== "mcp-name" ? value : names.includes(value) ? tool : ""] as const);
  const own: HeaderList = [
    ["content-type", JSON_TYPE],
    ["accept", "application/json, text/event-stream"],
  ];
  const body = bytesOf(withTool(message, tool));
  return { id, connector, method: "POST", target: ENDPOINT, headers: [...own, ...kept], body };
}

function heardOrNot(event: unknown): Heard | GatewayProblem {
  try {
    return heardIn(memberAt(event, "mcp"));
  } catch (error) {
    return problemOf(error);
  }
}

function heardIn(mcp: unknown): Heard {
  const request = memberAt(mcp, "gatewayRequest");
  const read = memberAt(request, "body");
  if (!isObject(read)) throw malformed("its body is no JSON-RPC message");
  const path = memberAt(request, "path") ?? ENDPOINT;
  const headers = Object.entries(memberAt(request, "headers") ?? {});
  if (typeof path !== "string" || headers.some(([, value]) => typeof value !== "string")) {
    throw malformed("its event is in another form than the gateway reads");
  }
  const response = responseIn(memberAt(mcp, "gatewayResponse"));
  const message = sentMessage(read, memberAt(mcp, "rawGatewayRequest"), response !== undefined);
  return { message, headers: headers.map(([name, value]) => [name.toLowerCase(), value]), path, response };
}

// As it was sent, so that what readers of JSON differ on is seen.
function sentMessage(read: Json, raw: unknown, isAnswered: boolean): Json {
  if (raw === undefined || raw === null) return read;
  const text = memberAt(raw, "body");
  const sent = typeof text === "string" ? openContent(JSON_TYPE, Buffer.from(text)).value() : undefined;
  // Once it is answered, what was read may be what the gateway has redacted.
  const compared = isAnswered ? whatIsAnswered : canonicalize;
  if (isObject(sent) && compared(sent) === compared(read)) return sent;
  throw malformed("it is another than the one that was read");
}

const whatIsAnswered = ({ id, method, params }: Json): string | undefined =>
  canonicalize({ id, method, name: memberAt(params, "name") });

function responseIn(value: unknown): Heard["response"] {
  if (value === undefined || value === null) return undefined;
  const status = memberAt(value, "statusCode") ?? 200;
  if (typeof status === "number" && Number.isInteger(status)) return { status, body: memberAt(value, "body") };
  throw refused();
}

function toolOf(full: unknown): Tool | undefined {
  if (typeof full !== "string") return undefined;
  const at = full.indexOf(SEPARATOR);
  return at <= 0 ? undefined : { connector: full.slice(0, at), tool: full.slice(at + SEPARATOR.length), full };
}

/** Whether a response is a refusal of the gateway's own. A target that feigns one is looked through all the same. */
function isRefusal(body: unknown): boolean {
  const type = memberAt(body, "error", "data", "type");
  return typeof type === "string" && type.startsWith(PROBLEM);
}

function inspected(exchange: Exchange, bytes: Uint8Array): unknown {
  const document = openContent(JSON_TYPE, bytes);
  hideRestored(exchange, document);
  exchange.inspect(document, "response");
  return jsonOf(document.toBytes());
}

const memberAt = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), value);

const withTool = (body: Json, name: string): Json => ({ ...body, params: { ...(body["params"] as Json), name } });

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value ?? null));

const jsonOf = (bytes: Uint8Array): Json => JSON.parse(Buffer.from(bytes).toString("utf8")) as Json;

const passed = (body: unknown): InterceptorAnswer => ({
  interceptorOutputVersion: "1.0",
  mcp: { transformedGatewayRequest: { body } },
});

const returned = (statusCode: number, body: unknown): InterceptorAnswer => ({
  interceptorOutputVersion: "1.0",
  mcp: { transformedGatewayResponse: { statusCode, body } },
});

function refusal(event: unknown, problem: GatewayProblem): InterceptorAnswer {
  const id = memberAt(event, "mcp", "gatewayRequest", "body", "id");
  const known = typeof id === "string" || typeof id === "number" ? id : undefined;
  const { status, body } = rpcAnswer(problem, known);
  return returned(status, { ...jsonOf(body as Uint8Array), id: known ?? null });
}
