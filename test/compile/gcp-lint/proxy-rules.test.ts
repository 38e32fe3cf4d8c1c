import { ACCOUNT, ALLOW, adding, all, DENY, POLICY, ref, runCases, setting } from "./contained-stack";

const READ = "google_network_security_gateway_security_policy_rule.read";
const WHO = `source.matchServiceAccount('${ref(ACCOUNT, "email")}')`;
const session = (text: string, rule = ALLOW) => setting(rule, "session_matcher", text);

describe("the order of proxy rules", () => {
  runCases([
    {
      name: "two rules of one policy have two priorities",
      change: setting(READ, "priority", "1000"),
      expected: [
        "CORDON-223: google_network_security_gateway_security_policy_rule.read: priority 1000 is also that of google_network_security_gateway_security_policy_rule.allow, and Google refuses two rules of one priority; give each rule of the policy a priority of its own",
      ],
    },
    {
      name: "a priority that only apply knows is Google's to refuse",
      change: setting(READ, "priority", "${var.priority}"),
      expected: [],
    },
    {
      name: "no two rules are written at once",
      change: setting(READ, "depends_on", []),
      expected: [
        "CORDON-223: google_network_security_gateway_security_policy_rule.read: it is written at the same time as google_network_security_gateway_security_policy_rule.allow, and Google refuses two writes to one policy at once; let each rule depend on the one before",
        "CORDON-220: google_network_services_gateway.proxy: it does not wait for google_network_security_gateway_security_policy_rule.allow, and answers requests without that rule until it is made; add google_network_security_gateway_security_policy_rule.allow to its depends_on",
      ],
    },
    {
      name: "rules of two policies may be",
      change: adding("google_network_security_gateway_security_policy_rule.other", {
        name: "other",
        gateway_security_policy: "elsewhere",
        priority: 1000,
        session_matcher: "true",
        basic_profile: "DENY",
      }),
      expected: [],
    },
    {
      name: "a rule is replaced with its policy",
      change: setting(ALLOW, "lifecycle", undefined),
      expected: [
        "CORDON-223: google_network_security_gateway_security_policy_rule.allow: it stays behind if google_network_security_gateway_security_policy.proxy is replaced, because it names the policy by text; add google_network_security_gateway_security_policy.proxy to lifecycle.replace_triggered_by",
      ],
    },
    {
      name: "an address triggers, and a template does not",
      change: setting(ALLOW, "lifecycle", { replace_triggered_by: [ref(POLICY)] }),
      expected: [
        'CORDON-223: google_network_security_gateway_security_policy_rule.allow: Terraform refuses the template "${google_network_security_gateway_security_policy.proxy.id}" in replace_triggered_by; write the address, google_network_security_gateway_security_policy.proxy.id',
      ],
    },
    {
      name: "one argument of the policy triggers too",
      change: setting(ALLOW, "lifecycle", { replace_triggered_by: [`${POLICY}.id`] }),
      expected: [],
    },
    {
      name: "a rule names its policy by name",
      change: setting(ALLOW, "gateway_security_policy", ref(POLICY)),
      expected: [
        "CORDON-223: google_network_security_gateway_security_policy_rule.allow: gateway_security_policy is the id of google_network_security_gateway_security_policy.proxy, and Google looks for a policy of that name; use the policy's name",
      ],
    },
    {
      name: "a policy of elsewhere is not looked into",
      change: adding("google_network_security_gateway_security_policy_rule.other", {
        name: "other",
        gateway_security_policy: "${var.policy}",
        priority: 1,
        session_matcher: "true",
        basic_profile: "DENY",
      }),
      expected: [],
    },
  ]);
});

