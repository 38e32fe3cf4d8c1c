import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { EgressRuleJson } from "../../../lib/policy/policy-json";
import type { GatewayAnswer } from "../core/calls/call";
import { problemAnswer } from "../core/calls/problem-answer";
import type { HeaderList } from "../core/ports";
import { GatewayProblem } from "../core/problem";
import { egressRuleFor } from "./egress";
import type { SessionCa } from "./session-ca";

/** A request that is for a connector, by its address or through its host. */
export interface ConnectorRequest {
  readonly connector: string;
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array;
}

/** What the proxy decides by. */
export interface ProxyOptions {
  readonly ca: SessionCa;
  /** Connectors by `host:port`. */
  readonly connectors: ReadonlyMap<string, string>;
  readonly egress: readonly EgressRuleJson[];
  readonly mediate: (request: ConnectorRequest) => Promise<GatewayAnswer>;
  /** Addresses of a name that may be connected to. @throws destination_refused */
  readonly resolve: (host: string) => Promise<string>;
  /** Told what the firewall's part of the policy says about a connection. */
  readonly decided: (verdict: "allow" | "deny", destination: string, why: string) => void;
  /** Answers what is for the proxy itself: pages of approvals, the certificate. */
  readonly page: (request: IncomingMessage, response: ServerResponse) => boolean;
}

const MAX_BODY = 10 * 1024 * 1024;
const HEAD_TIMEOUT = 15_000;

/**
 * An explicit forward proxy and an endpoint for connectors, on one port. A client that asks for a connector's host is answered
 * with a certificate of the session, so that its requests can be read; what the allow list names is passed unread; everything
 * else is refused.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-connect
 */
export function createForwardProxy(options: ProxyOptions): Server {
  const inner = createServer({ headersTimeout: HEAD_TIMEOUT }, (request, response) => {
    const connector = names.get(request.socket) ?? "";
    void answerConnector(options, connector, request.url ?? "/", request, response);
  });
  const names = new WeakMap<object, string>();
  const server = createServer({ headersTimeout: HEAD_TIMEOUT }, (request, response) => {
    void answerDirect(options, request, response);
  });
  server.on("connect", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    void tunnel(options, request, socket, head, (secure, connector) => {
      names.set(secure, connector);
      inner.emit("connection", secure);
    });
  });
  return server;
}

async function answerDirect(options: ProxyOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? "/";
  if (/^http:\/\//i.test(url)) {
    await passClear(options, request, response, new URL(url));
    return;
  }
  if (options.page(request, response)) return;
  const [, connector, target] = /^\/connectors\/([a-z0-9-]+)(\/.*)?$/.exec(url) ?? [];
  if (connector === undefined) {
    const detail = "Connectors are below /connectors/NAME/.";
    await send(response, problemAnswer(new GatewayProblem("unknown_connector", detail)));
    return;
  }
  await answerConnector(options, connector, target ?? "/", request, response);
}

async function answerConnector(
  { mediate }: ProxyOptions,
  connector: string,
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await bodyOf(request);
    const headers = headersOf(request);
    await send(response, await mediate({ connector, method: request.method ?? "", target, headers, body }));
  } catch (error) {
    const problem =
      error instanceof GatewayProblem ? error : new GatewayProblem("internal_error", "The gateway failed.");
    await send(response, problemAnswer(problem));
  }
}

