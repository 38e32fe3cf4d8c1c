import type { DeclaredAgent } from "../../../lib/topology/model/declaration";
import {
  addRule,
  at,
  type Change,
  email,
  GATEWAY,
  judged,
  NETWORK,
  type Plan,
  POLICY,
  planOf,
  put,
  set,
  topologyOf,
  type Values,
} from "./plans";

/** The proxy stands in a network of its own, and is published to the agents', which has no default route. */
function splitPlan(): Plan {
  const plan = planOf("proxy");
  set("google_compute_network.agents", { delete_default_routes_on_create: true })(plan);
  put(plan, "google_compute_network", "proxy", { name: "proxy", auto_create_subnetworks: false });
  const proxy = "${google_compute_network.proxy.id}";
  put(plan, "google_compute_subnetwork", "gateway", { name: "gateway", network: proxy, ip_cidr_range: "10.64.0.0/28" });
  put(plan, "google_compute_subnetwork", "published", {
    name: "published",
    network: proxy,
    ip_cidr_range: "10.64.8.0/28",
    purpose: "PRIVATE_SERVICE_CONNECT",
  });
  set("google_compute_subnetwork.proxies", { network: proxy })(plan);
  set(GATEWAY, { network: proxy, subnetwork: "${google_compute_subnetwork.gateway.id}" })(plan);
  put(plan, "google_compute_service_attachment", "published", {
    name: "published",
    target_service: `\${${GATEWAY}.self_link}`,
    nat_subnets: ["${google_compute_subnetwork.published.id}"],
    connection_preference: "ACCEPT_MANUAL",
  });
  put(plan, "google_compute_forwarding_rule", "entrance", {
    name: "entrance",
    target: "${google_compute_service_attachment.published.id}",
    network: NETWORK,
    ip_address: "${google_compute_address.proxy.id}",
    load_balancing_scheme: "",
  });
  return plan;
}

describe("a proxy in a network of its own", () => {
  test("is proved, and the agents' network needs no listed name", () => {
    const plan = splitPlan();
    for (const zone of ["api", "cdn"]) delete plan.resource["google_dns_managed_zone"]?.[zone];
    const [cell] = plan["//"].cordon?.cells ?? [];
    (cell as unknown as Values)["names"] = ["secretmanager.googleapis.com"];
    const topology = topologyOf(plan);
    expect(topology.verify()).toMatchObject({ verdict: "PROVED", findings: [] });
    expect(topology.reach("triage")).toEqual(["*.cdn.example.com:443", "api.example.com:443"]);
    expect(topology.explain("triage", "https://api.example.com").layers[0]).toMatchObject({
      layer: "name",
      allows: "not asked",
      says: "the proxy resolves the name",
    });
    expect(topology.canReach("triage", "https://evil.example.net")).toBe(false);
  });

  test("does not know clients by their addresses: those it sees are translated", () => {
    const plan = splitPlan();
    const rule = "google_network_security_gateway_security_policy_rule.triage";
    const list = "inUrlList(host(), '${google_network_security_url_lists.triage.id}') && destination.port == 443";
    at(plan, rule)["session_matcher"] = `inIpRange(source.ip, '10.64.1.64/26') && ${list}`;
    expect(judged(plan).findings.map((one) => one.problem)).toEqual([expect.stringContaining("refuses tls")]);
    at(plan, rule)["session_matcher"] = `inIpRange(source.ip, '10.64.8.0/28') && ${list}`;
    expect(judged(plan).findings.map((one) => one.agent)).toEqual(["coder"]);
  });
});

