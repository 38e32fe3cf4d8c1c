import * as fc from "fast-check";
import { ResourcePlaces } from "../../lib/cli/sarif/resource-places";

const indented = (value: unknown): ResourcePlaces => new ResourcePlaces(JSON.stringify(value, null, 2));

describe("the place of a resource", () => {
  const places = indented({
    data: { aws_vpc: { x: { id: "vpc-1" } } },
    module: { net: { source: "./net" } },
    output: { aws_subnet: { a: 1 } },
    resource: {
      aws_route: { a: { note: '"a": {' } },
      aws_subnet: { a: { tags: { resource: { aws_vpc: { a: 1 } } } }, b: {} },
    },
  });

  test.each([
    ["data.aws_vpc.x", 4, 7],
    ["module.net.aws_subnet.a", 10, 5],
    ['module.net["k"].module.inner[0].aws_subnet.a', 10, 5],
    ["aws_route.a", 21, 7],
    ["aws_subnet.a", 26, 7],
    ["aws_subnet.a[0]", 26, 7],
    ['aws_subnet.a["x y"]', 26, 7],
    ["aws_subnet.b", 35, 7],
    ["aws_subnet.b sid 910", 35, 7],
  ])("%s is in line %d, column %d", (address, line, column) => expect(places.of(address)).toEqual({ line, column }));

  test.each(["aws_vpc.a", "aws_vpc.x", "aws_subnet.c", "x", "", "module.other.aws_subnet.a"])(
    "%j is nowhere",
    (address) => expect(places.of(address)).toBeUndefined(),
  );

  test("is found where blocks are lists, as Terraform takes them", () => {
    const text = '{"resource": [{"aws_subnet": [{"a": [{}]}]}]}';
    expect(new ResourcePlaces(text).of("aws_subnet.a")).toEqual({ line: 1, column: 32 });
  });

  test("is found in a plan by its address, each instance by itself, and what is planned comes first", () => {
    const resource = (address: string): unknown => ({ address, type: "aws_subnet" });
    const plan = {
      planned_values: {
        root_module: { resources: [resource('aws_subnet.a["x"]'), resource('aws_subnet.a["y"]')] },
        child_modules: [{ address: "module.net", resources: [resource("module.net.aws_subnet.b")] }],
      },
      resource_changes: [resource('aws_subnet.a["y"]'), resource("data.aws_vpc.late")],
    };
    const found = indented(plan);
    const lineOf = (address: string): string | undefined =>
      JSON.stringify(plan, null, 2).split("\n")[(found.of(address)?.line ?? 0) - 1]?.trim();
    expect(lineOf('aws_subnet.a["x"]')).toBe('"address": "aws_subnet.a[\\"x\\"]",');
    expect(found.of('aws_subnet.a["y"] sid 1')?.line).toBe(10);
    expect(lineOf("module.net.aws_subnet.b")).toBe('"address": "module.net.aws_subnet.b",');
    expect(lineOf("data.aws_vpc.late")).toBe('"address": "data.aws_vpc.late",');
  });

  test("counts lines of CRLF files and columns in UTF-16 code units", () => {
    const text = '{\r\n"resource":{"aws_subnet":{"😀": 1, "a":{}}}}';
    expect(new ResourcePlaces(text).of("aws_subnet.a")).toEqual({ line: 2, column: 36 });
  });

  test("is where the key is, whatever else the file says", () => {
    const key = fc.stringMatching(/^[a-z_]{1,6}$/);
    const json = fc.jsonValue({ maxDepth: 3 });
    const blocks = fc.dictionary(key, fc.dictionary(key, json, { minKeys: 1 }), { minKeys: 1 });
    fc.assert(
      fc.property(blocks, json, fc.constantFrom(0, 1, 3), (resource, output, indent) => {
        const text = JSON.stringify({ output, resource, terraform: output }, null, indent);
        const found = new ResourcePlaces(text);
        for (const [type, names] of Object.entries(resource)) {
          for (const name of Object.keys(names)) {
            const { line = 0, column = 0 } = found.of(`${type}.${name}`) ?? {};
            expect(text.split("\n")[line - 1]?.slice(column - 1)).toMatch(new RegExp(`^"${name}": ?`));
          }
        }
      }),
    );
  });

  test("is looked for in text that is no JSON without an end", () => {
    fc.assert(fc.property(fc.string(), (text) => new ResourcePlaces(text).of("aws_subnet.a") === undefined));
  });

  test("is found fast in a large file", () => {
    const subnets = Object.fromEntries(
      Array.from({ length: 100_000 }, (_, index) => [`s${index}`, { cidr_block: "10.0.0.0/24" }]),
    );
    const text = JSON.stringify({ resource: { aws_subnet: subnets } }, null, 2);
    const start = performance.now();
    expect(new ResourcePlaces(text).of("aws_subnet.s99999")?.line).toBe(300_001);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
