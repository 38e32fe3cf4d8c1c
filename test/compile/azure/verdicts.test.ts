import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import fc from "fast-check";
import { AzureAgentCell, type AzureAgentCellProps, AzureEgressTier } from "../../../constructs/azure";
import { ContainmentPolicy, Egress, EgressProtocol, type EgressRule, Mode } from "../../../lib";
import { synthStack } from "../../../lib/topology/synth-stack";
import { askFirewall, type FirewallAttempt, type FirewallConfiguration } from "../../support/azure-firewall";
import { TRAFFIC_AGENTS, TRAFFIC_CASES, type TrafficCase } from "../../support/traffic-cases";
import { TLS } from "./tls-inspection";

type Values = { readonly [argument: string]: unknown };
type Lists = { readonly [agent: string]: { readonly rules: readonly EgressRule[]; readonly mode?: Mode } };

/** What the firewall of a cell is given, and from where each agent speaks. */
interface Engine {
  readonly configuration: FirewallConfiguration;
  readonly cell: AzureAgentCell;
  readonly sourceOf: (agent: string) => string;
}

function engineOf(lists: Lists, props: Partial<AzureAgentCellProps>, changed?: (groups: Values[]) => Values[]): Engine {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AzurermProvider(stack, "azurerm", { features: [{}] });
  const cell = new AzureAgentCell(stack, "Agents", { cidr: "10.64.0.0/20", location: "westeurope", ...props });
  for (const [name, { rules, mode }] of Object.entries(lists)) {
    const policy = ContainmentPolicy.denyAll(name).allow(...rules);
    cell.addAgent(name, { policy, ...(mode === undefined ? {} : { mode }) });
  }
  const json = synthStack(stack) as unknown as { resource: { [type: string]: { [id: string]: Values } } };
  const all = (type: string): Values[] => Object.values(json.resource[type] ?? {});
  const groups = all("azurerm_firewall_policy_rule_collection_group");
  const [policy = {}] = all("azurerm_firewall_policy");
  return {
    cell,
    configuration: {
      sku: policy["sku"] as FirewallConfiguration["sku"],
      inspectsTls: policy["tls_certificate"] !== undefined,
      groups: changed === undefined ? groups : changed(groups),
    },
    sourceOf: (agent) => {
      const [block] = cell.agents.find(({ agentName }) => agentName === agent)?.sources ?? [];
      return String(block).replace(/\.(\d+)\/\d+$/, (_, last) => `.${Number(last) + 4}`);
    },
  };
}

const attemptOf = (
  engine: Engine,
  { agent, speech, host, port }: Omit<TrafficCase, "name" | "passes">,
): FirewallAttempt => ({
  source: engine.sourceOf(agent),
  destination: "203.0.113.9",
  protocol: "TCP",
  port,
  ...(speech === "tls" ? { tls: { serverName: host }, http: { host, path: "/" } } : {}),
  ...(speech === "http" ? { http: { host, path: "/" } } : {}),
});

const lists: Lists = {
  triage: { rules: TRAFFIC_AGENTS.triage },
  coder: { rules: TRAFFIC_AGENTS.coder },
};
const premium = (): Partial<AzureAgentCellProps> => ({ tier: AzureEgressTier.PREMIUM, tlsInspection: TLS() });

describe.each<[string, () => Partial<AzureAgentCellProps>]>([
  ["Basic", () => ({ tier: AzureEgressTier.BASIC })],
  ["Standard", () => ({ tier: AzureEgressTier.STANDARD })],
  ["Premium", () => ({ tier: AzureEgressTier.PREMIUM })],
  ["Premium with TLS inspection", premium],
])("Azure Firewall %s, judged by its documented order", (_, props) => {
  const engine = engineOf(lists, props());

  test.each(
    TRAFFIC_CASES.map(
      (one) =>
        [
          one.passes ? "passes" : "refuses",
          one.name,
          `${one.speech} ${one.host}:${one.port} from ${one.agent}`,
          one,
        ] as const,
    ),
  )("%s %s: %s", (verdict, _name, _what, one) => {
    expect(askFirewall(engine.configuration, attemptOf(engine, one)).passes ? "passes" : "refuses").toBe(verdict);
  });

  test("refuses the names that Azure would pass by itself, by the cell's own last rule", () => {
    const asked = attemptOf(engine, {
      agent: "triage",
      speech: "tls",
      host: "anyone.blob.core.windows.net",
      port: 443,
    });
    expect(askFirewall(engine.configuration, asked)).toEqual({
      passes: false,
      by: expect.stringContaining("deny-unlisted"),
    });
  });
});

