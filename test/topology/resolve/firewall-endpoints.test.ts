import { Unknown } from "../../../lib/topology/resolve/value";
import { FIREWALL, resolverOf, shown } from "./configurations";

const STATES = "aws_networkfirewall_firewall.f.firewall_status[0].sync_states";
const BY_ZONE = `{for state in ${STATES} : state.availability_zone => state.attachment[0].endpoint_id}`;
const locals = {
  zones: `\${${BY_ZONE}}`,
  subnets: `\${{for s in ${STATES} : s.attachment[0].subnet_id => s.attachment[0].endpoint_id}}`,
  names: '${{a = "eu-west-1a"}}',
};
const endpoint = (zone: string): string => `<aws_networkfirewall_firewall.f.endpoint[${zone}]>`;

describe("the endpoint of a firewall in a zone", () => {
  const resolver = resolverOf({ resource: FIREWALL, locals });

  test.each([
    ["a map by zone", '${local.zones["eu-west-1a"]}'],
    ["a map by zone without a local value", `\${${BY_ZONE}["eu-west-1a"]}`],
    ["the zone of a subnet", "${local.zones[aws_subnet.a.availability_zone]}"],
    ["a zone behind a name", "${local.zones[local.names.a]}"],
    ["lookup()", '${lookup(local.zones, "eu-west-1a")}'],
    ["lookup() with nothing to fall back to", '${lookup(local.zones, "eu-west-1a", null)}'],
    ["a map by subnet", "${local.subnets[aws_subnet.a.id]}"],
    [
      "a filter by zone",
      `\${[for ss in ${STATES} : ss.attachment[0].endpoint_id if ss.availability_zone == aws_subnet.a.availability_zone][0]}`,
    ],
    [
      "a filter by subnet",
      `\${one([for ss in tolist(${STATES}) : ss.attachment[0].endpoint_id if ss.attachment[0].subnet_id == aws_subnet.a.id])}`,
    ],
    [
      "a filter with element()",
      `\${element([for ss in ${STATES} : ss.attachment[0].endpoint_id if "eu-west-1a" == ss.availability_zone], 0)}`,
    ],
    [
      "a filter of another filter",
      `\${[for s in [for ss in ${STATES} : ss if ss.availability_zone == "eu-west-1a"] : s.attachment[0].endpoint_id][0]}`,
    ],
    [
      "a map of flattened states",
      `\${{for val in flatten(aws_networkfirewall_firewall.f.firewall_status[*].sync_states[*]) : val.availability_zone => val.attachment[0].endpoint_id}["eu-west-1a"]}`,
    ],
    ["a map made from a map", `\${{for zone, id in ${BY_ZONE} : zone => {endpoint = id}}["eu-west-1a"].endpoint}`],
  ])("%s", (_, template) => expect(shown(resolver.text(template))).toBe(endpoint('"eu-west-1a"')));

  test.each([
    ["the first state", `\${tolist(${STATES})[0].attachment[0].endpoint_id}`],
    ["the first of a splat", `\${(tolist(${STATES})[*].attachment[0].endpoint_id)[0]}`],
    ["one by position", `\${element([for ss in ${STATES} : ss.attachment[0].endpoint_id], 1)}`],
    [
      "one of a flattened list",
      "${flatten(aws_networkfirewall_firewall.f.firewall_status[*].sync_states[*].attachment[*])[0].endpoint_id}",
    ],
    ["a zone that is not known", "${local.zones[var.zone]}"],
    [
      "a filter by a zone that is not known",
      `\${[for ss in ${STATES} : ss.attachment[0].endpoint_id if ss.availability_zone == var.z][0]}`,
    ],
    ["one of the values", "${values(local.zones)[0]}"],
  ])("%s may be any of them", (_, template) => expect(shown(resolver.text(template))).toBe(endpoint("*")));

  test("a zone without an endpoint has none, and a fallback takes its place", () => {
    expect(resolver.text('${local.zones["eu-west-1c"]}')).toMatchObject({
      reason: "aws_networkfirewall_firewall.f has no endpoint in eu-west-1c",
    });
    expect(resolver.text('${try(local.zones["eu-west-1c"], "none")}')).toBe("none");
  });

  test("a firewall with one endpoint needs no zone", () => {
    const { a } = FIREWALL.aws_subnet;
    const firewall = { f: { subnet_mapping: { subnet_id: "${aws_subnet.a.id}" } } };
    const one = resolverOf({ resource: { aws_subnet: { a }, aws_networkfirewall_firewall: firewall } });
    expect(shown(one.text(`\${tolist(${STATES})[0].attachment[0].endpoint_id}`))).toBe(endpoint('"eu-west-1a"'));
  });

  test("a fallback stays open while the zones of a firewall are not known", () => {
    const open = resolverOf({ resource: { aws_networkfirewall_firewall: { f: {} } }, locals });
    expect(open.text('${try(local.zones["eu-west-1a"], var.gateway)}')).toBeInstanceOf(Unknown);
    expect(open.text('${lookup(local.zones, "eu-west-1a", var.gateway)}')).toBeInstanceOf(Unknown);
  });

  test("the number of endpoints, and the states themselves, are unknown", () => {
    for (const template of [
      `\${length(${STATES})}`,
      `\${${STATES}}`,
      `\${tolist(${STATES})[0].attachment[0].status}`,
    ]) {
      expect(resolver.text(template)).toMatchObject({ tokens: ["aws_networkfirewall_firewall.f.firewall_status"] });
    }
  });
});
