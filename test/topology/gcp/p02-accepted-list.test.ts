import {
  addRule,
  at,
  type Change,
  drop,
  email,
  firewallRule,
  GATEWAY,
  judged,
  judgedAfter,
  POLICY,
  planOf,
  rule,
  set,
  type Tier,
  topologyOf,
  type Values,
} from "./plans";

const RULE = "google_network_security_gateway_security_policy_rule";
const tcp = (...ports: string[]): object[] => [{ ip_protocol: "tcp", ports }];
const triage = `source.matchServiceAccount('${email("triage")}')`;
const P02 = (address: string): string => `CORDON-P02 VIOLATED ${address}`;

describe("P02 on Google Cloud: the proxy passes the declared list and nothing else", () => {
  test("a name more is found with the rule that passes it", () => {
    const plan = planOf("proxy");
    rule(plan, "added", 20, "ALLOW", {
      session_matcher: `${triage} && host() == 'evil.example.net' && destination.port == 443`,
    });
    const [found, ...others] = judged(plan).findings;
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      rule: "CORDON-P02",
      verdict: "VIOLATED",
      agent: "triage",
      address: `${RULE}.added`,
      problem: `${GATEWAY} accepts tls evil.example.net:443 of agent triage, which its policy does not name`,
      path: expect.arrayContaining([
        { layer: "filter", address: `${RULE}.added`, says: "rule added (priority 20) allows it" },
      ]),
      flow: expect.objectContaining({ name: "evil.example.net", port: 443 }),
    });
  });

  test.each<[string, string, string[]]>([
    ["no host", `${triage} && destination.port == 443`, ["triage"]],
    ["no port", `${triage} && host() == 'api.example.com'`, ["triage"]],
    [
      "a suffix without a dot",
      `${triage} && host().endsWith('cdn.example.com') && destination.port == 443`,
      ["triage"],
    ],
    ["no agent", "host() == 'api.example.com' && destination.port == 443", ["coder"]],
    ["true", "true", ["coder", "triage"]],
    ["a negation", `${triage} && !(host() == 'evil.example.net') && destination.port == 443`, ["triage"]],
    ["an address", `${triage} && host() == '203.0.113.7' && destination.port == 443`, ["triage"]],
    [
      "everybody's addresses",
      "inIpRange(source.ip, '10.64.0.0/16') && host() == 'api.example.com' && destination.port == 443",
      ["coder"],
    ],
    [
      "one of several",
      `(${triage} || ${triage}) && host() in ['api.example.com', 'b.example.com'] && destination.port == 443`,
      ["triage"],
    ],
    ["a wider port", `${triage} && host() == 'api.example.com' && destination.port >= 443`, ["triage"]],
  ])("a matcher with %s passes more", (_, session_matcher, agents) => {
    const plan = planOf("proxy");
    rule(plan, "added", 20, "ALLOW", { session_matcher });
    const findings = judged(plan).findings.filter((one) => one.rule === "CORDON-P02");
    expect([...new Set(findings.map((one) => one.address))]).toEqual([`${RULE}.added`]);
    expect(findings.map((one) => one.agent)).toEqual(agents);
  });

  test("a port that is not bound is a way to other resolvers too", () => {
    const plan = planOf("proxy");
    rule(plan, "added", 20, "ALLOW", { session_matcher: `${triage} && destination.port == 853` });
    expect(judged(plan).places).toEqual([P02(`${RULE}.added`), `CORDON-P03 VIOLATED ${RULE}.added`]);
  });

  test.each<[string, string]>([
    ["a name of the list", `${triage} && host() == 'api.example.com' && destination.port == 443`],
    ["names below a listed one", `${triage} && host().endsWith('.cdn.example.com') && destination.port == 443`],
    ["nobody's account", "source.matchServiceAccount('other@acme-agents.iam.gserviceaccount.com')"],
    ["nobody's tag", "source.matchTag('tagValues/123')"],
    ["nobody's addresses", "inIpRange(source.ip, '10.99.0.0/16')"],
    ["false", "false"],
    ["a contradiction", `${triage} && host() == 'a.example.net' && host() == 'b.example.net'`],
    ["a double negation", `!!(${triage} && host() == 'api.example.com' && destination.port == 443)`],
  ])("a matcher for %s passes nothing more", (_, session_matcher) => {
    const plan = planOf("proxy");
    rule(plan, "added", 20, "ALLOW", { session_matcher });
    expect(judged(plan).places).toEqual([]);
  });

  test("a rule that is off, or comes after the refusal of the rest, passes nothing", () => {
    const off = planOf("proxy");
    rule(off, "added", 20, "ALLOW", { session_matcher: "true", enabled: false });
    expect(judged(off).places).toEqual([]);
    const late = planOf("proxy");
    rule(late, "added", 2147483647, "ALLOW", { session_matcher: "true" });
    expect(judged(late).places).toEqual([]);
  });

  test("a refusal before the list takes from it, and is told as less", () => {
    const plan = planOf("proxy");
    rule(plan, "added", 20, "DENY", { session_matcher: "host().endsWith('.example.com')" });
    const { findings } = judged(plan);
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P02",
        severity: "medium",
        address: `${RULE}.added`,
        problem: expect.stringContaining(`${GATEWAY} refuses`),
      },
    ]);
    expect(topologyOf(plan).reach("triage")).toEqual([]);
  });

  test.each<[string, Change]>([
    [
      "an entry more in a list",
      set("google_network_security_url_lists.triage", {
        values: ["*.cdn.example.com", "api.example.com", "evil.example.net"],
      }),
    ],
    [
      "an entry for both a name and those below",
      set("google_network_security_url_lists.triage", { values: ["*cdn.example.com", "api.example.com"] }),
    ],
  ])("%s is found at the rule that reads the list", (_, change) => {
    expect(judgedAfter("proxy", change).places).toEqual([P02(`${RULE}.triage`)]);
  });

  test("a gateway whose rules are another policy's refuses the list", () => {
    const { places } = judgedAfter("proxy", set(`${RULE}.triage`, { gateway_security_policy: "another" }));
    expect(places).toEqual([P02(`${RULE}.rest`)]);
  });

  test("an agent that the firewall refuses its proxy has nothing of its list", () => {
    const { findings } = judgedAfter("proxy", (plan) => {
      firewallRule(plan, "proxy-triage")["disabled"] = true;
    });
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P02",
        severity: "medium",
        address: POLICY,
        problem: expect.stringContaining("refuses agent triage its proxy"),
      },
    ]);
  });
});

