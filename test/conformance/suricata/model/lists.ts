import fc from "fast-check";

/** Names that generated rules speak of; the others are below, above and beside them. */
export const RULE_NAMES = ["api.example.com", "example.com", "cdn.example.net"];
export const TRAFFIC_NAMES = [
  "api.example.com",
  "x.api.example.com",
  "example.com",
  "www.example.com",
  "badexample.com",
  "cdn.example.net",
  "a.b.cdn.example.net",
  "evil.net",
  "api.example.com.evil.net",
];

const home = fc.constantFrom("$HOME_NET", "10.64.1.0/24", "any", "[10.64.0.0/16,!10.64.3.0/24]");
const outside = fc.constantFrom("$EXTERNAL_NET", "any", "93.184.216.0/24", "!93.184.216.64/32", "!$HOME_NET");
const port = fc.constantFrom("any", "443", "80", "[80,443]", "!443", "1:1023", "[1024:,!8443]");
const way = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(home, outside, port).map(([from, to, at]) => `${from} any -> ${to} ${at}`) },
  { weight: 1, arbitrary: fc.constant("any any -> any any") },
  { weight: 1, arbitrary: fc.constant("any any <> any any") },
  { weight: 1, arbitrary: fc.constant("$EXTERNAL_NET any -> $HOME_NET any") },
);
const verb = fc.constantFrom("pass", "drop", "drop", "alert");
const name = fc.constantFrom(...RULE_NAMES);

const form = fc.oneof(
  name.map((text) => `content:"${text}"; startswith; endswith`),
  name.map((text) => `content:".${text}"; endswith`),
  name.map((text) => `dotprefix; content:".${text}"; endswith`),
  name.map((text) => `content:"${text}"; endswith`),
  name.map((text) => `content:"${text}"; bsize:${text.length}`),
  name.map((text) => `content:"${text}"; depth:${text.length}; isdataat:!1,relative`),
  name.map((text) => `content:!"${text}"; startswith; endswith`),
  fc.constant("bsize:>0"),
  fc.constant('content:!"|00 00 00|"'),
  // Not understood exactly: the two readings differ.
  name.map((text) => `content:"${text}"`),
  name.map((text) => `content:"${text}"; startswith`),
  name.map((text) => `pcre:"/${text.replace(/\./g, "\\.")}$/"`),
);
const sent = fc.constantFrom("flow:to_server; ", "flow:to_server,established; ", "");
const named = fc
  .tuple(fc.constantFrom("tls", "http"), way, sent, form)
  .map(([app, ends, flow, text]) =>
    app === "tls" ? `tls ${ends} (${flow}tls.sni; ${text}; nocase;` : `http ${ends} (${flow}http.host; ${text};`,
  )
  // The engine wants a content before `nocase`, and none of it behind `bsize` and `pcre`.
  .map((text) =>
    /(bsize:>0|pcre:"[^"]*"|bsize:\d+|relative); nocase;$/.test(text) ? text.replace(/ nocase;$/, "") : text,
  );
const apps = fc
  .tuple(
    way,
    fc.constantFrom(
      ["tls", "flow:to_server;"],
      ["tls", "flow:to_server; ssl_state:client_hello;"],
      ["http", "flow:to_server;"],
      ["tcp", "flow:to_server; app-layer-protocol:tls;"],
      ["tcp", "flow:to_server,established; app-layer-protocol:!tls;"],
      ["tcp", "flow:to_server,established; app-layer-protocol:!tls; app-layer-protocol:!http;"],
      ["ssh", "flow:to_server;"],
      ["http", 'flow:to_server; http.header_names; content:"|0d 0a|"; startswith;'],
    ),
  )
  .map(([ends, [protocol, options]]) => `${protocol} ${ends} (${options}`);
const packets = fc
  .tuple(
    way,
    fc.constantFrom(
      ["tcp", "flow:to_server;"],
      ["tcp", "flow:established,to_server;"],
      ["tcp", "flow:not_established;"],
      ["tcp", "flow:to_client;"],
      ["tcp", "flags:S;"],
      ["tcp", "flow:established,to_server; stream_size:client,>,8192;"],
      ["tcp", 'flow:established,to_server,only_stream; stream_size:client,<,2000; content:!"|16|"; depth:1;'],
      ["tcp", 'flow:to_client; content:"220";'],
      ["tcp", 'content:"EHLO";'],
      ["tcp", "flow:established; dsize:>0;"],
      ["tcp", "flow:to_server; ttl:>10;"],
      ["udp", "flow:to_server;"],
      ["udp", 'content:"x";'],
      ["ip", "ip_proto:!6;"],
      ["ip", "fragbits:M;"],
    ),
  )
  .map(([ends, [protocol, options]]) => `${protocol} ${ends} (${options}`);
const headers = fc
  .tuple(fc.constantFrom("tcp", "udp", "ip", "icmp"), way)
  .map(([protocol, ends]) =>
    protocol === "icmp" ? `${protocol} ${ends.replace(/ \S+$/, " any")} (` : `${protocol} ${ends} (`,
  );

const rule = fc
  .tuple(verb, fc.oneof({ weight: 5, arbitrary: named }, { weight: 2, arbitrary: apps }, packets, headers))
  .map(([action, text]) => `${action} ${text}`);

/** Lists of rules of any kind in any order, numbered from 1. */
export const anyList: fc.Arbitrary<string> = fc
  .array(rule, { minLength: 1, maxLength: 9 })
  .map((rules) => rules.map((text, index) => `${text} sid:${index + 1};)`).join("\n"));
