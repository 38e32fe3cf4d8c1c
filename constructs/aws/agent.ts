import { CloudwatchQueryDefinition } from "@cdktf/provider-aws/lib/cloudwatch-query-definition";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import type { Route } from "@cdktf/provider-aws/lib/route";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import {
  VpcSecurityGroupEgressRule,
  type VpcSecurityGroupEgressRuleConfig,
} from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { CordonError } from "../../lib/errors/cordon-error";
import type { CidrBlock } from "../../lib/names/cidr-block";
import { plainText } from "../../lib/names/plain-text";
import { parsePort } from "../../lib/names/port";
import { ContainmentPolicy } from "../../lib/policy/containment-policy";
import { EgressProtocol, type EgressRule } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import type { AwsAgentHost } from "./agent-host";
import { AwsAgentIdentity } from "./agent-identity";
import { AwsEgressTier } from "./egress-tier";
import type { AwsZoneSubnet } from "./network";
import type { AwsTrust } from "./trust";

/** What an agent may reach and who it is. */
export interface AwsAgentProps {
  /** What the agent may reach. @default - nothing but the cell's private endpoints */
  readonly policy?: ContainmentPolicy;
  /**
   * `MONITOR` lets the agent's traffic through the firewall and its security group and logs what would be dropped; the
   * layers that can't watch (endpoint policies, identity, and the resolver while another agent is enforced) stay closed.
   * @default Mode.ENFORCE
   */
  readonly mode?: Mode;
  /** The runtime that takes the agent's role. @default AwsTrust.nobody() - the role waits for one */
  readonly trust?: AwsTrust;
  /** A role of the same program to bound and use instead of a new one. @default - a role is created */
  readonly role?: IamRole;
  /** Place of the agent's subnets in the cell's address plan. @default - from the agent's name */
  readonly slot?: number;
}

/** An opening between two agents of a cell. */
export interface AwsAgentOpening {
  /** TCP port that the other agent listens on. */
  readonly port: number;
  readonly reason: string;
}

const ANYWHERE = "0.0.0.0/0";

/** One contained agent: subnets that nobody else uses, a security group, an identity and an allow list of its own. */
export class AwsAgent extends Construct {
  public readonly agentName: string;
  public readonly mode: Mode;
  /** The agent's subnets and route tables, one per zone. Launch its workload here, with `securityGroup`. */
  public readonly network: AwsZoneSubnet[];
  /** Closed but for what the policy and the private endpoints need; its rules are resources of their own. */
  public readonly securityGroup: SecurityGroup;
  public readonly identity: AwsAgentIdentity;
  /** The routes out and back, one pair per zone; none in a sealed cell. */
  public readonly routes: Route[];
  /** Saved CloudWatch queries that show what this agent did, by layer. */
  public readonly queries: CloudwatchQueryDefinition[];
  /** What the security group lets out, by construct id. */
  public readonly egressRules = new Map<string, VpcSecurityGroupEgressRule>();
  /** What it lets in: nothing but what another agent's `allowTo` opened. */
  public readonly ingressRules = new Map<string, VpcSecurityGroupIngressRule>();
  /** Other agents that it may call, by name, with the port. */
  public readonly peers: { readonly agent: string; readonly port: number }[] = [];
  private current: ContainmentPolicy;

  /** @internal Made by `AwsAgentCell.addAgent`. */
  public constructor(
    private readonly cell: AwsAgentHost,
    agentName: string,
    props: AwsAgentProps,
    subnets: { zone: string; cidr: CidrBlock }[],
  ) {
    super(cell, `agent-${agentName}`);
    this.agentName = agentName;
    this.mode = props.mode ?? Mode.ENFORCE;
    this.current = props.policy ?? ContainmentPolicy.denyAll(agentName);
    this.network = subnets.map(({ zone, cidr }) => cell.network.subnet("agent", zone, cidr, this, agentName));
    this.routes = this.network.flatMap((subnet) => cell.network.routeThroughFirewall(this, subnet, cell.endpointOf));
    this.securityGroup = new SecurityGroup(this, "SecurityGroup", {
      name: `${cell.cellName}-${agentName}`,
      description: `Agent ${agentName}`,
      vpcId: cell.network.vpcId,
      tags: { ...cell.network.tags(agentName), "cordon:agent": agentName },
    });
    this.identity = new AwsAgentIdentity(this, "Identity", {
      name: `${cell.cellName}-${cell.region}-${agentName}`,
      scope: cell.scope,
      vpcId: cell.network.vpcId,
      trust: props.trust,
      role: props.role,
      services: cell.services,
      at: this.place,
    });
    this.queries = this.saveQueries();
    if (this.mode === Mode.MONITOR) this.openForWatching();
    else for (const rule of this.current.rules) this.openPort(rule);
  }

