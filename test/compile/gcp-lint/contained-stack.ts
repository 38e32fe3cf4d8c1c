import type { LintFinding, TerraformResource } from "../../../lib/compile/aws-lint/terraform-resource";
import { type GcpLintOptions, lintGcp } from "../../../lib/compile/gcp-lint";

/** Arguments of a resource. */
export type Values = Record<string, unknown>;

/** A stack by address. */
export type Stack = Map<string, { type: string; values: Values }>;

/** A reference as the framework writes it. */
export const ref = (address: string, attribute = "id"): string => `\${${address}.${attribute}}`;

export const NETWORK = "google_compute_network.agents";
export const SUBNET = "google_compute_subnetwork.coder";
export const FIREWALL = "google_compute_network_firewall_policy_with_rules.cell";
export const GATEWAY = "google_network_services_gateway.proxy";
export const ALLOW = "google_network_security_gateway_security_policy_rule.allow";
export const DENY = "google_network_security_gateway_security_policy_rule.deny";

export const POLICY = "google_network_security_gateway_security_policy.proxy";
export const ASSOCIATION = "google_compute_network_firewall_policy_association.cell";
export const PROXIES = "google_compute_subnetwork.proxies";
export const ENDPOINTS = "google_compute_subnetwork.endpoints";
export const ACCOUNT = "google_service_account.coder";
export const POOL = "google_privateca_ca_pool.inspection";
export const AUTHORITY = "google_privateca_certificate_authority.inspection";
export const ISSUER = "google_privateca_ca_pool_iam_member.inspection";
export const PERIMETER = "google_access_context_manager_service_perimeter.cell";
export const NUMBER = "projects/${data.google_project.main.number}";

function firewallRule(priority: number, direction: string, action: string, match: Values, rest: Values = {}): Values {
  const name = `rule-${priority}`;
  return { priority, direction, action, rule_name: name, description: name, enable_logging: true, match, ...rest };
}

const everything = (): Values => ({ layer4_config: [{ ip_protocol: "all" }] });
const tcp = (...ports: string[]): Values => ({ layer4_config: [{ ip_protocol: "tcp", ports }] });

