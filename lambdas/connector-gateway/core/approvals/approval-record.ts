import { GatewayProblem } from "../problem";

/** Where a request for approval stands. What ran out says so itself; see {@link stateAt}. */
export type ApprovalState = "pending" | "approved" | "denied" | "expired" | "consumed";

/** What one person said. */
export interface ApprovalVerdict {
  readonly approver: string;
  readonly verdict: "approve" | "deny";
  readonly at: number;
  readonly reason: string;
}

/** One request that waits for people, or has waited. */
export interface ApprovalRecord {
  readonly id: string;
  readonly agent: string;
  readonly connector: string;
  readonly operation: string;
  /** What is asked for, for people to read; written by the gateway. */
  readonly summary: string;
  readonly digest: string;
  readonly policyDigest: string;
  readonly group: string;
  readonly need: number;
  readonly state: ApprovalState;
  readonly createdAt: number;
  /** The last moment to decide. */
  readonly approveBy: number;
  /** Milliseconds in which the approved request has to be sent. */
  readonly executeWithin: number;
  /** The last moment to send it, once it is approved. */
  readonly executeBy?: number;
  readonly decisions: readonly ApprovalVerdict[];
}

/** A record as it holds at a time. */
export function stateAt(record: ApprovalRecord, now: number): ApprovalState {
  if (record.state === "pending" && now > record.approveBy) return "expired";
  if (record.state === "approved" && now > (record.executeBy ?? 0)) return "expired";
  return record.state;
}

/** A record as the store holds it. @throws store_unavailable where it holds something else */
export function recordOf(value: unknown): ApprovalRecord | undefined {
  if (value === undefined) return undefined;
  const record = value as ApprovalRecord | null;
  const isRecord =
    typeof record?.id === "string" &&
    typeof record.digest === "string" &&
    Number.isFinite(record.approveBy) &&
    Number.isInteger(record.need) &&
    record.need >= 1 &&
    Array.isArray(record.decisions);
  if (isRecord) return record;
  throw new GatewayProblem("store_unavailable", "The store holds something else than an approval.");
}
