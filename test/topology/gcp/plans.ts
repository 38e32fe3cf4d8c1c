import type { Declaration, DeclaredAgent } from "../../../lib/topology/model/declaration";
import type { Finding, Verdict } from "../../../lib/topology/model/result";
import type { TopologyOptions } from "../../../lib/topology/stack-reading";
import type { TerraformJson } from "../../../lib/topology/terraform-json";
import { Topology } from "../../../lib/topology/topology";

export type Values = { [key: string]: unknown };

/** A plan that a test may change. */
export interface Plan {
  "//": { cordon?: Declaration };
  resource: { [type: string]: { [name: string]: Values } };
  data?: { [type: string]: { [name: string]: Values } };
  variable?: { [name: string]: Values };
}

export type Change = (plan: Plan) => void;

export const NETWORK = "${google_compute_network.agents.id}";
export const POLICY = "google_compute_network_firewall_policy_with_rules.firewall";
export const GATEWAY = "google_network_services_gateway.proxy";
const PROJECT = "acme-agents";
const REGION = "europe-west1";
const PLACE = { project: PROJECT, region: REGION };
const PROXY_IP = "10.64.0.10";
const APIS_IP = "10.64.15.254";
const BLOCKS: { [agent: string]: string } = { coder: "10.64.1.0/26", triage: "10.64.1.64/26" };

const email = (agent: string): string => `\${google_service_account.${agent}.email}`;

/** Lists of the two agents; those of a proxy name requests too. */
const LISTS: { [tier: string]: DeclaredAgent["egress"] } = {
  sealed: [],
  fqdn: [
    { host: "api.example.com", protocol: "https", port: 443 },
    { cidr: "198.51.100.4/32", protocol: "tcp", port: 5432 },
  ],
  proxy: [
    { host: "api.example.com", protocol: "https", port: 443 },
    { host: "*.cdn.example.com", protocol: "https", port: 443 },
  ],
  "proxy-tls": [
    { host: "api.example.com", protocol: "https", port: 443, requests: ["GET /v1/*", "POST /v1/Items"] },
    { host: "*.cdn.example.com", protocol: "https", port: 443 },
  ],
};

export type Tier = "sealed" | "fqdn" | "proxy" | "proxy-tls";

/** A cell of a tier with two agents, of which one has a list and the other none, written by hand; a copy. */
export function planOf(tier: Tier): Plan {
  const hasProxy = tier === "proxy" || tier === "proxy-tls";
  const plan: Plan = { "//": { cordon: declarationOf(tier) }, resource: {} };
  put(plan, "google_compute_network", "agents", {
    name: "agents",
    project: PROJECT,
    auto_create_subnetworks: false,
    delete_default_routes_on_create: tier === "sealed",
    network_firewall_policy_enforcement_order: "BEFORE_CLASSIC_FIREWALL",
  });
  for (const agent of ["coder", "triage"]) putAgent(plan, agent);
  putIdentityBounds(plan);
  put(plan, "google_compute_network_firewall_policy_with_rules", "firewall", {
    name: "firewall",
    project: PROJECT,
    rule: firewallRules(tier),
  });
  put(plan, "google_compute_network_firewall_policy_association", "firewall", {
    name: "firewall",
    attachment_target: NETWORK,
    firewall_policy: `\${${POLICY}.id}`,
  });
  putNames(plan, tier);
  putApis(plan);
  if (hasProxy) putProxy(plan, tier === "proxy-tls");
  if (tier === "fqdn") putNat(plan);
  return plan;
}

function putAgent(plan: Plan, agent: string): void {
  put(plan, "google_compute_subnetwork", agent, {
    ...PLACE,
    name: agent,
    network: NETWORK,
    ip_cidr_range: BLOCKS[agent],
    private_ip_google_access: true,
    stack_type: "IPV4_ONLY",
    log_config: { aggregation_interval: "INTERVAL_30_SEC", flow_sampling: 1, metadata: "INCLUDE_ALL_METADATA" },
  });
  put(plan, "google_service_account", agent, { project: PROJECT, account_id: `cell-${agent}` });
}

