import {
  adding,
  all,
  containedStack,
  ENDPOINTS,
  GATEWAY,
  messages,
  NETWORK,
  PROXIES,
  ref,
  runCases,
  SUBNET,
  setting,
  without,
} from "./contained-stack";

const RULE = "google_network_security_gateway_security_policy_rule.allow";
const DENY = "google_network_security_gateway_security_policy_rule.deny";

describe("what a proxy waits for", () => {
  runCases([
    {
      name: "a proxy waits for the proxy-only subnet of its network",
      change: setting(GATEWAY, "depends_on", [DENY]),
      expected: [
        "CORDON-220: google_network_services_gateway.proxy: it does not wait for google_compute_subnetwork.proxies, and Google refuses a proxy without a proxy-only subnet; add google_compute_subnetwork.proxies to its depends_on",
      ],
    },
    {
      name: "a proxy waits for each rule of its policy",
      change: setting(GATEWAY, "depends_on", [PROXIES]),
      expected: [
        "CORDON-220: google_network_services_gateway.proxy: it does not wait for google_network_security_gateway_security_policy_rule.allow, and answers requests without that rule until it is made; add google_network_security_gateway_security_policy_rule.allow to its depends_on",
        "CORDON-220: google_network_services_gateway.proxy: it does not wait for google_network_security_gateway_security_policy_rule.deny, and answers requests without that rule until it is made; add google_network_security_gateway_security_policy_rule.deny to its depends_on",
        "CORDON-220: google_network_services_gateway.proxy: it does not wait for google_network_security_gateway_security_policy_rule.read, and answers requests without that rule until it is made; add google_network_security_gateway_security_policy_rule.read to its depends_on",
      ],
    },
    {
      name: "waiting for the last rule of a chain is enough, and for one in the middle is not",
      change: setting(GATEWAY, "depends_on", [PROXIES, RULE]),
      expected: [
        "CORDON-220: google_network_services_gateway.proxy: it does not wait for google_network_security_gateway_security_policy_rule.deny, and answers requests without that rule until it is made; add google_network_security_gateway_security_policy_rule.deny to its depends_on",
        "CORDON-220: google_network_services_gateway.proxy: it does not wait for google_network_security_gateway_security_policy_rule.read, and answers requests without that rule until it is made; add google_network_security_gateway_security_policy_rule.read to its depends_on",
      ],
    },
    {
      name: "a network of the stack needs a proxy-only subnet",
      change: all(without(PROXIES), setting(GATEWAY, "depends_on", [DENY])),
      expected: [
        "CORDON-220: google_network_services_gateway.proxy: google_compute_network.agents has no proxy-only subnet in its region, and Google refuses the proxy without one; add a google_compute_subnetwork with purpose REGIONAL_MANAGED_PROXY and role ACTIVE",
      ],
    },
    {
      name: "a proxy-only subnet of another region is not waited for",
      change: all(
        adding("google_compute_subnetwork.far", {
          name: "far",
          network: ref(NETWORK),
          region: "us-east1",
          ip_cidr_range: "10.64.10.0/23",
          purpose: "REGIONAL_MANAGED_PROXY",
          role: "ACTIVE",
        }),
      ),
      expected: [],
    },
    {
      name: "a proxy-only subnet of a region that only apply knows is waited for",
      change: all(setting(PROXIES, "region", "${var.region}"), setting(GATEWAY, "depends_on", [DENY])),
      expected: [
        "CORDON-220: google_network_services_gateway.proxy: it does not wait for google_compute_subnetwork.proxies, and Google refuses a proxy without a proxy-only subnet; add google_compute_subnetwork.proxies to its depends_on",
      ],
    },
    {
      name: "a gateway of a mesh waits for nothing",
      change: all(
        setting(GATEWAY, "type", "OPEN_MESH"),
        setting(GATEWAY, "depends_on", []),
        setting(NETWORK, "delete_default_routes_on_create", true),
        setting(ENDPOINTS, "log_config", {}),
        setting(ENDPOINTS, "private_ip_google_access", true),
        setting(ENDPOINTS, "depends_on", ["google_compute_network_firewall_policy_association.cell"]),
      ),
      expected: [],
    },
  ]);
});

