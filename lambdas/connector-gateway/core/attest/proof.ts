import type { PrincipalJson } from "../../../../lib/policy/gateway-bundle";
import type { HeaderList } from "../ports";

/** What a caller shows. */
export type CallerProof =
  | {
      readonly kind: "bearer";
      /** A JWT. */
      readonly token: string;
      /** The proof of possession that came with it. @see https://www.rfc-editor.org/rfc/rfc9449 */
      readonly dpop?: string;
      readonly method: string;
      /** Path below the gateway's own URL, or an absolute URL of it. */
      readonly url: string;
    }
  /** The platform has verified who calls, as API Gateway does for IAM. */
  | { readonly kind: "platform"; readonly principal: PrincipalJson }
  | { readonly kind: "sts"; readonly request: StsRequest };

/** Who calls. */
export interface Caller {
  readonly agent: string;
  /** As the policy names it. */
  readonly principal: PrincipalJson;
  /** SHA-256 of what was shown, in hexadecimal digits; never the thing itself. */
  readonly tokenDigest: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** A `GetCallerIdentity` request that the caller has signed in its query. */
export interface StsRequest {
  readonly method: string;
  readonly url: string;
  /** `x-cordon-audience`, and `host` if it is there. */
  readonly headers: HeaderList;
}

/** The request as the gateway sends it: written anew, with the gateway's own audience. It is a GET without a body. */
export interface StsCall {
  readonly host: string;
  readonly target: string;
  readonly headers: HeaderList;
}

/** Sends a call to STS over TLS, and follows nothing. Throws where STS can't be reached. */
export type CallSts = (call: StsCall) => Promise<{ readonly status: number; readonly body: string }>;

/** Members of a JSON object that nobody has checked yet. */
export type Members = { readonly [member: string]: unknown };
