import { type LintFinding, type LintOptions, lintAws, type TerraformResource } from "../../../lib/compile/aws-lint";

/** Arguments of a resource. */
export type Values = Record<string, unknown>;

/** A stack by address. */
export type Stack = Map<string, { type: string; values: Values }>;

const ALLOW_RULES = [
  "# agent triage",
  'pass tls $AGENT_TRIAGE any -> $EXTERNAL_NET 443 (msg:"cordon allow triage"; tls.sni; content:"api.example.com"; startswith; endswith; nocase; flow:to_server; alert; sid:1000001;)',
  'pass tls $AGENT_TRIAGE any -> $EXTERNAL_NET [443, 8443] (tls.sni; content:".example.org"; endswith; nocase; flow:to_server; sid:1000002;)',
  'pass http $AGENT_TRIAGE any -> $EXTERNAL_NET 80 (http.host; content:"feed.example.com"; startswith; endswith; flow:to_server; sid:1000003;)',
  "",
  "pass tcp $AGENT_TRIAGE any -> 203.0.113.8/32 5432 (flow:to_server; sid:1000004;)",
].join("\n");

const TERMINAL_RULES = [
  'drop tls any any -> any any (tls.sni; content:!"|00 00 00|"; flow:to_server; sid:900;)',
  'drop udp any any -> any any (msg:"cordon deny udp; all of it"; sid:905;)',
  "drop ip any any -> any any (ip_proto:!6; sid:907;)",
].join("\n");

const ENDPOINT_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: "*",
      Action: "*",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceAccount": "111122223333" } },
    },
    {
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
    },
  ],
});

const ref = (address: string, attribute = "id"): string => `\${${address}.${attribute}}`;
const VPC = ref("aws_vpc.main");

function ruleGroup(rules: string, capacity: number): Values {
  return {
    name: "rules",
    type: "STATEFUL",
    capacity,
    rule_group: {
      rules_source: { rules_string: rules },
      rule_variables: {
        ip_sets: [
          { key: "AGENT_TRIAGE", ip_set: { definition: ["10.64.1.0/26", ref("aws_subnet.agent", "cidr_block")] } },
        ],
      },
      stateful_rule_options: { rule_order: "STRICT_ORDER" },
    },
  };
}

function dnsRule(list: string, priority: number, values: Values): Values {
  return {
    firewall_rule_group_id: ref("aws_route53_resolver_firewall_rule_group.main"),
    firewall_domain_list_id: ref(`aws_route53_resolver_firewall_domain_list.${list}`),
    priority,
    ...values,
  };
}

