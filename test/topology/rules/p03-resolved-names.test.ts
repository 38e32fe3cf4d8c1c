import {
  addressOf,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  type MutablePlan,
  put,
  putOtherNetwork,
  ref,
  remove,
  set,
  valuesOf,
} from "./weakened";

const LIST = "aws_route53_resolver_firewall_domain_list";
const RULE = "aws_route53_resolver_firewall_rule";
const ASSOCIATION = "aws_route53_resolver_firewall_rule_group_association";
const vpc = (json: MutablePlan): string => ref(json, "aws_vpc", "");

const listed =
  (change: (domains: string[]) => string[]): Change =>
  (json) => {
    const values = valuesOf(json, LIST, "DnsFirewall_allow");
    values["domains"] = change(values["domains"] as string[]);
  };

describe("P03: names only through the filtered resolver", () => {
  test("a name that the resolver answers and no policy has is found, and by this rule alone", () => {
    const json = freshPlan();
    listed((domains) => [...domains, "evil.example.org."])(json);
    const { verdict, findings } = judged(json);
    const address = addressOf(json, RULE, "allow-rule");
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P03",
        verdict: "VIOLATED",
        severity: "high",
        address,
        construct: "stack/Agents/DnsFirewall/allow-rule",
        problem: `the resolver of ${addressOf(json, "aws_vpc", "")} answers evil.example.org, which no policy names`,
        fix: 'refuse "*" after the allow list',
        path: [{ layer: "name", address, says: "allows the name" }],
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change, string]>([
    ["the refusal of the rest is gone", remove(RULE, "deny-rule"), "aws_route53_resolver_firewall_rule"],
    ["the refusal of the rest only reports", set(RULE, "deny-rule", { action: "ALERT" }), "deny-rule"],
    ["the refusal of the rest is about one type of query", set(RULE, "deny-rule", { q_type: "TXT" }), "deny-rule"],
    ["the refusal of the rest refuses less", set(LIST, "DnsFirewall_deny", { domains: ["*.com."] }), "deny-rule"],
    ["the list has a wildcard one level higher", listed((domains) => [...domains, "*.example.com."]), "allow-rule"],
    ["the list has every name", listed(() => ["*."]), "allow-rule"],
    [
      "a rule before the list allows every name",
      (json) => {
        put(json, RULE, {
          action: "ALLOW",
          priority: 1,
          firewall_rule_group_id: ref(json, "aws_route53_resolver_firewall_rule_group", ""),
          firewall_domain_list_id: ref(json, LIST, "DnsFirewall_deny"),
        });
      },
      `${RULE}.added`,
    ],
    ["the filter is not associated", remove(ASSOCIATION, ""), "aws_vpc"],
    [
      "the filter is associated with another network",
      (json) => {
        putOtherNetwork(json);
        valuesOf(json, ASSOCIATION, "")["vpc_id"] = "${aws_vpc.other.id}";
      },
      "aws_vpc",
    ],
    [
      "the filter opens when it fails",
      set("aws_route53_resolver_firewall_config", "", { firewall_fail_open: "ENABLED" }),
      "aws_route53_resolver_firewall_config",
    ],
    [
      "the network hands out another resolver",
      (json) => {
        put(json, "aws_vpc_dhcp_options", { domain_name_servers: ["8.8.8.8"] });
        put(json, "aws_vpc_dhcp_options_association", {
          vpc_id: vpc(json),
          dhcp_options_id: "${aws_vpc_dhcp_options.added.id}",
        });
      },
      "aws_vpc_dhcp_options_association.added",
    ],
    [
      "names are forwarded to another resolver",
      (json) => {
        put(json, "aws_route53_resolver_rule", {
          domain_name: ".",
          rule_type: "FORWARD",
          target_ip: [{ ip: "192.0.2.53" }],
        });
        put(json, "aws_route53_resolver_rule_association", {
          vpc_id: vpc(json),
          resolver_rule_id: "${aws_route53_resolver_rule.added.id}",
        });
      },
      "aws_route53_resolver_rule_association.added",
    ],
  ])("%s", (_, change, address) => {
    const { verdict, rules, places } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P03"]]);
    expect(places).toEqual([expect.stringContaining(address)]);
  });

  test("a firewall that passes queries to other resolvers is found, beside the rule for its list", () => {
    const { rules, findings } = judgedAfter((json) => {
      const group = valuesOf(json, "aws_networkfirewall_rule_group", "rules-allow-1")["rule_group"] as {
        rules_source: { rules_string: string };
      };
      group.rules_source.rules_string = `pass udp $AGENT_TRIAGE any -> any 53 (sid:77;)\n${group.rules_source.rules_string}`;
    });
    expect(rules).toEqual(["CORDON-P02", "CORDON-P03"]);
    expect(findings.filter((one) => one.rule === "CORDON-P03").map((one) => one.problem)).toEqual([
      "agent triage reaches other resolvers: the firewall accepts port 53",
    ]);
  });

  test("a name of a policy that the resolver refuses is found as well", () => {
    const { findings } = judgedAfter(listed((domains) => domains.filter((one) => one !== "mq.example.com.")));
    expect(findings.map((one) => [one.rule, one.severity, one.problem])).toEqual([
      ["CORDON-P03", "medium", expect.stringMatching(/refuses mq\.example\.com, which a policy names$/)],
    ]);
  });

  test.each<[string, Change]>([
    ["a listed name twice, and without its dot", listed((domains) => [...domains, "api.example.com"])],
    ["a name below one that is listed with all below it", listed((domains) => [...domains, "a.cdn.example.com."])],
    [
      "one more refusal before the list",
      (json) => {
        put(json, LIST, { name: "bad", domains: ["*.evil.example.org."] });
        put(json, RULE, {
          action: "BLOCK",
          priority: 1,
          firewall_rule_group_id: ref(json, "aws_route53_resolver_firewall_rule_group", ""),
          firewall_domain_list_id: `\${${LIST}.added.id}`,
        });
      },
    ],
    [
      "a filter of another network",
      (json) => {
        putOtherNetwork(json);
        put(json, "aws_route53_resolver_firewall_rule_group", { name: "other" });
        put(json, ASSOCIATION, {
          vpc_id: "${aws_vpc.other.id}",
          priority: 101,
          firewall_rule_group_id: "${aws_route53_resolver_firewall_rule_group.added.id}",
        });
      },
    ],
    [
      "options that keep Amazon's resolver",
      (json) => {
        put(json, "aws_vpc_dhcp_options", { domain_name_servers: ["AmazonProvidedDNS"] });
        put(json, "aws_vpc_dhcp_options_association", {
          vpc_id: vpc(json),
          dhcp_options_id: "${aws_vpc_dhcp_options.added.id}",
        });
      },
    ],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  describe("what is not known", () => {
    test("a domain that the plan does not name may be any, and is settled by naming it", () => {
      const change = listed((domains) => [...domains, "${var.domain}"]);
      const { verdict, rules, findings } = judgedAfter(change);
      expect([verdict, rules]).toEqual(["UNKNOWN", ["CORDON-P03"]]);
      expect(findings[0]?.unknowns).toContain("var.domain");
      expect(judgedAfter(change, { assume: { "var.domain": "api.example.com." } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { "var.domain": "evil.example.org." } })).toMatchObject({
        verdict: "VIOLATED",
        rules: ["CORDON-P03"],
      });
    });

    test("a refusal that may not exist does not count, unless it is assumed", () => {
      const change = set(RULE, "deny-rule", { count: "${var.refusals}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P03"] });
      expect(judgedAfter(change, { assume: { "var.refusals": 1 } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { "var.refusals": 0 } }).verdict).toBe("VIOLATED");
    });

    test("whether the filter opens when it fails stays open, and is settled by saying it", () => {
      const change = set("aws_route53_resolver_firewall_config", "", { firewall_fail_open: "${var.open}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P03"] });
      expect(judgedAfter(change, { assume: { "var.open": "DISABLED" } }).verdict).toBe("PROVED");
      expect(judgedAfter(change, { assume: { "var.open": "ENABLED" } }).verdict).toBe("VIOLATED");
    });
  });
});
