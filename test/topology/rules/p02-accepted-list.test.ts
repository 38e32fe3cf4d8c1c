import {
  addressOf,
  block,
  type Change,
  CODER_A,
  freshPlan,
  judged,
  judgedAfter,
  type MutablePlan,
  put,
  ref,
  type Values,
  valuesOf,
} from "./weakened";

const GROUP = "rules-allow-1";

const source = (json: MutablePlan, group = GROUP): Values =>
  block(valuesOf(json, "aws_networkfirewall_rule_group", group), "rule_group", "rules_source");

/** The rules of a group, rewritten line by line. */
const rewritten =
  (change: (lines: string[]) => string[], group = GROUP): Change =>
  (json) => {
    const inner = source(json, group);
    inner["rules_string"] = change(String(inner["rules_string"]).trim().split("\n")).join("\n");
  };

/** A rule before all others. */
const first = (rule: string): Change => rewritten((lines) => [rule, ...lines]);

const replaced = (from: string, to: string, group = GROUP): Change =>
  rewritten((lines) => {
    if (!lines.some((line) => line.includes(from))) throw new Error(`no rule with ${from}`);
    return lines.map((line) => line.replace(from, to));
  }, group);

const without = (word: string, group = GROUP): Change =>
  rewritten((lines) => {
    const rest = lines.filter((line) => !line.includes(word));
    if (rest.length === lines.length) throw new Error(`no rule with ${word}`);
    return rest;
  }, group);

const pass = (name: string, rest = ""): string =>
  `pass tls $AGENT_TRIAGE any -> $EXTERNAL_NET 443 (msg:"more"; flow:to_server; tls.sni; content:"${name}"; startswith; endswith; nocase; ${rest}sid:77;)`;