const CONTAINED: Record<string, Values> = {
  "data.google_project.main": { project_id: "acme-agents" },
  "google_project_service.compute": { service: "compute.googleapis.com", disable_on_destroy: false },
  [NETWORK]: {
    name: "cell-agents",
    auto_create_subnetworks: false,
    delete_default_routes_on_create: false,
    network_firewall_policy_enforcement_order: "BEFORE_CLASSIC_FIREWALL",
    depends_on: ["google_project_service.compute"],
  },
  [FIREWALL]: {
    name: "cell-firewall",
    rule: [
      firewallRule(
        100,
        "EGRESS",
        "deny",
        { dest_ip_ranges: ["0.0.0.0/0"], ...everything() },
        {
          target_secure_tag: [{ name: ref("google_tags_tag_value.isolated") }],
        },
      ),
      firewallRule(
        1000,
        "EGRESS",
        "allow",
        { dest_ip_ranges: ["10.64.0.10/32"], ...tcp("8080") },
        {
          target_service_accounts: [ref(ACCOUNT, "email")],
        },
      ),
      firewallRule(
        1010,
        "EGRESS",
        "allow",
        { dest_ip_ranges: ["10.64.15.254/32"], ...tcp("443") },
        {
          target_service_accounts: [ref(ACCOUNT, "email")],
        },
      ),
      firewallRule(1500, "INGRESS", "allow", { src_ip_ranges: ["35.235.240.0/20"], ...tcp("22") }),
      firewallRule(65000, "EGRESS", "deny", { dest_ip_ranges: ["0.0.0.0/0"], ...everything() }),
      firewallRule(65001, "EGRESS", "deny", { dest_ip_ranges: ["::/0"], ...everything() }),
      firewallRule(65002, "INGRESS", "deny", { src_ip_ranges: ["0.0.0.0/0"], ...everything() }),
      firewallRule(65003, "INGRESS", "deny", { src_ip_ranges: ["::/0"], ...everything() }),
    ],
  },
  [ASSOCIATION]: { name: "cell-firewall", attachment_target: ref(NETWORK), firewall_policy: ref(FIREWALL) },
  [SUBNET]: {
    name: "cell-coder",
    network: ref(NETWORK),
    region: "europe-west1",
    ip_cidr_range: "10.64.4.0/26",
    private_ip_google_access: true,
    stack_type: "IPV4_ONLY",
    log_config: { aggregation_interval: "INTERVAL_30_SEC", flow_sampling: 1, metadata: "INCLUDE_ALL_METADATA" },
    depends_on: [ASSOCIATION],
  },
  [PROXIES]: {
    name: "cell-proxies",
    network: ref(NETWORK),
    region: "europe-west1",
    ip_cidr_range: "10.64.8.0/23",
    purpose: "REGIONAL_MANAGED_PROXY",
    role: "ACTIVE",
  },
  [ENDPOINTS]: { name: "cell-endpoints", network: ref(NETWORK), region: "europe-west1", ip_cidr_range: "10.64.0.0/28" },
  "google_compute_address.proxy": { name: "cell-proxy", subnetwork: ref(ENDPOINTS), address: "10.64.0.10" },
  [POLICY]: {
    name: "cell-egress",
    location: "europe-west1",
    tls_inspection_policy: ref("google_network_security_tls_inspection_policy.inspection"),
  },
  "google_network_security_url_lists.allow": {
    name: "coder-443",
    location: "europe-west1",
    values: ["api.example.com", "*.example.org", "registry.example.com/acme/*"],
  },
  [ALLOW]: {
    name: "coder-allow",
    location: "europe-west1",
    gateway_security_policy: ref(POLICY, "name"),
    enabled: true,
    priority: 1000,
    session_matcher: `source.matchServiceAccount('${ref(ACCOUNT, "email")}') && inUrlList(host(), '${ref("google_network_security_url_lists.allow")}') && destination.port == 443`,
    basic_profile: "ALLOW",
    lifecycle: { replace_triggered_by: [POLICY] },
  },
  "google_network_security_gateway_security_policy_rule.read": {
    name: "coder-read",
    location: "europe-west1",
    gateway_security_policy: ref(POLICY, "name"),
    enabled: true,
    priority: 1010,
    session_matcher: `(source.matchServiceAccount("${ref(ACCOUNT, "email")}") || inIpRange(source.ip, '10.64.4.0/26')) && host() == 'git.example.com' && destination.port == 443`,
    application_matcher:
      "request.host == 'git.example.com' && (request.method == 'GET' || request.method == 'HEAD') && request.path.startsWith('/acme/')",
    tls_inspection_enabled: true,
    basic_profile: "ALLOW",
    depends_on: [ALLOW],
    lifecycle: { replace_triggered_by: [POLICY] },
  },
  [DENY]: {
    name: "refuse",
    location: "europe-west1",
    gateway_security_policy: ref(POLICY, "name"),
    enabled: true,
    priority: 2147483646,
    session_matcher: "true",
    basic_profile: "DENY",
    depends_on: ["google_network_security_gateway_security_policy_rule.read"],
    lifecycle: { replace_triggered_by: [POLICY] },
  },
  [GATEWAY]: {
    name: "cell-proxy",
    location: "europe-west1",
    type: "SECURE_WEB_GATEWAY",
    addresses: [ref("google_compute_address.proxy", "address")],
    ports: [8080],
    scope: "cell-proxy",
    network: ref(NETWORK),
    subnetwork: ref(ENDPOINTS),
    gateway_security_policy: ref(POLICY),
    delete_swg_autogen_router_on_destroy: true,
    depends_on: [PROXIES, DENY],
  },
  [POOL]: {
    name: "cell-inspection",
    tier: "DEVOPS",
    publishing_options: { publish_ca_cert: false, publish_crl: false },
  },
  [AUTHORITY]: {
    certificate_authority_id: "cell-inspection",
    pool: ref(POOL, "name"),
    deletion_protection: true,
    config: {
      x509_config: { ca_options: { is_ca: true }, key_usage: { base_key_usage: { cert_sign: true, crl_sign: true } } },
    },
  },
  [ISSUER]: {
    ca_pool: ref(POOL),
    role: "roles/privateca.certificateManager",
    member: "serviceAccount:service-${data.google_project.main.number}@gcp-sa-networksecurity.iam.gserviceaccount.com",
  },
  "google_network_security_tls_inspection_policy.inspection": {
    name: "cell-inspection",
    ca_pool: ref(POOL),
    exclude_public_ca_set: false,
    depends_on: [ISSUER, AUTHORITY],
  },
  "google_compute_global_address.apis": {
    name: "cell-apis",
    address_type: "INTERNAL",
    purpose: "PRIVATE_SERVICE_CONNECT",
    network: ref(NETWORK),
    address: "10.64.15.254",
  },
  "google_compute_global_forwarding_rule.apis": {
    name: "cellapis1a2b3c",
    target: "vpc-sc",
    network: ref(NETWORK),
    ip_address: ref("google_compute_global_address.apis"),
    load_balancing_scheme: "",
  },
  "google_dns_managed_zone.root": {
    name: "cell-root",
    dns_name: ".",
    visibility: "private",
    private_visibility_config: { networks: [{ network_url: ref(NETWORK) }] },
  },
  "google_dns_managed_zone.apis": {
    name: "cell-googleapis",
    dns_name: "googleapis.com.",
    visibility: "private",
    private_visibility_config: { networks: [{ network_url: ref(NETWORK) }] },
  },
  "google_dns_record_set.apis": {
    managed_zone: ref("google_dns_managed_zone.apis", "name"),
    name: "*.googleapis.com.",
    type: "CNAME",
    rrdatas: ["restricted.googleapis.com."],
  },
  "google_dns_policy.names": {
    name: "cell-names",
    enable_logging: true,
    enable_inbound_forwarding: false,
    networks: [{ network_url: ref(NETWORK) }],
  },
  [ACCOUNT]: { account_id: "cell-coder" },
  "google_project_iam_custom_role.models": { role_id: "cell_models", permissions: ["aiplatform.endpoints.predict"] },
  "google_project_iam_member.models": {
    role: ref("google_project_iam_custom_role.models", "name"),
    member: `serviceAccount:${ref(ACCOUNT, "email")}`,
  },
  "google_iam_workload_identity_pool.coder": { workload_identity_pool_id: "cell-coder-1a2b3c" },
  "google_iam_workload_identity_pool_provider.coder": {
    workload_identity_pool_id: ref("google_iam_workload_identity_pool.coder", "workload_identity_pool_id"),
    workload_identity_pool_provider_id: "cell-oidc",
    attribute_mapping: { "google.subject": "assertion.sub" },
    attribute_condition: "assertion.repository_owner == 'acme'",
  },
  "google_service_account_iam_member.coder": {
    service_account_id: ref(ACCOUNT, "name"),
    role: "roles/iam.workloadIdentityUser",
    member: `principal://iam.googleapis.com/${ref("google_iam_workload_identity_pool.coder", "name")}/subject/repo:acme/coder`,
  },
  [PERIMETER]: {
    parent: "accessPolicies/123456789012",
    name: "accessPolicies/123456789012/servicePerimeters/cell_1a2b3c",
    title: "cell",
    use_explicit_dry_run_spec: true,
    spec: {
      restricted_services: ["aiplatform.googleapis.com"],
      access_levels: ["accessPolicies/123456789012/accessLevels/deployers"],
      vpc_accessible_services: { enable_restriction: true, allowed_services: ["RESTRICTED-SERVICES"] },
    },
    lifecycle: { ignore_changes: ["spec[0].resources"] },
  },
  "google_access_context_manager_service_perimeter_dry_run_resource.project": {
    perimeter_name: ref(PERIMETER, "name"),
    resource: NUMBER,
  },
  "google_tags_tag_key.quarantine": {
    parent: NUMBER,
    short_name: "cell-quarantine",
    purpose: "GCE_FIREWALL",
    purpose_data: { network: `acme-agents/${ref(NETWORK, "name")}` },
  },
  "google_tags_tag_value.isolated": { parent: ref("google_tags_tag_key.quarantine"), short_name: "isolated" },
  "google_compute_instance.coder": {
    name: "coder",
    network_interface: [{ subnetwork: ref(SUBNET) }],
    service_account: { email: ref(ACCOUNT, "email"), scopes: ["cloud-platform"] },
  },
  "google_tags_location_tag_binding.coder": {
    parent: `//compute.googleapis.com/${NUMBER}/zones/europe-west1-b/instances/${ref("google_compute_instance.coder", "instance_id")}`,
    tag_value: ref("google_tags_tag_value.isolated"),
    location: "europe-west1-b",
  },
  "google_logging_project_bucket_config.logs": { bucket_id: "cell-logs", retention_days: 365 },
  "google_logging_project_sink.logs": {
    name: "cell-logs",
    destination: `logging.googleapis.com/${ref("google_logging_project_bucket_config.logs")}`,
  },
  "google_storage_bucket.archive": {
    name: "cell-archive",
    uniform_bucket_level_access: true,
    public_access_prevention: "enforced",
    retention_policy: { retention_period: 31536000 },
  },
  "google_logging_project_sink.archive": {
    name: "cell-archive",
    destination: `storage.googleapis.com/${ref("google_storage_bucket.archive", "name")}`,
    unique_writer_identity: true,
  },
  "google_storage_bucket_iam_member.archive": {
    bucket: ref("google_storage_bucket.archive", "name"),
    role: "roles/storage.objectCreator",
    member: ref("google_logging_project_sink.archive", "writer_identity"),
  },
  "google_project_iam_audit_config.storage": {
    service: "storage.googleapis.com",
    audit_log_config: [{ log_type: "DATA_READ" }],
  },
};

