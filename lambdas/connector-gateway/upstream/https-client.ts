import { Agent, request } from "node:https";
import { createSecureContext, rootCertificates } from "node:tls";
import type { Clock, Upstream, UpstreamRequest, UpstreamResponse } from "../core/ports";
import { answerTo, late, untilAborted } from "./answer";
import { sentHeaders } from "./request-form";
import { checkedAddress, type Lookup, requireName } from "./resolver";
import { tunnelTo } from "./tunnel";

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
  /** The time of day, which goes on while an instance is frozen. @default the machine's */
  readonly clock?: Clock;
}

const HEADER_BYTES = 32_768;
/** How long an address that was checked is held to be the name's. */
const CHECKED_FOR = 30_000;
const MOST_CHECKED = 1_000;
const MOST_CONNECTIONS = 50;
/** How long after the last request connections are kept; a frozen instance does not see the other side close them. */
const KEPT_FOR = 15_000;

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
  private readonly ca: string[] | undefined;
  private readonly clock: Clock;
  private readonly checked = new Map<string, { readonly address: string; readonly at: number }>();
  private lastUsed = 0;

  public constructor(private readonly options: HttpsUpstreamOptions = {}) {
    const { ca, clock = Date.now } = options;
    this.clock = clock;
    this.ca = ca === undefined ? undefined : [...rootCertificates, ca];
    this.agent = new Agent({
      keepAlive: true,
      maxSockets: MOST_CONNECTIONS,
      maxFreeSockets: MOST_CONNECTIONS,
      timeout: 60_000,
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      // Made once: reading all certificates again costs more than the rest of a request.
      ...(this.ca === undefined ? {} : { secureContext: createSecureContext({ ca: this.ca, minVersion: "TLSv1.2" }) }),
    });
  }

  /** @throws destination_refused, upstream_failed, upstream_timeout, malformed_request */
  public async send(asked: UpstreamRequest, signal: AbortSignal): Promise<UpstreamResponse> {
    const headers = sentHeaders(asked);
    if (signal.aborted) throw late();
    const { host, port, method, target, body } = asked;
    const { proxy } = this.options;
    if (proxy !== undefined) requireName(host);
    const socket = proxy === undefined ? undefined : await tunnelTo(proxy, { host, port, ca: this.ca }, signal);
    const place = socket === undefined ? await untilAborted(this.placeOf(asked), signal) : undefined;
    this.dropOld();
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
    if (known !== undefined && this.isWithin(known.at, CHECKED_FOR)) return { address: known.address, port };
    const at = this.clock();
    const address = await checkedAddress(host, this.options.allowAddress, this.options.lookup);
    if (this.checked.size >= MOST_CHECKED) this.checked.clear();
    this.checked.set(host, { address, at });
    return { address, port };
  }

  private dropOld(): void {
    if (!this.isWithin(this.lastUsed, KEPT_FOR)) {
      for (const socket of Object.values(this.agent.freeSockets).flat()) socket?.destroy();
    }
    this.lastUsed = this.clock();
  }

  // A clock that was set back makes nothing last longer.
  private isWithin(since: number, span: number): boolean {
    const age = this.clock() - since;
    return age >= 0 && age < span;
  }
}
