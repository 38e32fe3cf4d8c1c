import type { GatewayBundleJson, PrincipalJson } from "../../../../lib/policy/gateway-bundle";
import { isUuid } from "./directory";
import type { Members } from "./proof";
import { unusable } from "./refusal";

/** Issuers that the policy alone does not tell. */
export interface TrustOptions {
  /**
   * AWS accounts whose `GetWebIdentityToken` tokens are taken. Each account has an issuer of its own.
   * @default - none; tokens of AWS are refused
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html
   */
  readonly awsIssuers?: readonly { readonly issuer: string; readonly account: string }[];
  /**
   * URLs of SPIFFE bundles by trust domain.
   * @default - none; JWT-SVIDs are refused
   */
  readonly spiffeBundles?: { readonly [trustDomain: string]: string };
}

/** An issuer whose tokens are taken, and how they are read. */
export interface TrustedIssuer {
  /** As `iss` says it; `spiffe://` and the trust domain for SPIFFE, whose tokens need no `iss`. Key sources know it by this. */
  readonly issuer: string;
  readonly kind: PrincipalJson["kind"];
  /** Where its keys are. @default - where its OpenID configuration says, on the issuer's own host */
  readonly keysUrl?: string;
  /** The AWS account or the Entra tenant that it speaks for. */
  readonly scope?: string;
}

export const GOOGLE_ISSUER = "https://accounts.google.com";
const AWS_ISSUER = /^https:\/\/[a-z0-9-]{1,63}\.tokens\.sts\.global\.api\.aws$/;
const ENTRA_ISSUER = /^https:\/\/(?:sts\.windows\.net|login\.microsoftonline\.com)\//;
const OIDC_ISSUER = /^https?:\/\/[!-~]+$/;
const ACCOUNT = /^[0-9]{12}$/;
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;

/** Issuer of a tenant's tokens of version 1. @see https://learn.microsoft.com/entra/identity-platform/access-tokens */
export const entraV1 = (tenant: string): string => `https://sts.windows.net/${tenant.toLowerCase()}/`;
/** Issuer of a tenant's tokens of version 2. */
export const entraV2 = (tenant: string): string => `https://login.microsoftonline.com/${tenant.toLowerCase()}/v2.0`;

/**
 * The issuers that a policy's principals need, and no other: Google's if it names one of Google's, two of each tenant that it
 * names, each OpenID issuer that it names, and those of the options. Only Microsoft's and Google's public clouds are known.
 * @throws policy_unavailable where an issuer can't be what it is said to be
 */
export function trustedIssuers(bundle: GatewayBundleJson, options: TrustOptions = {}): TrustedIssuer[] {
  const issuers = new Map<string, TrustedIssuer>();
  for (const issuer of [...awsIssuers(options), ...spiffeIssuers(options)]) issuers.set(issuer.issuer, issuer);
  const principals = [...bundle.agents.flatMap((agent) => agent.principals), ...Object.values(bundle.approvers).flat()];
  for (const issuer of principals.flatMap(issuersOf)) issuers.set(issuer.issuer, issuer);
  return [...issuers.values()];
}

function issuersOf(principal: PrincipalJson): TrustedIssuer[] {
  switch (principal.kind) {
    case "google":
      return [{ issuer: GOOGLE_ISSUER, kind: "google", keysUrl: "https://www.googleapis.com/oauth2/v3/certs" }];
    case "entra":
      return isUuid(principal.tenant) ? entraIssuers(principal.tenant.toLowerCase()) : [];
    case "oidc":
      return [oidcIssuer(principal.issuer)];
    default:
      return [];
  }
}

function entraIssuers(tenant: string): TrustedIssuer[] {
  const discovery = `https://login.microsoftonline.com/${tenant}/discovery`;
  return [
    { issuer: entraV1(tenant), kind: "entra", keysUrl: `${discovery}/keys`, scope: tenant },
    { issuer: entraV2(tenant), kind: "entra", keysUrl: `${discovery}/v2.0/keys`, scope: tenant },
  ];
}

function oidcIssuer(issuer: string): TrustedIssuer {
  const hasOwnKind = issuer === GOOGLE_ISSUER || AWS_ISSUER.test(issuer) || ENTRA_ISSUER.test(issuer);
  if (hasOwnKind)
    throw unusable("A principal of kind 'oidc' names an issuer whose principals have a kind of their own.");
  if (!OIDC_ISSUER.test(issuer)) throw unusable("A principal of kind 'oidc' names an issuer that is no URL.");
  return { issuer, kind: "oidc" };
}

function awsIssuers({ awsIssuers: list = [] }: TrustOptions): TrustedIssuer[] {
  return list.map(({ issuer, account }) => {
    if (!AWS_ISSUER.test(issuer) || !ACCOUNT.test(account)) {
      throw unusable("An issuer of AWS has to be an account's own, such as https://ID.tokens.sts.global.api.aws.");
    }
    return { issuer, kind: "aws", keysUrl: `${issuer}/.well-known/jwks.json`, scope: account };
  });
}

function spiffeIssuers({ spiffeBundles = {} }: TrustOptions): TrustedIssuer[] {
  return Object.entries(spiffeBundles).map(([domain, keysUrl]) => {
    if (!TRUST_DOMAIN.test(domain)) throw unusable("A SPIFFE trust domain has letters, digits, '.', '-' and '_'.");
    return { issuer: `spiffe://${domain}`, kind: "spiffe", keysUrl };
  });
}

/** The keys of a set that may sign an issuer's tokens. */
export function keysFor({ kind, scope = "" }: TrustedIssuer, keys: readonly Members[]): Members[] {
  if (kind === "spiffe") {
    // A bundle holds keys for certificates too. https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE_Trust_Domain_and_Bundle.md
    return keys.filter(({ use }) => use === "jwt-svid").map(({ use: _use, ...key }) => key);
  }
  if (kind !== "entra") return [...keys];
  // https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signing-key-issuer
  const own = [entraV1(scope), entraV2(scope)];
  return keys.filter(({ issuer }) => {
    if (issuer === undefined) return true;
    return typeof issuer === "string" && own.includes(issuer.replace(/\{tenantid\}/i, scope));
  });
}
