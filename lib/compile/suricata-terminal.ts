/** Ports that some agent of the cell may use, by what may speak on them. */
export interface OpenPorts {
  readonly tls: number[];
  readonly http: number[];
}

/** Which half of a connection a rule looks at. */
export enum Way {
  /** What the agent sends. */
  OUT = "out",
  /** What comes back to it. */
  BACK = "back",
}

/** One way of closing: everything a rule has but its action, source and destination. */
export interface Closure {
  /** From 900 to 999, in the order of the list, so that an engine that sorts by number keeps to it. */
  readonly sid: number;
  /** Why, in log messages. */
  readonly why: string;
  readonly way: Way;
  readonly protocol: string;
  /** Destination port or list of them. */
  readonly port: string;
  readonly options: string[];
}

/** An undecided connection may carry this many bytes before it is dropped; a TLS hello or request head has to fit. */
export const UNDECIDED_BYTES = 8192;

/** The engine shows a stream from its first byte for as long as it is shorter than its chunks, 2,560 bytes less a tenth. */
const FROM_THE_START = "stream_size:client,<,2000";
export const TO_SERVER = "flow:to_server";
const SENT = "flow:established,to_server";
const STREAM = "flow:established,to_server,only_stream";
/** Set on a connection that one side has ended; the engine reads nothing after that, so nothing may follow. */
const CLOSED = "cordon.closed";

const METHODS = ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH "];
const BEGINS_AS_TLS = 'content:"|16|"; depth:1';
const NOT_AS_TLS = 'content:!"|16|"; depth:1';
const NOT_AS_HTTP = [...new Set(METHODS.map((method) => `content:!"${method.charAt(0)}"; depth:1`))];
const BLANK_LINE = 'content:"|0a 0d 0a|"';
const BARE_BLANK_LINE = 'content:"|0a 0a|"';
const NOT_A_METHOD = METHODS.map((method) => `content:!"${method}"; depth:${method.length}`);

/**
 * What closes the list: a drop for every kind of traffic that no `pass` took, safe without the policy's default actions.
 * A stream on an open port has to begin as TLS or HTTP, to show a name within a bound and to be one that a server reads
 * as the engine does; nothing comes back before the name is known; every other port and protocol is closed by name.
 * What decides a whole connection stands before what decides a packet, so that a connection is logged once. Drops rather
 * than rejects, so that an agent can't tell a closed destination from one that is not there, and because rejects exist
 * for TCP alone.
 */
export function closures(open: OpenPorts): Closure[] {
  return [...wrongName(), ...wrongStart(open), ...wrongStream(), ...closedPorts(open), ...notTcp()];
}

/** Rules for every agent in every mode: nothing comes in, nothing turns back into private networks, an end is an end. */
export const ALWAYS_CLOSED = [
  'drop tcp $EXTERNAL_NET any -> $HOME_NET any (msg:"cordon deny inbound"; flow:to_server; sid:900; rev:1;)',
  'drop tcp any any -> $HOME_NET any (msg:"cordon deny private destination"; flow:to_server; sid:901; rev:1;)',
];

/** Takes note of connections that end; it lets nothing through and logs nothing. */
export const NOTE_THE_END = `alert tcp any any -> any any (msg:"cordon note end"; flags:*FR; flowbits:set,${CLOSED}; noalert; sid:949; rev:1;)`;

/** The `drop` rule of a closure, for every source. */
export function dropRule({ sid, why, protocol, port, options }: Closure): string {
  return `drop ${protocol} any any -> any ${port} (${[`msg:"cordon deny ${why}"`, ...options, `sid:${sid}`, "rev:1"].join("; ")};)`;
}

/** Every port but these. */
export function otherPorts(ports: number[]): string {
  return ports.length === 0 ? "any" : `!${portList(ports)}`;
}

function wrongName(): Closure[] {
  return [
    out(910, "TLS name not listed", "tls", "any", TO_SERVER, 'tls.sni; content:!"|00 00 00|"'),
    out(911, "TLS without a name", "tls", "any", TO_SERVER, "ssl_state:client_hello"),
    out(912, "HTTP host not listed", "http", "any", TO_SERVER, "http.host; bsize:>0"),
    out(
      913,
      "HTTP without a host",
      "http",
      "any",
      TO_SERVER,
      'http.header_names; content:!"|0d 0a|Host|0d 0a|"; nocase',
    ),
    out(914, "HTTP without a version", "http", "any", TO_SERVER, 'http.request_line; content:!" HTTP/1."'),
  ];
}

