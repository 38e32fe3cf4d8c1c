import { containedStack, messages, put, runCases, type Stack, set, setting, without } from "./contained-stack";

const VPC = "aws_vpc.main";
const SUBNET = "aws_subnet.agent";

describe("the firewall and its logs", () => {
  const FIREWALL = "aws_networkfirewall_firewall.main";
  const LOGGING = "aws_networkfirewall_logging_configuration.main";
  const config = (value: unknown) => setting(LOGGING, "logging_configuration.log_destination_config", [value]);
  runCases([
    ...["delete_protection", "subnet_change_protection", "firewall_policy_change_protection"].map((name) => ({
      name: `${name} is on`,
      change: setting(FIREWALL, name, false),
      expected: [
        `CORDON-096: ${FIREWALL}: ${name} is false, so AWS lets one call take the firewall out of the path; set ${name} to true, or declare maintenance`,
      ],
    })),
    {
      name: "a protection that only apply knows is off",
      change: setting(FIREWALL, "delete_protection", "${var.protect}"),
      expected: [
        `CORDON-096: ${FIREWALL}: delete_protection is "\${var.protect}" (unknown until apply), so AWS lets one call take the firewall out of the path; set delete_protection to true, or declare maintenance`,
      ],
    },
    {
      name: "protections may be off during maintenance",
      change: setting(FIREWALL, "delete_protection", false),
      options: { maintenance: true },
      expected: [],
    },
    {
      name: "a log destination has the key of its type",
      change: config({ log_type: "ALERT", log_destination_type: "S3", log_destination: { bucket: "logs" } }),
      expected: [
        `CORDON-090: ${LOGGING}: AWS refuses a log destination of type "S3" with the key bucket (InvalidRequestException); name the destination by bucketName`,
      ],
    },
    {
      name: "a log destination of CloudWatch takes no prefix",
      change: config({
        log_type: "ALERT",
        log_destination_type: "CloudWatchLogs",
        log_destination: { logGroup: "x", prefix: "y" },
      }),
      expected: [
        `CORDON-090: ${LOGGING}: AWS refuses a log destination of type "CloudWatchLogs" with the key prefix (InvalidRequestException); name the destination by logGroup`,
      ],
    },
    {
      name: "an empty log destination is refused",
      change: config({ log_type: "ALERT", log_destination_type: "KinesisDataFirehose", log_destination: {} }),
      expected: [
        `CORDON-090: ${LOGGING}: AWS refuses a log destination of type "KinesisDataFirehose" with no destination (InvalidRequestException); name the destination by deliveryStream`,
      ],
    },
    {
      name: "a delivery stream passes",
      change: config({
        log_type: "TLS",
        log_destination_type: "KinesisDataFirehose",
        log_destination: { deliveryStream: "x" },
      }),
      expected: [],
    },
    {
      name: "unknown words are refused",
      change: config({ log_type: "DNS", log_destination_type: "SQS", log_destination: {} }),
      expected: [
        `CORDON-090: ${LOGGING}: AWS refuses the log destination type "SQS" (InvalidRequestException); use one of S3, CloudWatchLogs, KinesisDataFirehose`,
        `CORDON-090: ${LOGGING}: AWS refuses the log type "DNS" (InvalidRequestException); use one of ALERT, FLOW, TLS`,
      ],
    },
  ]);
});

describe("security groups", () => {
  const GROUP = "aws_security_group.agent";
  const RULE = "aws_vpc_security_group_egress_rule.agent";
  const DEFAULT = "aws_default_security_group.main";
  runCases([
    {
      name: "inline rules beside rule resources have two owners, also when empty",
      change: setting(GROUP, "egress", []),
      expected: [
        `CORDON-091: ${GROUP}: Terraform removes ${RULE} at every other apply, because the group also has inline egress rules; remove the inline egress`,
      ],
    },
    { name: "inline rules of the other side pass", change: setting(GROUP, "ingress", []), expected: [] },
    {
      name: "the older rule resource counts",
      change: (stack: Stack) => {
        put(stack, "aws_security_group_rule.in", { type: "ingress", security_group_id: `\${${GROUP}.id}` });
        set(stack, GROUP, "ingress", [{}]);
      },
      expected: [
        `CORDON-091: ${GROUP}: Terraform removes aws_security_group_rule.in at every other apply, because the group also has inline ingress rules; remove the inline ingress`,
      ],
    },
    {
      name: "a default security group has no rules",
      change: setting(DEFAULT, "ingress", [{ self: true }]),
      expected: [
        `CORDON-092: ${DEFAULT}: AWS gives the default security group's ingress rules to every interface without a group; remove its rules`,
      ],
    },
    {
      name: "a default security group whose rules only apply knows is a finding",
      change: setting(DEFAULT, "dynamic", { egress: { for_each: "${var.rules}" } }),
      expected: [
        `CORDON-092: ${DEFAULT}: AWS gives the default security group's egress rules to every interface without a group; remove its rules`,
      ],
    },
    {
      name: "a VPC whose default security group is not adopted is open",
      change: without(DEFAULT),
      expected: [
        `CORDON-092: ${VPC}: AWS leaves the VPC's default security group open to everywhere until it is adopted; add aws_default_security_group without rules for the VPC`,
      ],
    },
  ]);
});

