import type { Decision } from "../audit";
import type { ExchangeState } from "../exchange-state";
import type { GatewayProblem } from "../problem";

/** What the record of an exchange says. Never a value of it. */
export function decisionOf(exchange: ExchangeState, problem: GatewayProblem | undefined): Decision {
  const { request, caller, mediation, call, gateway, watched, approvalId, status, tokens } = exchange;
  const [first] = watched;
  const why = problem ?? first;
  const { host, port } = mediation?.connector ?? {};
  const now = gateway.ports.clock();
  return {
    at: now,
    requestId: request.id,
    cell: gateway.bundle.cell,
    ...(caller === undefined ? {} : { agent: caller.agent, principal: caller.principal }),
    // Before it is known, the name is whatever the caller writes.
    connector: mediation?.connector.name ?? "unknown",
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    operation: call?.name ?? "unknown",
    verdict: problem !== undefined ? "deny" : first !== undefined ? "monitor" : "allow",
    ...(why === undefined ? {} : { reason: why.reason, detail: why.detail }),
    method: METHOD.test(request.method) ? request.method : "OTHER",
    bytesOut: exchange.bytesOut,
    bytesIn: exchange.bytesIn,
    ...(status === undefined ? {} : { status }),
    findings: exchange.found,
    redactions: exchange.redactions,
    ...(approvalId === undefined || !APPROVAL.test(approvalId) ? {} : { approvalId }),
    ...(tokens === undefined ? {} : { tokens }),
    policyDigest: gateway.options.policyDigest,
    milliseconds: now - exchange.startedAt,
  };
}

const METHOD = /^[A-Z]{1,20}$/;
const APPROVAL = /^[A-Za-z0-9_-]{1,64}$/;