function wrongStart({ tls, http }: OpenPorts): Closure[] {
  const both = tls.filter((port) => http.includes(port));
  const [onlyTls, onlyHttp] = [without(tls, both), without(http, both)];
  const stream = (sid: number, why: string, ports: number[], ...options: string[]): Closure[] =>
    ports.length === 0 ? [] : [out(sid, why, "tcp", portList(ports), STREAM, ...options)];
  const record = [FROM_THE_START, BEGINS_AS_TLS, "isdataat:10"];
  const text = [FROM_THE_START, NOT_AS_TLS];
  return [
    ...stream(916, "not TLS", onlyTls, FROM_THE_START, NOT_AS_TLS),
    ...stream(917, "not HTTP", onlyHttp, FROM_THE_START, ...NOT_AS_HTTP),
    ...stream(918, "neither TLS nor HTTP", both, FROM_THE_START, NOT_AS_TLS, ...NOT_AS_HTTP),
    ...stream(919, "not a TLS record", tls, ...record, 'content:!"|03|"; offset:1; depth:1'),
    ...stream(920, "not a TLS hello", tls, ...record, 'content:!"|01 00|"; offset:5; depth:2'),
    ...stream(921, "TLS before 1.2", tls, ...record, 'content:!"|03 03|"; offset:9; depth:2'),
    ...stream(922, "not an HTTP method", http, ...text, "isdataat:7", ...NOT_A_METHOD),
    ...stream(923, "HTTP head without a listed host", onlyHttp, BLANK_LINE),
    ...stream(924, "HTTP head without a listed host", onlyHttp, BARE_BLANK_LINE),
    ...stream(925, "HTTP head without a listed host", both, ...text, BLANK_LINE),
    ...stream(926, "HTTP head without a listed host", both, ...text, BARE_BLANK_LINE),
    out(929, "another protocol", "tcp", "any", SENT, "app-layer-protocol:!tls; app-layer-protocol:!http"),
  ];
}

function wrongStream(): Closure[] {
  return [
    out(930, "no name within the bound", "tcp", "any", SENT, `stream_size:client,>,${UNDECIDED_BYTES}`),
    back(931, "answer before the name", "flow:established,to_client,only_stream", "isdataat:0"),
    back(932, "answer before the name", "flow:to_client", "dsize:>0"),
    out(933, "data before the handshake", "tcp", "any", "flow:not_established,to_server", "dsize:>0"),
    out(934, "data without an acknowledgment", "tcp", "any", TO_SERVER, "flags:!A", "dsize:>0"),
    out(935, "data after the end", "tcp", "any", TO_SERVER, `flowbits:isset,${CLOSED}`, "dsize:>0"),
    out(936, "data with the end", "tcp", "any", TO_SERVER, "flags:*FR", "dsize:>0"),
    out(937, "data beside the stream", "tcp", "any", SENT, "dsize:>0", "stream_size:client,<,2"),
    out(938, "TCP in fragments", "ip", "any", "ip_proto:6", "fragbits:M"),
    out(939, "TCP in fragments", "ip", "any", "ip_proto:6", "fragoffset:>0"),
  ];
}

function closedPorts({ tls, http }: OpenPorts): Closure[] {
  return [out(940, "port closed", "tcp", otherPorts([...tls, ...http]), TO_SERVER)];
}

function notTcp(): Closure[] {
  return [
    out(941, "UDP closed", "udp", "any"),
    out(942, "ICMP closed", "icmp", "any"),
    out(943, "other protocols closed", "ip", "any", "ip_proto:!TCP; ip_proto:!UDP; ip_proto:!ICMP"),
  ];
}

function out(sid: number, why: string, protocol: string, port: string, ...options: string[]): Closure {
  return { sid, why, way: Way.OUT, protocol, port, options };
}

function back(sid: number, why: string, ...options: string[]): Closure {
  return { sid, why, way: Way.BACK, protocol: "tcp", port: "any", options };
}

/** A bracketed list, or the one port. */
function portList(ports: number[]): string {
  const sorted = [...new Set(ports)].sort((a, b) => a - b);
  return sorted.length === 1 ? String(sorted[0]) : `[${sorted.join(",")}]`;
}

const without = (ports: number[], others: number[]): number[] => ports.filter((port) => !others.includes(port));
