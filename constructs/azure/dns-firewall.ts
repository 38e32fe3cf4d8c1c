import { VirtualNetworkDnsServers } from "@cdktf/provider-azurerm/lib/virtual-network-dns-servers";
import { dependable, type ITerraformDependable, Lazy, type TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { AzapiProvider, AzapiResource } from "./azapi";
import type { AzureScope } from "./location";
import type { AzureLogStore } from "./log-store";
import { azureName } from "./names";
import type { AzureCellNetwork } from "./network";

/** What the resolver does with names that no policy lists. */
export enum AzureDnsFilter {
  /** Nothing: there is no DNS security policy. For tiers whose firewall asks for the agents. */
  NONE = "none",
  /** Answers them, and logs that it did. */
  ALERT = "alert",
  /** Refuses them. A name that a listed name leads to has to be on the list too. */
  BLOCK = "block",
}

export interface AzureDnsFirewallProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly network: AzureCellNetwork;
  readonly logs: AzureLogStore;
  readonly filter: AzureDnsFilter;
  /** Whether every agent is watched, so that nothing is refused. */
  readonly watching: () => boolean;
  /** Private addresses that the network asks names at. @default - Azure's own resolver */
  readonly servers?: string[];
  /** Names that are answered, each with a dot at its end, in lists that Azure takes. */
  readonly lists: () => readonly (readonly string[])[];
  readonly stack: TerraformStack;
  readonly tags: { readonly [key: string]: string };
}

const API = "2025-05-01";

/**
 * The resolver of a cell: the firewall's proxy where there is one, Azure's own otherwise, and a DNS security policy on the
 * network, which lets the listed names through and alerts on or refuses the rest.
 *
 * @see https://learn.microsoft.com/azure/dns/dns-security-policy
 */
export class AzureDnsFirewall extends Construct {
  /** Whom the network asks. Undefined where it asks Azure's own resolver. */
  public readonly servers: VirtualNetworkDnsServers | undefined;
  /** Undefined without a DNS security policy. */
  public readonly policy: AzapiResource | undefined;
  /** The tie between policy and network. */
  public readonly link: AzapiResource | undefined;
  /** Lists of names, by their names. */
  public readonly domainLists = new Map<string, AzapiResource>();
  /** Rules of the policy: `allow` and `rest`. */
  public readonly rules = new Map<string, AzapiResource>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzureDnsFirewallProps,
  ) {
    super(scope, id);
    const { network, servers, cellName, logs, filter } = props;
    if (servers !== undefined) {
      this.servers = new VirtualNetworkDnsServers(this, "Servers", {
        virtualNetworkId: network.virtualNetwork.id,
        dnsServers: servers,
      });
    }
    if (filter === AzureDnsFilter.NONE) return;
    AzapiProvider.ensure(props.stack);
    this.policy = this.resource("Resource", "dnsResolverPolicies", {
      name: azureName("network", "dnsp", cellName),
      parentId: props.scope.resourceGroupId,
      properties: {},
    });
    const rest = this.domainList("rest", () => ["."]);
    this.addRule(
      "rest",
      65_000,
      () => (props.watching() ? "Alert" : FOR_THE_REST[filter]),
      () => [rest],
    );
    this.link = this.resource("Link", "dnsResolverPolicies/virtualNetworkLinks", {
      name: azureName("network", "link", cellName),
      parentId: this.policy.id,
      properties: { virtualNetwork: { id: network.virtualNetwork.id } },
    });
    logs.record("dns", { targetId: this.policy.id, categories: ["DnsResponse"] });
  }

  /** What has to be in place before an agent asks for a name. */
  public get readiness(): ITerraformDependable[] {
    return [...(this.servers === undefined ? [] : [this.servers]), ...(this.link === undefined ? [] : [this.link])];
  }

  /** Creates the lists of the names that are answered; runs when the stack is synthesized. */
  public addAllowLists(): void {
    const { link, policy } = this;
    if (link === undefined || policy === undefined) return;
    const names = this.props.lists().map((_, index) => `allow-${index + 1}`);
    for (const [index, name] of names.entries()) {
      if (!this.domainLists.has(name)) this.domainList(name, () => [...(this.props.lists()[index] ?? [])]);
    }
    if (names.length > 0 && !this.rules.has("allow")) {
      this.addRule(
        "allow",
        100,
        () => "Allow",
        () => names.flatMap((name) => this.domainLists.get(name) ?? []),
      );
    }
    // The policy counts for the network from its first moment on, and no longer than its rules stand.
    link.dependsOn = [...this.rules.values()].map(dependable);
  }

  private domainList(name: string, domains: () => string[]): AzapiResource {
    const list = this.resource(`list-${name}`, "dnsResolverDomainLists", {
      name: azureName("network", "dnsl", this.props.cellName, name),
      parentId: this.props.scope.resourceGroupId,
      properties: { domains: Lazy.listValue({ produce: domains }) },
    });
    this.domainLists.set(name, list);
    return list;
  }

  private addRule(name: string, priority: number, action: () => string, lists: () => AzapiResource[]): void {
    const rule = this.resource(`rule-${name}`, "dnsResolverPolicies/dnsSecurityRules", {
      name: azureName("network", this.props.cellName, name),
      parentId: this.policy?.id ?? "",
      properties: {
        priority,
        action: { actionType: Lazy.stringValue({ produce: action }) },
        dnsResolverDomainLists: Lazy.anyValue({ produce: () => lists().map(({ id }) => ({ id })) }),
        dnsSecurityRuleState: "Enabled",
      },
    });
    this.rules.set(name, rule);
  }

  private resource(
    id: string,
    type: string,
    config: { name: string; parentId: string; properties: { readonly [key: string]: unknown } },
  ): AzapiResource {
    return new AzapiResource(this, id, {
      type: `Microsoft.Network/${type}@${API}`,
      location: this.props.scope.location,
      ...config,
    });
  }
}

const FOR_THE_REST: { readonly [filter in AzureDnsFilter]: string } = {
  [AzureDnsFilter.NONE]: "Allow",
  [AzureDnsFilter.ALERT]: "Alert",
  [AzureDnsFilter.BLOCK]: "Block",
};
