import { FirewallNetworkRuleCollection } from "@cdktf/provider-azurerm/lib/firewall-network-rule-collection";
import {
  FirewallPolicyRuleCollectionGroup,
  type FirewallPolicyRuleCollectionGroupApplicationRuleCollectionRule,
  type FirewallPolicyRuleCollectionGroupNetworkRuleCollectionRule,
} from "@cdktf/provider-azurerm/lib/firewall-policy-rule-collection-group";
import { MonitorDiagnosticSetting } from "@cdktf/provider-azurerm/lib/monitor-diagnostic-setting";
import { NetworkSecurityRule } from "@cdktf/provider-azurerm/lib/network-security-rule";
import { Testing } from "cdktf";
import {
  type AzureAgentCell,
  type AzureAgentCellProps,
  AzureEgressTier,
  AzureExistingFirewall,
  AzureFirewallSku,
  AzureRuntime,
  AzureService,
  AzureTlsInspection,
} from "../../../constructs/azure";
import { AgentsAzure } from "../../../examples/azure/agents-azure";
import { AgentsAzureSealed } from "../../../examples/azure-sealed/agents-azure-sealed";
import { ContainmentPolicy, Egress, EgressProtocol, type EgressRule, Mode } from "../../../lib";
import type { TerraformResource } from "../../../lib/compile/aws-lint/terraform-resource";
import { lintAzure } from "../../../lib/compile/azure-lint";
import { synthStack } from "../../../lib/topology/synth-stack";
import type { TerraformJson } from "../../../lib/topology/terraform-json";
import { refusal } from "../../support/refusal";
import { cellOf, GROUP, SUBSCRIPTION, vaultOf } from "./support";

const policyOf = (...rules: EgressRule[]): ContainmentPolicy => ContainmentPolicy.denyAll("p").allow(...rules);
const listed = policyOf(
  Egress.https("api.example.com", { reason: "x" }),
  Egress.https("*.blob.core.windows.net", { reason: "x", sharedTenancy: "looked at" }),
  Egress.https("login.microsoftonline.com", { reason: "x" }),
  Egress.http("raw.githubusercontent.com", { reason: "x" }),
  Egress.tls("mq.example.com", { port: 8883, reason: "x" }),
  Egress.cidr("198.51.100.8/30", { port: 123, protocol: EgressProtocol.UDP, reason: "x" }),
  Egress.cidr("198.51.100.8/30", { port: 22, reason: "x" }),
);

/** All resources of a synthesized stack. */
function resourcesOf(json: TerraformJson): TerraformResource[] {
  return Object.entries(json.resource ?? {}).flatMap(([type, named]) =>
    Object.entries(named ?? {}).map(([id, values]) => ({
      type,
      address: `${type}.${id}`,
      values: values as Record<string, unknown>,
    })),
  );
}

const findingsOf = (cell: AzureAgentCell): string[] =>
  lintAzure(resourcesOf(synthStack(cell.stack)), {
    monitored: cell.agents.filter(({ mode }) => mode === Mode.MONITOR).flatMap(({ sources }) => sources.map(String)),
    listed: cell.agents.flatMap(({ policy }) => policy.rules.map(({ host }) => String(host))),
  }).map(({ code, address, problem }) => `${code} ${address}: ${problem}`);

