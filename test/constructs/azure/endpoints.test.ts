import { CognitiveAccount } from "@cdktf/provider-azurerm/lib/cognitive-account";
import { StorageAccount } from "@cdktf/provider-azurerm/lib/storage-account";
import {
  type AzureAgentCell,
  AzureDnsFilter,
  AzureEgressTier,
  AzureExistingFirewall,
  AzureFirewallSku,
  AzurePerimeterMode,
  AzureService,
} from "../../../constructs/azure";
import { synthStack } from "../../../lib/topology/synth-stack";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { refusal } from "../../support/refusal";
import { at, cellOf, cellWithAgent, GROUP, Plan, SUBSCRIPTION, vaultOf } from "./support";

const ELSEWHERE = `${SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.KeyVault/vaults/other`;

function accountOf(cell: AzureAgentCell, kind = "OpenAI"): CognitiveAccount {
  const { location, resourceGroupName } = cell.scope;
  return new CognitiveAccount(cell.stack, "Models", {
    name: "acme",
    customSubdomainName: "acme",
    kind,
    skuName: "S0",
    location,
    resourceGroupName,
  });
}

describe("private endpoints", () => {
  const cell = cellOf({ perimeter: AzurePerimeterMode.LEARNING });
  const vault = vaultOf(cell);
  cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vault.id, ports: [443, 8443] });
  cell.addPrivateLink("model", {
    alias: "m.x.azure.privatelinkservice",
    host: "api.model.example",
    requestMessage: "agents",
  });
  const triage = cell.addAgent("triage");
  const coder = cell.addAgent("coder");
  const plan = Plan.of(cell);

  test("lead to one resource each, in the endpoints' subnet, answered by a zone of the cell's own", () => {
    const { values } = plan.one("azurerm_private_endpoint", "_vault_");
    expect(at(values["private_service_connection"])).toMatchObject({
      private_connection_resource_id: `\${${plan.one("azurerm_key_vault").address}.id}`,
      subresource_names: ["vault"],
      is_manual_connection: false,
    });
    expect(referenceOf(values["subnet_id"])).toBe(plan.one("azurerm_subnet", "endpoints").address);
    const zone = plan.one("azurerm_private_dns_zone", "vaultcore");
    expect(zone.values["name"]).toBe("privatelink.vaultcore.azure.net");
    expect(at(values["private_dns_zone_group"], "private_dns_zone_ids")).toEqual([`\${${zone.address}.id}`]);
    for (const link of plan.all("azurerm_private_dns_zone_virtual_network_link")) {
      expect(link.values).toMatchObject({ resolution_policy: "Default", registration_enabled: false });
      expect(referenceOf(link.values["virtual_network_id"])).toBe(plan.one("azurerm_virtual_network").address);
    }
  });

  test("of somebody else's service answer one name by a record", () => {
    const { values, address } = plan.one("azurerm_private_endpoint", "_model_");
    expect(at(values["private_service_connection"])).toMatchObject({
      private_connection_resource_alias: "m.x.azure.privatelinkservice",
      is_manual_connection: true,
      request_message: "agents",
    });
    const record = plan.one("azurerm_private_dns_a_record");
    expect(record.values).toMatchObject({
      name: "@",
      records: [`\${${address}.private_service_connection[0].private_ip_address}`],
    });
    expect(plan.one("azurerm_private_dns_zone", "apimodelexample").values["name"]).toBe("api.model.example");
  });

  test("take the ports that they need from agents, and nothing from others; they send nothing", () => {
    const rules = plan.one("azurerm_network_security_group", "endpoints").values["security_rule"];
    expect(at(rules, 0)).toMatchObject({
      access: "Allow",
      direction: "Inbound",
      protocol: "Tcp",
      source_address_prefixes: [...coder.sources, ...triage.sources].map(String),
      destination_address_prefix: "10.64.0.64/26",
      destination_port_ranges: ["443", "8443"],
    });
    expect([1, 2].map((index) => [at(rules, index, "access"), at(rules, index, "direction")])).toEqual([
      ["Deny", "Inbound"],
      ["Deny", "Outbound"],
    ]);
  });

  test("take nothing while there is none", () => {
    const rules = Plan.of(cellWithAgent()).one("azurerm_network_security_group", "endpoints").values["security_rule"];
    expect((rules as unknown[]).length).toBe(2);
  });

  test("have their targets in the perimeter where a perimeter takes them", () => {
    const inside = plan.all("azapi_resource").filter(({ address }) => address.includes("Perimeter_target"));
    expect(inside.map(({ values }) => at(values["body"], "properties"))).toEqual([
      {
        privateLinkResource: { id: `\${${plan.one("azurerm_key_vault").address}.id}` },
        profile: { id: `\${${plan.one("azapi_resource", "Perimeter_Profile").address}.id}` },
        accessMode: "Learning",
      },
    ]);
  });

  test("answer in a hub too where the hub resolves, and use zones that are there already", () => {
    const existingFirewall = AzureExistingFirewall.fromFirewallAttributes({
      firewallPolicyId: `${GROUP}/firewallPolicies/hub`,
      privateIpAddress: "10.0.0.4",
      sku: AzureFirewallSku.PREMIUM,
      virtualNetworkId: `${GROUP}/virtualNetworks/hub`,
      cidr: "10.0.0.0/22",
      parentPolicy: false,
    });
    const spoke = cellWithAgent({
      tier: AzureEgressTier.EXISTING,
      existingFirewall,
      privateDnsZoneIds: { "privatelink.azurecr.io": `${GROUP}/privateDnsZones/privatelink.azurecr.io` },
    });
    spoke.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: ELSEWHERE });
    spoke.addPrivateEndpoint("images", {
      service: AzureService.CONTAINER_REGISTRY,
      resourceId: `${SUBSCRIPTION}/resourceGroups/data/providers/Microsoft.ContainerRegistry/registries/acme`,
    });
    const other = Plan.of(spoke);
    expect(other.all("azurerm_private_dns_zone")).toHaveLength(1);
    expect(
      other.all("azurerm_private_dns_zone_virtual_network_link").map((one) => one.values["virtual_network_id"]),
    ).toEqual(expect.arrayContaining([`${GROUP}/virtualNetworks/hub`]));
    expect(
      at(other.one("azurerm_private_endpoint", "images").values["private_dns_zone_group"], "private_dns_zone_ids"),
    ).toEqual([`${GROUP}/privateDnsZones/privatelink.azurecr.io`]);
  });

  test("are refused for names that are taken, hosts of another service, and odd aliases", () => {
    const other = cellOf();
    const add = (props: object, name = "vault"): string =>
      refusal(() =>
        other.addPrivateEndpoint(name, { service: AzureService.KEY_VAULT, resourceId: ELSEWHERE, ...props }),
      );
    const where = "cell 'Agents', private endpoint 'vault'";
    expect(add({ hosts: ["acme.example.com"] })).toBe(
      `CORDON-311: ${where}: host "acme.example.com" is not one name of key-vault; write names that end in .vault.azure.net, .privatelink.vaultcore.azure.net`,
    );
    expect(add({ hosts: ["*.vault.azure.net"] })).toMatch(/^CORDON-004: /);
    expect(add({ resourceId: "acme" })).toBe(
      `CORDON-101: ${where}: resourceId "acme" is not a resource's id; pass a reference to the resource, or its id from /subscriptions/ on`,
    );
    expect(add({ ports: [0] })).toBe(`CORDON-020: ${where}: port 0 is not a port; use a whole number from 1 to 65535`);
    const fresh = cellOf();
    const first = (): unknown =>
      fresh.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: ELSEWHERE });
    expect(refusal(first)).toBe("not refused");
    expect(refusal(first)).toBe(
      "CORDON-311: cell 'Agents': there is a private endpoint 'vault' already; choose another name",
    );
    const link = (props: object): string =>
      refusal(() =>
        cellOf().addPrivateLink("model", { alias: "a.b", host: "api.example.com", requestMessage: "x", ...props }),
      );
    const fix = "write the alias, one host name and up to 140 characters";
    expect(link({ alias: "*" })).toBe(
      `CORDON-311: cell 'Agents', private endpoint 'model': alias "*" is not an alias; ${fix}`,
    );
    expect(link({ host: "*.example.com" })).toBe(
      `CORDON-311: cell 'Agents', private endpoint 'model': host "*.example.com" is not one name; ${fix}`,
    );
    expect(link({ requestMessage: "x".repeat(141) })).toBe(
      `CORDON-311: cell 'Agents', private endpoint 'model': requestMessage has 141 characters; ${fix}`,
    );
  });
});