describe("a proxy as the next hop", () => {
  const steered: Change = (plan) => {
    set(GATEWAY, { routing_mode: "NEXT_HOP_ROUTING_MODE", ports: [80, 443] })(plan);
    const policy = at(plan, POLICY);
    policy["rule"] = (policy["rule"] as Values[]).filter((one) => !String(one["rule_name"]).startsWith("proxy-"));
    addRule(plan, {
      priority: 3000,
      match: { dest_ip_ranges: ["0.0.0.0/0"], layer4_config: [{ ip_protocol: "tcp", ports: ["80", "443"] }] },
    });
    put(plan, "google_network_connectivity_policy_based_route", "proxy", {
      name: "proxy",
      network: "${google_compute_network.agents.self_link}",
      next_hop_ilb_ip: "10.64.0.10",
      priority: 100,
      filter: [{ protocol_version: "IPV4", ip_protocol: "TCP", src_range: "10.64.1.0/24", dest_range: "0.0.0.0/0" }],
    });
    for (const name of ["triage", "coder"])
      at(plan, `google_compute_subnetwork.${name}`)["private_ip_google_access"] = false;
  };

  test("filters what is routed to it", () => {
    const plan = planOf("proxy");
    steered(plan);
    const topology = topologyOf(plan);
    expect(topology.reach("triage")).toEqual(["*.cdn.example.com:443", "api.example.com:443"]);
    expect(topology.reach("coder")).toEqual([]);
  });

  test("leaves what it does not take to the other routes", () => {
    const plan = planOf("proxy");
    steered(plan);
    put(plan, "google_compute_router", "router", { name: "router", network: NETWORK });
    put(plan, "google_compute_router_nat", "nat", {
      name: "nat",
      router: "router",
      source_subnetwork_ip_ranges_to_nat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      log_config: { enable: true, filter: "ALL" },
    });
    addRule(plan, {
      priority: 3001,
      match: { dest_ip_ranges: ["0.0.0.0/0"], layer4_config: [{ ip_protocol: "udp", ports: ["53"] }] },
    });
    expect(topologyOf(plan).canReach("triage", "udp://8.8.8.8:53")).toBe(true);
    expect(topologyOf(plan).canReach("triage", "8.8.8.8:443")).toBe(false);
  });
});

describe("who the agents of a stack are", () => {
  const foreign = (): Plan => {
    const plan = planOf("fqdn");
    delete plan["//"].cordon;
    return plan;
  };

  test("without a declaration every subnet that something can run in is one", () => {
    expect(topologyOf(foreign()).agents).toEqual(["coder", "triage"]);
  });

  test("what runs is one, by its name, with every interface", () => {
    const plan = foreign();
    put(plan, "google_compute_instance", "worker", {
      name: "worker",
      network_interface: [{ subnetwork: "${google_compute_subnetwork.triage.id}" }],
      service_account: [{ email: email("triage"), scopes: ["cloud-platform"] }],
    });
    expect(topologyOf(plan).agents).toEqual(["worker"]);
    expect(topologyOf(plan).reach("worker")).toEqual(["198.51.100.4/32:5432", "api.example.com:443"]);
  });

  test("the caller names them by subnets, by what runs, and by accounts", () => {
    const plan = foreign();
    put(plan, "google_compute_instance", "worker", {
      name: "worker",
      network_interface: [{ subnetwork: "${google_compute_subnetwork.triage.id}" }],
      service_account: [{ email: email("triage"), scopes: ["cloud-platform"] }],
    });
    for (const place of [
      "google_compute_subnetwork.triage",
      "google_compute_instance.worker",
      "google_service_account.triage",
    ]) {
      const topology = topologyOf(plan, { agents: { bot: [place] } });
      expect([place, topology.agents, topology.reach("bot")]).toEqual([
        place,
        ["bot"],
        ["198.51.100.4/32:5432", "api.example.com:443"],
      ]);
    }
  });

  test("what is named by e-mail, name or self link is the same as by reference", () => {
    const plan = planOf("fqdn");
    const text = JSON.stringify(plan)
      .replaceAll("${google_service_account.triage.email}", "cell-triage@acme-agents.iam.gserviceaccount.com")
      .replaceAll(NETWORK, "https://www.googleapis.com/compute/v1/projects/acme-agents/global/networks/agents")
      .replaceAll(
        "${google_compute_subnetwork.triage.id}",
        "projects/acme-agents/regions/europe-west1/subnetworks/triage",
      );
    const topology = topologyOf(JSON.parse(text) as Plan);
    expect(topology.verify()).toMatchObject({ verdict: "PROVED", findings: [] });
    expect(topology.reach("triage")).toEqual(["198.51.100.4/32:5432", "api.example.com:443"]);
  });

  test("a watched agent reaches what its rule lets through, which is no finding", () => {
    const plan = planOf("fqdn");
    const agents = plan["//"].cordon?.cells[0]?.agents as {
      -readonly [Key in keyof DeclaredAgent]: DeclaredAgent[Key];
    }[];
    for (const agent of agents) agent.mode = "monitor";
    for (const name of ["triage", "coder"])
      at(plan, `google_compute_subnetwork.${name}`)["private_ip_google_access"] = false;
    addRule(plan, {
      priority: 60000,
      target_service_accounts: [email("triage")],
      match: { dest_ip_ranges: ["0.0.0.0/0"], layer4_config: [{ ip_protocol: "all" }] },
    });
    expect(judged(plan).places).toEqual([]);
    expect(topologyOf(plan).reach("triage")).toContain("*");
  });
});

