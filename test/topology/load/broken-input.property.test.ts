import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { CordonError } from "../../../lib/errors/cordon-error";
import { fromObject } from "../../../lib/topology/load/load";
import { Resolver } from "../../../lib/topology/resolve/resolver";
import type { JsonValue } from "../../../lib/topology/terraform-json";

const fixture = (name: string): JsonValue => JSON.parse(readFileSync(join(__dirname, "fixtures", name), "utf8"));

const source: JsonValue = {
  "//": { metadata: { stackName: "s" } },
  provider: { aws: [{ region: "eu-west-1" }] },
  variable: { x: { default: 1 } },
  locals: [{ a: "${var.x}", zones: ["a", "b"] }],
  module: { m: { source: "./m", count: 1, providers: { aws: "aws.us" } } },
  resource: {
    aws_subnet: {
      s: {
        for_each: "${toset(local.zones)}",
        zone: "${each.key}",
        lifecycle: [{ ignore_changes: ["a"] }],
        depends_on: ["x"],
      },
      t: { count: 2, dynamic: { tag: { for_each: [1], iterator: "it", content: { v: "${it.value}" } } } },
    },
  },
  data: {
    aws_iam_policy_document: {
      d: { statement: [{ actions: ["a"], principals: { type: "AWS", identifiers: ["*"] } }] },
    },
  },
  output: { o: { value: "${data.aws_iam_policy_document.d.json}" } },
};
const state: JsonValue = {
  format_version: "1.0",
  values: {
    root_module: {
      resources: [
        {
          address: "aws_vpc.v",
          mode: "managed",
          type: "aws_vpc",
          name: "v",
          values: { id: "vpc-0123456789", tags: { a: "b" } },
        },
        {
          address: "aws_subnet.s[0]",
          mode: "managed",
          type: "aws_subnet",
          name: "s",
          index: 0,
          values: { vpc_id: "vpc-0123456789" },
        },
        {
          ...{
            address: "aws_networkfirewall_firewall.f",
            mode: "managed",
            type: "aws_networkfirewall_firewall",
            name: "f",
          },
          values: {
            firewall_status: [{ sync_states: [{ availability_zone: "a", attachment: [{ endpoint_id: "vpce-1" }] }] }],
          },
        },
      ],
      child_modules: [{ address: "module.m", resources: [] }],
    },
  },
};

/** Every place in a value, as a path of keys. */
function places(value: JsonValue, path: readonly string[] = []): string[][] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [[...path], ...inner.flatMap(([key, item]) => places(item, [...path, key]))];
}

function replaced(value: JsonValue, [key, ...rest]: readonly string[], by: JsonValue): JsonValue {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, place) => (String(place) === key ? replaced(item, rest, by) : item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === key ? replaced(item, rest, by) : item]),
  );
}

const junk = fc.oneof(
  fc.constantFrom<JsonValue>(
    null,
    0,
    -1,
    1.5,
    true,
    "",
    "x",
    "${",
    "${var.x}",
    "${each.key}",
    "module.m",
    [],
    {},
    [[]],
    [null],
  ),
  fc.constantFrom<JsonValue>(
    { "//": {} },
    { count: 1 },
    ["a", 1],
    { __proto__: 1, constructor: "x", "a.b": "${a.b.c}" },
    "__proto__",
  ),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
);

describe.each<[string, JsonValue]>([
  ["a synthesized stack", source],
  ["a plan of JSON", fixture("plan-of-json.json")],
  ["a plan of HCL", fixture("plan-of-hcl.json")],
  ["a state", state],
])("%s with something else in a place", (_, json) => {
  const all = places(json);
  test("is read or refused with a code, and what is read resolves", () => {
    const changes = fc.array(fc.tuple(fc.constantFrom(...all), junk), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(changes, (list) => {
        const broken = list.reduce((value, [path, by]) => replaced(value, path, by), json);
        try {
          const configuration = fromObject(broken);
          const resolver = new Resolver(configuration);
          for (const { values } of configuration.resources) resolver.resolve({ ...values });
        } catch (error) {
          if (!CordonError.isCordonError(error)) throw error;
        }
      }),
      { numRuns: 400 },
    );
  });
});
