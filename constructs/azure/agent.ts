import type { LogAnalyticsSavedSearch } from "@cdktf/provider-azurerm/lib/log-analytics-saved-search";
import { NetworkSecurityRule } from "@cdktf/provider-azurerm/lib/network-security-rule";
import { dependable, type ITerraformDependable, Lazy } from "cdktf";
import { Construct } from "constructs";
import { CordonError } from "../../lib/errors/cordon-error";
import type { CidrBlock } from "../../lib/names/cidr-block";
import { plainText } from "../../lib/names/plain-text";
import { parsePort } from "../../lib/names/port";
import { ContainmentPolicy } from "../../lib/policy/containment-policy";
import type { EgressRule } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import type { AzureAgentHost } from "./agent-host";
import { AzureAgentIdentity } from "./agent-identity";
import { AzureEgressTier } from "./egress-tier";
import type { AzureAgentSubnet } from "./network";
import { AzureRuntime, checkRuntime } from "./runtime";
import { type AzureSecurityRule, type PeerOpening, securityRules } from "./security-rules";

/** What an agent may reach and where it runs. */
export interface AzureAgentProps {
  /** What the agent may reach. @default - nothing but the cell's private endpoints */
  readonly policy?: ContainmentPolicy;
  /**
   * `MONITOR` lets the agent's traffic through the firewall and its security group and logs what would be denied. Azure
   * has no mode that only watches: for the time being the agent does reach any public name.
   * @default Mode.ENFORCE
   */
  readonly mode?: Mode;
  /** What runs in the subnet. @default AzureRuntime.VIRTUAL_MACHINES */
  readonly runtime?: AzureRuntime;
  /** Place of the agent's subnet in the cell's address plan. @default - from the agent's name */
  readonly slot?: number;
}

/** An opening between two agents of a cell. */
export interface AzureAgentOpening {
  /** TCP port that the other agent listens on. */
  readonly port: number;
  readonly reason: string;
}

/** One contained agent: a subnet that nobody else uses, security rules, an identity and an allow list of its own. */
export class AzureAgent extends Construct {
  public readonly agentName: string;
  public readonly mode: Mode;
  public readonly runtime: AzureRuntime;
  /** The agent's subnet with its security group and route table. Launch its workload here. */
  public readonly network: AzureAgentSubnet;
  public readonly identity: AzureAgentIdentity;
  /** Saved queries that show what this agent did, by layer. */
  public readonly queries: LogAnalyticsSavedSearch[];
  /** Rules of the security group, by name. */
  public readonly securityRules = new Map<string, NetworkSecurityRule>();
  /** Other agents that it may call, by name, with the port. */
  public readonly peers: { readonly agent: string; readonly port: number }[] = [];
  private readonly callers = new Map<AzureAgent, number[]>();
  private readonly called = new Map<AzureAgent, number[]>();
  private current: ContainmentPolicy;

  /** Use {@link AzureAgentCell.addAgent}. @internal */
  public constructor(
    private readonly cell: AzureAgentHost,
    agentName: string,
    props: AzureAgentProps,
    cidr: CidrBlock,
  ) {
    super(cell, `agent-${agentName}`);
    this.agentName = agentName;
    this.mode = props.mode ?? Mode.ENFORCE;
    this.runtime = props.runtime ?? AzureRuntime.VIRTUAL_MACHINES;
    this.current = props.policy ?? ContainmentPolicy.denyAll(agentName);
    checkRuntime(this.runtime, cidr, this.place);
    this.network = cell.network.agentSubnet(this, agentName, { cidr, runtime: this.runtime, nextHop: cell.nextHop });
    this.identity = new AzureAgentIdentity(this, "Identity", {
      cellName: cell.cellName,
      agentName,
      scope: cell.scope,
      hasEndpoint: cell.hasEndpoint,
      tags: { ...cell.tags, "cordon-agent": agentName },
      at: this.place,
    });
    this.queries = this.saveQueries();
    this.openRules();
  }

  /** The agent's allow list, with what `allowEgress` added. */
  public get policy(): ContainmentPolicy {
    return this.current;
  }

  /** Id of the agent's subnet, for the workload's network configuration. */
  public get subnetId(): string {
    return this.network.subnet.id;
  }

  /** The agent's source addresses: in firewall, flow and resolver logs they tell who it was. */
  public get sources(): CidrBlock[] {
    return [this.network.cidr];
  }

  /** What has to be in place before the workload starts; pass it to `dependsOn`. */
  public get readiness(): ITerraformDependable[] {
    const { defaultRoute, routeTableAssociation, securityGroupAssociation } = this.network;
    return [
      defaultRoute,
      routeTableAssociation,
      securityGroupAssociation,
      ...this.identity.assignments,
      ...this.cell.readiness,
    ];
  }

  /** The agent in the words of an error message. */
  public get place(): string {
    return `${this.cell.place}, agent '${this.agentName}'`;
  }

  /**
   * Widens this agent's allow list; other agents that share its policy keep theirs.
   * @throws CORDON-107 in a sealed cell
   */
  public allowEgress(...rules: EgressRule[]): this {
    const widened = this.current.allow(...rules);
    this.cell.checkHolds(this.agentName, this.mode, rules);
    this.current = widened;
    this.cell.changed();
    return this;
  }