describe("the linter has nothing against", () => {
  test("the examples", () => {
    for (const stack of [
      new AgentsAzure(Testing.app(), "agents-azure"),
      new AgentsAzureSealed(Testing.app(), "agents-azure-sealed"),
    ]) {
      expect(findingsOf(stack.cell)).toEqual([]);
    }
  });

  const tlsInspection = AzureTlsInspection.withCa({
    keyVaultSecretId: "https://acme.vault.azure.net/secrets/ca",
    identityId: `${SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.ManagedIdentity/userAssignedIdentities/fw`,
  });
  const existingFirewall = AzureExistingFirewall.fromFirewallAttributes({
    firewallPolicyId: `${GROUP}/firewallPolicies/hub`,
    privateIpAddress: "10.0.0.4",
    sku: AzureFirewallSku.STANDARD,
    virtualNetworkId: `${GROUP}/virtualNetworks/hub`,
    cidr: "10.0.0.0/22",
    parentPolicy: false,
  });
  const tiers: [string, Partial<AzureAgentCellProps>][] = [
    ["basic", { tier: AzureEgressTier.BASIC }],
    ["standard", { tier: AzureEgressTier.STANDARD, zones: ["1", "2", "3"] }],
    ["premium", { tier: AzureEgressTier.PREMIUM, tlsInspection }],
    ["existing", { tier: AzureEgressTier.EXISTING, existingFirewall }],
  ];

  test.each(tiers)("tier %s, with agents that are contained and watched and every kind of entry", (_, props) => {
    const cell = cellOf(props);
    cell.addAgent("contained", { policy: listed, slot: 0 });
    cell.addAgent("watched", { policy: listed, mode: Mode.MONITOR, slot: 1 });
    cell.addAgent("worker", { runtime: AzureRuntime.CONTAINER_APPS, slot: 2 });
    cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vaultOf(cell).id });
    expect(findingsOf(cell)).toEqual([]);
  });

  test("what a watched agent passes is a finding without knowing that it is watched", () => {
    const cell = cellOf();
    cell.addAgent("watched", { mode: Mode.MONITOR });
    const codes = lintAzure(resourcesOf(synthStack(cell.stack))).map(({ code }) => code);
    expect(codes).toEqual(["CORDON-262", "CORDON-262", "CORDON-265", "CORDON-267"]);
  });
});

/** The refusal that a user's own change of a cell with one agent ends in. */
function refusedAfter(change: (cell: AzureAgentCell, source: string) => void, mode = Mode.ENFORCE): string {
  const cell = cellOf();
  const agent = cell.addAgent("triage", { mode });
  change(cell, agent.sources.join());
  return refusal(() => synthStack(cell.stack)).replace(/_[0-9A-F]{8}/g, "");
}

const first = (text: string): string => text.split("\n")[0] ?? "";
const at = "azurerm_firewall_policy_rule_collection_group.Mine: rule 'mine' of collection 'mine'";

function networkRule(cell: AzureAgentCell, rule: Partial<FirewallPolicyRuleCollectionGroupNetworkRuleCollectionRule>) {
  new FirewallPolicyRuleCollectionGroup(cell.stack, "Mine", {
    name: "mine",
    priority: 500,
    firewallPolicyId: cell.egressFirewall?.policy?.id ?? "",
    networkRuleCollection: [
      {
        name: "mine",
        priority: 500,
        action: "Allow",
        rule: [
          {
            name: "mine",
            protocols: ["TCP"],
            destinationPorts: ["22"],
            ...(rule.destinationFqdns === undefined ? { destinationAddresses: ["198.51.100.4"] } : {}),
            ...rule,
          },
        ],
      },
    ],
  });
}

function applicationRule(
  cell: AzureAgentCell,
  rule: Partial<FirewallPolicyRuleCollectionGroupApplicationRuleCollectionRule>,
) {
  new FirewallPolicyRuleCollectionGroup(cell.stack, "Mine", {
    name: "mine",
    priority: 500,
    firewallPolicyId: cell.egressFirewall?.policy?.id ?? "",
    applicationRuleCollection: [
      {
        name: "mine",
        priority: 500,
        action: "Allow",
        rule: [{ name: "mine", protocols: [{ type: "Https", port: 443 }], ...rule }],
      },
    ],
  });
}