function putIdentityBounds(plan: Plan): void {
  const denied = [
    "cloudresourcemanager.googleapis.com/projects.setIamPolicy",
    "compute.googleapis.com/firewallPolicies.update",
    "compute.googleapis.com/instances.setMetadata",
    "compute.googleapis.com/instances.setTags",
    "compute.googleapis.com/networks.updatePolicy",
    "compute.googleapis.com/routes.create",
    "dns.googleapis.com/managedZones.update",
    "iam.googleapis.com/serviceAccountKeys.create",
    "iam.googleapis.com/serviceAccounts.actAs",
    "iam.googleapis.com/serviceAccounts.getAccessToken",
    "logging.googleapis.com/sinks.update",
    "networksecurity.googleapis.com/gatewaySecurityPolicyRules.update",
  ];
  put(plan, "google_iam_deny_policy", "agents", {
    parent: "cloudresourcemanager.googleapis.com%2Fprojects%2Facme-agents",
    name: "agents",
    rules: [
      {
        deny_rule: {
          denied_principals: ["coder", "triage"].map(
            (agent) => `principal://iam.googleapis.com/projects/-/serviceAccounts/${email(agent)}`,
          ),
          denied_permissions: denied,
        },
      },
    ],
  });
  put(plan, "google_secret_manager_secret_iam_member", "token", {
    project: PROJECT,
    secret_id: "token",
    role: "roles/secretmanager.secretAccessor",
    member: `serviceAccount:${email("triage")}`,
  });
}

function firewallRules(tier: Tier): Values[] {
  const allow = (priority: number, name: string, agent: string, match: Values): Values => ({
    priority,
    rule_name: name,
    direction: "EGRESS",
    action: "allow",
    enable_logging: true,
    target_service_accounts: [email(agent)],
    match,
  });
  const tcp = (...ports: string[]): Values[] => [{ ip_protocol: "tcp", ports }];
  const agents = ["coder", "triage"];
  const hasProxy = tier === "proxy" || tier === "proxy-tls";
  const end = (priority: number, direction: string, range: string, name: string): Values => ({
    priority,
    rule_name: name,
    direction,
    action: "deny",
    enable_logging: true,
    match: {
      [direction === "EGRESS" ? "dest_ip_ranges" : "src_ip_ranges"]: [range],
      layer4_config: [{ ip_protocol: "all" }],
    },
  });
  return [
    ...(hasProxy
      ? agents.map((agent, index) =>
          allow(1000 + index, `proxy-${agent}`, agent, {
            dest_ip_ranges: [`${PROXY_IP}/32`],
            layer4_config: tcp("8080"),
          }),
        )
      : []),
    ...agents.map((agent, index) =>
      allow(2000 + index, `apis-${agent}`, agent, { dest_ip_ranges: [`${APIS_IP}/32`], layer4_config: tcp("443") }),
    ),
    ...(tier === "fqdn"
      ? [
          allow(5000, "names-triage", "triage", { dest_fqdns: ["api.example.com"], layer4_config: tcp("443") }),
          allow(5001, "blocks-triage", "triage", { dest_ip_ranges: ["198.51.100.4/32"], layer4_config: tcp("5432") }),
        ]
      : []),
    end(65000, "EGRESS", "0.0.0.0/0", "refuse-out"),
    end(65001, "EGRESS", "::/0", "refuse-out-v6"),
    end(65002, "INGRESS", "0.0.0.0/0", "refuse-in"),
    end(65003, "INGRESS", "::/0", "refuse-in-v6"),
  ];
}

function putNames(plan: Plan, tier: Tier): void {
  const zone = (name: string, dnsName: string, more: Values = {}): void =>
    put(plan, "google_dns_managed_zone", name, {
      name,
      project: PROJECT,
      dns_name: dnsName,
      visibility: "private",
      private_visibility_config: { networks: [{ network_url: NETWORK }] },
      ...more,
    });
  zone("root", ".");
  zone("googleapis", "googleapis.com.");
  const forwarding_config = { target_name_servers: [{ ipv4_address: "8.8.8.8" }, { ipv4_address: "8.8.4.4" }] };
  for (const { host } of LISTS[tier] ?? []) {
    const name = host?.replace("*.", "");
    if (name !== undefined) zone(name.split(".")[0] ?? "", `${name}.`, { forwarding_config });
  }
  put(plan, "google_dns_record_set", "secrets", {
    managed_zone: "${google_dns_managed_zone.googleapis.name}",
    name: "secretmanager.googleapis.com.",
    type: "A",
    ttl: 300,
    rrdatas: [APIS_IP],
  });
  put(plan, "google_dns_policy", "names", {
    name: "names",
    enable_logging: true,
    networks: [{ network_url: NETWORK }],
  });
}

