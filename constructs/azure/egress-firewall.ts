import { Firewall } from "@cdktf/provider-azurerm/lib/firewall";
import { FirewallPolicy } from "@cdktf/provider-azurerm/lib/firewall-policy";
import {
  firewallPolicyRuleCollectionGroupApplicationRuleCollectionToTerraform as applicationRuleCollectionToTerraform,
  FirewallPolicyRuleCollectionGroup,
  firewallPolicyRuleCollectionGroupNetworkRuleCollectionToTerraform as networkRuleCollectionToTerraform,
} from "@cdktf/provider-azurerm/lib/firewall-policy-rule-collection-group";
import type { MonitorDiagnosticSetting } from "@cdktf/provider-azurerm/lib/monitor-diagnostic-setting";
import { PublicIp } from "@cdktf/provider-azurerm/lib/public-ip";
import { dependable, type ITerraformDependable, Lazy } from "cdktf";
import { Construct } from "constructs";
import type { AzureRuleGroup } from "../../lib/compile/azure/rule-group";
import { AzureEgressTier } from "./egress-tier";
import type { AzureExistingFirewall } from "./existing-firewall";
import type { AzureScope } from "./location";
import type { AzureLogStore } from "./log-store";
import { azureName } from "./names";
import type { AzureCellNetwork } from "./network";
import type { AzureQuarantine } from "./quarantine";
import type { AzureTlsInspection } from "./tls-inspection";

export interface AzureEgressFirewallProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly tier: AzureEgressTier;
  readonly network: AzureCellNetwork;
  readonly logs: AzureLogStore;
  readonly quarantine: AzureQuarantine;
  readonly existing?: AzureExistingFirewall;
  readonly tlsInspection?: AzureTlsInspection;
  readonly zones: string[];
  /** The rules of all agents, compiled when the stack is synthesized; in the order of evaluation. */
  readonly groups: () => AzureRuleGroup[];
  readonly tags: { readonly [key: string]: string };
}

/** What the firewall logs. Basic has no DNS proxy to log. */
const CATEGORIES = [
  "AZFWApplicationRule",
  "AZFWNetworkRule",
  "AZFWNatRule",
  "AZFWThreatIntel",
  "AZFWInternalFqdnResolutionFailure",
];
const PROXY_CATEGORIES = ["AZFWDnsQuery"];
const PREMIUM_CATEGORIES = ["AZFWIdpsSignature"];

/** Stands before every other group, and refuses what is in quarantine. */
export const QUARANTINE = "quarantine";

/**
 * The firewall of a cell: a policy that passes what the agents' policies name and denies the rest before Azure's own
 * list of infrastructure names is asked, its public addresses and its logs. In tier EXISTING only the groups of rules,
 * in the hub's policy.
 *
 * @see https://learn.microsoft.com/azure/firewall/rule-processing
 */
