import {
  type AzureAgentCell,
  AzureEgressTier,
  AzureExistingFirewall,
  AzureFirewallSku,
  AzureRuntime,
  AzureService,
} from "../../../constructs/azure";
import { ContainmentPolicy, Egress, EgressProtocol, Mode } from "../../../lib";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { refusal } from "../../support/refusal";
import { cellOf, GROUP, Plan, SUBSCRIPTION } from "./support";

const support = ContainmentPolicy.denyAll("support").allow(Egress.https("api.example.com", { reason: "test" }));
const mixed = ContainmentPolicy.denyAll("mixed").allow(
  Egress.https("git.example.com", { reason: "test" }),
  Egress.tls("mq.example.com", { port: 8883, reason: "test" }),
  Egress.cidr("198.51.100.4/32", { port: 22, reason: "test" }),
  Egress.cidr("198.51.100.8/30", { port: 123, protocol: EgressProtocol.UDP, reason: "test" }),
);
const PRIVATE = "10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16";

/** Rules of an agent's security group in short, in the order of evaluation. */
function rulesOf(plan: Plan, agent: string, direction = "Outbound"): string[] {
  const group = plan.one("azurerm_network_security_group", `agent-${agent}`).address;
  return plan
    .all("azurerm_network_security_rule")
    .filter(({ values }) => referenceOf(values["network_security_group_name"]) === group)
    .filter(({ values }) => values["direction"] === direction)
    .sort((a, b) => Number(a.values["priority"]) - Number(b.values["priority"]))
    .map(({ values }) => {
      const of = (one: string): string =>
        String(values[one] ?? (values[`${one}${one.endsWith("x") ? "es" : "s"}`] as string[]).join(" "));
      const side = direction === "Outbound" ? "destination" : "source";
      return `${values["priority"]} ${values["access"]} ${values["protocol"]} ${of(`${side}_address_prefix`)} : ${of("destination_port_range")}`;
    });
}

function sourcesOf(plan: Plan, agent: string): unknown[] {
  const group = plan.one("azurerm_network_security_group", `agent-${agent}`).address;
  return plan
    .all("azurerm_network_security_rule")
    .filter(({ values }) => referenceOf(values["network_security_group_name"]) === group)
    .map(({ values }) => values["source_address_prefixes"] ?? values["source_address_prefix"]);
}