function putApis(plan: Plan): void {
  put(plan, "google_compute_global_address", "apis", {
    name: "apis",
    address_type: "INTERNAL",
    purpose: "PRIVATE_SERVICE_CONNECT",
    network: NETWORK,
    address: APIS_IP,
  });
  put(plan, "google_compute_global_forwarding_rule", "apis", {
    name: "cellapis",
    target: "vpc-sc",
    network: NETWORK,
    ip_address: "${google_compute_global_address.apis.id}",
    load_balancing_scheme: "",
  });
}

function putProxy(plan: Plan, isInspecting: boolean): void {
  put(plan, "google_compute_subnetwork", "endpoints", {
    ...PLACE,
    name: "endpoints",
    network: NETWORK,
    ip_cidr_range: "10.64.0.0/28",
  });
  put(plan, "google_compute_subnetwork", "proxies", {
    ...PLACE,
    name: "proxies",
    network: NETWORK,
    ip_cidr_range: "10.64.4.0/23",
    purpose: "REGIONAL_MANAGED_PROXY",
    role: "ACTIVE",
  });
  put(plan, "google_compute_address", "proxy", {
    ...PLACE,
    name: "proxy",
    address_type: "INTERNAL",
    subnetwork: "${google_compute_subnetwork.endpoints.id}",
    address: PROXY_IP,
  });
  put(plan, "google_network_security_gateway_security_policy", "egress", {
    name: "egress",
    location: REGION,
    ...(isInspecting ? { tls_inspection_policy: "${google_network_security_tls_inspection_policy.tls.id}" } : {}),
  });
  if (isInspecting) {
    put(plan, "google_network_security_tls_inspection_policy", "tls", {
      name: "tls",
      location: REGION,
      ca_pool: "projects/acme-agents/locations/europe-west1/caPools/inspection",
    });
  }
  put(plan, "google_network_security_url_lists", "triage", {
    name: "triage",
    location: REGION,
    values: isInspecting ? ["*.cdn.example.com"] : ["*.cdn.example.com", "api.example.com"],
  });
  const subject = `source.matchServiceAccount('${email("triage")}')`;
  rule(plan, "triage", 1000, "ALLOW", {
    session_matcher: `${subject} && inUrlList(host(), '\${google_network_security_url_lists.triage.id}') && destination.port == 443`,
  });
  if (isInspecting) {
    rule(plan, "requests", 1001, "ALLOW", {
      session_matcher: `${subject} && host() == 'api.example.com' && destination.port == 443`,
      application_matcher:
        "request.host == 'api.example.com' && ((request.method == 'GET' && request.path.startsWith('/v1/')) || (request.method == 'POST' && request.path == '/v1/Items'))",
      tls_inspection_enabled: true,
    });
  }
  rule(plan, "rest", 2147483646, "DENY", { session_matcher: "true" });
  put(plan, "google_network_services_gateway", "proxy", {
    name: "proxy",
    location: REGION,
    type: "SECURE_WEB_GATEWAY",
    addresses: [PROXY_IP],
    ports: [8080],
    scope: "cell",
    network: NETWORK,
    subnetwork: "${google_compute_subnetwork.endpoints.id}",
    gateway_security_policy: "${google_network_security_gateway_security_policy.egress.id}",
    delete_swg_autogen_router_on_destroy: true,
  });
}

/** Adds a rule to the proxy's policy. */
export function rule(plan: Plan, name: string, priority: number, profile: string, values: Values): void {
  put(plan, "google_network_security_gateway_security_policy_rule", name, {
    name,
    location: REGION,
    gateway_security_policy: "egress",
    enabled: true,
    priority,
    basic_profile: profile,
    ...values,
  });
}

