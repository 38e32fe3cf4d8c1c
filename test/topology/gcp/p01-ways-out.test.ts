import {
  addRule,
  at,
  type Change,
  drop,
  judged,
  judgedAfter,
  NETWORK,
  POLICY,
  planOf,
  put,
  putInstance,
  putNat,
  set,
  type Tier,
} from "./plans";

const peering: Change = (plan) =>
  put(plan, "google_compute_network_peering", "added", {
    name: "added",
    network: "${google_compute_network.agents.self_link}",
    peer_network: "projects/other/global/networks/shared",
  });

const route =
  (values: object): Change =>
  (plan) =>
    put(plan, "google_compute_route", "added", {
      name: "added",
      network: NETWORK,
      dest_range: "192.0.2.0/24",
      ...values,
    });

describe("P01 on Google Cloud: no way out around inspection", () => {
  test("translation without any refusing rule is found with its way", () => {
    const plan = planOf("fqdn");
    drop("google_compute_network_firewall_policy_association.firewall")(plan);
    const { findings } = judged(plan);
    const found = findings.find((one) => one.rule === "CORDON-P01" && one.agent === "coder");
    expect(found).toMatchObject({
      verdict: "VIOLATED",
      severity: "critical",
      address: "google_compute_network.agents",
      problem: "agent coder reaches the internet from google_compute_subnetwork.coder past every firewall",
      path: [
        { layer: "subnet", says: "stands in google_compute_subnetwork.coder" },
        { layer: "route", says: "leads to the internet by google_compute_router_nat.nat" },
        { layer: "filter", says: "no rule decides, and the network's implied rule lets everything out" },
        { layer: "route", address: "google_compute_router_nat.nat", says: "translates the source address" },
      ],
    });
  });

  test.each<[string, Tier, Change, string]>([
    ["a peering, whatever the firewall refuses", "sealed", peering, "google_compute_network_peering.added"],
    [
      "a route to somebody's instance",
      "sealed",
      route({ next_hop_instance: "projects/acme-agents/zones/europe-west1-b/instances/squid" }),
      "google_compute_route.added",
    ],
    ["a route to an address", "proxy", route({ next_hop_ip: "10.64.0.5" }), "google_compute_route.added"],
    [
      "a route to a VPN tunnel",
      "sealed",
      route({ next_hop_vpn_tunnel: "projects/acme-agents/regions/europe-west1/vpnTunnels/site" }),
      "google_compute_route.added",
    ],
    [
      "a route to an internal load balancer that is no proxy",
      "sealed",
      route({ dest_range: "0.0.0.0/0", next_hop_ilb: "10.64.0.7" }),
      "google_compute_route.added",
    ],
    [
      "a VPN gateway, which learns routes",
      "sealed",
      (plan) => put(plan, "google_compute_ha_vpn_gateway", "added", { name: "vpn", network: NETWORK }),
      "google_compute_ha_vpn_gateway.added",
    ],
    [
      "an interconnect behind a router of the network",
      "sealed",
      (plan) => {
        put(plan, "google_compute_router", "added", { name: "added", network: NETWORK });
        put(plan, "google_compute_interconnect_attachment", "added", {
          name: "added",
          router: "${google_compute_router.added.id}",
        });
      },
      "google_compute_interconnect_attachment.added",
    ],
    [
      "a connection to producers of services",
      "sealed",
      (plan) =>
        put(plan, "google_service_networking_connection", "added", {
          network: NETWORK,
          service: "servicenetworking.googleapis.com",
          reserved_peering_ranges: ["services"],
        }),
      "google_service_networking_connection.added",
    ],
    [
      "a spoke of a hub",
      "sealed",
      (plan) =>
        put(plan, "google_network_connectivity_spoke", "added", {
          name: "added",
          hub: "hub",
          linked_vpc_network: [{ uri: "${google_compute_network.agents.self_link}" }],
        }),
      "google_network_connectivity_spoke.added",
    ],
    [
      "a policy based route to somebody's appliance",
      "sealed",
      (plan) =>
        put(plan, "google_network_connectivity_policy_based_route", "added", {
          name: "added",
          network: NETWORK,
          next_hop_ilb_ip: "10.64.0.7",
          filter: [{ protocol_version: "IPV4", src_range: "10.64.1.0/24", dest_range: "0.0.0.0/0" }],
        }),
      "google_network_connectivity_policy_based_route.added",
    ],
  ])("%s is found by this rule alone", (_, tier, change, address) => {
    expect(judgedAfter(tier, change).places).toEqual([`CORDON-P01 VIOLATED ${address}`]);
  });

  test.each<[string, Tier, Change]>([
    [
      "a default route without an address to use it with",
      "sealed",
      set("google_compute_network.agents", { delete_default_routes_on_create: false }),
    ],
    [
      "a route to the internet's gateway without one",
      "sealed",
      route({ dest_range: "0.0.0.0/0", next_hop_gateway: "default-internet-gateway" }),
    ],
    [
      "a peering of another network",
      "sealed",
      (plan) => {
        put(plan, "google_compute_network", "other", { name: "other", auto_create_subnetworks: false });
        put(plan, "google_compute_network_peering", "added", {
          name: "added",
          network: "${google_compute_network.other.id}",
          peer_network: "projects/other/global/networks/shared",
        });
      },
    ],
    [
      "translation of another network",
      "proxy",
      (plan) => {
        putNat(plan);
        put(plan, "google_compute_network", "other", { name: "other", auto_create_subnetworks: false });
        at(plan, "google_compute_router.router")["network"] = "${google_compute_network.other.id}";
      },
    ],
    [
      "translation for managed proxies alone",
      "proxy",
      (plan) => {
        putNat(plan);
        at(plan, "google_compute_router_nat.nat")["endpoint_types"] = ["ENDPOINT_TYPE_SWG"];
      },
    ],
    [
      "a route for instances with another tag",
      "sealed",
      (plan) => {
        putInstance(plan, { tags: ["agent"] });
        putInstance(plan, { tags: ["agent"] }, "coder");
        route({ next_hop_ip: "10.64.0.5", tags: ["nobody"] })(plan);
      },
    ],
    ["an instance in the agent's subnet, guarded as it should be", "proxy", (plan) => putInstance(plan)],
  ])("%s is no way out", (_, tier, change) => {
    expect(judgedAfter(tier, change).places).toEqual([]);
  });

  test("a rule that lets everything out to a proxy's network without translation is still told", () => {
    const { places } = judgedAfter("proxy", (plan) =>
      addRule(plan, {
        match: { dest_ip_ranges: ["0.0.0.0/0"], layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] },
      }),
    );
    expect(places).toContain(`CORDON-P02 VIOLATED ${POLICY}`);
  });
});
