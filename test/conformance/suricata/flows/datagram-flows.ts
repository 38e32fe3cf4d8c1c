import { filler } from "../wire/client-hello";
import { dnsQuery } from "../wire/dns-message";
import { IpProtocol, ipFrame, udpDatagram } from "../wire/packet";
import { quicInitial } from "../wire/quic-initial";
import { ALL, atMost, CLOSED, type FlowCase, NONE, rowsOn, Source } from "./flow-case";

const row = rowsOn(443);
const { CODER, OUTSIDE, STRANGER, TRIAGE } = Source;

/** Everything that is not TCP. `triage` has udp 93.184.216.66/32:3478. */
export const DATAGRAM_FLOWS: readonly FlowCase[] = [
  row("QUIC with a listed name", NONE, (c) =>
    c.datagram(quicInitial("api.example.com")).replyDatagram(filler(1_200)).datagram(filler(900)),
  ),
  row("QUIC with an unlisted name", NONE, (c) =>
    c.datagram(quicInitial("evil.net")).replyDatagram(filler(1_200)).datagram(filler(900)),
  ),
  row("QUIC with a listed name on 8443", NONE, (c) => c.datagram(quicInitial("api.example.com")), { port: 8443 }),
  row("raw UDP on 443", NONE, (c) => c.datagram(filler(1_000)).replyDatagram(filler(1_000))),
  row(
    "DNS to an outside resolver",
    NONE,
    (c) => c.datagram(dnsQuery("secret.evil.net", 16)).replyDatagram(dnsQuery("secret.evil.net", 16)),
    { port: 53, to: "8.8.8.8" },
  ),
  row("DNS of a listed name to an outside resolver", NONE, (c) => c.datagram(dnsQuery("api.example.com")), {
    port: 53,
    to: "8.8.8.8",
  }),
  row("DNS to a private resolver that is not the cell's", NONE, (c) => c.datagram(dnsQuery("evil.net")), {
    port: 53,
    to: "10.99.0.2",
  }),
  row("multicast DNS", NONE, (c) => c.datagram(dnsQuery("evil.local")), { port: 5353, to: "224.0.0.251" }),
  row("NTP to an outside server", NONE, (c) => c.datagram(Buffer.concat([Buffer.from([0x23]), Buffer.alloc(47)])), {
    port: 123,
  }),
  row("SNMP", NONE, (c) => c.datagram(filler(60)), { port: 161 }),
  row("syslog", NONE, (c) => c.datagram("<14>secret"), { port: 514 }),
  row("DTLS on 443", NONE, (c) =>
    c.datagram(Buffer.concat([Buffer.from("16fefd0000000000000000", "hex"), filler(300)])),
  ),
  row("WireGuard on 51820", NONE, (c) => c.datagram(filler(148)), { port: 51820 }),
  row("STUN on 3478 to an unlisted address", NONE, (c) => c.datagram(filler(100)), { port: 3478 }),
  row(
    "UDP to a listed block on its port",
    ALL,
    (c) => c.datagram(filler(500)).replyDatagram(filler(700)).datagram(filler(900)),
    { port: 3478, to: "93.184.216.66" },
  ),
  row("UDP to a listed block on another port", NONE, (c) => c.datagram(filler(500)), {
    port: 3479,
    to: "93.184.216.66",
  }),
  row("UDP to a listed block from the other agent", NONE, (c) => c.datagram(filler(500)), {
    port: 3478,
    to: "93.184.216.66",
    from: CODER,
  }),
  row("TCP to a block that is listed for UDP", CLOSED, (c) => c.open().send(filler(500)).close(), {
    port: 3478,
    to: "93.184.216.66",
  }),
  row("UDP to a block that is listed for TCP", NONE, (c) => c.datagram(filler(500)), {
    port: 5432,
    to: "93.184.216.64",
  }),
  row("an empty UDP datagram", atMost(0, "no data"), (c) => c.datagram("")),
  row("UDP in IP fragments", NONE, (c) => c.datagramFragmented(filler(4_000), 1_024)),
  row("UDP from the internet to an agent", NONE, (c) => c.datagram(filler(500)), {
    from: OUTSIDE,
    to: TRIAGE,
    port: 5000,
  }),
  row("UDP from one agent to another", NONE, (c) => c.datagram(filler(500)), { to: CODER, port: 5000 }),
  row("UDP from an address of no agent", NONE, (c) => c.datagram(filler(500)), { from: STRANGER }),
  row("UDP over IPv6", NONE, (c) => c.datagram(filler(500)), { from: "fd00::10", to: "2606:2800:220:1::1" }),
  row("an ICMP echo with data", NONE, (c) => c.ping(filler(1_000))),
  row("an ICMP echo to another agent", NONE, (c) => c.ping(filler(1_000)), { to: CODER }),
  row("an ICMP echo from the internet", NONE, (c) => c.ping(filler(1_000)), { from: OUTSIDE, to: TRIAGE }),
  row("an unasked ICMP echo reply with data", NONE, (c) =>
    c.raw(IpProtocol.ICMP, Buffer.concat([Buffer.from("0000ffff00010001", "hex"), filler(500)]), 500),
  ),
  row("GRE with an IP packet inside", NONE, (c) =>
    c.raw(IpProtocol.GRE, Buffer.concat([Buffer.from("00000800", "hex"), filler(500)]), 500),
  ),
  row("IP in IP", NONE, (c) =>
    c.raw(4, Buffer.concat([Buffer.from("4500021400010000401100000a0000015db8d822", "hex"), filler(512)]), 532),
  ),
  row("IP in IP with a listed datagram inside", NONE, (c) => {
    const inner = ipFrame(
      c.client.address,
      "93.184.216.66",
      IpProtocol.UDP,
      udpDatagram(c.client, { address: "93.184.216.66", port: 3478 }, filler(400)),
    );
    return c.raw(4, inner.subarray(14), 428);
  }),
  row("GRE with a listed datagram inside", NONE, (c) => {
    const inner = ipFrame(
      c.client.address,
      "93.184.216.66",
      IpProtocol.UDP,
      udpDatagram(c.client, { address: "93.184.216.66", port: 3478 }, filler(400)),
    );
    return c.raw(IpProtocol.GRE, Buffer.concat([Buffer.from("00000800", "hex"), inner.subarray(14)]), 432);
  }),
  row("IPv6 in IPv4", NONE, (c) =>
    c.raw(41, Buffer.concat([Buffer.from("6000000000003b40", "hex"), Buffer.alloc(32), filler(400)]), 440),
  ),
  row("ESP", NONE, (c) => c.raw(IpProtocol.ESP, filler(500), 500)),
  row("SCTP", NONE, (c) => c.raw(IpProtocol.SCTP, filler(500), 500)),
  row("AH", NONE, (c) => c.raw(51, filler(500), 500)),
  row("an IP protocol without a name", NONE, (c) => c.raw(253, filler(500), 500)),
  row("IP protocol 0", NONE, (c) => c.raw(0, filler(500), 500)),
  row("IP protocol 255", NONE, (c) => c.raw(255, filler(500), 500)),
  row("a TCP packet too short for its header", NONE, (c) => c.raw(IpProtocol.TCP, filler(12), 12)),
  row("a UDP packet too short for its header", NONE, (c) => c.raw(IpProtocol.UDP, filler(5), 5)),
  row("a TCP packet whose header claims more than there is", NONE, (c) => {
    const body = filler(400);
    body.writeUInt16BE(c.client.port, 0);
    body.writeUInt16BE(443, 2);
    body.writeUInt8(0xf0, 12);
    body.writeUInt8(0x18, 13);
    return c.raw(IpProtocol.TCP, body, 380);
  }),
];
