import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import {
  AzapiProvider,
  AzureAgentCell,
  AzureDnsFilter,
  AzureEgressTier,
  AzureFederation,
  AzurePerimeterMode,
  AzurePermission,
  AzureRuntime,
  AzureService,
} from "../../../constructs/azure";
import { ContainmentPolicy, Egress, Mode } from "../../../lib";
import { asRendered } from "../../../lib/cell/as-rendered";
import type { JsonValue, Resource } from "../../../lib/topology/terraform-json";
import { ProviderSchema } from "../../support/provider-schema";
import { at, cellOf, cellWithAgent, Plan, stackOf, vaultOf } from "./support";

const policy = ContainmentPolicy.denyAll("p").allow(
  Egress.https("api.example.com", { reason: "test" }),
  Egress.https("*.cdn.example.com", { reason: "test" }),
);

const NEXT_YEAR = new Date(Date.now() + 31_536_000_000).toISOString().slice(0, 10);

/** A cell with everything that a cell can have. */
function fullCell(names = ["triage", "coder", "writer"]): AzureAgentCell {
  const cell = cellOf({ perimeter: AzurePerimeterMode.LEARNING, zones: ["3", "1"] });
  const vault = vaultOf(cell);
  cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vault.id });
  cell.addPrivateLink("model", {
    alias: "m.x.azure.privatelinkservice",
    host: "api.model.example",
    requestMessage: "x",
  });
  cell.quarantine.admit("responder", {
    principalId: "00000000-0000-0000-0000-00000000000a",
    reason: "test",
    expires: NEXT_YEAR,
  });
  for (const name of names) {
    const agent = cell.addAgent(name, {
      policy,
      mode: name === "writer" ? Mode.MONITOR : Mode.ENFORCE,
      runtime: name === "coder" ? AzureRuntime.CONTAINER_APPS : AzureRuntime.VIRTUAL_MACHINES,
    });
    agent.identity.grant(AzurePermission.readSecrets(vault.id, "test"));
    agent.identity.federate(AzureFederation.google("123456789012345678901"));
    agent.identity.federate(AzureFederation.google("123456789012345678902"));
  }
  const [first, second] = cell.agents;
  if (first !== undefined && second !== undefined) first.allowTo(second, { port: 8443, reason: "test" });
  return cell;
}

const cell = fullCell();
const plan = Plan.of(cell);

/** Every key of a value and what is below it. */
function keysOf(value: JsonValue): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);
}

