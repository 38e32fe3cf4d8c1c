import {
  ASSOCIATION,
  adding,
  all,
  FIREWALL,
  firewall,
  NETWORK,
  ref,
  runCases,
  type Stack,
  SUBNET,
  setting,
  type Values,
  without,
} from "./contained-stack";

const TCP = { layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] };
const out = (match: Values, rest: Values = {}) =>
  firewall({ direction: "EGRESS", action: "allow", match: { ...TCP, ...match }, ...rest });
const rules = (change: (rules: Values[]) => Values[]) => (stack: Stack) => {
  const policy = stack.get(FIREWALL);
  if (policy === undefined) throw new Error("the stack has no policy");
  policy.values["rule"] = change(policy.values["rule"] as Values[]);
};
const CLASSIC = "google_compute_firewall.user";
const classic = (values: Values) =>
  adding(CLASSIC, {
    name: "user",
    network: ref(NETWORK),
    description: "a user's",
    log_config: { metadata: "INCLUDE_ALL_METADATA" },
    ...values,
  });

describe("the end of a firewall", () => {
  const end = (name: string, priority: number, range: string) =>
    adding(`google_compute_network_firewall_policy_rule.${name}`, {
      firewall_policy: ref("google_compute_network_firewall_policy.plain"),
      direction: "EGRESS",
      action: "deny",
      priority,
      description: "end",
      enable_logging: true,
      match: { dest_ip_ranges: [range], layer4_configs: [{ ip_protocol: "all" }] },
    });
  runCases([
    {
      name: "a network has a policy",
      change: all(without(ASSOCIATION), setting(SUBNET, "depends_on", [])),
      expected: [
        "CORDON-228: google_compute_network.agents: no firewall policy is associated with it, and Google passes everything outward; associate a policy that ends by refusing 0.0.0.0/0 and ::/0",
      ],
    },
    {
      name: "a policy refuses IPv4 at its end",
      change: rules((all) => all.filter(({ priority }) => priority !== 65000)),
      expected: [
        "CORDON-228: google_compute_network.agents: no rule of google_compute_network_firewall_policy_with_rules.cell refuses what goes out to 0.0.0.0/0, and Google passes it; add a last rule that denies EGRESS to 0.0.0.0/0 for all protocols, without a target",
      ],
    },
    {
      name: "a policy refuses IPv6 at its end",
      change: rules((all) => all.filter(({ priority }) => priority !== 65001)),
      expected: [
        "CORDON-228: google_compute_network.agents: no rule of google_compute_network_firewall_policy_with_rules.cell refuses what goes out to ::/0, and Google passes it; add a last rule that denies EGRESS to ::/0 for all protocols, without a target",
      ],
    },
    {
      name: "a denial for some is no end",
      change: setting(FIREWALL, "rule.4.target_service_accounts", ["a@p.iam.gserviceaccount.com"]),
      expected: [
        "CORDON-228: google_compute_network.agents: no rule of google_compute_network_firewall_policy_with_rules.cell refuses what goes out to 0.0.0.0/0, and Google passes it; add a last rule that denies EGRESS to 0.0.0.0/0 for all protocols, without a target",
      ],
    },
    {
      name: "a denial of one protocol is no end",
      change: setting(FIREWALL, "rule.4.match.layer4_config.0.ip_protocol", "tcp"),
      expected: [
        "CORDON-228: google_compute_network.agents: no rule of google_compute_network_firewall_policy_with_rules.cell refuses what goes out to 0.0.0.0/0, and Google passes it; add a last rule that denies EGRESS to 0.0.0.0/0 for all protocols, without a target",
      ],
    },
    {
      name: "a disabled denial is no end",
      change: setting(FIREWALL, "rule.4.disabled", true),
      expected: [
        "CORDON-228: google_compute_network.agents: no rule of google_compute_network_firewall_policy_with_rules.cell refuses what goes out to 0.0.0.0/0, and Google passes it; add a last rule that denies EGRESS to 0.0.0.0/0 for all protocols, without a target",
      ],
    },
    {
      name: "rules that only plan knows are no end, and may pass anything",
      change: setting(FIREWALL, "rule", "${var.rules}"),
      expected: [
        "CORDON-228: google_compute_network.agents: no rule of google_compute_network_firewall_policy_with_rules.cell refuses what goes out to 0.0.0.0/0, and Google passes it; add a last rule that denies EGRESS to 0.0.0.0/0 for all protocols, without a target",
        "CORDON-228: google_compute_network.agents: no rule of google_compute_network_firewall_policy_with_rules.cell refuses what goes out to ::/0, and Google passes it; add a last rule that denies EGRESS to ::/0 for all protocols, without a target",
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: its rules are known at plan only, so nothing shows what they pass; write the rules out",
      ],
    },
    {
      name: "classic rules come after the policy",
      change: setting(NETWORK, "network_firewall_policy_enforcement_order", undefined),
      expected: [
        "CORDON-228: google_compute_network.agents: network_firewall_policy_enforcement_order is absent, so any classic rule comes before the policy; set it to BEFORE_CLASSIC_FIREWALL",
      ],
    },
    {
      name: "a policy of elsewhere shows nothing",
      change: setting(ASSOCIATION, "firewall_policy", "projects/p/global/firewallPolicies/x"),
      expected: [
        "CORDON-228: google_compute_network.agents: no rule of projects/p/global/firewallPolicies/x refuses what goes out to 0.0.0.0/0, and Google passes it; add a last rule that denies EGRESS to 0.0.0.0/0 for all protocols, without a target",
        "CORDON-228: google_compute_network.agents: no rule of projects/p/global/firewallPolicies/x refuses what goes out to ::/0, and Google passes it; add a last rule that denies EGRESS to ::/0 for all protocols, without a target",
      ],
    },
    {
      name: "rules that are resources count",
      change: all(
        without(FIREWALL),
        adding("google_compute_network_firewall_policy.plain", { name: "plain" }),
        setting(ASSOCIATION, "firewall_policy", ref("google_compute_network_firewall_policy.plain")),
        end("v4", 1, "0.0.0.0/0"),
        end("v6", 2, "::/0"),
        setting(SUBNET, "depends_on", [
          ASSOCIATION,
          "google_compute_network_firewall_policy_rule.v4",
          "google_compute_network_firewall_policy_rule.v6",
        ]),
      ),
      expected: [],
    },
  ]);
});

