import { type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent, request } from "node:https";
import { connect as connectTls, rootCertificates, type TLSSocket } from "node:tls";
import type { HeaderList, Upstream, UpstreamRequest, UpstreamResponse } from "../core/ports";
import { GatewayProblem } from "../core/problem";
import { sentHeaders } from "./request-form";
import { checkedAddress, type Lookup } from "./resolver";

/** How hosts are connected to. */
export interface HttpsUpstreamOptions {
  /** Addresses that are not on the internet and may be connected to nevertheless. @default none */
  readonly allowAddress?: (address: string) => boolean;
  /** Certificates that hosts are checked against as well, in PEM. @default none */
  readonly ca?: string;
  /** @default the machine's resolver */
  readonly lookup?: Lookup;
  /** Other places for hosts, by `host:port`, as a test has them. @default none */
  readonly connectTo?: ReadonlyMap<string, { readonly address: string; readonly port: number }>;
  /**
   * A proxy that alone leads out, as `http://10.0.0.3:443`. It resolves names and is the one to check addresses.
   * @default none; hosts are connected to directly
   */
  readonly proxy?: string;
}

const CONNECT_TIMEOUT = 5_000;
const HEADER_BYTES = 32_768;
const MOST_HEADERS = 200;
/** How long an address that was checked is held to be the name's. */
const CHECKED_FOR = 30_000;
const MOST_CHECKED = 1_000;

interface Place {
  readonly address: string;
  readonly port: number;
}

/**
 * Connects over TLS to an address that was checked, under the name that was asked for, and follows nothing. Connections are kept
 * by the address that they were made to, so that a name which moves is checked again before it is used.
 */
export class HttpsUpstream implements Upstream {
  private readonly agent: Agent;
  private readonly checked = new Map<string, { readonly address: string; readonly until: number }>();

  public constructor(private readonly options: HttpsUpstreamOptions = {}) {
    const { ca } = options;
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: 50,
      maxFreeSockets: 10,
      timeout: 60_000,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
    });
  }

  /** @throws destination_refused, upstream_failed, upstream_timeout, malformed_request */
  public async send(asked: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse> {
    const headers = sentHeaders(asked);
    if (signal.aborted) throw late();
    const socket = this.options.proxy === undefined ? undefined : await this.tunnel(this.options.proxy, asked, signal);
    const place = socket === undefined ? await this.placeOf(asked) : undefined;
    const { host, method, target, body } = asked;
    const sending = request({
      host: place?.address,
      port: place?.port,
      servername: host,
      method,
      path: target,
      headers: headers.flat(),
      setHost: false,
      signal,
      maxHeaderSize: HEADER_BYTES,
      joinDuplicateHeaders: false,
      insecureHTTPParser: false,
      ...(socket === undefined ? { agent: this.agent } : { createConnection: () => socket }),
    });
    return await answerTo(sending, body, signal);
  }

  /** Ends what is kept open. */
  public close(): void {
    this.agent.destroy();
  }

  private async placeOf({ host, port }: UpstreamRequest): Promise<Place> {
    const elsewhere = this.options.connectTo?.get(`${host}:${port}`);
    if (elsewhere !== undefined) return elsewhere;
    const known = this.checked.get(host);
    if (known !== undefined && known.until > performance.now()) return { address: known.address, port };
    const address = await checkedAddress(host, this.options.allowAddress, this.options.lookup);
    if (this.checked.size >= MOST_CHECKED) this.checked.clear();
    this.checked.set(host, { address, until: performance.now() + CHECKED_FOR });
    return { address, port };
  }

  // https://www.rfc-editor.org/rfc/rfc9110#name-connect
  private tunnel(proxy: string, { host, port }: UpstreamRequest, signal: AbortSignal): Promise<TLSSocket> {
    const { hostname, port: proxyPort } = new URL(proxy);
    return new Promise((resolve, reject) => {
      const asking = plainRequest({
        host: hostname,
        port: Number(proxyPort || 80),
        method: "CONNECT",
        path: `${host}:${port}`,
        headers: { host: `${host}:${port}` },
        agent: false,
        signal,
        timeout: CONNECT_TIMEOUT,
      });
      asking.on("timeout", () => asking.destroy());
      asking.on("error", () => reject(signal.aborted ? late() : failed()));
      asking.on("response", (answer) => {
        answer.resume();
        reject(failed());
      });
      asking.on("connect", (answer, socket) => {
        if (answer.statusCode !== 200) {
          socket.destroy();
          reject(new GatewayProblem("destination_refused", "The way out does not lead to the connector's host."));
          return;
        }
        const { ca } = this.options;
        const secure = connectTls(
          {
            socket,
            servername: host,
            minVersion: "TLSv1.2",
            rejectUnauthorized: true,
            ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
          },
          () => resolve(secure),
        );
        secure.on("error", () => reject(failed()));
      });
      asking.end();
    });
  }
}

function answerTo(sending: ClientRequest, body: Uint8Array, signal: AbortSignal): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    const fail = (problem: GatewayProblem): void => {
      sending.destroy();
      reject(problem);
    };
    sending.on("socket", (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => fail(failed()), CONNECT_TIMEOUT);
      socket.once("secureConnect", () => clearTimeout(timer));
      socket.once("close", () => clearTimeout(timer));
    });
    sending.on("error", () => fail(signal.aborted ? late() : failed()));
    sending.on("upgrade", (_answer, socket) => {
      socket.destroy();
      fail(failed());
    });
    sending.on("response", (answer) => {
      const headers = headersOf(answer);
      if (headers === undefined) fail(failed());
      else resolve({ status: answer.statusCode ?? 502, headers, body: bodyOf(answer, signal) });
    });
    sending.end(body);
  });
}

// What breaks off is an error, never an end.
async function* bodyOf(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer) yield chunk as Uint8Array;
    if (!answer.complete) throw failed();
  } catch (error) {
    if (error instanceof GatewayProblem) throw error;
    throw signal.aborted ? late() : failed();
  } finally {
    answer.destroy();
  }
}

function headersOf({ rawHeaders }: IncomingMessage): HeaderList | undefined {
  if (rawHeaders.length > MOST_HEADERS * 2) return undefined;
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    (rawHeaders[index * 2] ?? "").toLowerCase(),
    rawHeaders[index * 2 + 1] ?? "",
  ]);
}

const failed = (): GatewayProblem =>
  new GatewayProblem("upstream_failed", "The connector's host gave no whole answer.");
const late = (): GatewayProblem => new GatewayProblem("upstream_timeout", "The connector's host took too long.");
