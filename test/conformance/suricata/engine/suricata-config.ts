import { type FirewallInput, ipSets } from "./firewall-input";

/** What the engine does by itself, beside the rules, with packets it can't follow. */
export enum ExceptionPolicy {
  /** The defaults of an inline engine: what can't be followed is dropped. */
  STOCK = "stock",
  /** Only streams picked up in the middle are dropped (`stream_exception_policy` of AWS); all else is left to the rules. */
  RULES_ALONE = "rules-alone",
}

export interface EngineOptions {
  /** @default ExceptionPolicy.RULES_ALONE - the rules have to hold by themselves */
  readonly exceptions?: ExceptionPolicy;
}

const PROTOCOLS = [
  "tls",
  "http",
  "ssh",
  "smtp",
  "ftp",
  "smb",
  "dcerpc",
  "http2",
  "quic",
  "ntp",
  "dhcp",
  "krb5",
  "ike",
  "rfb",
  "mqtt",
  "sip",
  "snmp",
  "tftp",
  "telnet",
  "rdp",
  "imap",
];

/** The engine's own settings: no randomness, every dropped packet and every alert logged with its number in the capture. */
export function suricataConfig(input: FirewallInput, options: EngineOptions = {}): string {
  const lenient = (options.exceptions ?? ExceptionPolicy.RULES_ALONE) === ExceptionPolicy.RULES_ALONE;
  const ignore = lenient ? "ignore" : "auto";
  const sets = [...ipSets(input)].map(([name, blocks]) => `    ${name}: "${blocks}"`);
  return `%YAML 1.1
---
vars:
  address-groups:
    HOME_NET: "[${input.homeNet.join(",")}]"
    EXTERNAL_NET: "!$HOME_NET"
${sets.join("\n")}
exception-policy: ${ignore}
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - alert:
            tagged-packets: no
        - drop:
            alerts: yes
            flows: all
            verdict: yes
logging:
  default-log-level: info
  outputs:
    - file:
        enabled: yes
        level: info
        filename: suricata.log
app-layer:
  error-policy: ${ignore}
  protocols:
    dns:
      tcp:
        enabled: yes
        detection-ports:
          dp: 53
      udp:
        enabled: yes
        detection-ports:
          dp: 53
${PROTOCOLS.map((name) => `    ${name}:\n      enabled: yes`).join("\n")}
defrag:
  memcap-policy: ${ignore}
flow:
  memcap: 128mb
  memcap-policy: ${ignore}
stream:
  memcap: 256mb
  memcap-policy: ${ignore}
  midstream: false
  midstream-policy: ${lenient ? "drop-flow" : "auto"}
  checksum-validation: yes
  inline: auto
  reassembly:
    memcap: 256mb
    memcap-policy: ${ignore}
    depth: 1mb
    toserver-chunk-size: 2560
    toclient-chunk-size: 2560
    randomize-chunk-size: no
detect:
  profile: medium
  inspection-recursion-limit: 3000
engine-analysis:
  rules: yes
packet-alert-max: 255
mpm-algo: ac
spm-algo: bm
host-mode: router
`;
}
