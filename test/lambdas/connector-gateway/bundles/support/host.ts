import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { SessionCa } from "../../../../../lambdas/connector-gateway/local/session-ca";

/** What a connector's host was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: string;
}

/** A connector's host on this machine, with a certificate for its name. */
export interface Host {
  readonly port: number;
  /** The certificate of who signed it, as a file. */
  readonly trust: string;
  readonly asked: Asked[];
  reply: (asked: Asked) => {
    readonly status?: number;
    readonly headers?: { readonly [name: string]: string };
    readonly body?: string;
  };
  close(): Promise<void>;
}

export async function startHost(folder: string, name: string): Promise<Host> {
  const ca = await SessionCa.create(Date.now);
  const trust = join(folder, "trust.pem");
  writeFileSync(trust, ca.pem);
  const context = await ca.contextFor(name);
  const asked: Asked[] = [];
  const host: Host = {
    port: 0,
    trust,
    asked,
    reply: () => ({}),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server: Server = createServer({ SNICallback: (_name, done) => done(null, context) }, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = { method, url, headers, body: Buffer.concat(parts).toString("utf8") };
      asked.push(one);
      const { status = 200, headers: returned = { "content-type": "application/json" }, body = "{}" } = host.reply(one);
      response.writeHead(status, returned);
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(host, { port: (server.address() as AddressInfo).port });
}
