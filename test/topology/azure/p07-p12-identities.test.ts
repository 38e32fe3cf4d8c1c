import { declared, id, judgedAfter, NETWORK, of, type Plan, put, type Values } from "./plans";

const IDENTITY = "azurerm_user_assigned_identity.triage";
const ASSIGNMENT = "azurerm_role_assignment.triage";
const VAULT = "azurerm_key_vault.secrets";
const CREDENTIAL = "azurerm_federated_identity_credential.triage";

const assign = (plan: Plan, values: Values): void =>
  put(plan, "azurerm_role_assignment.more", {
    scope: id(VAULT),
    role_definition_name: "Key Vault Secrets User",
    principal_id: id(IDENTITY, "principal_id"),
    ...values,
  });

const custom = (plan: Plan, actions: string[], rest: Values = {}): void => {
  put(plan, "azurerm_role_definition.custom", {
    name: "custom",
    scope: "/subscriptions/0",
    permissions: [{ actions, ...rest }],
  });
  assign(plan, {
    role_definition_name: null,
    role_definition_id: id("azurerm_role_definition.custom", "role_definition_resource_id"),
  });
};

describe("P07 on Azure: an agent's identity is bounded", () => {
  test("a role over a group of resources is found with the request that it allows", () => {
    const { verdict, findings } = judgedAfter((plan) => {
      put(plan, "azurerm_resource_group.rg", { name: "rg", location: "westeurope" });
      assign(plan, { scope: id("azurerm_resource_group.rg"), role_definition_name: "Contributor" });
    });
    expect(verdict).toBe("VIOLATED");
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P07",
        agent: "triage",
        address: "azurerm_role_assignment.more",
        request: { action: "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action" },
      },
      { rule: "CORDON-P07", agent: "triage", address: "azurerm_role_assignment.more" },
    ]);
  });

  test.each<[string, (plan: Plan) => void, string]>([
    [
      "a reader of a whole subscription",
      (plan) => assign(plan, { scope: "/subscriptions/0", role_definition_name: "Reader" }),
      "azurerm_role_assignment.more",
    ],
    [
      "an owner by the id of the role",
      (plan) =>
        assign(plan, {
          role_definition_name: null,
          role_definition_id: "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        }),
      "azurerm_role_assignment.more",
    ],
    [
      "a contributor of one resource, which opens it",
      (plan) => assign(plan, { role_definition_name: "Key Vault Contributor" }),
      "azurerm_role_assignment.more",
    ],
    [
      "a role of the stack that writes routes",
      (plan) => custom(plan, ["Microsoft.Network/routeTables/*"]),
      "azurerm_role_definition.custom",
    ],
    ["a role of the stack that does everything", (plan) => custom(plan, ["*"]), "azurerm_role_definition.custom"],
    [
      "a subject that is a pattern",
      (plan) => {
        of(plan, CREDENTIAL)["subject"] = "system:serviceaccount:*:triage";
      },
      CREDENTIAL,
    ],
    [
      "a subject that anybody can be",
      (plan) => {
        of(plan, CREDENTIAL)["subject"] = "repo:acme/app:pull_request";
      },
      CREDENTIAL,
    ],
    [
      "an identity that two agents have",
      (plan) => {
        for (const agent of declared(plan).agents) agent["identity"] = IDENTITY;
      },
      IDENTITY,
    ],
    [
      "what a machine of the agent's bears",
      (plan) => {
        put(plan, "azurerm_user_assigned_identity.other", { name: "other" });
        put(plan, "azurerm_linux_virtual_machine_scale_set.vms", {
          name: "vms",
          network_interface: [{ ip_configuration: [{ subnet_id: id("azurerm_subnet.triage") }] }],
          identity: [{ type: "UserAssigned", identity_ids: [id("azurerm_user_assigned_identity.other")] }],
        });
        assign(plan, {
          principal_id: id("azurerm_user_assigned_identity.other", "principal_id"),
          role_definition_name: "Owner",
        });
      },
      "azurerm_role_assignment.more",
    ],
    [
      "what a machine has by itself",
      (plan) => {
        put(plan, "azurerm_linux_virtual_machine_scale_set.vms", {
          name: "vms",
          network_interface: [{ ip_configuration: [{ subnet_id: id("azurerm_subnet.triage") }] }],
          identity: [{ type: "SystemAssigned" }],
        });
        assign(plan, {
          principal_id: id("azurerm_linux_virtual_machine_scale_set.vms", "identity[0].principal_id"),
          role_definition_name: "Owner",
        });
      },
      "azurerm_role_assignment.more",
    ],
  ])("%s is found", (_, change, address) => {
    const { verdict, places } = judgedAfter(change);
    expect(verdict).toBe("VIOLATED");
    expect(places).toContain(`P07 ${address}`);
  });

  test.each<[string, (plan: Plan) => void]>([
    [
      "one more role over the data of one resource",
      (plan) => assign(plan, { role_definition_name: "Key Vault Crypto User" }),
    ],
    ["a role of the stack that reads", (plan) => custom(plan, ["Microsoft.KeyVault/vaults/read"])],
    [
      "a role of the stack that gives nothing of what it takes back",
      (plan) =>
        custom(plan, ["Microsoft.KeyVault/vaults/*"], {
          not_actions: ["Microsoft.KeyVault/vaults/write", "Microsoft.KeyVault/vaults/accessPolicies/write"],
        }),
    ],
  ])("%s changes nothing", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  test("a role that nobody knows leaves the proof open", () => {
    const { verdict, findings } = judgedAfter((plan) => {
      of(plan, ASSIGNMENT)["role_definition_name"] = "${var.role}";
    });
    expect(verdict).toBe("UNKNOWN");
    expect(findings).toMatchObject([{ rule: "CORDON-P07", verdict: "UNKNOWN", address: ASSIGNMENT }]);
  });
});

describe("P12 on Azure: no other identity changes the containment", () => {
  const other = (plan: Plan, values: Values): void => {
    put(plan, "azurerm_user_assigned_identity.ops", { name: "ops" });
    assign(plan, { principal_id: id("azurerm_user_assigned_identity.ops", "principal_id"), ...values });
  };

  test.each<[string, Values]>([
    ["over the agents' network", { scope: id(NETWORK), role_definition_name: "Network Contributor" }],
    ["over the subscription", { scope: "/subscriptions/0", role_definition_name: "Owner" }],
    [
      "over a security group",
      { scope: id("azurerm_network_security_group.triage"), role_definition_name: "Contributor" },
    ],
  ])("a role %s is found", (_, values) => {
    expect(judgedAfter((plan) => other(plan, values)).places).toEqual(["P12 azurerm_role_assignment.more"]);
  });

  test.each<[string, Values]>([
    ["over something else", { scope: id(VAULT), role_definition_name: "Contributor" }],
    ["that reads", { scope: id(NETWORK), role_definition_name: "Reader" }],
  ])("a role %s changes nothing", (_, values) => {
    expect(judgedAfter((plan) => other(plan, values)).findings).toEqual([]);
  });

  test("that only cuts agents off changes them too", () => {
    const operator = (plan: Plan): void => {
      custom(plan, ["Microsoft.Network/networkSecurityGroups/securityRules/write"]);
      of(plan, "azurerm_role_assignment.more")["principal_id"] = "11111111-1111-1111-1111-111111111111";
      of(plan, "azurerm_role_assignment.more")["scope"] = id("azurerm_network_security_group.triage");
    };
    expect(judgedAfter(operator).places).toEqual(["P12 azurerm_role_assignment.more"]);
  });
});
