import type { PrincipalJson } from "../../lib/policy/gateway-bundle";
import type { AzureGatewayPackage } from "./gateway-store";

/** Choices of a cell's connector gateway. */
export interface AzureConnectorGatewayProps {
  /**
   * Client id of an Entra application whose identifier is `api://<client id>`: agents ask for tokens of it, as Entra makes
   * none for what is not registered.
   */
  readonly application?: string;
  /** Who approves, by group. @default - nobody; operations with an approval are refused at synth */
  readonly approvers?: { readonly [group: string]: readonly PrincipalJson[] };
  /** Id of the vault that holds the credentials; the cell needs its private endpoint. @default - none; connectors with a credential are refused */
  readonly vaultId?: string;
  /** Names of secrets in the vault by the names that credentials give them. @default - the secret of that name */
  readonly secrets?: { readonly [name: string]: string };
  /**
   * Where the archive is, for deployers that don't reach the gateway's storage account: it is closed to every network but
   * the cell's. The compiled policy then is among the app's settings. @default - both are written into that account
   */
  readonly package?: AzureGatewayPackage;
  /**
   * Path of a TypeScript or JavaScript file with detectors and a handler of yours, see `GatewayExtension`: it is bundled with
   * esbuild and put into the archive. It runs with the gateway's rights. @default - none
   */
  readonly extension?: string;
  /** Size of the plan's instances: Basic, Standard or Premium. @default "B1" */
  readonly sku?: string;
  /** Instances that run. @default 1 */
  readonly instances?: number;
  /** Seconds that one request may take, up to 230. @default 60 */
  readonly timeout?: number;
}
