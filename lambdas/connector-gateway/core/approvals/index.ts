export type { ApprovalRecord, ApprovalState, ApprovalVerdict } from "./approval-record";
export { type ApprovalQuestion, Approvals, type Decide } from "./approvals";
export { type CanonicalRequest, requestDigest } from "./request-digest";
