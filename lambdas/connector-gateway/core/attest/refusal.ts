import { GatewayProblem } from "../problem";

/** What of a proof did not hold: all that a caller is told. */
export type Check =
  | "form"
  | "type"
  | "algorithm"
  | "issuer"
  | "key"
  | "signature"
  | "audience"
  | "time"
  | "claims"
  | "principal"
  | "agent"
  | "binding"
  | "request";

/** A proof that does not hold. */
export const refused = (check: Check): GatewayProblem =>
  new GatewayProblem("unauthenticated", "The caller could not be identified.", { extra: { check } });

/** A proof that was shown before. */
export const replayed = (check: "binding" | "request"): GatewayProblem =>
  new GatewayProblem("replayed", "The proof was used before; make a new one for each request.", { extra: { check } });

/** Who could say whether a proof holds can't be asked. */
export const unasked = (): GatewayProblem =>
  new GatewayProblem("keys_unavailable", "The issuer's keys are not to be had; try again later.", { retryAfter: 5 });

/** A policy or a configuration that can't be used; the gateway does not start with it. */
export const unusable = (what: string): GatewayProblem => new GatewayProblem("policy_unavailable", what);
