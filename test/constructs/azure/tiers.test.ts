import {
  AzureDnsFilter,
  AzureEgressTier,
  AzureExistingFirewall,
  AzureFirewallSku,
  AzurePerimeterMode,
  AzureRuntime,
  AzureService,
  AzureTlsInspection,
} from "../../../constructs/azure";
import { ContainmentPolicy, Egress, Mode } from "../../../lib";
import { refusal } from "../../support/refusal";
import { at, cellOf, cellWithAgent, GROUP, Plan, SUBSCRIPTION, vaultOf } from "./support";

const identityId = `${SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.ManagedIdentity/userAssignedIdentities/fw`;
const tlsInspection = AzureTlsInspection.withCa({
  keyVaultSecretId: "https://acme.vault.azure.net/secrets/ca",
  identityId,
});
const existingFirewall = AzureExistingFirewall.fromFirewallAttributes({
  firewallPolicyId: `${GROUP}/firewallPolicies/hub`,
  privateIpAddress: "10.0.0.4",
  sku: AzureFirewallSku.BASIC,
  virtualNetworkId: `${GROUP}/virtualNetworks/hub`,
  cidr: "10.0.0.0/22",
  parentPolicy: false,
});

describe("the firewall's policy", () => {
  test("of tier STANDARD asks names for the agents and denies what Microsoft knows as bad", () => {
    const { values } = Plan.of(cellWithAgent()).one("azurerm_firewall_policy");
    expect(values).toMatchObject({
      sku: "Standard",
      threat_intelligence_mode: "Deny",
      dns: { proxy_enabled: true },
    });
    expect(values["intrusion_detection"]).toBeUndefined();
  });

  test("of tier PREMIUM denies intrusions, and reads TLS with the CA that it is given", () => {
    const { values } = Plan.of(cellWithAgent({ tier: AzureEgressTier.PREMIUM, tlsInspection })).one(
      "azurerm_firewall_policy",
    );
    expect(values).toMatchObject({
      sku: "Premium",
      intrusion_detection: { mode: "Deny" },
      identity: { type: "UserAssigned", identity_ids: [identityId] },
      tls_certificate: { name: "inspection", key_vault_secret_id: "https://acme.vault.azure.net/secrets/ca" },
    });
    expect(refusal(() => cellOf({ tlsInspection }))).toBe(
      "CORDON-312: cell 'Agents': tlsInspection is for tier PREMIUM, and the tier is 'standard'; leave it out, or use AzureEgressTier.PREMIUM",
    );
  });

  test("is logged category by category, into tables of their own", () => {
    const categories = (tier: AzureEgressTier): unknown[] => {
      const { values } = Plan.of(cellWithAgent({ tier })).one("azurerm_monitor_diagnostic_setting", "record-firewall");
      expect(values["log_analytics_destination_type"]).toBe("Dedicated");
      expect(JSON.stringify(values)).not.toMatch(/allLogs|category_group|"metric"/);
      return (values["enabled_log"] as { category: string }[]).map(({ category }) => category);
    };
    const common = [
      "AZFWApplicationRule",
      "AZFWNetworkRule",
      "AZFWNatRule",
      "AZFWThreatIntel",
      "AZFWInternalFqdnResolutionFailure",
    ];
    expect(categories(AzureEgressTier.BASIC)).toEqual(common);
    expect(categories(AzureEgressTier.STANDARD)).toEqual([...common, "AZFWDnsQuery"]);
    expect(categories(AzureEgressTier.PREMIUM)).toEqual([...common, "AZFWDnsQuery", "AZFWIdpsSignature"]);
  });
});

describe("the first group of rules", () => {
  test("refuses everything of what is in the quarantine's IP group, before any other", () => {
    const plan = Plan.of(cellWithAgent());
    const { values } = plan.one("azurerm_firewall_policy_rule_collection_group", "rules-quarantine");
    expect(values["priority"]).toBe(100);
    const group = `\${${plan.one("azurerm_ip_group").address}.id}`;
    expect(at(values["network_rule_collection"], 0)).toMatchObject({ action: "Deny" });
    expect(at(values["network_rule_collection"], 0, "rule", 0)).toMatchObject({
      source_ip_groups: [group],
      destination_addresses: ["*"],
      destination_ports: ["*"],
      protocols: ["Any"],
    });
    expect(at(values["application_rule_collection"], 0)).toMatchObject({ action: "Deny" });
    expect(at(values["application_rule_collection"], 0, "rule", 0)).toMatchObject({
      source_ip_groups: [group],
      destination_fqdns: ["*"],
    });
    expect(plan.all("azurerm_ip_group")).toHaveLength(1);
  });
});