describe("a bypass that a user adds to a cell fails the synth", () => {
  test.each([
    ["CORDON-260", { destinationPorts: ["443"] }],
    ["CORDON-261", { protocols: ["Any"] }],
    ["CORDON-262", { destinationAddresses: ["*"] }],
    ["CORDON-263", { destinationAddresses: ["Storage.WestEurope"] }],
    ["CORDON-265", { protocols: ["UDP"], destinationPorts: ["443"] }],
    ["CORDON-266", { sourceAddresses: ["*"] }],
    ["CORDON-270", { destinationAddresses: [] }],
    ["CORDON-271", { destinationAddresses: ["Storrage"] }],
    ["CORDON-275", { destinationFqdns: ["*.example.com"] }],
  ])("%s by a network rule", (code, rule) => {
    const text = refusedAfter((cell, source) =>
      networkRule(cell, {
        sourceAddresses: [source],
        ...rule,
      }),
    );
    expect(text.startsWith(`${code}: ${at} `)).toBe(true);
  });

  test.each([
    ["CORDON-267", { destinationFqdns: ["*"] }],
    ["CORDON-268", { destinationFqdns: ["*.azurewebsites.net"] }],
    ["CORDON-269", { destinationFqdns: ["management.azure.com"] }],
    ["CORDON-270", { destinationFqdns: [] }],
    ["CORDON-274", { destinationUrls: ["api.example.com/v1/*"] }],
  ])("%s by an application rule", (code, rule) => {
    const text = refusedAfter((cell, source) => applicationRule(cell, { sourceAddresses: [source], ...rule }));
    expect(text.startsWith(`${code}: ${at} `)).toBe(true);
  });

  test("with the whole message, and those after it", () => {
    expect(
      refusedAfter((cell, source) =>
        networkRule(cell, { sourceAddresses: [source], destinationAddresses: ["*"], destinationPorts: ["443"] }),
      ),
    ).toBe(
      `CORDON-260: ${at} passes TCP 443 to * before any rule by name is asked; use an application rule with the names\n` +
        `  CORDON-262: ${at} passes traffic to *; name the addresses, or use an application rule with the names`,
    );
  });

  test("by a translation, a parent policy, or a proxy that is off", () => {
    expect(
      first(
        refusedAfter((cell) => {
          new FirewallPolicyRuleCollectionGroup(cell.stack, "Mine", {
            name: "mine",
            priority: 500,
            firewallPolicyId: cell.egressFirewall?.policy?.id ?? "",
            natRuleCollection: [
              {
                name: "mine",
                priority: 500,
                action: "Dnat",
                rule: [
                  {
                    name: "mine",
                    protocols: ["TCP"],
                    sourceAddresses: ["*"],
                    destinationAddress: "198.51.100.4",
                    destinationPorts: ["22"],
                    translatedAddress: "10.64.4.4",
                    translatedPort: 22,
                  },
                ],
              },
            ],
          });
        }),
      ),
    ).toBe(`CORDON-264: ${at} lets connections in to "10.64.4.4"; remove it; agents ask, and nobody asks them`);
    const policy = "azurerm_firewall_policy.Agents_EgressFirewall_Policy";
    expect(
      first(
        refusedAfter((cell) =>
          cell.egressFirewall?.policy?.addOverride("base_policy_id", "${data.azurerm_firewall_policy.base.id}"),
        ),
      ),
    ).toBe(
      `CORDON-272: ${policy}: its parent is data.azurerm_firewall_policy.base, whose network rules come before every name on the agents' lists; leave base_policy_id out`,
    );
    expect(
      first(
        refusedAfter((cell, source) => {
          networkRule(cell, { sourceAddresses: [source], destinationFqdns: ["db.example.com"] });
          cell.egressFirewall?.policy?.addOverride("dns.proxy_enabled", false);
        }),
      ),
    ).toBe(
      `CORDON-273: ${at} means db.example.com by address, and the DNS proxy of ${policy} is off; use an application rule, or set proxy_enabled to true`,
    );
  });

  test("by an override of the cell's own rules, and by a classic collection", () => {
    expect(
      first(
        refusedAfter((cell, source) =>
          cell.egressFirewall?.ruleGroups.get("final")?.putApplicationRuleCollection([
            {
              name: "deny-unlisted",
              priority: 65_000,
              action: "Allow",
              rule: [
                {
                  name: "everything-else",
                  sourceAddresses: [source],
                  protocols: [{ type: "Https", port: 443 }],
                  destinationFqdns: ["*"],
                },
              ],
            },
          ]),
        ),
      ),
    ).toBe(
      "CORDON-267: azurerm_firewall_policy_rule_collection_group.Agents_EgressFirewall_rules-final: rule 'everything-else' of collection 'deny-unlisted' passes every name: *; write the names out",
    );
    expect(
      first(
        refusedAfter((cell, source) => {
          new FirewallNetworkRuleCollection(cell.stack, "Mine", {
            name: "mine",
            azureFirewallName: cell.egressFirewall?.firewall?.name ?? "",
            resourceGroupName: cell.scope.resourceGroupName,
            priority: 100,
            action: "Allow",
            rule: [
              {
                name: "mine",
                protocols: ["TCP"],
                sourceAddresses: [source],
                destinationAddresses: ["0.0.0.0/0"],
                destinationPorts: ["22"],
              },
            ],
          });
        }),
      ),
    ).toBe(
      "CORDON-262: azurerm_firewall_network_rule_collection.Mine: rule 'mine' of collection 'mine' passes traffic to 0.0.0.0/0; name the addresses, or use an application rule with the names",
    );
  });

  test("also for a watched agent at the ports where names are read", () => {
    expect(
      first(
        refusedAfter(
          (cell, source) => networkRule(cell, { sourceAddresses: [source], destinationPorts: ["443"] }),
          Mode.MONITOR,
        ),
      ),
    ).toBe(
      `CORDON-260: ${at} passes TCP 443 to 198.51.100.4 before any rule by name is asked; use an application rule with the names`,
    );
  });

  test("and by what Azure refuses when it is applied", () => {
    expect(
      first(
        refusedAfter((cell) => {
          new MonitorDiagnosticSetting(cell.stack, "Mine", {
            name: "mine",
            targetResourceId: cell.virtualNetwork.id,
            logAnalyticsWorkspaceId: cell.logs.workspaceResourceId,
            metric: [{ category: "AllMetrics" }],
          });
        }),
      ),
    ).toBe(
      "CORDON-285: azurerm_monitor_diagnostic_setting.Mine: it has metric, which the provider's next version does not know; use enabled_metric",
    );
    expect(
      first(
        refusedAfter((cell) => {
          new NetworkSecurityRule(cell.stack, "Mine", {
            name: "mine",
            priority: 4096,
            direction: "Outbound",
            access: "Deny",
            protocol: "*",
            sourcePortRange: "*",
            sourceAddressPrefix: "*",
            destinationPortRange: "*",
            destinationAddressPrefix: "*",
            resourceGroupName: cell.scope.resourceGroupName,
            networkSecurityGroupName: cell.agents[0]?.network.securityGroup.name ?? "",
          });
        }),
      ),
    ).toMatch(
      /^CORDON-286: azurerm_network_security_rule\.\S+: priority 4096 outbound is also that of azurerm_network_security_rule\.\S+, and Azure refuses the second; give each rule of a direction a priority of its own$/,
    );
  });
});

