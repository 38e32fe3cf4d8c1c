import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { ConnectorJson } from "../../../../lib/policy/connector-json";
import type { HeaderList } from "../ports";

/** Everything that an approval is for. */
export interface CanonicalRequest {
  readonly agent: string;
  readonly connector: ConnectorJson;
  readonly method: string;
  readonly target: string;
  /** Those that are sent on. */
  readonly headers: HeaderList;
  readonly body: Uint8Array;
  readonly policyDigest: string;
}

/** SHA-256 of a request in canonical form: another agent, policy, header, path or byte is another request. @see RFC 8785 */
export function requestDigest({ headers, body, ...rest }: CanonicalRequest): string {
  const sorted = headers.map(([name, value]) => `${name}: ${value}`).sort();
  const canonical = canonicalize({ ...rest, headers: sorted, body: createHash("sha256").update(body).digest("hex") });
  return createHash("sha256")
    .update(canonical ?? "")
    .digest("hex");
}
