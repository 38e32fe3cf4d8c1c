import { RangeSet } from "../../../lib/topology/sets/range-set";
import { accepted, block, CLOSED, group, http, icmp, other, tls, udp } from "./firewall";

const TO_SERVER = "flow:to_server;";
const PASS = `pass tls $HOME_NET any -> $EXTERNAL_NET 443 (${TO_SERVER} tls.sni; content:"good.com"; startswith; endswith; nocase;)`;
const good = tls("good.com");

const has = (rules: string[], flow = good, change: Parameters<typeof accepted>[1] = {}): boolean => {
  const open = accepted(rules, change);
  expect(open.decide(flow).passes).toBe(open.accepted.has(flow));
  return open.accepted.has(flow);
};

describe("a rule that passes by name", () => {
  const inClosed = (flow: Parameters<typeof has>[1]) => has([PASS], flow, { defaults: CLOSED });

  test("accepts its name on its port, from and to its addresses", () => {
    expect(inClosed(good)).toBe(true);
    expect(inClosed(tls("GOOD.com"))).toBe(true);
  });

  test.each([
    ["another name", tls("bad.com")],
    ["no name", tls()],
    ["another port", tls("good.com", { port: 8443 })],
    ["a private destination", tls("good.com", { destination: "10.9.9.9" })],
    ["a source outside", tls("good.com", { source: "93.184.216.99" })],
    ["HTTP with the name", http("good.com", { port: 443 })],
    ["other data", other()],
  ])("does not accept %s", (_, flow) => {
    expect(inClosed(flow)).toBe(false);
  });

  test("accepts nothing when it is gone", () => {
    expect(has([], good, { defaults: CLOSED })).toBe(false);
  });
});

describe("order", () => {
  const DROP = `drop tls any any -> any any (${TO_SERVER} tls.sni; content:"good.com"; endswith; nocase;)`;

  test("the first of two rules decides in strict order", () => {
    expect(has([PASS, DROP])).toBe(true);
    expect(has([DROP, PASS])).toBe(false);
  });

  test("a pass comes before a drop in action order", () => {
    expect(has([DROP, PASS], good, { order: "action" })).toBe(true);
    expect(has([DROP], good, { order: "action" })).toBe(false);
  });

  test("the rules of an earlier group come before those of a later one", () => {
    expect(has([], good, { groups: [group([DROP]), group([PASS])] })).toBe(false);
    expect(has([], good, { groups: [group([PASS]), group([DROP])] })).toBe(true);
  });

  test("a drop between two passes cuts the later one alone", () => {
    const below = `pass tls any any -> any any (${TO_SERVER} tls.sni; content:".good.com"; endswith; nocase;)`;
    const bad = `drop tls any any -> any any (${TO_SERVER} tls.sni; content:"bad.good.com"; startswith; endswith; nocase;)`;
    const rules = [PASS, bad, below];
    expect(has(rules, tls("bad.good.com"), { defaults: CLOSED })).toBe(false);
    expect(has(rules, tls("a.good.com"), { defaults: CLOSED })).toBe(true);
    expect(has([PASS, below, bad], tls("bad.good.com"), { defaults: CLOSED })).toBe(true);
  });

  test("an alert decides nothing, and with bypass it may let all through", () => {
    expect(has(["alert tcp any any -> any any ()"], good, { defaults: CLOSED })).toBe(false);
    expect(has([`alert tls any any -> any any (${TO_SERVER} bypass;)`], good, { defaults: CLOSED })).toBe(true);
  });
});

describe("what no rule decides", () => {
  test.each([
    ["no default", [], [true, true, true]],
    ["an alert by default", ["aws:alert_strict"], [true, true, true]],
    ["aws:drop_established", ["aws:drop_established"], [false, true, true]],
    ["aws:drop_established_app_layer_to_server", ["aws:drop_established_app_layer_to_server"], [false, true, true]],
    ["aws:drop_strict", ["aws:drop_strict"], [false, false, false]],
  ])("%s: TLS, UDP, ICMP", (_, defaults, expected) => {
    expect([good, udp(), icmp()].map((flow) => has([], flow, { defaults }))).toEqual(expected);
  });

  test("default actions count in strict order alone, as AWS has none in the other", () => {
    expect(has([], good, { defaults: CLOSED, order: "action" })).toBe(true);
  });

  test("the defaults that wait for the protocol may let other data out", () => {
    const defaults = ["aws:drop_established_app_layer"];
    expect(has([], other(), { defaults })).toBe(true);
    expect(accepted([], { defaults }, "closed").accepted.has(other())).toBe(false);
    expect(accepted([], { defaults }).doubts).toEqual([
      {
        address: "group",
        what: "aws:drop_established_app_layer waits until it knows the protocol: other data may pass until then",
        tokens: [],
      },
    ]);
  });

  test("a strict default also drops handshakes, so that a pass by name needs one for them", () => {
    const defaults = ["aws:drop_strict"];
    expect(has([PASS], good, { defaults })).toBe(false);
    const handshake = "pass tcp any any <> any any (flow:not_established;)";
    expect(has([handshake, PASS], good, { defaults })).toBe(true);
    expect(has([handshake, PASS], tls("bad.com"), { defaults })).toBe(false);
  });
});

