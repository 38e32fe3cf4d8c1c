import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromObject, loadPath } from "../../../lib/topology/load/load";
import { Resolver } from "../../../lib/topology/resolve/resolver";
import type { JsonValue } from "../../../lib/topology/terraform-json";
import { refusal } from "../../support/refusal";
import { shown } from "../resolve/configurations";

type Shown = { [argument: string]: unknown };

const reading = (json: unknown) => {
  const configuration = fromObject(json);
  const resolver = new Resolver(configuration);
  const values = (address: string): Shown => {
    const found = configuration.resources.find((one) => one.address === address);
    return shown(resolver.resolve({ ...found?.values })) as Shown;
  };
  return { configuration, resolver, values };
};

const fixture = (name: string) => join(__dirname, "fixtures", name);
const read = (name: string): unknown => JSON.parse(readFileSync(fixture(name), "utf8"));

// Written by Terraform 1.11 with the AWS provider 5.100, some arguments and the values before left out.
describe("a plan of configuration in JSON syntax", () => {
  const { configuration, values } = reading(read("plan-of-json.json"));

  test("holds what will be there", () => {
    expect(configuration).toMatchObject({ format: "plan", notes: [], providers: { aws: [{ region: "eu-west-1" }] } });
    expect(configuration.resources).toHaveLength(32);
    expect(loadPath(fixture("plan-of-json.json"))[0]).toMatchObject({ name: "plan-of-json", format: "plan" });
  });

  test("what is known is a literal, in which nothing is an expression", () => {
    expect(values("aws_vpc.v")).toEqual({ cidr_block: "10.0.0.0/16", tags: { a: "${x}" } });
    expect(values('aws_subnet.a["eu-west-1b"]')).toEqual({
      availability_zone: "eu-west-1b",
      cidr_block: "10.0.1.0/24",
      vpc_id: "<aws_vpc.v.id>",
    });
    expect(values("aws_route.r")["destination_cidr_block"]).toBe("10.9.0.0/16");
  });

  test("what is known after apply comes from the source, also inside of blocks", () => {
    expect(values("aws_networkfirewall_firewall.f")).toEqual({
      name: "f",
      vpc_id: "<aws_vpc.v.id>",
      firewall_policy_arn: "<aws_networkfirewall_firewall_policy.p.arn>",
      subnet_mapping: [
        { subnet_id: '<aws_subnet.a["eu-west-1a"].id>' },
        { subnet_id: '<aws_subnet.a["eu-west-1b"].id>' },
      ],
    });
    expect(values("aws_security_group.s")["egress"]).toMatchObject([
      {
        cidr_blocks: ["10.0.0.0/16"],
        prefix_list_ids: ["<aws_vpc_endpoint.s3.prefix_list_id>"],
        security_groups: ["<aws_security_group.o.id>"],
      },
    ]);
    expect(values("aws_vpc_endpoint.s3")["policy"]).toMatchObject({
      Statement: [{ Resource: "?${aws_s3_bucket.b.arn}/*?" }],
    });
    expect(values("aws_vpc_endpoint.kms")["subnet_ids"]).toEqual([
      '<aws_subnet.a["eu-west-1a"].id>',
      '<aws_subnet.a["eu-west-1b"].id>',
    ]);
    expect(values("aws_iam_role_policy.rp")["policy"]).toMatchObject({
      Statement: [
        { Action: ["s3:GetObject", "s3:PutObject"], Condition: { StringEquals: { "aws:x": "<aws_vpc.v.id>" } } },
      ],
    });
  });

  test("instances have the values of their keys", () => {
    expect(values('aws_route_table_association.x["eu-west-1a"]')["subnet_id"]).toBe('<aws_subnet.a["eu-west-1a"].id>');
    expect(values("aws_route_table_association.z[1]")["subnet_id"]).toBe("<aws_subnet.c[1].id>");
    expect(values("aws_route_table_association.w[0]")["subnet_id"]).toBe("<aws_subnet.c[0].id>");
  });

  test("modules are followed through what they are given", () => {
    expect(values("module.m.aws_route_table.rt")["vpc_id"]).toBe("<aws_vpc.v.id>");
    expect(values('module.n["q"].aws_route_table_association.as')["subnet_id"]).toBe('<module.n["q"].aws_subnet.i.id>');
    expect(values('module.n["q"].aws_subnet.i')["cidr_block"]).toBe("10.0.78.0/24");
  });

  test("the endpoint of a firewall is one of its own; local values are in no plan", () => {
    expect(values("aws_route.r")["vpc_endpoint_id"]).toBe("<aws_networkfirewall_firewall.f.endpoint[*]>");
    expect(values("module.m.aws_subnet.i")["vpc_id"]).toBe("?${module.m.local.v}?");
    expect(values("aws_route_table.t")["route"]).toMatchObject([
      { cidr_block: "0.0.0.0/0", vpc_endpoint_id: '?${local.eps["eu-west-1a"]}?' },
    ]);
  });

  test("a local value may be assumed, as the expression that it is", () => {
    const states = "aws_networkfirewall_firewall.f.firewall_status[0].sync_states";
    const eps = `\${{for s in ${states} : s.availability_zone => s.attachment[0].endpoint_id}}`;
    const resolver = new Resolver(configuration, { "local.eps": eps });
    expect(shown(resolver.text('${local.eps["eu-west-1a"]}'))).toBe(
      '<aws_networkfirewall_firewall.f.endpoint["eu-west-1a"]>',
    );
  });
});

