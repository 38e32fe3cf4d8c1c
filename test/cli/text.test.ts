import { explainText } from "../../lib/cli/explain-text";
import { type StackReport, verifyText } from "../../lib/cli/verify-text";
import { flowText, witnessText } from "../../lib/cli/witness-text";
import { App } from "../../lib/topology/sets/flow-set";
import { acknowledged, explanation, finding, plain, unknown, verification } from "./values";

const tail = `
Assumptions
  A1  The cloud does what its documentation says.
  A2  Nothing outside of this plan changes these resources.
`;

describe("the report of cordon verify", () => {
  test("says what was proved, within which model and under which assumptions", () => {
    expect(verifyText([{ verification: verification(), reach: { triage: ["api.example.com:443"] } }], plain)).toBe(
      `agents synth
PROVED within model v1 under A1-A9
  agent triage reaches 1 destination: api.example.com:443
${tail}`,
    );
  });

  test("says of an agent in monitor mode that it is watched and not contained", () => {
    const text = verifyText([{ verification: verification(), reach: { triage: ["*"] }, watched: ["triage"] }], plain);
    expect(text).toContain("  agent triage (monitor mode: watched, not contained) reaches anything\n");
  });

  test("prints what the caller assumed beside the verdict", () => {
    const assumptions = [...verification().assumptions, { id: "var.x", text: 'var.x is "10.9.0.0/16"' }];
    const text = verifyText([{ verification: verification({ assumptions }), reach: {} }], plain);
    expect(text).toContain("PROVED within model v1 under A1-A9, var.x\n");
    expect(text).toContain('\n  assumed var.x is "10.9.0.0/16"\n');
  });

  test("shows each finding with where it is, the way, a packet and the fix", () => {
    const text = verifyText(
      [{ verification: verification({ verdict: "VIOLATED", findings: [finding()] }), reach: { triage: ["*"] } }],
      plain,
    );
    expect(text).toBe(`agents synth
VIOLATED 1 finding
  agent triage reaches anything

  CORDON-P01 VIOLATED critical agent triage
    agent triage reaches the internet past every firewall
    at  aws_route.shortcut (stack/Shortcut)
    way subnet: aws_subnet.a is where it runs
        route: aws_route.shortcut leads to the internet
    one tcp 10.0.1.4:49152 -> 198.51.100.7:443 tls unlisted.example
    fix remove the route
${tail}`);
  });

  test("names what would settle an unknown, and what somebody stands for until when", () => {
    const unknowns = [
      { address: "aws_security_group.a", what: "its sources are not known", tokens: ["var.peer_cidr"] },
    ];
    const open = verification({ verdict: "UNKNOWN", findings: [unknown], acknowledged: [acknowledged], unknowns });
    expect(verifyText([{ verification: open, reach: { triage: [] } }], plain)).toBe(`agents synth
UNKNOWN 1 finding
  agent triage reaches nothing outside of its network

  CORDON-P04 UNKNOWN medium agent triage
    who may connect is not known
    at  aws_security_group.a (stack/Shortcut)
    unknown var.peer_cidr
    fix remove the route

  Acknowledged
  CORDON-P08 aws_vpc.a: logs are kept elsewhere, ticket NET-512 (until 2027-01-31)
    no flow log covers it

  Not known
  aws_security_group.a: its sources are not known
${tail}`);
  });

  test("counts stacks, and does not call one proved that has no agent", () => {
    const stacks: StackReport[] = [
      { verification: verification(), reach: { triage: [] } },
      { verification: verification({ stack: "site", agents: [] }), reach: {} },
      { verification: verification({ stack: "bad", verdict: "VIOLATED", findings: [finding()] }), reach: {} },
    ];
    const text = verifyText(stacks, plain);
    expect(text).toContain("site synth\nNOTHING TO PROVE no agents found\n");
    expect(text).toMatch(/\n3 stacks: 1 proved, 1 not, 1 without agents; 1 finding\n$/);
  });

  test("counts what a long list holds beyond eight destinations", () => {
    const names = [..."abcdefghij"].map((letter) => `${letter}.example.com:443`);
    const text = verifyText([{ verification: verification(), reach: { triage: ["*", ...names] } }], plain);
    expect(text).toContain("  agent triage reaches anything; by name a.example.com:443, ");
    expect(text).toContain(", h.example.com:443 and 2 more\n");
    expect(text).not.toContain("i.example.com");
  });

  test("passes no control character of a plan on to the terminal", () => {
    const evil = "x\u001b]0;title\u0007";
    const bad = finding({
      agent: evil,
      address: evil,
      construct: evil,
      problem: evil,
      fix: evil,
      path: [{ layer: "route", address: evil, says: evil }],
      request: { action: evil, resource: evil },
      flow: undefined,
      unknowns: [evil],
    });
    const stack = verification({
      stack: evil,
      source: evil,
      agents: [evil],
      verdict: "VIOLATED",
      findings: [bad],
      acknowledged: [{ ...bad, acknowledged: { rule: evil, reason: evil, expires: evil, at: evil } }],
      assumptions: [{ id: evil, text: evil }],
      unknowns: [{ address: evil, what: evil, tokens: [] }],
    });
    const text = verifyText([{ verification: stack, reach: { [evil]: [evil] } }], plain);
    expect(text.replace(/\n/g, "")).not.toMatch(/\p{Cc}/u);
    expect(text.split("x\\u001b]0;title\\u0007")).toHaveLength(22);
  });
});

