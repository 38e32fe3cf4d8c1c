import {
  ACCOUNT,
  adding,
  all,
  FIREWALL,
  firewall,
  GATEWAY,
  NETWORK,
  ref,
  runCases,
  type Stack,
  setting,
  type Values,
} from "./contained-stack";

const TCP = { layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] };
const out = (match: Values, rest: Values = {}) =>
  firewall({ direction: "EGRESS", action: "allow", match: { ...TCP, ...match }, ...rest });
const into = (match: Values, rest: Values = {}) =>
  firewall({ direction: "INGRESS", action: "allow", match: { ...TCP, ...match }, ...rest });
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

describe("what a firewall rule passes", () => {
  runCases([
    {
      name: "nothing passes to everywhere",
      change: out({ dest_ip_ranges: ["0.0.0.0/0"] }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to 0.0.0.0/0; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "nor by IPv6",
      change: out({ dest_ip_ranges: ["::/0"] }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to ::/0; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "nor to one half of it",
      change: out({ dest_ip_ranges: ["128.0.0.0/1", "8.8.8.0/24"] }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to 128.0.0.0/1; name the addresses and ports, or refuse it and let agents ask the proxy",
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to 8.8.8.0/24; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "nor without a destination",
      change: out({}),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to everywhere, as it names no destination; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "a few public addresses pass",
      change: out({ dest_ip_ranges: ["203.0.113.128/25", "2001:db8::/57"] }),
      expected: [],
    },
    {
      name: "private addresses and those of Google APIs pass",
      change: out({ dest_ip_ranges: ["10.0.0.0/8", "199.36.153.4/30", "fd00::/8"] }),
      expected: [],
    },
    { name: "names pass", change: out({ dest_fqdns: ["api.example.com"] }), expected: [] },
    {
      name: "names beside everything do not help",
      change: out({ dest_fqdns: ["api.example.com"], dest_ip_ranges: ["0.0.0.0/0"] }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to 0.0.0.0/0; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "a country is no destination",
      change: out({ dest_region_codes: ["US", "DE"] }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to whole countries (DE, US); name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "a range that only apply knows is everything",
      change: out({ dest_ip_ranges: ["${var.range}"] }),
      expected: [
        'CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to "${var.range}" (unknown until apply); name the addresses and ports, or refuse it and let agents ask the proxy',
      ],
    },
    {
      name: "the address of a resource is not",
      change: out({ dest_ip_ranges: [`${ref("google_compute_address.proxy", "address")}/32`] }),
      expected: [],
    },
    {
      name: "a name that only apply knows is any",
      change: out({ dest_fqdns: ["${var.host}"] }),
      expected: [
        'CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to "${var.host}" (unknown until apply); write the name out',
      ],
    },
    {
      name: "handing over passes what nobody refuses after it",
      change: out({ dest_ip_ranges: ["0.0.0.0/0"] }, { action: "goto_next", enable_logging: false }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to 0.0.0.0/0; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "an action that only apply knows passes",
      change: out({ dest_ip_ranges: ["0.0.0.0/0"] }, { action: "${var.action}" }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to 0.0.0.0/0; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "a disabled rule passes nothing",
      change: out({ dest_ip_ranges: ["0.0.0.0/0"] }, { disabled: true }),
      expected: [],
    },
    {
      name: "a next hop gets the web from everywhere",
      change: all(setting(GATEWAY, "routing_mode", "NEXT_HOP_ROUTING_MODE"), out({ dest_ip_ranges: ["0.0.0.0/0"] })),
      expected: [],
    },
    {
      name: "and nothing else",
      change: all(
        setting(GATEWAY, "routing_mode", "NEXT_HOP_ROUTING_MODE"),
        out({ dest_ip_ranges: ["0.0.0.0/0"], layer4_config: [{ ip_protocol: "tcp" }] }),
      ),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to 0.0.0.0/0; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "an agent that is watched may reach everything",
      change: out({ dest_ip_ranges: ["0.0.0.0/0"] }, { target_service_accounts: [ref(ACCOUNT, "email")] }),
      options: { monitored: [ACCOUNT] },
      expected: [],
    },
    {
      name: "by its block too",
      change: out({ dest_ip_ranges: ["0.0.0.0/0"], src_ip_ranges: ["10.64.4.0/26"] }),
      options: { monitored: ["10.64.4.0/26"] },
      expected: [],
    },
    {
      name: "not with another beside it",
      change: out(
        { dest_ip_ranges: ["0.0.0.0/0"] },
        { target_service_accounts: [ref(ACCOUNT, "email"), "b@p.iam.gserviceaccount.com"] },
      ),
      options: { monitored: [ACCOUNT] },
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 passes traffic to 0.0.0.0/0; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "nothing comes in from everywhere",
      change: into({ src_ip_ranges: ["0.0.0.0/0"] }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 lets traffic in from 0.0.0.0/0; name the addresses that may come in",
      ],
    },
    {
      name: "nor without a source",
      change: into({ dest_ip_ranges: ["10.64.4.0/26"] }),
      expected: [
        "CORDON-230: google_compute_network_firewall_policy_with_rules.cell: rule 2000 lets traffic in from everywhere, as it names no source; name the addresses that may come in",
      ],
    },
    {
      name: "health checks and tags come in",
      change: all(
        into({ src_ip_ranges: ["35.191.0.0/16", "10.64.4.0/26"] }),
        into({ src_secure_tag: [{ name: "tagValues/1" }] }, { priority: 2001 }),
        rules((all) => [...all].sort((a, b) => Number(a["priority"]) - Number(b["priority"]))),
      ),
      expected: [],
    },
    {
      name: "a classic rule passes nothing either",
      change: classic({ direction: "EGRESS", allow: [{ protocol: "tcp" }], destination_ranges: ["0.0.0.0/0"] }),
      expected: [
        "CORDON-230: google_compute_firewall.user: the rule passes traffic to 0.0.0.0/0; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "nor lets anything in",
      change: classic({ allow: [{ protocol: "tcp", ports: ["22"] }] }),
      expected: [
        "CORDON-230: google_compute_firewall.user: the rule lets traffic in from everywhere, as it names no source; name the addresses that may come in",
      ],
    },
    {
      name: "a narrow classic rule passes",
      change: classic({ allow: [{ protocol: "tcp", ports: ["22"] }], source_tags: ["bastion"] }),
      expected: [],
    },
    {
      name: "a classic rule that only apply knows passes",
      change: classic({ direction: "EGRESS", allow: "${var.allow}" }),
      expected: [
        "CORDON-230: google_compute_firewall.user: the rule passes traffic to everywhere, as it names no destination; name the addresses and ports, or refuse it and let agents ask the proxy",
      ],
    },
    {
      name: "above the network, handing over is how it is without a rule",
      change: adding("google_compute_firewall_policy_rule.org", {
        firewall_policy: "locations/global/firewallPolicies/1",
        priority: 1,
        direction: "EGRESS",
        action: "goto_next",
        match: { dest_ip_ranges: ["0.0.0.0/0"], layer4_configs: [{ ip_protocol: "all" }] },
      }),
      expected: [],
    },
  ]);
});

describe("the records of firewall rules", () => {
  runCases([
    {
      name: "a rule leaves a record",
      change: setting(FIREWALL, "rule.4.enable_logging", undefined),
      expected: [
        "CORDON-231: google_compute_network_firewall_policy_with_rules.cell: rule 65000 leaves no record (enable_logging is absent); set enable_logging to true",
      ],
    },
    {
      name: "a record that only apply knows is none",
      change: setting(FIREWALL, "rule.4.enable_logging", "${var.logs}"),
      expected: [
        'CORDON-231: google_compute_network_firewall_policy_with_rules.cell: rule 65000 leaves no record (enable_logging is "${var.logs}" (unknown until apply)); set enable_logging to true',
      ],
    },
    {
      name: "a rule says what it is for",
      change: setting(FIREWALL, "rule.4.description", ""),
      expected: [
        "CORDON-231: google_compute_network_firewall_policy_with_rules.cell: rule 65000 has no description; say what it is for",
      ],
    },
    {
      name: "a classic rule too",
      change: classic({
        direction: "EGRESS",
        deny: [{ protocol: "all" }],
        destination_ranges: ["203.0.113.8/32"],
        log_config: undefined,
        description: undefined,
      }),
      expected: [
        "CORDON-231: google_compute_firewall.user: the rule has no description; say what it is for",
        "CORDON-231: google_compute_firewall.user: the rule leaves no record (log_config is absent); add a log_config",
      ],
    },
  ]);
});