describe("a plan of HCL", () => {
  const { configuration, values } = reading(read("plan-of-hcl.json"));

  test("has single references where ids are due, for each instance", () => {
    expect(values("aws_internet_gateway.i")["vpc_id"]).toBe("<aws_vpc.v[0].id>");
    expect(values("aws_route_table.t[0]")["vpc_id"]).toBe("<aws_vpc.v[0].id>");
    expect(values("aws_route.r")).toMatchObject({
      route_table_id: "<aws_route_table.t[1].id>",
      nat_gateway_id: "<aws_nat_gateway.n.id>",
    });
    expect(values('aws_route_table_association.x["eu-west-1b"]')["subnet_id"]).toBe('<aws_subnet.a["eu-west-1b"].id>');
    expect(values("aws_vpc_endpoint.kms")["security_group_ids"]).toEqual([
      "<aws_security_group.s.id>",
      "<aws_security_group.o.id>",
    ]);
    expect(values("aws_security_group.s")["ingress"]).toMatchObject([
      { security_groups: ["<aws_security_group.o.id>"] },
    ]);
    expect(values("module.m.aws_vpc_endpoint.e")).toMatchObject({
      vpc_id: "<aws_vpc.v[0].id>",
      security_group_ids: ["<module.m.aws_security_group.i.id>"],
    });
    expect(values('aws_route.to_firewall["eu-west-1a"]')["vpc_endpoint_id"]).toBe(
      "<aws_networkfirewall_firewall.f.endpoint[*]>",
    );
  });

  test.each([
    ["a policy that is made of a reference", "aws_vpc_endpoint.kms", "policy", "aws_iam_role.r.arn"],
    ["one of several instances", "aws_nat_gateway.n", "subnet_id", "aws_subnet.a"],
    ["an index", "aws_route_table_association.y[1]", "route_table_id", "aws_route_table.t, count.index"],
    ["a list that is computed", "aws_vpc_endpoint.kms", "subnet_ids", "aws_subnet.a"],
    ["what a module makes of it", "module.m.aws_vpc_endpoint.e", "subnet_ids", "aws_subnet.a"],
  ])("%s stays unknown", (_, address, argument, tokens) => {
    expect(values(address)[argument]).toBe(`?\${known_after_apply(${tokens})}?`);
  });

  test("a local value stays unknown", () => expect(values("aws_subnet.c[0]")["vpc_id"]).toBe("?${local.vpc}?"));

  test("what a dynamic block makes stays unknown, and what stands beside one", () => {
    expect(values("aws_networkfirewall_firewall.f")["subnet_mapping"]).toMatchObject([
      { subnet_id: "?${known_after_apply(aws_networkfirewall_firewall.f.subnet_mapping)}?" },
      { subnet_id: "?${known_after_apply(aws_networkfirewall_firewall.f.subnet_mapping)}?" },
    ]);
    expect(values("aws_route_table.t[0]")["route"]).toMatchObject([
      { cidr_block: "10.8.0.0/16", gateway_id: "?${known_after_apply(aws_internet_gateway.i.id)}?" },
      { cidr_block: "10.9.0.0/16", gateway_id: "?${known_after_apply(aws_internet_gateway.i.id)}?" },
    ]);
  });

  test("keeps providers, provisioners and waiting", () => {
    expect(configuration.providers["aws"]).toEqual([
      { region: "eu-west-1" },
      { alias: "us", region: "${known_after_apply(var.r)}" },
    ]);
    const by = (address: string) => configuration.resources.find((one) => one.address === address);
    expect(by("aws_security_group.s")).toMatchObject({ provider: "aws.us", provisioners: true });
    expect(by("aws_security_group.o")).not.toHaveProperty("provider");
    expect(by("aws_nat_gateway.n")?.dependsOn).toEqual(["aws_internet_gateway.i"]);
    expect(by('aws_subnet.a["eu-west-1a"]')).not.toHaveProperty("forEach");
  });
});

