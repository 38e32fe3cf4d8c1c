import { CordonError } from "../errors/cordon-error";
import type { Connector } from "../policy/connector";
import type { ConnectorJson } from "../policy/connector-json";
import { packagedFile } from "./packaged-function";

/** What the packaged check exports. */
interface Check {
  checkConnector(
    connector: ConnectorJson,
    ownDetectors: readonly string[],
  ): { readonly operation: string; readonly problem: string }[];
}

/**
 * Refuses controls that the gateway could not apply, by the gateway's own readers: conditions of Cedar, schemas, redactions,
 * detectors.
 *
 * @param ownDetectors Ids of the owner's detectors
 * @throws CORDON-038
 */
export function checkControls(
  connectors: readonly Connector[],
  at: string,
  ownDetectors: readonly string[] = [],
): void {
  const controlled = connectors.map((connector) => connector.toJSON()).filter(hasControls);
  if (controlled.length === 0) return; // the readers cost a tenth of a second to load
  const { checkConnector } = require(packagedFile("connector-gateway/local/check.js")) as Check;
  for (const connector of controlled) {
    const [first] = checkConnector(connector, ownDetectors);
    if (first === undefined) continue;
    const place = `${at}, connector '${connector.name}', ${first.operation}`;
    throw new CordonError("CORDON-038", place, first.problem, "correct it in the policy");
  }
}

const hasControls = ({ operations }: ConnectorJson): boolean =>
  operations.some(
    ({ when, schema, redact, dlp }) =>
      when !== undefined ||
      schema !== undefined ||
      redact !== undefined ||
      dlp?.request?.detectors !== undefined ||
      dlp?.response?.detectors !== undefined,
  );
