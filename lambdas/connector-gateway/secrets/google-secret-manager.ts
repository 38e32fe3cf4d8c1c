import type { SecretSource } from "../core/ports";
import { askSecretStore, secretText, unavailable } from "./secret-failure";

export interface GoogleSecretManagerOptions {
  readonly project: string;
  readonly token: () => Promise<string>;
  /** Ids of secrets by the policy's names. */
  readonly names: ReadonlyMap<string, string>;
  /** @default https://secretmanager.googleapis.com */
  readonly endpoint?: string;
}

/** The newest version of each secret. @see https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access */
export class GoogleSecretManager implements SecretSource {
  public constructor(private readonly options: GoogleSecretManagerOptions) {}

  /** @throws credential_unavailable */
  public async read(name: string): Promise<string> {
    const { project, token, names, endpoint = "https://secretmanager.googleapis.com" } = this.options;
    const id = names.get(name);
    if (id === undefined) throw unavailable();
    const secret = id.startsWith("projects/") ? id : `projects/${project}/secrets/${id}`;
    const asking = async (): Promise<Request> =>
      new Request(`${endpoint}/v1/${secret}/versions/latest:access`, {
        headers: { authorization: `Bearer ${await token()}` },
      });
    const { payload } = await askSecretStore(asking());
    const data = (payload as { readonly data?: unknown } | undefined)?.data;
    return secretText(typeof data === "string" ? Buffer.from(data, "base64").toString("utf8") : undefined);
  }
}