describe("P02: the firewall accepts the declared list and nothing else", () => {
  test("a rule for a name that no policy has is found with the flow it passes, and by this rule alone", () => {
    const json = freshPlan();
    first(pass("evil.example.org"))(json);
    const { verdict, findings } = judged(json);
    const firewall = addressOf(json, "aws_networkfirewall_firewall", "");
    const by = `${addressOf(json, "aws_networkfirewall_rule_group", GROUP)} sid 77`;
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P02",
        verdict: "VIOLATED",
        severity: "critical",
        agent: "triage",
        address: by,
        construct: "stack/Agents/EgressFirewall/rules-allow-1",
        problem: `${firewall} accepts tls evil.example.org:443 of agent triage, which its policy does not name`,
        fix: "remove the rule, or add the destination to the policy",
        path: expect.arrayContaining([{ layer: "filter", address: by, says: expect.any(String) }]),
        flow: expect.objectContaining({
          source: "10.64.1.64",
          protocol: 6,
          port: 443,
          app: "tls",
          name: "evil.example.org",
        }),
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change]>([
    ["a suffix that begins inside of a label", replaced('content:".cdn.example.com"', 'content:"cdn.example.com"')],
    ["a suffix without the dot and one level higher", replaced('content:".cdn.example.com"', 'content:".example.com"')],
    [
      "the name itself beside those below it",
      replaced('content:".cdn.example.com"', 'dotprefix; content:".cdn.example.com"'),
    ],
    [
      "a name that only has to begin so",
      replaced('content:"api.example.com"; startswith; endswith', 'content:"api.example.com"; startswith'),
    ],
    [
      "a name on any port",
      replaced(
        '$EXTERNAL_NET 443 (msg:"cordon allow triage"; flow:to_server; tls.sni; content:"api',
        '$EXTERNAL_NET any (msg:"x"; flow:to_server; tls.sni; content:"api',
      ),
    ],
    ["a wider block", replaced("198.51.100.8/30", "198.51.100.0/24")],
    ["another port of a listed block", first("pass udp $AGENT_TRIAGE any -> 198.51.100.8/30 124 (sid:77;)")],
    ["TLS without a name", first("pass tls $AGENT_TRIAGE any -> any 443 (flow:to_server; sid:77;)")],
    ["ICMP that nothing drops", without("cordon deny ICMP closed", "rules-terminal")],
    [
      "a domain list instead of rules",
      (json) => {
        const inner = source(json);
        delete inner["rules_string"];
        inner["rules_source_list"] = [
          { generated_rules_type: "ALLOWLIST", target_types: ["TLS_SNI"], targets: [".example.com"] },
        ];
      },
    ],
  ])("%s is found", (_, change) => {
    const { verdict, rules, findings } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P02"]]);
    expect(findings.some((one) => one.problem.includes("which its policy does not name"))).toBe(true);
  });

  test("a list that counts for another agent too is found for that agent", () => {
    const { findings, rules } = judgedAfter((json) => {
      const variables = block(valuesOf(json, "aws_networkfirewall_rule_group", GROUP), "rule_group", "rule_variables");
      const sets = (variables["ip_sets"] as Values[]).find((one) => one["key"] === "AGENT_TRIAGE") ?? {};
      const subnet = valuesOf(json, "aws_subnet", CODER_A);
      (block(sets, "ip_set")["definition"] as unknown[]).push(subnet["cidr_block"]);
    });
    expect(rules).toEqual(["CORDON-P02"]);
    expect([...new Set(findings.map((one) => one.agent))]).toEqual(["coder"]);
  });

  test("a security group that opens a port of no policy is found, though the firewall stops it", () => {
    const { findings } = judgedAfter((json) =>
      put(json, "aws_vpc_security_group_egress_rule", {
        security_group_id: ref(json, "aws_security_group", "agent-triage"),
        cidr_ipv4: "0.0.0.0/0",
        ip_protocol: "tcp",
        from_port: 25,
        to_port: 25,
      }),
    );
    expect(findings).toEqual([
      expect.objectContaining({
        rule: "CORDON-P02",
        verdict: "VIOLATED",
        severity: "medium",
        address: "aws_vpc_security_group_egress_rule.added",
        problem: expect.stringMatching(/^it lets out \S+ \S+:25 of agent triage, which its policy does not name$/),
      }),
    ]);
  });

  test.each<[string, Change, string]>([
    ["a rule is gone", without("mq.example.com"), "tls mq.example.com:8883"],
    ["a drop stands before it", first("drop tls any any -> any 8883 (sid:77;)"), "tls mq.example.com:8883"],
    ["a rule asks for another port", replaced("198.51.100.4/32 22", "198.51.100.4/32 23"), "198.51.100.4:22"],
  ])("a destination of the policy that the firewall refuses is found where %s", (_, change, shown) => {
    const { findings } = judgedAfter(change);
    const lost = findings.filter((one) => one.severity === "medium");
    expect(lost.map((one) => [one.rule, one.verdict])).toEqual([["CORDON-P02", "VIOLATED"]]);
    expect(lost[0]?.problem).toContain(`${shown} of agent triage, which its policy names`);
  });

  test.each<[string, Change]>([
    ["a comment and an empty line", rewritten((lines) => ["# lists", "", ...lines])],
    ["the same rule twice", first(pass("api.example.com"))],
    ["the passing rules in another order", rewritten((lines) => [...lines.slice(0, -1).reverse(), ...lines.slice(-1)])],
    [
      "one more drop",
      first('drop tls any any -> any 443 (tls.sni; content:"evil.example.org"; startswith; endswith; nocase; sid:77;)'),
    ],
    ["a rule that only reports", first("alert ip any any -> any any (sid:77;)")],
    ["a rule for a source that is no agent", first("pass tls 192.0.2.0/24 any -> any 443 (flow:to_server; sid:77;)")],
    ["a drop that another one repeats", without("cordon deny data beside the stream", "rules-terminal")],
    ["a name below one that is listed with all below it", first(pass("a.cdn.example.com"))],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  describe("what is not known", () => {
    test("rules that the plan does not say stay open, and are settled by saying them", () => {
      const json = freshPlan();
      const rules = String(source(json)["rules_string"]);
      source(json)["rules_string"] = "${var.rules}";
      const { verdict, findings } = judged(json);
      expect(verdict).toBe("UNKNOWN");
      expect(findings.filter((one) => one.rule === "CORDON-P02").map((one) => one.verdict)).toContain("UNKNOWN");
      expect(judged(json, { assume: { "var.rules": rules } }).verdict).toBe("PROVED");
      const { rules: found, verdict: other } = judged(json, {
        assume: { "var.rules": `${pass("evil.example.org")}\n${rules}` },
      });
      expect([other, found]).toEqual(["VIOLATED", ["CORDON-P02"]]);
    });

    test("a rule group of another stack stays open", () => {
      const { verdict, rules } = judgedAfter((json) => {
        const policy = block(valuesOf(json, "aws_networkfirewall_firewall_policy", ""), "firewall_policy");
        (policy["stateful_rule_group_reference"] as Values[]).push({
          priority: 5,
          resource_arn: "arn:aws:network-firewall:eu-west-1:123456789012:stateful-rulegroup/other",
        });
      });
      expect(verdict).toBe("UNKNOWN");
      expect(rules).toContain("CORDON-P02");
    });
  });
});
