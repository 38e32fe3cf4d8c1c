import { IpGroup } from "@cdktf/provider-azurerm/lib/ip-group";
import { RoleAssignment } from "@cdktf/provider-azurerm/lib/role-assignment";
import { RoleDefinition } from "@cdktf/provider-azurerm/lib/role-definition";
import { Construct } from "constructs";
import { acknowledge } from "../../lib/cell/acknowledge";
import { resourceReference } from "../../lib/cell/agent-cell-base";
import { CordonError } from "../../lib/errors/cordon-error";
import { contentHash } from "../../lib/names/content-hash";
import { plainText } from "../../lib/names/plain-text";
import type { AzureScope } from "./location";
import { azureName } from "./names";

export interface AzureQuarantineProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  /** Whether the cell has rules in a firewall. */
  readonly hasFirewall: boolean;
  readonly tags: { readonly [key: string]: string };
  readonly at: string;
}

/** Who may cut agents off, and why. */
export interface AzureQuarantineOperator {
  /** Object id of the operator's identity. */
  readonly principalId: string;
  readonly reason: string;
  /** The last day on which the right counts, as in `2027-01-31`; afterwards the stack fails to synthesize until it is renewed. */
  readonly expires: string;
}

/**
 * What cuts an agent off while the rest goes on. Each agent's security group keeps priorities 100 to 109 free for a deny
 * rule, which takes seconds and leaves open sessions alone; the firewall's first rules refuse whatever address is in the
 * cell's IP group, which takes minutes and ends them. Nothing is in quarantine until somebody puts it there.
 */
export class AzureQuarantine extends Construct {
  /** Addresses that the firewall refuses. What is in it is not Terraform's. Undefined where the cell has no firewall. */
  public readonly ipGroup: IpGroup | undefined;
  /** What operators may do. Undefined until the first is admitted. */
  public role: RoleDefinition | undefined;
  /** Assignments by operator and target, as in `responder-triage`. */
  public readonly assignments = new Map<string, RoleAssignment>();
  private readonly operators = new Map<string, { operator: AzureQuarantineOperator; place: Construct }>();
  private readonly targets = new Map<string, string>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzureQuarantineProps,
  ) {
    super(scope, id);
    if (!props.hasFirewall) return;
    this.ipGroup = new IpGroup(this, "Resource", {
      name: azureName("network", "ipg", props.cellName, "quarantine"),
      location: props.scope.location,
      resourceGroupName: props.scope.resourceGroupName,
      tags: { ...props.tags },
      lifecycle: { ignoreChanges: ["cidrs"] },
    });
    this.targets.set("addresses", this.ipGroup.id);
  }

  /**
   * Lets an identity cut agents off: write the rules of the agents' security groups and the IP group, and nothing else.
   * Who closes can open as well, which the proof finds: the operator is an exception from it, with a reason and a last day.
   * @throws CORDON-305 for a name that is taken, CORDON-161 for a day that is none
   */
  public admit(name: string, operator: AzureQuarantineOperator): void {
    const at = `${this.props.at}, quarantine operator '${name}'`;
    resourceReference(operator.principalId, at, "principalId");
    const reason = plainText(operator.reason, at, "the reason");
    if (!/^[a-z][a-z0-9-]*$/.test(name) || this.operators.has(name)) {
      throw new CordonError(
        "CORDON-305",
        at,
        this.operators.has(name) ? "it is admitted already" : "the name is not an identifier",
        "give each operator a name of its own in lower case letters, digits and dashes",
      );
    }
    this.role ??= this.createRole();
    const place = new Construct(this, name);
    acknowledge(place, { rule: "CORDON-P12", reason, expires: operator.expires });
    this.operators.set(name, { operator, place });
    for (const target of this.targets.keys()) this.assign(name, target);
  }

  /** Puts an agent's security group within the operators' reach. @internal */
  public protect(agent: string, securityGroupId: string): void {
    this.targets.set(`agent-${agent}`, securityGroupId);
    for (const operator of this.operators.keys()) this.assign(operator, `agent-${agent}`);
  }

  private assign(name: string, target: string): void {
    const found = this.operators.get(name);
    const scope = this.targets.get(target);
    if (found === undefined || scope === undefined || this.role === undefined) return;
    const { operator, place } = found;
    const assignment = new RoleAssignment(place, `on-${target}`, {
      scope,
      principalId: operator.principalId,
      roleDefinitionId: this.role.roleDefinitionResourceId,
      principalType: "ServicePrincipal",
      skipServicePrincipalAadCheck: true,
      description: operator.reason,
    });
    this.assignments.set(`${name}-on-${target}`, assignment);
  }

  // Roles are named once per tenant.
  private createRole(): RoleDefinition {
    const { cellName, scope } = this.props;
    return new RoleDefinition(this, "Role", {
      name: `Cordon quarantine of ${cellName} (${contentHash(`${this.node.path} ${scope.location}`, 8)})`,
      scope: scope.resourceGroupId,
      description: `Cuts agents of cell ${cellName} off`,
      permissions: [
        {
          actions: [
            "Microsoft.Network/networkSecurityGroups/securityRules/read",
            "Microsoft.Network/networkSecurityGroups/securityRules/write",
            "Microsoft.Network/networkSecurityGroups/securityRules/delete",
            "Microsoft.Network/ipGroups/read",
            "Microsoft.Network/ipGroups/write",
          ],
        },
      ],
      assignableScopes: [scope.resourceGroupId],
    });
  }
}
