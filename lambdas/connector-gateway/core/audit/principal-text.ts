import type { PrincipalJson } from "../../../../lib/policy/gateway-bundle";

/** One line by which a principal is named in records and approvals. */
export function principalText(principal: PrincipalJson): string {
  if (principal.kind === "aws") return principal.arn;
  if (principal.kind === "google") return principal.email;
  if (principal.kind === "entra") return `${principal.tenant}/${principal.objectId}`;
  if (principal.kind === "spiffe") return principal.id;
  return `${principal.issuer}#${principal.subject}`;
}
