import { filler } from "../wire/client-hello";
import type { Conversation } from "../wire/conversation";
import { ALL, atMost, CLOSED, type FlowCase, NONE, rowsOn, Source, UNDECIDED_BYTES } from "./flow-case";
import { get, httpSession, OK_REPLY, rawSession } from "./sessions";

const row = rowsOn(80);
const { CODER } = Source;
const GOOD = get("/path", "Host: status.example.com", "User-Agent: agent", "Accept: */*");
const BAD = get("/path", "Host: evil.net", "User-Agent: agent", "Accept: */*");
const BEFORE_HOST = "the host comes in a later segment than the first";

function cut(request: string, ...cuts: number[]) {
  return (conversation: Conversation) =>
    conversation
      .open()
      .sendCut(request, ...cuts)
      .reply(OK_REPLY)
      .close();
}

function post(host: string, size: number): string {
  return `POST /upload HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${size}\r\n\r\n${"u".repeat(size)}`;
}

/** Plain HTTP on 80. `triage` may ask status.example.com, `coder` mirror.example.org. */
export const HTTP_FLOWS: readonly FlowCase[] = [
  row("a listed host", ALL, httpSession(GOOD)),
  row("a listed host in upper case", ALL, httpSession(get("/", "Host: STATUS.EXAMPLE.COM"))),
  row("a listed host with its port", ALL, httpSession(get("/", "Host: status.example.com:80"))),
  row("a listed host with a header name in lower case", ALL, httpSession(get("/", "host: status.example.com"))),
  row("a listed host, HEAD", ALL, httpSession("HEAD / HTTP/1.1\r\nHost: status.example.com\r\n\r\n")),
  row("a listed host, POST of 20,000 bytes", ALL, httpSession(post("status.example.com", 20_000))),
  row(
    "a listed host, PUT",
    ALL,
    httpSession("PUT / HTTP/1.1\r\nHost: status.example.com\r\nContent-Length: 2\r\n\r\nok"),
  ),
  row("a listed host, DELETE", ALL, httpSession("DELETE /x HTTP/1.1\r\nHost: status.example.com\r\n\r\n")),
  row("a listed host, OPTIONS", ALL, httpSession("OPTIONS * HTTP/1.1\r\nHost: status.example.com\r\n\r\n")),
  row(
    "a listed host, PATCH",
    ALL,
    httpSession("PATCH /x HTTP/1.1\r\nHost: status.example.com\r\nContent-Length: 2\r\n\r\nok"),
  ),
  row("two requests to a listed host", ALL, httpSession(GOOD, GOOD)),
  row(
    "a listed host, request of 6,000 bytes with the host first",
    ALL,
    httpSession(get("/", "Host: status.example.com", `Cookie: ${"c".repeat(6_000)}`)),
  ),
  row("a listed host, request cut inside the method", ALL, cut(GOOD, 2)),
  row("a listed host, request cut before the host", ALL, cut(GOOD, GOOD.indexOf("Host"))),
  row("a listed host, request cut inside the host", ALL, cut(GOOD, GOOD.indexOf("example"))),
  row("a listed host, request cut in four", ALL, cut(GOOD, 10, 30, 50)),
  row("a listed host, request and FIN in one segment", ALL, (c) =>
    c.open().segment(GOOD, { flags: 0x19 }).reply(OK_REPLY),
  ),
  row("a listed host, lines ended by LF alone", ALL, httpSession("GET / HTTP/1.1\nHost: status.example.com\n\n")),
  row("a host that is not listed, lines ended by LF alone", NONE, httpSession("GET / HTTP/1.1\nHost: evil.net\n\n")),
  row(
    "a host that is not listed, lines ended by CR alone",
    atMost(31, "no line of the request ends"),
    httpSession("GET / HTTP/1.1\rHost: evil.net\r\r"),
  ),
  row("a host that is not listed, after empty lines", NONE, httpSession(`\r\n\r\n${BAD}`)),
  row("a host that is not listed, HTTP/1.0", NONE, httpSession("GET / HTTP/1.0\r\nHost: evil.net\r\n\r\n")),
  row(
    "no host, HTTP/1.0, 3,000 bytes of body",
    NONE,
    httpSession(`POST / HTTP/1.0\r\nContent-Length: 3000\r\n\r\n${"s".repeat(3_000)}`),
  ),
  row("no headers, HTTP/1.1", NONE, httpSession("GET /secret HTTP/1.1\r\n\r\n")),
  row("HTTP of a version that does not exist", NONE, httpSession("GET / HTTP/7.3\r\nHost: evil.net\r\n\r\n")),
  row("a host that is not listed, method in lower case", NONE, httpSession("get / HTTP/1.1\r\nHost: evil.net\r\n\r\n")),
  row("a host that is not listed", NONE, httpSession(BAD)),
  row("a host that is not listed, POST of 20,000 bytes", NONE, httpSession(post("evil.net", 20_000))),
  row("a host below a listed one", NONE, httpSession(get("/", "Host: x.status.example.com"))),
  row("a look-alike host prefix", NONE, httpSession(get("/", "Host: evilstatus.example.com"))),
  row("a look-alike host suffix", NONE, httpSession(get("/", "Host: status.example.com.evil.net"))),
  row("a listed host with a dot at the end", NONE, httpSession(get("/", "Host: status.example.com."))),
  row("an unlisted host with a listed user part", NONE, httpSession(get("/", "Host: status.example.com@evil.net"))),
  row("a name that is listed for TLS only", NONE, httpSession(get("/", "Host: api.example.com"))),
  row("the other agent's host", NONE, httpSession(get("/", "Host: mirror.example.org"))),
  row("the other agent's host from its subnet", ALL, httpSession(get("/", "Host: mirror.example.org")), {
    from: CODER,
  }),
  row("this agent's host from the other's subnet", NONE, httpSession(GOOD), { from: CODER }),
  row("an address as host", NONE, httpSession(get("/", "Host: 93.184.216.34"))),
  row("a listed host at a private address", CLOSED, httpSession(GOOD), { to: "10.99.0.5" }),
  row("the metadata service", CLOSED, httpSession(get("/latest/meta-data/", "Host: 169.254.169.254")), {
    to: "169.254.169.254",
  }),
  row("no host, HTTP/1.1", NONE, httpSession("GET / HTTP/1.1\r\nUser-Agent: x\r\n\r\n")),
  row("no host, HTTP/1.0", NONE, httpSession("GET / HTTP/1.0\r\n\r\n")),
  row("no headers, HTTP/0.9", NONE, httpSession("GET /secret\r\n")),
  row("an empty host", NONE, httpSession(get("/", "Host:"))),
  row("a blank before the colon of the host header", NONE, httpSession(get("/", "Host : evil.net"))),
  row("two hosts, the unlisted first", NONE, httpSession(get("/", "Host: evil.net", "Host: status.example.com"))),
  row("two hosts, the listed first", NONE, httpSession(get("/", "Host: status.example.com", "Host: evil.net"))),
  row("two hosts in one header", NONE, httpSession(get("/", "Host: status.example.com, evil.net"))),
  row("a folded host header", NONE, httpSession(get("/", "Host: evil.net", " status.example.com"))),
  row("a host behind a NUL", NONE, httpSession(get("/", "Host: evil.net\0status.example.com"))),
  row(
    "an absolute URI of an unlisted host with a listed Host header",
    NONE,
    httpSession(get("http://evil.net/", "Host: status.example.com")),
  ),
  row("CONNECT to an unlisted host", NONE, httpSession("CONNECT evil.net:443 HTTP/1.1\r\nHost: evil.net:443\r\n\r\n")),
  row(
    "CONNECT to an unlisted host with a listed Host header",
    NONE,
    httpSession("CONNECT evil.net:443 HTTP/1.1\r\nHost: status.example.com\r\n\r\n"),
  ),
  row("TRACE to an unlisted host", NONE, httpSession("TRACE / HTTP/1.1\r\nHost: evil.net\r\n\r\n")),
  row("an unknown method to an unlisted host", NONE, httpSession("EXFIL / HTTP/1.1\r\nHost: evil.net\r\n\r\n")),
  row(
    "a WebSocket upgrade to an unlisted host",
    NONE,
    httpSession(get("/", "Host: evil.net", "Upgrade: websocket", "Connection: Upgrade")),
  ),
  row("HTTP/2 with prior knowledge", NONE, rawSession("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", 2_000)),
  row("raw data on 80", NONE, rawSession(filler(100, 7))),
  row("raw text on 80", NONE, rawSession("hello, this is not HTTP at all\n")),
  row("SSH on 80", NONE, rawSession("SSH-2.0-OpenSSH_9.6\r\n", 3_000)),
  row("raw data behind a method", NONE, rawSession("GET ")),
  row("raw data behind a method and a blank line", NONE, rawSession("POST \r\n\r\n")),
  row(
    "a request line that never ends",
    atMost(UNDECIDED_BYTES, "the stream is undecided"),
    rawSession(`GET /${"a".repeat(19_000)}`),
  ),
  row(
    "headers that never end",
    atMost(UNDECIDED_BYTES, "the stream is undecided"),
    rawSession(`GET / HTTP/1.1\r\n${"X-A: b\r\n".repeat(2_400)}`),
  ),
  row("an unlisted host, request cut inside the method", atMost(2, BEFORE_HOST), cut(BAD, 2)),
  row(
    "HTTP/0.9 with the end of the line in another segment",
    atMost(60, "the request line is judged at its end"),
    cut(`GET /${"s".repeat(50)}\r\n`, 55),
  ),
  row(
    "an unlisted host, request cut before the host",
    atMost(BAD.indexOf("Host"), BEFORE_HOST),
    cut(BAD, BAD.indexOf("Host")),
  ),
  row("an unlisted host, request cut in four", atMost(50, BEFORE_HOST), cut(BAD, 10, 30, 50)),
  row(
    "an unlisted host after a header of 1,400 bytes",
    atMost(1_440, BEFORE_HOST),
    httpSession(get("/", `Cookie: ${"c".repeat(1_400)}`, "Host: evil.net")),
  ),
  row(
    "a listed host after a header of 1,400 bytes",
    ALL,
    httpSession(get("/", `Cookie: ${"c".repeat(1_400)}`, "Host: status.example.com")),
  ),
  row(
    "an unlisted host, one byte a segment",
    atMost(BAD.length - 1, BEFORE_HOST),
    cut(BAD, ...Array.from({ length: BAD.length - 1 }, (_, i) => i + 1)),
  ),
  row("server data before a bad request", NONE, (c) => c.open().reply("HTTP/1.1 200 OK\r\n\r\n").send(BAD).close()),
  row("a tunnel after a switched protocol at an unlisted host", NONE, (c) =>
    c
      .open()
      .send(get("/", "Host: evil.net", "Upgrade: raw", "Connection: Upgrade"))
      .reply("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\n\r\n")
      .send(filler(9_000))
      .close(),
  ),
];

/** What a firewall that judges the first request can't stop. Each is a residual risk of the report. */
export const HTTP_RESIDUAL_FLOWS: readonly FlowCase[] = [
  row(
    "an absolute URI of a listed host with an unlisted Host header",
    ALL,
    httpSession(get("http://status.example.com/", "Host: evil.net")),
  ),
  row("a second request to an unlisted host on a passed connection", ALL, httpSession(GOOD, BAD)),
  row("a pipelined second request to an unlisted host", ALL, httpSession(GOOD + BAD)),
  row("a tunnel after a switched protocol at a listed host", ALL, (c) =>
    c
      .open()
      .send(get("/", "Host: status.example.com", "Upgrade: raw", "Connection: Upgrade"))
      .reply("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\n\r\n")
      .send(filler(9_000))
      .close(),
  ),
];
