import { filler, helloRecords } from "../wire/client-hello";
import { dnsOverTcp } from "../wire/dns-message";
import { ALL, CLOSED, type FlowCase, NONE, rowsOn, Source } from "./flow-case";
import { get, httpSession, rawSession, tlsSession, tlsTo } from "./sessions";

const row = rowsOn(443);
const { CODER, OUTSIDE, STRANGER, TRIAGE, WATCHER } = Source;
const STATUS = get("/", "Host: status.example.com");

/** Other ports, other protocols over TCP, and ways in and across. `triage` has tls mq.example.com:8883 and tcp 93.184.216.64/32:5432. */
export const PORT_FLOWS: readonly FlowCase[] = [
  row("TLS with a listed name on 8443", CLOSED, tlsTo("api.example.com"), { port: 8443 }),
  row("TLS with a listed name on 80", NONE, tlsTo("api.example.com"), { port: 80 }),
  row("TLS with a listed name on 22", CLOSED, tlsTo("api.example.com"), { port: 22 }),
  row("TLS with a listed name on 853", CLOSED, tlsTo("api.example.com"), { port: 853 }),
  row("TLS with a listed name on another entry's port", NONE, tlsTo("api.example.com"), { port: 8883 }),
  row("TLS with the name of an entry on its own port", ALL, tlsTo("mq.example.com"), { port: 8883 }),
  row("TLS with the name of an entry on 443 instead of its port", NONE, tlsTo("mq.example.com")),
  row("the other agent on this agent's TLS port", CLOSED, tlsTo("mq.example.com"), { port: 8883, from: CODER }),
  row("raw data on a TLS port that is not 443", NONE, rawSession(filler(100, 3)), { port: 8883 }),
  row("a name listed for TLS, asked by HTTP on 443", NONE, httpSession(get("/", "Host: api.example.com"))),
  row("a name listed for HTTP, asked on 443", NONE, httpSession(STATUS)),
  row("a name listed for HTTP, asked on 8080", CLOSED, httpSession(STATUS), { port: 8080 }),
  row("a name listed for HTTP, asked on a TLS port", NONE, httpSession(STATUS), { port: 8883 }),
  row("a name listed for HTTP, asked by TLS", NONE, tlsTo("status.example.com")),
  row("CONNECT on 443", NONE, httpSession("CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com\r\n\r\n")),
  row(
    "HTTP/2 with prior knowledge on 443",
    NONE,
    rawSession("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", 2_000),
  ),
  row("SSH on 443", NONE, rawSession("SSH-2.0-OpenSSH_9.6\r\n", 3_000)),
  row("SSH on 443, server first", NONE, (c) =>
    c.open().reply("SSH-2.0-OpenSSH_9.6\r\n").send("SSH-2.0-OpenSSH_9.6\r\n").send(filler(2_000)).close(),
  ),
  row("SSH on 22", CLOSED, rawSession("SSH-2.0-OpenSSH_9.6\r\n", 3_000), { port: 22 }),
  row(
    "SMTP on 25",
    CLOSED,
    (c) => c.open().reply("220 mx\r\n").send("EHLO agent\r\n").reply("250 ok\r\n").send(filler(2_000)).close(),
    { port: 25 },
  ),
  row("SMTP on 443, server first", NONE, (c) =>
    c.open().reply("220 mx\r\n").send("EHLO agent\r\n").reply("250 ok\r\n").send(filler(2_000)).close(),
  ),
  row(
    "FTP on 21",
    CLOSED,
    (c) => c.open().reply("220 ftp\r\n").send("USER a\r\nPASS b\r\n").reply("230 in\r\n").close(),
    { port: 21 },
  ),
  row(
    "DNS over TCP to an outside resolver",
    CLOSED,
    (c) => c.open().send(dnsOverTcp("secret.evil.net", 16)).reply(dnsOverTcp("secret.evil.net", 16)).close(),
    { port: 53, to: "8.8.8.8" },
  ),
  row("DNS over TLS to an outside resolver", CLOSED, tlsTo("dns.google"), { port: 853, to: "8.8.8.8" }),
  row("DNS over HTTPS to an outside resolver", NONE, tlsTo("dns.google", { alpn: ["h2"] }), { to: "8.8.8.8" }),
  row("DNS messages over TCP 443", NONE, (c) => c.open().send(dnsOverTcp("secret.evil.net", 16)).close()),
  row("RDP on 3389", CLOSED, rawSession(Buffer.from("0300002f2ae00000000000436f6f6b69653a20", "hex"), 500), {
    port: 3389,
  }),
  row("MySQL on 3306, server first", CLOSED, (c) => c.open().reply(filler(80)).send(filler(200)).close(), {
    port: 3306,
  }),
  row("Tor on 9001", CLOSED, tlsTo("www.abcdefgh.com"), { port: 9001 }),
  row(
    "a WebSocket upgrade on 443 without TLS",
    NONE,
    httpSession(get("/", "Host: api.example.com", "Upgrade: websocket", "Connection: Upgrade")),
  ),
  row("BitTorrent on 443", NONE, rawSession("\x13BitTorrent protocol", 2_000)),
  row("a SOCKS greeting on 443", NONE, rawSession(Buffer.from("050100", "hex"), 500)),
  row("WireGuard bytes over TCP 443", NONE, rawSession(Buffer.from("0100000012345678", "hex"), 1_500)),
  row("raw data to a listed block on its port", ALL, rawSession(filler(100, 5)), { to: "93.184.216.64", port: 5432 }),
  row(
    "server first on a listed block",
    ALL,
    (c) => c.open().reply(filler(500)).send(filler(5_000)).reply(filler(9_000)).close(),
    { to: "93.184.216.64", port: 5432 },
  ),
  row("TLS with any name to a listed block", ALL, tlsTo("db.internal"), { to: "93.184.216.64", port: 5432 }),
  row("HTTP to a listed block", ALL, httpSession(get("/", "Host: anything")), { to: "93.184.216.64", port: 5432 }),
  row("data before the handshake to a listed block", NONE, (c) => c.send(filler(2_000)), {
    to: "93.184.216.64",
    port: 5432,
  }),
  row("a listed block on another port", CLOSED, rawSession(filler(100, 5)), { to: "93.184.216.64", port: 5433 }),
  row("a listed block on 443", NONE, rawSession(filler(100, 5)), { to: "93.184.216.64" }),
  row("the address beside a listed block", CLOSED, rawSession(filler(100, 5)), { to: "93.184.216.65", port: 5432 }),
  row("a listed block from the other agent", CLOSED, rawSession(filler(100, 5)), {
    to: "93.184.216.64",
    port: 5432,
    from: CODER,
  }),
  row("a connection from the internet to an agent", CLOSED, rawSession(filler(100)), {
    from: OUTSIDE,
    to: TRIAGE,
    port: 8080,
  }),
  row("TLS with a listed name from the internet to an agent", CLOSED, tlsTo("api.example.com"), {
    from: OUTSIDE,
    to: TRIAGE,
  }),
  row("HTTP with a listed name from the internet to an agent", CLOSED, httpSession(STATUS), {
    from: OUTSIDE,
    to: TRIAGE,
    port: 80,
  }),
  row("a connection from one agent to another", CLOSED, rawSession(filler(100)), { to: CODER, port: 8080 }),
  row("TLS from one agent to another", CLOSED, tlsTo("git.example.org"), { to: CODER }),
  row("HTTP from one agent to another", CLOSED, httpSession(STATUS), { to: CODER, port: 80 }),
  row("a connection from an agent to the monitored agent", CLOSED, rawSession(filler(100)), {
    to: WATCHER,
    port: 8080,
  }),
  row("a connection from an address of no agent", CLOSED, rawSession(filler(100)), { from: STRANGER, port: 8080 }),
  row("TLS from an address of no agent", NONE, tlsTo("evil.net"), { from: STRANGER }),
  row("TLS with a listed name over IPv6", NONE, tlsTo("api.example.com"), {
    from: "fd00::10",
    to: "2606:2800:220:1::1",
  }),
  row("raw data over IPv6", CLOSED, rawSession(filler(100)), {
    from: "fd00::10",
    to: "2606:2800:220:1::1",
    port: 8080,
  }),
  row(
    "a good hello after raw data on the same port of another flow",
    ALL,
    tlsSession(helloRecords({ names: ["api.example.com"] })),
  ),
];