describe("handshakes", () => {
  test("a drop of all that is sent cuts what a pass by name would accept, on whichever side it stands", () => {
    const drop = `drop tcp any any -> any any (${TO_SERVER})`;
    expect(has([drop, PASS])).toBe(false);
    expect(has([PASS, drop])).toBe(false);
    expect(has([PASS, `drop tcp any any -> any !443 (${TO_SERVER})`])).toBe(true);
  });

  test("a drop of established data refuses what comes after it alone", () => {
    const drop = "drop tcp any any -> any any (flow:established,to_server;)";
    expect(has([PASS, drop])).toBe(true);
    expect(has([drop, PASS])).toBe(false);
    expect(has([PASS, drop], tls("bad.com"))).toBe(false);
    expect(has([PASS, drop], udp())).toBe(true);
  });

  test.each([
    "flow:not_established;",
    "flags:S;",
    "flow:to_server; dsize:0;",
    "flow:to_server; stream_size:client,<,2;",
  ])("a pass with %s accepts no data, and is noted", (options) => {
    const rules = [`pass tcp any any -> any any (${options})`];
    expect(has(rules, good, { defaults: CLOSED })).toBe(false);
    expect(accepted(rules).notes).toEqual([{ by: "group sid 1", says: "passes handshakes, not what follows them" }]);
  });

  test("a pass of answers accepts no data of the client", () => {
    const rule = "pass tcp $EXTERNAL_NET any -> $HOME_NET any (flow:to_client;)";
    expect(has([rule], good, { defaults: CLOSED })).toBe(false);
  });

  test("a pass by addresses alone that matches the answers takes the whole flow", () => {
    const rule = "pass tcp $EXTERNAL_NET any -> $HOME_NET any ()";
    expect(has([rule], tls("bad.com"), { defaults: CLOSED })).toBe(true);
    expect(has([rule.replace("tcp", "udp")], tls("bad.com"), { defaults: CLOSED })).toBe(false);
  });

  test("a pass of what a server says first takes the whole flow, wherever it stands", () => {
    const first = 'pass tcp $EXTERNAL_NET any -> $HOME_NET any (flow:to_client; content:"220";)';
    const drop = "drop tcp any any -> any any (flow:established,to_server;)";
    expect(has([drop, first], other())).toBe(true);
    expect(has([drop, first.replace("to_client", "to_server")], other())).toBe(false);
    expect(accepted([drop, first], {}, "closed").accepted.has(other())).toBe(false);
    expect(has([`drop tcp any any -> any any (${TO_SERVER})`, first], other())).toBe(false);
  });

  test("a drop by addresses alone that matches the answers refuses the flow", () => {
    expect(has(["drop tcp $EXTERNAL_NET any -> $HOME_NET any ()"])).toBe(false);
    expect(has(["drop tcp $EXTERNAL_NET 80 -> $HOME_NET any ()"])).toBe(true);
    expect(has([`drop tcp $EXTERNAL_NET any -> $HOME_NET any (${TO_SERVER})`])).toBe(true);
  });

  test("a drop by addresses alone comes too late for a flow whose handshake another rule passes", () => {
    const rules = ["pass tcp any any <> any any (flow:not_established;)", "drop ip any any -> any any ()"];
    expect(has(rules)).toBe(true);
    expect(has(rules, udp())).toBe(false);
    const closed = accepted(rules, {}, "closed");
    expect(closed.accepted.has(good)).toBe(false);
    expect(closed.doubts.map(({ what }) => what)).toEqual([
      "sid 2 is looked at for the first packet of a flow alone, which another rule may take",
    ]);
  });

  test("a drop of handshakes alone refuses nothing for sure", () => {
    expect(has(["drop tcp any any -> any any (flags:S;)"])).toBe(true);
    expect(accepted(["drop tcp any any -> any any (flags:S;)"], {}, "closed").accepted.has(good)).toBe(false);
  });
});

