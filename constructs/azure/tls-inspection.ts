import { Token } from "cdktf";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { azureId } from "./azure-id";

/** The CA that the firewall signs names with. */
export interface AzureTlsInspectionProps {
  /**
   * Id of the vault's secret that holds the CA: a certificate with its key as PFX without a password, RSA of 4096 bits or
   * more, that may sign others. A reference, or `https://<vault>.vault.azure.net/secrets/<name>`, without a version.
   */
  readonly keyVaultSecretId: string;
  /** Id of a user-assigned identity that may get and list the vault's secrets and certificates by an access policy. */
  readonly identityId: string;
}

/**
 * TLS inspection by a firewall of SKU Premium: it ends the agents' TLS, judges hosts and paths, and begins another to
 * the server. Agents have to trust the CA: `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`.
 *
 * @see https://learn.microsoft.com/azure/firewall/premium-certificates
 */
export class AzureTlsInspection {
  private constructor(
    public readonly keyVaultSecretId: string,
    public readonly identityId: string,
  ) {}

  /** @throws CORDON-310 for a secret that is none, or one with a version, which would never renew */
  public static withCa(props: AzureTlsInspectionProps): AzureTlsInspection {
    const at = "AzureTlsInspection.withCa";
    const { keyVaultSecretId } = props;
    const form = /^https:\/\/[a-z0-9-]{3,24}\.vault\.azure\.net\/secrets\/[A-Za-z0-9-]{1,127}\/?$/;
    if (!Token.isUnresolved(keyVaultSecretId) && !form.test(keyVaultSecretId)) {
      throw new CordonError(
        "CORDON-310",
        at,
        `keyVaultSecretId ${quoted(keyVaultSecretId)} is not a secret without a version`,
        "write it as https://<vault>.vault.azure.net/secrets/<name>",
      );
    }
    return new AzureTlsInspection(keyVaultSecretId, azureId(props.identityId, at, "identityId"));
  }
}