const CONTAINED: Record<string, Values> = {
  "aws_vpc.main": { cidr_block: "10.64.0.0/20", enable_dns_support: true, enable_dns_hostnames: true },
  "aws_default_security_group.main": { vpc_id: VPC, ingress: [], egress: [] },
  "aws_subnet.agent": { vpc_id: VPC, cidr_block: "10.64.1.0/26", map_public_ip_on_launch: false },
  "aws_route_table.agent": { vpc_id: VPC },
  "aws_route.agent": {
    route_table_id: ref("aws_route_table.agent"),
    destination_cidr_block: "0.0.0.0/0",
    vpc_endpoint_id: '${local.endpoints["a"]}',
  },
  "aws_security_group.agent": { vpc_id: VPC },
  "aws_vpc_security_group_egress_rule.agent": {
    security_group_id: ref("aws_security_group.agent"),
    ip_protocol: "tcp",
  },
  "aws_networkfirewall_rule_group.allow": ruleGroup(ALLOW_RULES, 4),
  "aws_networkfirewall_rule_group.terminal": ruleGroup(TERMINAL_RULES, 100),
  "aws_networkfirewall_firewall_policy.main": {
    firewall_policy: {
      stateless_default_actions: ["aws:forward_to_sfe"],
      stateless_fragment_default_actions: ["aws:forward_to_sfe"],
      stateful_engine_options: { rule_order: "STRICT_ORDER", stream_exception_policy: "REJECT" },
      stateful_default_actions: [
        "aws:drop_established_app_layer_to_server",
        "aws:alert_established_app_layer_to_server",
        "aws:alert_strict",
      ],
      stateful_rule_group_reference: [
        {
          priority: 10,
          resource_arn:
            "arn:${data.aws_partition.p.partition}:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/MalwareDomainsStrictOrder",
          override: { action: "DROP_TO_ALERT" },
        },
        { priority: 20, resource_arn: ref("aws_networkfirewall_rule_group.allow", "arn") },
        { priority: 30, resource_arn: ref("aws_networkfirewall_rule_group.terminal", "arn") },
      ],
      policy_variables: {
        rule_variables: [{ key: "HOME_NET", ip_set: { definition: ["10.0.0.0/8", "172.16.0.0/12"] } }],
      },
    },
  },
  "aws_networkfirewall_firewall.main": {
    vpc_id: VPC,
    delete_protection: true,
    subnet_change_protection: true,
    firewall_policy_change_protection: true,
  },
  "aws_networkfirewall_logging_configuration.main": {
    logging_configuration: {
      log_destination_config: [
        {
          log_type: "ALERT",
          log_destination_type: "CloudWatchLogs",
          log_destination: { logGroup: ref("aws_cloudwatch_log_group.alert", "name") },
        },
        { log_type: "FLOW", log_destination_type: "S3", log_destination: { bucketName: "logs", prefix: "flow" } },
      ],
    },
  },
  "aws_route53_resolver_firewall_rule_group.main": { name: "cell" },
  "aws_route53_resolver_firewall_domain_list.https": { name: "https", domains: ["*"] },
  "aws_route53_resolver_firewall_domain_list.allow": {
    name: "allow-01",
    domains: ["*.example.org", "api.example.com"],
  },
  "aws_route53_resolver_firewall_domain_list.deny": { name: "deny", domains: ["*"] },
  "aws_route53_resolver_firewall_rule.https": dnsRule("https", 100, {
    action: "BLOCK",
    block_response: "NODATA",
    q_type: "TYPE65",
  }),
  "aws_route53_resolver_firewall_rule.allow": dnsRule("allow", 200, { action: "ALLOW" }),
  "aws_route53_resolver_firewall_rule.deny": dnsRule("deny", 9000, { action: "BLOCK", block_response: "NXDOMAIN" }),
  "aws_route53_resolver_firewall_rule_group_association.main": {
    vpc_id: VPC,
    firewall_rule_group_id: ref("aws_route53_resolver_firewall_rule_group.main"),
    priority: 101,
    mutation_protection: "ENABLED",
  },
  "aws_route53_resolver_firewall_config.main": { resource_id: VPC, firewall_fail_open: "DISABLED" },
  "aws_vpc_endpoint.sts": {
    vpc_id: VPC,
    service_name: "com.amazonaws.eu-west-1.sts",
    vpc_endpoint_type: "Interface",
    private_dns_enabled: true,
    subnet_ids: [ref("aws_subnet.agent")],
    policy: ENDPOINT_POLICY,
  },
  "aws_vpc_endpoint.s3": {
    vpc_id: VPC,
    service_name: "com.amazonaws.eu-west-1.s3",
    vpc_endpoint_type: "Gateway",
    policy: ENDPOINT_POLICY,
  },
};

/** A contained cell in Terraform JSON: the lint has nothing to say about it. Each call gives a copy. */
export function containedStack(): Stack {
  return new Map(
    Object.entries(structuredClone(CONTAINED)).map(([address, values]) => [address, { type: typeOf(address), values }]),
  );
}

/** Sets one argument by its path (`firewall_policy.stateful_engine_options.rule_order`, numbers for items); undefined removes it. */
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

/** Adds a resource, or replaces one. */
export function put(stack: Stack, address: string, values: Values): void {
  stack.set(address, { type: typeOf(address), values });
}

/** What the lint says about a stack, as an error message would. */
export function messages(stack: Stack, options?: LintOptions): string[] {
  const resources: TerraformResource[] = [...stack].map(([address, { type, values }]) => ({ address, type, values }));
  return lintAws(resources, options).map(asMessage);
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
  readonly options?: LintOptions;
}

/** A test per case. */
export function runCases(cases: LintCase[]): void {
  test.each(cases)("$name", ({ change, expected, options }) => {
    const stack = containedStack();
    change(stack);
    expect(messages(stack, options)).toEqual(expected);
  });
}
