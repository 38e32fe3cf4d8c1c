import { fromObject } from "../../../lib/topology/load/load";
import { Resolver } from "../../../lib/topology/resolve/resolver";
import { Unknown } from "../../../lib/topology/resolve/value";
import { shown } from "../resolve/configurations";

const expand = (resource: object, more: object = {}) => {
  const configuration = fromObject({ resource, ...more });
  const resolver = new Resolver(configuration);
  return {
    configuration,
    resolver,
    values: Object.fromEntries(
      configuration.resources.map(({ address, values }) => [address, shown(resolver.resolve({ ...values }))]),
    ),
  };
};

describe("count", () => {
  test("a number makes that many instances, each with its index", () => {
    const { values, resolver } = expand({
      aws_subnet: {
        s: {
          count: 2,
          cidr_block: "10.0.${count.index + 10}.0/24",
          tags: { n: "${count.index}", t: "s-${count.index}" },
        },
      },
      aws_route_table_association: {
        r: { count: "${length(aws_subnet.s)}", subnet_id: "${aws_subnet.s[count.index].id}" },
      },
    });
    expect(values).toEqual({
      "aws_route_table_association.r[0]": { subnet_id: "<aws_subnet.s[0].id>" },
      "aws_route_table_association.r[1]": { subnet_id: "<aws_subnet.s[1].id>" },
      "aws_subnet.s[0]": { cidr_block: "10.0.10.0/24", tags: { n: 0, t: "s-0" } },
      "aws_subnet.s[1]": { cidr_block: "10.0.11.0/24", tags: { n: 1, t: "s-1" } },
    });
    expect(shown(resolver.text("${aws_subnet.s[*].id}"))).toEqual(["<aws_subnet.s[0].id>", "<aws_subnet.s[1].id>"]);
    expect(shown(resolver.text("${[for s in aws_subnet.s : s.cidr_block]}"))).toEqual(["10.0.10.0/24", "10.0.11.0/24"]);
  });

  test.each([[0], ["0"], ["${length([])}"], ["${local.on ? 1 : 0}"]])("a count of %p leaves nothing", (count) =>
    expect(expand({ aws_vpc: { v: { count } } }, { locals: { on: false } }).values).toEqual({}),
  );

  test("one that is not known stays with the resource, which stands for all instances", () => {
    const count = "${var.n}";
    const { configuration } = expand({ aws_vpc: { v: { count, cidr_block: "10.${count.index}.0.0/16" } } });
    expect(configuration.resources).toEqual([
      expect.objectContaining({ address: "aws_vpc.v", count, values: { cidr_block: "10.${count.index}.0.0/16" } }),
    ]);
  });
});

