import { NetworkfirewallFirewall } from "@cdktf/provider-aws/lib/networkfirewall-firewall";
import { NetworkfirewallFirewallPolicy } from "@cdktf/provider-aws/lib/networkfirewall-firewall-policy";
import { NetworkfirewallLoggingConfiguration } from "@cdktf/provider-aws/lib/networkfirewall-logging-configuration";
import { NetworkfirewallRuleGroup } from "@cdktf/provider-aws/lib/networkfirewall-rule-group";
import { Lazy, propertyAccess, TerraformLocal, Token } from "cdktf";
import { Construct } from "constructs";
import type { CompiledFirewall, FirewallRuleGroup } from "../../lib/compile/suricata-rules";
import { contentHash } from "../../lib/names/content-hash";
import type { AwsLogStore } from "./log-store";
import type { AwsCellNetwork } from "./network";

export interface AwsEgressFirewallProps {
  readonly cellName: string;
  readonly network: AwsCellNetwork;
  readonly logs: AwsLogStore;
  /** Lifts the protections against deletion and detachment. */
  readonly maintenance: boolean;
  /** The rules of all agents, compiled when the stack is synthesized. */
  readonly compiled: () => CompiledFirewall;
}

/** One constant for policy and groups: AWS refuses a group whose order differs from its policy's. */
const RULE_ORDER = "STRICT_ORDER";

/** Groups that every cell has; further ones only appear when the allow list outgrows one group. */
const FIRST_GROUP = "allow-1";
const LAST_GROUP = "terminal";
const LAST_PRIORITY = 1000;

/**
 * The AWS Network Firewall of a cell: one policy in strict order that passes what the agents' policies name and drops
 * the rest, an endpoint per egress zone, and its logs.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
 */