describe("what a proxy rule passes", () => {
  runCases([
    {
      name: "a rule without a condition passes everything",
      change: session(" "),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: it has no session_matcher, so it passes every request; name the agent, the host and the port",
      ],
    },
    {
      name: "a rule that is always true passes everything",
      change: session("true"),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the agent, so the tunnel it opens is wider than the allow list; join it with && to source.matchServiceAccount, source.matchTag, or inIpRange of source.ip",
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
      ],
    },
    {
      name: "a rule without a port is a tunnel to any",
      change: session(`${WHO} && host() == 'api.example.com'`),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
      ],
    },
    {
      name: "a port in one of two cases is none",
      change: session(`${WHO} && (host() == 'api.example.com' || destination.port == 443)`),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
      ],
    },
    {
      name: "a port in both cases is one",
      change: session(
        `(host() == 'a.example.com' && destination.port == 443 || host() == 'b.example.com' && destination.port in [80, 443]) && ${WHO}`,
      ),
      expected: [],
    },
    {
      name: "a comparison the other way round counts",
      change: session(`${WHO} && host() == "api.example.com" && 443 == destination.port`),
      expected: [],
    },
    {
      name: "a port that is excluded is no port",
      change: session(`${WHO} && host() == 'api.example.com' && destination.port != 22`),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
      ],
    },
    {
      name: "a rule without an agent is everybody's",
      change: session("host() == 'api.example.com' && destination.port == 443"),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the agent, so the tunnel it opens is wider than the allow list; join it with && to source.matchServiceAccount, source.matchTag, or inIpRange of source.ip",
      ],
    },
    {
      name: "everybody's block is no agent",
      change: session("inIpRange(source.ip, '0.0.0.0/0') && host() == 'api.example.com' && destination.port == 443"),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the agent, so the tunnel it opens is wider than the allow list; join it with && to source.matchServiceAccount, source.matchTag, or inIpRange of source.ip",
      ],
    },
    {
      name: "an agent's block is one",
      change: session("inIpRange(source.ip, '10.64.4.0/26') && host() == 'api.example.com' && destination.port == 443"),
      expected: [],
    },
    {
      name: "a tag is one",
      change: session("source.matchTag('tagValues/123') && host() == 'api.example.com' && destination.port == 443"),
      expected: [],
    },
    {
      name: "who it is not says nothing",
      change: session(`!(${WHO}) && host() == 'api.example.com' && destination.port == 443`),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the agent, so the tunnel it opens is wider than the allow list; join it with && to source.matchServiceAccount, source.matchTag, or inIpRange of source.ip",
      ],
    },
    {
      name: "a name in a literal is no comparison",
      change: session(`${WHO} && host() == 'destination.port == 443'`),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
        'CORDON-225: google_network_security_gateway_security_policy_rule.allow: session_matcher compares the host with "destination.port == 443", which no request carries; write the name in lower case and ASCII, without a scheme, a wildcard or a dot at the end; wildcards go into a URL list',
      ],
    },
    {
      name: "a suffix without its dot is any name that ends so",
      change: session(`${WHO} && host().endsWith('example.com') && destination.port == 443`),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
      ],
    },
    {
      name: "names below a name are bounded",
      change: session(`${WHO} && host().endsWith('.example.com') && destination.port == 443`),
      expected: [],
    },
    {
      name: "a profile that only apply knows passes",
      change: all(setting(DENY, "basic_profile", "${var.profile}"), session("destination.port == 443", DENY)),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.deny: its session_matcher holds without the agent, so the tunnel it opens is wider than the allow list; join it with && to source.matchServiceAccount, source.matchTag, or inIpRange of source.ip",
        "CORDON-224: google_network_security_gateway_security_policy_rule.deny: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
      ],
    },
    {
      name: "an unknown profile is neither",
      change: setting(DENY, "basic_profile", "AUDIT"),
      expected: [
        'CORDON-224: google_network_security_gateway_security_policy_rule.deny: basic_profile is "AUDIT", which is neither ALLOW nor DENY; use one of the two',
        "CORDON-224: google_network_security_gateway_security_policy_rule.deny: its session_matcher holds without the agent, so the tunnel it opens is wider than the allow list; join it with && to source.matchServiceAccount, source.matchTag, or inIpRange of source.ip",
        "CORDON-224: google_network_security_gateway_security_policy_rule.deny: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
        "CORDON-224: google_network_security_gateway_security_policy_rule.deny: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
      ],
    },
    { name: "a denial may be as wide as it likes", change: session("destination.port > 0", DENY), expected: [] },
    {
      name: "an agent that is watched may reach everything",
      change: session(WHO),
      options: { monitored: [ACCOUNT] },
      expected: [],
    },
    {
      name: "by its block too",
      change: session("inIpRange(source.ip, '10.64.4.0/26')"),
      options: { monitored: ["10.64.4.0/26"] },
      expected: [],
    },
    {
      name: "another agent that is watched changes nothing",
      change: session(WHO),
      options: { monitored: ["google_service_account.other"] },
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
      ],
    },
    {
      name: "one of two that are named is not enough",
      change: session(`${WHO} || source.matchServiceAccount('b@p.iam.gserviceaccount.com')`),
      options: { monitored: [ACCOUNT] },
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
      ],
    },
  ]);
});