describe("the flow logs", () => {
  test("record the network, in a store that networks do not reach", () => {
    const plan = Plan.of(cellWithAgent({ logRetentionDays: 730 }));
    const { values } = plan.one("azurerm_network_watcher_flow_log");
    expect(values).toMatchObject({
      target_resource_id: `\${${plan.one("azurerm_virtual_network").address}.id}`,
      network_watcher_name: "NetworkWatcher_westeurope",
      resource_group_name: "NetworkWatcherRG",
      enabled: true,
      version: 2,
      retention_policy: { enabled: true, days: 365 },
    });
    expect(values["network_security_group_id"]).toBeUndefined();
    expect(at(values["traffic_analytics"], "workspace_resource_id")).toBe(
      `\${${plan.one("azurerm_log_analytics_workspace").address}.id}`,
    );
    expect(plan.one("azurerm_storage_account").values).toMatchObject({
      allow_nested_items_to_be_public: false,
      network_rules: { default_action: "Deny", bypass: ["AzureServices"] },
    });
    expect(plan.one("azurerm_log_analytics_workspace").values).toMatchObject({
      retention_in_days: 730,
      local_authentication_enabled: false,
      internet_ingestion_enabled: false,
    });
  });

  test("go without analytics where the workspace is somebody else's", () => {
    const workspaceId = `${SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.OperationalInsights/workspaces/x`;
    const plan = Plan.of(cellWithAgent({ workspaceId, networkWatcher: { name: "nw", resourceGroupName: "net" } }));
    const { values } = plan.one("azurerm_network_watcher_flow_log");
    expect(values).toMatchObject({ network_watcher_name: "nw", resource_group_name: "net" });
    expect(values["traffic_analytics"]).toBeUndefined();
    expect(plan.all("azurerm_log_analytics_workspace")).toEqual([]);
    for (const one of plan.all("azurerm_monitor_diagnostic_setting")) {
      expect(one.values["log_analytics_workspace_id"]).toBe(workspaceId);
    }
  });

  test("have a store that is named apart by the salt", () => {
    const nameOf = (nameSalt?: string): unknown =>
      Plan.of(cellWithAgent(nameSalt === undefined ? {} : { nameSalt })).one("azurerm_storage_account").values["name"];
    expect(nameOf("prod")).not.toBe(nameOf());
    expect(nameOf("prod")).toBe(nameOf("prod"));
  });
});

describe("what is left open", () => {
  const risksOf = (cell: ReturnType<typeof cellOf>, from = 40): string[] =>
    cell
      .residualRisks()
      .map(({ id }) => id)
      .filter((id) => Number(id.slice(1)) >= from);
  const always = ["R40", "R41", "R78", "R79"];

  test("by every cell is link-local services, changes from outside, what is open already and the store's key", () => {
    expect(risksOf(cellOf({ tier: AzureEgressTier.SEALED, dnsFilter: AzureDnsFilter.BLOCK }))).toEqual(always);
  });

  test("by the resolver is said while it refuses nothing, and where it asks through a proxy", () => {
    expect(risksOf(cellOf())).toEqual(["R70", "R71", ...always]);
    expect(risksOf(cellOf({ dnsFilter: AzureDnsFilter.BLOCK }))).toEqual(["R71", ...always]);
    expect(risksOf(cellOf({ dnsFilter: AzureDnsFilter.NONE }))).toEqual(["R70", ...always]);
    const watched = cellOf({ dnsFilter: AzureDnsFilter.BLOCK });
    watched.addAgent("triage", { mode: Mode.MONITOR });
    expect(risksOf(watched)).toEqual(["R70", "R71", ...always]);
  });

  test("by a tier is said with it", () => {
    expect(risksOf(cellOf({ tier: AzureEgressTier.BASIC }))).toEqual(["R70", "R72", ...always]);
    expect(risksOf(cellOf({ tier: AzureEgressTier.EXISTING, existingFirewall }))).toEqual(["R70", "R73", ...always]);
  });

  test("by a hub's proxy is said whatever the cell filters, since the hub's policy counts there", () => {
    const hub = AzureExistingFirewall.fromFirewallAttributes({
      firewallPolicyId: `${GROUP}/firewallPolicies/hub`,
      privateIpAddress: "10.0.0.4",
      sku: AzureFirewallSku.STANDARD,
      virtualNetworkId: `${GROUP}/virtualNetworks/hub`,
      cidr: "10.0.0.0/22",
      parentPolicy: false,
    });
    const spoke = cellOf({ tier: AzureEgressTier.EXISTING, existingFirewall: hub });
    expect(risksOf(spoke)).toEqual(["R70", "R73", ...always]);
    const blocking = { tier: AzureEgressTier.EXISTING, existingFirewall: hub, dnsFilter: AzureDnsFilter.BLOCK };
    expect(risksOf(cellOf(blocking))).toEqual(["R70", "R73", ...always]);
  });

  test("by endpoints, targets elsewhere, perimeters that learn and platforms is said with them", () => {
    const cell = cellOf({ dnsFilter: AzureDnsFilter.BLOCK, perimeter: AzurePerimeterMode.LEARNING });
    cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vaultOf(cell).id });
    cell.addAgent("pods", { runtime: AzureRuntime.CONTAINER_APPS });
    expect(risksOf(cell)).toEqual(["R71", "R74", "R76", "R77", ...always]);
    cell.addPrivateEndpoint("other", {
      service: AzureService.KEY_VAULT,
      resourceId: `${SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.KeyVault/vaults/x`,
    });
    expect(risksOf(cell)).toEqual(["R71", "R74", "R75", "R76", "R77", ...always]);
    expect(cell.residualRisks().find(({ id }) => id === "R75")?.detail).toMatch(
      /^What other lead to is not in this stack/,
    );
  });

  test("by a watched agent is said by name", () => {
    const cell = cellOf();
    const policy = ContainmentPolicy.denyAll("p").allow(Egress.https("api.example.com", { reason: "test" }));
    cell.addAgent("triage", { policy, mode: Mode.MONITOR });
    expect(cell.residualRisks().some(({ id, agent }) => id === "R07" && agent === "triage")).toBe(true);
  });
});
