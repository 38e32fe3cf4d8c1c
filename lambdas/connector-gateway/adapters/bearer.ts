import type { CallerProof } from "../core/attest";
import type { HeaderList } from "../core/ports";
import { GatewayProblem } from "../core/problem";

/** The token that a request shows. @throws unauthenticated */
export function bearerOf(headers: HeaderList, method: string, url: string): CallerProof {
  const shown = headers.filter(([name]) => name === "authorization");
  const [, token] = /^(?:Bearer|DPoP) ([A-Za-z0-9._~+/=-]+)$/i.exec(shown[0]?.[1] ?? "") ?? [];
  if (token === undefined || shown.length !== 1) {
    throw new GatewayProblem("unauthenticated", "The request shows no token.");
  }
  const proofs = headers.filter(([name]) => name === "dpop");
  if (proofs.length > 1) throw new GatewayProblem("unauthenticated", "The request shows more than one proof.");
  const [, dpop] = proofs[0] ?? [];
  return { kind: "bearer", token, method, url, ...(dpop === undefined ? {} : { dpop }) };
}
