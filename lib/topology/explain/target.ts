import { domainToASCII } from "node:url";
import * as ipaddr from "ipaddr.js";
import { CordonError, quoted } from "../../errors/cordon-error";
import { App, TCP, UDP } from "../sets/flow-set";

/** A destination as somebody asks for it. */
export interface Target {
  readonly text: string;
  /** Set for a name. */
  readonly host?: string;
  /** Set for an address. */
  readonly address?: string;
  readonly protocol: number;
  readonly port: number;
  readonly app: App;
}

const SCHEMES: { [scheme: string]: { protocol: number; app: App; port?: number } } = {
  https: { protocol: TCP, app: App.TLS, port: 443 },
  tls: { protocol: TCP, app: App.TLS, port: 443 },
  http: { protocol: TCP, app: App.HTTP, port: 80 },
  tcp: { protocol: TCP, app: App.OTHER },
  ssh: { protocol: TCP, app: App.OTHER, port: 22 },
  udp: { protocol: UDP, app: App.OTHER },
  icmp: { protocol: 1, app: App.OTHER, port: 0 },
};

// The last label of a name is no number: that would be an address with a slip in it.
const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?!\d+\.?$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i;

/**
 * Reads a destination: a URL (`https://`, `http://`, `tls://`, `tcp://`, `ssh://`, `udp://`, `icmp://`), `address:port`,
 * `[IPv6]:port`, `name:port`, or a bare name, which means TLS on port 443. Case, a dot at the end and international
 * spelling of a name make no difference.
 *
 * @throws CORDON-156 for any other text
 */
export function parseTarget(text: string): Target {
  const [, scheme, rest = ""] = /^(?:([a-z]+):\/\/)?([^/?#]*)/i.exec(text.trim()) ?? [];
  const [, six, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]@]+))(?::(\d{1,5}))?$/i.exec(rest) ?? [];
  const place = six ?? plain ?? (ipaddr.IPv6.isValid(rest) ? rest : undefined);
  const known = scheme === undefined ? undefined : SCHEMES[scheme.toLowerCase()];
  const isAddress = place !== undefined && (ipaddr.IPv6.isValid(place) || ipaddr.IPv4.isValidFourPartDecimal(place));
  const host = place === undefined || isAddress ? "" : asciiOf(place);
  const isHost = HOST.test(host);
  if (place === undefined || (scheme !== undefined && known === undefined) || !(isAddress || isHost))
    throw unreadable(text);
  const number =
    port === undefined
      ? (known?.port ?? (isHost || scheme !== undefined ? defaultPort(scheme) : undefined))
      : Number(port);
  if (number === undefined || number > 65_535 || (number === 0 && known?.protocol !== 1)) throw unreadable(text);
  const app = known?.app ?? (isHost ? appOf(number) : App.OTHER);
  const common = { text, protocol: known?.protocol ?? TCP, port: number, app };
  return isAddress ? { ...common, address: place } : { ...common, host: host.toLowerCase().replace(/\.$/, "") };
}

// International spelling is converted as browsers do it; other text is left, so that nothing else is repaired.
const asciiOf = (place: string): string => (/[^ -~]/.test(place) ? domainToASCII(place) : place);

const defaultPort = (scheme: string | undefined): number | undefined => (scheme === undefined ? 443 : undefined);

const appOf = (port: number): App => (port === 80 ? App.HTTP : App.TLS);

function unreadable(text: string): CordonError {
  return new CordonError(
    "CORDON-156",
    "destination",
    `${quoted(text)} is no destination`,
    "write https://api.example.com, api.example.com:8443, 10.0.0.5:22, [2001:db8::1]:443 or udp://8.8.8.8:53",
  );
}
