import {
  addRule,
  email,
  judged,
  NETWORK,
  type Plan,
  planOf,
  put,
  putInstance,
  putNat,
  rule,
  type Tier,
  topologyOf,
} from "./plans";

/** A place of a plan, with values that it could have; the first one is harmless. */
interface Position {
  readonly tier: Tier;
  readonly type: string;
  readonly name: string;
  readonly path: readonly (string | number)[];
  readonly values: readonly unknown[];
}

const triage = `source.matchServiceAccount('${email("triage")}')`;
const listed = `${triage} && inUrlList(host(), '\${google_network_security_url_lists.triage.id}') && destination.port == 443`;

/** A plan with some resources more, of which none opens anything. */
function widePlan(tier: Tier): Plan {
  const plan = planOf(tier);
  putInstance(plan);
  addRule(plan, {
    priority: 40_000,
    target_service_accounts: ["nobody@acme-agents.iam.gserviceaccount.com"],
    match: { dest_ip_ranges: ["203.0.113.0/24"], layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] },
  });
  addRule(plan, {
    rule_name: "in",
    priority: 40_001,
    direction: "INGRESS",
    target_service_accounts: ["nobody@acme-agents.iam.gserviceaccount.com"],
    match: { src_ip_ranges: ["35.235.240.0/20"], layer4_config: [{ ip_protocol: "tcp", ports: ["22"] }] },
  });
  put(plan, "google_compute_route", "spare", {
    name: "spare",
    network: "projects/p/global/networks/other",
    dest_range: "192.0.2.0/24",
    next_hop_ip: "10.64.0.5",
  });
  put(plan, "google_project_iam_member", "spare", {
    project: "p",
    role: "roles/logging.logWriter",
    member: `serviceAccount:${email("triage")}`,
  });
  if (tier === "proxy") {
    rule(plan, "spare", 500, "DENY", { session_matcher: "host() == 'evil.example.net'" });
    rule(plan, "late", 2147483647, "ALLOW", { session_matcher: "host() == 'evil.example.net'" });
    putNat(plan);
    Object.assign(plan.resource["google_compute_router"]?.["router"] ?? {}, {
      network: "projects/p/global/networks/other",
    });
  }
  return plan;
}

const FIREWALL = "google_compute_network_firewall_policy_with_rules";
const RULE = "google_network_security_gateway_security_policy_rule";
const added = (plan: Plan, name: string): number => {
  const rules = plan.resource[FIREWALL]?.["firewall"]?.["rule"] as { rule_name: string }[];
  return rules.findIndex((one) => one.rule_name === name);
};