describe("the target of a private endpoint", () => {
  const synthWith = (prepare: (cell: AzureAgentCell) => void): string => {
    const cell = cellOf();
    prepare(cell);
    return refusal(() => synthStack(cell.stack));
  };

  test("is refused while it is open another way, argument by argument", () => {
    const message = synthWith((cell) => {
      cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vaultOf(cell, false).id });
    });
    expect(message).toMatch(
      /^CORDON-314: azurerm_key_vault\.Vault: rbac_authorization_enabled is not set, so that it is reached past its private endpoint; set it to true; lockDown\(\) of its service does\n/,
    );
    expect(message).toContain("public_network_access_enabled is not set");
    expect(message).toContain("purge_protection_enabled is not set");
  });

  test("is taken when it is closed", () => {
    expect(
      synthWith((cell) => {
        cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vaultOf(cell).id });
      }),
    ).toBe("not refused");
  });

  test("is refused when an override opens it again", () => {
    expect(
      synthWith((cell) => {
        const vault = vaultOf(cell);
        cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vault.id });
        vault.addOverride("public_network_access_enabled", true);
      }),
    ).toBe(
      "CORDON-314: azurerm_key_vault.Vault: public_network_access_enabled is true, so that it is reached past its private endpoint; set it to false; lockDown() of its service does",
    );
  });

  test("is refused when it is of another service", () => {
    expect(
      synthWith((cell) => {
        cell.addPrivateEndpoint("models", { service: AzureService.AI_SERVICES, resourceId: vaultOf(cell).id });
      }),
    ).toBe(
      "CORDON-314: azurerm_key_vault.Vault: private endpoint 'models' is of ai-services, and it is azurerm_key_vault; pass azurerm_cognitive_account, or another service",
    );
  });

  test("that is an AI account needs a name of its own, and the right kind for an injected network", () => {
    const of = (change: (account: CognitiveAccount) => void, kind?: string): string =>
      synthWith((cell) => {
        const account = accountOf(cell, kind);
        AzureService.AI_SERVICES.lockDown(account);
        change(account);
        cell.addPrivateEndpoint("models", { service: AzureService.AI_SERVICES, resourceId: account.id });
      });
    expect(of(() => {})).toBe("not refused");
    expect(of((account) => account.resetCustomSubdomainName())).toBe(
      "CORDON-314: azurerm_cognitive_account.Models: custom_subdomain_name is not set, so that it is reached past its private endpoint; set it to a value; lockDown() of its service does",
    );
    const inject = (account: CognitiveAccount): void =>
      account.putNetworkInjection({ scenario: "agent", subnetId: "${azurerm_subnet.x.id}" });
    expect(of(inject)).toBe(
      'CORDON-314: azurerm_cognitive_account.Models: network_injection is for kind AIServices, and it is "OpenAI"; change the kind',
    );
    expect(of(inject, "AIServices")).toBe("not refused");
  });

  test("that is storage without keys needs a provider that asks without keys", () => {
    const message = synthWith((cell) => {
      const { location, resourceGroupName } = cell.scope;
      const account = new StorageAccount(cell.stack, "Data", {
        name: "acme",
        accountTier: "Standard",
        accountReplicationType: "ZRS",
        location,
        resourceGroupName,
      });
      AzureService.STORAGE_BLOB.lockDown(account);
      cell.addPrivateEndpoint("data", { service: AzureService.STORAGE_BLOB, resourceId: account.id });
    });
    expect(message).toBe(
      "CORDON-315: provider.azurerm: it reads storage with keys, and azurerm_storage_account.Data has none; set storageUseAzuread: true",
    );
  });
});

