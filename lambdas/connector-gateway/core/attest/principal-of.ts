import type { PrincipalJson } from "../../../../lib/policy/gateway-bundle";
import { arnOf, readAwsArn } from "./aws-arn";
import { isUuid, trustDomainOf } from "./directory";
import { entraV1, entraV2, type TrustedIssuer } from "./issuers";
import type { Members } from "./proof";
import { refused } from "./refusal";

/** Who a token names. */
export interface Named {
  readonly principal: PrincipalJson;
  /** What the issuer says of it; an agent is never a person. */
  readonly is: "workload" | "person" | "unknown";
}

/** Claims that tokens of a person have; `scp` is in these alone. */
const PERSONS_CLAIMS = [
  "scp",
  "upn",
  "unique_name",
  "preferred_username",
  "email",
  "name",
  "given_name",
  "family_name",
  "onprem_sid",
  "pwd_exp",
  "acct",
  "amr",
  "auth_time",
];
const AWS_CLAIMS = "https://sts.amazonaws.com/";

/** Reads who a verified token names, as its issuer documents it. @throws unauthenticated */
export function principalOf(issuer: TrustedIssuer, claims: Members): Named {
  switch (issuer.kind) {
    case "aws":
      return awsPrincipal(issuer, claims);
    case "google":
      return googlePrincipal(claims);
    case "entra":
      return entraPrincipal(issuer, claims);
    case "spiffe":
      return spiffePrincipal(issuer, claims);
    case "oidc":
      return { principal: { kind: "oidc", issuer: issuer.issuer, subject: textOf(claims, "sub") }, is: "unknown" };
  }
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html
function awsPrincipal({ scope }: TrustedIssuer, claims: Members): Named {
  const named = readAwsArn(claims["sub"]);
  const extra = claims[AWS_CLAIMS];
  const said = extra !== null && typeof extra === "object" ? (extra as Members)["aws_account"] : undefined;
  const isOfAccount = named !== undefined && named.account === scope && (said === undefined || said === scope);
  if (named === undefined || !isOfAccount) throw refused("principal");
  return { principal: { kind: "aws", arn: arnOf(named) }, is: "workload" };
}

// https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
function googlePrincipal(claims: Members): Named {
  const email = textOf(claims, "email").toLowerCase();
  if (claims["email_verified"] !== true) throw refused("principal");
  const isWorkload = email.endsWith(".gserviceaccount.com");
  // Elsewhere Google is not who gives the address out, and it may have changed hands since it was verified.
  const isGoogles = isWorkload || email.endsWith("@gmail.com") || textOf(claims, "hd") !== "";
  if (!isGoogles) throw refused("principal");
  return { principal: { kind: "google", email }, is: isWorkload ? "workload" : "person" };
}

// https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
function entraPrincipal({ issuer, scope = "" }: TrustedIssuer, claims: Members): Named {
  const { tid, oid, ver, idtyp } = claims;
  if (!isUuid(tid) || !isUuid(oid) || tid.toLowerCase() !== scope) throw refused("principal");
  const ofVersion = ver === "1.0" ? entraV1(scope) : ver === "2.0" ? entraV2(scope) : undefined;
  if (issuer !== ofVersion) throw refused("principal");
  const isPersons = PERSONS_CLAIMS.some((claim) => Object.hasOwn(claims, claim));
  // Without `idtyp`, which the API has to ask for, an application's `sub` is its `oid`; a person's is another for each API.
  const isApplication = idtyp === "app" || (idtyp === undefined && claims["sub"] === oid);
  if (idtyp === "app" && isPersons) throw refused("principal");
  return {
    principal: { kind: "entra", tenant: scope, objectId: oid.toLowerCase() },
    is: isApplication && !isPersons ? "workload" : "person",
  };
}

// https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md
function spiffePrincipal({ issuer }: TrustedIssuer, claims: Members): Named {
  const id = textOf(claims, "sub");
  if (`spiffe://${trustDomainOf(id)}` !== issuer) throw refused("principal");
  return { principal: { kind: "spiffe", id }, is: "workload" };
}

function textOf(claims: Members, claim: string): string {
  const value = claims[claim];
  if (typeof value !== "string" || value === "" || value.length > 2048) throw refused("principal");
  return value;
}
