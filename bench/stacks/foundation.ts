import type { CompiledDns } from "../../lib/compile/dns-allow-list";
import type { CompiledFirewall } from "../../lib/compile/suricata-rules";
import type { JsonValue } from "../../lib/topology/terraform-json";
import type { Resources } from "./generated-stack";

export const ZONES = ["eu-west-1a", "eu-west-1b"];

/** A reference as Terraform writes it. */
export const ref = (expression: string): string => `\${${expression}}`;

/** What a cell has whatever its agents are: network, firewall, resolver, records. */
export function foundation(resources: Resources, firewall: CompiledFirewall, dns: CompiledDns): void {
  const put = (type: string, name: string, values: { [argument: string]: JsonValue }): void => {
    resources[type] = Object.assign(resources[type] ?? {}, { [name]: values });
  };
  const vpc = ref("aws_vpc.this.id");
  put("aws_vpc", "this", { cidr_block: "10.64.0.0/16", enable_dns_support: true });
  put("aws_default_security_group", "this", { vpc_id: vpc, egress: [], ingress: [] });
  put("aws_internet_gateway", "this", { vpc_id: vpc });
  for (const [index, zone] of ZONES.entries()) {
    for (const [offset, role] of ["firewall", "public"].entries()) {
      const name = `${role}-${zone}`;
      put("aws_subnet", name, {
        availability_zone: zone,
        cidr_block: `10.64.${index}.${offset * 16}/28`,
        map_public_ip_on_launch: false,
        vpc_id: vpc,
      });
      put("aws_route_table", name, { vpc_id: vpc });
      put("aws_route_table_association", name, {
        route_table_id: ref(`aws_route_table.${name}.id`),
        subnet_id: ref(`aws_subnet.${name}.id`),
      });
      put("aws_route", `${name}-out`, {
        destination_cidr_block: "0.0.0.0/0",
        route_table_id: ref(`aws_route_table.${name}.id`),
        ...(role === "public"
          ? { gateway_id: ref("aws_internet_gateway.this.id") }
          : { nat_gateway_id: ref(`aws_nat_gateway.${zone}.id`) }),
      });
    }
    put("aws_eip", zone, { domain: "vpc" });
    put("aws_nat_gateway", zone, {
      allocation_id: ref(`aws_eip.${zone}.id`),
      subnet_id: ref(`aws_subnet.public-${zone}.id`),
    });
  }
  putFirewall(put, firewall);
  putResolver(put, dns);
  putRecords(put);
}

type Put = (type: string, name: string, values: { [argument: string]: JsonValue }) => void;

function ipSet(name: string, cidrs: readonly string[]): JsonValue {
  return { key: name, ip_set: { definition: [...cidrs] } };
}

function putFirewall(put: Put, firewall: CompiledFirewall): void {
  for (const group of firewall.groups) {
    put("aws_networkfirewall_rule_group", group.name, {
      capacity: group.capacity,
      name: group.name,
      type: "STATEFUL",
      rule_group: {
        rule_variables: { ip_sets: group.ipSets.map(({ name, cidrs }) => ipSet(name, cidrs)) },
        rules_source: { rules_string: group.rules },
        stateful_rule_options: { rule_order: "STRICT_ORDER" },
      },
    });
  }
  put("aws_networkfirewall_firewall_policy", "this", {
    name: "bench",
    firewall_policy: {
      policy_variables: { rule_variables: [ipSet("HOME_NET", firewall.homeNet)] },
      stateful_default_actions: ["aws:drop_established_app_layer_to_server"],
      stateful_engine_options: { rule_order: "STRICT_ORDER", stream_exception_policy: "REJECT" },
      stateful_rule_group_reference: firewall.groups.map(({ name }, index) => ({
        priority: 100 + index,
        resource_arn: ref(`aws_networkfirewall_rule_group.${name}.arn`),
      })),
      stateless_default_actions: ["aws:forward_to_sfe"],
      stateless_fragment_default_actions: ["aws:forward_to_sfe"],
    },
  });
  put("aws_networkfirewall_firewall", "this", {
    name: "bench",
    vpc_id: ref("aws_vpc.this.id"),
    firewall_policy_arn: ref("aws_networkfirewall_firewall_policy.this.arn"),
    delete_protection: true,
    firewall_policy_change_protection: true,
    subnet_change_protection: true,
    subnet_mapping: ZONES.map((zone) => ({ subnet_id: ref(`aws_subnet.firewall-${zone}.id`) })),
  });
}

function putResolver(put: Put, dns: CompiledDns): void {
  const group = ref("aws_route53_resolver_firewall_rule_group.this.id");
  put("aws_route53_resolver_firewall_rule_group", "this", { name: "bench" });
  const lists: { name: string; action: string; domains: string[] }[] = [
    ...dns.lists.map((list) => ({ name: list.name, action: "ALLOW", domains: [...list.domains] })),
    { name: "deny", action: "BLOCK", domains: ["*."] },
  ];
  for (const [index, { name, action, domains }] of lists.entries()) {
    put("aws_route53_resolver_firewall_domain_list", name, { name, domains });
    put("aws_route53_resolver_firewall_rule", name, {
      name,
      action,
      priority: 100 + index,
      firewall_domain_list_id: ref(`aws_route53_resolver_firewall_domain_list.${name}.id`),
      firewall_rule_group_id: group,
    });
  }
  put("aws_route53_resolver_firewall_rule_group_association", "this", {
    name: "bench",
    priority: 101,
    firewall_rule_group_id: group,
    vpc_id: ref("aws_vpc.this.id"),
  });
  put("aws_route53_resolver_firewall_config", "this", {
    firewall_fail_open: "DISABLED",
    resource_id: ref("aws_vpc.this.id"),
  });
}

function putRecords(put: Put): void {
  for (const name of ["flow", "alert", "vpc", "names"]) {
    put("aws_cloudwatch_log_group", name, { name: `/bench/${name}`, retention_in_days: 365 });
  }
  const to = (name: string, type: string): JsonValue => ({
    log_destination: { logGroup: ref(`aws_cloudwatch_log_group.${name}.name`) },
    log_destination_type: "CloudWatchLogs",
    log_type: type,
  });
  put("aws_networkfirewall_logging_configuration", "this", {
    firewall_arn: ref("aws_networkfirewall_firewall.this.arn"),
    logging_configuration: { log_destination_config: [to("alert", "ALERT"), to("flow", "FLOW")] },
  });
  put("aws_flow_log", "this", {
    traffic_type: "ALL",
    log_destination: ref("aws_cloudwatch_log_group.vpc.arn"),
    vpc_id: ref("aws_vpc.this.id"),
  });
  put("aws_route53_resolver_query_log_config", "this", {
    name: "bench",
    destination_arn: ref("aws_cloudwatch_log_group.names.arn"),
  });
  put("aws_route53_resolver_query_log_config_association", "this", {
    resolver_query_log_config_id: ref("aws_route53_resolver_query_log_config.this.id"),
    resource_id: ref("aws_vpc.this.id"),
  });
}
