import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTls, type SecureContext } from "node:tls";
import type { UpstreamRequest } from "../../../../lambdas/connector-gateway/core/ports";
import { SessionCa } from "../../../../lambdas/connector-gateway/local/session-ca";
import { HttpsUpstream, type HttpsUpstreamOptions } from "../../../../lambdas/connector-gateway/upstream/https-client";
import { problemOf } from "../support/problem";

export const NAME = "api.desk-mail.net";
let ca: SessionCa;
let context: SecureContext;
const servers: Server[] = [];
const sockets = new Set<Socket>();
const clients: HttpsUpstream[] = [];

/** Makes the certificate of the hosts. */
export async function openHosts(): Promise<void> {
  ca = await SessionCa.create(Date.now);
  context = await ca.contextFor(NAME);
}

/** Ends every host and client of a file. */
export function closeHosts(): void {
  for (const client of clients) client.close();
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
}

export const trusted = (): string => ca.pem;

export function clientWith(options: HttpsUpstreamOptions): HttpsUpstream {
  const client = new HttpsUpstream(options);
  clients.push(client);
  return client;
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A host that answers each request with these bytes, and the requests that it was sent. */
export async function hostWith(
  answer: (request: string, socket: Socket) => void,
): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = [];
  const server = createTls({ SNICallback: (_name, done) => done(null, context) }, (socket) => {
    let text = "";
    socket.on("error", () => {});
    socket.on("data", (data) => {
      text += String(data);
      const end = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 0 || text.length < end + 4 + length) return;
      requests.push(text);
      const whole = text;
      text = "";
      answer(whole, socket);
    });
  });
  return { port: await listen(server), requests };
}

/** A proxy, and the authorities that it was asked for; `answer` is given the connection when it was. */
export async function proxyWith(answer: (socket: Socket) => void): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (data) => {
      const [, authority = ""] = /^CONNECT (\S+) HTTP/.exec(String(data)) ?? [];
      asked.push(authority);
      answer(socket);
    });
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, asked };
}

export const raw = (text: string) => (_request: string, socket: Socket) => void socket.write(text);

export const asked = (change: Partial<UpstreamRequest> = {}): UpstreamRequest => ({
  host: NAME,
  port: 443,
  method: "GET",
  target: "/a?b=1",
  headers: [],
  body: new Uint8Array(),
  ...change,
});

export function clientOf(port: number, options: Partial<HttpsUpstreamOptions> = {}): HttpsUpstream {
  return clientWith({
    ca: ca.pem,
    lookup: async () => ["127.0.0.1"],
    connectTo: new Map([[`${NAME}:443`, { address: "127.0.0.1", port }]]),
    ...options,
  });
}

export async function bytesOf(
  client: HttpsUpstream,
  request = asked(),
  signal: AbortSignal = new AbortController().signal,
): Promise<Buffer> {
  const { body } = await client.send(request, signal);
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

export const textOf = async (client: HttpsUpstream, request = asked(), signal?: AbortSignal): Promise<string> =>
  (await bytesOf(client, request, signal)).toString("utf8");

export const reasonOf = async (client: HttpsUpstream, request = asked(), signal?: AbortSignal) =>
  (await problemOf(() => textOf(client, request, signal)))?.reason;
