import { CordonError, quoted } from "../errors/cordon-error";
import type { Connector } from "../policy/connector";

/** The gateway's own name among the agents of its cell: it is contained as they are. */
export const GATEWAY = "connector-gateway";

/** Checks a number of a gateway's props. @throws CORDON-164 */
export function gatewayNumber(value: number, least: number, most: number, what: string, at: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new CordonError(
    "CORDON-164",
    `${at}, connectorGateway`,
    `${what} ${quoted(value)} is not a whole number from ${least} to ${most}`,
    "leave it out, or write one",
  );
}

/** Refuses an agent of the caller's that has the gateway's name. @throws CORDON-164 */
export function checkGatewayName(agents: readonly { readonly agentName: string }[], at: string): void {
  if (agents.every(({ agentName }) => agentName !== GATEWAY)) return;
  throw new CordonError(
    "CORDON-164",
    at,
    `its connectors need a gateway, which is named '${GATEWAY}', and an agent of the cell has that name`,
    "name that agent otherwise",
  );
}

/** Names of the secrets that connectors' credentials are in, sorted. */
export function secretsOf(connectors: readonly Connector[]): string[] {
  return [...new Set(connectors.flatMap((connector) => connector.toJSON().credential?.secret ?? []))].sort();
}
