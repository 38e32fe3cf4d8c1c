import fc from "fast-check";
import { AzureEgressTier, AzureTlsInspection } from "../../../constructs/azure";
import { ContainmentPolicy, Egress, EgressProtocol, type EgressRule, Mode } from "../../../lib";
import type { JsonValue } from "../../../lib/topology/terraform-json";
import { refusal } from "../../support/refusal";
import { at, cellOf, Plan, SUBSCRIPTION } from "./support";

const policyOf = (...rules: EgressRule[]): ContainmentPolicy => ContainmentPolicy.denyAll("p").allow(...rules);
const listed = policyOf(
  Egress.https("api.example.com", { reason: "test" }),
  Egress.https("*.cdn.example.com", { reason: "test" }),
  Egress.http("plain.example.com", { reason: "test" }),
  Egress.tls("mq.example.com", { port: 8883, reason: "test" }),
  Egress.cidr("198.51.100.8/30", { port: 123, protocol: EgressProtocol.UDP, reason: "test" }),
);
const tlsInspection = AzureTlsInspection.withCa({
  keyVaultSecretId: "https://acme.vault.azure.net/secrets/ca",
  identityId: `${SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.ManagedIdentity/userAssignedIdentities/fw`,
});

/** Rules of a group in short: collection, action, sources, what and where to. */
function rulesOf(plan: Plan, group: string): string[] {
  const { values } = plan.one("azurerm_firewall_policy_rule_collection_group", `rules-${group}`);
  const of = (kind: string): string[] =>
    ((values[`${kind}_rule_collection`] ?? []) as { [key: string]: JsonValue }[]).flatMap(({ name, action, rule }) =>
      (rule as { [key: string]: JsonValue }[]).map((one) => {
        const what =
          kind === "network"
            ? `${one["protocols"]} ${one["destination_ports"]}`
            : (one["protocols"] as { type: string; port: number }[])
                .map(({ type, port }) => `${type}:${port}`)
                .join(" ");
        const where = one["destination_fqdns"] ?? one["destination_urls"] ?? one["destination_addresses"];
        return `${kind} ${name} ${action} ${one["source_addresses"]} ${what} ${where}`;
      }),
    );
  return [...of("network"), ...of("application")];
}