  /**
   * Opens one TCP port from this agent to another of the same cell, on both sides; agents are closed to each other
   * otherwise. The traffic stays inside of the network and does not pass the firewall.
   */
  public allowTo(other: AzureAgent, opening: AzureAgentOpening): this {
    const at = `${this.place}, allowTo '${other.agentName}'`;
    if (other === this || other.cell !== this.cell) {
      throw new CordonError(
        "CORDON-118",
        at,
        other === this ? "an agent can't be opened to itself" : "the other agent is in another cell",
        "name another agent of the same cell",
      );
    }
    const port = parsePort(opening.port, at);
    if (this.peers.some((peer) => peer.agent === other.agentName && peer.port === port)) {
      throw new CordonError("CORDON-118", at, `port ${port} is open already`, "open each port once");
    }
    plainText(opening.reason, at, "the reason");
    this.peers.push({ agent: other.agentName, port });
    this.called.set(other, [...(this.called.get(other) ?? []), port]);
    other.callers.set(this, [...(other.callers.get(this) ?? []), port]);
    this.cell.changed();
    return this;
  }

  /**
   * Makes the rules that the agent needs by now; what is in them follows what is allowed until the end.
   * @internal
   */
  public openRules(isLast = false): void {
    const { securityGroup, securityGroupAssociation } = this.network;
    for (const rule of this.currentRules()) {
      if (this.securityRules.has(rule.name) || (rule.name === LAST_MADE && !isLast)) continue;
      const current = (): AzureSecurityRule => this.currentRules().find(({ name }) => name === rule.name) ?? rule;
      const created = new NetworkSecurityRule(this, rule.name, {
        name: rule.name,
        resourceGroupName: this.cell.scope.resourceGroupName,
        networkSecurityGroupName: securityGroup.name,
        priority: rule.priority,
        direction: rule.direction,
        access: rule.access,
        protocol: rule.protocol,
        sourcePortRange: "*",
        ...(isOne(rule.from)
          ? { sourceAddressPrefix: rule.from[0] }
          : { sourceAddressPrefixes: Lazy.listValue({ produce: () => [...current().from] }) }),
        ...(isOne(rule.to)
          ? { destinationAddressPrefix: rule.to[0] }
          : { destinationAddressPrefixes: Lazy.listValue({ produce: () => [...current().to] }) }),
        ...(isOne(rule.ports)
          ? { destinationPortRange: rule.ports[0] }
          : { destinationPortRanges: Lazy.listValue({ produce: () => [...current().ports] }) }),
      });
      this.securityRules.set(rule.name, created);
    }
    // The subnet takes the group when its rules stand, and is rid of it before they go.
    securityGroupAssociation.dependsOn = [...this.securityRules]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, rule]) => dependable(rule));
  }

  private currentRules(): AzureSecurityRule[] {
    const { cell } = this;
    return securityRules({
      runtime: this.runtime,
      mode: this.mode,
      rules: this.current.rules,
      own: this.network.cidr.toString(),
      cell: cell.cidr.toString(),
      resolvers: cell.resolverCidrs,
      asksPlatform:
        cell.resolverCidrs.length === 0 && (cell.nextHop !== undefined || cell.endpointAccess.ports.length > 0),
      endpoints: cell.endpointAccess,
      calls: this.openings(this.called),
      calledBy: this.openings(this.callers),
    });
  }

  private openings(peers: ReadonlyMap<AzureAgent, number[]>): PeerOpening[] {
    const of = ([{ agentName, network }, ports]: [AzureAgent, number[]]): PeerOpening => ({
      agent: agentName,
      cidr: network.cidr.toString(),
      slot: Number((network.cidr.first - this.cell.cidr.first) / network.cidr.size),
      ports: [...ports].sort((a, b) => a - b),
    });
    return [...peers].map(of).sort((a, b) => a.slot - b.slot);
  }

  private saveQueries(): LogAnalyticsSavedSearch[] {
    const { logs, tier } = this.cell;
    const from = (field: string): string =>
      this.sources.map((cidr) => `ipv4_is_in_range(${field}, "${cidr}")`).join(" or ");
    const layers = [
      {
        name: "names",
        query: `DNSQueryLogs | where ${from("SourceIpAddress")} | summarize count() by QueryName, ResolverPolicyRuleAction`,
      },
      {
        name: "flows",
        query: `NTANetAnalytics | where ${from("SrcIp")} | summarize count() by DestIp, DestPort, FlowStatus, AclRule`,
      },
      ...(tier === AzureEgressTier.SEALED
        ? []
        : [
            {
              name: "firewall",
              query: `union AZFWApplicationRule, AZFWNetworkRule, AZFWThreatIntel | where ${from("SourceIp")} | summarize count() by Action, RuleCollection, Fqdn, DestinationIp, DestinationPort`,
            },
          ]),
    ];
    return layers.map(({ name, query }) => logs.saveQuery(this, `query-${name}`, `${this.agentName}-${name}`, query));
  }
}

/** Whether there is anything to ask the platform's resolver for is known when everything else is. */
const LAST_MADE = "deny-platform-names";

/** Any address or port, or one service tag: Azure takes these in the singular alone. */
const isOne = (list: readonly string[]): boolean => list.length === 1 && /^(\*|[A-Za-z]+|\d+-\d+)$/.test(list[0] ?? "");
