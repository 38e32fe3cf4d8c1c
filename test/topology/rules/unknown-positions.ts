import {
  freshPlan,
  type MutablePlan,
  namesOf,
  put,
  putInstance,
  ref,
  TRIAGE_A,
  TRIAGE_B,
  type Values,
  valuesOf,
} from "./weakened";

/** A place of the plan, with values that it could have; the first one is harmless. */
export interface Position {
  readonly name: string;
  readonly type: string;
  /** The resource's name, or a word of it. */
  readonly word: string;
  /** Keys and indexes down to the argument; `count` says whether the resource exists at all. */
  readonly path: readonly (string | number)[];
  readonly values: readonly unknown[];
}

const GROUP = "aws_networkfirewall_rule_group";
const POLICY = "aws_networkfirewall_firewall_policy";
const ROUTE = "aws_route";
const EGRESS = "aws_vpc_security_group_egress_rule";
const INGRESS = "aws_vpc_security_group_ingress_rule";
const RULE = "aws_route53_resolver_firewall_rule";

/** The plan with some resources more, of which none opens anything. */
export function widePlan(): MutablePlan {
  const json = freshPlan();
  put(
    json,
    ROUTE,
    {
      route_table_id: "rtb-0123",
      destination_cidr_block: "192.0.2.0/24",
      nat_gateway_id: ref(json, "aws_nat_gateway", "nat-eu-west-1a"),
    },
    "spare-route",
  );
  put(
    json,
    INGRESS,
    { security_group_id: "sg-0123", ip_protocol: "tcp", from_port: 22, to_port: 22, cidr_ipv4: "198.51.100.0/24" },
    "spare-ingress",
  );
  put(
    json,
    "aws_network_acl",
    {
      vpc_id: ref(json, "aws_vpc", ""),
      subnet_ids: [ref(json, "aws_subnet", TRIAGE_A)],
      egress: [
        { rule_no: 10, action: "deny", protocol: "tcp", from_port: 25, to_port: 25, cidr_block: "0.0.0.0/0" },
        { rule_no: 20, action: "allow", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" },
      ],
      ingress: [{ rule_no: 20, action: "allow", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" }],
    },
    "acl",
  );
  putInstance(json);
  return json;
}

/** Every place of {@link widePlan} that the property makes unknown. */
export function positionsOf(json: MutablePlan): Position[] {
  const at = (type: string, word: string, path: Position["path"], ...values: unknown[]): Position => ({
    name: `${type} ${word} ${path.join(".")}`,
    type,
    word,
    path,
    values,
  });
  const exists = (type: string, word: string): Position => at(type, word, ["count"], 1, 0);
  const table = (word: string): string => ref(json, "aws_route_table", word);
  const nat = (zone: string): string => ref(json, "aws_nat_gateway", `nat-${zone}`);
  const group = (word: string): string => ref(json, "aws_security_group", word);
  const own = valuesOf(json, ROUTE, `${TRIAGE_A}-out`)["vpc_endpoint_id"];
  const other = valuesOf(json, ROUTE, `${TRIAGE_B}-out`)["vpc_endpoint_id"];
  const rules = textIn(json, "rules-allow-1");
  const terminal = textIn(json, "rules-terminal");
  const rulesText = ["rule_group", "rules_source", "rules_string"];
  const evil =
    'pass tls any any -> any 443 (flow:to_server; tls.sni; content:"evil.example.org"; startswith; endswith; sid:77;)';
  return [
    at(ROUTE, `${TRIAGE_A}-out`, ["destination_cidr_block"], "0.0.0.0/0", "192.0.2.0/24", "10.64.0.0/20"),
    at(ROUTE, `${TRIAGE_A}-out`, ["vpc_endpoint_id"], own, other, "vpce-0123"),
    exists(ROUTE, `${TRIAGE_A}-out`),
    at(ROUTE, `${TRIAGE_A}-return`, ["destination_cidr_block"], "10.64.1.64/26", "10.64.1.64/27", "192.0.2.0/24"),
    at(ROUTE, `${TRIAGE_A}-return`, ["vpc_endpoint_id"], own, other),
    at(
      ROUTE,
      `${TRIAGE_A}-return`,
      ["route_table_id"],
      table("public-eu-west-1a"),
      table("public-eu-west-1b"),
      "rtb-9",
    ),
    exists(ROUTE, `${TRIAGE_A}-return`),
    at(ROUTE, "firewall-eu-west-1a-out", ["nat_gateway_id"], nat("eu-west-1a"), nat("eu-west-1b"), "nat-0123"),
    exists(ROUTE, "public-eu-west-1a-out"),
    at(ROUTE, "spare-route", ["route_table_id"], "rtb-0123", table(TRIAGE_A), table("public-eu-west-1a")),
    at(ROUTE, "spare-route", ["destination_cidr_block"], "192.0.2.0/24", "0.0.0.0/0", "198.51.100.0/24"),
    exists(ROUTE, "spare-route"),
    at(
      "aws_route_table_association",
      TRIAGE_A,
      ["route_table_id"],
      table(TRIAGE_A),
      table("public-eu-west-1a"),
      "rtb-9",
    ),
    exists("aws_route_table_association", TRIAGE_A),
    at("aws_subnet", TRIAGE_A, ["cidr_block"], "10.64.1.64/26", "10.64.9.0/26"),
    at("aws_subnet", TRIAGE_A, ["map_public_ip_on_launch"], false, true),
    at("aws_vpc", "", ["cidr_block"], "10.64.0.0/20", "10.64.0.0/16"),
    at(EGRESS, "egress-tcp-0-0-0-0-0-443", ["cidr_ipv4"], "0.0.0.0/0", "198.51.100.0/24"),
    at(EGRESS, "egress-tcp-0-0-0-0-0-443", ["to_port"], 443, 65_535),
    at(EGRESS, "egress-tcp-0-0-0-0-0-443", ["from_port"], 443, 1),
    at(EGRESS, "egress-tcp-0-0-0-0-0-443", ["ip_protocol"], "tcp", "udp", "-1"),
    at(EGRESS, "egress-tcp-0-0-0-0-0-443", ["security_group_id"], group("agent-triage"), group("agent-coder"), "sg-9"),
    exists(EGRESS, "egress-tcp-0-0-0-0-0-443"),
    at(INGRESS, "spare-ingress", ["security_group_id"], "sg-0123", group("agent-triage"), group("agent-coder")),
    at(INGRESS, "spare-ingress", ["cidr_ipv4"], "198.51.100.0/24", "10.64.1.64/32", "0.0.0.0/0"),
    at(INGRESS, "from-triage", ["referenced_security_group_id"], group("agent-triage"), group("agent-coder")),
    at("aws_network_acl", "acl", ["egress", 0, "action"], "deny", "allow"),
    at("aws_network_acl", "acl", ["egress", 0, "cidr_block"], "0.0.0.0/0", "198.51.100.0/24"),
    at("aws_network_acl", "acl", ["egress", 0, "from_port"], 25, 1),
    at("aws_network_acl", "acl", ["egress", 0, "rule_no"], 10, 30),
    at("aws_network_acl", "acl", ["egress", 1, "cidr_block"], "0.0.0.0/0", "10.64.0.0/16"),
    at(
      "aws_network_acl",
      "acl",
      ["subnet_ids"],
      [ref(json, "aws_subnet", TRIAGE_A)],
      [ref(json, "aws_subnet", TRIAGE_B)],
    ),
    at(GROUP, "rules-allow-1", rulesText, rules, `${evil}\n${rules}`, ""),
    at(GROUP, "rules-terminal", rulesText, terminal, "", `${evil}\n${terminal}`),
    at(GROUP, "rules-allow-1", [...setOf(json, "AGENT_TRIAGE"), 0], "10.64.1.64/26", "10.64.0.0/20", "192.0.2.0/24"),
    at(
      POLICY,
      "",
      ["firewall_policy", "stateful_default_actions", 0],
      "aws:drop_established_app_layer_to_server",
      "aws:alert_strict",
    ),
    at(
      POLICY,
      "",
      ["firewall_policy", "stateful_engine_options", "rule_order"],
      "STRICT_ORDER",
      "DEFAULT_ACTION_ORDER",
    ),
    at(POLICY, "", ["firewall_policy", "stateful_engine_options", "stream_exception_policy"], "REJECT", "CONTINUE"),
    at(POLICY, "", ["firewall_policy", "stateful_rule_group_reference", 1, "priority"], 1000, 1),
    at(POLICY, "", ["firewall_policy", "stateless_default_actions", 0], "aws:forward_to_sfe", "aws:pass", "aws:drop"),
    at(
      POLICY,
      "",
      ["firewall_policy", "policy_variables", "rule_variables", 0, "ip_set", "definition", 1],
      "10.0.0.0/8",
      "172.31.0.0/16",
    ),
    at("aws_networkfirewall_firewall", "", ["delete_protection"], true, false),
    at(
      "aws_networkfirewall_logging_configuration",
      "",
      ["logging_configuration", "log_destination_config", 0, "log_type"],
      "ALERT",
      "FLOW",
    ),
    at(RULE, "allow-rule", ["action"], "ALLOW", "BLOCK", "ALERT"),
    at(RULE, "deny-rule", ["action"], "BLOCK", "ALLOW", "ALERT"),
    at(RULE, "deny-rule", ["priority"], 9000, 1),
    at(RULE, "deny-rule", ["q_type"], null, "TXT"),
    exists(RULE, "deny-rule"),
    exists("aws_route53_resolver_firewall_rule_group_association", ""),
    at(
      "aws_route53_resolver_firewall_domain_list",
      "DnsFirewall_allow",
      ["domains", 2],
      "api.example.com.",
      "evil.example.org.",
    ),
    at("aws_route53_resolver_firewall_domain_list", "DnsFirewall_deny", ["domains", 0], "*.", "*.com."),
    at("aws_route53_resolver_firewall_config", "", ["firewall_fail_open"], "DISABLED", "ENABLED"),
    at("aws_flow_log", "", ["traffic_type"], "ALL", "ACCEPT"),
    exists("aws_flow_log", ""),
    at("aws_cloudwatch_log_group", "vpc-flow", ["retention_in_days"], 365, 1),
    at("aws_instance", "added", ["metadata_options", 0, "http_tokens"], "required", "optional"),
    at("aws_instance", "added", ["associate_public_ip_address"], false, true),
    exists("aws_instance", "added"),
    exists("aws_vpc_endpoint", "secretsmanager"),
    at("aws_vpc_endpoint", "secretsmanager", ["security_group_ids"], [group("PrivateEndpoints")], ["sg-9"]),
    at(
      "aws_iam_role",
      "agent-triage",
      ["permissions_boundary"],
      ref(json, "aws_iam_policy", "agent-triage", "arn"),
      null,
    ),
  ];
}

function textIn(json: MutablePlan, word: string): string {
  const group = valuesOf(json, GROUP, word)["rule_group"] as { rules_source: { rules_string: string } };
  return group.rules_source.rules_string;
}

function setOf(json: MutablePlan, key: string): (string | number)[] {
  const group = valuesOf(json, GROUP, "rules-allow-1")["rule_group"] as { rule_variables: { ip_sets: Values[] } };
  const index = group.rule_variables.ip_sets.findIndex((one) => one["key"] === key);
  return ["rule_group", "rule_variables", "ip_sets", index, "ip_set", "definition"];
}

/** Gives a place a value; a resource that does not exist is taken out. */
export function fill(json: MutablePlan, position: Position, value: unknown): void {
  const { type, word, path } = position;
  const [name, ...others] = namesOf(json, type, word);
  if (name === undefined) return;
  if (others.length > 0) throw new Error(`${position.name} is about ${others.length + 1} resources`);
  if (path[0] === "count" && typeof value === "number") {
    if (value === 0) delete json.resource[type]?.[name];
    return;
  }
  const keys = [...path];
  const last = keys.pop() ?? "";
  const inner = keys.reduce<Values>((values, key) => values[key] as Values, json.resource[type]?.[name] ?? {});
  if (inner === undefined) throw new Error(`${position.name} leads nowhere`);
  inner[last] = value;
}
