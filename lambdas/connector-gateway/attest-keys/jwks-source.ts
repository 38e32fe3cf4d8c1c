import type { TrustedIssuer } from "../core/attest";
import type { Clock, KeySource } from "../core/ports";
import { GatewayProblem } from "../core/problem";
import { fetchJson, type JsonRequestOptions } from "./fetch-json";

/** How keys are fetched. */
export interface JwksSourceOptions extends JsonRequestOptions {
  /** Seconds for which keys are used without asking again. @default 900 */
  readonly freshFor?: number;
}

type KeySet = Awaited<ReturnType<KeySource["keys"]>>;
type Members = KeySet["keys"][number];

/** What is known of one issuer. */
interface Known {
  set?: KeySet;
  /** Milliseconds since 1970. */
  fetchedAt: number;
  /** No request is made before. */
  nextAt: number;
  running?: Promise<void>;
}

const FRESH_SECONDS = 900;
/** Keys of an issuer that does not answer are used for a day, as one that revokes a key does not expect it to live for longer. */
const USABLE_FOR = 24 * 60 * 60 * 1000;
/** Whoever sends tokens with made-up key ids makes one request in this time, for all of them. */
const PAUSE = 30_000;
const PAUSE_WITHOUT_KEYS = 5_000;
const MOST_KEYS = 100;
/** Members that a public key for signatures may have. */
const MEMBERS = ["kty", "crv", "x", "y", "n", "e", "kid", "use", "alg", "key_ops", "issuer"];

/**
 * The keys of the issuers that are trusted, and of no other, fetched when they are needed. While an issuer does not answer its
 * last keys are used, for a day at most.
 */
export class JwksSource implements KeySource {
  private readonly issuers: ReadonlyMap<string, TrustedIssuer>;
  private readonly known = new Map<string, Known>();

  public constructor(
    issuers: readonly TrustedIssuer[],
    private readonly clock: Clock,
    private readonly options: JwksSourceOptions = {},
  ) {
    this.issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
  }

  /** @throws keys_unavailable */
  public async keys(issuer: string, keyId: string | undefined): Promise<KeySet> {
    const trusted = this.issuers.get(issuer);
    if (trusted === undefined) throw unavailable();
    const known = this.known.get(issuer) ?? { fetchedAt: 0, nextAt: 0 };
    this.known.set(issuer, known);
    if (this.isWanting(known, keyId)) await this.refresh(trusted, known);
    if (known.set === undefined || this.clock() - known.fetchedAt > USABLE_FOR) throw unavailable();
    return known.set;
  }

  private isWanting({ set, fetchedAt }: Known, keyId: string | undefined): boolean {
    if (set === undefined) return true;
    const isStale = this.clock() - fetchedAt > (this.options.freshFor ?? FRESH_SECONDS) * 1000;
    return isStale || (keyId !== undefined && !set.keys.some(({ kid }) => kid === keyId));
  }

  // Whoever comes while a request runs waits for that one.
  private async refresh(issuer: TrustedIssuer, known: Known): Promise<void> {
    if (known.running === undefined && this.clock() < known.nextAt) return;
    known.running ??= this.fetched(issuer, known);
    await known.running;
  }

  private async fetched(issuer: TrustedIssuer, known: Known): Promise<void> {
    try {
      known.set = await this.fetchKeys(issuer);
      known.fetchedAt = this.clock();
    } catch {
      // What is known goes on to be used; the next to ask after the pause tries again.
    } finally {
      known.nextAt = this.clock() + (known.set === undefined ? PAUSE_WITHOUT_KEYS : PAUSE);
      delete known.running;
    }
  }

  private async fetchKeys(issuer: TrustedIssuer): Promise<KeySet> {
    const url = issuer.keysUrl ?? (await this.discovered(issuer.issuer));
    const { keys } = await fetchJson(url, this.options);
    if (!Array.isArray(keys) || keys.length > MOST_KEYS) throw unavailable();
    const usable = keys.flatMap(publicKey);
    // An empty set is a fault of the issuer's more often than the end of all its keys.
    if (usable.length === 0) throw unavailable();
    return { keys: usable };
  }

  // https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
  private async discovered(issuer: string): Promise<string> {
    const { issuer: said, jwks_uri: url } = await fetchJson(
      `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
      this.options,
    );
    // On another host, the keys would be as trusted as that host, which no policy names.
    const isOwn = said === issuer && typeof url === "string" && URL.canParse(url) && originOf(url) === originOf(issuer);
    if (!isOwn) throw unavailable();
    return url;
  }
}

function publicKey(key: unknown): Members[] {
  if (key === null || typeof key !== "object" || Array.isArray(key)) return [];
  const { kty } = key as Members;
  if (kty !== "RSA" && kty !== "EC" && kty !== "OKP") return [];
  return [Object.fromEntries(Object.entries(key).filter(([member]) => MEMBERS.includes(member)))];
}

const originOf = (url: string): string => new URL(url).origin;

const unavailable = (): GatewayProblem =>
  new GatewayProblem("keys_unavailable", "The issuer's keys are not to be had; try again later.", { retryAfter: 5 });
