export { AuditChain, type AuditChainOptions } from "./audit-chain";
export type { Decision } from "./decision";
export { principalText } from "./principal-text";
export { type ChainProblem, verifyChain } from "./verify-chain";
