import { App, type Flow } from "../../../../lib/topology/sets/flow-set";
import { rowsOn } from "../flows/flow-case";
import { get, httpSession, rawSession, tlsTo } from "../flows/sessions";
import { filler } from "../wire/client-hello";
import type { Conversation } from "../wire/conversation";
import { dnsQuery } from "../wire/dns-message";
import { quicInitial } from "../wire/quic-initial";

type Play = (conversation: Conversation) => Conversation;

/** A flow of the model, with the ways in which it is played to the engine. */
export interface Traffic {
  readonly what: string;
  readonly flow: Flow;
  readonly plays: readonly Play[];
}

/** Where traffic goes from and to. */
export interface Ends {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

const TCP = 6;

const tcp = ({ from, to, port }: Ends, app: App, name?: string): Flow => ({
  source: from,
  destination: to,
  protocol: TCP,
  port,
  app,
  ...(name === undefined ? {} : { name }),
});

/** A TLS session with a server name. */
export function tlsTraffic(name: string, ends: Ends): Traffic {
  return { what: `tls ${name}`, flow: tcp(ends, App.TLS, name), plays: [tlsTo(name)] };
}

/** One HTTP host in every way in which a request can say it. */
export function httpTraffic(name: string, ends: Ends): Traffic {
  const plays = [
    httpSession(get("/", `Host: ${name}`, "User-Agent: agent")),
    httpSession(`GET / HTTP/1.1\nHost: ${name}\n\n`),
    httpSession(`OPTIONS * HTTP/1.1\r\nHost: ${name}\r\n\r\n`),
    httpSession(`GET http://${name}/ HTTP/1.0\r\n\r\n`),
  ];
  return { what: `http ${name}`, flow: tcp(ends, App.HTTP, name), plays };
}

/** What carries no name, over TCP. */
export function namelessTraffic(ends: Ends): Traffic[] {
  const http = [
    httpSession("GET / HTTP/1.1\r\nUser-Agent: agent\r\n\r\n"),
    httpSession("GET / HTTP/1.1\nUser-Agent: agent\n\n"),
    httpSession("GET / HTTP/1.0\r\n\r\n"),
    httpSession("GET /secret\r\n"),
  ];
  const others = [
    rawSession("SSH-2.0-OpenSSH_9.6\r\n", 3_000),
    rawSession(filler(100, 3), 3_000),
    rawSession("hello, this is neither TLS nor HTTP\n", 3_000),
    rawSession("\x13BitTorrent protocol", 2_000),
    (c: Conversation) =>
      c.open().reply("220 mx\r\n").send("EHLO agent\r\n").reply("250 ok\r\n").send(filler(2_000)).close(),
  ];
  return [
    { what: "tls without a name", flow: tcp(ends, App.TLS), plays: [tlsTo(undefined)] },
    { what: "http without a host", flow: tcp(ends, App.HTTP), plays: http },
    { what: "other tcp", flow: tcp(ends, App.OTHER), plays: others },
  ];
}

/** Datagrams. */
export function datagramTraffic({ from, to, port }: Ends): Traffic[] {
  const plays: Play[] = [
    (c) => c.datagram(filler(500)),
    (c) => c.datagram(quicInitial("api.example.com")),
    (c) => c.datagram(dnsQuery("secret.evil.net")),
  ];
  return [{ what: "udp", flow: { source: from, destination: to, protocol: 17, port, app: App.OTHER }, plays }];
}

/** Protocols without ports. One such flow for two ends: the engine takes two for one. */
export function portlessTraffic(from: string, to: string): Traffic[] {
  const of = (protocol: number): Flow => ({ source: from, destination: to, protocol, port: 0, app: App.OTHER });
  const gre = Buffer.concat([Buffer.from("00000800", "hex"), filler(300)]);
  return [
    { what: "icmp", flow: of(1), plays: [(c) => c.ping(filler(500))] },
    { what: "gre", flow: of(47), plays: [(c) => c.raw(47, gre, 300)] },
    { what: "esp", flow: of(50), plays: [(c) => c.raw(50, filler(300), 300)] },
  ];
}

/** All kinds of traffic between some ends, with some names. */
export function allTraffic(sources: string[], destinations: string[], ports: number[], names: string[]): Traffic[] {
  return sources.flatMap((from) =>
    destinations.flatMap((to) => [
      ...portlessTraffic(from, to),
      ...ports.flatMap((port) => {
        const ends = { from, to, port };
        const named = names.flatMap((name) => [tlsTraffic(name, ends), httpTraffic(name, ends)]);
        return [...named, ...namelessTraffic(ends), ...datagramTraffic(ends)];
      }),
    ]),
  );
}

/** Names around one that a rule speaks of: itself, below, above, beside and behind it. */
export function namesAround(name: string): string[] {
  const parent = name.slice(name.indexOf(".") + 1);
  return [
    name,
    `x.${name}`,
    `x.y.${name}`,
    parent,
    `x${name}`,
    `x-${name}`,
    `${name}.evil.net`,
    `${name}x`,
    name.slice(1),
  ];
}

const row = rowsOn(443);

/** The conversations of some traffic, and which of them belong to which. */
export function conversationsOf(traffic: readonly Traffic[]) {
  const rows = traffic.flatMap(({ what, flow, plays }, index) =>
    plays.map((play) => ({
      index,
      row: row(what, { kind: "all" }, play, { from: flow.source, to: flow.destination, port: flow.port }),
    })),
  );
  return { rows: rows.map((one) => one.row), owners: rows.map((one) => one.index) };
}
