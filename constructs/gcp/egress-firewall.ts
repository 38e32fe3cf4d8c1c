import { ComputeNetworkFirewallPolicyAssociation } from "@cdktf/provider-google/lib/compute-network-firewall-policy-association";
import { ComputeNetworkFirewallPolicyWithRules } from "@cdktf/provider-google/lib/compute-network-firewall-policy-with-rules";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { type FirewallInput, firewallRules } from "./firewall-rules";
import type { GcpCellNetwork } from "./network";
import type { GcpScope } from "./project";

export interface GcpEgressFirewallProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly network: GcpCellNetwork;
  /** What the rules are made from; read when the stack is synthesized. */
  readonly input: () => FirewallInput;
}

/**
 * The firewall of the agents' network: one policy that is written as a whole, evaluated before any classic rule, and ends
 * by refusing everything in both directions. It is in force before the first subnet exists.
 *
 * @see https://cloud.google.com/firewall/docs/network-firewall-policies
 */
export class GcpEgressFirewall extends Construct {
  public readonly policy: ComputeNetworkFirewallPolicyWithRules;
  public readonly association: ComputeNetworkFirewallPolicyAssociation;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpEgressFirewallProps,
  ) {
    super(scope, id);
    const { network, scope: place } = props;
    this.policy = new ComputeNetworkFirewallPolicyWithRules(this, "Resource", {
      name: network.name("firewall"),
      project: place.project,
      description: `What agents of cell ${props.cellName} may send`,
      rule: [],
    });
    this.association = new ComputeNetworkFirewallPolicyAssociation(this, "Association", {
      name: network.name("firewall"),
      project: place.project,
      attachmentTarget: network.network.id,
      firewallPolicy: this.policy.id,
    });
  }

  /** What has to be in place before a subnet. */
  public get readiness(): ITerraformDependable[] {
    return [this.association];
  }

  /** Writes the rules. @internal */
  public addRules(): void {
    this.policy.putRule(firewallRules(this.props.input()));
  }
}
