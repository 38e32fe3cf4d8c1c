/** Why a request is refused. Machine-readable and stable; `docs/gateway.md` lists them. */
export type Reason =
  | "unauthenticated"
  | "unknown_connector"
  | "operation_not_permitted"
  | "condition_not_met"
  | "tenancy_mismatch"
  | "schema_mismatch"
  | "handler_refused"
  | "rate_limited"
  | "budget_exhausted"
  | "approval_required"
  | "approval_invalid"
  | "sensitive_data"
  | "inspection_incomplete"
  | "malformed_request"
  | "header_mismatch"
  | "destination_refused"
  | "credential_unavailable"
  | "store_unavailable"
  | "keys_unavailable"
  | "policy_unavailable"
  | "record_unavailable"
  | "upstream_failed"
  | "upstream_timeout"
  | "response_refused"
  | "replayed"
  | "internal_error";

/** Status of the answer for a reason. */
const STATUS: { readonly [reason in Reason]: number } = {
  unauthenticated: 401,
  unknown_connector: 404,
  operation_not_permitted: 403,
  condition_not_met: 403,
  tenancy_mismatch: 403,
  schema_mismatch: 422,
  handler_refused: 403,
  rate_limited: 429,
  budget_exhausted: 429,
  approval_required: 403,
  approval_invalid: 403,
  sensitive_data: 403,
  inspection_incomplete: 403,
  malformed_request: 400,
  header_mismatch: 400,
  destination_refused: 403,
  credential_unavailable: 503,
  store_unavailable: 503,
  keys_unavailable: 503,
  policy_unavailable: 503,
  record_unavailable: 503,
  upstream_failed: 502,
  upstream_timeout: 504,
  response_refused: 502,
  replayed: 403,
  internal_error: 500,
};

/** What a problem says besides its reason. Never a secret, never a value of the request. */
export interface ProblemDetails {
  /** The rule that decided, such as `tickets: GET /tickets/{id}`. */
  readonly rule?: string;
  /** Detectors, pointers, limits: what a client can act on. */
  readonly extra?: { readonly [member: string]: unknown };
  /** Seconds after which it may be tried again. */
  readonly retryAfter?: number;
}

/** A refusal. Whatever else is thrown becomes `internal_error`. */
export class GatewayProblem extends Error {
  public readonly status: number;

  public constructor(
    public readonly reason: Reason,
    public readonly detail: string,
    public readonly details: ProblemDetails = {},
  ) {
    super(`${reason}: ${detail}`);
    this.name = "GatewayProblem";
    this.status = STATUS[reason];
  }

  /** Problem details. @see https://www.rfc-editor.org/rfc/rfc9457 */
  public toJSON(): { [member: string]: unknown } {
    const { rule, extra, retryAfter } = this.details;
    return {
      type: `urn:cdktf-cordon:problem:${this.reason}`,
      title: this.reason.replaceAll("_", " "),
      status: this.status,
      detail: this.detail,
      reason: this.reason,
      ...(rule === undefined ? {} : { rule }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...extra,
    };
  }
}

/** Whatever was thrown, as a refusal. */
export const problemOf = (error: unknown): GatewayProblem =>
  error instanceof GatewayProblem ? error : new GatewayProblem("internal_error", "The gateway failed.");
