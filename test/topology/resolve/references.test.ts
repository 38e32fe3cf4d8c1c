import { Reference, Unknown } from "../../../lib/topology/resolve/value";
import { resolverOf, shown } from "./configurations";

const resource = {
  aws_vpc: { v: { cidr_block: "10.0.0.0/16" } },
  aws_subnet: {
    a: { vpc_id: "${aws_vpc.v.id}", cidr_block: "${cidrsubnet(aws_vpc.v.cidr_block, 8, 1)}", tags: { Name: "a" } },
  },
  aws_s3_bucket: { logs: {} },
  aws_vpc_endpoint: { s3: {} },
  aws_iam_role: { r: { name: "agent" } },
};
const data = {
  aws_vpc: { other: { tags: { Name: "other" } } },
  aws_subnet: { named: { id: "subnet-0123456789abcdef0" } },
};

describe("references", () => {
  const resolver = resolverOf({ resource, data, variable: { peer: { default: "10.9.0.0/16" } } });

  test.each([
    ["an id", "${aws_vpc.v.id}", "<aws_vpc.v.id>"],
    ["an ARN", "${aws_s3_bucket.logs.arn}", "<aws_s3_bucket.logs.arn>"],
    ["what AWS makes with a VPC", "${aws_vpc.v.default_route_table_id}", "<aws_vpc.v.default_route_table_id>"],
    ["the main route table", "${aws_vpc.v.main_route_table_id}", "<aws_vpc.v.main_route_table_id>"],
    ["the default group", "${aws_vpc.v.default_security_group_id}", "<aws_vpc.v.default_security_group_id>"],
    ["the default ACL", "${aws_vpc.v.default_network_acl_id}", "<aws_vpc.v.default_network_acl_id>"],
    ["the prefix list of an endpoint", "${aws_vpc_endpoint.s3.prefix_list_id}", "<aws_vpc_endpoint.s3.prefix_list_id>"],
    ["a name that nobody wrote", "${aws_s3_bucket.logs.bucket}", "<aws_s3_bucket.logs.bucket>"],
    ["an object outside", "${data.aws_vpc.other.id}", "<data.aws_vpc.other.id>"],
  ])("%s is an identity", (_, template, expected) => expect(shown(resolver.text(template))).toBe(expected));

  test.each([
    ["an argument", "${aws_vpc.v.cidr_block}", "10.0.0.0/16"],
    ["an argument that is computed from another", "${aws_subnet.a.cidr_block}", "10.0.1.0/24"],
    ["an argument that is an identity of another resource", "${aws_subnet.a.vpc_id}", "<aws_vpc.v.id>"],
    ["an element of an argument", '${aws_subnet.a.tags["Name"]}', "a"],
    ["a name that is written", "${aws_iam_role.r.name}", "agent"],
    ["the id that a data source looks for", "${data.aws_subnet.named.id}", "subnet-0123456789abcdef0"],
  ])("%s is looked up", (_, template, expected) => expect(shown(resolver.text(template))).toBe(expected));

  test.each([
    ["an attribute that the provider computes", "${aws_vpc.v.ipv6_cidr_block}", ["aws_vpc.v.ipv6_cidr_block"]],
    ["an attribute of an object outside", "${data.aws_vpc.other.cidr_block}", ["data.aws_vpc.other.cidr_block"]],
    ["a resource that is not there", "${aws_vpc.gone.id}", ["aws_vpc.gone.id"]],
    ["a default of a variable, which is not its value", "${var.peer}", ["var.peer"]],
    ["a module that was not read", "${module.net.vpc_id}", ["module.net.vpc_id"]],
    ["the number of an account", "${aws_vpc.v.owner_id}", ["aws_vpc.v.owner_id"]],
    [
      "an element of a list outside",
      "${data.aws_availability_zones.z.names[0]}",
      ["data.aws_availability_zones.z.names[0]"],
    ],
  ])("%s is unknown", (_, template, tokens) =>
    expect(resolver.text(template)).toMatchObject({ text: template, tokens }),
  );

  test("a reference in a longer text stays in it", () => {
    expect(resolver.text("arn:aws:logs:eu-west-1:${aws_vpc.v.owner_id}:*")).toEqual(
      new Unknown("arn:aws:logs:eu-west-1:${aws_vpc.v.owner_id}:*", ["aws_vpc.v.owner_id"]),
    );
    expect(shown(resolver.text("${aws_s3_bucket.logs.arn}/*"))).toBe("?${aws_s3_bucket.logs.arn}/*?");
  });

  test("equality of identities is known for one thing and for nothing alone", () => {
    expect(resolver.text("${aws_vpc.v.id == aws_vpc.v.id}")).toBe(true);
    expect(resolver.text("${aws_vpc.v.id == null}")).toBe(false);
    expect(resolver.text('${coalesce(aws_vpc.v.id, "vpc-1")}')).toEqual(new Reference("aws_vpc.v", "id"));
    expect(resolver.text('${aws_vpc.v.id == "vpc-0123456789abcdef0"}')).toBeInstanceOf(Unknown);
    expect(resolver.text("${aws_vpc.v.id == data.aws_vpc.other.id}")).toBeInstanceOf(Unknown);
  });

  test("an undefined value is null, and values are resolved at every depth", () => {
    expect(resolver.resolve(undefined)).toBeNull();
    expect(shown(resolver.resolve({ a: [{ b: "${aws_vpc.v.id}" }], '${lower("K")}': 1 }))).toEqual({
      a: [{ b: "<aws_vpc.v.id>" }],
      k: 1,
    });
  });

  test("an output of another stack that is named like an identity is one", () => {
    const other = resolverOf({ data: { terraform_remote_state: { net: { backend: "s3" } } } });
    expect(other.text("${data.terraform_remote_state.net.outputs.vpc_id}")).toEqual(
      new Reference("data.terraform_remote_state.net", "outputs.vpc_id"),
    );
    expect(other.text("${data.terraform_remote_state.net.outputs.cidr}")).toEqual(
      new Unknown("${data.terraform_remote_state.net.outputs.cidr}", ["data.terraform_remote_state.net.outputs.cidr"]),
    );
  });
});