/** A contained cell in Terraform JSON: the lint has nothing to say about it. Each call gives a copy. */
export function containedStack(): Stack {
  return new Map(
    Object.entries(structuredClone(CONTAINED)).map(([address, values]) => [address, { type: typeOf(address), values }]),
  );
}

/** Sets one argument by its path (`config.x509_config.ca_options`, numbers for items); undefined removes it. */
export function set(stack: Stack, address: string, path: string, value: unknown): void {
  const steps = path.split(".");
  const last = steps.pop() ?? "";
  const values = stack.get(address)?.values;
  const parent = steps.reduce<unknown>((at, step) => (at as Values | undefined)?.[step], values);
  if (typeof parent !== "object" || parent === null) throw new Error(`the stack has no ${path} in ${address}`);
  (parent as Values)[last] = value;
}

/** A change that sets one argument. */
export function setting(address: string, path: string, value: unknown): (stack: Stack) => void {
  return (stack) => set(stack, address, path, value);
}

/** A change that removes resources. */
export function without(...addresses: string[]): (stack: Stack) => void {
  return (stack) => {
    for (const address of addresses) if (!stack.delete(address)) throw new Error(`the stack has no ${address}`);
  };
}

/** A change that adds a resource, or replaces one. */
export function adding(address: string, values: Values): (stack: Stack) => void {
  return (stack) => put(stack, address, values);
}