test("without the last group, Azure's infrastructure names are open", () => {
  const engine = engineOf(lists, {}, (groups) => groups.filter(({ priority }) => priority !== 65_000));
  const asked = attemptOf(engine, { agent: "triage", speech: "tls", host: "anyone.blob.core.windows.net", port: 443 });
  expect(askFirewall(engine.configuration, asked)).toEqual({ passes: true, by: "infrastructure names" });
});

describe("one name outside, another inside", () => {
  const fronted = (engine: Engine): FirewallAttempt => ({
    ...attemptOf(engine, { agent: "triage", speech: "tls", host: "api.example.com", port: 443 }),
    http: { host: "evil.net", path: "/" },
  });
  const readable = {
    triage: { rules: TRAFFIC_AGENTS.triage.filter(({ protocol }) => protocol !== EgressProtocol.TLS) },
  };
  const ids = ({ cell }: Engine): string[] => cell.residualRisks().map(({ id }) => id);

  test("passes without TLS inspection, which is residual risk R80", () => {
    const engine = engineOf(lists, { tier: AzureEgressTier.STANDARD });
    expect([askFirewall(engine.configuration, fronted(engine)).passes, ids(engine).includes("R80")]).toEqual([
      true,
      true,
    ]);
  });

  test("stays a risk where an entry is for TLS that is no HTTP", () => {
    expect(ids(engineOf(lists, premium()))).toContain("R80");
  });

  test("is refused with TLS inspection, and R80 is not there", () => {
    const engine = engineOf(readable, premium());
    expect([askFirewall(engine.configuration, fronted(engine)).passes, ids(engine).includes("R80")]).toEqual([
      false,
      false,
    ]);
  });
});

describe("requests", () => {
  const rule = Egress.https("api.example.com", { reason: "test", requests: ["* /v1/*", "* /health"] });
  const engine = engineOf(
    { triage: { rules: [rule, Egress.https("other.example.com", { reason: "test" })] } },
    premium(),
  );
  const asked = (host: string, path: string): boolean =>
    askFirewall(engine.configuration, {
      ...attemptOf(engine, { agent: "triage", speech: "tls", host, port: 443 }),
      http: { host, path },
    }).passes;

  test.each([
    ["/v1/items", true],
    ["/v1/", true],
    ["/health", true],
    ["/v1", false],
    ["/healthz", false],
    ["/v2/items", false],
    ["/x/v1/items", false],
  ])("of %s pass: %s", (path, passes) => {
    expect(asked("api.example.com", path)).toBe(passes);
  });

  test("hold for their host alone", () => {
    expect([asked("other.example.com", "/v2"), asked("api.example.org", "/v1/items")]).toEqual([true, false]);
  });
});

