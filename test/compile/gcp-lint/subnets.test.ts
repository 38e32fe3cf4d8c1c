import {
  ASSOCIATION,
  adding,
  all,
  ENDPOINTS,
  FIREWALL,
  GATEWAY,
  NETWORK,
  PROXIES,
  ref,
  runCases,
  SUBNET,
  setting,
  without,
} from "./contained-stack";

const MACHINE = "google_compute_instance.coder";

describe("the order of subnets", () => {
  runCases([
    {
      name: "a subnet waits for its firewall",
      change: setting(SUBNET, "depends_on", []),
      expected: [
        "CORDON-232: google_compute_subnetwork.coder: it does not wait for google_compute_network_firewall_policy_association.cell, so for a moment nothing refuses what goes out of it; add google_compute_network_firewall_policy_association.cell to its depends_on",
      ],
    },
    {
      name: "through others is enough",
      change: all(
        adding("google_compute_address.first", { name: "first", depends_on: [ASSOCIATION] }),
        setting(SUBNET, "depends_on", ["google_compute_address.first"]),
      ),
      expected: [],
    },
    {
      name: "a subnet waits for denials that are resources",
      change: all(
        without(FIREWALL),
        adding("google_compute_network_firewall_policy.plain", { name: "plain" }),
        setting(ASSOCIATION, "firewall_policy", ref("google_compute_network_firewall_policy.plain")),
        ...["0.0.0.0/0", "::/0"].map((range, index) =>
          adding(`google_compute_network_firewall_policy_rule.end${index}`, {
            firewall_policy: ref("google_compute_network_firewall_policy.plain"),
            direction: "EGRESS",
            action: "deny",
            priority: index,
            description: "end",
            enable_logging: true,
            match: { dest_ip_ranges: [range], layer4_configs: [{ ip_protocol: "all" }] },
          }),
        ),
      ),
      expected: [
        "CORDON-232: google_compute_subnetwork.coder: it does not wait for google_compute_network_firewall_policy_rule.end0, so for a moment nothing refuses what goes out of it; add google_compute_network_firewall_policy_rule.end0 to its depends_on",
        "CORDON-232: google_compute_subnetwork.coder: it does not wait for google_compute_network_firewall_policy_rule.end1, so for a moment nothing refuses what goes out of it; add google_compute_network_firewall_policy_rule.end1 to its depends_on",
      ],
    },
  ]);
});

