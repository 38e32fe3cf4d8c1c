export { type AcknowledgementProps, acknowledge } from "./cell/acknowledge";
export type { ResidualRisk } from "./compile/residual-risk";
export { CORDON_ERROR_CODES, type CordonErrorCode } from "./errors/codes";
export { CordonError } from "./errors/cordon-error";
export { CidrBlock } from "./names/cidr-block";
export { HostMatch, HostPattern, type HostPatternOptions } from "./names/host-pattern";
export {
  Connector,
  type ConnectorOptions,
  type McpConnectorOptions,
  type ModelConnectorOptions,
} from "./policy/connector";
export type {
  BoundingPromptJson,
  ConnectorJson,
  ControlsJson,
  DlpAction,
  DlpActionsJson,
  ModelApi,
  OperationJson,
} from "./policy/connector-json";
export { ContainmentPolicy } from "./policy/containment-policy";
export type { Controls } from "./policy/controls";
export { Credential, type CredentialOptions } from "./policy/credential";
export { DenyList, type DenyListJson } from "./policy/deny-list";
export { Dlp, type DlpOptions } from "./policy/dlp";
export {
  Egress,
  type EgressCidrOptions,
  type EgressHttpOptions,
  type EgressNameOptions,
  type EgressOptions,
  type EgressPortOptions,
  EgressProtocol,
  EgressRule,
} from "./policy/egress";
export { EgressRequest } from "./policy/egress-request";
export type { GatewayExtension, HandledRequest, HandlerRefusal, OwnDetector } from "./policy/gateway-extension";
export { Approval, type ApprovalOptions, Budget, RateLimit } from "./policy/limits";
export { Mode } from "./policy/mode";
export { type ConnectorKind, Operation } from "./policy/operation";
export type { EgressRuleJson, PolicyJson } from "./policy/policy-json";
export { Redaction, type RedactionOptions } from "./policy/redaction";
export { Tenancy } from "./policy/tenancy";