describe("plans by hand", () => {
  const plan = (parts: {
    readonly planned?: object[];
    readonly changes?: object[];
    readonly resources?: object[];
    readonly more?: object;
  }) => ({
    format_version: "1.2",
    planned_values: { root_module: { resources: parts.planned ?? [] } },
    resource_changes: parts.changes ?? [],
    configuration: { root_module: { resources: parts.resources ?? [] } },
    ...parts.more,
  });
  const group = (name: string, values: object) => ({
    ...{ mode: "managed", type: "aws_security_group", name, address: `aws_security_group.${name}` },
    values,
  });

  test("blocks find their expressions by their constants, whatever their order", () => {
    const block = (port: number, of: string) => ({
      from_port: { constant_value: port },
      group: { references: [`aws_security_group.${of}.id`, `aws_security_group.${of}`] },
    });
    const { values } = reading(
      plan({
        planned: [group("g", { rule: [{ from_port: 2 }, { from_port: 1 }] })],
        changes: [
          { address: "aws_security_group.g", change: { after_unknown: { rule: [{ group: true }, { group: true }] } } },
        ],
        resources: [{ address: "aws_security_group.g", expressions: { rule: [block(1, "a"), block(2, "b")] } }],
      }),
    );
    expect(values("aws_security_group.g")["rule"]).toEqual([
      { from_port: 2, group: "<aws_security_group.b.id>".replace("<", "?${").replace(">", "}?") },
      { from_port: 1, group: "?${aws_security_group.a.id}?" },
    ]);
  });

  test("blocks that can't be told apart stay unknown", () => {
    const block = (of: string) => ({
      cidr: { references: [`var.${of}`] },
      group: { references: [`aws_security_group.${of}.id`] },
    });
    const { values } = reading(
      plan({
        planned: [group("g", { rule: [{ cidr: "10.0.0.0/8" }, { cidr: "10.0.0.0/9" }] })],
        changes: [
          { address: "aws_security_group.g", change: { after_unknown: { rule: [{ group: true }, { group: true }] } } },
        ],
        resources: [{ address: "aws_security_group.g", expressions: { rule: [block("a"), block("b")] } }],
      }),
    );
    expect(values("aws_security_group.g")["rule"]).toEqual([
      { cidr: "10.0.0.0/8", group: "?${known_after_apply(aws_security_group.g.rule)}?" },
      { cidr: "10.0.0.0/9", group: "?${known_after_apply(aws_security_group.g.rule)}?" },
    ]);
  });

  test("ids that are known already are references again", () => {
    const vpc = { mode: "managed", type: "aws_vpc", name: "v", address: "aws_vpc.v", values: { id: "vpc-0a1b2c3d" } };
    const { values } = reading(plan({ planned: [vpc, group("g", { vpc_id: "vpc-0a1b2c3d", ingress: [] })] }));
    expect(values("aws_security_group.g")).toEqual({ vpc_id: "<aws_vpc.v.id>" });
  });

  test("an empty list that the configuration writes stays, one that nobody wrote goes", () => {
    const { values } = reading(
      plan({
        planned: [group("g", { ingress: [], egress: [], description: "", name: null })],
        resources: [{ address: "aws_security_group.g", expressions: { ingress: { constant_value: [] } } }],
      }),
    );
    expect(values("aws_security_group.g")).toEqual({ ingress: [] });
  });

  test("a plan in part, and one without configuration, say so", () => {
    expect(reading(plan({ more: { complete: false } })).configuration.notes).toEqual([
      "the plan does not cover the whole configuration",
    ]);
    expect(reading(plan({ planned: [group("g", {})], more: { configuration: {} } })).configuration.notes).toEqual([
      "the plan holds no configuration; what is known after apply is left out",
    ]);
  });

  test("what is deleted is gone, and the plan's variables have their values", () => {
    const gone = { address: "aws_vpc.gone", change: { actions: ["delete"], after_unknown: {} } };
    const { configuration, resolver } = reading(
      plan({ changes: [gone], more: { variables: { x: { value: "$${y}" } } } }),
    );
    expect(configuration.resources).toEqual([]);
    expect(resolver.text("${var.x}")).toBe("$${y}");
  });

  const AGAIN = "is not written as Terraform writes it; write the file again with `terraform show -json`";
  test.each<[JsonValue, string]>([
    [null, "the root module"],
    [{ root_module: 7 }, "the root module"],
    [{ root_module: { resources: [7] } }, "a resource of the root module"],
    [{ root_module: { resources: [{ address: "aws_vpc.v" }] } }, 'resource "aws_vpc.v"'],
    [{ root_module: { child_modules: [{ resources: [] }] } }, "a module of the root module"],
    [{ root_module: { child_modules: [{ address: "module.m", resources: ["x"] }] } }, "a resource of module.m"],
  ])("values that are %j are refused, for nobody would check them", (values, what) => {
    expect(refusal(() => fromObject(plan({ more: { planned_values: values } }), { name: "p" }))).toBe(
      `CORDON-144: configuration "p", planned_values: ${what} ${AGAIN}`,
    );
  });
});