// Clear text is read here anyway; the gateway's own connectors are all TLS.
async function passClear(
  options: ProxyOptions,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const port = url.port === "" ? 80 : Number(url.port);
  const destination = `${url.hostname}:${port}`;
  const rule = egressRuleFor(options.egress, "http", url.hostname, port);
  const refusal =
    rule === undefined ? notListed(destination) : requestRefusal(rule, request.method ?? "", url.pathname);
  if (refusal !== undefined) {
    options.decided("deny", destination, refusal.reason);
    request.resume();
    await send(response, problemAnswer(refusal));
    return;
  }
  options.decided("allow", destination, `http:${destination}`);
  const address = await options.resolve(url.hostname).catch(() => undefined);
  if (address === undefined) {
    await send(
      response,
      problemAnswer(new GatewayProblem("destination_refused", `${destination} has no address to connect to.`)),
    );
    return;
  }
  const headers = headersOf(request).filter(([name]) => !HOP_BY_HOP.has(name) && name !== "host");
  const body = await bodyOf(request);
  const upstream = httpRequest({
    host: address,
    port,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: [["host", url.host], ...headers, ["content-length", String(body.length)]].flat(),
  });
  upstream.on("error", () => response.destroy());
  upstream.on("response", (answer) => {
    const returned = headersOf(answer).filter(([name]) => !HOP_BY_HOP.has(name));
    response.writeHead(answer.statusCode ?? 502, returned.flat());
    answer.pipe(response);
  });
  upstream.end(body);
}

const HOP_BY_HOP = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function requestRefusal({ requests }: EgressRuleJson, method: string, path: string): GatewayProblem | undefined {
  if (requests === undefined) return undefined;
  const isListed = requests.some((listed) => {
    const [verb = "", listedPath = ""] = listed.split(" ");
    if (verb !== "*" && verb !== method) return false;
    return listedPath.endsWith("/*") ? path.startsWith(listedPath.slice(0, -1)) : path === listedPath;
  });
  const plain = !/%2f|%5c|\/\.{1,2}(\/|$)|\/\//i.test(path);
  return isListed && plain
    ? undefined
    : new GatewayProblem("destination_refused", "The request is none that the policy lists.");
}

async function tunnel(
  options: ProxyOptions,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  intercepted: (secure: TLSSocket, connector: string) => void,
): Promise<void> {
  const [, host = "", text = ""] = /^([A-Za-z0-9.-]+):(\d{1,5})$/.exec(request.url ?? "") ?? [];
  const port = Number(text);
  const name = host.toLowerCase();
  const destination = `${name}:${port}`;
  const connector = options.connectors.get(destination);
  if (connector !== undefined) {
    const secureContext = await options.ca.contextFor(name);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    const secure = new TLSSocket(socket as Socket, { isServer: true, secureContext, ALPNProtocols: ["http/1.1"] });
    secure.on("error", () => secure.destroy());
    intercepted(secure, connector);
    return;
  }
  const rule = host === "" || isIP(host) !== 0 ? undefined : egressRuleFor(options.egress, "https", name, port);
  const problem = rule === undefined ? notListed(destination) : unreadRefusal(rule, destination);
  if (problem !== undefined) {
    options.decided("deny", destination, problem.reason);
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 ${problem.status} Forbidden\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
    return;
  }
  const address = await options.resolve(name).catch(() => undefined);
  if (address === undefined) {
    options.decided("deny", destination, "no address");
    socket.end("HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n");
    return;
  }
  options.decided("allow", destination, `${rule?.protocol}:${destination}`);
  const upstream = connect({ host: address, port }, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on("error", () => socket.destroy());
  socket.on("close", () => upstream.destroy());
}

// A tunnel is not read, so that an entry that names requests can't be held here.
const unreadRefusal = ({ requests }: EgressRuleJson, destination: string): GatewayProblem | undefined =>
  requests === undefined
    ? undefined
    : new GatewayProblem("destination_refused", `${destination} is listed for some requests, which a tunnel hides.`);

const notListed = (destination: string): GatewayProblem =>
  new GatewayProblem("destination_refused", `${destination} is on no allow list of the agent.`);

function headersOf({ rawHeaders }: IncomingMessage): HeaderList {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    (rawHeaders[index * 2] ?? "").toLowerCase(),
    rawHeaders[index * 2 + 1] ?? "",
  ]);
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY) throw new GatewayProblem("malformed_request", `The body has more than ${MAX_BODY} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function send(response: ServerResponse, { status, headers, body }: GatewayAnswer): Promise<void> {
  response.writeHead(status, headers.flat());
  if (body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  for await (const part of body) response.write(part);
  response.end();
}
