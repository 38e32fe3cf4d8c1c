import type { CallerProof, StsRequest } from "../core/attest";
import type { GatewayAnswer, GatewayRequest } from "../core/calls/call";
import type { HeaderList } from "../core/ports";
import { GatewayProblem } from "../core/problem";
import { bearerOf } from "./bearer";

/** The event of a private REST API with a proxy integration. */
export interface ApiGatewayEvent {
  readonly httpMethod: string;
  readonly path: string;
  readonly pathParameters: { readonly [name: string]: string } | null;
  readonly multiValueQueryStringParameters: { readonly [name: string]: string[] } | null;
  readonly multiValueHeaders: { readonly [name: string]: string[] } | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly requestId: string;
    readonly identity: { readonly userArn: string | null };
  };
}

/**
 * What a caller who invokes the function itself sends. Lambda does not say who that is, so that it shows a token, or a signed
 * request to STS.
 */
export interface DirectEvent {
  readonly cordon: 1;
  readonly connector: string;
  readonly method: string;
  readonly target: string;
  readonly headers?: { readonly [name: string]: string };
  /** Base64. */
  readonly body?: string;
  readonly sts?: StsRequest;
}

/** What API Gateway takes back. */
export interface ApiGatewayAnswer {
  readonly statusCode: number;
  readonly multiValueHeaders: { readonly [name: string]: string[] };
  readonly body: string;
  readonly isBase64Encoded: true;
}

const MOST_HEADERS = 200;

/** An API's event as the gateway reads it. API Gateway has verified the signature. @throws malformed_request */
export function requestOfApi(event: ApiGatewayEvent): { request: GatewayRequest; proof: CallerProof } {
  const { requestContext, httpMethod, multiValueHeaders, body, isBase64Encoded } = event;
  const arn = requestContext.identity.userArn;
  if (typeof arn !== "string" || arn === "") {
    throw new GatewayProblem("unauthenticated", "The request is not signed for execute-api.");
  }
  const connector = event.pathParameters?.["connector"] ?? "";
  const headers = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    values.map((value) => [name.toLowerCase(), value] as const),
  );
  if (headers.length > MOST_HEADERS) throw new GatewayProblem("malformed_request", "It has too many headers.");
  return {
    request: {
      id: requestContext.requestId,
      connector,
      method: httpMethod,
      target: targetOf(event, connector),
      headers,
      body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
    },
    proof: { kind: "platform", principal: { kind: "aws", arn } },
  };
}

// API Gateway hands paths and queries decoded; what is judged and what is sent are both written anew from that.
function targetOf({ path, multiValueQueryStringParameters }: ApiGatewayEvent, connector: string): string {
  const below = path.startsWith(`/${connector}`) ? path.slice(connector.length + 1) : path;
  const encoded = (below === "" ? "/" : below).split("/").map(encodeURIComponent).join("/");
  const query = Object.entries(multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
    values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return query.length === 0 ? encoded : `${encoded}?${query.join("&")}`;
}

/** A direct invocation as the gateway reads it. @throws malformed_request */
export function requestOfInvocation(event: DirectEvent, id: string): { request: GatewayRequest; proof: CallerProof } {
  const { connector, method, target, headers = {}, body = "" } = event;
  const isText = [connector, method, target, body, ...Object.values(headers)].every((part) => typeof part === "string");
  if (!isText)
    throw new GatewayProblem("malformed_request", "The invocation is not in the form that the gateway reads.");
  const list: HeaderList = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    request: { id, connector, method, target, headers: list, body: Buffer.from(body, "base64") },
    proof: event.sts === undefined ? bearerOf(list, method, target) : { kind: "sts", request: stsRequestOf(event.sts) },
  };
}

function stsRequestOf({ method, url, headers }: StsRequest): StsRequest {
  const isPair = (one: unknown): boolean =>
    Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === "string");
  if (typeof method === "string" && typeof url === "string" && Array.isArray(headers) && headers.every(isPair)) {
    return { method, url, headers };
  }
  throw new GatewayProblem("unauthenticated", "The signed request is not in the form that the gateway reads.");
}

/** An answer as API Gateway takes it. */
export async function answerForApi({ status, headers, body }: GatewayAnswer): Promise<ApiGatewayAnswer> {
  const multiValueHeaders: { [name: string]: string[] } = {};
  for (const [name, value] of headers) {
    if (name === "content-length") continue;
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value];
  }
  return {
    statusCode: status,
    multiValueHeaders,
    body: Buffer.from(await wholeBody(body)).toString("base64"),
    isBase64Encoded: true,
  };
}

/** A body that is sent in one piece. */
export async function wholeBody(body: GatewayAnswer["body"]): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}
