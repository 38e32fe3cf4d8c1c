import { createHash } from "node:crypto";
import type { Clock } from "../ports";
import { SKEW } from "./claims";
import { readCompactJws } from "./compact-jws";
import type { Once } from "./once";
import type { Members } from "./proof";
import { refused, replayed, unusable } from "./refusal";

/** What a proof of possession has to be about. */
export interface ProvenRequest {
  readonly token: string;
  /** Thumbprint of the key that the token is bound to. */
  readonly thumbprint: string;
  readonly method: string;
  /** Path below the gateway's URL, or an absolute URL of it. */
  readonly url: string;
}

const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const MOST_ID = 256;

/**
 * Checks proofs that a caller holds the key which its token is bound to: of this request, of this minute, and each once.
 * @see https://www.rfc-editor.org/rfc/rfc9449#section-4.3
 */
export class PossessionProofs {
  private readonly base: string | undefined;

  public constructor(
    private readonly once: Once,
    private readonly clock: Clock,
    /** Where callers find the gateway; without it no proof can be checked, and all are refused. */
    baseUrl: string | undefined,
  ) {
    this.base = targetUri(baseUrl)?.replace(/\/$/, "");
    if (baseUrl !== undefined && this.base === undefined) throw unusable("The gateway's own URL can't be read.");
  }

  /** @throws unauthenticated, replayed, store_unavailable */
  public async check(proof: string, request: ProvenRequest): Promise<void> {
    const { header, claims } = readCompactJws(proof);
    if (header["typ"] !== "dpop+jwt") throw refused("binding");
    if ((await verifiedThumbprint(proof, header)) !== request.thumbprint) throw refused("binding");
    const { htm, htu, ath, iat, jti } = claims;
    const target = this.targetOf(request.url);
    const isOfRequest = target !== undefined && htm === request.method && targetUri(htu) === target;
    if (!isOfRequest || ath !== createHash("sha256").update(request.token).digest("base64url"))
      throw refused("binding");
    if (typeof iat !== "number" || !Number.isSafeInteger(iat)) throw refused("binding");
    if (Math.abs(this.clock() / 1000 - iat) > SKEW) throw refused("time");
    if (typeof jti !== "string" || jti === "" || jti.length > MOST_ID) throw refused("binding");
    const isFirst = await this.once.take("dpop", `${request.thumbprint} ${jti}`, (iat + SKEW) * 1000);
    if (!isFirst) throw replayed("binding");
  }

  // A host that a request names is the caller's word; a proof made for another server would hold here with it.
  private targetOf(url: string): string | undefined {
    const { base } = this;
    if (base === undefined) return undefined;
    const absolute = url.startsWith("/") ? `${base}${url}` : url;
    const target = targetUri(absolute);
    const [bare] = absolute.split(/[?#]/);
    // A path that reads otherwise when it is written in one way could be routed otherwise than it was proven.
    const isPlain = target === bare;
    const isOfGateway = target?.startsWith(`${base}/`) === true;
    return isPlain && isOfGateway ? target : undefined;
  }
}

// Header and signature hold together: the key in the header is the one that signed.
async function verifiedThumbprint(proof: string, header: Members): Promise<string> {
  const { jwk } = header;
  if (jwk === null || typeof jwk !== "object" || Array.isArray(jwk)) throw refused("binding");
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))) throw refused("binding");
  const { compactVerify, importJWK, calculateJwkThumbprint } = await import("jose");
  const algorithm = String(header["alg"]);
  try {
    const key = await importJWK(jwk, algorithm);
    await compactVerify(proof, key, { algorithms: [algorithm] });
    return await calculateJwkThumbprint(jwk, "sha256");
  } catch {
    throw refused("binding");
  }
}

/** A URL without its query and fragment, in one way of writing; undefined for what is none or has a user in it. */
function targetUri(url: unknown): string | undefined {
  if (typeof url !== "string" || !/^https?:\/\/[!-~]+$/i.test(url) || url.includes("\\") || !URL.canParse(url)) {
    return undefined;
  }
  const { username, password, origin, pathname } = new URL(url);
  return username === "" && password === "" ? `${origin}${pathname}` : undefined;
}