describe("subnets and VPCs", () => {
  const around = (address: string, name: string, shown: string) => [
    `CORDON-093: ${address}: ${name} is ${shown}, and AWS routes IPv6 around the firewall; remove ${name}`,
  ];
  const mapped = (shown: string) => [
    `CORDON-093: ${SUBNET}: map_public_ip_on_launch is ${shown}, so AWS gives each interface a public address; set it to false`,
  ];
  runCases([
    {
      name: "a subnet gives out no public address",
      change: setting(SUBNET, "map_public_ip_on_launch", true),
      expected: mapped("true"),
    },
    {
      name: "a setting that only apply knows gives them out",
      change: setting(SUBNET, "map_public_ip_on_launch", "${var.public}"),
      expected: mapped('"${var.public}" (unknown until apply)'),
    },
    {
      name: "a subnet that does not say gives none",
      change: setting(SUBNET, "map_public_ip_on_launch", undefined),
      expected: [],
    },
    {
      name: "a subnet has no IPv6 block",
      change: setting(SUBNET, "ipv6_cidr_block", "2001:db8::/64"),
      expected: around(SUBNET, "ipv6_cidr_block", '"2001:db8::/64"'),
    },
    {
      name: "a subnet assigns no IPv6 address",
      change: setting(SUBNET, "assign_ipv6_address_on_creation", true),
      expected: around(SUBNET, "assign_ipv6_address_on_creation", "true"),
    },
    {
      name: "a VPC has no IPv6 block",
      change: setting(VPC, "assign_generated_ipv6_cidr_block", true),
      expected: around(VPC, "assign_generated_ipv6_cidr_block", "true"),
    },
    {
      name: "no IPv6 block is associated",
      change: (stack: Stack) => put(stack, "aws_vpc_ipv6_cidr_block_association.v6", {}),
      expected: [
        "CORDON-093: aws_vpc_ipv6_cidr_block_association.v6: AWS routes IPv6 of the VPC around the firewall; remove the IPv6 block",
      ],
    },
    {
      name: "the resolver is on",
      change: setting(VPC, "enable_dns_support", false),
      expected: [
        `CORDON-094: ${VPC}: enable_dns_support is false, so DNS Firewall sees no query and private names do not resolve; set it to true`,
      ],
    },
    {
      name: "the resolver is on when the VPC does not say",
      change: setting(VPC, "enable_dns_support", undefined),
      expected: [],
    },
    {
      name: "host names are on",
      change: setting(VPC, "enable_dns_hostnames", undefined),
      expected: [
        `CORDON-094: ${VPC}: enable_dns_hostnames is absent, so AWS refuses private names for endpoints (InvalidParameter); set it to true`,
      ],
    },
  ]);
});

describe("routes", () => {
  const ROUTE = "aws_route.agent";
  const TABLE = "aws_route_table.agent";
  runCases([
    {
      name: "a route has one target",
      change: setting(ROUTE, "nat_gateway_id", "nat-1"),
      expected: [
        `CORDON-095: ${ROUTE}: AWS refuses a route with two targets (InvalidParameterCombination): nat_gateway_id, vpc_endpoint_id; give the route one target`,
      ],
    },
    {
      name: "a route without a target is refused",
      change: setting(ROUTE, "vpc_endpoint_id", null),
      expected: [
        `CORDON-095: ${ROUTE}: AWS refuses a route without a target (MissingParameter); give the route one target`,
      ],
    },
    {
      name: "a table has one route to a destination",
      change: (stack: Stack) => put(stack, "aws_route.second", { ...stack.get(ROUTE)?.values }),
      expected: [
        `CORDON-095: aws_route.second: AWS refuses two routes to one destination in a table (RouteAlreadyExists), ${ROUTE} has it; keep one of the two`,
      ],
    },
    {
      name: "routes to two destinations pass",
      change: (stack: Stack) =>
        put(stack, "aws_route.second", { ...stack.get(ROUTE)?.values, destination_cidr_block: "192.0.2.0/24" }),
      expected: [],
    },
    {
      name: "inline routes beside route resources have two owners, also when empty",
      change: setting(TABLE, "route", []),
      expected: [
        `CORDON-095: ${TABLE}: Terraform removes ${ROUTE} at every other apply, because the table also has inline routes; remove the inline route blocks`,
      ],
    },
    {
      name: "inline routes of another table pass",
      change: (stack: Stack) =>
        put(stack, "aws_route_table.other", { route: [{ cidr_block: "0.0.0.0/0", gateway_id: "igw-1" }] }),
      expected: [],
    },
  ]);

  test("the generated reference to a firewall endpoint fails at apply only", () => {
    const stack = containedStack();
    set(
      stack,
      ROUTE,
      "vpc_endpoint_id",
      '${tolist(aws_networkfirewall_firewall.main.firewall_status).0["sync_states"].0["attachment[0].endpoint_id"]}',
    );
    expect(messages(stack)).toEqual([
      `CORDON-097: ${ROUTE}: Terraform accepts the reference .0["attachment[0]...."] and fails on it at apply (Invalid index); look endpoints up by zone in a local: { for s in <firewall>.firewall_status[0].sync_states : s.availability_zone => s.attachment[0].endpoint_id }`,
    ]);
  });
});
