import { Token } from "cdktf";
import { checkGatewayName, gatewayNumber, secretsOf } from "../../lib/cell/gateway-checks";
import { ownExtension } from "../../lib/cell/gateway-extension";
import { checkControls } from "../../lib/cell/packaged-check";
import { checkApprovers } from "../../lib/compile/gateway-bundle";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import type { Connector } from "../../lib/policy/connector";
import { azureId } from "./azure-id";
import type { AzureConnectorGatewayProps } from "./connector-gateway-props";
import { AzureEgressTier } from "./egress-tier";
import { AzureService } from "./service";

/** What a cell has to have for a gateway. */
export interface AzureGatewayCell {
  readonly place: string;
  readonly tier: AzureEgressTier;
  readonly agents: readonly { readonly agentName: string }[];
  readonly hasEndpoint: (service: AzureService) => boolean;
  readonly connectorGateway: object | undefined;
  readonly gatewayProps: AzureConnectorGatewayProps;
}

/** Plans with a place in a network that are not Elastic: those need a file share with a key. */
const PLANS = /^(B[1-3]|S[1-3]|P[1-3]v2|P[0-3]v3|P[1-5]mv3)$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Refuses connectors that a cell has no way to mediate, before anything is created. @throws CORDON-163, CORDON-164 */
export function checkGatewayFits(cell: AzureGatewayCell, connectors: readonly Connector[], at: string): void {
  const { tier, gatewayProps, place } = cell;
  checkControls(connectors, at, ownExtension(gatewayProps, at)?.detectors);
  checkApprovers(connectors, gatewayProps.approvers ?? {}, at);
  if (cell.connectorGateway === undefined) checkGatewayName(cell.agents, at);
  if (tier === AzureEgressTier.SEALED) {
    throw new CordonError(
      "CORDON-164",
      at,
      `the policy has connectors, first '${connectors[0]?.name}', and the sealed tier has no way to their hosts`,
      "use AzureEgressTier.STANDARD, or leave the connectors out",
    );
  }
  if (gatewayProps.application === undefined) {
    throw new CordonError(
      "CORDON-164",
      at,
      "its connectors need a gateway, and Entra makes tokens for registered applications alone",
      'register one with the identifier api://<client id>, and pass connectorGateway: { application: "<client id>" }',
    );
  }
  checkSecrets(cell, secretsOf(connectors), at);
  checkProps(gatewayProps, place);
}

function checkSecrets({ hasEndpoint, gatewayProps }: AzureGatewayCell, secrets: readonly string[], at: string): void {
  const { vaultId, secrets: names = {} } = gatewayProps;
  const [first] = secrets;
  if (first === undefined) return;
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-164", at, problem, fix);
  };
  if (vaultId === undefined) {
    refuse(
      `its connectors have credentials, first '${first}', and there is no vault`,
      "pass connectorGateway: { vaultId }",
    );
  }
  if (!hasEndpoint(AzureService.KEY_VAULT)) {
    refuse(
      `its connectors have credentials, first '${first}', and the cell has no private endpoint of key-vault`,
      "add the vault's with addPrivateEndpoint before the agent",
    );
  }
  for (const secret of secrets) {
    const name = names[secret] ?? secret;
    if (/^[A-Za-z0-9-]{1,127}$/.test(name)) continue;
    refuse(`secret ${quoted(name)} has no name of a vault's`, "name it in connectorGateway: { secrets }");
  }
}

function checkProps(props: AzureConnectorGatewayProps, place: string): void {
  const { application = "", vaultId, package: given } = props;
  const at = `${place}, connectorGateway`;
  if (typeof application !== "string" || !GUID.test(application)) {
    throw new CordonError(
      "CORDON-164",
      at,
      `application ${quoted(application)} is not a client id`,
      "write the application's client id, in lower case",
    );
  }
  if (vaultId !== undefined) azureId(vaultId, at, "vaultId");
  if (given !== undefined && !Token.isUnresolved(given.uri) && !/^https:\/\/[a-z0-9.-]+(\/[\w.-]+)+$/.test(given.uri)) {
    throw new CordonError(
      "CORDON-164",
      at,
      `package ${quoted(given.uri)} is not the address of a blob`,
      "write it without a signature; the gateway reads it by its identity",
    );
  }
  if (given !== undefined && props.extension !== undefined) {
    throw new CordonError(
      "CORDON-164",
      at,
      "an extension is put into the archive that the cell writes, and package says that it writes none",
      "leave package out, or deploy from a network that reaches the store",
    );
  }
  limitsOf(props, place);
}

/** What the app's plan is made of. @throws CORDON-164 */
export function limitsOf(
  { sku = "B1", instances = 1, timeout = 60 }: AzureConnectorGatewayProps,
  at: string,
): { readonly sku: string; readonly instances: number; readonly timeout: number } {
  if (!PLANS.test(sku)) {
    throw new CordonError(
      "CORDON-164",
      `${at}, connectorGateway`,
      `sku ${quoted(sku)} is not a plan that a gateway runs on`,
      "use B1 to B3, S1 to S3, or a Premium one as P0v3",
    );
  }
  return {
    sku,
    instances: gatewayNumber(instances, 1, sku.startsWith("B") ? 3 : sku.startsWith("S") ? 10 : 30, "instances", at),
    timeout: gatewayNumber(timeout, 1, 230, "timeout", at),
  };
}