describe("the firewall's rules", () => {
  const cell = cellOf();
  const triage = cell.addAgent("triage", { policy: listed });
  const watched = cell.addAgent("watched", {
    policy: policyOf(Egress.tls("mq.example.com", { port: 8883, reason: "test" })),
    mode: Mode.MONITOR,
  });
  const plan = Plan.of(cell);
  const from = triage.sources.join();
  const seen = watched.sources.join();

  test("pass each agent's list from its own addresses: names as names, the rest by port and address", () => {
    expect(rulesOf(plan, "agents").filter((rule) => rule.includes("agent-triage"))).toEqual([
      `network agent-triage Allow ${from} UDP 123 198.51.100.8/30`,
      `application agent-triage Allow ${from} Http:80 plain.example.com`,
      `application agent-triage Allow ${from} Https:443 *.cdn.example.com`,
      `application agent-triage Allow ${from} Https:443 api.example.com`,
      `application agent-triage Allow ${from} Https:8883 mq.example.com`,
    ]);
  });

  test("pass what a watched agent's list does not name after it, apart, and never names by a network rule", () => {
    expect(rulesOf(plan, "agents").filter((rule) => rule.includes("watched"))).toEqual([
      `network watch-watched Allow ${seen} TCP 1-79,81-442,444-1432,1434-8882,8884-65535 0.0.0.0/0`,
      `network watch-watched Allow ${seen} UDP 1-65535 0.0.0.0/0`,
      `application agent-watched Allow ${seen} Https:8883 mq.example.com`,
      `application watch-watched Allow ${seen} Http:80 Https:443 *`,
    ]);
  });

  test("deny every other name from the cell before Azure's own list is asked", () => {
    const group = plan.one("azurerm_firewall_policy_rule_collection_group", "rules-final");
    expect(group.values["priority"]).toBe(65_000);
    expect(rulesOf(plan, "final")).toEqual([
      "application deny-unlisted Deny 10.64.0.0/20 Http:80 Https:443 Mssql:1433 *",
    ]);
  });

  test("have names and priorities of their own, in the bands of quarantine, agents and the rest", () => {
    const groups = plan.all("azurerm_firewall_policy_rule_collection_group");
    expect(groups.map(({ values }) => values["priority"]).sort((a, b) => Number(a) - Number(b))).toEqual([
      100, 1000, 65_000,
    ]);
    for (const { values } of groups) {
      const collections = ["network", "application"].flatMap(
        (kind) =>
          (values[`${kind}_rule_collection`] ?? []) as { name: string; priority: number; rule: { name: string }[] }[],
      );
      for (const { rule } of collections) expect(new Set(rule.map(({ name }) => name)).size).toBe(rule.length);
      const kinds = ["network", "application"].map((kind) =>
        ((values[`${kind}_rule_collection`] ?? []) as { priority: number }[]).map(({ priority }) => priority),
      );
      for (const priorities of kinds) expect(new Set(priorities).size).toBe(priorities.length);
    }
  });

  test("name an agent's own addresses in every allowing rule, for any lists", () => {
    const host = fc.stringMatching(/^[a-z]{1,6}\.example\.(com|org)$/);
    fc.assert(
      fc.property(fc.uniqueArray(host, { maxLength: 8 }), fc.uniqueArray(host, { maxLength: 8 }), (one, two) => {
        const other = cellOf();
        const lists = { one, two };
        for (const [name, hosts] of Object.entries(lists)) {
          other.addAgent(name, { policy: policyOf(...hosts.map((text) => Egress.https(text, { reason: "test" }))) });
        }
        const rules = rulesOf(Plan.of(other), "agents");
        expect(rules.sort()).toEqual(
          other.agents
            .flatMap(({ agentName, sources, policy }) =>
              policy.rules.map((rule) => `application agent-${agentName} Allow ${sources} Https:443 ${rule.host}`),
            )
            .sort(),
        );
      }),
      { numRuns: 15 },
    );
  });
});

describe("lists over the limit of a group", () => {
  test("are refused, and those below it are not", () => {
    const long = (count: number): ContainmentPolicy =>
      policyOf(
        ...Array.from({ length: count }, (_, index) =>
          Egress.https(`${"a".repeat(60)}.${"b".repeat(60)}.h${index}.example.com`, { reason: "x" }),
        ),
      );
    expect(refusal(() => cellOf().addAgent("triage", { policy: long(3000) }))).toBe("not refused");
    expect(refusal(() => cellOf().addAgent("triage", { policy: long(6000) }))).toMatch(
      /^CORDON-052: cell 'Agents': its rules take \d{7} characters, and one group of Azure Firewall takes 1500000 safely; shorten the lists with wildcards, or divide the agents between cells$/,
    );
  });
});

