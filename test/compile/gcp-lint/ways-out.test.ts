import { adding, all, NETWORK, ref, runCases, SUBNET, setting } from "./contained-stack";

const MACHINE = "google_compute_instance.coder";

describe("ways around the firewall", () => {
  const face = (name: string, value: unknown) => setting(MACHINE, `network_interface.0.${name}`, value);
  runCases([
    {
      name: "a machine has no public address",
      change: face("access_config", [{}]),
      expected: [
        "CORDON-234: google_compute_instance.coder: an interface has an access_config, so Google gives it a public address; remove access_config",
      ],
    },
    {
      name: "also not one that is chosen at plan",
      change: face("dynamic", { access_config: { for_each: "${var.public}", content: {} } }),
      expected: [
        "CORDON-234: google_compute_instance.coder: an interface has an access_config, so Google gives it a public address; remove access_config",
      ],
    },
    { name: "an empty list is none", change: face("access_config", []), expected: [] },
    {
      name: "a machine has no IPv6",
      change: face("ipv6_access_config", [{ network_tier: "PREMIUM" }]),
      expected: [
        "CORDON-234: google_compute_instance.coder: an interface has IPv6, which goes around what is written for IPv4; remove ipv6_access_config and set stack_type to IPV4_ONLY",
      ],
    },
    {
      name: "nor a second family",
      change: face("stack_type", "IPV4_IPV6"),
      expected: [
        "CORDON-234: google_compute_instance.coder: an interface has IPv6, which goes around what is written for IPv4; remove ipv6_access_config and set stack_type to IPV4_ONLY",
      ],
    },
    {
      name: "a machine has no alias range",
      change: face("alias_ip_range", [{ ip_cidr_range: "10.64.4.16/28" }]),
      expected: [
        "CORDON-234: google_compute_instance.coder: an interface has an alias_ip_range, whose addresses no rule knows as the agent's; remove alias_ip_range",
      ],
    },
    {
      name: "a machine has one interface",
      change: setting(MACHINE, "network_interface", [
        { subnetwork: ref(SUBNET) },
        { subnetwork: "projects/p/regions/r/subnetworks/other" },
      ]),
      expected: [
        "CORDON-234: google_compute_instance.coder: it has 2 interfaces, and joins networks that are closed to each other; keep one network_interface",
      ],
    },
    {
      name: "interfaces that only plan knows join anything",
      change: setting(MACHINE, "network_interface", "${var.interfaces}"),
      expected: [
        "CORDON-234: google_compute_instance.coder: its interfaces are known at plan only, so nothing shows which networks they join; write one network_interface out",
      ],
    },
    {
      name: "a machine forwards nothing",
      change: setting(MACHINE, "can_ip_forward", true),
      expected: [
        "CORDON-234: google_compute_instance.coder: can_ip_forward is true, so it may send with addresses of others; set it to false",
      ],
    },
    {
      name: "a switch that only apply knows is on",
      change: setting(MACHINE, "can_ip_forward", "${var.forward}"),
      expected: [
        'CORDON-234: google_compute_instance.coder: can_ip_forward is "${var.forward}" (unknown until apply), so it may send with addresses of others; set it to false',
      ],
    },
    {
      name: "templates count",
      change: adding("google_compute_instance_template.pool", {
        network_interface: [{ subnetwork: ref(SUBNET), access_config: {} }],
        can_ip_forward: false,
      }),
      expected: [
        "CORDON-234: google_compute_instance_template.pool: an interface has an access_config, so Google gives it a public address; remove access_config",
      ],
    },
    {
      name: "nodes of a cluster have no public address",
      change: adding("google_container_cluster.pods", { subnetwork: ref(SUBNET) }),
      expected: [
        "CORDON-234: google_container_cluster.pods: private_cluster_config.enable_private_nodes is absent, so Google gives nodes public addresses; set it to true",
      ],
    },
    {
      name: "private nodes pass",
      change: adding("google_container_cluster.pods", { private_cluster_config: { enable_private_nodes: true } }),
      expected: [],
    },
    {
      name: "nothing else leads out",
      change: all(
        adding("google_compute_network_peering.peer", { network: ref(NETWORK) }),
        adding("google_network_connectivity_spoke.hub", { linked_vpc_network: { uri: ref(NETWORK, "self_link") } }),
        adding("google_compute_ha_vpn_gateway.tunnel", { network: ref(NETWORK) }),
        adding("google_compute_vpn_gateway.tunnel", { network: ref(NETWORK) }),
        adding("google_compute_interconnect_attachment.line", { router: "r" }),
      ),
      expected: [
        "CORDON-234: google_compute_ha_vpn_gateway.tunnel: it leads out of its network by a tunnel; remove it, or publish one service by Private Service Connect",
        "CORDON-234: google_compute_interconnect_attachment.line: it leads out of its network by an interconnect; remove it, or publish one service by Private Service Connect",
        "CORDON-234: google_compute_network_peering.peer: it joins its network with another one, past the firewall of a hop between them; remove it, or publish one service by Private Service Connect",
        "CORDON-234: google_compute_vpn_gateway.tunnel: it leads out of its network by a tunnel; remove it, or publish one service by Private Service Connect",
        "CORDON-234: google_network_connectivity_spoke.hub: it joins its network with those of a hub; remove it, or publish one service by Private Service Connect",
      ],
    },
  ]);
});