describe("for_each", () => {
  test("a map makes an instance for each key", () => {
    const { values, resolver } = expand({
      aws_vpc: { v: {} },
      aws_subnet: {
        s: {
          for_each: {
            a: { cidr: "10.0.0.0/24", vpc: "${aws_vpc.v.id}" },
            'b"${"x"}': { cidr: "10.0.1.0/24", vpc: "$${x}" },
          },
          cidr_block: "${each.value.cidr}",
          vpc_id: "${each.value.vpc}",
          all: "${each.value}",
          name: "subnet-${each.key}",
          up: "${upper(each.key)}",
        },
      },
    });
    expect(values).toMatchObject({
      'aws_subnet.s["a"]': {
        cidr_block: "10.0.0.0/24",
        vpc_id: "<aws_vpc.v.id>",
        all: { cidr: "10.0.0.0/24", vpc: "<aws_vpc.v.id>" },
        name: "subnet-a",
        up: "A",
      },
      'aws_subnet.s["b\\"x"]': { cidr_block: "10.0.1.0/24", vpc_id: "${x}", name: 'subnet-b"x', up: 'B"X' },
    });
    expect(shown(resolver.text('${aws_subnet.s["a"].id} ${aws_subnet.s["a"].cidr_block}'))).toBe(
      '?${aws_subnet.s["a"].id} 10.0.0.0/24?',
    );
  });

  test("a set makes one for each element, a resource one for each of its instances", () => {
    const { values, resolver } = expand(
      {
        aws_subnet: { s: { for_each: "${toset(local.zones)}", availability_zone: "${each.value}" } },
        aws_route_table_association: {
          r: { for_each: "${aws_subnet.s}", subnet_id: "${each.value.id}", zone: "${each.value.availability_zone}" },
        },
      },
      { locals: { zones: ["eu-west-1b", "eu-west-1a"] } },
    );
    expect(values).toEqual({
      'aws_route_table_association.r["eu-west-1a"]': {
        subnet_id: '<aws_subnet.s["eu-west-1a"].id>',
        zone: "eu-west-1a",
      },
      'aws_route_table_association.r["eu-west-1b"]': {
        subnet_id: '<aws_subnet.s["eu-west-1b"].id>',
        zone: "eu-west-1b",
      },
      'aws_subnet.s["eu-west-1a"]': { availability_zone: "eu-west-1a" },
      'aws_subnet.s["eu-west-1b"]': { availability_zone: "eu-west-1b" },
    });
    expect(shown(resolver.text("${values(aws_subnet.s)[*].id}"))).toEqual([
      '<aws_subnet.s["eu-west-1a"].id>',
      '<aws_subnet.s["eu-west-1b"].id>',
    ]);
  });

  test("one that is not known stays with the resource", () => {
    const { configuration } = expand({
      aws_subnet: { s: { for_each: "${var.subnets}", cidr_block: "${each.value}" } },
    });
    expect(configuration.resources).toEqual([
      expect.objectContaining({ address: "aws_subnet.s", forEach: "${var.subnets}" }),
    ]);
    expect(new Resolver(configuration).text("${each.value}")).toEqual(new Unknown("${each.value}", ["each.value"]));
  });
});

describe("dynamic blocks", () => {
  const group = (body: object, more: object = {}) => {
    const { values } = expand({ aws_security_group: { g: body, o: {} } }, more);
    return values["aws_security_group.g"];
  };

  test("become the blocks that they make, after the written ones", () => {
    expect(
      group(
        {
          ingress: { from_port: 1 },
          dynamic: {
            ingress: { for_each: "${local.ports}", content: { from_port: "${ingress.value}" } },
            egress: [
              {
                for_each: [{ port: 2, to: "${aws_security_group.o.id}" }],
                iterator: "it",
                content: { from_port: "${it.value.port}", security_groups: ["${it.value.to}"], n: "${it.key}" },
              },
              { for_each: { k: 3 }, content: { from_port: "${egress.value}", n: "${egress.key}" } },
            ],
          },
        },
        { locals: { ports: [443, 8443] } },
      ),
    ).toEqual({
      ingress: [{ from_port: 1 }, { from_port: 443 }, { from_port: 8443 }],
      egress: [
        { from_port: 2, security_groups: ["<aws_security_group.o.id>"], n: 0 },
        { from_port: 3, n: "k" },
      ],
    });
  });

  test("stand in each other", () => {
    const inner = { for_each: "${outer.value}", content: { value: "${inner.value}-${outer.key}" } };
    const dynamic = { outer: { for_each: { a: ["x", "y"], b: [] }, content: { dynamic: { inner } } } };
    expect(group({ dynamic })).toEqual({ outer: [{ inner: [{ value: "x-a" }, { value: "y-a" }] }, { inner: [] }] });
  });

  test("with values that are not known leave an unknown block", () => {
    const dynamic = { ingress: { for_each: "${var.rules}", content: { from_port: "${ingress.value}" } } };
    expect(group({ dynamic })).toEqual({ ingress: ["?${known_after_apply(var.rules)}?"] });
    expect(group({ dynamic: [{ ingress: dynamic.ingress }], ingress: [{ from_port: 1 }] })).toEqual({
      ingress: [{ from_port: 1 }, "?${known_after_apply(var.rules)}?"],
    });
  });

  test("an argument that is called dynamic and is no such block stays", () =>
    expect(group({ dynamic: "yes", tags: { dynamic: { x: 1 } } })).toEqual({
      dynamic: "yes",
      tags: { dynamic: { x: 1 } },
    }));
});