function positions(): Position[] {
  const at = (tier: Tier, type: string, name: string, path: Position["path"], ...values: unknown[]): Position => ({
    tier,
    type,
    name,
    path,
    values,
  });
  const inRule = (tier: Tier, name: string, path: Position["path"], ...values: unknown[]): Position =>
    at(tier, FIREWALL, "firewall", ["rule", added(widePlan(tier), name), ...path], ...values);
  const exists = (tier: Tier, type: string, name: string): Position => at(tier, type, name, ["count"], 1, 0);
  const nobody = "nobody@acme-agents.iam.gserviceaccount.com";
  return [
    inRule("fqdn", "added", ["match", "dest_ip_ranges", 0], "203.0.113.0/24", "0.0.0.0/0"),
    inRule("fqdn", "added", ["priority"], 40_000, 10, 65_500),
    inRule("fqdn", "added", ["disabled"], true, false),
    inRule("fqdn", "added", ["action"], "allow", "deny", "goto_next"),
    inRule("fqdn", "added", ["match", "layer4_config", 0, "ports", 0], "443", "53"),
    inRule("fqdn", "names-triage", ["match", "dest_fqdns", 0], "api.example.com", "evil.example.net"),
    inRule("fqdn", "names-triage", ["match", "layer4_config", 0, "ip_protocol"], "tcp", "udp", "all"),
    inRule("fqdn", "refuse-out", ["match", "dest_ip_ranges", 0], "0.0.0.0/0", "10.0.0.0/8"),
    inRule("fqdn", "refuse-out", ["disabled"], false, true),
    inRule("fqdn", "refuse-out", ["priority"], 65_000, 10),
    inRule("sealed", "in", ["match", "src_ip_ranges", 0], "35.235.240.0/20", "0.0.0.0/0"),
    inRule("sealed", "in", ["disabled"], true, false),
    exists("fqdn", `${FIREWALL.replace("_with_rules", "")}_association`, "firewall"),
    exists("fqdn", "google_compute_router_nat", "nat"),
    at("proxy", "google_compute_router", "router", ["network"], "projects/p/global/networks/other", NETWORK),
    at("sealed", "google_compute_network", "agents", ["delete_default_routes_on_create"], true, false),
    at(
      "sealed",
      "google_compute_network",
      "agents",
      ["network_firewall_policy_enforcement_order"],
      "BEFORE_CLASSIC_FIREWALL",
      "AFTER_CLASSIC_FIREWALL",
    ),
    at("sealed", "google_compute_route", "spare", ["network"], "projects/p/global/networks/other", NETWORK),
    exists("proxy", RULE, "triage"),
    exists("proxy", RULE, "rest"),
    exists("proxy", RULE, "spare"),
    at("proxy", RULE, "triage", ["session_matcher"], listed, "true", `${triage} && destination.port == 443`),
    at("proxy", RULE, "spare", ["basic_profile"], "DENY", "ALLOW"),
    at("proxy", RULE, "late", ["priority"], 2147483647, 5),
    at("proxy", RULE, "late", ["enabled"], false, true),
    at("proxy", "google_network_security_url_lists", "triage", ["values", 1], "api.example.com", "evil.example.net"),
    exists("sealed", "google_dns_managed_zone", "root"),
    exists("proxy", "google_dns_managed_zone", "api"),
    at("proxy", "google_dns_managed_zone", "api", ["dns_name"], "api.example.com.", "evil.example.net."),
    at("sealed", "google_dns_policy", "names", ["enable_logging"], true, false),
    at("sealed", "google_dns_policy", "names", ["enable_inbound_forwarding"], false, true),
    at("sealed", "google_project_iam_member", "spare", ["role"], "roles/logging.logWriter", "roles/editor"),
    exists("sealed", "google_iam_deny_policy", "agents"),
    at("sealed", "google_compute_instance", "added", ["can_ip_forward"], false, true),
    at("sealed", "google_compute_instance", "added", ["metadata", "serial-port-enable"], "FALSE", "TRUE"),
    at("sealed", "google_compute_subnetwork", "triage", ["stack_type"], "IPV4_ONLY", "IPV4_IPV6"),
    at(
      "fqdn",
      "google_compute_router_nat",
      "nat",
      ["log_config"],
      { enable: true, filter: "ALL" },
      { enable: false, filter: "ALL" },
    ),
  ].map((one) => ({ ...one, values: one.values.filter((value) => value !== nobody) }));
}

function with_(position: Position, value: unknown): Plan {
  const plan = widePlan(position.tier);
  let inner = plan.resource[position.type]?.[position.name] as unknown as { [key: string | number]: unknown };
  for (const key of position.path.slice(0, -1)) inner = inner[key] as typeof inner;
  inner[position.path.at(-1) ?? ""] = value;
  return plan;
}

const keys = (plan: Plan, verdict?: string, assume?: { [token: string]: never }): Set<string> =>
  new Set(
    judged(plan, assume === undefined ? {} : { assume })
      .findings.filter((one) => verdict === undefined || one.verdict === verdict)
      // What is lost of a list opens nothing.
      .filter((one) => !/ refuses /.test(one.problem))
      .map((one) => `${one.rule} ${one.agent ?? ""}`),
  );

describe("what is unknown is never taken for harmless", () => {
  test("the wide plans are proved", () => {
    for (const tier of ["sealed", "fqdn", "proxy"] as const)
      expect([tier, [...keys(widePlan(tier))]]).toEqual([tier, []]);
  });

  test.each(
    positions().map((one): [string, Position] => [`${one.tier} ${one.type} ${one.name} ${one.path.join(".")}`, one]),
  )("%s: whatever some value breaks is told, and what is sure breaks with every value", (_, position) => {
    const unknown = with_(position, "${var.unknown}");
    const told = keys(unknown);
    const sure = keys(unknown, "VIOLATED");
    for (const value of position.values) {
      const found = keys(with_(position, value));
      expect([value, [...found].filter((one) => !told.has(one))]).toEqual([value, []]);
      expect([value, [...sure].filter((one) => !found.has(one))]).toEqual([value, []]);
    }
  });

  test.each(
    positions().map((one): [string, Position] => [`${one.tier} ${one.type} ${one.name} ${one.path.join(".")}`, one]),
  )("%s: what is reached with some value is reached while it is unknown", (_, position) => {
    const targets = [
      "https://api.example.com",
      "https://evil.example.net",
      "203.0.113.9:443",
      "198.51.100.4:5432",
      "udp://8.8.8.8:53",
    ];
    const reachable = (plan: Plan): string[] => targets.filter((one) => topologyOf(plan).canReach("triage", one));
    const unknown = reachable(with_(position, "${var.unknown}"));
    for (const value of position.values) {
      expect([value, reachable(with_(position, value)).filter((one) => !unknown.includes(one))]).toEqual([value, []]);
    }
  });
});
