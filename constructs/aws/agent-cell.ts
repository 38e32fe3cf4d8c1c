import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { AgentCellBase, literal } from "../../lib/cell/agent-cell-base";
import { type Refusal, type Rendering, SynthGate } from "../../lib/cell/synth-gate";
import type { AgentEgress } from "../../lib/compile/agent-egress";
import { type CompiledDns, compileDnsAllowList } from "../../lib/compile/dns-allow-list";
import type { ResidualRisk } from "../../lib/compile/residual-risk";
import { type CompiledFirewall, compileSuricata } from "../../lib/compile/suricata-rules";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { AddressPlan } from "../../lib/names/address-plan";
import { CidrBlock } from "../../lib/names/cidr-block";
import { identifier } from "../../lib/names/plain-text";
import { ContainmentPolicy } from "../../lib/policy/containment-policy";
import type { EgressRule } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import type { DeclaredCell } from "../../lib/topology/model/declaration";
import { AwsAgent, type AwsAgentProps } from "./agent";
import type { AwsAgentHost } from "./agent-host";
import { AwsAgentIdentity } from "./agent-identity";
import { parseZones } from "./availability-zones";
import { refuseAwsHosts } from "./aws-hosts";
import { AwsConnectorGateway, type AwsConnectorGatewayProps, checkGatewayFits } from "./connector-gateway";
import { declarationOf } from "./declaration";
import { AwsDnsFirewall } from "./dns-firewall";
import { AwsEgressFirewall } from "./egress-firewall";
import { AwsEgressTier } from "./egress-tier";
import type { AwsExistingVpc } from "./existing-vpc";
import { AwsFlowLogs } from "./flow-logs";
import { AwsLogStore } from "./log-store";
import { AwsCellNetwork } from "./network";
import type { AwsPermissionScope } from "./permission";
import { AwsPrivateEndpoints } from "./private-endpoints";
import { refusalsOf } from "./refusals";
import { AwsService } from "./service";
import { tierRisks } from "./tier-risks";
import { AwsTrust } from "./trust";

/** What a cell is made of. */
export interface AwsAgentCellProps {
  /**
   * IPv4 block of the cell, /16 to /21. A quarter of it is set aside for each zone letter, so that zones and agents come
   * and go without moving a subnet; a cell routes to no other network, so the block may be used elsewhere too.
   */
  readonly cidr: string;
  /** Zones of one region, by name: `["eu-west-1a", "eu-west-1b"]`. The region is read from them. */
  readonly availabilityZones: string[];
  /** How the way out is enforced. @default AwsEgressTier.SEALED - there is none */
  readonly tier?: AwsEgressTier;
  /** AWS services that agents reach by private endpoints. @default - none */
  readonly services?: AwsService[];
  /** Size of an agent's subnet in each zone; changing it replaces them all. @default 26, 59 usable addresses */
  readonly agentSubnetPrefix?: number;
  /** Organisation that endpoint policies pin instead of the account: `o-` and its id. @default - the VPC's account */
  readonly organizationId?: string;
  /** How long logs are kept, in days; one of CloudWatch's periods. @default 365 */
  readonly logRetentionDays?: number;
  /** Put the cell into a VPC that exists. @default - a VPC is created */
  readonly vpc?: AwsExistingVpc;
  /** Lifts every deletion and change protection, so that `destroy` or a new subnet layout works. @default false */
  readonly maintenance?: boolean;
  /** Choices of the gateway that mediates connectors; it is made when a policy has some. @default - those of its props */
  readonly connectorGateway?: AwsConnectorGatewayProps;
  /** Name in tags, roles and log groups; letters, digits, dashes. @default - the construct's id in kebab case */
  readonly name?: string;
}

/** The gateway's own name among the agents: it is contained as they are. */
const GATEWAY = "connector-gateway";

/**
 * A contained network on AWS for one or more AI agents: a VPC whose only ways out are the ones that the agents' policies
 * name. Adds the VPC with its default security group emptied, subnets and routes, in an inspected tier a Network Firewall
 * in front of the NAT gateways, a resolver that answers listed names alone, private endpoints, and logs of every layer.
 */
