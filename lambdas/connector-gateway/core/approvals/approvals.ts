import type { ApprovalJson } from "../../../../lib/policy/connector-json";
import { changeValue } from "../limits/change-value";
import type { Clock, Store } from "../ports";
import { GatewayProblem } from "../problem";
import { type ApprovalRecord, recordOf, stateAt } from "./approval-record";

/** A request that needs people. */
export interface ApprovalQuestion {
  readonly agent: string;
  readonly connector: string;
  readonly operation: string;
  readonly summary: string;
  readonly digest: string;
  readonly policyDigest: string;
  readonly approval: ApprovalJson;
}

/** What a person says of the exact request. */
export interface Decide {
  readonly approver: string;
  readonly verdict: "approve" | "deny";
  /** Of the request that the person has seen. */
  readonly digest: string;
  readonly reason: string;
}

const PREFIX = "approval|";
const APPROVE_WITHIN = 3_600;
const EXECUTE_WITHIN = 900;
/** How long an ended record is kept for people to look at. */
const KEPT = 86_400_000;

/**
 * Approvals of exact requests by several people. There is one record for each request's digest, so that asking again does not
 * ask twice; every change of it is conditional, so that an approval is used once whatever races.
 */
export class Approvals {
  public constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly id: () => string,
    /** Whether somebody may approve for a group. */
    private readonly isMember: (group: string, approver: string) => boolean,
  ) {}

  /** The record of a request, made if there is none that still holds. @throws approval_invalid where it was denied */
  public async ask(question: ApprovalQuestion): Promise<ApprovalRecord> {
    const now = this.clock();
    let record: ApprovalRecord | undefined;
    await changeValue(this.store, `${PREFIX}${question.digest}`, (value) => {
      const known = recordOf(value);
      const state = known === undefined ? "expired" : stateAt(known, now);
      // A denial holds as long as the question would have stood: asking again does not wear people down.
      if (known !== undefined && state === "denied" && now <= known.approveBy) {
        throw new GatewayProblem("approval_invalid", "The request was denied.", { extra: { approval: known.id } });
      }
      record = known !== undefined && (state === "pending" || state === "approved") ? known : this.fresh(question, now);
      return { value: record, expiresAt: this.keptUntil(record) };
    });
    return known(record);
  }

  /** Takes one person's word. The first denial ends it; enough approvals start the second clock. */
  public async decide(id: string, { approver, verdict, digest, reason }: Decide): Promise<ApprovalRecord> {
    const now = this.clock();
    let record: ApprovalRecord | undefined;
    await changeValue(this.store, `${PREFIX}${digest}`, (value) => {
      const before = recordOf(value);
      if (before === undefined || before.id !== id || before.digest !== digest)
        throw invalid("There is no such request.");
      if (stateAt(before, now) !== "pending") throw invalid("The request is not open any more.");
      if (approver === before.agent || !this.isMember(before.group, approver))
        throw invalid("The approver may not decide.");
      if (before.decisions.some((one) => one.approver === approver)) throw invalid("The approver has decided already.");
      record = decided({ ...before, decisions: [...before.decisions, { approver, verdict, at: now, reason }] }, now);
      return { value: record, expiresAt: this.keptUntil(record) };
    });
    return known(record);
  }

  /** Uses an approval up. @throws approval_invalid where it is not for this very request, or was used, or is too late */
  public async consume(id: string, digest: string, agent: string): Promise<void> {
    const now = this.clock();
    await changeValue(this.store, `${PREFIX}${digest}`, (value) => {
      const record = recordOf(value);
      if (record === undefined || record.id !== id || record.agent !== agent || record.digest !== digest) {
        throw invalid("The approval is not for this request.");
      }
      const state = stateAt(record, now);
      if (state === "pending") throw invalid("The request is not approved yet.");
      if (state !== "approved") throw invalid(`The approval is ${state}.`);
      const next: ApprovalRecord = { ...record, state: "consumed" };
      return { value: next, expiresAt: this.keptUntil(next) };
    });
  }

  /** What stands open and what has ended lately, oldest first. */
  public async list(): Promise<ApprovalRecord[]> {
    const now = this.clock();
    const found = await this.store.list(PREFIX);
    return found
      .flatMap(({ stored }) => recordOf(stored.value) ?? [])
      .map((record) => ({ ...record, state: stateAt(record, now) }))
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  private fresh({ approval, ...question }: ApprovalQuestion, now: number): ApprovalRecord {
    const { need, group, approveWithin = APPROVE_WITHIN, executeWithin = EXECUTE_WITHIN } = approval;
    return {
      id: this.id(),
      ...question,
      group,
      need,
      state: "pending",
      createdAt: now,
      approveBy: now + approveWithin * 1_000,
      executeWithin: executeWithin * 1_000,
      decisions: [],
    };
  }

  private keptUntil({ approveBy, executeBy = 0 }: ApprovalRecord): number {
    return Math.max(approveBy, executeBy) + KEPT;
  }
}

function decided(record: ApprovalRecord, now: number): ApprovalRecord {
  const { decisions, need, executeWithin } = record;
  if (decisions.some(({ verdict }) => verdict === "deny")) return { ...record, state: "denied" };
  if (decisions.length < need) return record;
  return { ...record, state: "approved", executeBy: now + executeWithin };
}

function known(record: ApprovalRecord | undefined): ApprovalRecord {
  if (record !== undefined) return record;
  throw new GatewayProblem("store_unavailable", "The approval was not written.");
}

const invalid = (detail: string): GatewayProblem => new GatewayProblem("approval_invalid", detail);