describe("the plan of a cell", () => {
  test("has no key in the words of the bindings; the API's own words stand in the bodies of azapi alone", () => {
    for (const { type, address, values } of plan.resources) {
      const { body, tags, "//": metadata, ...others } = values;
      expect([address, keysOf(others).filter((key) => /[A-Z]/.test(key))]).toEqual([address, []]);
      expect(metadata).toBeDefined();
      expect(body === undefined).toBe(type !== "azapi_resource");
      expect(tags === undefined || typeof tags === "object").toBe(true);
    }
  });

  test("has no argument that the provider does not know", () => {
    const { azapi_resource: _, ...known } = plan.json.resource ?? {};
    expect(new ProviderSchema().strangers({ resource: known })).toEqual([]);
  });

  test("has every key in objects that Terraform takes as values instead of blocks", () => {
    const keys = [
      "access",
      "description",
      "destination_address_prefix",
      "destination_address_prefixes",
      "destination_application_security_group_ids",
      "destination_port_range",
      "destination_port_ranges",
      "direction",
      "name",
      "priority",
      "protocol",
      "source_address_prefix",
      "source_address_prefixes",
      "source_application_security_group_ids",
      "source_port_range",
      "source_port_ranges",
    ];
    const rules = plan.all("azurerm_network_security_group").flatMap(({ values }) => values["security_rule"] ?? []);
    expect(rules.length).toBeGreaterThan(2);
    for (const rule of rules as { [key: string]: JsonValue }[]) expect(Object.keys(rule).sort()).toEqual(keys);
    for (const { values } of plan.all("azurerm_virtual_network")) expect(values["subnet"]).toBeUndefined();
    for (const { values } of plan.all("azurerm_route_table")) expect(values["route"]).toBeUndefined();
  });

  test("refers in no circle", () => {
    const byAddress = new Map(plan.resources.map((resource) => [resource.address, resource]));
    const done = new Set<string>();
    const visit = (resource: Resource, path: string[]): void => {
      expect([...path, resource.address].filter((one) => one === resource.address)).toHaveLength(1);
      if (done.has(resource.address)) return;
      for (const next of plan.before(resource).flatMap((one) => byAddress.get(one) ?? [])) {
        visit(next, [...path, resource.address]);
      }
      done.add(resource.address);
    };
    for (const resource of plan.resources) visit(resource, []);
    expect(done.size).toBe(plan.resources.length);
  });

  test("is the same whatever the order in which agents are added", () => {
    const other = Plan.of(fullCell(["writer", "coder", "triage"]));
    expect(other.json.resource).toEqual(plan.json.resource);
  });

  test("keeps the addresses of what is there when an agent is added", () => {
    const fewer = Plan.of(fullCell(["triage", "coder"]));
    const addresses = plan.resources.map(({ address }) => address);
    expect(addresses).toEqual(expect.arrayContaining(fewer.resources.map(({ address }) => address)));
  });

  test("says of every role whose it is, so that no directory is asked that lags behind", () => {
    const roles = plan.all("azurerm_role_assignment");
    expect(roles.length).toBeGreaterThan(3);
    for (const { values } of roles) {
      expect(values).toMatchObject({ principal_type: "ServicePrincipal", skip_service_principal_aad_check: true });
    }
  });

  test("takes azapi into the stack only where it is used, and one that is there already", () => {
    const providersOf = (json: { [section: string]: unknown }): string[] =>
      Object.keys(at(json["terraform"] as JsonValue, "required_providers") as object).sort();
    expect(providersOf(plan.json)).toEqual(["azapi", "azurerm"]);
    expect(at(plan.json["terraform"] as JsonValue, "required_providers", "azapi", "source")).toBe("Azure/azapi");
    expect(providersOf(Plan.of(cellWithAgent({ dnsFilter: AzureDnsFilter.NONE })).json)).toEqual(["azurerm"]);
    const stack = stackOf();
    new AzapiProvider(stack, "mine", { subscriptionId: "s", useOidc: true });
    expect(Plan.of(cellWithAgent({}, stack)).json["provider"]).toMatchObject({
      azapi: [{ subscription_id: "s", use_oidc: true }],
    });
  });

  test("leaves tags to others where it is asked to, besides what it ignores already", () => {
    const ignored = cellOf({ ignoreTagChanges: true });
    ignored.addAgent("triage");
    const other = Plan.of(ignored);
    const tagged = other.resources.filter(({ values }) => values["tags"] !== undefined);
    expect(tagged.length).toBeGreaterThan(8);
    for (const { values } of tagged) expect(at(values["lifecycle"], "ignore_changes")).toContain("tags");
    expect(at(other.one("azurerm_ip_group").values["lifecycle"], "ignore_changes")).toEqual(["cidrs", "tags"]);
    expect(plan.one("azurerm_virtual_network").values["lifecycle"]).toBeUndefined();
  });

  test("holds names that Azure takes, for long and odd ids", () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    new AzurermProvider(stack, "azurerm", { features: [{}] });
    const long = new AzureAgentCell(stack, "Some-Cell_with.odd Id", {
      cidr: "10.64.0.0/16",
      location: "germanywestcentral",
      name: "a23456789-123456789-1234",
    });
    long.addAgent("b23456789-123456789-1234", { policy });
    for (const { address, values } of Plan.of(long).resources) {
      const name = values["name"];
      if (name === undefined) continue;
      const most = { azurerm_firewall: 56, azurerm_storage_account: 24, azurerm_log_analytics_workspace: 63 };
      const limit = Object.entries(most).find(([type]) => address.startsWith(`${type}.`))?.[1] ?? 80;
      expect([address, String(name).length <= limit]).toEqual([address, true]);
      expect(name).toMatch(/^(@|\d|[a-zA-Z0-9][\w.-]*[\w])$/);
    }
  });
});

