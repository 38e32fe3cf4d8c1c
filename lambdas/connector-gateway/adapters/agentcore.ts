import type { CallerProof } from "../core/attest";
import type { GatewayRequest } from "../core/calls/call";
import { Exchange } from "../core/exchange";
import type { Gateway } from "../core/gateway";
import type { HeaderList } from "../core/ports";
import { GatewayProblem, problemOf } from "../core/problem";
import { bearerOf } from "./bearer";

type Json = { readonly [member: string]: unknown };

/**
 * What Amazon Bedrock AgentCore Gateway hands an interceptor, before a tool is called and after it has answered.
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/gateway-interceptors-types.html
 */
export interface InterceptorEvent {
  readonly interceptorInputVersion: string;
  readonly mcp: {
    readonly rawGatewayRequest?: { readonly body?: string };
    readonly gatewayRequest: {
      readonly path?: string;
      readonly httpMethod?: string;
      readonly headers?: { readonly [name: string]: string };
      readonly body: Json;
    };
    readonly gatewayResponse?: {
      readonly statusCode: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body: Json;
    };
  };
}

/** What it takes back: the request or the response as it may go on. A response in place of a request ends it. */
export interface InterceptorAnswer {
  readonly interceptorOutputVersion: "1.0";
  readonly mcp:
    | { readonly transformedGatewayRequest: { readonly body: Json } }
    | { readonly transformedGatewayResponse: { readonly statusCode: number; readonly body: Json } };
}

/** Methods that no connector has a say in: they carry nothing of the agent's. */
const HANDSHAKE = new Set(["initialize", "notifications/initialized", "ping"]);
/** Between the name of a target, which is that of a connector, and its tool. */
const SEPARATOR = "___";

/** Judges one event of an AgentCore gateway whose targets bear the names of connectors. Never throws. */
export async function answerInterceptor(
  ready: () => Promise<Gateway>,
  event: InterceptorEvent,
  id: string,
): Promise<InterceptorAnswer> {
  const { gatewayRequest, gatewayResponse } = event.mcp;
  try {
    const { method } = gatewayRequest.body;
    if (typeof method === "string" && HANDSHAKE.has(method)) {
      return gatewayResponse === undefined
        ? passed(gatewayRequest.body)
        : returned(gatewayResponse.statusCode, gatewayResponse.body);
    }
    const proof = proofOf(gatewayRequest);
    const gateway = await ready();
    if (method === "tools/list") return await listed(gateway, event, proof);
    if (method !== "tools/call")
      throw new GatewayProblem("operation_not_permitted", "The method is not mediated here.");
    return await called(gateway, event, proof, id);
  } catch (error) {
    return refusal(gatewayRequest.body, problemOf(error));
  }
}

async function called(
  gateway: Gateway,
  { mcp }: InterceptorEvent,
  proof: CallerProof,
  id: string,
): Promise<InterceptorAnswer> {
  const { gatewayRequest, gatewayResponse } = mcp;
  const { connector, tool, full } = toolOf(gatewayRequest.body);
  const exchange = new Exchange(gateway, requestFor(gateway, connector, tool, mcp, id));
  try {
    if (gatewayResponse === undefined) {
      await exchange.admit(proof);
      const { body } = await exchange.prepare();
      return passed(withTool(JSON.parse(Buffer.from(body).toString("utf8")) as Json, full));
    }
    await exchange.readAgain(proof);
    const text = Buffer.from(JSON.stringify(gatewayResponse.body));
    const answer = await exchange.conclude({
      status: gatewayResponse.statusCode,
      headers: [["content-type", "application/json"]],
      body: oneChunk(text),
    });
    const body = JSON.parse(Buffer.from(answer.body as Uint8Array).toString("utf8")) as Json;
    return returned(answer.status, body);
  } catch (error) {
    const problem = problemOf(error);
    await exchange.recordRefusal(problem);
    return refusal(gatewayRequest.body, problem);
  }
}