describe("addresses, watched agents and quarantine", () => {
  const block = Egress.cidr("198.51.100.4/32", { port: 5432, reason: "test" });
  const datagrams = Egress.cidr("198.51.100.8/30", { port: 4500, reason: "test", protocol: EgressProtocol.UDP });
  const packet = (engine: Engine, agent: string, destination: string, port: number): FirewallAttempt => ({
    source: engine.sourceOf(agent),
    destination,
    protocol: "TCP",
    port,
  });

  test("a listed block passes at its port, and nothing beside it", () => {
    const engine = engineOf({ triage: { rules: [block, datagrams] }, coder: { rules: [] } }, {});
    const passes = (agent: string, to: string, port: number): boolean =>
      askFirewall(engine.configuration, packet(engine, agent, to, port)).passes;
    expect(passes("triage", "198.51.100.4", 5432)).toBe(true);
    expect(passes("triage", "198.51.100.5", 5432)).toBe(false);
    expect(passes("triage", "198.51.100.4", 5433)).toBe(false);
    expect(passes("coder", "198.51.100.4", 5432)).toBe(false);
  });

  test("a watched agent passes by rules that say so, and nobody else does", () => {
    const rules = [Egress.https("git.example.org", { reason: "test" })];
    const engine = engineOf({ coder: { rules, mode: Mode.MONITOR }, triage: { rules } }, {});
    const ask = (agent: "coder" | "triage", host: string, port = 443) =>
      askFirewall(engine.configuration, attemptOf(engine, { agent, speech: "tls", host, port }));
    expect(ask("coder", "evil.net")).toEqual({ passes: true, by: expect.stringContaining("watch-coder") });
    expect(ask("coder", "git.example.org")).toEqual({ passes: true, by: expect.stringContaining("agent-coder") });
    expect(ask("triage", "evil.net").passes).toBe(false);
    const silent = packet(engine, "coder", "203.0.113.9", 443);
    expect(askFirewall(engine.configuration, silent).passes).toBe(false);
    expect(askFirewall(engine.configuration, { ...silent, port: 22 }).by).toContain("watch-coder");
  });

  test("what is in the quarantine's IP group passes nothing, listed or not", () => {
    const engine = engineOf(lists, {});
    const reference = "${azurerm_ip_group";
    const groups = engine.configuration.groups.flatMap((group) =>
      [...(JSON.stringify(group).match(/\$\{azurerm_ip_group[^"]*\}/g) ?? [])].map(String),
    );
    expect(groups.every((one) => one.startsWith(reference)) && groups.length > 0).toBe(true);
    const source = engine.sourceOf("triage");
    const configuration = {
      ...engine.configuration,
      ipGroups: Object.fromEntries(groups.map((one) => [one, [`${source}/32`]])),
    };
    const listed = attemptOf(engine, { agent: "triage", speech: "tls", host: "api.example.com", port: 443 });
    expect(askFirewall(engine.configuration, listed).passes).toBe(true);
    expect(askFirewall(configuration, listed)).toEqual({ passes: false, by: expect.stringContaining("quarantine") });
    const coder = attemptOf(engine, { agent: "coder", speech: "tls", host: "git.example.org", port: 443 });
    expect(askFirewall(configuration, coder).passes).toBe(true);
  });
});

describe("compiled policies", () => {
  const hosts = fc.constantFrom(
    "a.example.com",
    "*.b.example.com",
    "c.example.org",
    "*.example.net",
    "d.b.example.com",
  );
  const generated = fc
    .uniqueArray(fc.record({ host: hosts, port: fc.constantFrom(443, 8443) }), {
      maxLength: 6,
      selector: ({ host, port }) => `${host}:${port}`,
    })
    .map((entries) => entries.map(({ host, port }) => Egress.https(host, { port, reason: "generated" })));
  const names = ["a.example.com", "x.b.example.com", "b.example.com", "y.example.net", "example.net", "evil.net"];

  test("pass exactly what the lists name, in whatever order the agents come", () => {
    fc.assert(
      fc.property(generated, generated, fc.boolean(), (one, other, isTurned) => {
        const both: Lists = isTurned
          ? { coder: { rules: other }, triage: { rules: one } }
          : { triage: { rules: one }, coder: { rules: other } };
        const engine = engineOf(both, {});
        for (const [agent, rules] of [
          ["triage", one],
          ["coder", other],
        ] as const) {
          for (const host of names) {
            for (const port of [443, 8443, 80]) {
              const listed = rules.some((rule) => {
                const text = String(rule.host);
                return rule.port === port && (text.startsWith("*.") ? host.endsWith(text.slice(1)) : host === text);
              });
              const attempt = attemptOf(engine, { agent, speech: "tls", host, port });
              expect([agent, host, port, askFirewall(engine.configuration, attempt).passes]).toEqual([
                agent,
                host,
                port,
                listed,
              ]);
            }
          }
        }
      }),
      { numRuns: 15, seed: 5 },
    );
  });
});
