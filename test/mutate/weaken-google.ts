import type { MutablePlan, Values } from "../support/changed-plan";
import { adding, all, each, type Generator, list, type Mutation, put, ref, removals } from "./mutation";

// Without translation or an external address nothing gets out by the network alone: what is lost then is one of several
// blocks, which the rule about live enforcement says.
const OUT = ["CORDON-P01", "CORDON-P02", "CORDON-P06", "CORDON-P11"];
const LISTED = ["CORDON-P02"];
const NAMES = ["CORDON-P03"];
const IN = ["CORDON-P04"];
const APART = ["CORDON-P05"];
const ENDPOINT = ["CORDON-P06"];
const IDENTITY = ["CORDON-P07"];
const RECORD = ["CORDON-P08"];
const EXPOSED = ["CORDON-P10"];
const LIVE = ["CORDON-P11", "CORDON-P01", "CORDON-P02"];
const OTHERS = ["CORDON-P12"];

const POLICY = "google_compute_network_firewall_policy_with_rules";
const RULE = "google_network_security_gateway_security_policy_rule";
const SUBNET = "google_compute_subnetwork";

const isAgents = (_: Values, name: string): boolean => name.includes("_agent-");
const isGoogle = (plan: MutablePlan): boolean => plan.resource["google_compute_network"] !== undefined;

/** The network in which the agents' subnets are. */
const networkOf = (plan: MutablePlan): string =>
  String(all(plan, SUBNET).find(([name, values]) => isAgents(values, name))?.[1]["network"]);

const accountsOf = (plan: MutablePlan): string[] => all(plan, "google_service_account").map(([name]) => name);

const rulesOf = (values: Values): Values[] => list(values["rule"]);

/** Changes of one rule of the firewall, by its place. */
function eachRule(
  plan: MutablePlan,
  what: string,
  rules: readonly string[],
  change: (rule: Values, values: Values) => void,
  isMeant: (rule: Values) => boolean,
): Mutation[] {
  return all(plan, POLICY).flatMap(([name, values]) =>
    rulesOf(values).flatMap((rule, index) =>
      isMeant(rule)
        ? [
            {
              id: `${what} ${String(rule["rule_name"])} of ${POLICY}.${name}`,
              rules,
              apply: (json: MutablePlan) => {
                const own = json.resource[POLICY]?.[name] ?? {};
                const found = rulesOf(own)[index];
                if (found !== undefined) change(found, own);
              },
            },
          ]
        : [],
    ),
  );
}

const match = (rule: Values): Values => rule["match"] as Values;
const isEnd = (rule: Values): boolean => /^refuse-(out|in)$/.test(String(rule["rule_name"]));
const isOut = (rule: Values): boolean => String(rule["rule_name"]) === "refuse-out";
/** Of agents that are enforced: `coder` of the example is watched. */
const isAllow = (rule: Values): boolean =>
  rule["action"] === "allow" && rule["direction"] === "EGRESS" && !String(rule["rule_name"]).endsWith("-coder");

const inserted = (values: Values, rule: Values): void => {
  values["rule"] = [{ enable_logging: true, description: "mutant", rule_name: "mutant", ...rule }, ...rulesOf(values)];
};

const ALL = [{ ip_protocol: "all" }];
const TCP = [{ ip_protocol: "tcp", ports: ["443"] }];

/** The firewall of a network: dropped, widened, reordered, switched off, detached. */
export const googleFirewall: Generator = (plan) => [
  ...eachRule(
    plan,
    "drop",
    OUT,
    (rule, values) => (values["rule"] = rulesOf(values).filter((one) => one !== rule)),
    isOut,
  ),
  ...eachRule(plan, "allow by", [...OUT, ...IN], (rule) => (rule["action"] = "allow"), isEnd),
  ...eachRule(plan, "switch off", OUT, (rule) => (rule["disabled"] = true), isOut),
  ...eachRule(plan, "narrow", OUT, (rule) => (match(rule)["dest_ip_ranges"] = ["10.0.0.0/8"]), isOut),
  ...eachRule(plan, "one protocol in", OUT, (rule) => (match(rule)["layer4_config"] = TCP), isOut),
  ...eachRule(
    plan,
    "for one account alone",
    OUT,
    (rule) => (rule["target_service_accounts"] = ["nobody@acme-agents.iam.gserviceaccount.com"]),
    isOut,
  ),
  ...eachRule(plan, "anywhere by", OUT, (rule) => (match(rule)["dest_ip_ranges"] = ["0.0.0.0/0"]), isAllow),
  ...eachRule(
    plan,
    "any port by",
    [...OUT, ...APART],
    (rule) => {
      match(rule)["dest_ip_ranges"] = ["0.0.0.0/0"];
      match(rule)["layer4_config"] = ALL;
    },
    isAllow,
  ),
  ...eachRule(plan, "unrecorded", RECORD, (rule) => (rule["enable_logging"] = false), isOut),
  ...each(plan, POLICY, "allow all first in", OUT, (values) =>
    inserted(values, {
      priority: 1,
      direction: "EGRESS",
      action: "allow",
      match: { dest_ip_ranges: ["0.0.0.0/0"], layer4_config: ALL },
    }),
  ),
  ...each(plan, POLICY, "an address first in", OUT, (values) =>
    inserted(values, {
      priority: 1,
      direction: "EGRESS",
      action: "allow",
      match: { dest_ip_ranges: ["203.0.113.0/24"], layer4_config: TCP },
    }),
  ),
  ...each(plan, POLICY, "inbound from anywhere in", IN, (values) =>
    inserted(values, {
      priority: 1,
      direction: "INGRESS",
      action: "allow",
      match: { src_ip_ranges: ["0.0.0.0/0"], layer4_config: TCP },
    }),
  ),
  ...each(plan, POLICY, "without rules", OUT, (values) => (values["rule"] = [])),
  ...removals(plan, POLICY, LIVE),
  ...removals(plan, "google_compute_network_firewall_policy_association", LIVE),
  ...each(
    plan,
    "google_compute_network_firewall_policy_association",
    "to another network",
    LIVE,
    (values) => (values["attachment_target"] = "projects/acme-agents/global/networks/other"),
  ),
];