/** A list of tools without those that the agent may not call. */
async function listed(
  gateway: Gateway,
  { mcp: { gatewayRequest, gatewayResponse } }: InterceptorEvent,
  proof: CallerProof,
): Promise<InterceptorAnswer> {
  const { agent } = await gateway.ports.attestor.attest(proof);
  if (gatewayResponse === undefined) return passed(gatewayRequest.body);
  const result = gatewayResponse.body["result"] as Json | undefined;
  const tools = result?.["tools"];
  if (!Array.isArray(tools)) return returned(gatewayResponse.statusCode, gatewayResponse.body);
  const kept = tools.filter((tool: Json | null) => {
    const [connector, name] = split(tool?.["name"]);
    const entry = gateway.bundle.agents
      .find((one) => one.name === agent)
      ?.connectors.find((one) => one.name === connector && one.kind === "mcp");
    return entry?.operations.some(({ operation }) => operation === `tool ${name}`) === true;
  });
  return returned(gatewayResponse.statusCode, { ...gatewayResponse.body, result: { ...result, tools: kept } });
}

function requestFor(
  { bundle }: Gateway,
  connector: string,
  tool: string,
  mcp: InterceptorEvent["mcp"],
  id: string,
): GatewayRequest {
  const known = bundle.agents.flatMap(({ connectors }) => connectors).find(({ name }) => name === connector);
  const target = (known?.kind === "mcp" ? known.path : undefined) ?? "/mcp";
  const { gatewayRequest, rawGatewayRequest } = mcp;
  // As it was sent, so that what readers of JSON differ on is seen.
  const text = rawGatewayRequest?.body ?? JSON.stringify(gatewayRequest.body);
  const body = withTool(JSON.parse(text) as Json, tool);
  if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(gatewayRequest.body)) {
    throw new GatewayProblem("malformed_request", "The request is another than the one that was read.");
  }
  const headers: HeaderList = [
    ["content-type", "application/json"],
    ["accept", "application/json, text/event-stream"],
    ...headersOf(gatewayRequest.headers).filter(([name]) => name === "x-cordon-approval"),
  ];
  return { id, connector, method: "POST", target, headers, body: Buffer.from(JSON.stringify(body)) };
}

function toolOf(body: Json): { connector: string; tool: string; full: string } {
  const full = (body["params"] as Json | undefined)?.["name"];
  const [connector, tool] = split(full);
  if (connector === undefined || tool === undefined || typeof full !== "string") {
    throw new GatewayProblem("unknown_connector", "The tool has no target's name before it.");
  }
  return { connector, tool, full };
}

function split(name: unknown): [connector?: string, tool?: string] {
  if (typeof name !== "string") return [];
  const at = name.indexOf(SEPARATOR);
  return at <= 0 ? [] : [name.slice(0, at), name.slice(at + SEPARATOR.length)];
}

const withTool = (body: Json, name: string): Json => ({ ...body, params: { ...(body["params"] as Json), name } });

const headersOf = (headers: { readonly [name: string]: string } = {}): HeaderList =>
  Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);

// AgentCore has verified the token at its own door; the gateway does so again, since this event says nothing of it.
function proofOf({ headers, path = "/mcp" }: InterceptorEvent["mcp"]["gatewayRequest"]): CallerProof {
  return bearerOf(headersOf(headers), "POST", path);
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const passed = (body: Json): InterceptorAnswer => ({
  interceptorOutputVersion: "1.0",
  mcp: { transformedGatewayRequest: { body } },
});

const returned = (statusCode: number, body: Json): InterceptorAnswer => ({
  interceptorOutputVersion: "1.0",
  mcp: { transformedGatewayResponse: { statusCode, body } },
});

function refusal(request: Json, problem: GatewayProblem): InterceptorAnswer {
  const id = request["id"] ?? null;
  return returned(200, {
    jsonrpc: "2.0",
    id,
    error: { code: -32_001, message: problem.detail, data: problem.toJSON() },
  });
}