export class AwsAgentCell extends AgentCellBase implements AwsAgentHost {
  public readonly tier: AwsEgressTier;
  public readonly region: string;
  public readonly services: AwsService[];
  /** VPC, subnets, routes, NAT and internet gateways. */
  public readonly network: AwsCellNetwork;
  public readonly logs: AwsLogStore;
  public readonly flowLogs: AwsFlowLogs;
  /** Undefined when sealed. */
  public readonly egressFirewall: AwsEgressFirewall | undefined;
  public readonly dnsFirewall: AwsDnsFirewall;
  public readonly privateEndpoints: AwsPrivateEndpoints;
  public readonly scope: AwsPermissionScope;
  public readonly maintenance: boolean;
  private readonly plan: AddressPlan;
  private readonly cidr: CidrBlock;
  private readonly agentsByName = new Map<string, AwsAgent>();
  /** @internal */
  public readonly gatewayProps: AwsConnectorGatewayProps;
  private gateway: AwsConnectorGateway | undefined;
  private cache: { firewall: CompiledFirewall; dns: CompiledDns } | undefined;

  public constructor(scope: Construct, id: string, props: AwsAgentCellProps) {
    super(scope, id, props.name);
    const at = this.place;
    this.cidr = CidrBlock.parse(literal(props.cidr, at, "cidr"), `${at}, cidr`);
    const { cidr } = this;
    const { region, partition, zones } = parseZones(props.availabilityZones, at);
    this.plan = AddressPlan.of({ cidr, zones, agentPrefix: props.agentSubnetPrefix, at });
    props.vpc?.checkRoomFor(cidr, at);
    checkOrganization(props.organizationId, at);
    this.region = region;
    this.tier = props.tier ?? AwsEgressTier.SEALED;
    this.services = props.services ?? [];
    this.maintenance = props.maintenance ?? false;
    this.gatewayProps = props.connectorGateway ?? {};
    const { cellName, tier, maintenance } = this;
    this.network = new AwsCellNetwork(this, "Network", {
      cellName,
      cidr,
      zones: zones.map((zone) => zone.name),
      plan: this.plan,
      tier,
      existing: props.vpc,
      at,
    });
    this.scope = { partition, region, accountId: this.network.accountId };
    this.logs = new AwsLogStore(this, "Logs", {
      cellName,
      scope: this.scope,
      retentionDays: props.logRetentionDays ?? 365,
      at,
    });
    const shared = { cellName, network: this.network, logs: this.logs, scope: this.scope, maintenance };
    this.flowLogs = new AwsFlowLogs(this, "FlowLogs", shared);
    this.dnsFirewall = new AwsDnsFirewall(this, "DnsFirewall", { ...shared, compiled: () => this.compiled().dns });
    this.egressFirewall =
      tier === AwsEgressTier.SEALED
        ? undefined
        : new AwsEgressFirewall(this, "EgressFirewall", { ...shared, compiled: () => this.compiled().firewall });
    this.privateEndpoints = new AwsPrivateEndpoints(this, "PrivateEndpoints", {
      ...shared,
      services: this.services,
      organizationId: props.organizationId,
      at,
      agents: () => this.agents,
    });
    SynthGate.guard(this.stack, this);
  }

  /** The VPC, for overrides. Undefined in an existing VPC. */
  public get vpc(): AwsCellNetwork["vpc"] {
    return this.network.vpc;
  }

  /** The cell's agents by name. */
  public get agents(): AwsAgent[] {
    return [...this.agentsByName.values()].sort((a, b) => (a.agentName < b.agentName ? -1 : 1));
  }

  /** What has to be in place before any agent starts: resolver, endpoints, firewall with its logs. */
  public get readiness(): ITerraformDependable[] {
    const { dnsFirewall, privateEndpoints, egressFirewall } = this;
    return [
      ...dnsFirewall.readiness,
      ...privateEndpoints.readiness,
      ...(egressFirewall === undefined ? [] : [egressFirewall.firewall, egressFirewall.logging]),
    ];
  }

  /** The firewall endpoint of an egress zone. */
  public readonly endpointOf = (zone: string): string => this.egressFirewall?.endpointOf(zone) ?? "";

