import { DataAzurermResourceGroup } from "@cdktf/provider-azurerm/lib/data-azurerm-resource-group";
import { ResourceGroup } from "@cdktf/provider-azurerm/lib/resource-group";
import type { VirtualNetwork } from "@cdktf/provider-azurerm/lib/virtual-network";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { AgentCellBase, literal } from "../../lib/cell/agent-cell-base";
import { GATEWAY } from "../../lib/cell/gateway-checks";
import { type Refusal, type Rendering, SynthGate } from "../../lib/cell/synth-gate";
import type { AgentEgress } from "../../lib/compile/agent-egress";
import { type CompiledAzure, compileAzure } from "../../lib/compile/azure/compile-azure";
import { gatewayPolicy } from "../../lib/compile/gateway-bundle";
import type { ResidualRisk } from "../../lib/compile/residual-risk";
import { CordonError } from "../../lib/errors/cordon-error";
import { CidrBlock } from "../../lib/names/cidr-block";
import { identifier } from "../../lib/names/plain-text";
import { ContainmentPolicy } from "../../lib/policy/containment-policy";
import type { EgressRule } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import type { DeclaredCell } from "../../lib/topology/model/declaration";
import { AzureAddressPlan } from "./address-plan";
import { AzureAgent, type AzureAgentProps } from "./agent";
import type { AzureAgentCellProps } from "./agent-cell-props";
import type { AzureAgentHost } from "./agent-host";
import { AzureConnectorGateway } from "./connector-gateway";
import type { AzureConnectorGatewayProps } from "./connector-gateway-props";
import { declarationOf } from "./declaration";
import { AzureDnsFilter, AzureDnsFirewall } from "./dns-firewall";
import { AzureEgressFirewall } from "./egress-firewall";
import { AzureEgressTier } from "./egress-tier";
import { AzureFlowLogs } from "./flow-logs";
import { checkGatewayFits } from "./gateway-fits";
import { ignoreTagChanges } from "./ignored-tags";
import {
  type AzureScope,
  checkedDomain,
  checkedLocation,
  checkedResourceGroup,
  checkedZones,
  checkPrivate,
} from "./location";
import { AzureLogStore } from "./log-store";
import { azureName } from "./names";
import { AzureCellNetwork } from "./network";
import { AzurePerimeter } from "./perimeter";
import {
  type AzureCellEndpoint,
  type AzurePrivateEndpointProps,
  AzurePrivateEndpoints,
  type AzurePrivateLinkProps,
} from "./private-endpoints";
import { AzureQuarantine } from "./quarantine";
import { refusalsOf } from "./refusals";
import { AzureRuntime } from "./runtime";
import { checkTier, hasDnsProxy } from "./tier-checks";
import { tierRisks } from "./tier-risks";

/**
 * A contained network on Azure for one or more AI agents: a virtual network whose only ways out are the ones that the
 * agents' policies name. Adds a subnet, security rules, a default route and an identity for each agent, in most tiers an
 * Azure Firewall, a resolver that knows the lists, private endpoints, and logs of every layer.
 */
