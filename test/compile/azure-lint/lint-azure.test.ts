import fc from "fast-check";
import { lintAzure } from "../../../lib/compile/azure-lint";
import {
  adding,
  all,
  application,
  containedStack,
  GROUP,
  messages,
  network,
  POLICY,
  ref,
  resourcesOf,
  SETTING,
  setting,
  type Values,
} from "./contained-stack";

const broken = () => {
  const stack = containedStack();
  all(
    network({ destination_addresses: ["*", "Storage"], destination_ports: ["*"], protocols: ["Any"] }),
    setting(POLICY, "base_policy_id", "${var.base}"),
    setting(SETTING, "metric", [{ category: "AllMetrics" }]),
    setting(GROUP, "application_rule_collection.0.rule.0.destination_fqdns", ["*", "*.azurewebsites.net", ""]),
    adding("azurerm_firewall_policy_rule_collection_group.a", { firewall_policy_id: ref(POLICY), priority: 1000 }),
    adding("azurerm_firewall_policy_rule_collection_group.b", { firewall_policy_id: ref(POLICY), priority: 1000 }),
  )(stack);
  return stack;
};

describe("the lint of Azure resources", () => {
  test("says nothing about a contained stack", () => {
    expect(messages(containedStack())).toEqual([]);
  });

  test("says nothing about an empty stack or resources of other kinds", () => {
    expect(lintAzure([])).toEqual([]);
    expect(lintAzure([{ type: "azurerm_service_plan", address: "azurerm_service_plan.p", values: {} }])).toEqual([]);
  });

  test("reads a block that is written as an array of one, as plans do", () => {
    const stack = containedStack();
    setting(POLICY, "dns", [{ proxy_enabled: false }])(stack);
    network({ destination_addresses: [], destination_fqdns: ["db.example.com"] })(stack);
    const twin = containedStack();
    setting(POLICY, "dns", { proxy_enabled: false })(twin);
    network({ destination_addresses: [], destination_fqdns: ["db.example.com"] })(twin);
    expect(messages(stack)).toEqual(messages(twin));
    expect(messages(stack).map((text) => text.slice(0, 10))).toEqual(["CORDON-270", "CORDON-273"]);
  });

  test("gives the same findings in the same order for any order of the resources", () => {
    const resources = resourcesOf(broken());
    const expected = lintAzure(resources);
    expect(new Set(expected.map(({ code }) => code)).size).toBeGreaterThan(9);
    fc.assert(
      fc.property(fc.shuffledSubarray(resources, { minLength: resources.length }), (shuffled) => {
        expect(lintAzure(shuffled)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  test("changes no resource", () => {
    const resources = resourcesOf(broken());
    const before = structuredClone(resources);
    lintAzure(resources);
    expect(resources).toEqual(before);
  });

  test("never fails, whatever is written where a rule, a list or a block should be", () => {
    const odd = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        "",
        "*",
        "${var.x}",
        0,
        443,
        "443",
        true,
        [],
        {},
        [null],
        [[]],
        ["${var.x}", null],
      ),
      fc.array(
        fc.oneof(
          fc.string(),
          fc.integer(),
          fc.constant(null),
          fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
        ),
      ),
    );
    const rule = fc.dictionary(
      fc.constantFrom(
        "name",
        "source_addresses",
        "source_ip_groups",
        "protocols",
        "destination_addresses",
        "destination_ip_groups",
        "destination_fqdns",
        "destination_urls",
        "destination_ports",
        "http_headers",
        "terminate_tls",
      ),
      odd,
    );
    const collections = fc.oneof(
      odd,
      fc.array(fc.record({ name: odd, priority: odd, action: odd, rule: fc.oneof(odd, fc.array(rule)) })),
    );
    const resource = fc.record({
      type: fc.constantFrom(...[...containedStack().values()].map(({ type }) => type)),
      values: fc.dictionary(
        fc.constantFrom(
          "network_rule_collection",
          "application_rule_collection",
          "nat_rule_collection",
          "firewall_policy_id",
          "dns",
          "sku",
          "security_rule",
          "delegation",
          "ip_configuration",
          "zones",
          "lifecycle",
          "depends_on",
          "rule",
        ),
        fc.oneof(odd, collections),
      ),
    });
    fc.assert(
      fc.property(fc.array(resource, { maxLength: 4 }), (all) => {
        const resources = all.map(({ type, values }, index) => ({
          type,
          address: `${type}.r${index}`,
          values: values as Values,
        }));
        expect(Array.isArray(lintAzure(resources))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("has nothing against names and addresses that a policy could list", () => {
    const label = fc.stringMatching(/^[a-z]{1,8}$/);
    const host = fc.tuple(fc.boolean(), label, label).map(([wild, a, b]) => `${wild ? "*." : ""}${a}.${b}.example.com`);
    const address = fc
      .tuple(fc.nat(255), fc.integer({ min: 25, max: 32 }))
      .map(([byte, prefix]) => `203.0.113.${byte}/${prefix}`);
    const port = fc.integer({ min: 1, max: 65_535 }).filter((one) => ![80, 443, 1433].includes(one));
    fc.assert(
      fc.property(
        fc.uniqueArray(host, { minLength: 1, maxLength: 5 }),
        address,
        port,
        fc.constantFrom("TCP", "UDP"),
        (hosts, to, at, protocol) => {
          const named = containedStack();
          application({ destination_fqdns: hosts })(named);
          expect(messages(named)).toEqual([]);
          const unnamed = containedStack();
          network({ destination_addresses: [to], destination_ports: [String(at)], protocols: [protocol] })(unnamed);
          expect(messages(unnamed)).toEqual([]);
        },
      ),
    );
  });
});
