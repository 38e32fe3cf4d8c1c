import { adding, all, each, type Generator, put, ref, removals } from "./mutation";

const RULE = "aws_route53_resolver_firewall_rule";
const LIST = "aws_route53_resolver_firewall_domain_list";
const ASSOCIATION = "aws_route53_resolver_firewall_rule_group_association";
const NAMES = ["CORDON-P03"];
const RECORDS = ["CORDON-P08"];

const isDeny = (values: { [key: string]: unknown }): boolean =>
  values["action"] === "BLOCK" && values["q_type"] === undefined;

/** The resolver. */
export const names: Generator = (plan) => [
  ...removals(plan, RULE, NAMES, isDeny),
  ...removals(plan, ASSOCIATION, NAMES),
  ...each(
    plan,
    RULE,
    "only reports",
    NAMES,
    (values) => {
      values["action"] = "ALERT";
      delete values["block_response"];
    },
    isDeny,
  ),
  ...each(
    plan,
    RULE,
    "allows the rest",
    NAMES,
    (values) => {
      values["action"] = "ALLOW";
      delete values["block_response"];
    },
    isDeny,
  ),
  ...each(plan, RULE, "refuses one type of query", NAMES, (values) => (values["q_type"] = "A"), isDeny),
  ...each(
    plan,
    RULE,
    "comes first",
    NAMES,
    (values) => (values["priority"] = 1),
    (values) => isDeny(values) && all(plan, LIST).some(([name]) => name.includes("allow")),
  ),
  ...each(
    plan,
    RULE,
    "list of somebody",
    NAMES,
    (values) => (values["firewall_domain_list_id"] = "rslvr-fdl-1"),
    (values) => values["action"] === "ALLOW",
  ),
  ...each(plan, RULE, "may not exist", NAMES, (values) => (values["count"] = "${var.enabled ? 1 : 0}"), isDeny),
  ...each(plan, RULE, "does not exist", NAMES, (values) => (values["count"] = 0), isDeny),
  ...["evil.example.net.", "*.example.net.", "*.", "*"].flatMap((domain) =>
    each(
      plan,
      LIST,
      `also ${domain}`,
      NAMES,
      (values) => (values["domains"] as string[]).push(domain),
      (_, name) => /_allow/.test(name),
    ),
  ),
  ...each(
    plan,
    LIST,
    "nothing in",
    NAMES,
    (values) => (values["domains"] = ["nothing.invalid."]),
    (_, name) => name.includes("_deny"),
  ),
  ...each(
    plan,
    LIST,
    "one name less in",
    NAMES,
    (values) => (values["domains"] as string[]).pop(),
    (_, name) => /_allow/.test(name),
  ),
  ...each(
    plan,
    "aws_route53_resolver_firewall_config",
    "fails open",
    NAMES,
    (values) => (values["firewall_fail_open"] = "ENABLED"),
  ),
  ...each(plan, ASSOCIATION, "of another network", NAMES, (values) => (values["vpc_id"] = "vpc-0123456789abcdef0")),
  ...each(plan, "aws_vpc", "another resolver by DHCP in", NAMES, (_, json, name) => {
    put(json, "aws_vpc_dhcp_options", { domain_name_servers: ["8.8.8.8"] });
    put(json, "aws_vpc_dhcp_options_association", {
      vpc_id: ref("aws_vpc", name),
      dhcp_options_id: ref("aws_vpc_dhcp_options", "Mutant"),
    });
  }),
  ...each(plan, "aws_vpc", "names forwarded in", NAMES, (_, json, name) =>
    put(json, "aws_route53_resolver_rule_association", {
      vpc_id: ref("aws_vpc", name),
      resolver_rule_id: "rslvr-rr-1",
    }),
  ),
  ...each(plan, "aws_vpc", "a rule group of somebody first in", NAMES, (_, json, name) =>
    put(json, ASSOCIATION, { vpc_id: ref("aws_vpc", name), firewall_rule_group_id: "rslvr-frg-1", priority: 1 }),
  ),
  ...each(plan, "aws_vpc", "everything allowed first in", NAMES, (_, json, name) => {
    put(json, LIST, { domains: ["*"] });
    put(json, "aws_route53_resolver_firewall_rule_group", { name: "m" });
    put(json, RULE, {
      action: "ALLOW",
      priority: 1,
      firewall_domain_list_id: ref(LIST, "Mutant"),
      firewall_rule_group_id: ref("aws_route53_resolver_firewall_rule_group", "Mutant"),
    });
    put(json, ASSOCIATION, {
      vpc_id: ref("aws_vpc", name),
      firewall_rule_group_id: ref("aws_route53_resolver_firewall_rule_group", "Mutant"),
      priority: 100,
    });
  }),
];

/** Records of flows, verdicts and names. */
export const records: Generator = (plan) => [
  ...removals(plan, "aws_flow_log", RECORDS),
  ...["REJECT", "ACCEPT"].flatMap((type) =>
    each(plan, "aws_flow_log", `${type} alone`, RECORDS, (values) => (values["traffic_type"] = type)),
  ),
  ...each(
    plan,
    "aws_flow_log",
    "of another network",
    RECORDS,
    (values) => (values["vpc_id"] = "vpc-0123456789abcdef0"),
  ),
  ...each(plan, "aws_flow_log", "none of", RECORDS, (values) => (values["count"] = 0)),
  ...removals(plan, "aws_networkfirewall_logging_configuration", RECORDS),
  ...["ALERT", "FLOW"].flatMap((type) =>
    each(plan, "aws_networkfirewall_logging_configuration", `without ${type}`, RECORDS, (values) => {
      const body = values["logging_configuration"] as { log_destination_config: { log_type: string }[] };
      body.log_destination_config = body.log_destination_config.filter((one) => one.log_type !== type);
    }),
  ),
  ...removals(plan, "aws_route53_resolver_query_log_config_association", RECORDS),
  ...each(
    plan,
    "aws_route53_resolver_query_log_config_association",
    "of another network",
    RECORDS,
    (values) => (values["resource_id"] = "vpc-0123456789abcdef0"),
  ),
  ...each(plan, "aws_cloudwatch_log_group", "a day of", RECORDS, (values) => (values["retention_in_days"] = 1)),
];

/** Parts that no plan shows. */
export const unseen: Generator = (plan) => [
  ...each(plan, "aws_vpc", "an unknown type on", ["CORDON-P13"], (_, json, name) =>
    put(json, "aws_new_attachment", { vpc_id: ref("aws_vpc", name) }),
  ),
  ...each(plan, "aws_vpc", "a lattice on", ["CORDON-P13"], (_, json, name) =>
    put(json, "aws_vpclattice_service_network_vpc_association", {
      vpc_identifier: ref("aws_vpc", name),
      service_network_identifier: "sn-1",
    }),
  ),
  ...each(
    plan,
    "aws_subnet",
    "another account's",
    ["CORDON-P13"],
    (values) => (values["provider"] = "aws.other"),
    (values) => JSON.stringify(values).includes("cordon:agent"),
  ),
  adding("a command at apply", ["CORDON-P13"], (json) =>
    put(json, "null_resource", { provisioner: { "local-exec": { command: "aws ec2 create-route" } } }),
  ),
];