describe("the form of a proxy", () => {
  runCases([
    {
      name: "the network is named by its id",
      change: setting(GATEWAY, "network", ref(NETWORK, "self_link")),
      expected: [
        "CORDON-221: google_network_services_gateway.proxy: network is the self link \"${google_compute_network.agents.self_link}\", and Terraform can't delete the proxy's router by it; use the network's id",
      ],
    },
    {
      name: "the network is not named by a link",
      change: all(
        setting(GATEWAY, "network", "https://www.googleapis.com/compute/v1/projects/p/global/networks/n"),
        setting(NETWORK, "delete_default_routes_on_create", true),
      ),
      expected: [
        "CORDON-221: google_network_services_gateway.proxy: network is the self link \"https://www.googleapis.com/compute/v1/projects/p/global/networks/n\", and Terraform can't delete the proxy's router by it; use the network's id",
      ],
    },
    {
      name: "the router that Google adds goes with the proxy",
      change: setting(GATEWAY, "delete_swg_autogen_router_on_destroy", undefined),
      expected: [
        "CORDON-221: google_network_services_gateway.proxy: delete_swg_autogen_router_on_destroy is absent, and the router that Google adds keeps the network from being deleted; set it to true",
      ],
    },
    {
      name: "a switch that only apply knows is off",
      change: setting(GATEWAY, "delete_swg_autogen_router_on_destroy", "${var.remove}"),
      expected: [
        'CORDON-221: google_network_services_gateway.proxy: delete_swg_autogen_router_on_destroy is "${var.remove}" (unknown until apply), and the router that Google adds keeps the network from being deleted; set it to true',
      ],
    },
    {
      name: "a proxy has an address of its own",
      change: setting(GATEWAY, "addresses", []),
      expected: [
        "CORDON-221: google_network_services_gateway.proxy: it has no address of its own, and Terraform makes the proxy again at every apply; give it one internal address in addresses",
      ],
    },
    {
      name: "there is no explicit routing mode",
      change: setting(GATEWAY, "routing_mode", "EXPLICIT_ROUTING_MODE"),
      expected: [
        'CORDON-221: google_network_services_gateway.proxy: the provider refuses routing_mode "EXPLICIT_ROUTING_MODE"; leave it out for a proxy that clients ask, or use NEXT_HOP_ROUTING_MODE',
      ],
    },
    {
      name: "next hop is a routing mode",
      change: setting(GATEWAY, "routing_mode", "NEXT_HOP_ROUTING_MODE"),
      expected: [],
    },
    {
      name: "a proxy has a port",
      change: setting(GATEWAY, "ports", []),
      expected: [
        "CORDON-221: google_network_services_gateway.proxy: it has 0 ports, and Google takes 1 to 5; name the port that clients ask, e.g. 8080",
      ],
    },
    {
      name: "five ports are the most",
      change: setting(GATEWAY, "ports", [1, 2, 3, 4, 5, 6]),
      expected: [
        "CORDON-221: google_network_services_gateway.proxy: it has 6 ports, and Google takes 1 to 5; name the port that clients ask, e.g. 8080",
      ],
    },
    { name: "five ports pass", change: setting(GATEWAY, "ports", [1, 2, 3, 4, 5]), expected: [] },
    {
      name: "a proxy names its policy",
      change: setting(GATEWAY, "gateway_security_policy", undefined),
      expected: [
        "CORDON-221: google_network_services_gateway.proxy: it has no gateway_security_policy, so nothing in the stack says what it passes; name the policy",
      ],
    },
    {
      name: "two proxies have two scopes",
      change: adding("google_network_services_gateway.second", {
        name: "second",
        type: "SECURE_WEB_GATEWAY",
        addresses: ["10.64.0.11"],
        ports: [8080],
        scope: "cell-proxy",
        network: "projects/p/global/networks/other",
        gateway_security_policy: "projects/p/locations/r/gatewaySecurityPolicies/x",
        delete_swg_autogen_router_on_destroy: true,
      }),
      expected: [
        'CORDON-221: google_network_services_gateway.second: scope "cell-proxy" is also that of google_network_services_gateway.proxy, and Google merges what they pass; give each proxy a scope of its own',
      ],
    },
  ]);
});

