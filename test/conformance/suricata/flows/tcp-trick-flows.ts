import { clientData, filler, helloRecords, serverHello } from "../wire/client-hello";
import { Side } from "../wire/conversation";
import { IpProtocol, TCP_FLAGS, tcpSegment } from "../wire/packet";
import { ALL, atMost, type FlowCase, NONE, rowsOn, UNDECIDED_BYTES } from "./flow-case";
import { afterHello } from "./sessions";

const row = rowsOn(443);
const GOOD = helloRecords({ names: ["api.example.com"] });
const BAD = helloRecords({ names: ["evil0example.com"] });
const { FIN, SYN, RST, PSH, ACK, URG } = TCP_FLAGS;
const ONE_SIDE = "the decoy itself";

/** Tricks with segments, sequence numbers and fragments that are meant to show the firewall another stream than the server's. */
export const TCP_TRICK_FLOWS: readonly FlowCase[] = [
  row("a bad hello in the first packet, for TCP Fast Open", NONE, (c) => afterHello(c.syn(BAD).synAck().ack()).close()),
  row("raw data in the first packet, for TCP Fast Open", NONE, (c) =>
    c.syn(filler(205)).synAck().ack().send(filler(5_000)).close(),
  ),
  row("raw data in a SYN that nobody answers", NONE, (c) => c.syn(filler(1_000))),
  row("raw data after a SYN that nobody answers", NONE, (c) => c.syn().send(filler(5_000), { acknowledge: false })),
  row("a bad hello on a half-open connection", NONE, (c) => c.syn().synAck().send(BAD)),
  row("raw data without a handshake", NONE, (c) => c.send(filler(5_000))),
  row("a good hello without a handshake", NONE, (c) => afterHello(c.send(GOOD)).close()),
  row("raw data in the ACK that ends the handshake", NONE, (c) => c.syn().synAck().send(filler(5_000)).close()),
  row("a good hello in the ACK that ends the handshake", ALL, (c) => afterHello(c.syn().synAck().send(GOOD)).close()),
  row("raw data with a FIN", NONE, (c) => c.open().segment(filler(1_000), { flags: FIN | PSH | ACK })),
  row("raw data with a RST", NONE, (c) => c.open().segment(filler(1_000), { flags: RST | PSH | ACK })),
  row("raw data as urgent data", NONE, (c) =>
    c
      .open()
      .segment(filler(1_000), { flags: URG | PSH | ACK })
      .send(filler(3_000)),
  ),
  row("raw data with no flags at all", NONE, (c) =>
    c.open().segment(filler(1_000), { flags: 0 }).segment(filler(1_000), { flags: 0 }),
  ),
  row("raw data with SYN and FIN", NONE, (c) => c.segment(filler(1_000), { flags: SYN | FIN })),
  row("a FIN scan", atMost(0, "no data"), (c) => c.bare(Side.CLIENT, FIN).bare(Side.CLIENT, FIN | PSH | URG)),
  row("raw data after a RST with a bad checksum", NONE, (c) =>
    c.open().bare(Side.CLIENT, RST, { badChecksum: true }).send(filler(3_000)),
  ),
  row("raw data after a RST out of the window", NONE, (c) =>
    c.open().bare(Side.CLIENT, RST, { offset: 100_000 }).send(filler(3_000)),
  ),
  row("raw data after a RST that dies on the way", NONE, (c) =>
    c.open().bare(Side.CLIENT, RST, { ttl: 1 }).send(filler(3_000)),
  ),
  row("a bad hello after a RST that dies on the way", NONE, (c) =>
    afterHello(c.open().bare(Side.CLIENT, RST, { ttl: 1 }).send(BAD)).close(),
  ),
  row("raw data after a FIN that dies on the way", NONE, (c) =>
    c
      .open()
      .bare(Side.CLIENT, FIN | ACK, { ttl: 1 })
      .send(filler(3_000)),
  ),
  row("a bad hello after the server's RST", NONE, (c) => afterHello(c.open().bare(Side.SERVER, RST).send(BAD)).close()),
  row("raw data after the start of a hello and a RST that dies on the way", atMost(11, "the start itself"), (c) =>
    c.open().send(BAD.subarray(0, 11)).bare(Side.CLIENT, RST, { ttl: 1 }).send(filler(20_000)),
  ),
  row("raw data after the start of a hello and a FIN that dies on the way", atMost(11, "the start itself"), (c) =>
    c
      .open()
      .send(BAD.subarray(0, 11))
      .bare(Side.CLIENT, FIN | ACK, { ttl: 1 })
      .send(filler(20_000)),
  ),
  row("raw data after the start of a hello and the server's RST", atMost(11, "the start itself"), (c) =>
    c.open().send(BAD.subarray(0, 11)).bare(Side.SERVER, RST).send(filler(20_000)),
  ),
  row("raw data after the start of a hello and both sides' FIN", atMost(11, "the start itself"), (c) =>
    c.open().send(BAD.subarray(0, 11)).close().send(filler(20_000)),
  ),
  row("raw data with a RST each after the start of a hello", atMost(11, "the start itself"), (c) => {
    c.open().send(BAD.subarray(0, 11));
    for (let i = 0; i < 20; i++) c.segment(filler(1_000), { flags: RST | PSH | ACK });
    return c;
  }),
  row("raw data far behind the window after the start of a hello", atMost(11, "the start itself"), (c) => {
    c.open().send(BAD.subarray(0, 11));
    for (let i = 0; i < 20; i++) c.segment(filler(1_000, i + 1), { offset: 1_000_000 + i * 1_000, aside: true });
    return c;
  }),
  row("raw data with no flags after the start of a hello", atMost(11, "the start itself"), (c) => {
    c.open().send(BAD.subarray(0, 11));
    for (let i = 0; i < 20; i++) c.segment(filler(1_000, i + 1), { flags: 0 });
    return c;
  }),
  row("raw data with SYN after the start of a hello", atMost(11, "the start itself"), (c) => {
    c.open().send(BAD.subarray(0, 11));
    for (let i = 0; i < 20; i++) c.segment(filler(1_000, i + 1), { flags: SYN | ACK });
    return c;
  }),
  row(
    "a bad hello on a port reused after a closed good session",
    atMost(GOOD.length + 64, "the first session is a good one", 1_038),
    (c) => {
      c.open().send(GOOD).reply(serverHello()).send(clientData(0)).close();
      return afterHello(c.open().send(BAD)).close();
    },
  ),
  row("a good hello with a bad checksum, then a bad hello", NONE, (c) =>
    afterHello(c.open().segment(GOOD, { badChecksum: true, aside: true }).send(BAD)).close(),
  ),
  row("a good hello out of the window, then a bad hello", atMost(GOOD.length, "the decoy itself"), (c) =>
    afterHello(c.open().segment(GOOD, { offset: 5_000_000, aside: true }).send(BAD)).close(),
  ),
  row("a good hello before the window, then a bad hello", atMost(GOOD.length, "the decoy itself"), (c) =>
    afterHello(c.open().segment(GOOD, { offset: -10_000, aside: true }).send(BAD)).close(),
  ),
  row("a bad hello twice", NONE, (c) => afterHello(c.open().segment(BAD, { aside: true }).send(BAD)).close()),
  row("a good hello twice", ALL, (c) => afterHello(c.open().segment(GOOD, { aside: true }).send(GOOD)).close()),
  row("a good hello whose second half comes first, until it is tried again", NONE, (c) =>
    afterHello(
      c
        .open()
        .segment(GOOD.subarray(100), { offset: 100, aside: true })
        .segment(GOOD.subarray(0, 100))
        .segment(GOOD.subarray(100)),
    ).close(),
  ),
  row(
    "a bad hello whose second half comes first",
    atMost(BAD.length - 100, "the half without the start can't be judged"),
    (c) =>
      afterHello(
        c
          .open()
          .segment(BAD.subarray(100), { offset: 100, aside: true })
          .segment(BAD.subarray(0, 100))
          .segment(BAD.subarray(100)),
      ).close(),
  ),
  row("a bad hello over a good one without ACK", atMost(GOOD.length, ONE_SIDE), (c) =>
    afterHello(c.open().segment(GOOD, { flags: PSH, aside: true }).send(BAD)).close(),
  ),
  row("a bad hello over a good one with a wrong acknowledgment number", atMost(GOOD.length, ONE_SIDE), (c) =>
    afterHello(c.open().segment(GOOD, { acknowledgmentOffset: 900_000, aside: true }).send(BAD)).close(),
  ),
  row("a good hello over a bad one that dies on the way", NONE, (c) =>
    afterHello(c.open().segment(BAD, { ttl: 1, aside: true }).send(GOOD)).close(),
  ),
  row("a bad name over a listed one in overlapping segments", atMost(60, "the part before the name"), (c) => {
    const nameAt = BAD.indexOf("evil0example.com");
    c.open().segment(BAD.subarray(0, 60));
    c.segment(BAD.subarray(nameAt), { offset: nameAt - 60, aside: true });
    return afterHello(c.segment(BAD.subarray(60))).close();
  }),
  row(
    "raw data out of order with a hole that never fills",
    atMost(UNDECIDED_BYTES, "a stream with a hole is undecided"),
    (c) => {
      c.open();
      for (let i = 1; i <= 20; i++) c.segment(filler(1_000, i), { offset: i * 1_000, aside: true });
      return c;
    },
  ),
  row("raw data on a connection that the server leaves unacknowledged", NONE, (c) =>
    c.open().send(filler(8_000), { acknowledge: false }),
  ),
  row("raw data beyond the window of the server", NONE, (c) =>
    c.open().segment(filler(1_000), { offset: 70_000, aside: true }),
  ),
  row("a keep-alive with a byte of data, over and over", NONE, (c) => {
    c.open();
    for (let i = 0; i < 50; i++) c.segment(Buffer.from([i]), { offset: -1, aside: true });
    return c;
  }),
  row(
    "a good hello in IP fragments, which TCP never makes",
    atMost(
      GOOD.length + clientData(3_000).length - 108,
      "the fragments are dropped; what follows them is worth nothing",
      6_038,
    ),
    (c) => afterHello(c.open().sendFragmented(GOOD, 128)).close(),
  ),
  row("a bad hello in IP fragments", NONE, (c) => afterHello(c.open().sendFragmented(BAD, 128)).close()),
  row("a bad hello in IP fragments, last first", NONE, (c) =>
    afterHello(c.open().sendFragmented(BAD, 128, "backward")).close(),
  ),
  row("raw data in IP fragments that never complete", NONE, (c) => {
    const body = tcpSegment(
      c.client,
      c.server,
      { sequence: 1_000, acknowledgment: 0, flags: PSH | ACK },
      filler(6_000),
    );
    for (let at = 0; at < body.length - 1_000; at += 1_000) {
      c.raw(IpProtocol.TCP, body.subarray(at, at + 1_000), at === 0 ? 980 : 1_000, {
        id: 9,
        fragmentOffset: at,
        moreFragments: true,
      });
    }
    return c;
  }),
  row("a bad hello with loose source routing", NONE, (c) =>
    afterHello(c.open().segment(BAD, { options: Buffer.from("8307045db8d82200", "hex") })).close(),
  ),
  row("a listed name, then 200,000 bytes up", ALL, (c) =>
    afterHello(c.open().send(GOOD)).send(clientData(200_000)).close(),
  ),
];