export class AwsEgressFirewall extends Construct {
  public readonly firewall: NetworkfirewallFirewall;
  public readonly policy: NetworkfirewallFirewallPolicy;
  public readonly logging: NetworkfirewallLoggingConfiguration;
  /** Rule groups by name, in the order of evaluation: what each agent may reach, then what closes everything else. */
  public readonly ruleGroups = new Map<string, NetworkfirewallRuleGroup>();
  private readonly endpoints: TerraformLocal;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsEgressFirewallProps,
  ) {
    super(scope, id);
    const { cellName, network, logs } = props;
    const guarded = !props.maintenance;
    this.addRuleGroup(FIRST_GROUP);
    this.addRuleGroup(LAST_GROUP);
    this.policy = this.createPolicy();
    this.firewall = new NetworkfirewallFirewall(this, "Resource", {
      name: cellName,
      description: `Only way out of agent cell ${cellName}`,
      vpcId: network.vpcId,
      firewallPolicyArn: this.policy.arn,
      subnetMapping: network.firewallSubnets.map(({ subnet }) => ({ subnetId: subnet.id })),
      deleteProtection: guarded,
      subnetChangeProtection: guarded,
      firewallPolicyChangeProtection: guarded,
      tags: network.tags(),
    });
    // The states are a set in no order, and the generated accessor for them fails at apply: a map by zone is exact.
    this.endpoints = new TerraformLocal(
      this,
      "endpoints",
      `\${{for state in ${this.firewall.fqn}.firewall_status[0].sync_states : state.availability_zone => state.attachment[0].endpoint_id}}`,
    );
    this.logging = new NetworkfirewallLoggingConfiguration(this, "Logging", {
      firewallArn: this.firewall.arn,
      loggingConfiguration: {
        logDestinationConfig: (["ALERT", "FLOW"] as const).map((logType) => ({
          logType,
          logDestinationType: "CloudWatchLogs",
          logDestination: { logGroup: logs.group(logType === "ALERT" ? "firewall-alert" : "firewall-flow").name },
        })),
      },
      dependsOn: [logs.deliveryPolicy],
    });
  }

  /** The firewall endpoint of an egress zone: the one source of routes out and of routes back. */
  public endpointOf(zone: string): string {
    return Token.asString(propertyAccess(this.endpoints.expression, [zone]));
  }

  /** Creates the rule groups that the allow list needs beyond the first; runs when the stack is synthesized. */
  public addOverflowGroups(): void {
    for (const group of this.props.compiled().groups) {
      if (!this.ruleGroups.has(group.name)) this.addRuleGroup(group.name);
    }
  }

  // Capacity and name force a replacement, and a group in use can't be deleted: the name follows the capacity, and the
  // new group stands before the old one goes.
  private addRuleGroup(name: string): void {
    const { cellName, network } = this.props;
    const capacity = (): number => {
      const { capacity: lines } = this.compiledGroup(name);
      return reservedCapacity(
        lines,
        this.props.compiled().groups.map((one) => one.capacity),
      );
    };
    const group = new NetworkfirewallRuleGroup(this, `rules-${name}`, {
      name: Lazy.stringValue({ produce: () => `${cellName}-${name}-${contentHash(String(capacity()), 8)}` }),
      description: name === LAST_GROUP ? "Drops what no rule before passed" : "Passes what the agents' policies name",
      type: "STATEFUL",
      capacity: Lazy.numberValue({ produce: capacity }),
      ruleGroup: {
        ...(name === LAST_GROUP
          ? {}
          : { ruleVariables: { ipSets: Lazy.anyValue({ produce: () => this.ipSets(name) }) } }),
        rulesSource: { rulesString: Lazy.stringValue({ produce: () => this.compiledGroup(name).rules }) },
        statefulRuleOptions: { ruleOrder: RULE_ORDER },
      },
      lifecycle: { createBeforeDestroy: true },
      tags: network.tags(name),
    });
    this.ruleGroups.set(name, group);
  }

  private ipSets(name: string): object[] | undefined {
    const sets = this.compiledGroup(name).ipSets.map((set) => ({ key: set.name, ip_set: { definition: set.cidrs } }));
    return sets.length === 0 ? undefined : sets;
  }

  private compiledGroup(name: string): FirewallRuleGroup {
    const found = this.props.compiled().groups.find((group) => group.name === name);
    return found ?? { name, rules: EMPTY_GROUP, capacity: 1, ipSets: [] };
  }

  private createPolicy(): NetworkfirewallFirewallPolicy {
    const { cellName, network, compiled } = this.props;
    return new NetworkfirewallFirewallPolicy(this, "Policy", {
      name: cellName,
      description: `Allow lists of agent cell ${cellName}`,
      firewallPolicy: {
        statelessDefaultActions: ["aws:forward_to_sfe"],
        statelessFragmentDefaultActions: ["aws:forward_to_sfe"],
        statefulEngineOptions: {
          ruleOrder: RULE_ORDER,
          streamExceptionPolicy: "REJECT",
          flowTimeouts: { tcpIdleTimeoutSeconds: 350 },
        },
        statefulDefaultActions: [
          "aws:drop_established_app_layer_to_server",
          "aws:alert_established_app_layer_to_server",
        ],
        policyVariables: {
          ruleVariables: Lazy.anyValue({
            produce: () => [{ key: "HOME_NET", ip_set: { definition: compiled().homeNet } }],
          }),
        },
        statefulRuleGroupReference: Lazy.anyValue({ produce: () => this.references() }),
      },
      tags: network.tags(),
    });
  }

  private references(): object[] {
    const names = this.props.compiled().groups.map((group) => group.name);
    return [...this.ruleGroups]
      .map(([name, group]) => ({
        priority: name === LAST_GROUP ? LAST_PRIORITY : 101 + names.indexOf(name),
        resource_arn: group.arn,
      }))
      .sort((a, b) => a.priority - b.priority);
  }
}

/** A group can't be empty; this rule has no effect beyond the drop of the terminal group. */
const EMPTY_GROUP = 'drop ip any any -> any any (msg:"cordon nothing allowed"; ip_proto:255; sid:899; rev:1;)';

/** What AWS lets the groups of one policy declare together. */
const POLICY_CAPACITY = 30_000;

/**
 * Room for a group's rules to grow by half before a change replaces the group; none where the policy's groups together
 * would declare more than AWS takes.
 *
 * @param groups rules of every group of the policy
 */
export function reservedCapacity(lines: number, groups: number[]): number {
  const roomy = (rules: number): number => Math.max(200, Math.ceil((rules * 1.5) / 100) * 100);
  return groups.reduce((sum, rules) => sum + roomy(rules), 0) > POLICY_CAPACITY ? lines : roomy(lines);
}
