import type { Clock, KeySource } from "../ports";
import { GatewayProblem } from "../problem";
import { checkClaims } from "./claims";
import { ALGORITHMS, readCompactJws } from "./compact-jws";
import { trustDomainOf } from "./directory";
import { keysFor, type TrustedIssuer } from "./issuers";
import { sha256 } from "./once";
import { type Named, principalOf } from "./principal-of";
import type { Members } from "./proof";
import { refused, unasked } from "./refusal";

/** What a verified token says. */
export interface VerifiedToken extends Named {
  readonly digest: string;
  /** Thumbprint of the key that the token is bound to. */
  readonly thumbprint: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

type KeySet = Awaited<ReturnType<KeySource["keys"]>>;
type Jose = Awaited<ReturnType<typeof loadJose>>;
type FindKey = ReturnType<Jose["createLocalJWKSet"]>;

const REMEMBERED_FOR = 60_000;
const TYPES = ["jwt", "at+jwt", "application/at+jwt"];
const MOST_KEY_ID = 512;
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

const loadJose = () => import("jose");

/** Verifies tokens of the issuers that are trusted, and remembers for a minute those that hold. */
export class BearerTokens {
  private readonly issuers: ReadonlyMap<string, TrustedIssuer>;
  private readonly remembered = new Map<string, { readonly token: VerifiedToken; readonly until: number }>();
  private readonly finders = new WeakMap<KeySet, Map<string, FindKey>>();

  public constructor(
    issuers: readonly TrustedIssuer[],
    private readonly audience: string,
    private readonly keys: KeySource,
    private readonly clock: Clock,
    /** Tokens that are remembered at most; 0 remembers none. */
    private readonly most: number,
  ) {
    this.issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
  }

  /** @throws unauthenticated, keys_unavailable */
  public async verify(text: string): Promise<VerifiedToken> {
    if (typeof text !== "string") throw refused("form");
    const digest = sha256(text);
    const known = this.remembered.get(digest);
    if (known !== undefined && this.clock() < known.until) return known.token;
    this.remembered.delete(digest);
    const token = await this.verified(text, digest);
    this.remember(token);
    return token;
  }

  private async verified(text: string, digest: string): Promise<VerifiedToken> {
    const { header, claims } = readCompactJws(text);
    const issuer = this.issuerOf(claims);
    const keyId = header["kid"];
    if (typeof keyId !== "string" || keyId === "" || keyId.length > MOST_KEY_ID) throw refused("key");
    if (!isTokenType(header["typ"], issuer) || Object.hasOwn(header, "jwk")) throw refused("type");
    await this.verifySignature(text, issuer, keyId);
    const expiresAt = checkClaims(claims, {
      audience: this.audience,
      now: this.clock(),
      mayLackIssueTime: issuer.kind === "spiffe",
    });
    return { ...principalOf(issuer, claims), digest, thumbprint: thumbprintOf(claims["cnf"]), expiresAt };
  }

  private issuerOf(claims: Members): TrustedIssuer {
    const { iss, sub } = claims;
    const domain = trustDomainOf(sub);
    const issuer =
      (typeof iss === "string" ? this.withClaim(iss) : undefined) ??
      (domain === undefined ? undefined : this.issuers.get(`spiffe://${domain}`));
    if (issuer === undefined) throw refused("issuer");
    return issuer;
  }

  // A trust domain is no issuer: it is known by the subject alone.
  private withClaim(iss: string): TrustedIssuer | undefined {
    const issuer = this.issuers.get(iss);
    return issuer?.kind === "spiffe" ? undefined : issuer;
  }

  private async verifySignature(text: string, issuer: TrustedIssuer, keyId: string): Promise<void> {
    const set = await this.keysOf(issuer.issuer, keyId);
    const jose = await loadJose();
    const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys } = jose.errors;
    try {
      await jose.compactVerify(text, this.finder(jose, issuer, set), { algorithms: ALGORITHMS });
    } catch (error) {
      const isKeys = error instanceof JWKSNoMatchingKey || error instanceof JWKSMultipleMatchingKeys;
      throw refused(isKeys ? "key" : "signature");
    }
  }

  private async keysOf(issuer: string, keyId: string): Promise<KeySet> {
    try {
      return await this.keys.keys(issuer, keyId);
    } catch (error) {
      if (error instanceof GatewayProblem) throw error;
      throw unasked();
    }
  }

  // Imported keys are kept as long as the source hands out the same set.
  private finder(jose: Jose, issuer: TrustedIssuer, set: KeySet): FindKey {
    const finders = this.finders.get(set) ?? new Map<string, FindKey>();
    this.finders.set(set, finders);
    const known = finders.get(issuer.issuer);
    if (known !== undefined) return known;
    const keys = keysFor(issuer, set.keys) as Parameters<Jose["createLocalJWKSet"]>[0]["keys"];
    const finder = jose.createLocalJWKSet({ keys });
    finders.set(issuer.issuer, finder);
    return finder;
  }

  private remember(token: VerifiedToken): void {
    if (this.most <= 0) return;
    const [oldest] = this.remembered.keys();
    if (oldest !== undefined && this.remembered.size >= this.most) this.remembered.delete(oldest);
    this.remembered.set(token.digest, { token, until: Math.min(token.expiresAt, this.clock() + REMEMBERED_FOR) });
  }
}

function isTokenType(typ: unknown, { kind }: TrustedIssuer): boolean {
  if (typ === undefined) return true;
  if (typeof typ !== "string") return false;
  const type = typ.toLowerCase();
  return TYPES.includes(type) || (kind === "spiffe" && type === "jose");
}

// A binding that can't be checked does not make a token free. https://www.rfc-editor.org/rfc/rfc7800#section-3.1
function thumbprintOf(cnf: unknown): string | undefined {
  if (cnf === undefined) return undefined;
  if (cnf === null || typeof cnf !== "object") throw refused("binding");
  const { jkt, ...others } = cnf as Members;
  if (typeof jkt !== "string" || !THUMBPRINT.test(jkt) || Object.keys(others).length > 0) throw refused("binding");
  return jkt;
}