describe("translation", () => {
  const NAT = "google_compute_router_nat.cell";
  const nat = {
    name: "cell-nat",
    source_subnetwork_ip_ranges_to_nat: "LIST_OF_SUBNETWORKS",
    subnetwork: [{ name: ref(SUBNET) }],
    log_config: { enable: true, filter: "ALL" },
  };
  const open = { nat: true };
  runCases([
    {
      name: "nobody is translated",
      change: adding(NAT, nat),
      expected: [
        "CORDON-235: google_compute_router_nat.cell: it gives interfaces without a public address a way to the internet, past the proxy; remove it, or use the tier that passes names at the firewall",
      ],
    },
    { name: "but in the tier that leaves by it", change: adding(NAT, nat), options: open, expected: [] },
    {
      name: "subnets are named",
      change: adding(NAT, { ...nat, source_subnetwork_ip_ranges_to_nat: "ALL_SUBNETWORKS_ALL_IP_RANGES" }),
      options: open,
      expected: [
        "CORDON-235: google_compute_router_nat.cell: source_subnetwork_ip_ranges_to_nat is \"ALL_SUBNETWORKS_ALL_IP_RANGES\", so subnets of nobody's are translated too; use LIST_OF_SUBNETWORKS and name the agents' subnets",
      ],
    },
    {
      name: "also where only apply knows",
      change: adding(NAT, { ...nat, source_subnetwork_ip_ranges_to_nat: "${var.ranges}" }),
      options: open,
      expected: [
        "CORDON-235: google_compute_router_nat.cell: source_subnetwork_ip_ranges_to_nat is \"${var.ranges}\" (unknown until apply), so subnets of nobody's are translated too; use LIST_OF_SUBNETWORKS and name the agents' subnets",
      ],
    },
    {
      name: "translations are recorded",
      change: adding(NAT, { ...nat, log_config: undefined }),
      options: open,
      expected: [
        "CORDON-235: google_compute_router_nat.cell: log_config has enable absent and filter absent, so translations leave no record; set enable to true and filter to ALL",
      ],
    },
    {
      name: "all of them",
      change: adding(NAT, { ...nat, log_config: { enable: true, filter: "ERRORS_ONLY" } }),
      options: open,
      expected: [
        'CORDON-235: google_compute_router_nat.cell: log_config has enable true and filter "ERRORS_ONLY", so translations leave no record; set enable to true and filter to ALL',
      ],
    },
  ]);
});
