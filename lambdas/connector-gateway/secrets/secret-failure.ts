import { GatewayProblem } from "../core/problem";

const TIMEOUT = 3_000;
const MOST_CHARACTERS = 100_000;

/** Never says which secret, or what the store has said. */
export const unavailable = (): GatewayProblem =>
  new GatewayProblem("credential_unavailable", "The secret store does not give the credential.");

/** The JSON of a secret store's answer. @throws credential_unavailable */
export async function askSecretStore(request: Promise<Request>): Promise<{ readonly [member: string]: unknown }> {
  try {
    const response = await fetch(await request, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT) });
    const text = await response.text();
    if (response.status !== 200 || text.length > MOST_CHARACTERS) throw unavailable();
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) throw unavailable();
    return value as { readonly [member: string]: unknown };
  } catch {
    throw unavailable();
  }
}

/** A secret's text. @throws credential_unavailable where there is none */
export function secretText(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw unavailable();
}