describe("rules by transport", () => {
  test.each([
    ["pass tcp", [true, true, false, false]],
    ["pass udp", [false, false, true, false]],
    ["pass icmp", [false, false, false, true]],
    ["pass ip", [true, true, true, true]],
  ])("%s accepts whatever is spoken over it", (start, expected) => {
    const rules = [`${start} $HOME_NET any -> 93.184.216.0/24 any ()`, "drop ip any any -> any any ()"];
    expect([good, other(), udp(), icmp()].map((flow) => has(rules, flow))).toEqual(expected);
    expect(has(rules, tls("good.com", { destination: "93.184.217.1" }))).toBe(false);
  });

  test("a protocol number narrows them", () => {
    const rules = ["drop ip any any -> any any (ip_proto:!TCP; ip_proto:!17;)"];
    expect([good, udp(), icmp()].map((flow) => has(rules, flow))).toEqual([true, true, false]);
  });

  test("a port leaves out what has none", () => {
    const rules = ["drop ip any any -> any 443 ()"];
    expect([good, udp(), icmp({ port: 443 })].map((flow) => has(rules, flow))).toEqual([false, false, true]);
  });

  test("a drop for one port of the client refuses nothing: the client takes another", () => {
    expect(has(["drop tcp any 1024: -> any any ()"])).toBe(true);
  });

  test("inbound flows are accepted by what passes them and refused by what drops them", () => {
    const inbound = other({ source: "93.184.216.34", destination: "10.64.1.10", port: 22 });
    const rule = "$EXTERNAL_NET any -> $HOME_NET any (flow:to_server;)";
    expect(has([`pass tcp ${rule}`], inbound, { defaults: CLOSED })).toBe(true);
    expect(has([`drop tcp ${rule}`], inbound)).toBe(false);
  });
});