describe("default routes", () => {
  const DEFAULT = {
    network: ref(NETWORK),
    dest_range: "0.0.0.0/0",
    next_hop_gateway: "default-internet-gateway",
    name: "out",
  };
  const withoutProxy = (...changes: Parameters<typeof all>) =>
    all(
      without(GATEWAY),
      setting(ENDPOINTS, "log_config", {}),
      setting(ENDPOINTS, "private_ip_google_access", true),
      setting(ENDPOINTS, "depends_on", ["google_compute_network_firewall_policy_association.cell"]),
      ...changes,
    );
  runCases([
    {
      name: "a proxy needs the default route of its network",
      change: setting(NETWORK, "delete_default_routes_on_create", true),
      expected: [
        "CORDON-222: google_network_services_gateway.proxy: google_compute_network.agents deletes its default route, and the proxy answers 502 or 504 without one; keep the route, or put the proxy into a network of its own and publish it",
      ],
    },
    {
      name: "a route of the stack is a default route",
      change: all(
        setting(NETWORK, "delete_default_routes_on_create", true),
        adding("google_compute_route.out", DEFAULT),
      ),
      expected: [],
    },
    {
      name: "a network without a proxy has no default route",
      change: withoutProxy(),
      expected: [
        "CORDON-222: google_compute_network.agents: delete_default_routes_on_create is false, so a route to the internet stands in a network without a proxy; set it to true",
      ],
    },
    {
      name: "a switch that only apply knows keeps the route",
      change: withoutProxy(setting(NETWORK, "delete_default_routes_on_create", "${var.closed}")),
      expected: [
        'CORDON-222: google_compute_network.agents: delete_default_routes_on_create is "${var.closed}" (unknown until apply), so a route to the internet stands in a network without a proxy; set it to true',
      ],
    },
    {
      name: "nobody adds the route again",
      change: withoutProxy(
        setting(NETWORK, "delete_default_routes_on_create", true),
        adding("google_compute_route.out", DEFAULT),
      ),
      expected: [
        "CORDON-222: google_compute_route.out: it leads google_compute_network.agents to the internet, and no proxy stands there; remove the route",
      ],
    },
    {
      name: "a sealed network passes",
      change: withoutProxy(setting(NETWORK, "delete_default_routes_on_create", true)),
      expected: [],
    },
    {
      name: "a route to Google APIs passes",
      change: withoutProxy(
        setting(NETWORK, "delete_default_routes_on_create", true),
        adding("google_compute_route.out", { ...DEFAULT, dest_range: "199.36.153.4/30" }),
      ),
      expected: [],
    },
    { name: "translation needs the route", change: withoutProxy(), options: { nat: true }, expected: [] },
  ]);

  test("the network of a published proxy has no workload, and needs no firewall of its own", () => {
    const stack = containedStack();
    const other = "google_compute_network.proxy";
    all(
      adding(other, { name: "cell-proxy", auto_create_subnetworks: false }),
      setting(NETWORK, "delete_default_routes_on_create", true),
      setting(PROXIES, "network", ref(other)),
      setting(ENDPOINTS, "network", ref(other)),
      setting(GATEWAY, "network", ref(other)),
    )(stack);
    expect(messages(stack)).toEqual([]);
    setting(SUBNET, "network", ref(other))(stack);
    expect(messages(stack)).not.toEqual([]);
  });
});
