/** Ports that some agent of the cell may use, by what may speak on them. */
export interface OpenPorts {
  readonly tls: number[];
  readonly http: number[];
}

/** One way of closing: everything a rule has but its action, source and destination. */
export interface Closure {
  readonly sid: number;
  /** Why, in log messages. */
  readonly why: string;
  readonly protocol: string;
  /** Destination port or list of them. */
  readonly port: string;
  readonly options: string[];
}

/** An undecided stream may carry this many bytes before it is dropped; a TLS hello or request head has to fit. */
const UNDECIDED_BYTES = 4096;

const METHODS = ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE "];

/**
 * What closes the list: a drop for every kind of traffic that no `pass` took, safe without the policy's default actions.
 * Payload waits for the handshake; a stream on an open port has to begin as TLS or HTTP and to show a name soon; every
 * other port and protocol is closed by name. Drops rather than rejects, so that an agent can't tell a closed destination
 * from one that is not there, and because rejects exist for TCP alone.
 */
export function closures(open: OpenPorts): Closure[] {
  const ports = sortedUnique([...open.tls, ...open.http]);
  const both = open.tls.filter((port) => open.http.includes(port));
  const toServer = "flow:to_server";
  const established = "flow:established,to_server";
  const firstBytes = "flow:established,to_server,only_stream";
  return [
    { sid: 910, why: "payload before the handshake", protocol: "tcp", port: "any", options: ["flow:not_established,to_server", "dsize:>0"] },
    ...opening(911, "not TLS", without(open.tls, both), [firstBytes, NOT_TLS]),
    ...opening(913, "not HTTP", without(open.http, both), [firstBytes, ...NOT_HTTP]),
    ...opening(914, "neither TLS nor HTTP", both, [firstBytes, NOT_TLS, ...NOT_HTTP]),
    ...opening(912, "no name within the bound", ports, [established, `stream_size:client,>,${UNDECIDED_BYTES}`]),
    { sid: 915, why: "HTTP host not listed", protocol: "http", port: "any", options: [toServer, "http.host", "bsize:>0"] },
    { sid: 916, why: "HTTP without a host", protocol: "http", port: "any", options: [toServer, "http.header_names", 'content:!"|0d 0a|Host|0d 0a|"', "nocase"] },
    { sid: 900, why: "TLS name not listed", protocol: "tls", port: "any", options: [toServer, "tls.sni", 'content:!"|00 00 00|"'] },
    { sid: 901, why: "TLS without a name", protocol: "tls", port: "any", options: [toServer, "ja4.hash", 'content:"_"'] },
    { sid: 903, why: "another protocol", protocol: "tcp", port: "any", options: [established, "app-layer-protocol:!tls", "app-layer-protocol:!http"] },
    { sid: 904, why: "port closed", protocol: "tcp", port: ports.length === 0 ? "any" : `!${portList(ports)}`, options: [toServer] },
    { sid: 905, why: "UDP closed", protocol: "udp", port: "any", options: [] },
    { sid: 906, why: "ICMP closed", protocol: "icmp", port: "any", options: [] },
    { sid: 907, why: "other protocols closed", protocol: "ip", port: "any", options: ["ip_proto:!TCP", "ip_proto:!UDP", "ip_proto:!ICMP"] },
  ];
}

/** Drops that hold for every agent in every mode: nothing comes in, and nothing turns back into private networks. */
export const ALWAYS_CLOSED = [
  'drop tcp $EXTERNAL_NET any -> $HOME_NET any (msg:"cordon deny inbound"; flow:to_server; sid:908; rev:1;)',
  'drop tcp $HOME_NET any -> $HOME_NET any (msg:"cordon deny private destination"; flow:to_server; sid:909; rev:1;)',
];

/** The `drop` rule of a closure, for every source. */
export function dropRule({ sid, why, protocol, port, options }: Closure): string {
  return `drop ${protocol} any any -> any ${port} (${[`msg:"cordon deny ${why}"`, ...options, `sid:${sid}`, "rev:1"].join("; ")};)`;
}

/** A bracketed list, or the one port. */
export function portList(ports: number[]): string {
  return ports.length === 1 ? String(ports[0]) : `[${ports.join(",")}]`;
}

const NOT_TLS = 'content:!"|16 03|"; depth:2';
const NOT_HTTP = METHODS.map((method) => `content:!"${method}"; depth:${method.length}`);

function opening(sid: number, why: string, ports: number[], options: string[]): Closure[] {
  return ports.length === 0 ? [] : [{ sid, why, protocol: "tcp", port: portList(sortedUnique(ports)), options }];
}

const without = (ports: number[], others: number[]): number[] => ports.filter((port) => !others.includes(port));

const sortedUnique = (ports: number[]): number[] => [...new Set(ports)].sort((a, b) => a - b);
