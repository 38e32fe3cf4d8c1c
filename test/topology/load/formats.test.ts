import { fromObject } from "../../../lib/topology/load/load";
import { refusal } from "../../support/refusal";

const synth = {
  "//": { metadata: { stackName: "agents", version: "0.21.0" }, cordon: { version: 1, cells: [] } },
  terraform: { backend: { local: {} } },
  provider: { aws: [{ region: "eu-west-1" }, { alias: "us", region: "us-east-1" }] },
  variable: { peer: { default: "10.9.0.0/16" }, other: { type: "string" } },
  locals: { a: 1 },
  data: { aws_region: { here: {} } },
  resource: {
    aws_vpc: {
      v: {
        "//": { metadata: { path: "agents/Net/Vpc", uniqueId: "v" } },
        cidr_block: "10.0.0.0/16",
        tags: { "//": "no tag", Name: "v" },
        provider: "aws.us",
        depends_on: ["aws_flow_log.f"],
        lifecycle: { ignore_changes: ["tags"] },
        provisioner: { "local-exec": { command: "true" } },
        connection: { type: "ssh" },
      },
    },
    aws_flow_log: { f: { provider: "aws" } },
  },
};

describe("a synthesized stack", () => {
  const configuration = fromObject(synth);

  test("has its name, declaration, providers, variables and local values", () => {
    expect(configuration).toMatchObject({
      name: "agents",
      source: "synth",
      format: "synth",
      declaration: { version: 1, cells: [] },
      providers: { aws: [{ region: "eu-west-1" }, { alias: "us", region: "us-east-1" }] },
      variables: { peer: { default: "10.9.0.0/16" }, other: {} },
      locals: { a: 1 },
      notes: [],
    });
    expect(configuration.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(fromObject(synth, { name: "x", source: "y" })).toMatchObject({ name: "agents", source: "y" });
  });

  test("has its resources by address, with the arguments apart from what is about them", () => {
    expect(configuration.resources).toEqual([
      { mode: "managed", type: "aws_flow_log", name: "f", address: "aws_flow_log.f", values: {}, dependsOn: [] },
      {
        mode: "managed",
        type: "aws_vpc",
        name: "v",
        address: "aws_vpc.v",
        constructPath: "agents/Net/Vpc",
        values: { cidr_block: "10.0.0.0/16", tags: { Name: "v" } },
        provider: "aws.us",
        ignoreChanges: ["tags"],
        provisioners: true,
        dependsOn: ["aws_flow_log.f"],
      },
      { mode: "data", type: "aws_region", name: "here", address: "data.aws_region.here", values: {}, dependsOn: [] },
    ]);
  });

  test("one byte more is another digest, the same bytes are the same", () => {
    expect(fromObject(synth).digest).toBe(configuration.digest);
    expect(fromObject({ ...synth, locals: { a: 2 } }).digest).not.toBe(configuration.digest);
  });
});

describe("configuration in JSON syntax", () => {
  test.each([
    ["objects", { aws_vpc: { a: { cidr_block: "10.0.0.0/16" }, b: {} } }],
    ["a list of sections", [{ aws_vpc: { a: { cidr_block: "10.0.0.0/16" } } }, { aws_vpc: { b: {} } }]],
    ["lists at every level", [{ aws_vpc: [{ a: [{ cidr_block: "10.0.0.0/16" }] }, { b: {} }] }]],
  ])("resources may be written as %s", (_, resource) => {
    const { resources, format } = fromObject({ resource });
    expect(format).toBe("terraform-json");
    expect(resources.map(({ address, values }) => [address, values])).toEqual([
      ["aws_vpc.a", { cidr_block: "10.0.0.0/16" }],
      ["aws_vpc.b", {}],
    ]);
  });

  test("local values may stand in several blocks", () =>
    expect(fromObject({ locals: [{ a: 1, "//": "x" }, { b: 2 }] }).locals).toEqual({ a: 1, b: 2 }));

  test("lifecycle may be a list, a provider an expression", () => {
    const body = { lifecycle: [{ ignore_changes: "all" }], provider: "${aws.us}" };
    expect(fromObject({ resource: { aws_vpc: { a: body } } }).resources[0]).toMatchObject({
      ignoreChanges: "all",
      provider: "aws.us",
    });
  });
});

describe("refusals", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const shown =
    "give a synthesized stack, a folder of *.tf.json files, or what `terraform show -json` writes of a plan";

  test.each<[string, unknown, string]>([
    ["a list", [], `CORDON-144: configuration "x": it holds a list, not an object; ${shown}`],
    ["a number", 7, `CORDON-144: configuration "x": it holds the number 7, not an object; ${shown}`],
    ["null", null, `CORDON-144: configuration "x": it holds null, not an object; ${shown}`],
    ["nothing", undefined, 'CORDON-143: configuration "x": undefined is no JSON value; give an object'],
    ["an empty object", {}, `CORDON-144: configuration "x": none of its keys is Terraform's (it is empty); ${shown}`],
    [
      "another JSON file",
      { name: "package", version: "1.0.0" },
      `CORDON-144: configuration "x": none of its keys is Terraform's ("name, version"); ${shown}`,
    ],
    [
      "a plan of a later format",
      { format_version: "2.0", planned_values: {} },
      'CORDON-144: configuration "x": its format_version is "2.0", not 1.x; use a Terraform that writes format_version 1.x (1.1 or later), or a later version of this package',
    ],
    [
      "a plan of a format before 1.0",
      { format_version: "0.2", planned_values: {} },
      'CORDON-144: configuration "x": its format_version is "0.2", not 1.x; use a Terraform that writes format_version 1.x (1.1 or later), or a later version of this package',
    ],
    [
      "a plan that failed",
      { format_version: "1.2", planned_values: {}, errored: true },
      'CORDON-144: configuration "x": it is a plan that ended in an error; correct the error and plan again',
    ],
    [
      "schemas",
      { format_version: "1.0", provider_schemas: {} },
      `CORDON-144: configuration "x": it holds the schemas of providers, not a plan; ${shown}`,
    ],
    [
      "a state file",
      { version: 4, lineage: "a", resources: [] },
      'CORDON-144: configuration "x": it is a state file in Terraform\'s internal format; write it with `terraform show -json > state.json` and give that file',
    ],
    [
      "a resource that is no block",
      { resource: { aws_vpc: { a: "10.0.0.0/16" } } },
      'CORDON-147: configuration "x", main.tf.json, resource.aws_vpc.a: "10.0.0.0/16" stands where a block is due; write an object',
    ],
    [
      "a resource twice",
      { resource: [{ aws_vpc: { a: {} } }, { aws_vpc: { a: {} } }] },
      'CORDON-147: configuration "x": aws_vpc.a is defined twice in main.tf.json; keep one of them',
    ],
    [
      "an object that holds itself",
      cycle,
      'CORDON-143: configuration "x": it is nested deeper than 200 levels, or holds itself; give a synthesized stack, a plan or a state',
    ],
    [
      "a number without JSON",
      { resource: 1n },
      'CORDON-143: configuration "x": it can\'t be written as JSON (Do not know how to serialize a BigInt); give plain objects, lists, strings, numbers and booleans',
    ],
  ])("%s", (_, json, message) => expect(refusal(() => fromObject(json, { name: "x" }))).toBe(message));
});
