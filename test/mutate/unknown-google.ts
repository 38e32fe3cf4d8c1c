import { each, type Generator, list } from "./mutation";

const POLICY = "google_compute_network_firewall_policy_with_rules";
const isAgents = (_: unknown, name: string): boolean => name.includes("_agent-");

/** Values that a plan of a cell on Google does not say, in places that open. */
export const unknownsGoogle: Generator = (plan) => [
  ...each(
    plan,
    POLICY,
    "unknown destinations of the first allow of",
    ["CORDON-P01", "CORDON-P02"],
    (values) => {
      const rule = list(values["rule"]).find((one) => one["action"] === "allow" && one["direction"] === "EGRESS");
      if (rule === undefined) throw new Error("nothing is allowed");
      rule["match"] = { ...(rule["match"] as object), dest_ip_ranges: "${var.ranges}" };
    },
    (values) => list(values["rule"]).some((one) => one["action"] === "allow" && one["direction"] === "EGRESS"),
  ),
  ...each(
    plan,
    "google_compute_network_firewall_policy_association",
    "unknown target of",
    ["CORDON-P01", "CORDON-P02", "CORDON-P11"],
    (values) => (values["attachment_target"] = "${var.network}"),
  ),
  ...each(
    plan,
    "google_network_security_gateway_security_policy_rule",
    "unknown matcher of",
    ["CORDON-P02"],
    (values) => (values["session_matcher"] = "${var.matcher}"),
    (values, name) => values["basic_profile"] === "ALLOW" && !name.includes("coder"),
  ),
  ...each(
    plan,
    "google_network_security_url_lists",
    "unknown names of",
    ["CORDON-P02"],
    (values) => (values["values"] = "${var.names}"),
    (_, name) => !name.includes("coder"),
  ),
  ...each(
    plan,
    "google_dns_managed_zone",
    "unknown domain of",
    ["CORDON-P03"],
    (values) => (values["dns_name"] = "${var.domain}"),
    (values) => values["dns_name"] === "." || values["forwarding_config"] !== undefined,
  ),
  ...each(
    plan,
    "google_compute_subnetwork",
    "unknown records of",
    ["CORDON-P08"],
    (values) => (values["log_config"] = "${var.logs}"),
    isAgents,
  ),
];