describe("rules by application", () => {
  test("a pass of all TLS accepts every name and none, and nothing else", () => {
    const rules = [`pass tls any any -> any any (${TO_SERVER})`];
    const flows = [tls("x.com"), tls(), http("x.com"), other()];
    expect(flows.map((flow) => has(rules, flow, { defaults: CLOSED }))).toEqual([true, true, false, false]);
  });

  test("a drop of what is not TLS refuses HTTP, and other data not for sure", () => {
    const rules = ["drop tcp any any -> any any (flow:established,to_server; app-layer-protocol:!tls;)"];
    expect([tls("x.com"), http("x.com"), other()].map((flow) => has(rules, flow))).toEqual([true, false, true]);
    expect(accepted(rules, {}, "closed").accepted.has(other())).toBe(false);
  });

  test("a drop of what does not begin as TLS refuses other data but for what is disguised, which a bound refuses", () => {
    const stream = "flow:established,to_server,only_stream; stream_size:client,<,2000;";
    const guard = `drop tcp any any -> any any (${stream} content:!"|16|"; depth:1;)`;
    const bound = "drop tcp any any -> any any (flow:established,to_server; stream_size:client,>,8192;)";
    expect([tls("x.com"), http("x.com"), other()].map((flow) => has([guard], flow))).toEqual([true, false, true]);
    expect([tls("x.com"), http("x.com"), other()].map((flow) => has([bound], flow))).toEqual([true, true, true]);
    expect([tls("x.com"), http("x.com"), other()].map((flow) => has([guard, bound], flow))).toEqual([
      true,
      false,
      false,
    ]);
    expect(accepted([guard, bound]).notes).toEqual([
      { by: "group sid 2", says: "up to 8192 bytes of an undecided connection get out before it" },
    ]);
  });

  test("a pass behind some bytes passes nothing for sure, as somebody has to let these out", () => {
    const rules = ["pass tcp any any -> any any (flow:established,to_server; stream_size:client,>,8192;)"];
    expect(has(rules, other(), { defaults: CLOSED })).toBe(true);
    expect(accepted(rules, { defaults: CLOSED }, "closed").accepted.has(other())).toBe(false);
  });

  test("a drop of HTTP heads has to see both ways of ending lines", () => {
    const head = (bytes: string) => `drop tcp any any -> any any (flow:established,to_server; content:"|${bytes}|";)`;
    const old = `drop http any any -> any any (${TO_SERVER} http.request_line; content:!" HTTP/1.";)`;
    expect(has([head("0a 0d 0a")], http("x.com"))).toBe(true);
    expect(has([head("0a 0d 0a"), head("0a 0a")], http("x.com"))).toBe(false);
    expect(has([head("0a 0d 0a"), head("0a 0a")], http())).toBe(true);
    expect(has([head("0a 0d 0a"), head("0a 0a"), old], http())).toBe(false);
  });

  test("a drop by header names misses requests without headers", () => {
    const rule = `drop http any any -> any any (${TO_SERVER} http.header_names; content:"|0d 0a|"; startswith;)`;
    expect(has([rule], http("x.com"))).toBe(true);
    expect(has([rule, `drop http any any -> any any (${TO_SERVER})`], http("x.com"))).toBe(false);
  });

  test("a pass of another protocol accepts other data for all that is known", () => {
    const rules = [`pass ssh any any -> any any (${TO_SERVER})`];
    expect([good, http("x.com"), other()].map((flow) => has(rules, flow, { defaults: CLOSED }))).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe("a keyword that is not known", () => {
  test.each(["aws_domain_category:news;", "lua:x.lua;", "xbits:isset,a,track ip_src;", 'new_buffer; content:"x";'])(
    "%s leaves a pass that may pass and a drop that may not drop",
    (option) => {
      const rules = (action: string) => [`${action} tcp $HOME_NET any -> $EXTERNAL_NET 443 (${option})`];
      expect(has(rules("pass"), good, { defaults: CLOSED })).toBe(true);
      expect(has(rules("pass"), tls("good.com", { port: 80 }), { defaults: CLOSED })).toBe(false);
      expect(accepted(rules("pass"), { defaults: CLOSED }, "closed").accepted.has(good)).toBe(false);
      expect(has(rules("drop"))).toBe(true);
      expect(accepted(rules("drop"), {}, "closed").accepted.has(good)).toBe(false);
    },
  );

  test("is a doubt where it changes the answer, and none where it does not", () => {
    const rule = 'pass tls any any -> any 443 (flow:to_server; ja3.hash; content:"x";)';
    expect(accepted([rule], { defaults: CLOSED }).doubts).toEqual([
      { address: "group", what: "sid 1 asks for ja3.hash, which is not understood in full", tokens: [] },
    ]);
    expect(accepted([rule]).doubts).toEqual([]);
  });

  test("after a name, it ends what is asked of the name", () => {
    const rule =
      'pass tls any any -> any any (flow:to_server; tls.sni; content:".com"; endswith; nocase; other_buffer; content:"x";)';
    expect(has([rule], tls("a.com"), { defaults: CLOSED })).toBe(true);
    expect(has([rule], tls("a.org"), { defaults: CLOSED })).toBe(false);
  });
});

describe("what can't be read", () => {
  const change = (rules: string[] | undefined) => ({ groups: [group(rules), group([PASS], { address: "later" })] });

  test.each([
    ["a group", undefined, "its rules can't be read: they may pass anything"],
    [
      "a line",
      ["pass ip any any -> any any sid:1;"],
      "line 1 can't be read as a rule: pass ip any any -> any any sid:1;",
    ],
    [
      "an action",
      ["accept:hook tcp any any -> any any (sid:1;)"],
      "line 1 can't be read as a rule: accept:hook tcp any any -> any any (sid:1;)",
    ],
    [
      "a protocol",
      ["pass carrier any any -> any any (sid:1;)"],
      "line 1 can't be read as a rule: pass carrier any any -> any any (sid:1;)",
    ],
  ])("%s may pass everything, and is a doubt", (_, rules, what) => {
    const input = { ...change(rules), defaults: ["aws:drop_strict"] };
    expect(has([], udp(), input)).toBe(true);
    expect(accepted([], input, "closed").accepted.has(udp())).toBe(false);
    expect(accepted([], input).doubts[0]).toEqual({ address: "group", what, tokens: [] });
  });

  test("a drop may drop nothing in the open reading and everything in the closed one", () => {
    const input = change(["drop ip any any -> any any (sid:1;"]);
    expect(has([], good, input)).toBe(true);
    expect(accepted([], input, "closed").accepted.isEmpty).toBe(true);
  });

  test("an alert decides nothing, whether or not it can be read", () => {
    expect(has(["alert nonsense", PASS], tls("bad.com"), { defaults: CLOSED })).toBe(false);
    expect(accepted(["alert nonsense", PASS]).doubts).toEqual([]);
  });
});

describe("names in rules", () => {
  test("HOME_NET of the group counts before that of the policy", () => {
    const own = [group([PASS], { variables: new Map([["HOME_NET", block("192.168.0.0/16")]]) })];
    expect(has([], good, { groups: own, defaults: CLOSED })).toBe(false);
    expect(has([], tls("good.com", { source: "192.168.1.1" }), { groups: own, defaults: CLOSED })).toBe(true);
  });

  test("EXTERNAL_NET is what HOME_NET is not, unless it is declared", () => {
    const inner = tls("good.com", { destination: "10.9.9.9" });
    expect(has([PASS], inner, { defaults: CLOSED })).toBe(false);
    const declared = [group([PASS], { variables: new Map([["EXTERNAL_NET", block("10.9.0.0/16")]]) })];
    expect(has([], inner, { groups: declared, defaults: CLOSED })).toBe(true);
    expect(has([], good, { groups: declared, defaults: CLOSED })).toBe(false);
  });

  test("a name that nobody declares may be every address", () => {
    const rule =
      'pass tls $WHO any -> any $PORTS (flow:to_server; tls.sni; content:"good.com"; startswith; endswith; nocase;)';
    const open = accepted([rule], { defaults: CLOSED });
    expect(open.accepted.has(tls("good.com", { port: 99 }))).toBe(true);
    expect(open.accepted.has(tls("bad.com"))).toBe(false);
    expect(accepted([rule], { defaults: CLOSED }, "closed").accepted.has(good)).toBe(false);
    expect(open.doubts.map(({ what }) => what)).toEqual([
      "$WHO is not known: its rules may be about any address or port",
      "$PORTS is not known: its rules may be about any address or port",
    ]);
    const known = group([rule], {
      variables: new Map([["WHO", block("10.64.1.0/24")]]),
      ports: new Map([["PORTS", RangeSet.of(443)]]),
    });
    const input = { groups: [known], defaults: CLOSED };
    expect(has([], good, input)).toBe(true);
    expect(has([], tls("good.com", { port: 99 }), input)).toBe(false);
    expect(accepted([], input).doubts).toEqual([]);
  });

  test("a drop for a name that nobody declares drops nothing for sure", () => {
    expect(has(["drop ip @REFERENCE any -> any any ()"])).toBe(true);
    expect(has(["drop ip !$WHO any -> any any ()"])).toBe(true);
  });

  test("without a HOME_NET nothing is known of inside and outside", () => {
    const open = accepted([PASS], { home: undefined, defaults: CLOSED });
    expect(open.accepted.has(tls("good.com", { source: "8.8.8.8", destination: "10.1.1.1" }))).toBe(true);
    expect(open.accepted.has(tls("bad.com"))).toBe(false);
  });
});

describe("the rule that decides", () => {
  const NAMED = 'drop tls any any -> any any (msg:"not listed"; flow:to_server; tls.sni; bsize:>0; sid:910;)';
  const decide = (rules: string[], flow = good, change = {}) => accepted(rules, change).decide(flow);

  test("is named with its group, its number and its message", () => {
    expect(decide([PASS, NAMED])).toEqual({ passes: true, by: "group sid 1", says: "the rule passes it" });
    expect(decide([PASS, NAMED], tls("bad.com"))).toEqual({ passes: false, by: "group sid 910", says: "not listed" });
  });

  test("is a default action where no rule decides", () => {
    expect(decide([PASS], tls("bad.com"), { defaults: CLOSED })).toEqual({
      passes: false,
      by: "aws:drop_established",
      says: "no rule passes it",
    });
    expect(decide([PASS], udp(), { defaults: CLOSED })).toEqual({
      passes: true,
      by: "aws:drop_established",
      says: "no rule decides, and the default does not drop it",
    });
    expect(decide([PASS], udp())).toEqual({
      passes: true,
      by: "no default action",
      says: "no rule decides, and nothing drops by default",
    });
  });

  test("may be one that can't be read", () => {
    expect(decide(["what is this"])).toEqual({
      passes: true,
      by: "group line 1",
      says: "the line can't be read, so it counts as one that passes it",
    });
    expect(accepted([], { groups: [group(undefined)] }, "closed").decide(good)).toEqual({
      passes: false,
      by: "group",
      says: "its rules can't be read, so it counts as one that drops it",
    });
  });
});
