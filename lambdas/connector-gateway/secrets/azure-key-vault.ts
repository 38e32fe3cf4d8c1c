import type { SecretSource } from "../core/ports";
import { askSecretStore, secretText, unavailable } from "./secret-failure";

export interface AzureKeyVaultOptions {
  /** `https://<vault>.vault.azure.net`. */
  readonly vault: string;
  readonly token: () => Promise<string>;
  /** Names of secrets in the vault by the policy's names. */
  readonly names: ReadonlyMap<string, string>;
}

const VERSION = "7.4";

/** @see https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret */
export class AzureKeyVault implements SecretSource {
  public constructor(private readonly options: AzureKeyVaultOptions) {}

  /** @throws credential_unavailable */
  public async read(name: string): Promise<string> {
    const { vault, token, names } = this.options;
    const id = names.get(name);
    if (id === undefined) throw unavailable();
    const asking = async (): Promise<Request> =>
      new Request(`${vault}/secrets/${encodeURIComponent(id)}?api-version=${VERSION}`, {
        headers: { authorization: `Bearer ${await token()}` },
      });
    return secretText((await askSecretStore(asking()))["value"]);
  }
}
