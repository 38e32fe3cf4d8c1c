import { Token } from "cdktf";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { azureName } from "./names";

/** Arguments of {@link AzureFederation.kubernetes}. */
export interface AzureKubernetesFederationProps {
  /** The cluster's `oidcIssuerUrl`: a literal, or a reference to the cluster of the same program. */
  readonly issuer: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Arguments of {@link AzureFederation.oidc}. */
export interface AzureOidcFederationProps {
  /** Name of the credential: lower case letters, digits, dashes. */
  readonly name: string;
  readonly issuer: string;
  /** The one subject whose tokens are taken; a pattern is refused. */
  readonly subject: string;
}

/** The audience that Entra expects of a token that is exchanged. */
const AUDIENCE = "api://AzureADTokenExchange";

/**
 * A workload outside of Azure's own computers that may take an agent's identity: whose tokens are trusted, and the one
 * subject in them.
 *
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export class AzureFederation {
  private constructor(
    /** Name of the credential. */
    public readonly name: string,
    public readonly issuer: string,
    public readonly subject: string,
  ) {}

  /** One service account of a Kubernetes cluster with `oidcIssuerEnabled` and `workloadIdentityEnabled`. */
  public static kubernetes(props: AzureKubernetesFederationProps): AzureFederation {
    const at = "AzureFederation.kubernetes";
    for (const [what, value] of [
      ["namespace", props.namespace],
      ["serviceAccount", props.serviceAccount],
    ] as const) {
      if (typeof value === "string" && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value)) continue;
      throw new CordonError("CORDON-306", at, `${what} ${quoted(value)} is not a name of Kubernetes`, "write it out");
    }
    return new AzureFederation(
      azureName("federatedCredential", "aks", props.namespace, props.serviceAccount),
      checkedIssuer(props.issuer, at),
      `system:serviceaccount:${props.namespace}:${props.serviceAccount}`,
    );
  }

  /** One service account of Google Cloud, by its unique id. */
  public static google(serviceAccountId: string): AzureFederation {
    if (!/^\d{15,30}$/.test(serviceAccountId)) {
      throw new CordonError(
        "CORDON-306",
        "AzureFederation.google",
        `${quoted(serviceAccountId)} is not a service account's unique id`,
        "write its number, not its address",
      );
    }
    return new AzureFederation(`google-${serviceAccountId}`, "https://accounts.google.com", serviceAccountId);
  }

  /** Tokens of any OIDC issuer, for one subject. */
  public static oidc(props: AzureOidcFederationProps): AzureFederation {
    const at = "AzureFederation.oidc";
    if (!/^[a-z][a-z0-9-]{1,60}$/.test(props.name)) {
      throw new CordonError(
        "CORDON-306",
        at,
        `name ${quoted(props.name)} is malformed`,
        "use lower case letters, digits and dashes",
      );
    }
    const { subject } = props;
    if (typeof subject !== "string" || !/^[^\s*?${}%]{1,600}$/.test(subject)) {
      throw new CordonError(
        "CORDON-306",
        at,
        `subject ${quoted(subject)} is not one subject`,
        "write the subject of one workload; patterns are not taken",
      );
    }
    return new AzureFederation(props.name, checkedIssuer(props.issuer, at), subject);
  }

  /** Whom a token has to be for. */
  public get audience(): string {
    return AUDIENCE;
  }
}

// A reference is the issuer of a cluster in the same program; whoever it names is known when it is applied.
function checkedIssuer(issuer: string, at: string): string {
  if (Token.isUnresolved(issuer)) return issuer;
  if (!/^https:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._~/-]*)?$/.test(issuer)) {
    throw new CordonError(
      "CORDON-306",
      at,
      `issuer ${quoted(issuer)} is not an issuer's URL`,
      "write it as the issuer does, e.g. https://oidc.example.com/tenant",
    );
  }
  return issuer;
}
