import { join } from "node:path";
import { fromObject, loadPath } from "../../../lib/topology/load/load";
import { Resolver } from "../../../lib/topology/resolve/resolver";
import { shown } from "../resolve/configurations";
import { type Files, temporaryFolder } from "./folders";

const load = (files: Files, path = ".") => {
  const [configuration, ...others] = loadPath(join(temporaryFolder(files), path));
  if (configuration === undefined || others.length > 0) throw new Error(`${others.length + 1} stacks`);
  const resolver = new Resolver(configuration);
  const text = (template: string): unknown => shown(resolver.text(template));
  const values = Object.fromEntries(
    configuration.resources.map((one) => [one.address, shown(resolver.resolve({ ...one.values }))]),
  );
  return { configuration, text, values };
};

const net = {
  variable: { vpc_id: {}, cidr: { default: "10.1.0.0/16" }, unset: {} },
  locals: { cidr: "${cidrsubnet(var.cidr, 8, 1)}" },
  data: { aws_region: { here: {} } },
  resource: {
    aws_subnet: {
      a: {
        vpc_id: "${var.vpc_id}",
        cidr_block: "${local.cidr}",
        tags: { r: "${data.aws_region.here.name}-${var.unset}" },
      },
    },
    aws_route_table_association: {
      r: { subnet_id: "${aws_subnet.a.id}", depends_on: ["aws_subnet.a"], n: "${each.key}" },
    },
  },
  output: {
    subnet_id: { value: "${aws_subnet.a.id}" },
    aws_subnet: { value: "a name that is a type" },
    ids: { value: ["${aws_subnet.a.id}"] },
  },
};

describe("a child module in a folder beside", () => {
  const root = {
    resource: {
      aws_vpc: { v: { cidr_block: "10.0.0.0/16" } },
      aws_instance: {
        i: { subnet_id: "${module.net.subnet_id}", ids: "${module.net.ids}", odd: "${module.net.aws_subnet}" },
      },
    },
    module: { net: { source: "./net", vpc_id: "${aws_vpc.v.id}", cidr: "${aws_vpc.v.cidr_block}" } },
  };
  const { configuration, values } = load({ "main.tf.json": root, "net/main.tf.json": net });

  test("has its resources beside those of the root, with what it is given and returns followed", () => {
    expect(values).toEqual({
      "aws_instance.i": {
        subnet_id: "<module.net.aws_subnet.a.id>",
        ids: ["<module.net.aws_subnet.a.id>"],
        odd: "a name that is a type",
      },
      "aws_vpc.v": { cidr_block: "10.0.0.0/16" },
      "module.net.aws_route_table_association.r": { subnet_id: "<module.net.aws_subnet.a.id>", n: "?${each.key}?" },
      "module.net.aws_subnet.a": {
        vpc_id: "<aws_vpc.v.id>",
        cidr_block: "10.0.1.0/24",
        tags: {
          r: "?<module.net.data.aws_region.here.name>-${module.net.var.unset}?".replace("<", "${").replace(">", "}"),
        },
      },
      "module.net.data.aws_region.here": {},
    });
    expect(configuration.notes).toEqual([]);
    expect(configuration.resources.find(({ type }) => type === "aws_route_table_association")?.dependsOn).toEqual([
      "module.net.aws_subnet.a",
    ]);
  });

  test("is part of the digest", () => {
    const other = load({ "main.tf.json": root, "net/main.tf.json": { ...net, locals: { cidr: "x" } } });
    expect(other.configuration.digest).not.toBe(configuration.digest);
  });

  test("is no stack of its own in a tree", () => {
    const stack = { module: { net: { ...root.module.net, source: "../../modules/net", vpc_id: "x" } } };
    const { configuration: one } = load({ "stacks/a/main.tf.json": stack, "modules/net/main.tf.json": net });
    expect(one.name).toBe("a");
    expect(one.resources).toHaveLength(3);
  });
});

