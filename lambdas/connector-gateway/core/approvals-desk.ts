import type { ApprovalRecord } from "./approvals";
import type { CallerProof } from "./attest";
import { principalText } from "./audit";
import type { GatewayAnswer, GatewayRequest } from "./calls/call";
import { problemAnswer } from "./calls/problem-answer";
import type { Mediator } from "./mediation";
import { GatewayProblem, problemOf } from "./problem";

/** The name in place of a connector's under which approvers are heard. */
export const APPROVALS = "approvals";

const MOST_BYTES = 10_000;
const ID = /^\/([A-Za-z0-9_-]{1,64})$/;

/** What an approver is asked about; the members are as in the store, but for what only the gateway needs. */
type Shown = Omit<ApprovalRecord, "executeWithin" | "policyDigest">;

/**
 * Hears approvers: `GET /` lists what waits for one of their groups, `POST /{id}` with `{ verdict, digest, reason }` decides.
 * Every decision is recorded before it is written.
 */
export async function answerApprover(
  gateway: Mediator,
  request: GatewayRequest,
  proof: CallerProof,
): Promise<GatewayAnswer> {
  try {
    const principal = await gateway.ports.attestor.attestPrincipal(proof);
    const approver = principalText(principal);
    const groups = groupsOf(gateway, approver);
    if (groups.length === 0) throw new GatewayProblem("unauthenticated", "The caller approves for no group.");
    if (request.method === "GET" && request.target === "/") {
      const records = await gateway.ports.approvals.list();
      return json(records.filter(({ group }) => groups.includes(group)).map(shown));
    }
    const [, id] = ID.exec(request.target) ?? [];
    if (request.method !== "POST" || id === undefined) {
      throw new GatewayProblem("malformed_request", "Approvals are listed with GET / and decided with POST /{id}.");
    }
    const word = wordOf(request.body);
    const at = gateway.ports.clock();
    await gateway.ports.audit.intend({
      at,
      requestId: request.id,
      cell: gateway.bundle.cell,
      principal,
      connector: APPROVALS,
      operation: word.verdict,
      verdict: "allow",
      method: "POST",
      bytesOut: request.body.length,
      bytesIn: 0,
      findings: [],
      redactions: [],
      approvalId: id,
      approvers: [approver],
      policyDigest: gateway.options.policyDigest,
      milliseconds: 0,
    });
    return json(shown(await gateway.ports.approvals.decide(id, { approver, ...word })));
  } catch (error) {
    return problemAnswer(problemOf(error));
  }
}

function groupsOf({ bundle }: Mediator, approver: string): string[] {
  return Object.entries(bundle.approvers)
    .filter(([, members]) => members.some((member) => principalText(member) === approver))
    .map(([group]) => group);
}

function wordOf(body: Uint8Array): { verdict: "approve" | "deny"; digest: string; reason: string } {
  let value: unknown;
  try {
    if (body.length > MOST_BYTES) throw new Error("too long");
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw unreadable();
  }
  const { verdict, digest, reason = "" } = (value ?? {}) as { [member: string]: unknown };
  const isWord =
    (verdict === "approve" || verdict === "deny") && typeof digest === "string" && /^[0-9a-f]{64}$/.test(digest);
  if (!isWord || typeof reason !== "string") throw unreadable();
  return { verdict, digest, reason: reason.slice(0, 500) };
}

const unreadable = (): GatewayProblem =>
  new GatewayProblem("malformed_request", "A decision is JSON with verdict (approve or deny), digest and reason.");

function shown({ executeWithin: _executeWithin, policyDigest: _policyDigest, ...record }: ApprovalRecord): Shown {
  return record;
}

const json = (value: unknown): GatewayAnswer => ({
  status: 200,
  headers: [
    ["content-type", "application/json"],
    ["cache-control", "no-store"],
  ],
  body: Buffer.from(JSON.stringify(value)),
});
