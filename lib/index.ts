export { type AcknowledgementProps, acknowledge } from "./cell/acknowledge";
export type { ResidualRisk } from "./compile/residual-risk";
export { CORDON_ERROR_CODES, type CordonErrorCode } from "./errors/codes";
export { CordonError } from "./errors/cordon-error";
export { CidrBlock } from "./names/cidr-block";
export { HostMatch, HostPattern, type HostPatternOptions } from "./names/host-pattern";
export { ContainmentPolicy } from "./policy/containment-policy";
export { DenyList, type DenyListJson } from "./policy/deny-list";
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
export { Mode } from "./policy/mode";
export type { EgressRuleJson, PolicyJson } from "./policy/policy-json";