  /**
   * Adds an agent: subnets of its own in every zone, route tables, security group, identity and allow list.
   * @throws CORDON-106 for a name that is taken; CORDON-107, CORDON-108 where the tier can't hold the policy
   */
  public addAgent(name: string, props: AwsAgentProps = {}): AwsAgent {
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
    if (policy.connectors.length > 0) checkGatewayFits(this, policy.connectors, `${this.place}, agent '${agentName}'`);
    this.checkHolds(agentName, props.mode ?? Mode.ENFORCE, policy.rules);
    AwsAgentIdentity.checkRole(props, `${this.place}, agent '${agentName}'`);
    const agent = new AwsAgent(this, agentName, props, this.plan.place(agentName, props.slot));
    this.agentsByName.set(agentName, agent);
    this.privateEndpoints.admit(agent);
    for (const { zone, subnet } of agent.network) this.flowLogs.recordSubnet(`${agentName}-${zone}`, subnet.id);
    this.changed();
    if (policy.connectors.length > 0) this.mediate(agent);
    return agent;
  }

  /** Mediates the agents' connectors. Undefined until an agent has one. */
  public get connectorGateway(): AwsConnectorGateway | undefined {
    return this.gateway;
  }

  public override residualRisks(): ResidualRisk[] {
    const { firewall, dns } = this.compiled();
    return [
      ...(this.egressFirewall === undefined ? [] : firewall.residual),
      ...dns.residual,
      ...tierRisks({ tier: this.tier, services: this.services, existingVpc: this.vpc === undefined }),
    ];
  }

  /** @internal */
  public checkHolds(agentName: string, mode: Mode, rules: readonly EgressRule[]): void {
    const at = `${this.place}, agent '${agentName}'`;
    if (this.tier === AwsEgressTier.SEALED) checkSealed(mode, rules, at);
    refuseAwsHosts(rules, at);
    compileSuricata([{ name: agentName, mode, rules: [...rules], sources: [this.cidr] }], this.place);
  }

  /** @internal */
  public changed(): void {
    this.cache = undefined;
  }

  /** Creates what depends on the whole of the allow lists. @internal */
  public complete(): void {
    this.dnsFirewall.addAllowLists();
    this.egressFirewall?.addOverflowGroups();
  }

  /** @internal */
  public declare(): DeclaredCell {
    return declarationOf(this);
  }

  /** @internal */
  public refusals(rendering: Rendering): Refusal[] {
    return refusalsOf(this, rendering);
  }

  private mediate(agent: AwsAgent): void {
    this.gateway ??= this.createGateway();
    this.gateway.admit(agent);
    this.changed();
  }

  private createGateway(): AwsConnectorGateway {
    const host = this.addAgent(GATEWAY, { trust: AwsTrust.lambda() });
    const endpoint = this.privateEndpoints.endpoints.get(AwsService.EXECUTE_API.name);
    return new AwsConnectorGateway(this, "ConnectorGateway", {
      ...this.gatewayProps,
      cellName: this.cellName,
      scope: this.scope,
      logs: this.logs,
      host,
      agents: () => this.agents.filter(({ policy }) => policy.connectors.length > 0),
      vpcEndpointId: endpoint?.id ?? "",
      tags: this.network.tags(GATEWAY),
      at: this.place,
    });
  }

  private compiled(): { firewall: CompiledFirewall; dns: CompiledDns } {
    this.cache ??= this.compile();
    return this.cache;
  }

  private compile(): { firewall: CompiledFirewall; dns: CompiledDns } {
    const agents: AgentEgress[] = this.agents.map((agent) => ({
      name: agent.agentName,
      mode: agent.mode,
      sources: agent.sources,
      rules: [...agent.policy.rules],
    }));
    return {
      firewall: compileSuricata(agents, this.place),
      dns: compileDnsAllowList(agents, this.privateEndpoints.hostNames, this.place),
    };
  }
}

function checkOrganization(id: string | undefined, at: string): void {
  if (id !== undefined && !/^o-[a-z0-9]{10,32}$/.test(id)) {
    throw new CordonError(
      "CORDON-122",
      at,
      `organizationId ${quoted(id)} is not an organisation's id`,
      "write it as AWS Organizations shows it, e.g. o-a1b2c3d4e5",
    );
  }
}

function checkSealed(mode: Mode, rules: readonly EgressRule[], at: string): void {
  const [first] = rules;
  if (first !== undefined) {
    throw new CordonError(
      "CORDON-107",
      at,
      `the sealed tier has no way out, and the policy names ${rules.length} destination(s), first ${first.id}`,
      "use AwsEgressTier.INSPECTED, or remove them from the policy",
    );
  }
  if (mode === Mode.MONITOR) {
    throw new CordonError(
      "CORDON-108",
      at,
      "the sealed tier has no way out to watch",
      "leave the mode out, or use AwsEgressTier.INSPECTED",
    );
  }
}