describe("an entry that the firewall can't express", () => {
  const refused = (rule: EgressRule, props: Parameters<typeof cellOf>[0] = {}): string =>
    refusal(() => cellOf(props).addAgent("triage", { policy: policyOf(rule) }));
  const where = "cell 'Agents', agent 'triage'";

  test("is refused with what could", () => {
    expect(refused(Egress.cidr("198.51.100.4/32", { port: 443, reason: "x" }))).toBe(
      `CORDON-051: ${where}: tcp:198.51.100.4/32:443: a rule for addresses at this port comes before the rules by name, for whatever lives there; use Egress.https, Egress.tls or Egress.http with a name`,
    );
    expect(refused(Egress.tls("mq.example.com", { port: 64_001, reason: "x" }))).toBe(
      `CORDON-051: ${where}: tls:mq.example.com:64001: rules by name take ports up to 64000; use another port`,
    );
    expect(refused(Egress.tcp("db.example.com", { port: 5432, reason: "x" }))).toBe(
      `CORDON-051: ${where}: tcp:db.example.com:5432: raw TCP has no name in it, and a rule by name passes whatever lives at the name's addresses; use Egress.tls if it speaks TLS, or Egress.cidr for addresses of your own`,
    );
    expect(refused(Egress.cidr("2001:db8:0:1::/64", { port: 22, reason: "x" }))).toMatch(/^CORDON-0(33|51): /);
  });

  test("is a request outside of PREMIUM with a CA, and a method everywhere", () => {
    const paths = Egress.https("api.example.com", { reason: "x", requests: ["* /v1/*", "* /health"] });
    const fix = "use that tier, or leave requests out";
    const problem = "requests are read by AzureEgressTier.PREMIUM with tlsInspection alone";
    expect(refused(paths)).toBe(`CORDON-051: ${where}: https:api.example.com:443: ${problem}; ${fix}`);
    const premium = { tier: AzureEgressTier.PREMIUM };
    expect(refused(paths, premium)).toBe(`CORDON-051: ${where}: https:api.example.com:443: ${problem}; ${fix}`);
    expect(refused(paths, { ...premium, tlsInspection })).toBe("not refused");
    const method = Egress.https("api.example.com", { reason: "x", requests: ["GET /v1/*"] });
    expect(refused(method, { ...premium, tlsInspection })).toBe(
      `CORDON-051: ${where}: https:api.example.com:443: Azure Firewall reads paths, not methods, and "GET /v1/*" names one; write "* /v1/*", or leave requests out`,
    );
  });

  test("while paths become URLs in inspected TLS", () => {
    const cell = cellOf({ tier: AzureEgressTier.PREMIUM, tlsInspection });
    const { sources } = cell.addAgent("triage", {
      policy: policyOf(Egress.https("api.example.com", { reason: "x", requests: ["* /v1/*", "* /health"] })),
    });
    const plan = Plan.of(cell);
    expect(rulesOf(plan, "agents")).toEqual([
      `application agent-triage Allow ${sources} Https:443 api.example.com/health,api.example.com/v1/*`,
    ]);
    const { values } = plan.one("azurerm_firewall_policy_rule_collection_group", "rules-agents");
    expect(at(values["application_rule_collection"], 0, "rule", 0, "terminate_tls")).toBe(true);
  });
});

describe("the resolver's lists", () => {
  const domainsOf = (plan: Plan, index: number): JsonValue | undefined =>
    at(plan.one("azapi_resource", `list-allow-${index}_`).values["body"], "properties", "domains");

  test("hold the policies' names and what they lead to, each with a dot at its end", () => {
    const cell = cellOf({ cnameSuffixes: ["edge.example.net"] });
    cell.addAgent("triage", { policy: listed });
    expect(domainsOf(Plan.of(cell), 1)).toEqual([
      "api.example.com.",
      "cdn.example.com.",
      "edge.example.net.",
      "mq.example.com.",
      "plain.example.com.",
    ]);
    expect(refusal(() => cellOf({ cnameSuffixes: ["*.edge.example.net"] }))).toBe(
      `CORDON-316: cell 'Agents': cnameSuffixes "*.edge.example.net" is a pattern; write edge.example.net; names below it count too`,
    );
  });

  test("are split where one would be too long, and all of them are allowed", () => {
    const cell = cellOf();
    const rules = Array.from({ length: 150 }, (_, index) => Egress.https(`h${index}.example.com`, { reason: "x" }));
    cell.addAgent("triage", { policy: policyOf(...rules) });
    const plan = Plan.of(cell);
    expect([domainsOf(plan, 1), domainsOf(plan, 2)].map((list) => (list as unknown[]).length)).toEqual([100, 50]);
    expect(
      at(plan.one("azapi_resource", "rule-allow").values["body"], "properties", "dnsResolverDomainLists"),
    ).toHaveLength(2);
  });
});