/** Several changes, one after the other. */
export function all(...changes: ((stack: Stack) => void)[]): (stack: Stack) => void {
  return (stack) => {
    for (const change of changes) change(stack);
  };
}

/** Adds a resource, or replaces one. */
export function put(stack: Stack, address: string, values: Values): void {
  stack.set(address, { type: typeOf(address), values });
}

/** A rule for the cell's firewall policy, put in front of the default denials. */
export function firewall(rule: Values): (stack: Stack) => void {
  return (stack) => {
    const rules = stack.get(FIREWALL)?.values["rule"] as Values[];
    rules.splice(4, 0, { priority: 2000, description: "one more", enable_logging: true, ...rule });
  };
}

/** What the lint says about a stack, as an error message would. */
export function messages(stack: Stack, options?: GcpLintOptions): string[] {
  return lintGcp(resourcesOf(stack), options).map(asMessage);
}

/** The stack as the lint takes it. */
export function resourcesOf(stack: Stack): TerraformResource[] {
  return [...stack].map(([address, { type, values }]) => ({ address, type, values }));
}

function asMessage({ code, address, problem, fix }: LintFinding): string {
  return `${code}: ${address}: ${problem}; ${fix}`;
}

function typeOf(address: string): string {
  return address.replace(/^data\./, "").split(".")[0] ?? "";
}

/** One change to the contained stack, and all that the lint says about the result. */
export interface LintCase {
  readonly name: string;
  readonly change: (stack: Stack) => void;
  readonly expected: string[];
  readonly options?: GcpLintOptions;
}

/** A test per case. */
export function runCases(cases: LintCase[]): void {
  test.each(cases)("$name", ({ change, expected, options }) => {
    const stack = containedStack();
    change(stack);
    expect(messages(stack, options)).toEqual(expected);
  });
}
