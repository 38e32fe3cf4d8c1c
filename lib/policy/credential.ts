import { CordonError, quoted } from "../errors/cordon-error";
import { plainText } from "../names/plain-text";
import type { CredentialJson } from "./connector-json";

/** Headers that say where a request goes or how long it is; a secret in one of them would change that. */
const FRAMING = ["host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "trailer", "expect"];

/** Where a secret stands in a request. */
export interface CredentialOptions {
  /** @default authorization */
  readonly header?: string;
  /** What stands before it. @default "Bearer " in authorization, nothing elsewhere */
  readonly prefix?: string;
}

/** What the gateway shows to a connector's host in place of the agent, who never sees it. */
export class Credential {
  private constructor(private readonly json: CredentialJson) {
    Object.freeze(this);
    Object.freeze(json);
  }

  /** A secret by its name in the cloud's secret store. @throws CORDON-036 */
  public static secret(name: string, options: CredentialOptions = {}): Credential {
    return Credential.parse({ secret: name, ...options }, `Credential.secret(${quoted(name)})`);
  }

  public static parse({ secret, header, prefix }: CredentialJson, at: string): Credential {
    if (typeof secret !== "string" || !/^[A-Za-z0-9][A-Za-z0-9/_+=.@-]{0,126}$/.test(secret)) {
      throw new CordonError(
        "CORDON-036",
        at,
        `secret ${quoted(secret)} is no name of one`,
        "use its name in the store",
      );
    }
    const field = header?.toLowerCase();
    if (field !== undefined && (!/^[a-z0-9!#$&'*+.^_`|~-]{1,64}$/.test(field) || FRAMING.includes(field))) {
      throw new CordonError(
        "CORDON-036",
        at,
        `header ${quoted(header)} can't carry it`,
        "use authorization or x-api-key",
      );
    }
    if (prefix !== undefined && prefix !== "") plainText(prefix.trimEnd(), at, "the prefix");
    return new Credential({
      secret,
      ...(field === undefined || field === "authorization" ? {} : { header: field }),
      ...(prefix === undefined ? {} : { prefix }),
    });
  }

  public toJSON(): CredentialJson {
    return this.json;
  }
}
