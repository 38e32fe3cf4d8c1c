import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { dependable, type ITerraformDependable, type TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { asRendered } from "../../lib/cell/as-rendered";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { contentHash } from "../../lib/names/content-hash";
import { gcpName } from "./names";
import type { GcpPermission } from "./permission";
import type { GcpScope } from "./project";
import type { GcpService } from "./service";
import { GcpTrust } from "./trust";

export interface GcpAgentIdentityProps {
  /** Cell and agent. */
  readonly owner: string[];
  readonly scope: GcpScope;
  /** @default GcpTrust.attached() */
  readonly trust?: GcpTrust;
  /** Services that the cell has a private way to. */
  readonly services: readonly GcpService[];
  /** `cell 'Agents', agent 'triage'`. */
  readonly at: string;
}

/** What became of a {@link GcpAgentIdentity.grant}. */
export class GcpGrant {
  // Keeps object literals from passing as a grant.
  private readonly granted = true;

  /** @internal */
  public constructor(
    public readonly permission: GcpPermission,
    /** The IAM member that holds it. */
    public readonly member: TerraformResource,
  ) {}

  /** Whether the account holds the permission; a grant that can't be made throws instead. */
  public get success(): boolean {
    return this.granted;
  }

  /** Makes resources wait until the permission is in place. */
  public applyBefore(...resources: TerraformResource[]): void {
    for (const resource of resources) resource.dependsOn = [...(resource.dependsOn ?? []), dependable(this.member)];
  }
}

/**
 * The one principal of an agent: a service account without keys. The firewall and the proxy know the agent by it. It
 * starts with no permission; `grant()` adds what it may do, member by member.
 */
export class GcpAgentIdentity extends Construct {
  public readonly serviceAccount: ServiceAccount;
  /** What lets pods or foreign workloads use it. */
  public readonly trust: TerraformResource[];
  private readonly grants = new Map<string, GcpGrant>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpAgentIdentityProps,
  ) {
    super(scope, id);
    const { owner, scope: place, at } = props;
    this.serviceAccount = new ServiceAccount(this, "Resource", {
      project: place.project,
      accountId: gcpName("account", ...owner),
      displayName: owner.join(" "),
      description: "Identity of one contained agent",
    });
    const trusted = { account: this.serviceAccount, scope: place, owner, at };
    this.trust = (props.trust ?? GcpTrust.attached()).bind(this, trusted);
  }

  /** The account's e-mail; a Terraform reference. */
  public get email(): string {
    return this.serviceAccount.email;
  }

  /** Its address in the plan. */
  public get address(): string {
    return `${this.serviceAccount.terraformResourceType}.${this.serviceAccount.friendlyUniqueId}`;
  }

  /** What was granted so far. */
  public get granted(): readonly GcpPermission[] {
    return [...this.grants.values()].map((grant) => grant.permission);
  }

  /** What has to be in place before the workload starts. */
  public get readiness(): ITerraformDependable[] {
    return [this.serviceAccount, ...this.trust, ...[...this.grants.values()].map((grant) => grant.member)];
  }

  /**
   * Lets the agent do something.
   * @throws CORDON-113 if the cell has no private way to the permission's service
   */
  public grant(permission: GcpPermission): GcpGrant {
    const { services, at, owner, scope } = this.props;
    const missing = permission.services.find((one) => !services.some((service) => service.name === one.name));
    if (missing !== undefined) {
      throw new CordonError(
        "CORDON-113",
        at,
        `${quoted(permission.label)} needs a private endpoint of ${missing.name}, and the cell has none`,
        "add the service to the cell's services, e.g. GcpService.VERTEX_AI for aiplatform",
      );
    }
    const known = this.grants.get(permission.label);
    if (known !== undefined) return known;
    // References in it are written as they will be in the plan, so that the id does not depend on when they were made.
    const id = `grant-${contentHash(asRendered(this, permission.label), 8)}`;
    const member = permission.bind(this, id, { scope, member: `serviceAccount:${this.email}`, owner });
    const grant = new GcpGrant(permission, member);
    this.grants.set(permission.label, grant);
    return grant;
  }
}