describe("assumptions", () => {
  const assume = {
    "var.peer": "10.9.0.0/16",
    "var.net": { cidrs: ["10.8.0.0/16"] },
    "data.aws_availability_zones.z.names": ["eu-west-1a"],
    "aws_vpc.v.ipv6_cidr_block": "fd00::/56",
    "aws_vpc.v.cidr_block": "192.0.2.0/24",
    "local.gone": "${aws_vpc.v.id}",
  };
  const resolver = resolverOf({ resource, variable: { peer: {} } }, assume);

  test.each([
    ["${var.peer}", "10.9.0.0/16"],
    ["${var.net.cidrs[0]}", "10.8.0.0/16"],
    ["${cidrsubnet(var.peer, 8, 1)}", "10.9.1.0/24"],
    ["${data.aws_availability_zones.z.names[0]}", "eu-west-1a"],
    ["${aws_vpc.v.ipv6_cidr_block}", "fd00::/56"],
    ["${local.gone}", "<aws_vpc.v.id>"],
  ])("%s takes the given value", (template, expected) => expect(shown(resolver.text(template))).toBe(expected));

  test("what the configuration writes stays as it is", () =>
    expect(resolver.text("${aws_vpc.v.cidr_block}")).toBe("10.0.0.0/16"));
});

describe("counts that are not known", () => {
  const resolver = resolverOf({
    variable: { create: {}, n: {} },
    resource: {
      aws_vpc: { maybe: { count: "${var.create ? 1 : 0}" }, some: { count: "${var.n}" } },
      aws_subnet: { each: { for_each: "${var.subnets}", cidr_block: "${each.value}" } },
    },
  });

  test("the only instance there may be is the resource", () =>
    expect(resolver.text("${aws_vpc.maybe[0].id}")).toEqual(new Reference("aws_vpc.maybe", "id")));

  test.each([["${aws_vpc.some[0].id}"], ['${aws_subnet.each["a"].id}'], ["${aws_vpc.maybe[*].id}"]])(
    "%s is not one resource",
    (template) => expect(resolver.text(template)).toBeInstanceOf(Unknown),
  );

  test("a fallback for a resource that may not be there leaves the choice open", () =>
    expect(resolver.text('${try(aws_vpc.maybe[0].id, "vpc-0123456789abcdef0")}')).toBeInstanceOf(Unknown));
});