describe("P02 on Google Cloud: requests", () => {
  const judgedWith = (application_matcher: string, more: object = {}): string[] => {
    const plan = planOf("proxy-tls");
    Object.assign(at(plan, `${RULE}.requests`), { application_matcher, ...more });
    return judged(plan).findings.map((one) => one.problem);
  };
  const get = "request.method == 'GET' && request.path.startsWith('/v1/')";
  const post = "request.method == 'POST' && request.path == '/v1/Items'";

  test.each([
    ["another path", `(${get}) || (${post}) || request.path == '/admin'`, /passes GET \/admin /],
    ["another method", `request.path.startsWith('/v1/')`, /passes (HEAD|POST|PUT) \/v1\//],
    [
      "letters of another size",
      `(${get}) || (request.method == 'POST' && (request.path == '/v1/Items' || request.path == '/v1/items'))`,
      /passes POST \/v1\/items /,
    ],
    [
      "a beginning without its slash",
      `(request.method == 'GET' && request.path.startsWith('/v1')) || (${post})`,
      /passes GET \/v1/,
    ],
    ["everything", "true", /passes /],
    ["all but one", `!(request.path == '/admin')`, /passes /],
  ])("%s is passed beside the list", (_, matcher, problem) => {
    expect(judgedWith(matcher)).toEqual([expect.stringMatching(problem)]);
  });

  test("the same requests in other words are the list", () => {
    expect(judgedWith(`request.host == 'api.example.com' && ((${post}) || (${get}))`)).toEqual([]);
    expect(judgedWith(`(${get}) || ('POST' == request.method && '/v1/Items' == request.path)`)).toEqual([]);
  });

  test("a request less is told as less", () => {
    expect(judgedWith(get)).toEqual([expect.stringMatching(/refuses POST \/v1\/Items of agent triage/)]);
  });

  test.each<[string, Change, string]>([
    ["the rule does not look into TLS", set(`${RULE}.requests`, { tls_inspection_enabled: false }), `${RULE}.requests`],
    [
      "the policy has nothing to look with",
      (plan) => delete at(plan, "google_network_security_gateway_security_policy.egress")["tls_inspection_policy"],
      "google_network_security_gateway_security_policy.egress",
    ],
  ])("every request is passed where %s", (_, change, address) => {
    const { findings } = judgedAfter("proxy-tls", change);
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P02",
        address,
        problem: expect.stringMatching(/^TLS is not inspected, so every request of agent triage/),
      },
    ]);
  });

  test("a rule before it that passes the host whole is found", () => {
    const plan = planOf("proxy-tls");
    rule(plan, "added", 20, "ALLOW", {
      session_matcher: `${triage} && host() == 'api.example.com' && destination.port == 443`,
    });
    expect(judged(plan).places).toEqual([P02(`${RULE}.added`)]);
  });
});