describe("an agent's security rules", () => {
  const cell = cellOf();
  cell.addAgent("triage", { policy: support });
  const mixer = cell.addAgent("mixer", { policy: mixed });
  cell.addAgent("watched", { policy: support, mode: Mode.MONITOR });
  cell.addAgent("pods", { runtime: AzureRuntime.CONTAINER_APPS });
  const plan = Plan.of(cell);

  test("let it ask the firewall for names, send its list's ports towards the firewall, and nothing else", () => {
    expect(rulesOf(plan, "triage")).toEqual([
      "110 Allow * 10.64.0.0/26 : 53",
      `3000 Deny * ${PRIVATE} : *`,
      "3010 Deny * AzurePlatformDNS : *",
      "3020 Deny * AzurePlatformLKM : *",
      "3100 Allow Tcp 0.0.0.0/0 : 443",
      "4096 Deny * * : *",
    ]);
    expect(rulesOf(plan, "triage", "Inbound")).toEqual(["4096 Deny * * : *"]);
  });

  test("narrow addresses where the list has them", () => {
    expect(rulesOf(plan, "mixer").slice(4)).toEqual([
      "3100 Allow Tcp 0.0.0.0/0 : 443 8883",
      "3110 Allow Tcp 198.51.100.4/32 : 22",
      "3120 Allow Udp 198.51.100.8/30 : 123",
      "4096 Deny * * : *",
    ]);
    expect(sourcesOf(plan, "mixer")).toContainEqual(mixer.sources.map(String));
  });

  test("open to every public address while it is watched, and to nothing private", () => {
    expect(rulesOf(plan, "watched")).toEqual([
      "110 Allow * 10.64.0.0/26 : 53",
      `3000 Deny * ${PRIVATE} : *`,
      "3010 Deny * AzurePlatformDNS : *",
      "3020 Deny * AzurePlatformLKM : *",
      "3100 Allow * 0.0.0.0/0 : *",
      "4096 Deny * * : *",
    ]);
  });

  test("leave an environment of Container Apps what it can't do without", () => {
    const own = cell.agents.find(({ agentName }) => agentName === "pods")?.sources.join();
    expect(rulesOf(plan, "pods")).toEqual([
      "110 Allow * 10.64.0.0/26 : 53",
      `130 Allow * ${own} : *`,
      `3000 Deny * ${PRIVATE} : *`,
      "3020 Deny * AzurePlatformLKM : *",
      "4096 Deny * * : *",
    ]);
    expect(rulesOf(plan, "pods", "Inbound")).toEqual([
      "110 Allow Tcp AzureLoadBalancer : 30000-32767",
      `130 Allow * ${own} : *`,
      "4096 Deny * * : *",
    ]);
  });

  test("never use the tag of the virtual network, and keep the first ten priorities for a quarantine", () => {
    const rules = plan.all("azurerm_network_security_rule");
    expect(JSON.stringify(rules)).not.toContain('"VirtualNetwork"');
    for (const { values } of rules) expect(Number(values["priority"])).toBeGreaterThan(109);
  });

  test("have a priority of their own in each group and direction", () => {
    const keys = plan
      .all("azurerm_network_security_rule")
      .map(({ values }) => [values["network_security_group_name"], values["direction"], values["priority"]].join(" "));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("what agents reach inside of the cell", () => {
  const withEndpoint = (cell: AzureAgentCell, ports?: number[]): void => {
    cell.addPrivateEndpoint("vault", {
      service: AzureService.KEY_VAULT,
      resourceId: `${SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.KeyVault/vaults/x`,
      ...(ports === undefined ? {} : { ports }),
    });
  };

  test("is the private endpoints by their ports, whichever came first", () => {
    const cell = cellOf();
    cell.addAgent("triage");
    withEndpoint(cell, [443, 5671]);
    cell.addAgent("coder");
    const plan = Plan.of(cell);
    for (const agent of ["triage", "coder"]) {
      expect(rulesOf(plan, agent)).toContain("120 Allow Tcp 10.64.0.64/26 : 443 5671");
    }
  });

  test("is Azure's own resolver only where there is something to ask it", () => {
    const cell = cellOf({ tier: AzureEgressTier.SEALED });
    cell.addAgent("triage");
    expect(rulesOf(Plan.of(cell), "triage")).toEqual([
      `3000 Deny * ${PRIVATE} : *`,
      "3010 Deny * AzurePlatformDNS : *",
      "3020 Deny * AzurePlatformLKM : *",
      "4096 Deny * * : *",
    ]);
    const reaching = cellOf({ tier: AzureEgressTier.SEALED });
    reaching.addAgent("triage");
    withEndpoint(reaching);
    expect(rulesOf(Plan.of(reaching), "triage").join()).not.toContain("AzurePlatformDNS");
    const basic = cellOf({ tier: AzureEgressTier.BASIC });
    basic.addAgent("triage", { policy: support });
    expect(rulesOf(Plan.of(basic), "triage").join()).not.toContain("AzurePlatformDNS");
  });

  test("is a hub's firewall by the port for names, and nothing else of the hub", () => {
    const existingFirewall = AzureExistingFirewall.fromFirewallAttributes({
      firewallPolicyId: `${GROUP}/firewallPolicies/hub`,
      privateIpAddress: "10.0.0.4",
      sku: AzureFirewallSku.STANDARD,
      virtualNetworkId: `${GROUP}/virtualNetworks/hub`,
      cidr: "10.0.0.0/22",
      parentPolicy: false,
    });
    const cell = cellOf({ tier: AzureEgressTier.EXISTING, existingFirewall });
    cell.addAgent("triage", { policy: support });
    const rules = rulesOf(Plan.of(cell), "triage");
    expect(rules.slice(0, 2)).toEqual(["110 Allow * 10.0.0.4 : 53", `3000 Deny * ${PRIVATE} : *`]);
  });
});

describe("east-west", () => {
  test("opens ports in one direction, on both sides, and exactly those", () => {
    const cell = cellOf();
    const triage = cell.addAgent("triage");
    const coder = cell.addAgent("coder");
    const writer = cell.addAgent("writer");
    triage.allowTo(coder, { port: 8443, reason: "hands over" });
    triage.allowTo(coder, { port: 8080, reason: "asks" });
    triage.allowTo(writer, { port: 9000, reason: "hands over" });
    const plan = Plan.of(cell);
    const peers = (agent: string, direction: string): string[] =>
      rulesOf(plan, agent, direction)
        .filter((rule) => /^[12]\d{3} /.test(rule))
        .map((rule) => rule.replace(/^\d+ /, ""));
    expect(peers("triage", "Outbound").sort()).toEqual(
      [`Allow Tcp ${coder.sources} : 8080 8443`, `Allow Tcp ${writer.sources} : 9000`].sort(),
    );
    expect(peers("coder", "Inbound")).toEqual([`Allow Tcp ${triage.sources} : 8080 8443`]);
    expect(peers("writer", "Inbound")).toEqual([`Allow Tcp ${triage.sources} : 9000`]);
    expect([...peers("coder", "Outbound"), ...peers("triage", "Inbound")]).toEqual([]);
  });

  test("is refused to the agent itself, to another cell and without a sound port or reason", () => {
    const cell = cellOf();
    const triage = cell.addAgent("triage");
    const coder = cell.addAgent("coder");
    triage.allowTo(coder, { port: 8443, reason: "x" });
    const to = (other: typeof triage, port: number, reason = "x"): string =>
      refusal(() => triage.allowTo(other, { port, reason }));
    const where = "cell 'Agents', agent 'triage', allowTo";
    expect(to(triage, 1)).toBe(
      `CORDON-118: ${where} 'triage': an agent can't be opened to itself; name another agent of the same cell`,
    );
    expect(to(cellOf().addAgent("writer"), 1)).toBe(
      `CORDON-118: ${where} 'writer': the other agent is in another cell; name another agent of the same cell`,
    );
    expect(to(coder, 0)).toBe(`CORDON-020: ${where} 'coder': port 0 is not a port; use a whole number from 1 to 65535`);
    expect(to(coder, 8443)).toBe(`CORDON-118: ${where} 'coder': port 8443 is open already; open each port once`);
    expect(to(coder, 80, "")).toBe(`CORDON-021: ${where} 'coder': the reason is empty; write a sentence`);
  });
});

describe("an agent", () => {
  test("is widened alone", () => {
    const cell = cellOf();
    const triage = cell.addAgent("triage", { policy: support });
    const coder = cell.addAgent("coder", { policy: support });
    triage.allowEgress(Egress.tls("mq.example.com", { port: 8883, reason: "one-off" }));
    const plan = Plan.of(cell);
    expect(coder.policy).toBe(support);
    expect(rulesOf(plan, "triage")).toContain("3100 Allow Tcp 0.0.0.0/0 : 443 8883");
    expect(rulesOf(plan, "coder")).toContain("3100 Allow Tcp 0.0.0.0/0 : 443");
  });

  test("is refused a name that is taken, and a policy or mode that a sealed cell can't hold", () => {
    const cell = cellOf({ tier: AzureEgressTier.SEALED });
    cell.addAgent("triage");
    expect(refusal(() => cell.addAgent("triage"))).toBe(
      "CORDON-106: cell 'Agents': there is an agent 'triage' already; choose another name",
    );
    expect(refusal(() => cell.addAgent("coder", { policy: support }))).toBe(
      "CORDON-107: cell 'Agents', agent 'coder': the sealed tier has no way out, and the policy names 1 destination(s), first https:api.example.com:443; use AzureEgressTier.STANDARD, or remove them from the policy",
    );
    expect(refusal(() => cell.addAgent("coder", { mode: Mode.MONITOR }))).toBe(
      "CORDON-108: cell 'Agents', agent 'coder': the sealed tier has no way out to watch; leave the mode out, or use AzureEgressTier.STANDARD",
    );
  });

  test("has saved queries that select its own addresses, and no firewall's in a sealed cell", () => {
    const cell = cellOf();
    const triage = cell.addAgent("triage");
    expect(triage.queries).toHaveLength(3);
    for (const { values } of Plan.of(cell).all("azurerm_log_analytics_saved_search")) {
      expect(values["query"]).toContain(`"${triage.sources}"`);
    }
    expect(cellOf({ tier: AzureEgressTier.SEALED }).addAgent("triage").queries).toHaveLength(2);
  });

  test("says in the plan what it was asked to hold, and where it is", () => {
    const cell = cellOf();
    const triage = cell.addAgent("triage", { policy: support });
    const declared = cell.declare();
    expect(declared).toMatchObject({ cell: "agents", tier: "standard", maintenance: false });
    expect(declared.agents).toEqual([
      {
        agent: "triage",
        mode: "enforce",
        identity: `azurerm_user_assigned_identity.${triage.identity.identity.friendlyUniqueId}`,
        places: [`azurerm_subnet.${triage.network.subnet.friendlyUniqueId}`],
        egress: [{ host: "api.example.com", protocol: "https", port: 443 }],
        peers: [],
      },
    ]);
  });
});
