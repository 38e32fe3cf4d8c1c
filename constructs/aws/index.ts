export { AwsAgent, type AwsAgentOpening, type AwsAgentProps } from "./agent";
export { AwsAgentCell, type AwsAgentCellProps } from "./agent-cell";
export { AwsAgentIdentity, type AwsAgentIdentityProps, AwsGrant } from "./agent-identity";
export {
  AwsConnectorGateway,
  type AwsConnectorGatewayConfig,
  type AwsConnectorGatewayProps,
} from "./connector-gateway";
export { AwsDnsFirewall, type AwsDnsFirewallProps } from "./dns-firewall";
export { AwsEgressFirewall, type AwsEgressFirewallProps } from "./egress-firewall";
export { AwsEgressTier } from "./egress-tier";
export { AwsExistingVpc, type AwsPublicSubnetAttributes, type AwsVpcAttributes } from "./existing-vpc";
export { AwsFlowLogs, type AwsFlowLogsProps } from "./flow-logs";
export { AwsGatewayApi, type AwsGatewayApiProps, type AwsGatewayCaller } from "./gateway-api";
export { AwsLogStore, type AwsLogStoreProps } from "./log-store";
export { AwsCellNetwork, type AwsCellNetworkProps, type AwsZoneSubnet } from "./network";
export {
  type AwsInferenceProfileProps,
  AwsPermission,
  type AwsPermissionProps,
  type AwsPermissionScope,
  type AwsPermissionStatement,
} from "./permission";
export { AwsPrivateEndpoints, type AwsPrivateEndpointsProps, type AwsRoleAdmission } from "./private-endpoints";
export { AwsEndpointKind, AwsPerimeter, AwsService, type AwsServiceProps } from "./service";
export { AwsTrust, type AwsTrustCompanion, type EksPodIdentityProps, type RolesAnywhereProps } from "./trust";
