import { IamWorkloadIdentityPool } from "@cdktf/provider-google/lib/iam-workload-identity-pool";
import { IamWorkloadIdentityPoolProvider } from "@cdktf/provider-google/lib/iam-workload-identity-pool-provider";
import type { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { ServiceAccountIamMember } from "@cdktf/provider-google/lib/service-account-iam-member";
import type { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { plainText } from "../../lib/names/plain-text";
import { gcpName } from "./names";
import type { GcpScope } from "./project";

/** The pods that may use an agent's identity. */
export interface GcpGkeProps {
  readonly namespace: string;
  /** Name of the Kubernetes service account. */
  readonly serviceAccount: string;
  /** Project of the cluster. @default - the cell's */
  readonly clusterProject?: string;
}

/** Tokens of another issuer that may take an agent's identity. */
export interface GcpFederationProps {
  /** `https://token.issuer.example`. */
  readonly issuer: string;
  readonly audiences: string[];
  /** The one `sub` of the issuer's tokens that is this agent. */
  readonly subject: string;
  /** CEL over `assertion`, without which any tenant of a shared issuer would be let in. */
  readonly attributeCondition: string;
}

/** What a trust needs of the identity that it is for. */
export interface GcpTrusted {
  readonly account: ServiceAccount;
  readonly scope: GcpScope;
  /** Cell and agent, for names. */
  readonly owner: string[];
  readonly at: string;
}

/**
 * Who may use an agent's service account. Nobody gets a key: instances have the account attached, pods and foreign
 * workloads exchange their own token for it.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation
 */
export class GcpTrust {
  private constructor(
    public readonly label: string,
    /** @internal */
    public readonly bind: (scope: Construct, trusted: GcpTrusted) => TerraformResource[],
  ) {}

  /** Instances and services of the project that have the account attached. Nothing is added for it. */
  public static attached(): GcpTrust {
    return new GcpTrust("attached", () => []);
  }

  /**
   * Pods of one Kubernetes service account by Workload Identity. Their nodes' account is what the proxy and the firewall
   * see, so give each agent a node pool of its own, with `GKE_METADATA`.
   */
  public static gke(props: GcpGkeProps): GcpTrust {
    return new GcpTrust("GKE", (scope, { account, scope: place, at }) => {
      for (const [what, name] of [
        ["namespace", props.namespace],
        ["serviceAccount", props.serviceAccount],
      ] as const) {
        if (typeof name === "string" && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) continue;
        throw new CordonError(
          "CORDON-116",
          at,
          `${what} ${quoted(name)} is not a Kubernetes name`,
          "name one, without wildcards",
        );
      }
      const pool = `${props.clusterProject ?? place.project}.svc.id.goog`;
      return [
        new ServiceAccountIamMember(scope, "Workload", {
          serviceAccountId: account.name,
          role: "roles/iam.workloadIdentityUser",
          member: `serviceAccount:${pool}[${props.namespace}/${props.serviceAccount}]`,
        }),
      ];
    });
  }

  /**
   * One subject of an OpenID Connect issuer elsewhere, through a pool of the agent's own.
   * @throws CORDON-116 without a condition, an audience, or one subject
   */
  public static federated(props: GcpFederationProps): GcpTrust {
    return new GcpTrust("federation", (scope, trusted) => {
      const { account, scope: place, owner, at } = trusted;
      checkFederation(props, at);
      const pool = new IamWorkloadIdentityPool(scope, "Pool", {
        project: place.project,
        workloadIdentityPoolId: gcpName("pool", ...owner, "pool", props.issuer),
        displayName: gcpName("pool", ...owner),
        description: `Tokens that are agent ${owner.join(" ")}`,
      });
      const provider = new IamWorkloadIdentityPoolProvider(scope, "Provider", {
        project: place.project,
        workloadIdentityPoolId: pool.workloadIdentityPoolId,
        workloadIdentityPoolProviderId: gcpName("pool", ...owner, "oidc"),
        attributeMapping: { "google.subject": "assertion.sub" },
        attributeCondition: props.attributeCondition,
        oidc: { issuerUri: props.issuer, allowedAudiences: [...props.audiences].sort() },
      });
      const member = new ServiceAccountIamMember(scope, "Workload", {
        serviceAccountId: account.name,
        role: "roles/iam.workloadIdentityUser",
        member: `principal://iam.googleapis.com/${pool.name}/subject/${props.subject}`,
      });
      return [pool, provider, member];
    });
  }
}

function checkFederation(props: GcpFederationProps, at: string): void {
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-116", at, problem, fix);
  };
  if (!/^https:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._~/-]*)?$/.test(props.issuer)) {
    refuse(`issuer ${quoted(props.issuer)} is not an https address`, "write it as its tokens do");
  }
  if (props.audiences.length === 0) refuse("no audience is named", "name the audience of the agent's tokens");
  if (typeof props.attributeCondition !== "string" || props.attributeCondition.trim() === "") {
    refuse("the condition is empty", "bind the tenant, e.g. assertion.repository_owner == 'acme'");
  }
  plainText(props.attributeCondition, at, "the condition");
  if (!/^[A-Za-z0-9:._/@=-]+$/.test(props.subject)) {
    refuse(`subject ${quoted(props.subject)} is not one subject`, "name one, without wildcards");
  }
}
