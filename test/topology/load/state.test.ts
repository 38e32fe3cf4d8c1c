import { fromObject } from "../../../lib/topology/load/load";
import { Resolver } from "../../../lib/topology/resolve/resolver";
import { shown } from "../resolve/configurations";

const ACCOUNT = "123456789012";
const arn = (rest: string): string => `arn:aws:${rest.replace("#", ACCOUNT)}`;
const managed = (address: string, values: object, more: object = {}) => {
  const [type, name] = address.replace(/\[.*/, "").split(".").slice(-2);
  return { address, mode: "managed", type, name, values, ...more };
};

const FIREWALL = arn("network-firewall:eu-west-1:#:firewall/agents");
const resources = [
  managed("aws_vpc.v", {
    id: "vpc-2d4cadf6f1e27a4b1",
    arn: arn("ec2:eu-west-1:#:vpc/vpc-2d4cadf6f1e27a4b1"),
    cidr_block: "10.64.0.0/20",
    owner_id: ACCOUNT,
    default_security_group_id: "sg-121ed3e282a49a8de",
    default_route_table_id: "rtb-b1b64b4fbe1b77f8f",
    main_route_table_id: "rtb-b1b64b4fbe1b77f8f",
    dhcp_options_id: "default",
    ipv6_cidr_block: "",
    tags: { Name: "", Note: "vpc-2d4cadf6f1e27a4b1" },
  }),
  managed("aws_default_security_group.d", {
    id: "sg-121ed3e282a49a8de",
    vpc_id: "vpc-2d4cadf6f1e27a4b1",
    ingress: [],
    egress: [],
  }),
  managed("aws_default_route_table.d", {
    id: "rtb-b1b64b4fbe1b77f8f",
    default_route_table_id: "rtb-b1b64b4fbe1b77f8f",
  }),
  managed("aws_subnet.s[0]", { id: "subnet-73fff5087ee526577", availability_zone: "eu-west-1a" }, { index: 0 }),
  managed('aws_subnet.t["b.c"]', { id: "subnet-c727aa60bc862a128", availability_zone: "eu-west-1b" }, { index: "b.c" }),
  managed("aws_networkfirewall_firewall.f", {
    id: FIREWALL,
    arn: FIREWALL,
    subnet_mapping: [
      { subnet_id: "subnet-73fff5087ee526577", ip_address_type: "" },
      { subnet_id: "subnet-c727aa60bc862a128", ip_address_type: "" },
    ],
    firewall_status: [
      {
        sync_states: [
          { availability_zone: "eu-west-1a", attachment: [{ endpoint_id: "vpce-56716818bf4f7bc00" }] },
          { availability_zone: "eu-west-1b", attachment: [{ endpoint_id: "vpce-627739c1c014c3805" }] },
        ],
      },
    ],
  }),
  managed("aws_networkfirewall_logging_configuration.l", { id: FIREWALL, firewall_arn: FIREWALL }),
  managed("aws_route_table.r", { id: "rtb-5ba0ef614317ff7df", vpc_id: "vpc-2d4cadf6f1e27a4b1", route: [] }),
  managed("aws_route.out", {
    id: "r-rtb-5ba0ef614317ff7df1080289494",
    route_table_id: "rtb-5ba0ef614317ff7df",
    destination_cidr_block: "0.0.0.0/0",
    vpc_endpoint_id: "vpce-627739c1c014c3805",
    nat_gateway_id: "",
  }),
  managed("aws_vpc_endpoint.s3", { id: "vpce-068fb9e38cac6ce20", prefix_list_id: "pl-6da54004" }),
  managed("aws_vpc_endpoint_policy.p", { id: "vpce-068fb9e38cac6ce20", vpc_endpoint_id: "vpce-068fb9e38cac6ce20" }),
  managed("aws_vpc_security_group_egress_rule.e", {
    id: "sgr-7ffe254f00aa8765c",
    security_group_rule_id: "sgr-7ffe254f00aa8765c",
    security_group_id: "sg-121ed3e282a49a8de",
    prefix_list_id: "pl-6da54004",
    referenced_security_group_id: "sg-0fffffffffffffff0",
  }),
  managed("aws_iam_role.app", { id: "app", arn: arn("iam::#:role/app"), name: "app" }),
  managed("aws_iam_role.app2", { id: "app-2", arn: arn("iam::#:role/app-2"), name: "app-2" }),
  managed("aws_iam_instance_profile.app", { id: "app", arn: arn("iam::#:instance-profile/app"), role: "app" }),
  managed("module.logs.aws_cloudwatch_log_group.g", {
    id: "/x",
    name: "/x",
    arn: arn("logs:eu-west-1:#:log-group:/x"),
  }),
  managed("aws_flow_log.f", {
    id: "fl-9bdae24604c540486",
    iam_role_arn: arn("iam::#:role/app"),
    log_format: "${version} %{x}",
    vpc_id: "vpc-2d4cadf6f1e27a4b1",
  }),
  managed("aws_iam_role_policy.p", {
    id: "app:p",
    role: "app",
    policy: JSON.stringify({
      Statement: [
        { Resource: [arn("logs:eu-west-1:#:log-group:/x:*"), arn("iam::#:role/app-2"), arn("iam::#:role/app-other")] },
        { Resource: arn("s3:::b/${aws:username}"), Principal: { AWS: arn("iam::#:root") } },
      ],
    }),
  }),
  managed("aws_kms_key.k", {
    id: "ddeab85f-e5af",
    arn: arn("kms:eu-west-1:#:key/ddeab85f-e5af"),
    key_id: "ddeab85f-e5af",
  }),
  managed("aws_kms_key_policy.k", { id: "ddeab85f-e5af", key_id: "ddeab85f-e5af" }),
  managed("aws_kms_alias.k", { id: "alias/k", target_key_id: "ddeab85f-e5af" }),
];

const state = {
  format_version: "1.0",
  terraform_version: "1.11.4",
  values: {
    root_module: {
      resources: [
        ...resources.filter(({ address }) => !address.startsWith("module.")),
        { ...managed("aws_vpc.v", { id: "vpc-old" }), deposed_key: "a1" },
        { address: "data.aws_region.r", mode: "data", type: "aws_region", name: "r", values: { name: "eu-west-1" } },
      ],
      child_modules: [
        { address: "module.logs", resources: resources.filter(({ address }) => address.startsWith("module.")) },
      ],
    },
  },
};

describe("a state", () => {
  const configuration = fromObject(state);
  const resolver = new Resolver(configuration);
  const values = (address: string): { [argument: string]: unknown } => {
    const found = configuration.resources.find((one) => one.address === address);
    return shown(resolver.resolve({ ...found?.values })) as { [argument: string]: unknown };
  };

  test("holds every resource but deposed ones", () => {
    expect(configuration).toMatchObject({ format: "state", notes: [], locals: {}, providers: {} });
    expect(configuration.resources).toHaveLength(resources.length + 1);
    expect(values("aws_vpc.v")["cidr_block"]).toBe("10.64.0.0/20");
    expect(resolver.text("${data.aws_region.r.name}")).toBe("eu-west-1");
  });

  test.each([
    ["aws_route.out", "route_table_id", "<aws_route_table.r.id>"],
    ["aws_route.out", "vpc_endpoint_id", '<aws_networkfirewall_firewall.f.endpoint["eu-west-1b"]>'],
    ["aws_default_security_group.d", "vpc_id", "<aws_vpc.v.id>"],
    ["aws_default_route_table.d", "default_route_table_id", "<aws_vpc.v.default_route_table_id>"],
    ["aws_networkfirewall_logging_configuration.l", "firewall_arn", "<aws_networkfirewall_firewall.f.arn>"],
    ["aws_vpc_endpoint_policy.p", "vpc_endpoint_id", "<aws_vpc_endpoint.s3.id>"],
    ["aws_vpc_security_group_egress_rule.e", "security_group_id", "<aws_default_security_group.d.id>"],
    ["aws_vpc_security_group_egress_rule.e", "prefix_list_id", "<aws_vpc_endpoint.s3.prefix_list_id>"],
    ["aws_flow_log.f", "iam_role_arn", "<aws_iam_role.app.arn>"],
    ["aws_kms_alias.k", "target_key_id", "<aws_kms_key.k.id>"],
  ])("%s.%s is a reference again", (address, argument, expected) => expect(values(address)[argument]).toBe(expected));

  test("so are those inside of blocks", () =>
    expect(values("aws_networkfirewall_firewall.f")["subnet_mapping"]).toEqual([
      { subnet_id: "<aws_subnet.s[0].id>" },
      { subnet_id: '<aws_subnet.t["b.c"].id>' },
    ]));

  test("ARNs of the state are references inside of policies, the account and other ARNs are not", () => {
    expect(configuration.resources.find(({ address }) => address === "aws_iam_role_policy.p")?.values["policy"]).toBe(
      `{"Statement":[{"Resource":["\${module.logs.aws_cloudwatch_log_group.g.arn}:*","\${aws_iam_role.app2.arn}","arn:aws:iam::${ACCOUNT}:role/app-other"]},{"Resource":"arn:aws:s3:::b/$\${aws:username}","Principal":{"AWS":"arn:aws:iam::${ACCOUNT}:root"}}]}`,
    );
  });

  test.each([
    ["a name, though an id is the same", "aws_iam_instance_profile.app", "role", "app"],
    ["an account", "aws_vpc.v", "owner_id", ACCOUNT],
    [
      "an id of nothing in the state",
      "aws_vpc_security_group_egress_rule.e",
      "referenced_security_group_id",
      "sg-0fffffffffffffff0",
    ],
    ["a word where an id may stand", "aws_vpc.v", "dhcp_options_id", "default"],
    ["a tag", "aws_vpc.v", "tags", { Name: "", Note: "vpc-2d4cadf6f1e27a4b1" }],
    ["text with what would be an expression", "aws_flow_log.f", "log_format", "${version} %{x}"],
  ])("%s stays a literal", (_, address, argument, expected) => expect(values(address)[argument]).toEqual(expected));

  test("arguments that nobody set are not there", () => {
    expect(values("aws_default_security_group.d")).not.toHaveProperty("ingress");
    expect(values("aws_route_table.r")).not.toHaveProperty("route");
    expect(values("aws_route.out")).not.toHaveProperty("nat_gateway_id");
    expect(values("aws_vpc.v")).not.toHaveProperty("ipv6_cidr_block");
  });

  test("an id that two resources have belongs to neither", () => {
    const two = [managed("aws_x.a", { id: "x-0123456789" }), managed("aws_x.b", { id: "x-0123456789" })];
    const user = managed("aws_y.c", { x_id: "x-0123456789" });
    const { resources: loaded } = fromObject({
      format_version: "1.0",
      values: { root_module: { resources: [...two, user] } },
    });
    expect(loaded.find(({ address }) => address === "aws_y.c")?.values).toEqual({ x_id: "x-0123456789" });
  });

  test("an empty one says so", () => {
    expect(fromObject({ format_version: "1.0", terraform_version: "1.11.4" })).toMatchObject({
      format: "state",
      resources: [],
      notes: ["the state is empty"],
    });
  });
});
