import { App, TCP, UDP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";

const ICMP = 1;
const ICMP_6 = 58;
const SCTP = 132;
const APPS = [App.TLS, App.HTTP, App.OTHER];

/** What the first words of a rule can match. */
export interface RuleProtocol {
  readonly protocols: RangeSet;
  readonly family: 4 | 6 | undefined;
  /** Named after an application: nothing matches before its first bytes. */
  readonly isApp: boolean;
  readonly apps: { readonly may: readonly App[]; readonly every: readonly App[] };
  /** When exactly it matches is not known here. */
  readonly isOpaque: boolean;
}

const transport = (protocols: RangeSet, family?: 4 | 6): RuleProtocol => ({
  protocols,
  family,
  isApp: false,
  apps: { may: APPS, every: APPS },
  isOpaque: false,
});

const application = (app: App, isOpaque = false): RuleProtocol => ({
  protocols: app === App.OTHER ? RangeSet.unionAll([RangeSet.of(TCP), RangeSet.of(UDP)]) : RangeSet.of(TCP),
  family: undefined,
  isApp: true,
  apps: { may: [app], every: isOpaque ? [] : [app] },
  isOpaque,
});

const OTHERS =
  "dns ssh smtp ftp ftp-data smb dcerpc imap pop3 ntp nfs krb5 dhcp tftp snmp sip rfb mqtt rdp quic telnet ike modbus dnp3 enip bittorrent-dht pgsql websocket ldap msn ikev2";

const PROTOCOLS = new Map<string, RuleProtocol>([
  ["ip", transport(RangeSet.PROTOCOLS)],
  ["pkthdr", transport(RangeSet.PROTOCOLS)],
  ["ip4", transport(RangeSet.PROTOCOLS, 4)],
  ["ipv4", transport(RangeSet.PROTOCOLS, 4)],
  ["ip6", transport(RangeSet.PROTOCOLS, 6)],
  ["ipv6", transport(RangeSet.PROTOCOLS, 6)],
  ["tcp", transport(RangeSet.of(TCP))],
  ["tcp-pkt", { ...transport(RangeSet.of(TCP)), isOpaque: true }],
  ["tcp-stream", { ...transport(RangeSet.of(TCP)), isOpaque: true }],
  ["udp", transport(RangeSet.of(UDP))],
  ["icmp", transport(RangeSet.unionAll([RangeSet.of(ICMP), RangeSet.of(ICMP_6)]))],
  ["icmpv4", transport(RangeSet.of(ICMP))],
  ["icmpv6", transport(RangeSet.of(ICMP_6))],
  ["sctp", transport(RangeSet.of(SCTP))],
  ["tls", application(App.TLS)],
  ["ssl", application(App.TLS)],
  ["http", application(App.HTTP)],
  ["http1", application(App.HTTP)],
  ["http2", application(App.HTTP, true)],
  ...OTHERS.split(" ").map((name): [string, RuleProtocol] => [name, application(App.OTHER, true)]),
]);

/** Undefined for a word that this reader does not know. */
export const readProtocol = (name: string): RuleProtocol | undefined => PROTOCOLS.get(name);

/** Protocols with ports: a rule with a port matches these alone. */
export const WITH_PORTS = RangeSet.unionAll([RangeSet.of(TCP), RangeSet.of(UDP), RangeSet.of(SCTP)]);
