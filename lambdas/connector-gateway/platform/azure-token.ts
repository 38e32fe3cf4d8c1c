import { GatewayProblem } from "../core/problem";
import { askForToken, keptToken } from "./bearer-token";

const VERSION = "2019-08-01";

/**
 * Tokens of an app's own identity for a resource, such as `https://vault.azure.net`.
 * @see https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export function azureTokens(
  resource: string,
  environment: { readonly [name: string]: string | undefined },
  clock: () => number,
): () => Promise<string> {
  return keptToken(() => {
    const endpoint = environment["IDENTITY_ENDPOINT"];
    const secret = environment["IDENTITY_HEADER"];
    const client = environment["CORDON_IDENTITY"];
    if (endpoint === undefined || secret === undefined || client === undefined) {
      throw new GatewayProblem("credential_unavailable", "The app has no identity.");
    }
    const query = new URLSearchParams({ "api-version": VERSION, resource, client_id: client });
    return askForToken(`${endpoint}?${query}`, { "x-identity-header": secret }, clock);
  }, clock);
}
