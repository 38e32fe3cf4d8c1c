import type { PrincipalJson } from "../../../../lib/policy/gateway-bundle";
import type { RedactionCount } from "../content";
import type { Reason } from "../problem";
import type { FoundKind } from "../steps/inspect";

/** What a record says of one exchange. Never a value of it. */
export interface Decision {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly requestId: string;
  readonly cell: string;
  readonly agent?: string;
  readonly principal?: PrincipalJson;
  readonly connector: string;
  readonly host?: string;
  readonly port?: number;
  /** The operation that decided, or the bare method where none did. */
  readonly operation: string;
  /** In `monitor` it passed, and enforcing would have refused it. */
  readonly verdict: "allow" | "deny" | "monitor";
  readonly reason?: Reason;
  readonly detail?: string;
  /** The request is about to be sent: it is not known yet what becomes of it. */
  readonly isIntent?: boolean;
  readonly method: string;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly status?: number;
  readonly findings: readonly FoundKind[];
  readonly redactions: readonly RedactionCount[];
  readonly approvalId?: string;
  readonly approvers?: readonly string[];
  readonly tokens?: number;
  readonly policyDigest: string;
  readonly milliseconds: number;
}