export class AzureEgressFirewall extends Construct {
  /** Undefined in tier EXISTING. */
  public readonly firewall: Firewall | undefined;
  /** Undefined in tier EXISTING. */
  public readonly policy: FirewallPolicy | undefined;
  /** Public addresses by their use. */
  public readonly publicAddresses = new Map<string, PublicIp>();
  public readonly logging: MonitorDiagnosticSetting | undefined;
  /** Rule collection groups by name, as in `agents`. */
  public readonly ruleGroups = new Map<string, FirewallPolicyRuleCollectionGroup>();
  /** Where default routes lead. */
  public readonly privateIpAddress: string;
  private readonly policyId: string;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzureEgressFirewallProps,
  ) {
    super(scope, id);
    const { existing, logs, tier } = props;
    if (existing !== undefined) {
      this.policyId = existing.firewallPolicyId;
      this.privateIpAddress = existing.privateIpAddress;
      this.addFirstGroups();
      return;
    }
    this.policy = this.createPolicy();
    this.policyId = this.policy.id;
    this.addFirstGroups();
    this.firewall = this.createFirewall(this.policy);
    this.privateIpAddress = this.firewall.ipConfiguration.get(0).privateIpAddress;
    this.logging = logs.record("firewall", {
      targetId: this.firewall.id,
      categories: [
        ...CATEGORIES,
        ...(tier === AzureEgressTier.BASIC ? [] : PROXY_CATEGORIES),
        ...(tier === AzureEgressTier.PREMIUM ? PREMIUM_CATEGORIES : []),
      ],
      dedicated: true,
    });
  }

  /** What has to be in place before an agent sends anything. */
  public get readiness(): ITerraformDependable[] {
    return [
      ...this.ruleGroups.values(),
      ...(this.firewall === undefined ? [] : [this.firewall]),
      ...(this.logging === undefined ? [] : [this.logging]),
    ];
  }

  /**
   * Creates the groups that the allow lists need beyond the first, and puts all of them in a row: one policy takes one
   * change at a time. Runs when the stack is synthesized.
   */
  public addOverflowGroups(): void {
    for (const { name } of this.props.groups()) if (!this.ruleGroups.has(name)) this.addRuleGroup(name);
    const order = [QUARANTINE, ...this.props.groups().map(({ name }) => name)];
    const ordered = [...new Set([...order, ...this.ruleGroups.keys()])].flatMap(
      (name) => this.ruleGroups.get(name) ?? [],
    );
    ordered.forEach((group, index) => {
      const before = ordered[index - 1];
      group.dependsOn = before === undefined ? [] : [dependable(before)];
    });
    // The firewall starts with all of its rules, and is changed once.
    if (this.firewall !== undefined) this.firewall.dependsOn = ordered.map(dependable);
  }

  private addFirstGroups(): void {
    this.addRuleGroup(QUARANTINE);
    for (const { name } of this.props.groups()) this.addRuleGroup(name);
  }

  // A deferred list is written as it is: its objects have to be in Terraform's words already.
  private addRuleGroup(name: string): void {
    const { cellName } = this.props;
    const group = new FirewallPolicyRuleCollectionGroup(this, `rules-${name}`, {
      name: azureName("network", "rcg", cellName, name),
      firewallPolicyId: this.policyId,
      priority: Lazy.numberValue({ produce: () => this.group(name).priority }),
      applicationRuleCollection: Lazy.anyValue({
        produce: () =>
          orNone(this.group(name).applicationRuleCollection.map((one) => applicationRuleCollectionToTerraform(one))),
      }),
      networkRuleCollection: Lazy.anyValue({
        produce: () =>
          orNone(this.group(name).networkRuleCollection.map((one) => networkRuleCollectionToTerraform(one))),
      }),
    });
    this.ruleGroups.set(name, group);
  }

  private group(name: string): AzureRuleGroup {
    const found = this.allGroups().find((group) => group.name === name);
    return found ?? { name, priority: LAST, applicationRuleCollection: [], networkRuleCollection: [] };
  }

  // In a hub's policy the groups stand in the band that its owner keeps for them.
  private allGroups(): AzureRuleGroup[] {
    const { existing, groups } = this.props;
    const all = [this.quarantineGroup(), ...groups()];
    return existing === undefined ? all : all.map((one, index) => ({ ...one, priority: existing.priority + index }));
  }

  private quarantineGroup(): AzureRuleGroup {
    const sources = { sourceIpGroups: [this.props.quarantine.ipGroup?.id ?? ""] };
    return {
      name: QUARANTINE,
      priority: 100,
      networkRuleCollection: [
        {
          name: "quarantine-network",
          priority: 100,
          action: "Deny",
          rule: [
            {
              name: "quarantine",
              ...sources,
              protocols: ["Any"],
              destinationAddresses: ["*"],
              destinationPorts: ["*"],
            },
          ],
        },
      ],
      applicationRuleCollection: [
        {
          name: "quarantine-application",
          priority: 110,
          action: "Deny",
          rule: [
            {
              name: "quarantine",
              ...sources,
              destinationFqdns: ["*"],
              protocols: [
                { type: "Http", port: 80 },
                { type: "Https", port: 443 },
              ],
            },
          ],
        },
      ],
    };
  }

  private createPolicy(): FirewallPolicy {
    const { cellName, scope, tier, tlsInspection, tags } = this.props;
    const isBasic = tier === AzureEgressTier.BASIC;
    return new FirewallPolicy(this, "Policy", {
      name: azureName("network", "afwp", cellName),
      location: scope.location,
      resourceGroupName: scope.resourceGroupName,
      sku: SKU[tier],
      threatIntelligenceMode: isBasic ? "Alert" : "Deny",
      ...(isBasic ? {} : { dns: { proxyEnabled: true } }),
      ...(tier === AzureEgressTier.PREMIUM ? { intrusionDetection: { mode: "Deny" } } : {}),
      ...(tlsInspection === undefined
        ? {}
        : {
            identity: { type: "UserAssigned", identityIds: [tlsInspection.identityId] },
            tlsCertificate: { name: "inspection", keyVaultSecretId: tlsInspection.keyVaultSecretId },
          }),
      tags: { ...tags },
    });
  }

  private createFirewall(policy: FirewallPolicy): Firewall {
    const { cellName, scope, tier, network, zones, tags } = this.props;
    const { firewallSubnet, firewallManagementSubnet } = network;
    if (firewallSubnet === undefined) throw new Error("no subnet for the firewall");
    return new Firewall(this, "Resource", {
      name: azureName("firewall", "afw", cellName),
      location: scope.location,
      resourceGroupName: scope.resourceGroupName,
      skuName: "AZFW_VNet",
      skuTier: SKU[tier] ?? "",
      firewallPolicyId: policy.id,
      ipConfiguration: [{ name: "out", subnetId: firewallSubnet.id, publicIpAddressId: this.publicAddress("out").id }],
      ...(firewallManagementSubnet === undefined
        ? {}
        : {
            managementIpConfiguration: {
              name: "management",
              subnetId: firewallManagementSubnet.id,
              publicIpAddressId: this.publicAddress("management").id,
            },
          }),
      ...(zones.length === 0 ? {} : { zones }),
      tags: { ...tags },
      dependsOn: [...this.ruleGroups.values()],
    });
  }

  private publicAddress(use: string): PublicIp {
    const { cellName, scope, zones, tags } = this.props;
    const address = new PublicIp(this, `address-${use}`, {
      name: azureName("network", "pip", cellName, use),
      location: scope.location,
      resourceGroupName: scope.resourceGroupName,
      allocationMethod: "Static",
      sku: "Standard",
      ...(zones.length === 0 ? {} : { zones }),
      tags: { ...tags },
    });
    this.publicAddresses.set(use, address);
    return address;
  }
}

/** SKUs of firewall and policy, which have to be one. */
const SKU: { readonly [tier: string]: string } = {
  [AzureEgressTier.BASIC]: "Basic",
  [AzureEgressTier.STANDARD]: "Standard",
  [AzureEgressTier.PREMIUM]: "Premium",
};

/** A group that the allow lists no longer need. */
const LAST = 64_999;

const orNone = <T>(list: T[]): T[] | undefined => (list.length === 0 ? undefined : list);
