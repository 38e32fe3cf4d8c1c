import type { MutablePlan, Values } from "../support/changed-plan";
import { adding, all, each, type Generator, list, put } from "./mutation";

const NONE: readonly string[] = [];
const POLICY = "google_compute_network_firewall_policy_with_rules";
const RULE = "google_network_security_gateway_security_policy_rule";

const rulesOf = (values: Values): Values[] => list(values["rule"]);

/** Changes to a cell on Google that open nothing. */
export const harmlessGoogle: Generator = (plan: MutablePlan) => [
  ...each(
    plan,
    POLICY,
    "rules in another order in",
    NONE,
    (values) => (values["rule"] = [...rulesOf(values)].reverse()),
  ),
  ...each(plan, POLICY, "one more refusal in", NONE, (values) => {
    const refusal = {
      priority: 64_000,
      direction: "EGRESS",
      action: "deny",
      enable_logging: true,
      rule_name: "mutant",
      match: { dest_ip_ranges: ["198.51.100.0/24"], layer4_config: [{ ip_protocol: "all" }] },
    };
    values["rule"] = [...rulesOf(values), refusal];
  }),
  ...each(plan, POLICY, "other descriptions in", NONE, (values) => {
    for (const rule of rulesOf(values)) rule["description"] = "changed";
  }),
  ...each(plan, RULE, "another description of", NONE, (values) => (values["description"] = "changed")),
  ...each(plan, RULE, "another name of", NONE, (values) => (values["name"] = "mutant")),
  ...each(
    plan,
    RULE,
    "more space in",
    NONE,
    (values) => {
      values["session_matcher"] = String(values["session_matcher"]).replaceAll(" && ", "  &&  ");
    },
    (values) => String(values["session_matcher"]).includes(" && "),
  ),
  ...each(
    plan,
    RULE,
    "in parentheses",
    NONE,
    (values) => (values["session_matcher"] = `(${String(values["session_matcher"])})`),
  ),
  ...each(
    plan,
    "google_network_security_url_lists",
    "names in another order in",
    NONE,
    (values) => (values["values"] as string[]).reverse(),
    (values) => (values["values"] as string[]).length > 1,
  ),
  ...each(plan, "google_dns_record_set", "kept longer", NONE, (values) => (values["ttl"] = 600)),
  ...each(
    plan,
    "google_logging_project_bucket_config",
    "kept longer",
    NONE,
    (values) => (values["retention_days"] = 3650),
  ),
  ...each(
    plan,
    "google_compute_network",
    "another description of",
    NONE,
    (values) => (values["description"] = "changed too"),
  ),
  ...(all(plan, "google_compute_network").length === 0
    ? []
    : [
        adding("a network of somebody else's, with all open", NONE, (json) => {
          put(json, "google_compute_network", { name: "other", auto_create_subnetworks: false });
          put(json, "google_compute_firewall", {
            name: "other",
            network: "${google_compute_network.Mutant.id}",
            direction: "INGRESS",
            source_ranges: ["0.0.0.0/0"],
            allow: [{ protocol: "tcp", ports: ["22"] }],
          });
        }),
        adding("a bucket", NONE, (json) => put(json, "google_storage_bucket", { name: "mutant", location: "EU" })),
        adding("an account that reads one bucket", NONE, (json) => {
          put(json, "google_service_account", { account_id: "mutant-reader", project: "acme-agents" });
          put(json, "google_storage_bucket_iam_member", {
            bucket: "other",
            role: "roles/storage.objectViewer",
            member: "serviceAccount:${google_service_account.Mutant.email}",
          });
        }),
      ]),
];
