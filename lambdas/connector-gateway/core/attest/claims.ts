import type { Members } from "./proof";
import { refused } from "./refusal";

/** What the claims of a token have to be. */
export interface ClaimRules {
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether the token may leave out when it was issued, as a JWT-SVID may. */
  readonly mayLackIssueTime: boolean;
}

/** Seconds by which clocks may differ, and the most that a token may live. */
export const SKEW = 60;
const LIFETIME = 24 * 60 * 60;
const MOST_AUDIENCES = 50;

/** Checks for whom a token is and when it holds. Returns when it ends, in milliseconds since 1970. @throws unauthenticated */
export function checkClaims(claims: Members, { audience, now, mayLackIssueTime }: ClaimRules): number {
  const { aud } = claims;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const isText = audiences.length <= MOST_AUDIENCES && audiences.every((each) => typeof each === "string");
  if (audience === "" || !isText || !audiences.includes(audience)) throw refused("audience");
  // Security events and logouts are signed by the same keys. https://www.rfc-editor.org/rfc/rfc8417#section-2.2
  if (Object.hasOwn(claims, "events")) throw refused("claims");
  const seconds = now / 1000;
  const ends = timeOf(claims, "exp");
  const begins = timeOf(claims, "nbf");
  const issued = timeOf(claims, "iat");
  if (ends === undefined || ends <= seconds) throw refused("time");
  if ((begins !== undefined && begins > seconds + SKEW) || (issued !== undefined && issued > seconds + SKEW)) {
    throw refused("time");
  }
  if (issued === undefined && !mayLackIssueTime) throw refused("claims");
  if (ends - (issued ?? seconds) > LIFETIME) throw refused("time");
  return ends * 1000;
}

function timeOf(claims: Members, claim: string): number | undefined {
  const value = claims[claim];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw refused("claims");
  return value;
}
