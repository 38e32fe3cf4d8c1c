import type { CallerProof } from "../core/attest";
import type { GatewayRequest } from "../core/calls/call";
import { GatewayProblem } from "../core/problem";
import { bearerOf } from "./bearer";
import type { Settings } from "./configuration";

/** What Cloud Run writes in place of the signature of a token that it has verified. */
const VERIFIED = "SIGNATURE_REMOVED_BY_GOOGLE";

/**
 * Who calls a Cloud Run service that takes no call without a token. Cloud Run verifies the token of `Authorization` and takes its
 * signature off; where callers show it to Cloud Run in `X-Serverless-Authorization` instead, the other is verified here.
 *
 * @throws unauthenticated
 * @see https://cloud.google.com/run/docs/authenticating/service-to-service
 */
export function cloudRunProof({ headers, method, target, connector }: GatewayRequest, settings: Settings): CallerProof {
  const proof = bearerOf(headers, method, `/${connector}${target}`);
  if (proof.kind !== "bearer" || !proof.token.endsWith(`.${VERIFIED}`)) return proof;
  // Only where the service is known to take no call without one: elsewhere anybody could write these words.
  if (settings["CORDON_CALLERS"] !== "cloud-run" || settings["K_SERVICE"] === undefined) throw unauthenticated();
  const { email, email_verified: isVerified } = claimsOf(proof.token);
  if (typeof email !== "string" || isVerified !== true) throw unauthenticated();
  return { kind: "platform", principal: { kind: "google", email } };
}

function claimsOf(token: string): { readonly [claim: string]: unknown } {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    if (typeof claims === "object" && claims !== null) return claims as { readonly [claim: string]: unknown };
  } catch {
    // Said below.
  }
  throw unauthenticated();
}

const unauthenticated = (): GatewayProblem =>
  new GatewayProblem("unauthenticated", "The request shows no token that the platform has verified.");
