export { AzureAgent, type AzureAgentOpening, type AzureAgentProps } from "./agent";
export { AzureAgentCell } from "./agent-cell";
export type { AzureAgentCellProps } from "./agent-cell-props";
export { AzureAgentIdentity, type AzureAgentIdentityProps, AzureGrant } from "./agent-identity";
export { AzapiProvider, type AzapiProviderConfig, AzapiResource, type AzapiResourceConfig } from "./azapi";
export { AzureConnectorGateway, type AzureConnectorGatewayConfig } from "./connector-gateway";
export type { AzureConnectorGatewayProps } from "./connector-gateway-props";
export { AzureDnsFilter, AzureDnsFirewall, type AzureDnsFirewallProps } from "./dns-firewall";
export { AzureEgressFirewall, type AzureEgressFirewallProps } from "./egress-firewall";
export { AzureEgressTier } from "./egress-tier";
export { AzureExistingFirewall, type AzureFirewallAttributes, AzureFirewallSku } from "./existing-firewall";
export { AzureFederation, type AzureKubernetesFederationProps, type AzureOidcFederationProps } from "./federation";
export { AzureFlowLogs, type AzureFlowLogsProps, type AzureNetworkWatcher } from "./flow-logs";
export { AzureGatewayApp, type AzureGatewayAppProps } from "./gateway-app";
export { type AzureGatewayPackage, AzureGatewayStore, type AzureGatewayStoreProps } from "./gateway-store";
export type { AzureScope } from "./location";
export { type AzureDiagnostics, AzureLogStore, type AzureLogStoreProps } from "./log-store";
export {
  type AzureAgentSubnet,
  AzureCellNetwork,
  type AzureCellNetworkProps,
  type AzureEndpointSubnet,
} from "./network";
export { AzurePerimeter, AzurePerimeterMode, type AzurePerimeterProps } from "./perimeter";
export { type AzureBlobPermissionProps, AzurePermission, type AzurePermissionProps } from "./permission";
export {
  type AzureCellEndpoint,
  type AzurePrivateEndpointProps,
  AzurePrivateEndpoints,
  type AzurePrivateEndpointsProps,
  type AzurePrivateLinkProps,
} from "./private-endpoints";
export { AzureQuarantine, type AzureQuarantineOperator, type AzureQuarantineProps } from "./quarantine";
export { AzureRuntime } from "./runtime";
export { type AzureLockDown, AzureService, type AzureServiceProps } from "./service";
export { AzureTlsInspection, type AzureTlsInspectionProps } from "./tls-inspection";
