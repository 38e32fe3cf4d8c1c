import { type DomainList, fromDomainList, fromStatefulRules, type StatefulRule } from "../../../lib/topology/suricata";
import { accepted, block, http, other, SERVER, tls, udp } from "./firewall";

const TARGETS = ["example.com", ".example.org"];
const LIST: DomainList = { allows: true, types: ["TLS_SNI", "HTTP_HOST"], targets: TARGETS, order: "action" };

function of(list: DomainList, defaults: string[] = []) {
  const rules = fromDomainList(list);
  const groups = [{ address: "list", rules, variables: new Map(), ports: new Map() }];
  return accepted([], { groups, order: list.order, defaults });
}

describe("a list of domains", () => {
  test("that allows passes its names and drops the rest of TLS, and nothing else", () => {
    const { accepted: flows, doubts } = of({ ...LIST, types: ["TLS_SNI"] });
    const named = ["example.com", "x.example.com", "example.org", "a.b.example.org", "evil.net"];
    expect(named.map((name) => flows.has(tls(name)))).toEqual([true, false, true, true, false]);
    expect([tls(), other(), udp()].map((flow) => flows.has(flow))).toEqual([false, true, true]);
    expect(flows.has(tls("evil.net", { source: "8.8.8.8" }))).toBe(true);
    expect(doubts).toEqual([]);
  });

  test("that allows HTTP hosts leaves requests without header lines to whatever comes next", () => {
    const rules = fromDomainList({ ...LIST, types: ["HTTP_HOST"] });
    expect(rules).toContain('http.header_names; content:"|0d 0a|"; startswith;');
    const { accepted: flows, doubts } = of({ ...LIST, types: ["HTTP_HOST"] });
    expect(flows.has(http("example.com"))).toBe(true);
    expect(flows.has(http("evil.net"))).toBe(true);
    expect(flows.has(tls("evil.net"))).toBe(true);
    expect(doubts).toEqual([{ address: "list", what: "sid 3 matches some packets of a flow alone", tokens: [] }]);
  });

  test("that allows drops nothing in strict order, where the default does", () => {
    const strict: DomainList = { ...LIST, order: "strict" };
    expect(of(strict).accepted.has(tls("evil.net"))).toBe(true);
    const closed = of(strict, ["aws:drop_established"]).accepted;
    expect(closed.has(tls("evil.net"))).toBe(false);
    expect(closed.has(http("evil.net"))).toBe(false);
    expect(closed.has(tls("example.com"))).toBe(true);
    expect(closed.has(http("x.example.org"))).toBe(true);
  });

  test("that denies drops its names alone", () => {
    const { accepted: flows } = of({ ...LIST, allows: false });
    const named = ["example.com", "x.example.com", "EXAMPLE.org", "evil.net"];
    expect(named.map((name) => flows.has(tls(name)))).toEqual([false, true, false, true]);
    expect(named.map((name) => flows.has(http(name)))).toEqual([false, true, false, true]);
  });

  test.each([
    ["a quote", { targets: ['x.com"; sid:1;) pass ip any any -> any any ('] }],
    ["a line break", { targets: ["x.com\npass ip any any -> any any (sid:1;)"] }],
    ["a star", { targets: ["*.x.com"] }],
    ["a type that is not known", { types: ["QUIC_SNI"] }],
    ["no type", { types: [] }],
  ])("with %s can't be read", (_, change) => {
    expect(fromDomainList({ ...LIST, ...change })).toBeUndefined();
  });
});

describe("a rule in fields", () => {
  const RULE: StatefulRule = {
    action: "PASS",
    protocol: "TCP",
    source: "10.64.1.0/24",
    sourcePort: "ANY",
    destination: SERVER,
    destinationPort: "5432",
    direction: "FORWARD",
    options: [{ keyword: "sid", settings: ["7"] }],
  };
  const flows = (...rules: StatefulRule[]) => accepted([fromStatefulRules(rules)], { defaults: ["aws:drop_strict"] });

  test("reads as the line that it stands for", () => {
    const options = [
      { keyword: "msg", settings: ['"x"'] },
      { keyword: "noalert", settings: [] },
      { keyword: "flow", settings: ["established", "to_server"] },
    ];
    expect(fromStatefulRules([{ ...RULE, direction: "ANY", options }, RULE])).toBe(
      `pass tcp 10.64.1.0/24 any <> ${SERVER} 5432 (msg:"x"; noalert; flow:established,to_server;)\n` +
        `pass tcp 10.64.1.0/24 any -> ${SERVER} 5432 (sid:7;)\n`,
    );
  });

  test("passes between its ends, and the other way round only where it says so", () => {
    const there = other({ port: 5432 });
    const back = other({ source: SERVER, destination: "10.64.1.10", port: 22 });
    expect([there, back].map((flow) => flows(RULE).accepted.has(flow))).toEqual([true, false]);
    const both = { ...RULE, direction: "ANY", destinationPort: "ANY" };
    expect([there, back].map((flow) => flows(both).accepted.has(flow))).toEqual([true, true]);
    expect(flows(RULE).accepted.has(other({ port: 5433 }))).toBe(false);
    expect(flows({ ...RULE, action: "DROP" }).accepted.isEmpty).toBe(true);
  });

  test("may stop what a later one passes", () => {
    const drop = { ...RULE, action: "REJECT", destinationPort: "ANY" };
    expect(flows(drop, RULE).accepted.isEmpty).toBe(true);
    expect(flows(RULE, drop).accepted.regions[0]?.sources.equals(block("10.64.1.0/24"))).toBe(true);
  });
});
