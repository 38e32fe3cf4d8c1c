import { CordonError } from "../../errors/cordon-error";
import type { HostPattern } from "../../names/host-pattern";
import type { EgressRule } from "../../policy/egress";

/** Domains of Google's APIs. By the proxy or the internet they would lead to every owner's resources. */
export const GOOGLE_API_DOMAINS = ["googleapis.com", "gcr.io", "pkg.dev"];

/** Refuses names that the cell's services answer by a private address. @throws CORDON-172 */
export function refuseGoogleHosts(rules: readonly EgressRule[], at: string): void {
  for (const { host, id } of rules) {
    if (host === undefined || !isGoogleApi(host)) continue;
    throw new CordonError(
      "CORDON-172",
      `${at}, rule ${id}`,
      `${host} is a Google API, which the internet would serve for every owner's resources`,
      "remove it, and name the API in the cell's services, e.g. GcpService.STORAGE",
    );
  }
}

/**
 * Refuses names of the network's inside: instances and the metadata server have such, and a proxy or zone for them would
 * lead the agent to what is not public. @throws CORDON-175
 */
export function refuseInsideNames(rules: readonly EgressRule[], at: string): void {
  for (const { host, id } of rules) {
    if (host === undefined || !/(^|\.)internal$/.test(host.name)) continue;
    throw new CordonError(
      "CORDON-175",
      `${at}, rule ${id}`,
      `${host} is a name of the network's inside, and an allow list is of public destinations`,
      "remove it; open a port to another agent by allowTo",
    );
  }
}

const isGoogleApi = ({ name }: HostPattern): boolean =>
  GOOGLE_API_DOMAINS.some((domain) => name === domain || name.endsWith(`.${domain}`));