describe("explain on Google Cloud", () => {
  test("names the rule that refuses, at the proxy and at the firewall", () => {
    const topology = topologyOf(planOf("proxy"));
    const layers = (target: string): string[] =>
      topology
        .explain("triage", target)
        .layers.filter((one) => one.allows === "no")
        .map((one) => `${one.layer} ${one.address}: ${one.says}`);
    expect(layers("api.example.com:8443")).toEqual([
      "filter google_network_security_gateway_security_policy_rule.rest: rule rest (priority 2147483646) refuses it",
    ]);
    expect(layers("udp://198.51.100.9:123")).toEqual([
      `filter ${POLICY}: rule refuse-out (priority 65000) refuses it`,
      "gateway internet: it has no external address, and no Cloud NAT translates its own",
    ]);
  });

  test("follows an allowed name through the proxy", () => {
    const { reaches, layers } = topologyOf(planOf("proxy")).explain("triage", "https://a.cdn.example.com");
    expect(reaches).toBe(true);
    expect(layers.map((one) => `${one.layer} ${one.allows} ${one.says}`)).toEqual([
      "name yes asks another server for the name",
      "route yes is asked at 10.64.0.10:8080",
      "filter yes rule proxy-triage (priority 1001) allows it",
      "filter yes rule triage (priority 1000) allows it",
    ]);
  });

  test("a sealed network refuses at the firewall, and has no route either", () => {
    const { layers } = topologyOf(planOf("sealed")).explain("triage", "8.8.8.8:443");
    expect(layers.map((one) => `${one.layer} ${one.allows} ${one.says}`)).toEqual([
      "filter no rule refuse-out (priority 65000) refuses it",
      "route no has no route to it",
    ]);
  });

  test("addresses of pods are an agent's too", () => {
    const plan = planOf("fqdn");
    set("google_compute_subnetwork.triage", {
      secondary_ip_range: [{ range_name: "pods", ip_cidr_range: "10.70.0.0/20" }],
    })(plan);
    addRule(plan, {
      match: {
        src_ip_ranges: ["10.70.0.0/20"],
        dest_ip_ranges: ["203.0.113.0/24"],
        layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }],
      },
    });
    expect(judged(plan).places).toEqual([`CORDON-P02 VIOLATED ${POLICY}`]);
  });

  test("a proxy without an address of its own is asked at one of its subnet", () => {
    const plan = planOf("proxy");
    delete at(plan, GATEWAY)["addresses"];
    expect(topologyOf(plan).reach("triage")).toEqual(["*.cdn.example.com:443", "api.example.com:443"]);
  });

  test("the metadata server is always reached, and says so", () => {
    const { reaches, layers } = topologyOf(planOf("sealed")).explain("triage", "169.254.169.254:80");
    expect(reaches).toBe(true);
    expect(layers[0]).toMatchObject({ says: "no rule reaches the metadata server" });
  });

  test("a verdict over names as addresses states that it rests on them, and no other does", () => {
    const stated = (tier: "fqdn" | "proxy"): string[] =>
      topologyOf(planOf(tier))
        .verify()
        .assumptions.map((one) => one.id);
    expect(stated("fqdn")).toContain("A10");
    expect(stated("proxy")).not.toContain("A10");
  });
});
