import { AwsClient } from "aws4fetch";
import type { SecretSource } from "../core/ports";
import type { AwsCredentials } from "../platform/aws-credentials";
import { askSecretStore, secretText, unavailable } from "./secret-failure";

export interface AwsSecretsManagerOptions {
  readonly region: string;
  readonly credentials: () => AwsCredentials | Promise<AwsCredentials>;
  /** ARNs or names of secrets by the policy's names. */
  readonly names: ReadonlyMap<string, string>;
  /** @default the region's own */
  readonly endpoint?: string;
}

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export class AwsSecretsManager implements SecretSource {
  public constructor(private readonly options: AwsSecretsManagerOptions) {}

  /** @throws credential_unavailable */
  public async read(name: string): Promise<string> {
    const { region, credentials, names } = this.options;
    const { endpoint = `https://secretsmanager.${region}.amazonaws.com` } = this.options;
    const id = names.get(name);
    if (id === undefined) throw unavailable();
    const signing = async (): Promise<Request> =>
      await new AwsClient({ ...(await credentials()), service: "secretsmanager", region }).sign(endpoint, {
        method: "POST",
        headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.GetSecretValue" },
        body: JSON.stringify({ SecretId: id }),
      });
    return secretText((await askSecretStore(signing()))["SecretString"]);
  }
}
