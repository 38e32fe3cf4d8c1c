const PASS_GOOD =
  'pass tls $HOME_NET any -> $EXTERNAL_NET any (flow:to_server; tls.sni; content:"example.com"; startswith; endswith; nocase;';
const HANDSHAKE = "pass tcp any any <> any any (flow:not_established;";
const ESTABLISHED = "drop tcp any any -> any any (flow:established,to_server;";
const STREAM = "flow:established,to_server,only_stream; stream_size:client,<,2000;";

/** Lists that are easily misread: each is about one way in which the engine differs from what one would think. */
export const KNOWN_LISTS: readonly (readonly [string, readonly string[]])[] = [
  ["a pass by addresses takes the flow at its answer", ["pass tcp $EXTERNAL_NET any -> $HOME_NET any (", ESTABLISHED]],
  ["a pass by protocol takes the flow at its answer", ["pass tls $EXTERNAL_NET any -> $HOME_NET any (", ESTABLISHED]],
  [
    "a drop by addresses comes too late after a pass of handshakes",
    [HANDSHAKE, PASS_GOOD, "drop ip any any -> any any ("],
  ],
  [
    "a drop by addresses takes the answer",
    ["pass tcp any any -> any any (flow:to_server;", "drop ip any any -> any any ("],
  ],
  ["a drop of answers", ["drop tcp $EXTERNAL_NET any -> $HOME_NET any ("]],
  ["a drop of answers of one port", ["drop tcp $EXTERNAL_NET 443 -> $HOME_NET any ("]],
  ["a drop of everything sent behind a pass by name", [PASS_GOOD, "drop tcp any any -> any any (flow:to_server;"]],
  ["a drop of established data behind a pass by name", [PASS_GOOD, ESTABLISHED]],
  ["a drop of established data behind a pass of handshakes", [HANDSHAKE, PASS_GOOD, ESTABLISHED]],
  ["what is not TLS is dropped", ["drop tcp any any -> any any (flow:established,to_server; app-layer-protocol:!tls;"]],
  ["TLS is passed by protocol", ["pass tcp any any -> any any (flow:to_server; app-layer-protocol:tls;", ESTABLISHED]],
  ["all but TLS is passed", ["pass tcp any any -> any any (flow:to_server; app-layer-protocol:!tls;", ESTABLISHED]],
  ["what does not begin as TLS is dropped", [`drop tcp any any -> any any (${STREAM} content:!"|16|"; depth:1;`]],
  [
    "undecided data is bounded",
    ["drop tcp any any -> any any (flow:established,to_server; stream_size:client,>,8192;"],
  ],
  [
    "streams alone are dropped, which matches nothing",
    ["drop tcp any any -> any any (flow:established,to_server,only_stream;"],
  ],
  ["data is dropped, which the engine forgets for TLS", ["drop tcp any any -> any any (dsize:>0;"]],
  [
    "hosts are dropped, requests without one not",
    ["drop http any any -> any any (flow:to_server; http.host; bsize:>0;"],
  ],
  [
    "requests without a host are dropped, those without headers not",
    ['drop http any any -> any any (flow:to_server; http.header_names; content:!"|0d 0a|Host|0d 0a|"; nocase;'],
  ],
  [
    "requests with headers are dropped, those without not",
    ['drop http any any -> any any (http.header_names; content:"|0d 0a|"; startswith; flow:to_server, established;'],
  ],
  [
    "heads that end with CR and LF are dropped",
    ['drop tcp any any -> any any (flow:established,to_server; content:"|0a 0d 0a|";'],
  ],
  [
    "heads of both kinds are dropped",
    [
      'drop tcp any any -> any any (flow:established,to_server; content:"|0a 0d 0a|";',
      'drop tcp any any -> any any (flow:established,to_server; content:"|0a 0a|";',
    ],
  ],
  [
    "names are dropped, hellos without one not",
    ['drop tls any any -> any any (flow:to_server; tls.sni; content:!"|00 00 00|";'],
  ],
  ["hellos are dropped", ["drop tls any any -> any any (flow:to_server; ssl_state:client_hello;"]],
  ["a port without the protocols that have none", ["pass ip any any -> any 443 (", "drop ip any any -> any any ("]],
  [
    "a name is dropped, then its suffix passed",
    [
      'drop tls any any -> any any (flow:to_server; tls.sni; content:"www.example.com"; startswith; endswith; nocase;',
      'pass tls any any -> any any (flow:to_server; tls.sni; content:".example.com"; endswith; nocase;',
      "drop tls any any -> any any (flow:to_server;",
    ],
  ],
  ["SMTP is passed, where the server speaks first", ["pass smtp any any -> any any (", ESTABLISHED]],
  [
    "what the server says first passes the flow",
    ['pass tcp $EXTERNAL_NET any -> $HOME_NET any (flow:to_client; content:"220";', ESTABLISHED],
  ],
  [
    "what the server says first passes the flow, behind a drop of what its client says",
    [ESTABLISHED, 'pass tcp $EXTERNAL_NET any -> $HOME_NET any (flow:to_client; content:"220";'],
  ],
];

/** The rules with numbers, as a text. */
export const numbered = (rules: readonly string[]): string =>
  rules.map((rule, index) => `${rule} sid:${index + 1};)`).join("\n");