/** Cloud NAT for both agents' subnets. */
export function putNat(plan: Plan): void {
  put(plan, "google_compute_router", "router", { ...PLACE, name: "router", network: NETWORK });
  put(plan, "google_compute_router_nat", "nat", {
    ...PLACE,
    name: "nat",
    router: "router",
    nat_ip_allocate_option: "AUTO_ONLY",
    source_subnetwork_ip_ranges_to_nat: "LIST_OF_SUBNETWORKS",
    subnetwork: ["coder", "triage"].map((name) => ({
      name: `\${google_compute_subnetwork.${name}.id}`,
      source_ip_ranges_to_nat: ["PRIMARY_IP_RANGE"],
    })),
    endpoint_types: ["ENDPOINT_TYPE_VM"],
    log_config: { enable: true, filter: "ALL" },
  });
}

function declarationOf(tier: Tier): Declaration {
  const hosts = (LISTS[tier] ?? []).flatMap(({ host }) => (host === undefined ? [] : [host.replace("*.", "")]));
  const agent = (name: string, egress: DeclaredAgent["egress"]): DeclaredAgent => ({
    agent: name,
    mode: "enforce",
    identity: `google_service_account.${name}`,
    places: [`google_compute_subnetwork.${name}`],
    egress,
    peers: [],
  });
  return {
    version: 1,
    acknowledged: [],
    cells: [
      {
        cell: "agents",
        path: "stack/Agents",
        tier,
        maintenance: false,
        account: PROJECT,
        names: ["secretmanager.googleapis.com", ...hosts.flatMap((host) => [host, `*.${host}`])],
        agents: [agent("coder", []), agent("triage", LISTS[tier] ?? [])],
        risks: [{ id: "R52", title: "foreign credentials at Google APIs", detail: "no perimeter" }],
      },
    ],
  };
}

export function put(plan: Plan, type: string, name: string, values: Values): void {
  plan.resource[type] = { ...plan.resource[type], [name]: values };
}

/** The values of a resource by its address. */
export function at(plan: Plan, address: string): Values {
  const [type = "", name = ""] = address.split(".");
  const values = plan.resource[type]?.[name];
  if (values === undefined) throw new Error(`the plan has no ${address}`);
  return values;
}

export const set =
  (address: string, values: Values): Change =>
  (plan) => {
    Object.assign(at(plan, address), values);
  };

export const drop =
  (address: string): Change =>
  (plan) => {
    const [type = "", name = ""] = address.split(".");
    at(plan, address);
    delete plan.resource[type]?.[name];
  };

/** Rules of the firewall policy, by name. */
export function firewallRule(plan: Plan, name: string): Values {
  const rules = at(plan, POLICY)["rule"] as Values[];
  const found = rules.find((one) => one["rule_name"] === name);
  if (found === undefined) throw new Error(`the policy has no rule ${name}`);
  return found;
}

/** Adds a rule to the firewall policy. */
export function addRule(plan: Plan, values: Values): void {
  const rules = at(plan, POLICY)["rule"] as Values[];
  rules.push({
    rule_name: "added",
    direction: "EGRESS",
    action: "allow",
    enable_logging: true,
    priority: 10,
    ...values,
  });
}

/** An instance in triage's subnet, with its account and its guards. */
export function putInstance(plan: Plan, values: Values = {}, agent = "triage"): void {
  put(plan, "google_compute_instance", "added", {
    name: "added",
    zone: "europe-west1-b",
    machine_type: "e2-small",
    network_interface: [{ subnetwork: `\${google_compute_subnetwork.${agent}.id}` }],
    service_account: [{ email: email(agent), scopes: ["cloud-platform"] }],
    metadata: { "block-project-ssh-keys": "TRUE", "serial-port-enable": "FALSE" },
    ...values,
  });
}

export function topologyOf(plan: Plan, options: TopologyOptions = {}): Topology {
  return Topology.fromJson(plan as unknown as TerraformJson, { today: "2026-01-15", ...options });
}

/** What a changed plan is found to be. */
export interface Judged {
  readonly verdict: Verdict;
  readonly findings: Finding[];
  /** `CORDON-P01 google_compute_route.x`, without doubles, sorted. */
  readonly places: string[];
}

export function judged(plan: Plan, options: TopologyOptions = {}): Judged {
  const { verdict, findings } = topologyOf(plan, options).verify();
  const places = [...new Set(findings.map((one) => `${one.rule} ${one.verdict} ${one.address}`))].sort();
  return { verdict, findings, places };
}

export function judgedAfter(tier: Tier, change: Change, options: TopologyOptions = {}): Judged {
  const plan = planOf(tier);
  change(plan);
  return judged(plan, options);
}

export { email };