describe("the form of firewall rules", () => {
  const NARROW = { dest_ip_ranges: ["203.0.113.8/32"] };
  runCases([
    {
      name: "a priority is given once",
      change: out(NARROW, { priority: 65000 }),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: priority 65000 is given twice, and Google refuses the policy; give each rule of the policy a priority of its own",
      ],
    },
    {
      name: "also across resources",
      change: all(
        adding("google_compute_network_firewall_policy_rule.user", {
          firewall_policy: ref(FIREWALL),
          direction: "EGRESS",
          action: "allow",
          priority: 1000,
          description: "one more",
          enable_logging: true,
          match: { ...NARROW, layer4_configs: [{ ip_protocol: "tcp", ports: ["443"] }] },
        }),
      ),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_rule.user: Terraform removes it at every other apply, because google_compute_network_firewall_policy_with_rules.cell holds its rules itself; write the rule into the policy",
        "CORDON-229: google_compute_network_firewall_policy_rule.user: priority 1000 is given twice, google_compute_network_firewall_policy_with_rules.cell has it, and Google refuses the policy; give each rule of the policy a priority of its own",
      ],
    },
    {
      name: "rules stand in the order of their priorities",
      change: out(NARROW, { priority: 50 }),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 50 stands after rule 1500, and Terraform shows a difference at every plan; sort the rules by priority",
      ],
    },
    {
      name: "a rule has accounts or tags",
      change: setting(FIREWALL, "rule.1.target_secure_tag", [{ name: "tagValues/1" }]),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 1000 has service accounts and tags as its targets, and Google refuses both; keep one of the two",
      ],
    },
    {
      name: "an empty list is not absence",
      change: all(
        setting(FIREWALL, "rule.4.target_service_accounts", []),
        setting(FIREWALL, "rule.5.match.dest_fqdns", []),
        setting(FIREWALL, "rule.6.match.layer4_config.0.ports", []),
      ),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 65000 has an empty target_service_accounts, which is not the same as none; leave target_service_accounts out",
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 65001 has an empty dest_fqdns, which is not the same as none; leave dest_fqdns out",
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 65002 has an empty ports, which is not the same as none; leave ports out",
      ],
    },
    { name: "null is absence", change: setting(FIREWALL, "rule.4.target_service_accounts", null), expected: [] },
    {
      name: "everything has no ports",
      change: setting(FIREWALL, "rule.4.match.layer4_config.0.ports", ["443"]),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 65000 has ports for protocol all, which has none; leave ports out, or name tcp, udp or sctp",
      ],
    },
    {
      name: "a rule names a protocol",
      change: setting(FIREWALL, "rule.6.match.layer4_config", undefined),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 65002 names no protocol, and Google refuses it; add a layer4_config, with ip_protocol all for everything",
      ],
    },
    {
      name: "a firewall knows no wildcards",
      change: out({ dest_fqdns: ["*.example.com"] }),
      expected: [
        'CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 2000 names "*.example.com" in dest_fqdns, and firewalls know no wildcards; name each host, or use a tier with a proxy',
      ],
    },
    {
      name: "a hundred names are the most",
      change: out({ dest_fqdns: Array.from({ length: 101 }, (_, i) => `a${i}.example.com`) }),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 2000 has 101 entries in dest_fqdns, and Google takes 100; split it into more rules",
      ],
    },
    {
      name: "a hundred names pass",
      change: out({ dest_fqdns: Array.from({ length: 100 }, (_, i) => `a${i}.example.com`) }),
      expected: [],
    },
    {
      name: "only profiles look into TLS",
      change: out(NARROW, { tls_inspect: true }),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 2000 has tls_inspect with action allow, and Google refuses it; leave tls_inspect out",
      ],
    },
    {
      name: "a profile is named",
      change: out(NARROW, { action: "apply_security_profile_group" }),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 2000 applies a security profile group and names none; name the group",
      ],
    },
    {
      name: "a named profile may look into TLS",
      change: out(NARROW, {
        action: "apply_security_profile_group",
        security_profile_group: "//networksecurity.googleapis.com/g",
        tls_inspect: true,
      }),
      expected: [],
    },
    {
      name: "what hands over is not recorded",
      change: out(NARROW, { action: "goto_next" }),
      expected: [
        "CORDON-229: google_compute_network_firewall_policy_with_rules.cell: rule 2000 records a goto_next, and Google refuses it; leave enable_logging out",
      ],
    },
    {
      name: "classic rules may have one priority, and an empty list is not absence there either",
      change: all(
        classic({
          direction: "EGRESS",
          destination_ranges: ["203.0.113.8/32"],
          deny: [{ protocol: "all" }],
          target_tags: [],
        }),
        adding("google_compute_firewall.second", {
          name: "second",
          network: ref(NETWORK),
          description: "x",
          log_config: {},
          direction: "EGRESS",
          destination_ranges: ["203.0.113.9/32"],
          deny: [{ protocol: "all" }],
        }),
      ),
      expected: [
        "CORDON-229: google_compute_firewall.user: the rule has an empty target_tags, which is not the same as none; leave target_tags out",
      ],
    },
  ]);
});
