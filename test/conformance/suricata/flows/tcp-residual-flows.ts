import { filler, helloRecords } from "../wire/client-hello";
import { ALL, type FlowCase, rowsOn } from "./flow-case";
import { afterHello } from "./sessions";

const row = rowsOn(443);
const GOOD = helloRecords({ names: ["api.example.com"] });
const BAD = helloRecords({ names: ["evil0example.com"] });
const MD5_OPTION = Buffer.concat([Buffer.from([1, 1, 19, 18]), filler(16)]);

/**
 * Segments that the engine takes and a server's TCP discards, or the other way round. They need raw sockets on the agent's
 * side, and show the firewall a listed name while the server reads another, or carry data that only a server that plays
 * along reads. Both are the residual risk that a name is not an address; the rows are here so that a change is noticed.
 */
export const TCP_RESIDUAL_FLOWS: readonly FlowCase[] = [
  row("the start of a hello sent again and again with other bytes", ALL, (c) => {
    c.open().send(BAD.subarray(0, 11));
    for (let i = 0; i < 200; i++) c.segment(filler(11, i + 1), { offset: -11, aside: true });
    return c;
  }),
  row("raw data before the window after the start of a hello", ALL, (c) => {
    c.open().send(BAD.subarray(0, 11));
    for (let i = 0; i < 20; i++) c.segment(filler(1_000, i + 1), { offset: -1_011, aside: true });
    return c;
  }),
  row("raw data with a wrong acknowledgment number after the start of a hello", ALL, (c) => {
    c.open().send(BAD.subarray(0, 11));
    for (let i = 0; i < 20; i++) c.segment(filler(1_000, i + 1), { acknowledgmentOffset: 900_000 });
    return c;
  }),
  row("a good hello in two parts, the first of which dies on the way under a bad one", ALL, (c) =>
    afterHello(
      c
        .open()
        .segment(GOOD.subarray(0, 150), { ttl: 1, aside: true })
        .segment(BAD.subarray(0, 150))
        .segment(BAD.subarray(150)),
    ).close(),
  ),
  row("a bad hello over a good one with a TCP MD5 signature", ALL, (c) =>
    afterHello(c.open().segment(GOOD, { tcpOptions: MD5_OPTION, aside: true }).send(BAD)).close(),
  ),
  row("a bad hello over a good one that dies on the way", ALL, (c) =>
    afterHello(c.open().segment(GOOD, { ttl: 1, aside: true }).send(BAD)).close(),
  ),
];