describe("P02 on Google Cloud: a firewall by names and addresses", () => {
  test.each<[string, Values]>([
    ["a name more", { dest_fqdns: ["evil.example.net"], layer4_config: tcp("443") }],
    ["another port of a listed name", { dest_fqdns: ["api.example.com"], layer4_config: tcp("22") }],
    ["every address on a port", { dest_ip_ranges: ["0.0.0.0/0"], layer4_config: tcp("443") }],
    ["a country", { dest_region_codes: ["US"], layer4_config: tcp("443") }],
    ["a list of Google's", { dest_threat_intelligences: ["iplist-public-clouds-gcp"], layer4_config: tcp("443") }],
    [
      "another protocol",
      { dest_ip_ranges: ["198.51.100.4/32"], layer4_config: [{ ip_protocol: "udp", ports: ["53"] }] },
    ],
    ["no bounds", { layer4_config: [{ ip_protocol: "all" }] }],
  ])("a rule with %s lets out more", (_, match) => {
    const { places } = judgedAfter("fqdn", (plan) =>
      addRule(plan, { target_service_accounts: [email("triage")], match }),
    );
    expect(places.filter((one) => one.startsWith("CORDON-P02"))).toEqual([P02(POLICY)]);
  });

  test.each<[string, Values]>([
    [
      "a name of the list",
      {
        target_service_accounts: [email("triage")],
        match: { dest_fqdns: ["API.example.com."], layer4_config: tcp("443") },
      },
    ],
    [
      "nobody's account",
      {
        target_service_accounts: ["other@acme-agents.iam.gserviceaccount.com"],
        match: { layer4_config: [{ ip_protocol: "all" }] },
      },
    ],
    [
      "nobody's tag",
      { target_secure_tag: [{ name: "tagValues/5" }], match: { layer4_config: [{ ip_protocol: "all" }] } },
    ],
    [
      "another source",
      {
        match: {
          src_ip_ranges: ["10.99.0.0/16"],
          dest_ip_ranges: ["0.0.0.0/0"],
          layer4_config: [{ ip_protocol: "all" }],
        },
      },
    ],
    [
      "another network",
      {
        target_resources: ["projects/acme-agents/global/networks/other"],
        match: { layer4_config: [{ ip_protocol: "all" }] },
      },
    ],
    ["a rule that is off", { disabled: true, match: { layer4_config: [{ ip_protocol: "all" }] } }],
    ["a place after the refusal", { priority: 65500, match: { layer4_config: [{ ip_protocol: "all" }] } }],
    [
      "going on to the next layer, which has nothing before the end",
      {
        action: "deny",
        match: { dest_threat_intelligences: ["iplist-tor-exit-nodes"], layer4_config: [{ ip_protocol: "all" }] },
      },
    ],
  ])("a rule for %s lets out nothing more", (_, values) => {
    expect(judgedAfter("fqdn", (plan) => addRule(plan, values)).places).toEqual([]);
  });

  test("a rule that hands on to the implied one lets everything out past inspection", () => {
    const { places } = judgedAfter("fqdn", (plan) =>
      addRule(plan, {
        action: "goto_next",
        target_service_accounts: [email("coder")],
        match: { layer4_config: [{ ip_protocol: "all" }] },
      }),
    );
    expect(places).toEqual(expect.arrayContaining(["CORDON-P01 VIOLATED google_compute_network.agents"]));
  });

  test("a classic rule counts where the policy does not come first, and does not where it does", () => {
    const stray: Change = (plan) => {
      plan.resource["google_compute_firewall"] = {
        stray: {
          name: "stray",
          network: "agents",
          direction: "EGRESS",
          priority: 10,
          allow: [{ protocol: "tcp", ports: ["443"] }],
          log_config: [{ metadata: "INCLUDE_ALL_METADATA" }],
        },
      };
    };
    expect(judgedAfter("fqdn", stray).places).toEqual([]);
    const late = judgedAfter("fqdn", (plan) => {
      stray(plan);
      set("google_compute_network.agents", { network_firewall_policy_enforcement_order: "AFTER_CLASSIC_FIREWALL" })(
        plan,
      );
    });
    expect(late.places).toEqual(
      expect.arrayContaining([
        "CORDON-P02 VIOLATED google_compute_firewall.stray",
        "CORDON-P11 VIOLATED google_compute_network.agents",
      ]),
    );
  });

  test("single rules beside a policy are its rules", () => {
    const change: Change = (plan) => {
      const rules = at(plan, POLICY)["rule"] as { [key: string]: unknown }[];
      drop(POLICY)(plan);
      plan.resource["google_compute_network_firewall_policy"] = { firewall: { name: "firewall" } };
      plan.resource["google_compute_network_firewall_policy_rule"] = Object.fromEntries(
        rules.map((one) => {
          const { layer4_config, ...match } = one["match"] as { [key: string]: unknown };
          return [
            String(one["rule_name"]),
            { ...one, firewall_policy: "firewall", match: { ...match, layer4_configs: layer4_config } },
          ];
        }),
      );
      set("google_compute_network_firewall_policy_association.firewall", {
        firewall_policy: "${google_compute_network_firewall_policy.firewall.id}",
      })(plan);
    };
    expect(judgedAfter("fqdn", change).places).toEqual([]);
    const weak = judgedAfter("fqdn", (plan) => {
      change(plan);
      drop("google_compute_network_firewall_policy_rule.refuse-out")(plan);
    });
    expect(weak.places).toContain("CORDON-P11 VIOLATED google_compute_network_firewall_policy.firewall");
  });

  test.each<[Tier]>([["fqdn"], ["proxy"]])("who carries a tag that is refused first reaches nothing (%s)", (tier) => {
    const plan = planOf(tier);
    addRule(plan, {
      priority: 1,
      action: "deny",
      target_secure_tag: [{ name: "tagValues/9" }],
      match: { dest_ip_ranges: ["0.0.0.0/0"], layer4_config: [{ ip_protocol: "all" }] },
    });
    expect(judged(plan).places).toEqual([]);
  });
});