describe("modules", () => {
  test("stand in each other, and one folder may be used twice", () => {
    const inner = {
      variable: { n: {} },
      resource: { aws_vpc: { v: { n: "${var.n}" } } },
      output: { id: { value: "${aws_vpc.v.id}" } },
    };
    const outer = {
      variable: { n: {} },
      module: { one: { source: "../inner", n: "${var.n}1" }, two: { source: "../inner", n: "${module.one.id}" } },
      output: { id: { value: "${module.two.id}" } },
    };
    const root = { module: { outer: { source: "./outer", n: "x" } }, locals: { id: "${module.outer.id}" } };
    const { values, text } = load({ "main.tf.json": root, "outer/o.tf.json": outer, "inner/i.tf.json": inner });
    expect(values).toEqual({
      "module.outer.module.one.aws_vpc.v": { n: "x1" },
      "module.outer.module.two.aws_vpc.v": { n: "<module.outer.module.one.aws_vpc.v.id>" },
    });
    expect(text("${local.id}")).toBe("<module.outer.module.two.aws_vpc.v.id>");
  });

  test("are written out for a count or for_each that is known", () => {
    const child = {
      variable: { n: {} },
      resource: { aws_vpc: { v: { n: "${var.n}" } } },
      output: { id: { value: "${aws_vpc.v.id}" } },
    };
    const root = {
      locals: { names: ["b", "a"], ids: '${module.each["a"].id} ${module.two[1].id}' },
      module: {
        each: { source: "./m", for_each: "${toset(local.names)}", n: "${each.key}" },
        two: { source: "./m", count: 2, n: "${count.index}" },
        none: { source: "./m", count: 0, n: 1 },
      },
    };
    const { values, text, configuration } = load({ "main.tf.json": root, "m/m.tf.json": child });
    expect(values).toEqual({
      'module.each["a"].aws_vpc.v': { n: "a" },
      'module.each["b"].aws_vpc.v': { n: "b" },
      "module.two[0].aws_vpc.v": { n: 0 },
      "module.two[1].aws_vpc.v": { n: 1 },
    });
    expect(text("${local.ids}")).toBe('?${module.each["a"].aws_vpc.v.id} ${module.two[1].aws_vpc.v.id}?');
    expect(configuration.notes).toEqual([]);
  });

  test("take the providers that they are passed", () => {
    const child = { resource: { aws_vpc: { v: {}, own: { provider: "aws.other" } } } };
    const root = { module: { m: { source: "./m", providers: { aws: "aws.us", "aws.other": "aws" } } } };
    const { configuration } = load({ "main.tf.json": root, "m/m.tf.json": child });
    expect(configuration.resources.map(({ address, provider }) => [address, provider])).toEqual([
      ["module.m.aws_vpc.own", undefined],
      ["module.m.aws_vpc.v", "aws.us"],
    ]);
  });

  test("expand their resources and dynamic blocks with what they are given", () => {
    const child = {
      variable: { zones: {}, ports: {} },
      resource: {
        aws_subnet: { s: { for_each: "${toset(var.zones)}", zone: "${each.key}" } },
        aws_security_group: {
          g: {
            dynamic: {
              ingress: {
                for_each: "${var.ports}",
                content: { port: "${ingress.value}", zone: "${keys(aws_subnet.s)[0]}" },
              },
            },
          },
        },
      },
    };
    const root = { module: { m: { source: "./m", zones: ["a"], ports: [443] } } };
    expect(load({ "main.tf.json": root, "m/m.tf.json": child }).values).toEqual({
      "module.m.aws_security_group.g": { ingress: [{ port: 443, zone: "a" }] },
      'module.m.aws_subnet.s["a"]': { zone: "a" },
    });
  });

  test.each<[string, object, Files, string]>([
    [
      "of a registry",
      { source: "terraform-aws-modules/vpc/aws" },
      {},
      'module.m is not read: its source "terraform-aws-modules/vpc/aws" is not a folder beside it; what it builds and returns is unknown',
    ],
    [
      "without a source",
      {},
      {},
      'module.m is not read: its source "" is not a folder beside it; what it builds and returns is unknown',
    ],
    [
      "in HCL",
      { source: "./m" },
      { "m/main.tf": "", "m/more.tf.json": {} },
      'module.m is not read: its source "./m" is written in HCL; what it builds and returns is unknown',
    ],
    [
      "that is not there",
      { source: "./m" },
      {},
      'module.m is not read: its source "./m" can\'t be read; what it builds and returns is unknown',
    ],
    [
      "without files",
      { source: "./m" },
      { "m/readme.md": "" },
      'module.m is not read: its source "./m" holds no Terraform JSON; what it builds and returns is unknown',
    ],
    [
      "with a count that is not known",
      { source: "./m", count: "${var.n}" },
      { "m/m.tf.json": { resource: {} } },
      "module.m is not read: its count or for_each is unknown; so is what it builds and returns",
    ],
    [
      "that includes itself",
      { source: "./" },
      {},
      "module.m is not read: it includes itself; what it builds and returns is unknown",
    ],
  ])("%s are noted, and what they return is unknown", (_, call, files, note) => {
    const { configuration, text } = load({ "main.tf.json": { module: { m: call } }, ...files });
    expect(configuration.notes).toEqual([note]);
    expect(configuration.resources).toEqual([]);
    expect(text("${module.m.id}")).toBe("?${module.m.id}?");
  });

  test("that include each other are noted once", () => {
    const files = {
      "main.tf.json": { module: { a: { source: "./a" } } },
      "a/a.tf.json": { resource: { aws_vpc: { v: {} } }, module: { b: { source: "../b" } } },
      "b/b.tf.json": { module: { a: { source: "../a" } } },
    };
    const { configuration } = load(files);
    expect(configuration.resources.map(({ address }) => address)).toEqual(["module.a.aws_vpc.v"]);
    expect(configuration.notes).toEqual([
      "module.a.module.b.module.a is not read: it includes itself; what it builds and returns is unknown",
    ]);
  });

  test("of an object without files are noted", () => {
    expect(fromObject({ module: { m: { source: "./m" } } }).notes).toEqual([
      "module.m is not read: its files are not at hand; what it builds and returns is unknown",
    ]);
  });
});