describe("a policy's name of every tenant", () => {
  test("is a residual risk, not a refusal", () => {
    const cell = cellOf();
    cell.addAgent("triage", { policy: listed });
    expect(refusal(() => synthStack(cell.stack))).toBe("not refused");
    expect(cell.residualRisks().filter(({ id }) => id === "R82")).toEqual([
      {
        id: "R82",
        title: "a name of every tenant",
        agent: "triage",
        destination: "login.microsoftonline.com:443",
        detail:
          "The name serves every tenant of Azure: with a key or token of somebody else's tenant the agent signs in or works there. Headers that restrict tenants have to be written into an inspected rule.",
      },
    ]);
    const wide = cellOf();
    wide.addAgent("triage", { policy: policyOf(Egress.https("*.microsoftonline.com", { reason: "x" })) });
    expect(wide.residualRisks().map(({ id }) => id)).toContain("R82");
    const other = cellOf();
    other.addAgent("triage", { policy: policyOf(Egress.https("api.example.com", { reason: "x" })) });
    expect(other.residualRisks().map(({ id }) => id)).not.toContain("R82");
  });

  test("while datagrams at port 80 are refused with what to use", () => {
    const rule = Egress.cidr("198.51.100.4/32", { port: 80, protocol: EgressProtocol.UDP, reason: "x" });
    expect(refusal(() => cellOf().addAgent("triage", { policy: policyOf(rule) }))).toBe(
      "CORDON-051: cell 'Agents', agent 'triage': udp:198.51.100.4/32:80: datagrams at this port can be HTTP/3, which hides names; use Egress.http; clients fall back to TCP",
    );
  });
});
