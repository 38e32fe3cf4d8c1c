import type { PrincipalJson } from "../../../../lib/policy/gateway-bundle";
import type { Decision } from "./decision";
import { principalText } from "./principal-text";

/** Version of the schema that records are written in. @see https://schema.ocsf.io/1.8.0/classes/api_activity */
const VERSION = "1.8.0";
const API_ACTIVITY = 6003;

/** Methods by what they do to a resource: create, read, update, delete. */
const ACTIVITY: { readonly [method: string]: number } = {
  POST: 1,
  GET: 2,
  HEAD: 2,
  OPTIONS: 2,
  PUT: 3,
  PATCH: 3,
  DELETE: 4,
};
const OTHER = 99;

/** A decision as an event of OCSF's API Activity, with the profile of security controls. */
export function apiActivityOf(decision: Decision): { [member: string]: unknown } {
  const { at, agent, principal, connector, host, port = 443, operation, method, status, policyDigest, cell } = decision;
  const { verdict, reason, detail, isIntent = false, approvalId, milliseconds, bytesOut, bytesIn } = decision;
  const activity = ACTIVITY[method] ?? OTHER;
  const isDenied = verdict === "deny";
  return {
    activity_id: activity,
    category_uid: 6,
    class_uid: API_ACTIVITY,
    type_uid: API_ACTIVITY * 100 + activity,
    severity_id: severityOf(decision),
    time: at,
    duration: milliseconds,
    status_id: isDenied ? 2 : 1,
    ...(reason === undefined ? {} : { status_code: reason, status_detail: detail }),
    metadata: {
      version: VERSION,
      profiles: ["security_control"],
      product: { name: "cdktf-cordon connector gateway", vendor_name: "Cordon" },
      correlation_uid: decision.requestId,
    },
    action_id: isDenied ? 2 : 1,
    disposition_id: dispositionOf(decision),
    actor: {
      user: { ...(agent === undefined ? {} : { name: agent }), uid: uidOf(principal), type_id: 3 },
      ...(approvalId === undefined ? {} : { session: { uid: approvalId } }),
    },
    api: { operation, service: { name: connector }, request: { uid: decision.requestId } },
    src_endpoint: { name: agent ?? "unknown", zone: cell },
    ...(host === undefined ? {} : { dst_endpoint: { hostname: host, port } }),
    http_request: { http_method: method, length: bytesOut },
    ...(status === undefined ? {} : { http_response: { code: status, length: bytesIn } }),
    policy: { name: cell, uid: policyDigest },
    unmapped: {
      stage: isIntent ? "intent" : "result",
      verdict,
      findings: decision.findings,
      redactions: decision.redactions,
      ...(approvalId === undefined ? {} : { approval: approvalId, approvers: decision.approvers ?? [] }),
      ...(decision.tokens === undefined ? {} : { tokens: decision.tokens }),
    },
  };
}

// Informational, low, medium, high.
function severityOf({ verdict, reason }: Decision): number {
  if (verdict === "allow") return 1;
  if (verdict === "monitor") return 2;
  return reason === "sensitive_data" || reason === "replayed" || reason === "tenancy_mismatch" ? 4 : 3;
}

// Allowed 1, blocked 2, corrected 11, delayed 14, error 27.
function dispositionOf({ verdict, reason, redactions, findings }: Decision): number {
  if (reason === "approval_required") return 14;
  if (verdict === "deny") return reason?.endsWith("_unavailable") || reason === "internal_error" ? 27 : 2;
  const isCorrected = redactions.length > 0 || findings.some(({ action }) => action === "redact");
  return isCorrected ? 11 : 1;
}

const uidOf = (principal: PrincipalJson | undefined): string =>
  principal === undefined ? "unknown" : principalText(principal);