describe("the answer of cordon explain", () => {
  test("goes layer by layer", () => {
    expect(explainText(explanation, plain)).toBe(`agent triage does not reach https://api.example.com
  + name            allows the name
                    aws_dns.allow
  - security group  has no rule that admits it
                    aws_security_group.a
  ? filter          its rules can't be read
                    aws_group.x
    gateway         was not reached
                    aws_nat_gateway.n
`);
  });

  test.each([
    [true, "agent triage reaches x.com\n"],
    ["unknown" as const, "agent triage may reach x.com\n"],
    [false, "agent triage does not reach x.com\n"],
  ])("says %s in words", (reaches, text) => {
    expect(explainText({ agent: "triage", target: "x.com", reaches, layers: [] }, plain)).toBe(text);
  });

  test("passes no control character on", () => {
    const text = explainText(
      {
        ...explanation,
        target: "\u001b[2J",
        layers: [{ ...explanation.layers[0], says: "\u001b", address: "\r" } as never],
      },
      plain,
    );
    expect(text.replace(/\n/g, "")).not.toMatch(/\p{Cc}/u);
  });
});

describe("a witness", () => {
  const flow = { source: "10.0.0.1", destination: "8.8.8.8", protocol: 17, port: 53, app: App.OTHER };

  test.each([
    [flow, "udp 10.0.0.1:49152 -> 8.8.8.8:53"],
    [{ ...flow, protocol: 6, app: App.TLS }, "tcp 10.0.0.1:49152 -> 8.8.8.8:53 tls without a name"],
    [{ ...flow, protocol: 6, app: App.HTTP, name: "x.com" }, "tcp 10.0.0.1:49152 -> 8.8.8.8:53 http x.com"],
    [{ ...flow, protocol: 1 }, "icmp 10.0.0.1 -> 8.8.8.8"],
    [{ ...flow, protocol: 47 }, "protocol 47 10.0.0.1 -> 8.8.8.8"],
    [{ ...flow, source: "fd00::1", destination: "2001:db8::1" }, "udp [fd00::1]:49152 -> [2001:db8::1]:53"],
  ])("%j is one connection", (one, text) => expect(flowText(one)).toBe(text));

  test("of an identity is a request, and some findings have none", () => {
    const request = { action: "iam:PassRole", resource: "*" };
    expect(witnessText(finding({ flow: undefined, request }))).toBe("iam:PassRole on *");
    expect(witnessText(finding({ flow: undefined }))).toBeUndefined();
  });
});
