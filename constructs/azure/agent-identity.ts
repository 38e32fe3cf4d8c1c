import { FederatedIdentityCredential } from "@cdktf/provider-azurerm/lib/federated-identity-credential";
import { RoleAssignment } from "@cdktf/provider-azurerm/lib/role-assignment";
import { UserAssignedIdentity } from "@cdktf/provider-azurerm/lib/user-assigned-identity";
import { dependable, type ITerraformDependable, type TerraformResource, Token } from "cdktf";
import { Construct } from "constructs";
import { asRendered } from "../../lib/cell/as-rendered";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { contentHash } from "../../lib/names/content-hash";
import type { AzureFederation } from "./federation";
import type { AzureScope } from "./location";
import { azureName } from "./names";
import type { AzurePermission } from "./permission";
import type { AzureService } from "./service";

/** What an identity is told by its cell. */
export interface AzureAgentIdentityProps {
  readonly cellName: string;
  readonly agentName: string;
  readonly scope: AzureScope;
  /** Whether the cell has a private endpoint of a service; a permission of another one would have no way there. */
  readonly hasEndpoint: (service: AzureService) => boolean;
  readonly tags: { readonly [key: string]: string };
  /** `cell 'Agents', agent 'triage'`. */
  readonly at: string;
}

/** What became of a {@link AzureAgentIdentity.grant}. */
export class AzureGrant {
  /** @internal */
  public constructor(
    public readonly permission: AzurePermission,
    public readonly assignment: RoleAssignment,
  ) {}

  /** Makes resources wait until the assignment is made. Azure takes minutes more to act by it. */
  public applyBefore(...resources: TerraformResource[]): void {
    for (const resource of resources) resource.dependsOn = [...(resource.dependsOn ?? []), dependable(this.assignment)];
  }
}

/** Federated credentials that one identity takes. */
const MOST_FEDERATIONS = 20;

/** Holders of many resources. */
const BROAD = /^\$\{(data\.)?azurerm_(subscription|resource_group|management_group|client_config)\./;
const ONE_RESOURCE = /^\$\{azurerm_[a-z0-9_]+\.[\w-]+\.(id|resource_manager_id|resource_versionless_id)\}(\/[\w.-]+)*$/;

/**
 * The one principal of an agent: a user-assigned identity, which outlives the computers that use it. It starts with no
 * permission; `grant()` assigns built-in roles of the data plane, each on one resource.
 */
export class AzureAgentIdentity extends Construct {
  /** Attach it to the workload. */
  public readonly identity: UserAssignedIdentity;
  public readonly federatedCredentials = new Map<string, FederatedIdentityCredential>();
  private readonly grants = new Map<string, AzureGrant>();
  private readonly permissions: AzurePermission[] = [];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzureAgentIdentityProps,
  ) {
    super(scope, id);
    this.identity = new UserAssignedIdentity(this, "Resource", {
      name: azureName("identity", "id", props.cellName, props.agentName),
      location: props.scope.location,
      resourceGroupName: props.scope.resourceGroupName,
      tags: { ...props.tags },
    });
  }

  /** Resource id of the identity. */
  public get id(): string {
    return this.identity.id;
  }

  /** What a workload signs in as. */
  public get clientId(): string {
    return this.identity.clientId;
  }

  /** Whom roles are assigned to. */
  public get principalId(): string {
    return this.identity.principalId;
  }

  /** What was granted so far. */
  public get granted(): readonly AzurePermission[] {
    return this.permissions;
  }

  /** Role assignments by construct id. */
  public get assignments(): ITerraformDependable[] {
    return [...this.grants.values()].map(({ assignment }) => assignment);
  }

  /**
   * Lets a workload outside of Azure's own computers take this identity.
   * @throws CORDON-306 for a credential that is there already, and beyond 20
   */
  public federate(federation: AzureFederation): FederatedIdentityCredential {
    const { scope, at } = this.props;
    if (this.federatedCredentials.has(federation.name) || this.federatedCredentials.size === MOST_FEDERATIONS) {
      throw new CordonError(
        "CORDON-306",
        at,
        this.federatedCredentials.has(federation.name)
          ? `there is a credential '${federation.name}' already`
          : `an identity takes ${MOST_FEDERATIONS} federated credentials`,
        "remove one",
      );
    }
    // Two credentials of one identity can't be written at once.
    const before = [...this.federatedCredentials.values()].at(-1);
    const credential = new FederatedIdentityCredential(this, `from-${federation.name}`, {
      name: federation.name,
      resourceGroupName: scope.resourceGroupName,
      parentId: this.identity.id,
      issuer: federation.issuer,
      subject: federation.subject,
      audience: [federation.audience],
      ...(before === undefined ? {} : { dependsOn: [before] }),
    });
    this.federatedCredentials.set(federation.name, credential);
    return credential;
  }

  /**
   * Lets the agent do something.
   * @throws CORDON-113 if the permission's service has no private endpoint in the cell; CORDON-308 for a scope that can't
   * be seen to be one resource
   */
  public grant(permission: AzurePermission): AzureGrant {
    const { service } = permission;
    if (service !== undefined && !this.props.hasEndpoint(service)) {
      throw new CordonError(
        "CORDON-113",
        this.props.at,
        `${quoted(permission.role)} needs a private endpoint of ${service.name}, and the cell has none`,
        "add one with addPrivateEndpoint before the grant",
      );
    }
    const scope = this.scopeOf(permission);
    const id = `grant-${contentHash([permission.role, scope, permission.condition ?? ""].join("\n"), 10)}`;
    const existing = this.grants.get(id);
    if (existing !== undefined) return existing;
    const { condition, role, reason } = permission;
    const assignment = new RoleAssignment(this, id, {
      scope: permission.scope,
      roleDefinitionName: role,
      principalId: this.identity.principalId,
      // Without these two a fresh principal is looked for in the directory, which lags behind.
      principalType: "ServicePrincipal",
      skipServicePrincipalAadCheck: true,
      ...(condition === undefined ? {} : { condition, conditionVersion: "2.0" }),
      description: reason,
    });
    const grant = new AzureGrant(permission, assignment);
    this.grants.set(id, grant);
    this.permissions.push(permission);
    return grant;
  }

  // The text of the scope as Terraform will read it.
  private scopeOf({ scope }: AzurePermission): string {
    if (!Token.isUnresolved(scope)) return scope;
    const text = asRendered(this, scope);
    if (BROAD.test(text) || !ONE_RESOURCE.test(text)) {
      throw new CordonError(
        "CORDON-308",
        this.props.at,
        BROAD.test(text)
          ? `scope ${text} holds more than one resource`
          : `scope ${text} can't be seen to be one resource`,
        "pass the id of a resource of the same stack, or a literal id",
      );
    }
    return text;
  }
}
