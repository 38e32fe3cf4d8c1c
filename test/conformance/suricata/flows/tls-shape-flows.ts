import { clientHello, filler, helloRecords, tlsRecord } from "../wire/client-hello";
import type { Conversation } from "../wire/conversation";
import { ALL, atMost, type FlowCase, NONE, rowsOn } from "./flow-case";
import { afterHello, rawSession, tlsSession, tlsTo } from "./sessions";

const row = rowsOn(443);
const GOOD = helloRecords({ names: ["api.example.com"] });
const BAD = helloRecords({ names: ["evil.net"] });
const UNREAD = "the engine does not put such a hello together; nothing comes back, and the first answer ends the flow";
const FIRST_SEGMENT = "the name comes in a later segment than the first";

function helloCut(hello: Buffer, ...cuts: number[]) {
  return (conversation: Conversation) => afterHello(conversation.open().sendCut(hello, ...cuts)).close();
}

function everyByte(hello: Buffer) {
  return helloCut(hello, ...Array.from({ length: hello.length - 1 }, (_, index) => index + 1));
}

const late = (name: string, size: number) =>
  helloRecords({ names: [name], nameLast: true, keyShare: 1_216, ticket: size });

/** Hellos that come in pieces, and bytes that only look like one. */
export const TLS_SHAPE_FLOWS: readonly FlowCase[] = [
  row("a listed name in a post-quantum hello", ALL, tlsTo("api.example.com", { keyShare: 1_216 })),
  row(
    "a listed name at the end of a post-quantum hello",
    ALL,
    tlsTo("api.example.com", { keyShare: 1_216, nameLast: true }),
  ),
  row(
    "a listed name at the end of a post-quantum hello with a ticket of 1,000 bytes",
    ALL,
    tlsSession(late("api.example.com", 1_000)),
  ),
  row(
    "a listed name at the end of a post-quantum hello with a ticket of 2,000 bytes",
    ALL,
    tlsSession(late("api.example.com", 2_000)),
  ),
  row(
    "a listed name at the start of a post-quantum hello with a ticket of 4,000 bytes",
    ALL,
    tlsTo("api.example.com", { keyShare: 1_216, ticket: 4_000 }),
  ),
  row("a listed name, hello cut after one byte", ALL, helloCut(GOOD, 1)),
  row("a listed name, hello cut after two bytes", ALL, helloCut(GOOD, 2)),
  row("a listed name, hello cut after the record header", ALL, helloCut(GOOD, 5)),
  row("a listed name, hello cut in three", ALL, helloCut(GOOD, 40, 120)),
  row("a listed name, hello one byte a segment", ALL, everyByte(GOOD)),
  row("an unlisted name, hello cut after one byte", atMost(1, FIRST_SEGMENT), helloCut(BAD, 1)),
  row("an unlisted name, hello cut after the record header", atMost(5, FIRST_SEGMENT), helloCut(BAD, 5)),
  row(
    "an unlisted name, hello cut before its last byte",
    atMost(BAD.length - 1, FIRST_SEGMENT),
    helloCut(BAD, BAD.length - 1),
  ),
  row("an unlisted name, hello one byte a segment", atMost(BAD.length - 1, FIRST_SEGMENT), everyByte(BAD)),
  row(
    "an unlisted name at the end of a post-quantum hello",
    atMost(1_440, FIRST_SEGMENT),
    tlsTo("evil.net", { keyShare: 1_216, nameLast: true }),
  ),
  row(
    "no name in a hello of three segments",
    atMost(2_880, "the absence of a name is known at the end"),
    tlsTo(undefined, { keyShare: 1_216, ticket: 2_000 }),
  ),
  row("raw bytes", NONE, rawSession(filler(100, 61))),
  row("raw text", NONE, rawSession("hello, this is not TLS at all\n")),
  row("a single raw byte", NONE, rawSession("x", 1)),
  row(
    "a raw byte that a record starts with, and nothing else",
    atMost(1, "one byte can't be judged"),
    rawSession(Buffer.from([0x16]), 1),
  ),
  row("raw bytes after the two bytes that a record starts with", NONE, rawSession(Buffer.from([0x16, 0x03]))),
  row("raw bytes after the three bytes that a record starts with", NONE, rawSession(Buffer.from([0x16, 0x03, 0x01]))),
  row("raw bytes in one long handshake record", NONE, rawSession(tlsRecord(22, filler(16_000, 67)))),
  row("a hello that announces 16 MB and never ends", NONE, rawSession(Buffer.from("160301400001ffffff0303", "hex"))),
  row("raw bytes in handshake records of 100 bytes", NONE, (c) =>
    c
      .open()
      .send(Buffer.concat(Array.from({ length: 200 }, (_, i) => tlsRecord(22, filler(100, i + 1)))))
      .close(),
  ),
  row("raw bytes in application data records without a hello", NONE, rawSession(tlsRecord(23, filler(16_000, 71)))),
  row("raw bytes in alert records", NONE, rawSession(tlsRecord(21, filler(16_000, 73)))),
  row(
    "a server hello from the client",
    NONE,
    rawSession(tlsRecord(22, Buffer.concat([Buffer.from("0200004c0303", "hex"), filler(74)]))),
  ),
  row("raw bytes with a good hello further in", NONE, rawSession(Buffer.concat([filler(500, 79), GOOD]))),
  row(
    "a good hello of SSL version 2",
    NONE,
    rawSession(Buffer.from("802e0103010015000000100100800200800300800400800500800600400700c0", "hex")),
  ),
  row("a bad hello, then a good one on the same connection", NONE, (c) => c.open().send(BAD).send(GOOD).close()),
  row("a bad hello and a good one in one segment", NONE, (c) =>
    c
      .open()
      .send(Buffer.concat([BAD, GOOD]))
      .close(),
  ),
  row("an alert record, then a good hello", NONE, (c) =>
    c
      .open()
      .send(tlsRecord(21, Buffer.from([1, 0])))
      .send(GOOD)
      .close(),
  ),
  row(
    "a listed name, last record of the hello below four bytes",
    atMost(GOOD.length + 5, UNREAD),
    tlsSession(helloRecords({ names: ["api.example.com"] }, clientHello({ names: ["api.example.com"] }).length - 2)),
  ),
  row(
    "an unlisted name, last record of the hello below four bytes",
    atMost(BAD.length + 5, UNREAD),
    tlsSession(helloRecords({ names: ["evil.net"] }, clientHello({ names: ["evil.net"] }).length - 2)),
  ),
  row(
    "an unlisted name, first record of the hello below four bytes",
    NONE,
    tlsSession(helloRecords({ names: ["evil.net"] }, 2)),
  ),
  row("an empty handshake record, then a bad hello", atMost(5, FIRST_SEGMENT), (c) =>
    afterHello(
      c
        .open()
        .send(tlsRecord(22, Buffer.alloc(0)))
        .send(BAD),
    ).close(),
  ),
  row("server data before a bad hello", NONE, (c) => afterHello(c.open().reply("220 hello\r\n").send(BAD)).close()),
  row("20,000 bytes of server data before a bad hello", NONE, (c) =>
    afterHello(c.open().reply(filler(20_000, 83)).send(BAD)).close(),
  ),
  row("STARTTLS on 443, then a good hello", NONE, (c) =>
    c
      .open()
      .reply("220 mail ESMTP\r\n")
      .send("EHLO x\r\n")
      .reply("250 STARTTLS\r\n")
      .send("STARTTLS\r\n")
      .reply("220 go\r\n")
      .send(GOOD)
      .close(),
  ),
  row("a PROXY protocol line, then a good hello", NONE, (c) =>
    c.open().send("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n").send(GOOD).close(),
  ),
];
