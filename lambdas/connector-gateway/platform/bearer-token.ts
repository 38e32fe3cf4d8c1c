import { GatewayProblem } from "../core/problem";

/** A token, and when it ends. */
export interface BearerToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const TIMEOUT = 3_000;
/** How long before its end a token is replaced. */
const AHEAD = 300_000;

/** Keeps a token as long as it holds. Requests at the same moment ask once, and a failure is not kept. */
export function keptToken(ask: () => Promise<BearerToken>, clock: () => number): () => Promise<string> {
  let kept: BearerToken | undefined;
  let asking: Promise<BearerToken> | undefined;
  return async () => {
    if (kept !== undefined && kept.until - AHEAD > clock()) return kept.token;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    kept = await asking;
    return kept.token;
  };
}

/** Asks an endpoint of the instance for a token. @throws credential_unavailable */
export async function askForToken(
  url: string,
  headers: { readonly [name: string]: string },
  clock: () => number,
): Promise<BearerToken> {
  const now = clock();
  try {
    const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(TIMEOUT) });
    if (response.status !== 200) throw new Error("no token");
    const {
      access_token: token,
      expires_in: seconds,
      expires_on: end,
    } = (await response.json()) as {
      readonly [member: string]: unknown;
    };
    const until = seconds === undefined ? Number(end) * 1_000 : now + Number(seconds) * 1_000;
    if (typeof token !== "string" || token === "" || !Number.isFinite(until)) throw new Error("no token");
    return { token, until };
  } catch {
    throw new GatewayProblem("credential_unavailable", "The platform gives the gateway no token of its identity.");
  }
}
