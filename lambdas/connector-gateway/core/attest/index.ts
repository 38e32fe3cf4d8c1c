export { Attestor, type AttestorOptions } from "./attestor";
export { isSamePrincipal } from "./directory";
export { type TrustedIssuer, type TrustOptions, trustedIssuers } from "./issuers";
export type { Caller, CallerProof, CallSts, StsCall, StsRequest } from "./proof";
export { AUDIENCE_HEADER } from "./sts-request";