  /** The agent's allow list, with what `allowEgress` added. */
  public get policy(): ContainmentPolicy {
    return this.current;
  }

  /** Ids of the agent's subnets, for the workload's network configuration. */
  public get subnetIds(): string[] {
    return this.network.map(({ subnet }) => subnet.id);
  }

  /** The agent's source addresses: in firewall, flow and resolver logs they tell who it was. */
  public get sources(): CidrBlock[] {
    return this.network.map(({ cidr }) => cidr);
  }

  /** What has to be in place before the workload starts; pass it to `dependsOn`. */
  public get readiness(): ITerraformDependable[] {
    const { rolePolicy, boundary } = this.identity;
    return [
      this.securityGroup,
      boundary,
      ...(rolePolicy === undefined ? [] : [rolePolicy]),
      ...this.routes,
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
    if (this.mode === Mode.ENFORCE) for (const rule of rules) this.openPort(rule);
    this.cell.changed();
    return this;
  }

  /**
   * Opens one TCP port from this agent to another of the same cell, on both sides; agents are closed to each other
   * otherwise. The traffic stays inside of the VPC and does not pass the firewall.
   */
  public allowTo(other: AwsAgent, opening: AwsAgentOpening): this {
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
    const id = `to-${other.agentName}-${port}`;
    if (this.egressRules.has(id)) {
      throw new CordonError("CORDON-118", at, `port ${port} is open already`, "open each port once");
    }
    const description = plainText(opening.reason, at, "the reason")
      .replace(/[^A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]/g, " ")
      .slice(0, 255);
    const range = { ipProtocol: "tcp", fromPort: port, toPort: port, description };
    this.addEgressRule(id, { referencedSecurityGroupId: other.securityGroup.id, ...range });
    const from = `from-${this.agentName}-${port}`;
    const ingress = new VpcSecurityGroupIngressRule(other, from, {
      securityGroupId: other.securityGroup.id,
      referencedSecurityGroupId: this.securityGroup.id,
      ...range,
    });
    other.ingressRules.set(from, ingress);
    this.peers.push({ agent: other.agentName, port });
    return this;
  }

  /** @internal */
  public addEgressRule(id: string, rule: Omit<VpcSecurityGroupEgressRuleConfig, "securityGroupId">): void {
    this.egressRules.set(
      id,
      new VpcSecurityGroupEgressRule(this, id, { securityGroupId: this.securityGroup.id, ...rule }),
    );
  }

  // Names are the firewall's to judge; the security group narrows ports, and addresses where a rule has them.
  private openPort(rule: EgressRule): void {
    const destination = rule.cidr?.toString() ?? ANYWHERE;
    const ipProtocol = rule.protocol === EgressProtocol.UDP ? "udp" : "tcp";
    const id = `egress-${ipProtocol}-${destination.replace(/[^0-9a-f]/g, "-")}-${rule.port}`;
    if (this.egressRules.has(id)) return;
    this.addEgressRule(id, {
      cidrIpv4: destination,
      ipProtocol,
      fromPort: rule.port,
      toPort: rule.port,
      description: destination === ANYWHERE ? "to the firewall, which passes listed names" : "listed address",
    });
  }

  // Watching means that the firewall sees what the security group would have stopped, for this agent alone.
  private openForWatching(): void {
    this.addEgressRule("egress-monitor", {
      cidrIpv4: ANYWHERE,
      ipProtocol: "-1",
      description: "monitor mode: the firewall logs what it would drop",
    });
  }

  private saveQueries(): CloudwatchQueryDefinition[] {
    const { logs, cellName, tier } = this.cell;
    const from = (field: string): string =>
      this.sources.map((cidr) => `isIpv4InSubnet(${field}, "${cidr}")`).join(" or ");
    const layers = [
      {
        name: "names",
        group: logs.group("dns"),
        query: `filter ${from("srcaddr")} | stats count(*) by query_name, firewall_rule_action`,
      },
      {
        name: "flows",
        group: logs.group("vpc-flow"),
        query: `filter ${from("srcAddr")} | stats count(*) by dstAddr, dstPort, action`,
      },
      ...(tier === AwsEgressTier.SEALED
        ? []
        : [
            {
              name: "firewall",
              group: logs.group("firewall-alert"),
              query: `filter ${from("event.src_ip")} | stats count(*) by event.alert.signature, event.alert.action, event.tls.sni, event.http.hostname, event.dest_port`,
            },
          ]),
    ];
    return layers.map(
      ({ name, group, query }) =>
        new CloudwatchQueryDefinition(this, `query-${name}`, {
          name: `cordon/${cellName}/${this.agentName}/${name}`,
          logGroupNames: [group.name],
          queryString: query,
        }),
    );
  }
}