describe("subnets and networks", () => {
  runCases([
    {
      name: "an agent's subnet reaches Google APIs by their private address",
      change: setting(SUBNET, "private_ip_google_access", undefined),
      expected: [
        "CORDON-233: google_compute_subnetwork.coder: private_ip_google_access is absent, so no interface without a public address reaches Google APIs; set it to true",
      ],
    },
    {
      name: "a switch that only apply knows is off",
      change: setting(SUBNET, "private_ip_google_access", "${var.access}"),
      expected: [
        'CORDON-233: google_compute_subnetwork.coder: private_ip_google_access is "${var.access}" (unknown until apply), so no interface without a public address reaches Google APIs; set it to true',
      ],
    },
    {
      name: "flows are recorded",
      change: setting(SUBNET, "log_config", undefined),
      expected: [
        "CORDON-233: google_compute_subnetwork.coder: it has no log_config, so its flows leave no record; add a log_config",
      ],
    },
    {
      name: "there is no IPv6",
      change: setting(SUBNET, "stack_type", "IPV4_IPV6"),
      expected: [
        'CORDON-233: google_compute_subnetwork.coder: stack_type is "IPV4_IPV6", and IPv6 goes around what is written for IPv4; set stack_type to IPV4_ONLY and leave ipv6_access_type out',
      ],
    },
    {
      name: "nor where a proxy stands",
      change: setting(ENDPOINTS, "stack_type", "IPV6_ONLY"),
      expected: [
        'CORDON-233: google_compute_subnetwork.endpoints: stack_type is "IPV6_ONLY", and IPv6 goes around what is written for IPv4; set stack_type to IPV4_ONLY and leave ipv6_access_type out',
      ],
    },
    {
      name: "a stack type that only apply knows may have it",
      change: setting(SUBNET, "stack_type", "${var.stack}"),
      expected: [
        'CORDON-233: google_compute_subnetwork.coder: stack_type is "${var.stack}" (unknown until apply), and IPv6 goes around what is written for IPv4; set stack_type to IPV4_ONLY and leave ipv6_access_type out',
      ],
    },
    { name: "no stack type is IPv4", change: setting(SUBNET, "stack_type", undefined), expected: [] },
    {
      name: "an access type of IPv6 is IPv6",
      change: setting(SUBNET, "ipv6_access_type", "INTERNAL"),
      expected: [
        'CORDON-233: google_compute_subnetwork.coder: ipv6_access_type is "INTERNAL", and IPv6 goes around what is written for IPv4; set stack_type to IPV4_ONLY and leave ipv6_access_type out',
      ],
    },
    {
      name: "a network has the subnets of the stack",
      change: setting(NETWORK, "auto_create_subnetworks", undefined),
      expected: [
        "CORDON-233: google_compute_network.agents: auto_create_subnetworks is absent, so Google adds a subnet in every region, without logs; set it to false",
      ],
    },
    {
      name: "a network has no private IPv6",
      change: setting(NETWORK, "enable_ula_internal_ipv6", true),
      expected: [
        "CORDON-233: google_compute_network.agents: enable_ula_internal_ipv6 is true, and IPv6 goes around what is written for IPv4; leave it out",
      ],
    },
    {
      name: "a proxy's subnet is no place for a workload",
      change: setting(MACHINE, "network_interface.0.subnetwork", ref(ENDPOINTS)),
      expected: [
        "CORDON-232: google_compute_subnetwork.endpoints: it does not wait for google_compute_network_firewall_policy_association.cell, so for a moment nothing refuses what goes out of it; add google_compute_network_firewall_policy_association.cell to its depends_on",
        "CORDON-233: google_compute_subnetwork.endpoints: it has no log_config, so its flows leave no record; add a log_config",
        "CORDON-233: google_compute_subnetwork.endpoints: private_ip_google_access is absent, so no interface without a public address reaches Google APIs; set it to true",
      ],
    },
  ]);
});

describe("where workloads stand", () => {
  const ENTRANCE = "google_compute_forwarding_rule.entrance";
  const subnet = (name: string) =>
    adding(`google_compute_subnetwork.${name}`, { name, network: ref(NETWORK), ip_cidr_range: "10.64.6.0/26" });
  runCases([
    {
      name: "a subnet of the stack is a workload's",
      change: subnet("other"),
      expected: [
        "CORDON-232: google_compute_subnetwork.other: it does not wait for google_compute_network_firewall_policy_association.cell, so for a moment nothing refuses what goes out of it; add google_compute_network_firewall_policy_association.cell to its depends_on",
        "CORDON-233: google_compute_subnetwork.other: it has no log_config, so its flows leave no record; add a log_config",
        "CORDON-233: google_compute_subnetwork.other: private_ip_google_access is absent, so no interface without a public address reaches Google APIs; set it to true",
      ],
    },
    {
      name: "but that of an endpoint of a published proxy",
      change: all(
        subnet("other"),
        adding("google_compute_address.entrance", {
          name: "entrance",
          subnetwork: ref("google_compute_subnetwork.other"),
        }),
        adding(ENTRANCE, {
          name: "entrance",
          target: "projects/p/regions/r/serviceAttachments/s",
          load_balancing_scheme: "",
          ip_address: ref("google_compute_address.entrance"),
        }),
      ),
      expected: [],
    },
    {
      name: "an agent's subnet is one also where a proxy stands",
      change: all(),
      options: { agentSubnets: [ENDPOINTS] },
      expected: [
        "CORDON-232: google_compute_subnetwork.endpoints: it does not wait for google_compute_network_firewall_policy_association.cell, so for a moment nothing refuses what goes out of it; add google_compute_network_firewall_policy_association.cell to its depends_on",
        "CORDON-233: google_compute_subnetwork.endpoints: it has no log_config, so its flows leave no record; add a log_config",
        "CORDON-233: google_compute_subnetwork.endpoints: private_ip_google_access is absent, so no interface without a public address reaches Google APIs; set it to true",
      ],
    },
    {
      name: "nodes make a proxy's subnet one",
      change: adding("google_container_cluster.pods", {
        subnetwork: ref(ENDPOINTS),
        private_cluster_config: { enable_private_nodes: true },
      }),
      expected: [
        "CORDON-232: google_compute_subnetwork.endpoints: it does not wait for google_compute_network_firewall_policy_association.cell, so for a moment nothing refuses what goes out of it; add google_compute_network_firewall_policy_association.cell to its depends_on",
        "CORDON-233: google_compute_subnetwork.endpoints: it has no log_config, so its flows leave no record; add a log_config",
        "CORDON-233: google_compute_subnetwork.endpoints: private_ip_google_access is absent, so no interface without a public address reaches Google APIs; set it to true",
      ],
    },
  ]);
});

