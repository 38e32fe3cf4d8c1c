import type { Values } from "../support/changed-plan";
import { adding, all, each, type Generator, put, ref, rules } from "./mutation";

const EGRESS = "aws_vpc_security_group_egress_rule";

/** Values that the plan does not say, in places that open: none of them may count as proved. */
export const unknowns: Generator = (plan) => [
  ...each(
    plan,
    "aws_route",
    "unknown target of",
    ["CORDON-P01"],
    (values) => {
      delete values["vpc_endpoint_id"];
      values["transit_gateway_id"] = "${var.gateway}";
    },
    (values, name) =>
      values["vpc_endpoint_id"] !== undefined &&
      name.includes("agent-") &&
      values["destination_cidr_block"] === "0.0.0.0/0",
  ),
  ...each(
    plan,
    "aws_route",
    "looked-up target of",
    ["CORDON-P01"],
    (values) => {
      delete values["vpc_endpoint_id"];
      values["transit_gateway_id"] = "${data.aws_ec2_transit_gateway.hub.id}";
    },
    (values, name) =>
      values["vpc_endpoint_id"] !== undefined &&
      name.includes("agent-") &&
      values["destination_cidr_block"] === "0.0.0.0/0",
  ),
  ...each(
    plan,
    EGRESS,
    "unknown addresses of",
    ["CORDON-P02"],
    (values) => {
      values["cidr_ipv4"] = "${var.block}";
      values["ip_protocol"] = "-1";
    },
    (values, name) => values["cidr_ipv4"] !== undefined && !name.includes("monitor"),
  ),
  ...each(plan, "aws_networkfirewall_rule_group", "unknown rules of", ["CORDON-P02"], (values) =>
    rules(values, () => "${file(var.rules)}"),
  ),
  ...each(
    plan,
    "aws_route53_resolver_firewall_domain_list",
    "unknown names of",
    ["CORDON-P03"],
    (values) => (values["domains"] = "${var.domains}"),
    (_, name) => /_allow|_deny/.test(name),
  ),
  ...each(
    plan,
    "aws_vpc_endpoint",
    "unknown policy of",
    ["CORDON-P06"],
    (values) => (values["policy"] = "${var.policy}"),
  ),
  ...each(
    plan,
    "aws_subnet",
    "unknown public addresses of",
    ["CORDON-P10"],
    (values) => (values["map_public_ip_on_launch"] = "${var.public}"),
    (values) => JSON.stringify(values).includes("cordon:agent"),
  ),
  ...each(plan, "aws_flow_log", "unknown number of", ["CORDON-P08"], (values) => (values["count"] = "${var.logs}")),
  ...each(
    plan,
    "aws_iam_role",
    "unknown trust of",
    ["CORDON-P07"],
    (values) => (values["assume_role_policy"] = "${var.trust}"),
    (values) => values["permissions_boundary"] !== undefined,
  ),
  ...each(plan, "aws_iam_policy", "unknown boundary of", ["CORDON-P07"], (values, json) => {
    values["policy"] = "${var.boundary}";
    const role = all(json, "aws_iam_role").find(([, one]) => one["permissions_boundary"] !== undefined)?.[0] ?? "";
    for (const [name, one] of all(json, "aws_iam_role")) {
      if (one["permissions_boundary"] === undefined) continue;
      put(
        json,
        "aws_iam_role_policy",
        {
          role: ref("aws_iam_role", name, "name"),
          policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" } as Values] }),
        },
        `Mutant${name === role ? "" : name}`,
      );
    }
  }),
  adding("a route of an unknown table", ["CORDON-P01"], (json) => {
    put(json, "aws_route", {
      route_table_id: "${var.table}",
      destination_cidr_block: "203.0.113.0/24",
      transit_gateway_id: "tgw-1",
    });
  }),
  adding("a module that can't be read", ["CORDON-P13"], (json) => {
    (json as unknown as { module: unknown }).module = { extra: { source: "terraform-aws-modules/vpc/aws" } };
  }),
];