describe("cycles and depth", () => {
  test("values that depend on themselves are unknown, wherever one starts", () => {
    const locals = { a: ["${local.b}", "x"], b: "${local.a[1]}", c: "${local.c}", d: "${local.b}" };
    for (const order of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      const resolver = resolverOf({ locals });
      const values = new Map(order.map((name) => [name, resolver.text(`\${local.${name}}`)]));
      expect(values.get("a")).toMatchObject({ tokens: ["local.a"], reason: "local.a depends on itself" });
      expect(values.get("b")).toMatchObject({ tokens: ["local.b"], reason: "local.b depends on itself" });
      expect(resolver.text("${local.c}")).toMatchObject({ reason: "local.c depends on itself" });
      expect(resolver.text("${local.d}")).toBeInstanceOf(Unknown);
    }
  });

  test("a chain of any length ends in its value, a ring in none", () => {
    const length = 10_000;
    const link = (name: string, to: number): string => `\${local.${name}${to}}`;
    const locals = Object.fromEntries(
      Array.from({ length }, (_, n) => [
        [`chain${n}`, n + 1 < length ? link("chain", n + 1) : "end"],
        [`ring${n}`, link("ring", (n + 1) % length)],
      ]).flat() as [string, string][],
    );
    const resolver = resolverOf({ locals });
    expect(resolver.text("${local.chain0}")).toBe("end");
    expect(resolver.text("${local.ring77}")).toMatchObject({ reason: expect.stringContaining("depends on itself") });
  });

  test("values that double with each step stay small", () => {
    const double = (name: string, n: number, make: (inner: string) => unknown): [string, unknown] => [
      `${name}${n}`,
      n === 0 ? "xx" : make(`\${local.${name}${n - 1}}`),
    ];
    const steps = Array.from({ length: 60 }, (_, n) => n);
    const locals = Object.fromEntries([
      ...steps.map((n) => double("list", n, (inner) => [inner, inner])),
      ...steps.map((n) => double("text", n, (inner) => `${inner}${inner}`)),
    ]);
    const resolver = resolverOf({ locals });
    const text = resolver.text("${local.text59}");
    expect(text instanceof Unknown && text.text.length < 5_000_000).toBe(true);
    expect(resolver.text("${local.text22}")).toMatchObject({ reason: "text of more than 4 MB" });
    expect(resolver.text("${local.list59[0][0]}")).toBeDefined();
  });

  test.each([
    ["parentheses", `\${${"(".repeat(10_000)}1${")".repeat(10_000)}}`],
    ["a sum", `\${1${"+1".repeat(10_000)}}`],
    ["attributes", `\${a${".b".repeat(10_000)}}`],
    ["signs", `\${${"!".repeat(10_000)}true}`],
    ["conditions", `\${${"true ? 1 : ".repeat(10_000)}1}`],
    ["strings", '${"'.repeat(10_000)],
    ["lists", `\${${"[".repeat(10_000)}`],
  ])("%s nested 10,000 times are unknown", (_, template) => {
    expect(resolverOf({}).text(template)).toMatchObject({ reason: expect.stringContaining("too many levels") });
  });

  test("a list nested 10,000 times is unknown below 200 levels", () => {
    let deep: unknown = "x";
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    let value = resolverOf({}).resolve(deep as string[]);
    while (Array.isArray(value)) value = value[0] ?? null;
    expect(value).toMatchObject({ reason: "nested deeper than 200 levels" });
  });
});