export class AzureAgentCell extends AgentCellBase implements AzureAgentHost {
  public readonly tier: AzureEgressTier;
  public readonly cidr: CidrBlock;
  public readonly scope: AzureScope;
  /** Undefined in a resource group that exists. */
  public readonly resourceGroup: ResourceGroup | undefined;
  /** Virtual network, subnets and their rules. */
  public readonly network: AzureCellNetwork;
  public readonly logs: AzureLogStore;
  public readonly flowLogs: AzureFlowLogs;
  public readonly quarantine: AzureQuarantine;
  /** Undefined when sealed. */
  public readonly egressFirewall: AzureEgressFirewall | undefined;
  public readonly dnsFirewall: AzureDnsFirewall;
  public readonly privateEndpoints: AzurePrivateEndpoints;
  /** Undefined unless asked for. */
  public readonly perimeter: AzurePerimeter | undefined;
  public readonly nextHop: string | undefined;
  public readonly resolverCidrs: string[];
  public readonly tags: { readonly [key: string]: string };
  public readonly dnsFilter: AzureDnsFilter;
  private readonly plan: AzureAddressPlan;
  private readonly hasProxy: boolean;
  private readonly cnameSuffixes: string[];
  private readonly agentsByName = new Map<string, AzureAgent>();
  private gateway: AzureConnectorGateway | undefined;
  private cache: CompiledAzure | undefined;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzureAgentCellProps,
  ) {
    super(scope, id, props.name);
    const at = this.place;
    this.cidr = CidrBlock.parse(literal(props.cidr, at, "cidr"), `${at}, cidr`);
    checkPrivate(this.cidr, `${at}, cidr`);
    const location = checkedLocation(props.location, at);
    this.tier = props.tier ?? AzureEgressTier.STANDARD;
    const { existingFirewall, tlsInspection } = props;
    this.hasProxy = hasDnsProxy(this.tier, existingFirewall);
    this.dnsFilter = props.dnsFilter ?? AzureDnsFilter.ALERT;
    const { cellName, cidr, tier, dnsFilter, hasProxy } = this;
    const zones = checkedZones(props.zones ?? [], at);
    checkTier({ tier, cidr, dnsFilter, existingFirewall, tlsInspection, zones }, at);
    this.plan = new AzureAddressPlan(location, cidr, props.agentSubnetPrefix, at);
    this.cnameSuffixes = (props.cnameSuffixes ?? []).map((text) => checkedDomain(text, at));
    this.tags = { "cordon-cell": cellName };
    if (props.resourceGroupName === undefined) {
      this.resourceGroup = new ResourceGroup(this, "ResourceGroup", {
        name: azureName("resourceGroup", "rg", cellName),
        location,
        tags: { ...this.tags },
      });
      const { name, id: resourceGroupId } = this.resourceGroup;
      this.scope = { location, resourceGroupName: name, resourceGroupId };
    } else {
      this.scope = this.existingScope(location, props.resourceGroupName);
    }
    const shared = { cellName, scope: this.scope, tags: this.tags, at };
    this.network = new AzureCellNetwork(this, "Network", {
      ...shared,
      cidr,
      plan: this.plan,
      tier,
      ...(existingFirewall === undefined ? {} : { existingFirewall }),
      agentCidrs: () => this.agents.flatMap((agent) => agent.sources.map(String)),
      endpointPorts: () => this.privateEndpoints.ports,
    });
    const { network } = this;
    this.logs = new AzureLogStore(this, "Logs", {
      ...shared,
      retentionDays: props.logRetentionDays ?? 365,
      ...(props.workspaceId === undefined ? {} : { workspaceId: props.workspaceId }),
    });
    this.flowLogs = new AzureFlowLogs(this, "FlowLogs", {
      ...shared,
      virtualNetworkId: network.virtualNetwork.id,
      logs: this.logs,
      networkWatcher: props.networkWatcher ?? {},
      salt: `${this.node.path} ${props.nameSalt ?? ""}`,
    });
    if (props.perimeter !== undefined) {
      this.perimeter = new AzurePerimeter(this, "Perimeter", { ...shared, mode: props.perimeter, stack: this.stack });
    }
    this.privateEndpoints = new AzurePrivateEndpoints(this, "PrivateEndpoints", {
      ...shared,
      network,
      zoneIds: props.privateDnsZoneIds ?? {},
      resolvingNetworkIds: existingFirewall === undefined ? [] : [existingFirewall.virtualNetworkId],
      ...(this.perimeter === undefined ? {} : { perimeter: this.perimeter }),
    });
    const isSealed = tier === AzureEgressTier.SEALED;
    this.quarantine = new AzureQuarantine(this, "Quarantine", { ...shared, hasFirewall: !isSealed });
    this.egressFirewall = isSealed
      ? undefined
      : new AzureEgressFirewall(this, "EgressFirewall", {
          ...shared,
          tier,
          network,
          logs: this.logs,
          quarantine: this.quarantine,
          ...(existingFirewall === undefined ? {} : { existing: existingFirewall }),
          ...(tlsInspection === undefined ? {} : { tlsInspection }),
          zones,
          groups: () => this.compiled().groups,
        });
    this.nextHop = this.egressFirewall?.privateIpAddress;
    this.resolverCidrs = hasProxy ? [existingFirewall?.privateIpAddress ?? this.plan.firewall.toString()] : [];
    this.dnsFirewall = new AzureDnsFirewall(this, "DnsFirewall", {
      ...shared,
      network,
      logs: this.logs,
      filter: dnsFilter,
      watching: () => this.agents.length > 0 && this.agents.every((agent) => agent.mode === Mode.MONITOR),
      ...(hasProxy && this.nextHop !== undefined ? { servers: [this.nextHop] } : {}),
      lists: () => this.compiled().nameLists,
      stack: this.stack,
    });
    SynthGate.guard(this.stack, this);
  }

  /** The virtual network, for overrides. */
  public get virtualNetwork(): VirtualNetwork {
    return this.network.virtualNetwork;
  }

  /** The cell's agents by name. */
  public get agents(): AzureAgent[] {
    return [...this.agentsByName.values()].sort((a, b) => (a.agentName < b.agentName ? -1 : 1));
  }

  /** What has to be in place before any agent starts: resolver, endpoints, firewall with its rules and logs. */
  public get readiness(): ITerraformDependable[] {
    return [
      ...this.dnsFirewall.readiness,
      ...this.privateEndpoints.readiness,
      ...(this.egressFirewall?.readiness ?? []),
    ];
  }

  /** Where private endpoints stand, and the ports that they take. */
  public get endpointAccess(): { readonly cidr: string; readonly ports: readonly number[] } {
    return { cidr: this.plan.endpoints.toString(), ports: this.privateEndpoints.ports };
  }

  /** Names that the resolver answers besides the policies': private endpoints', and those that listed names lead to. */
  public get otherNames(): string[] {
    const domains = this.privateEndpoints.hostNames
      .filter((name) => name.startsWith("*."))
      .map((name) => name.slice(2));
    const below = this.cnameSuffixes.map((name) => `*.${name}`);
    return [...new Set([...this.privateEndpoints.hostNames, ...domains, ...this.cnameSuffixes, ...below])].sort();
  }

  /** Whether the cell has a private endpoint of a service. */
  public get hasEndpoint(): AzurePrivateEndpoints["has"] {
    return this.privateEndpoints.has;
  }

  /**
   * Adds an agent: a subnet of its own, security rules, default route, identity and allow list.
   * @throws CORDON-106 for a name that is taken; CORDON-107, CORDON-108 where the tier can't hold the policy
   */
  public addAgent(name: string, props: AzureAgentProps = {}): AzureAgent {
    const agentName = identifier(name, this.place, "the agent's name");
    if (this.agentsByName.has(agentName)) {
      throw new CordonError(
        "CORDON-106",
        this.place,
        `there is an agent '${agentName}' already`,
        "choose another name",
      );
    }
    const policy = props.policy ?? ContainmentPolicy.denyAll(agentName);
    if (policy.connectors.length > 0) this.checkMediates(agentName, policy);
    this.checkHolds(agentName, props.mode ?? Mode.ENFORCE, policy.rules);
    const agent = new AzureAgent(this, agentName, props, this.plan.place(agentName, props.slot));
    this.agentsByName.set(agentName, agent);
    this.quarantine.protect(agentName, agent.network.securityGroup.id);
    this.changed();
    if (policy.connectors.length > 0) this.mediate(agent);
    return agent;
  }

  /** Mediates the agents' connectors. Undefined until an agent has one. */
  public get connectorGateway(): AzureConnectorGateway | undefined {
    return this.gateway;
  }

  /** @internal */
  public get gatewayProps(): AzureConnectorGatewayProps {
    return this.props.connectorGateway ?? {};
  }

  /**
   * Adds the private way to one resource, for all of the cell's agents; what each may do there is up to its grants.
   * @throws CORDON-311 for a name that is taken, or hosts that are none of the service
   */
  public addPrivateEndpoint(name: string, props: AzurePrivateEndpointProps): AzureCellEndpoint {
    const added = this.privateEndpoints.add(name, props);
    this.changed();
    return added;
  }

  /** Adds the private way to a service of somebody else, by its alias. @throws CORDON-311 */
  public addPrivateLink(name: string, props: AzurePrivateLinkProps): AzureCellEndpoint {
    const added = this.privateEndpoints.link(name, props);
    this.changed();
    return added;
  }

  public override residualRisks(): ResidualRisk[] {
    const { tier, dnsFilter, agents, perimeter, hasProxy } = this;
    return [
      ...this.compiled().residual,
      ...tierRisks({
        tier,
        dnsFilter,
        hasProxy,
        agents,
        endpoints: this.privateEndpoints.endpoints,
        perimeter: perimeter?.mode,
      }),
    ];
  }

  /** @internal */
  public checkHolds(agentName: string, mode: Mode, rules: readonly EgressRule[]): void {
    const at = `${this.place}, agent '${agentName}'`;
    if (this.tier === AzureEgressTier.SEALED) checkSealed(mode, rules, at);
    this.compile([{ name: agentName, mode, rules: [...rules], sources: [this.cidr] }]);
  }

  /** @internal */
  public changed(): void {
    this.cache = undefined;
    for (const agent of this.agents) agent.openRules();
  }

  /** Creates what depends on the whole of the allow lists. @internal */
  public complete(): void {
    for (const agent of this.agents) agent.openRules(true);
    this.dnsFirewall.addAllowLists();
    this.egressFirewall?.addOverflowGroups();
    if (this.props.ignoreTagChanges === true) ignoreTagChanges(this);
  }

  /** @internal */
  public declare(): DeclaredCell {
    return declarationOf(this);
  }

  /** @internal */
  public refusals(rendering: Rendering): Refusal[] {
    return refusalsOf(this, rendering);
  }

  private checkMediates(agentName: string, { connectors }: ContainmentPolicy): void {
    checkGatewayFits(this, connectors, `${this.place}, agent '${agentName}'`);
    this.checkHolds(GATEWAY, Mode.ENFORCE, gatewayPolicy(connectors).rules);
  }

  private mediate(agent: AzureAgent): void {
    this.gateway ??= this.createGateway();
    this.gateway.admit(agent);
  }

  private createGateway(): AzureConnectorGateway {
    const { cellName, scope, stack, logs, tags, place } = this;
    return new AzureConnectorGateway(this, "ConnectorGateway", {
      ...this.gatewayProps,
      cellName,
      scope,
      stack,
      logs,
      host: this.addAgent(GATEWAY, { runtime: AzureRuntime.FUNCTIONS }),
      agents: () => this.agents.filter(({ policy }) => policy.connectors.length > 0),
      addEndpoint: (name, props) => this.addPrivateEndpoint(name, props),
      salt: `${this.node.path} ${this.props.nameSalt ?? ""}`,
      tags: { ...tags, "cordon-agent": GATEWAY },
      at: place,
    });
  }

  private compiled(): CompiledAzure {
    this.cache ??= this.compile(
      this.agents.map((agent) => ({
        name: agent.agentName,
        mode: agent.mode,
        sources: agent.sources,
        rules: [...agent.policy.rules],
      })),
    );
    return this.cache;
  }

  private compile(agents: AgentEgress[]): CompiledAzure {
    const { tier, cidr, place, props } = this;
    return compileAzure({
      engine: { sku: props.existingFirewall?.sku ?? tier, inspectsTls: props.tlsInspection !== undefined },
      agents,
      endpointNames: this.privateEndpoints.hostNames,
      cnameSuffixes: this.cnameSuffixes,
      cidr,
      at: place,
    });
  }

  private existingScope(location: string, name: string): AzureScope {
    const group = new DataAzurermResourceGroup(this, "ExistingResourceGroup", {
      name: checkedResourceGroup(name, this.place),
    });
    return { location, resourceGroupName: group.name, resourceGroupId: group.id };
  }
}

function checkSealed(mode: Mode, rules: readonly EgressRule[], at: string): void {
  const [first] = rules;
  if (first !== undefined) {
    throw new CordonError(
      "CORDON-107",
      at,
      `the sealed tier has no way out, and the policy names ${rules.length} destination(s), first ${first.id}`,
      "use AzureEgressTier.STANDARD, or remove them from the policy",
    );
  }
  if (mode === Mode.MONITOR) {
    throw new CordonError(
      "CORDON-108",
      at,
      "the sealed tier has no way out to watch",
      "leave the mode out, or use AzureEgressTier.STANDARD",
    );
  }
}
