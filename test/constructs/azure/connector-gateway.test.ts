import { KeyVault } from "@cdktf/provider-azurerm/lib/key-vault";
import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import {
  type AzureAgentCell,
  type AzureAgentCellProps,
  AzureDnsFilter,
  AzureEgressTier,
  AzurePerimeterMode,
  AzureService,
} from "../../../constructs/azure";
import { Approval, Connector, ContainmentPolicy, Credential, Egress, Operation } from "../../../lib";
import { Topology } from "../../../lib/topology";
import { refusal } from "../../support/refusal";
import { at, cellOf, Plan, SUBSCRIPTION } from "./support";

const APPLICATION = "11111111-2222-3333-4444-555555555555";
const VAULT = `${SUBSCRIPTION}/resourceGroups/shared/providers/Microsoft.KeyVault/vaults/acme`;
const tickets = Connector.http("tickets", { host: "acme.desk.example", reason: "support desk" })
  .permit(Operation.get("/tickets/{id}"))
  .permit(Operation.post("/tickets/{id}/comments"));
const secured = Connector.http("deploys", {
  host: "ci.example.com",
  reason: "releases",
  credential: Credential.secret("ci-token"),
}).permit(Operation.post("/deploys"));
const docs = Connector.mcp("docs", { host: "mcp.example.com", reason: "manuals" }).permit(Operation.tool("search"));
const support = ContainmentPolicy.denyAll("support")
  .allow(Egress.https("status.example.com", { reason: "incident page" }))
  .connect(tickets);
const coding = ContainmentPolicy.denyAll("coding").connect(docs);
const deploying = ContainmentPolicy.denyAll("deploying").connect(secured);

function stackWithProvider(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AzurermProvider(stack, "azurerm", { features: [{}], storageUseAzuread: true });
  return stack;
}

function cellWith(props: Partial<AzureAgentCellProps> = {}): AzureAgentCell {
  return cellOf({ connectorGateway: { application: APPLICATION }, ...props }, stackWithProvider());
}

/** A cell whose stack has a vault, and the way to it. */
function cellWithVault(secrets: { [name: string]: string }): AzureAgentCell {
  const stack = stackWithProvider();
  const vault = new KeyVault(stack, "Vault", {
    name: "acme",
    skuName: "standard",
    tenantId: "00000000-0000-0000-0000-000000000001",
    location: "westeurope",
    resourceGroupName: "shared",
  });
  AzureService.KEY_VAULT.lockDown(vault);
  const connectorGateway = { application: APPLICATION, vaultId: vault.id, secrets };
  const cell = cellOf({ connectorGateway }, stack);
  const hosts = ["acme.vault.azure.net"];
  cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vault.id, hosts });
  return cell;
}

const settingsOf = (plan: Plan): { [name: string]: string } =>
  plan.one("azurerm_linux_function_app").values["app_settings"] as { [name: string]: string };

