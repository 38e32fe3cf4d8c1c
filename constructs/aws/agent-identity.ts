import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { dependable, type ITerraformDependable, Lazy, type TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import type { AwsPermission, AwsPermissionScope } from "./permission";
import { boundaryStatements } from "./permission-boundary";
import { type PolicyStatement, policyJson } from "./policy-document";
import type { AwsService } from "./service";
import { AwsTrust, type AwsTrustCompanion } from "./trust";

/** What an identity is told by its cell. */
export interface AwsAgentIdentityProps {
  /** Name of the role and, with a suffix, of its policies. */
  readonly name: string;
  readonly scope: AwsPermissionScope;
  readonly vpcId: string;
  /** @default AwsTrust.nobody() - no runtime can take the role */
  readonly trust?: AwsTrust;
  /** A role of the same program to bound instead of a new one. @default - a role is created */
  readonly role?: IamRole;
  /** Services that the cell has private endpoints of; a permission of another one would have no way there. */
  readonly services: readonly AwsService[];
  /** `cell 'Agents', agent 'triage'`. */
  readonly at: string;
}

/** What became of a {@link AwsAgentIdentity.grant}. */
export class AwsGrant {
  // Keeps object literals from passing as a grant.
  private readonly granted = true;

  /** @internal */
  public constructor(
    public readonly permission: AwsPermission,
    private readonly policy: ITerraformDependable,
  ) {}

  /** Whether the role holds the permission; a grant that can't be made throws instead. */
  public get success(): boolean {
    return this.granted;
  }

  /** Makes resources wait until the permission is in place. */
  public applyBefore(...resources: TerraformResource[]): void {
    for (const resource of resources) resource.dependsOn = [...(resource.dependsOn ?? []), dependable(this.policy)];
  }
}

/**
 * The one principal of an agent: a role that only its runtime may take, with a permission boundary. It starts with no
 * permission; `grant()` adds what it may do, and the boundary grows by exactly that.
 */
export class AwsAgentIdentity extends Construct {
  /** The agent's role. */
  public readonly role: IamRole;
  /** The boundary: the most that the role can ever do, whatever is attached to it. */
  public readonly boundary: IamPolicy;
  /** What the runtime needs beside the role: EC2's instance profile, EKS's association, the Roles Anywhere profile. */
  public readonly companion: AwsTrustCompanion | undefined;
  private readonly permissions: AwsPermission[] = [];
  private rolePolicyResource?: IamRolePolicy;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsAgentIdentityProps,
  ) {
    super(scope, id);
    const { name } = props;
    this.boundary = new IamPolicy(this, "Boundary", {
      name: `${name}-boundary`,
      description: `Upper limit of what agent role ${name} can do`,
      policy: Lazy.stringValue({ produce: () => policyJson(this.boundaryDocument()) }),
    });
    const trust = props.trust ?? AwsTrust.nobody();
    this.role = props.role === undefined ? this.createRole(trust) : this.boundRole(props.role);
    this.companion = trust.createCompanion(this, this.role, name);
    for (const permission of trust.runtimePermissions) this.grant(permission);
  }

  /** Refuses a role that a user brings but that the agent's boundary can't be put on. */
  public static checkRole(props: { role?: IamRole; trust?: AwsTrust }, at: string): void {
    const { role, trust } = props;
    if (role === undefined) return;
    if (trust !== undefined) {
      throw new CordonError(
        "CORDON-117",
        at,
        "both a role and a trust are given",
        "leave trust out; the role you bring keeps its own trust policy",
      );
    }
    if (role.permissionsBoundaryInput !== undefined) {
      throw new CordonError(
        "CORDON-117",
        at,
        `role '${role.node.id}' has a permission boundary already`,
        "remove it from the role; the cell attaches the agent's own boundary",
      );
    }
  }

  /** ARN of the agent's role. */
  public get roleArn(): string {
    return this.role.arn;
  }

  /** The profile to launch EC2 instances with. Undefined unless the trust is `AwsTrust.ec2()`. */
  public get instanceProfile(): IamInstanceProfile | undefined {
    return this.companion instanceof IamInstanceProfile ? this.companion : undefined;
  }

  /** The role's own policy. Undefined until the first grant: a policy can't be empty. */
  public get rolePolicy(): IamRolePolicy | undefined {
    return this.rolePolicyResource;
  }

  /** What was granted so far. */
  public get granted(): readonly AwsPermission[] {
    return this.permissions;
  }

  /**
   * Lets the agent do something. Adds it to the role's policy and to the boundary.
   * @throws CORDON-113 if the permission's service has no private endpoint in the cell
   */
  public grant(permission: AwsPermission): AwsGrant {
    const unreachable = permission.missingService(this.props.services);
    if (unreachable !== undefined) {
      throw new CordonError(
        "CORDON-113",
        this.props.at,
        `${quoted(permission.label)} needs a private endpoint of ${unreachable}, and the cell has none`,
        "add the service to the cell's services, e.g. AwsService.BEDROCK_RUNTIME for bedrock-runtime",
      );
    }
    if (!this.permissions.includes(permission)) {
      this.boundaryDocument([...this.permissions, permission]); // refuses what IAM has no room for
      this.permissions.push(permission);
    }
    this.rolePolicyResource ??= new IamRolePolicy(this, "Policy", {
      name: `${this.props.name}-granted`,
      role: this.role.name,
      policy: Lazy.stringValue({ produce: () => policyJson(this.permissionDocument()) }),
    });
    return new AwsGrant(permission, this.rolePolicyResource);
  }

  private createRole(trust: AwsTrust): IamRole {
    return new IamRole(this, "Resource", {
      name: this.props.name,
      description: `Identity of one contained agent; trusted runtime: ${trust.label}`,
      assumeRolePolicy: policyJson(trust.trustStatements(this.props.scope)),
      permissionsBoundary: this.boundary.arn,
      maxSessionDuration: 3600,
    });
  }

  // The boundary goes onto the resource itself, so that a role from elsewhere has no more than a role of ours.
  private boundRole(role: IamRole): IamRole {
    role.permissionsBoundary = this.boundary.arn;
    return role;
  }

  private permissionDocument(): PolicyStatement[] {
    return this.sorted(this.permissions).map((permission) => {
      const { actions, resources } = permission.statement(this.props.scope);
      return { Effect: "Allow", Action: actions, Resource: resources };
    });
  }

  /** The boundary's statements: what was granted, and what is denied whatever else is attached. @internal */
  public boundaryDocument(permissions: readonly AwsPermission[] = this.permissions): PolicyStatement[] {
    const { scope, vpcId, at } = this.props;
    return boundaryStatements(this.sorted(permissions), { ...scope, vpcId, at });
  }

  // By content, so that the order of the grants changes no policy.
  private sorted(permissions: readonly AwsPermission[]): AwsPermission[] {
    const key = (one: AwsPermission): string =>
      [one.label, ...one.statement(this.props.scope).resources, one.reason].join("\n");
    const keyed = permissions.map((permission) => ({ permission, key: key(permission) }));
    return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ permission }) => permission);
  }
}