/** Classic rules, routes, translation and addresses around the cell. */
export const googleNetwork: Generator = (plan) => {
  if (!isGoogle(plan)) return [];
  const network = networkOf(plan);
  const subnets = all(plan, SUBNET).filter(([name, values]) => isAgents(values, name));
  const outside = (json: MutablePlan): void => {
    for (const [, values] of all(json, "google_compute_network"))
      values["network_firewall_policy_enforcement_order"] = "AFTER_CLASSIC_FIREWALL";
  };
  return [
    adding("a classic rule that comes first", [...OUT, ...LIVE], (json) => {
      outside(json);
      put(json, "google_compute_firewall", {
        name: "mutant",
        network,
        direction: "EGRESS",
        destination_ranges: ["0.0.0.0/0"],
        allow: [{ protocol: "all" }],
      });
    }),
    adding("a classic rule that lets others in first", IN, (json) => {
      outside(json);
      put(json, "google_compute_firewall", {
        name: "mutant",
        network,
        direction: "INGRESS",
        source_ranges: ["0.0.0.0/0"],
        allow: [{ protocol: "tcp", ports: ["22"] }],
      });
    }),
    adding("a peering", OUT, (json) =>
      put(json, "google_compute_network_peering", {
        name: "mutant",
        network,
        peer_network: "projects/other/global/networks/other",
      }),
    ),
    adding("Cloud NAT for all subnets", [...EXPOSED, ...RECORD], (json) => {
      put(json, "google_compute_router", { name: "mutant", network, region: "europe-west1" });
      put(json, "google_compute_router_nat", {
        name: "mutant",
        router: ref("google_compute_router", "Mutant", "name"),
        region: "europe-west1",
        nat_ip_allocate_option: "AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      });
      put(json, "google_compute_route", {
        name: "mutant",
        network,
        dest_range: "0.0.0.0/0",
        next_hop_gateway: "default-internet-gateway",
      });
    }),
    ...["vpn", "instance"].map((what) =>
      adding(`a route to a ${what}`, OUT, (json) =>
        put(json, "google_compute_route", {
          name: "mutant",
          network,
          dest_range: "203.0.113.0/24",
          ...(what === "vpn"
            ? { next_hop_vpn_tunnel: "projects/p/regions/europe-west1/vpnTunnels/t" }
            : { next_hop_instance: "projects/p/zones/europe-west1-b/instances/i" }),
        }),
      ),
    ),
    ...subnets.map(([name]) =>
      adding(`an instance with an external address in ${name}`, EXPOSED, (json) =>
        put(json, "google_compute_instance", {
          name: "mutant",
          machine_type: "e2-small",
          zone: "europe-west1-b",
          network_interface: [{ subnetwork: ref(SUBNET, name), access_config: [{}] }],
          service_account: [{ email: "${google_service_account.Mutant.email}", scopes: ["cloud-platform"] }],
        }),
      ),
    ),
  ];
};

/** The proxy's rules and lists: dropped refusals, wider names, other ports, nobody's subject. */
export const googleProxy: Generator = (plan) =>
  [
    ...each(plan, RULE, "anything by", LISTED, (values) => {
      values["session_matcher"] = "true";
      values["basic_profile"] = "ALLOW";
      values["priority"] = 1;
      values["application_matcher"] = undefined;
    }),
    ...each(
      plan,
      RULE,
      "allow by",
      LISTED,
      (values) => (values["basic_profile"] = "ALLOW"),
      (values) => values["basic_profile"] === "DENY" && !String(values["session_matcher"]).includes("matchTag"),
    ),
    ...each(
      plan,
      RULE,
      "any port by",
      LISTED,
      (values) =>
        (values["session_matcher"] = String(values["session_matcher"]).replace(/destination\.port == \d+/g, "true")),
      (values, name) =>
        !name.includes("coder") &&
        values["basic_profile"] === "ALLOW" &&
        /destination\.port == \d+/.test(String(values["session_matcher"])),
    ),
    ...each(
      plan,
      "google_network_security_url_lists",
      "everything in",
      LISTED,
      (values) => (values["values"] = ["*.com", "*.example"]),
      (_, name) => !name.includes("coder"),
    ),
    ...each(
      plan,
      "google_network_security_url_lists",
      "one more name in",
      LISTED,
      (values) => (values["values"] = [...(values["values"] as string[]), "evil.example.org"]),
      (_, name) => !name.includes("coder"),
    ),
    adding("a rule for everybody", LISTED, (json) => {
      const [, like] = all(json, RULE)[0] ?? [];
      if (like === undefined) throw new Error("no rule of a proxy");
      put(json, RULE, {
        ...like,
        name: "mutant",
        priority: 2,
        session_matcher: "host() == 'evil.example.org' && destination.port == 443",
        application_matcher: undefined,
        basic_profile: "ALLOW",
        enabled: true,
      });
    }),
  ].filter(() => plan.resource[RULE] !== undefined);

/** What the resolver answers, and what is recorded. */
export const googleNamesAndRecords: Generator = (plan) => {
  if (!isGoogle(plan)) return [];
  const network = networkOf(plan);
  const isRoot = (values: Values): boolean => values["dns_name"] === ".";
  return [
    ...removals(plan, "google_dns_managed_zone", NAMES, isRoot),
    ...each(
      plan,
      "google_dns_managed_zone",
      "forward everything by",
      NAMES,
      (values) => (values["forwarding_config"] = { target_name_servers: [{ ipv4_address: "8.8.8.8" }] }),
      isRoot,
    ),
    ...each(
      plan,
      "google_dns_managed_zone",
      "for another network",
      NAMES,
      (values) =>
        (values["private_visibility_config"] = { networks: [{ network_url: "projects/p/global/networks/other" }] }),
      isRoot,
    ),
    ...["org.", "evil.example.org."].map((dns_name) =>
      adding(`a forwarding zone for ${dns_name}`, NAMES, (json) =>
        put(json, "google_dns_managed_zone", {
          name: "mutant",
          dns_name,
          visibility: "private",
          private_visibility_config: { networks: [{ network_url: network }] },
          forwarding_config: { target_name_servers: [{ ipv4_address: "8.8.8.8" }] },
        }),
      ),
    ),
    ...each(
      plan,
      "google_dns_policy",
      "other name servers by",
      NAMES,
      (values) =>
        (values["alternative_name_server_config"] = { target_name_servers: [{ ipv4_address: "203.0.113.53" }] }),
    ),
    ...each(plan, "google_dns_policy", "unrecorded", RECORD, (values) => (values["enable_logging"] = false)),
    ...removals(plan, "google_dns_policy", RECORD),
    ...each(plan, SUBNET, "unrecorded", RECORD, (values) => delete values["log_config"], isAgents),
  ];
};

/** Private endpoints, identities of agents, and those of others. */
export const googleIdentities: Generator = (plan) => {
  if (!isGoogle(plan)) return [];
  const member = (name: string): string => `serviceAccount:\${google_service_account.${name}.email}`;
  const granting = ["roles/owner", "roles/editor", "roles/compute.networkAdmin", "roles/compute.securityAdmin"];
  const others = [
    "roles/compute.securityAdmin",
    "roles/dns.admin",
    "roles/iam.serviceAccountTokenCreator",
    "roles/owner",
  ];
  return [
    ...accountsOf(plan).flatMap((name) => [
      ...[...granting, "roles/iam.securityAdmin", "roles/logging.admin", "roles/secretmanager.secretAccessor"].map(
        (role) =>
          adding(`${role} in the project for ${name}`, IDENTITY, (json) =>
            put(json, "google_project_iam_member", { project: "acme-agents", role, member: member(name) }),
          ),
      ),
      adding(`everybody may be ${name}`, IDENTITY, (json) =>
        put(json, "google_service_account_iam_member", {
          service_account_id: ref("google_service_account", name, "name"),
          role: "roles/iam.serviceAccountTokenCreator",
          member: "allAuthenticatedUsers",
        }),
      ),
      adding(`a key of ${name}`, IDENTITY, (json) =>
        put(json, "google_service_account_key", { service_account_id: ref("google_service_account", name, "name") }),
      ),
    ]),
    ...others.map((role) =>
      adding(`${role} in the project for another account`, OTHERS, (json) => {
        put(json, "google_service_account", { account_id: "mutant-other", project: "acme-agents" });
        put(json, "google_project_iam_member", { project: "acme-agents", role, member: member("Mutant") });
      }),
    ),
    ...each(
      plan,
      "google_compute_global_forwarding_rule",
      "all APIs by",
      ENDPOINT,
      (values) => (values["target"] = "all-apis"),
    ),
  ];
};
