import { request } from "node:http";
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { GatewayProblem } from "../core/problem";
import { CONNECT_TIMEOUT, failed, late } from "./answer";

/** What a tunnel leads to, and what its certificate is checked against. */
export interface TunnelEnd {
  readonly host: string;
  readonly port: number;
  readonly ca: string[] | undefined;
}

/**
 * A connection through a proxy, with TLS that is the host's own. The time for connecting is for all of it.
 * @throws destination_refused, upstream_failed, upstream_timeout
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-connect
 */
export function tunnelTo(proxy: string, end: TunnelEnd, signal: AbortSignal): Promise<TLSSocket> {
  const { hostname, port } = new URL(proxy);
  const authority = `${end.host}:${end.port}`;
  return new Promise((resolve, reject) => {
    let plain: Socket | undefined;
    const asking = request({
      host: hostname,
      port: Number(port || 80),
      method: "CONNECT",
      path: authority,
      headers: { host: authority },
      agent: false,
    });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    };
    const fail = (problem: GatewayProblem): void => {
      settle();
      asking.destroy();
      plain?.destroy();
      reject(problem);
    };
    const stop = (): void => fail(late());
    const timer = setTimeout(() => fail(failed()), CONNECT_TIMEOUT);
    signal.addEventListener("abort", stop, { once: true });
    asking.on("error", () => fail(failed()));
    asking.on("connect", ({ statusCode = 502 }, socket, early) => {
      plain = socket;
      if (statusCode !== 200) return fail(statusCode >= 500 ? failed() : barred());
      // In TLS the client speaks first.
      if (early.length > 0) return fail(failed());
      const secure = connect({
        socket,
        servername: end.host,
        minVersion: "TLSv1.2",
        rejectUnauthorized: true,
        ALPNProtocols: ["http/1.1"],
        ...(end.ca === undefined ? {} : { ca: end.ca }),
      });
      secure.on("error", () => fail(failed()));
      secure.once("secureConnect", () => {
        settle();
        resolve(secure);
      });
    });
    asking.end();
  });
}

const barred = (): GatewayProblem =>
  new GatewayProblem("destination_refused", "The way out does not lead to the connector's host.");