describe("proxy-only subnets", () => {
  runCases([
    {
      name: "they have a role",
      change: setting(PROXIES, "role", undefined),
      expected: [
        "CORDON-233: google_compute_subnetwork.proxies: it has no role, and Google refuses a proxy-only subnet without one; set role to ACTIVE",
      ],
    },
    {
      name: "they are /26 or larger",
      change: setting(PROXIES, "ip_cidr_range", "10.64.8.0/27"),
      expected: [
        'CORDON-233: google_compute_subnetwork.proxies: "10.64.8.0/27" is smaller than /26, and Google refuses it for proxies; use /26 or larger, /23 where many requests come',
      ],
    },
    { name: "/26 passes", change: setting(PROXIES, "ip_cidr_range", "10.64.8.0/26"), expected: [] },
    {
      name: "a range that only apply knows is Google's to refuse",
      change: setting(PROXIES, "ip_cidr_range", "${var.range}"),
      expected: [],
    },
    {
      name: "they have no flow logs",
      change: setting(PROXIES, "log_config", {}),
      expected: [
        "CORDON-233: google_compute_subnetwork.proxies: it has a log_config, and Google refuses one for proxies; leave log_config out",
      ],
    },
    {
      name: "they have no private access",
      change: setting(PROXIES, "private_ip_google_access", true),
      expected: [
        "CORDON-233: google_compute_subnetwork.proxies: it has private_ip_google_access, which proxies do not take; leave it out",
      ],
    },
    {
      name: "one is active",
      change: all(
        adding("google_compute_subnetwork.second", {
          name: "second",
          network: ref(NETWORK),
          region: "europe-west1",
          ip_cidr_range: "10.64.12.0/23",
          purpose: "REGIONAL_MANAGED_PROXY",
          role: "ACTIVE",
        }),
        setting(GATEWAY, "depends_on", [
          PROXIES,
          "google_compute_subnetwork.second",
          "google_network_security_gateway_security_policy_rule.deny",
        ]),
      ),
      expected: [
        "CORDON-233: google_compute_subnetwork.second: google_compute_subnetwork.proxies is the active proxy-only subnet of its network and region, and Google refuses a second one; keep one of the two",
      ],
    },
    {
      name: "a spare one passes",
      change: all(
        adding("google_compute_subnetwork.second", {
          name: "second",
          network: ref(NETWORK),
          region: "europe-west1",
          ip_cidr_range: "10.64.12.0/23",
          purpose: "REGIONAL_MANAGED_PROXY",
          role: "BACKUP",
        }),
        setting(GATEWAY, "depends_on", [
          PROXIES,
          "google_compute_subnetwork.second",
          "google_network_security_gateway_security_policy_rule.deny",
        ]),
      ),
      expected: [],
    },
  ]);
});
