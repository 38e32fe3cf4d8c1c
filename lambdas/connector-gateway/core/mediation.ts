import type { ConnectorJson } from "../../../lib/policy/connector-json";
import type { GatewayAgentJson, GatewayBundleJson } from "../../../lib/policy/gateway-bundle";
import type { GatewayExtension } from "../../../lib/policy/gateway-extension";
import type { ApprovalRecord, Approvals } from "./approvals";
import type { Attestor } from "./attest";
import type { AuditChain } from "./audit";
import type { TokenKeys } from "./content";
import type { CustomDetector } from "./detect";
import type { Limits } from "./limits";
import type { CedarEngine, Conditions } from "./operations/cedar";
import type { OperationTable } from "./operations/operation-table";
import type { Clock, SecretSource, Store, Upstream } from "./ports";
import type { Schemas } from "./steps/authorize";

/** What the gateway needs of its surroundings. Everything that fails there denies. */
export interface GatewayPorts {
  readonly clock: Clock;
  /** An id that nobody can guess, of 128 bits. */
  readonly id: () => string;
  readonly attestor: Attestor;
  readonly store: Store;
  readonly limits: Limits;
  readonly approvals: Approvals;
  readonly secrets: SecretSource;
  readonly upstream: Upstream;
  readonly audit: AuditChain;
  /** Keys of hashes and tokens, by connector. */
  readonly tokenKeys: (connector: string) => Promise<TokenKeys>;
  readonly cedar: () => CedarEngine;
  /** Told of a request that waits for people. @default nobody is told */
  readonly asked?: (record: ApprovalRecord) => void | Promise<void>;
}

/** How a gateway runs. */
export interface GatewayOptions {
  /** SHA-256 of the policy that it decides by; stands in records and binds approvals. */
  readonly policyDigest: string;
  /** Detectors of the owner's, besides the shipped ones. */
  readonly detectors?: readonly CustomDetector[];
  /** The owner's word on each request that operations permit. */
  readonly onRequest?: NonNullable<GatewayExtension["onRequest"]>;
  /** Milliseconds that a connector's host may take, and may be silent in a stream. @default 25,000 */
  readonly timeout?: number;
  /** Whether events leave as they come; else answers are whole. @default false */
  readonly streams?: boolean;
}

/** What is prepared once for each connector of an agent. */
export interface Mediation {
  readonly agent: GatewayAgentJson;
  readonly connector: ConnectorJson;
  readonly table: OperationTable;
  readonly conditions: Conditions;
  readonly schemas: Schemas;
}

/** What an exchange knows of its gateway. */
export interface Mediator {
  readonly bundle: GatewayBundleJson;
  readonly ports: GatewayPorts;
  readonly options: GatewayOptions;
  /** What is prepared for an agent's connector. @throws unknown_connector */
  mediation(agent: string, connector: string): Mediation;
}