describe("the order of creation, which destruction reverses", () => {
  const waitsFor = (resource: Resource, type: string): string[] =>
    plan.before(resource).filter((address) => address.startsWith(`${type}.`));

  test("closes a subnet before anything can stand in it: rules before their tie, the default route before its table's", () => {
    const rules = plan.all("azurerm_network_security_rule");
    for (const agent of ["triage", "coder", "writer"]) {
      const tie = plan.one("azurerm_subnet_network_security_group_association", `agent-${agent}`);
      const own = rules.filter(({ address }) => address.includes(`agent-${agent}_`)).map(({ address }) => address);
      expect(own.length).toBeGreaterThan(5);
      expect(waitsFor(tie, "azurerm_network_security_rule").sort()).toEqual(own.sort());
      const table = plan.one("azurerm_subnet_route_table_association", `agent-${agent}`);
      expect(waitsFor(table, "azurerm_route")).toHaveLength(1);
    }
  });

  test("makes private endpoints after their subnet's rules count", () => {
    for (const endpoint of plan.all("azurerm_private_endpoint")) {
      expect(waitsFor(endpoint, "azurerm_subnet_network_security_group_association")).toHaveLength(1);
    }
  });

  test("writes the groups of rules one after another, and the firewall after the last", () => {
    const groups = plan.all("azurerm_firewall_policy_rule_collection_group");
    const byPriority = [...groups].sort((a, b) => Number(a.values["priority"]) - Number(b.values["priority"]));
    expect(byPriority.length).toBeGreaterThan(2);
    byPriority.forEach((group, index) => {
      const before = byPriority[index - 1];
      expect(group.values["depends_on"] ?? []).toEqual(before === undefined ? [] : [before.address]);
    });
    expect(waitsFor(plan.one("azurerm_firewall"), "azurerm_firewall_policy_rule_collection_group").sort()).toEqual(
      groups.map(({ address }) => address),
    );
  });

  test("leads agents to the firewall only when it stands with its rules", () => {
    for (const route of plan.all("azurerm_route")) expect(waitsFor(route, "azurerm_firewall")).toHaveLength(1);
  });

  test("ties the DNS security policy to the network after its rules", () => {
    expect(waitsFor(plan.one("azapi_resource", "DnsFirewall_Link"), "azapi_resource")).toEqual(
      expect.arrayContaining(["rule-allow", "rule-rest"].map((name) => plan.one("azapi_resource", name).address)),
    );
  });

  test("writes federated credentials of one identity one after another", () => {
    const second = plan.one(
      "azurerm_federated_identity_credential",
      "agent-triage_Identity_from-google-123456789012345678902",
    );
    expect(waitsFor(second, "azurerm_federated_identity_credential")).toHaveLength(1);
  });

  test("is told to workloads: everything of the network, names and firewall is in the readiness", () => {
    const agent = cell.agents[0];
    const ready = (agent?.readiness ?? []).map((one) => asRendered(cell, one.fqn).slice(2, -1));
    expect(ready).toHaveLength(new Set(ready).size);
    for (const type of [
      "azurerm_firewall.",
      "azurerm_firewall_policy_rule_collection_group.",
      "azurerm_route.",
      "azurerm_subnet_network_security_group_association.",
      "azurerm_subnet_route_table_association.",
      "azurerm_private_endpoint.",
      "azurerm_private_dns_zone_virtual_network_link.",
      "azurerm_virtual_network_dns_servers.",
      "azurerm_monitor_diagnostic_setting.",
      "azapi_resource.",
      "azurerm_role_assignment.",
    ]) {
      expect([type, ready.some((one) => one.startsWith(type))]).toEqual([type, true]);
    }
  });
});

describe("the firewall's surroundings", () => {
  test("stand in the zones that are asked for, all alike and in one resource group", () => {
    const zoned = [...plan.all("azurerm_public_ip"), plan.one("azurerm_firewall")];
    for (const { values } of zoned) expect(values["zones"]).toEqual(["1", "3"]);
    const groups = [...zoned, plan.one("azurerm_virtual_network")].map(({ values }) => values["resource_group_name"]);
    expect(new Set(groups).size).toBe(1);
  });

  test("of tier BASIC have a second address for management, and one SKU everywhere", () => {
    const basic = Plan.of(cellWithAgent({ tier: AzureEgressTier.BASIC }));
    expect(basic.all("azurerm_public_ip")).toHaveLength(2);
    const { values } = basic.one("azurerm_firewall");
    expect(values["sku_tier"]).toBe("Basic");
    expect(basic.one("azurerm_firewall_policy").values).toMatchObject({
      sku: "Basic",
      threat_intelligence_mode: "Alert",
    });
    expect(at(values["ip_configuration"], 0, "name")).not.toBe(at(values["management_ip_configuration"], "name"));
    expect(basic.all("azurerm_subnet").map((one) => one.values["name"])).toEqual(
      expect.arrayContaining(["AzureFirewallSubnet", "AzureFirewallManagementSubnet"]),
    );
  });
});