describe("the connector gateway on Azure", () => {
  test.each<[string, Partial<AzureAgentCellProps>]>([
    ["the default tier", {}],
    ["tier BASIC", { tier: AzureEgressTier.BASIC }],
    ["tier PREMIUM", { tier: AzureEgressTier.PREMIUM }],
    ["names that are blocked", { dnsFilter: AzureDnsFilter.BLOCK }],
    ["a perimeter", { perimeter: AzurePerimeterMode.ENFORCED }],
  ])("alone reaches the connectors' hosts, and the agent what its list names: %s", (_, props) => {
    const cell = cellWith(props);
    cell.addAgent("triage", { policy: support });
    const topology = Topology.of(cell.stack);
    expect(topology.findings()).toEqual([]);
    expect(topology.verify().verdict).toBe("PROVED");
    expect(topology.reach("triage")).toEqual(["status.example.com:443"]);
    expect(topology.reach("connector-gateway")).toEqual(["acme.desk.example:443", "login.microsoftonline.com:443"]);
    expect(topology.canReach("triage", "https://acme.desk.example")).toBe(false);
    expect(topology.canReach("connector-gateway", "https://status.example.com")).toBe(false);
  });

  test("is not there without connectors, and appears once for all agents that have some", () => {
    const cell = cellWith();
    cell.addAgent("coder", { policy: ContainmentPolicy.denyAll("coding") });
    expect([cell.connectorGateway, cell.agents.length]).toEqual([undefined, 1]);
    cell.addAgent("triage", { policy: support });
    const first = cell.connectorGateway;
    cell.addAgent("night", { policy: support });
    expect(first).toBeDefined();
    expect(cell.connectorGateway).toBe(first);
    expect(Plan.of(cell).all("azurerm_linux_function_app")).toHaveLength(1);
  });

  test("stands in a subnet of its own, behind a private endpoint, and has no public name", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = Plan.of(cell);
    const { address, values } = plan.one("azurerm_linux_function_app");
    expect(values).toMatchObject({
      public_network_access_enabled: false,
      https_only: true,
      ftp_publish_basic_authentication_enabled: false,
      webdeploy_publish_basic_authentication_enabled: false,
      storage_uses_managed_identity: true,
      site_config: { vnet_route_all_enabled: true, ip_restriction_default_action: "Deny" },
    });
    expect(values["virtual_network_subnet_id"]).toContain("agent-connector-gateway");
    const subnet = plan.one("azurerm_subnet", "agent-connector-gateway").values;
    expect(at(subnet["delegation"], 0, "service_delegation", "name")).toBe("Microsoft.Web/serverFarms");
    const ends = plan.all("azurerm_private_endpoint").map((one) => {
      const connection = one.values["private_service_connection"];
      return [at(connection, "subresource_names", 0), at(connection, "private_connection_resource_id")];
    });
    const account = `\${${plan.one("azurerm_storage_account", "ConnectorGateway").address}.id}`;
    expect(ends.sort()).toEqual([
      ["blob", account],
      ["queue", account],
      ["sites", `\${${address}.id}`],
      ["table", account],
    ]);
    expect(cell.connectorGateway?.urlOf("tickets")).toBe(`https://${values["name"]}.azurewebsites.net/tickets`);
  });

  test("has Azure refuse whoever is no agent with connectors", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    cell.addAgent("night", { policy: support });
    cell.addAgent("coder");
    const plan = Plan.of(cell);
    const settings = plan.one("azurerm_linux_function_app").values["auth_settings_v2"];
    expect(settings).toMatchObject({
      auth_enabled: true,
      require_authentication: true,
      unauthenticated_action: "Return401",
    });
    const directory = at(settings, "active_directory_v2");
    const id = (agent: string): string =>
      `\${${plan.one("azurerm_user_assigned_identity", `agent-${agent}`).address}.principal_id}`;
    expect(at(directory, "allowed_identities")).toEqual([id("night"), id("triage")]);
    expect(at(directory, "allowed_audiences")).toEqual([`api://${APPLICATION}`]);
    expect(at(directory, "client_id")).toBe(APPLICATION);
  });

  test("starts from its archive by its identity, and keeps state in an account without keys", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = Plan.of(cell);
    const account = plan.one("azurerm_storage_account", "ConnectorGateway");
    expect(account.values).toMatchObject({
      shared_access_key_enabled: false,
      public_network_access_enabled: false,
      allow_nested_items_to_be_public: false,
    });
    const archive = plan.one("azurerm_storage_blob", "Package");
    const identity = plan.one("azurerm_user_assigned_identity", "connector-gateway").address;
    expect(archive.values["name"]).toMatch(/^connector-gateway-[0-9a-f]{32}\.zip$/);
    expect(settingsOf(plan)).toMatchObject({
      WEBSITE_RUN_FROM_PACKAGE: `\${${archive.address}.id}`,
      WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: `\${${identity}.id}`,
      AzureWebJobsStorage__credential: "managedidentity",
      CORDON_TABLE: "gateway",
      CORDON_STORAGE: account.values["name"],
      AzureFunctionsJobHost__functionTimeout: "00:01:00",
    });
    expect(JSON.stringify(settingsOf(plan))).not.toMatch(/AccountKey|access_key|[?&]sig=/);
    const roles = plan
      .all("azurerm_role_assignment")
      .filter((one) => String(one.values["principal_id"]).includes("connector-gateway"))
      .map((one) => [one.values["role_definition_name"], String(one.values["scope"]).replace(/^.*\}\//, "")]);
    expect(roles.sort()).toEqual([
      ["Storage Blob Data Owner", "blobServices/default/containers/azure-webjobs-hosts"],
      ["Storage Blob Data Owner", "blobServices/default/containers/azure-webjobs-secrets"],
      ["Storage Blob Data Reader", "blobServices/default/containers/releases"],
      ["Storage Table Data Contributor", "tableServices/default/tables/gateway"],
    ]);
  });

  test("is given the policy as a blob whose digest Terraform computes", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = Plan.of(cell);
    const locals = Object.values((plan.json as { locals?: { [name: string]: unknown } }).locals ?? {});
    const [text] = locals.filter((value) => String(value).startsWith('{"version":1'));
    expect(JSON.parse(String(text))).toMatchObject({
      cell: "agents",
      audience: `api://${APPLICATION}`,
      agents: [{ name: "triage", mode: "enforce", connectors: [tickets.toJSON()] }],
    });
    const blob = plan.one("azurerm_storage_blob", "Policy");
    expect(blob.values["name"]).toMatch(/^policy-\$\{sha256\(local\.[^)]+\)\}\.json$/);
    expect(settingsOf(plan)["CORDON_POLICY_DIGEST"]).toMatch(/^\$\{sha256\(local\./);
    expect(settingsOf(plan)["CORDON_POLICY_BLOB"]).toBe(`releases/\${${blob.address}.name}`);
  });

  test("has nothing written into its account where the archive is somebody else's", () => {
    const uri = "https://acmereleases.blob.core.windows.net/cordon/connector-gateway-1.zip";
    const cell = cellWith({ connectorGateway: { application: APPLICATION, package: { uri } } });
    cell.addAgent("triage", { policy: support });
    const plan = Plan.of(cell);
    expect(plan.all("azurerm_storage_blob")).toEqual([]);
    expect(settingsOf(plan)["WEBSITE_RUN_FROM_PACKAGE"]).toBe(uri);
    expect(settingsOf(plan)["CORDON_POLICY"]).toMatch(/^\$\{base64gzip\(local\./);
    expect(Topology.of(cell.stack).verify().verdict).toBe("PROVED");
  });

  test("reads the secrets that credentials name, each by itself, and the agent none", () => {
    const cell = cellWithVault({ "ci-token": "prod-ci" });
    cell.addAgent("triage", { policy: support });
    cell.addAgent("deployer", { policy: deploying });
    const plan = Plan.of(cell);
    const vault = plan.one("azurerm_key_vault").address;
    const readers = plan
      .all("azurerm_role_assignment")
      .filter((one) => one.values["role_definition_name"] === "Key Vault Secrets User");
    expect(readers.map((one) => one.values["scope"])).toEqual([`\${${vault}.id}/secrets/prod-ci`]);
    expect(String(readers[0]?.values["principal_id"])).toContain("connector-gateway");
    expect(settingsOf(plan)["CORDON_SECRETS"]).toBe('{"ci-token":"prod-ci"}');
    expect(settingsOf(plan)["CORDON_VAULT"]).toBe(`\${element(split("/", ${vault}.id), 8)}`);
    expect(Topology.of(cell.stack).verify().verdict).toBe("PROVED");
  });

  test("waits for its rules, roles, endpoints and files", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = Plan.of(cell);
    const before = (plan.one("azurerm_linux_function_app").values["depends_on"] as string[]).map(
      (one) => one.split(".")[0],
    );
    expect(new Set(before)).toEqual(
      new Set([
        "azapi_resource",
        "azurerm_firewall",
        "azurerm_firewall_policy_rule_collection_group",
        "azurerm_monitor_diagnostic_setting",
        "azurerm_private_dns_zone_virtual_network_link",
        "azurerm_private_endpoint",
        "azurerm_role_assignment",
        "azurerm_route",
        "azurerm_storage_blob",
        "azurerm_storage_container",
        "azurerm_subnet_network_security_group_association",
        "azurerm_subnet_route_table_association",
        "azurerm_virtual_network_dns_servers",
      ]),
    );
    expect(before.filter((one) => one === "azurerm_role_assignment")).toHaveLength(4);
    const logs = plan.all("azurerm_monitor_diagnostic_setting").map((one) => JSON.stringify(one.values));
    expect(logs.filter((one) => one.includes("FunctionAppLogs"))).toHaveLength(1);
  });

  test("has the same plan in whatever order agents and connectors come", () => {
    const one = cellWith();
    one.addAgent("triage", { policy: support });
    one.addAgent("coder", { policy: coding });
    const two = cellWith();
    two.addAgent("coder", { policy: coding });
    two.addAgent("triage", { policy: support });
    expect(Topology.of(one.stack).snapshot()).toEqual(Topology.of(two.stack).snapshot());
    expect(Plan.of(one).json).toEqual(Plan.of(two).json);
  });

  test("has names that Azure takes, and others where one program is deployed twice", () => {
    const name = "agents-of-all-the-others";
    const namesOf = (nameSalt: string): unknown[] => {
      const cell = cellWith({ name, nameSalt });
      cell.addAgent("triage", { policy: support });
      const plan = Plan.of(cell);
      return [
        plan.one("azurerm_linux_function_app").values["name"],
        plan.one("azurerm_storage_account", "ConnectorGateway").values["name"],
        plan.one("azurerm_service_plan").values["name"],
      ];
    };
    const [app, account, plan] = namesOf("");
    expect(app).toMatch(/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
    expect(account).toMatch(/^[a-z0-9]{3,24}$/);
    expect(plan).toMatch(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/);
    const other = namesOf("two");
    expect([other[0] === app, other[1] === account]).toEqual([false, false]);
  });

  test.each([
    ["an app that answers the internet", (cell: AzureAgentCell) => cell.connectorGateway?.runtime.app, "app"],
    ["an account that answers the internet", (cell: AzureAgentCell) => cell.connectorGateway?.store.account, "account"],
  ])("is refused with %s", (_, resourceOf, what) => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    resourceOf(cell)?.addOverride("public_network_access_enabled", true);
    expect(refusal(() => Plan.of(cell))).toMatch(
      what === "app"
        ? /^CORDON-314: azurerm_linux_function_app\.\S+: public_network_access_enabled is true, so that it is reached past/
        : /^CORDON-314: azurerm_storage_account\.\S+: public_network_access_enabled is true, so that it is reached past/,
    );
  });

  test("is not proved with an app that answers the internet", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const { json } = Plan.of(cell);
    const judged = (open: boolean): unknown => {
      const copy = structuredClone(json);
      const [app] = Object.values(copy.resource?.["azurerm_linux_function_app"] ?? {});
      if (open) (app as { [argument: string]: unknown })["public_network_access_enabled"] = true;
      const topology = Topology.fromJson(copy);
      return [topology.verify().verdict, [...new Set(topology.findings().map(({ rule }) => rule))].sort()];
    };
    expect(judged(false)).toEqual(["PROVED", []]);
    expect(judged(true)).toEqual(["VIOLATED", ["CORDON-P04", "CORDON-P06"]]);
  });

  const approved = support.connect(
    Connector.http("deploys", { host: "ci.example.com", reason: "releases" }).permit(Operation.post("/deploys"), {
      approval: Approval.by(2, "leads"),
    }),
  );
  const only = ContainmentPolicy.denyAll("p").connect(tickets);
  test.each<[string, Partial<AzureAgentCellProps>, ContainmentPolicy, string]>([
    [
      "in a sealed cell",
      { tier: AzureEgressTier.SEALED },
      only,
      "CORDON-164: cell 'Agents', agent 'triage': the policy has connectors, first 'tickets', and the sealed tier has no way to their hosts; use AzureEgressTier.STANDARD, or leave the connectors out",
    ],
    [
      "without an application",
      { connectorGateway: {} },
      support,
      "CORDON-164: cell 'Agents', agent 'triage': its connectors need a gateway, and Entra makes tokens for registered applications alone; register one with the identifier api://<client id>, and pass connectorGateway: { application: \"<client id>\" }",
    ],
    [
      "with an application that is none",
      { connectorGateway: { application: "cordon" } },
      support,
      "CORDON-164: cell 'Agents', connectorGateway: application \"cordon\" is not a client id; write the application's client id, in lower case",
    ],
    [
      "with credentials and no vault",
      {},
      deploying,
      "CORDON-164: cell 'Agents', agent 'triage': its connectors have credentials, first 'ci-token', and there is no vault; pass connectorGateway: { vaultId }",
    ],
    [
      "with a vault that the cell has no way to",
      { connectorGateway: { application: APPLICATION, vaultId: VAULT } },
      deploying,
      "CORDON-164: cell 'Agents', agent 'triage': its connectors have credentials, first 'ci-token', and the cell has no private endpoint of key-vault; add the vault's with addPrivateEndpoint before the agent",
    ],
    [
      "with an approval that nobody can give",
      {},
      approved,
      "CORDON-163: cell 'Agents', agent 'triage', connector 'deploys', POST /deploys: it needs 2 approvals of 'leads', which has 0 member(s); name the group's members in the gateway's approvers",
    ],
    [
      "with a signature in the archive's address",
      { connectorGateway: { application: APPLICATION, package: { uri: "https://a.blob.core.windows.net/c/x?sig=1" } } },
      support,
      "CORDON-164: cell 'Agents', connectorGateway: package \"https://a.blob.core.windows.net/c/x?sig=1\" is not the address of a blob; write it without a signature; the gateway reads it by its identity",
    ],
    [
      "on a plan without a place in a network",
      { connectorGateway: { application: APPLICATION, sku: "Y1" } },
      support,
      "CORDON-164: cell 'Agents', connectorGateway: sku \"Y1\" is not a plan that a gateway runs on; use B1 to B3, S1 to S3, or a Premium one as P0v3",
    ],
    [
      "with more instances than its plan has",
      { connectorGateway: { application: APPLICATION, instances: 4 } },
      support,
      "CORDON-164: cell 'Agents', connectorGateway: instances 4 is not a whole number from 1 to 3; leave it out, or write one",
    ],
  ])("is refused %s, and nothing is made", (_, props, policy, message) => {
    const cell = cellWith(props);
    expect(refusal(() => cell.addAgent("triage", { policy }))).toBe(message);
    expect([cell.agents, cell.connectorGateway]).toEqual([[], undefined]);
  });

  test("is refused where an agent has its name", () => {
    const cell = cellWith();
    cell.addAgent("connector-gateway");
    expect(refusal(() => cell.addAgent("triage", { policy: support }))).toBe(
      "CORDON-164: cell 'Agents', agent 'triage': its connectors need a gateway, which is named 'connector-gateway', and an agent of the cell has that name; name that agent otherwise",
    );
  });
});
