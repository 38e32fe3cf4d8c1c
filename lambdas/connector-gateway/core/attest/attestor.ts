import type { GatewayBundleJson, PrincipalJson } from "../../../../lib/policy/gateway-bundle";
import type { Clock, KeySource, Store } from "../ports";
import { arnOf } from "./aws-arn";
import { BearerTokens } from "./bearer";
import { SKEW } from "./claims";
import { Directory, principalKey } from "./directory";
import { PossessionProofs } from "./dpop";
import { type TrustOptions, trustedIssuers } from "./issuers";
import { Once, sha256 } from "./once";
import type { Named } from "./principal-of";
import type { Caller, CallerProof, CallSts, StsCall, StsRequest } from "./proof";
import { refused, replayed, unasked, unusable } from "./refusal";
import { readStsAnswer } from "./sts-answer";
import { readStsRequest, stsRegionOf } from "./sts-request";

/** What an attestor is told besides the policy. */
export interface AttestorOptions extends TrustOptions {
  /**
   * Where callers find the gateway, with the path that stands before every request's. Proofs of possession are about it.
   * @default - none; tokens that are bound to a key are refused
   */
  readonly baseUrl?: string;
  /** Names of the regional STS endpoints that callers may sign for, such as `sts.eu-west-1.amazonaws.com`. @default - none */
  readonly stsHosts?: readonly string[];
  /** @default - none; signed requests to STS are refused */
  readonly callSts?: CallSts;
  /** Verified tokens that are remembered, each for a minute at most. @default 1000 */
  readonly rememberedTokens?: number;
}

/** What a proof shows. */
interface Shown extends Named {
  readonly digest: string;
  readonly expiresAt: number;
}

const MINUTE = 60_000;
const REMEMBERED = 1000;

/** Finds out who calls, from what the caller shows and what the policy names. */
export class Attestor {
  private readonly directory: Directory;
  private readonly tokens: BearerTokens;
  private readonly possession: PossessionProofs;
  private readonly once: Once;

  /** @throws policy_unavailable where the policy or the options name what can't be a principal, an issuer or an endpoint */
  public constructor(
    private readonly bundle: GatewayBundleJson,
    keys: KeySource,
    store: Store,
    private readonly clock: Clock,
    private readonly options: AttestorOptions = {},
  ) {
    const { stsHosts = [], rememberedTokens = REMEMBERED, baseUrl } = options;
    if (bundle.audience === "") throw unusable("The policy names no audience.");
    if (stsHosts.some((host) => stsRegionOf(host) === undefined)) throw unusable("A host is no regional STS endpoint.");
    this.directory = new Directory(bundle);
    this.tokens = new BearerTokens(trustedIssuers(bundle, options), bundle.audience, keys, clock, rememberedTokens);
    this.once = new Once(store, clock);
    this.possession = new PossessionProofs(this.once, clock, baseUrl);
  }

  /** The one agent whose principal the caller is. @throws unauthenticated, keys_unavailable, replayed, store_unavailable */
  public async attest(proof: CallerProof): Promise<Caller> {
    const shown = await this.shownBy(proof);
    if (shown.is === "person") throw refused("principal");
    const { digest: tokenDigest, expiresAt } = shown;
    return { ...this.directory.agentOf(shown.principal), tokenDigest, expiresAt };
  }

  /**
   * The principal that the caller is, as the policy names it if it does: an approver is looked up by it. An agent is refused.
   * @throws unauthenticated, keys_unavailable, replayed, store_unavailable
   */
  public async attestPrincipal(proof: CallerProof): Promise<PrincipalJson> {
    return this.directory.personOf((await this.shownBy(proof)).principal);
  }

  private async shownBy(proof: CallerProof): Promise<Shown> {
    switch (proof.kind) {
      case "bearer":
        return await this.bearer(proof);
      case "platform":
        return this.platform(proof.principal);
      case "sts":
        return await this.sts(proof.request);
      default:
        throw refused("form");
    }
  }

  private async bearer({ token: text, dpop, method, url }: CallerProof & { kind: "bearer" }): Promise<Shown> {
    const token = await this.tokens.verify(text);
    const { thumbprint } = token;
    // A bound token without a proof may be stolen; a proof of a token that is not bound proves nothing.
    if ((thumbprint === undefined) !== (dpop === undefined)) throw refused("binding");
    if (thumbprint !== undefined && dpop !== undefined) {
      await this.possession.check(dpop, { token: text, thumbprint, method, url });
    }
    return token;
  }

  private platform(principal: PrincipalJson): Shown {
    const key = principalKey(principal);
    if (key === undefined) throw refused("principal");
    return { principal, is: "unknown", digest: sha256(key), expiresAt: this.clock() + MINUTE };
  }

  private async sts(request: StsRequest): Promise<Shown> {
    const { stsHosts = [], callSts } = this.options;
    if (callSts === undefined) throw refused("request");
    const { call, signature, signedAt } = readStsRequest(request, { hosts: stsHosts, audience: this.bundle.audience });
    if (Math.abs(this.clock() - signedAt) > SKEW * 1000) throw refused("time");
    // Before STS is asked, so that of two at once one alone gets an answer.
    const isFirst = await this.once.take("sts", signature, signedAt + SKEW * 1000);
    if (!isFirst) throw replayed("request");
    const answer = await answerOf(callSts, call);
    if (answer === undefined || answer.status >= 500 || answer.status === 429) throw unasked();
    const named = answer.status === 200 ? readStsAnswer(answer.body) : undefined;
    if (named === undefined) throw refused("signature");
    const principal: PrincipalJson = { kind: "aws", arn: arnOf(named) };
    return { principal, is: "workload", digest: sha256(signature), expiresAt: signedAt + MINUTE };
  }
}

async function answerOf(callSts: CallSts, call: StsCall): Promise<Awaited<ReturnType<CallSts>> | undefined> {
  try {
    return await callSts(call);
  } catch {
    return undefined;
  }
}