describe("the resolver", () => {
  const planOf = (filter: AzureDnsFilter): Plan => {
    const cell = cellWithAgent({ dnsFilter: filter });
    cell.addPrivateEndpoint("vault", {
      service: AzureService.KEY_VAULT,
      resourceId: ELSEWHERE,
      hosts: ["other.vault.azure.net"],
    });
    return Plan.of(cell);
  };

  test("alerts on what no list names, refuses it where asked to, and has no policy where asked to", () => {
    for (const [filter, action] of [
      [AzureDnsFilter.ALERT, "Alert"],
      [AzureDnsFilter.BLOCK, "Block"],
    ] as const) {
      const plan = planOf(filter);
      const rest = plan.one("azapi_resource", "rule-rest").values["body"];
      expect(at(rest, "properties", "action", "actionType")).toBe(action);
      expect(at(rest, "properties", "priority")).toBe(65_000);
      expect(at(plan.one("azapi_resource", "list-rest").values["body"], "properties", "domains")).toEqual(["."]);
      const allow = plan.one("azapi_resource", "rule-allow").values["body"];
      expect(at(allow, "properties")).toMatchObject({
        priority: 100,
        action: { actionType: "Allow" },
        dnsSecurityRuleState: "Enabled",
      });
      expect(at(plan.one("azapi_resource", "list-allow-1").values["body"], "properties", "domains")).toEqual(
        expect.arrayContaining(["other.vault.azure.net.", "privatelink.vaultcore.azure.net."]),
      );
    }
    expect(planOf(AzureDnsFilter.NONE).all("azapi_resource")).toEqual([]);
  });

  test("has a policy in tiers whose agents ask Azure's own resolver", () => {
    for (const tier of [AzureEgressTier.SEALED, AzureEgressTier.BASIC]) {
      expect(refusal(() => cellOf({ tier, dnsFilter: AzureDnsFilter.NONE }))).toBe(
        "CORDON-312: cell 'Agents': agents of this tier ask Azure's own resolver, and without a DNS security policy nobody records what; use AzureDnsFilter.ALERT or BLOCK",
      );
      const plan = Plan.of(cellWithAgent({ tier }));
      expect(plan.all("azurerm_virtual_network_dns_servers")).toEqual([]);
      expect(plan.one("azapi_resource", "DnsFirewall_Link").values["type"]).toBe(
        "Microsoft.Network/dnsResolverPolicies/virtualNetworkLinks@2025-05-01",
      );
    }
  });
});
