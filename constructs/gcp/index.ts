export { GcpAgent, type GcpAgentOpening, type GcpAgentProps, type GcpPeering } from "./agent";
export { GcpAgentCell, type GcpAgentCellProps } from "./agent-cell";
export { GcpAgentIdentity, type GcpAgentIdentityProps, GcpGrant } from "./agent-identity";
export { GcpApis, type GcpApisProps } from "./apis";
export { GcpAttribution } from "./attribution";
export {
  GcpConnectorGateway,
  type GcpConnectorGatewayConfig,
  type GcpConnectorGatewayProps,
} from "./connector-gateway";
export { GcpDenyBaseline, type GcpDenyBaselineProps } from "./deny-baseline";
export { GcpDnsFirewall, type GcpDnsFirewallProps } from "./dns-firewall";
export { GcpEgressFirewall, type GcpEgressFirewallProps } from "./egress-firewall";
export { GcpEgressTier } from "./egress-tier";
export { GcpGatewayService, type GcpGatewayServiceProps } from "./gateway-service";
export { GcpGatewayState, type GcpGatewayStateProps } from "./gateway-state";
export { GcpLogStore, type GcpLogStoreProps } from "./log-store";
export { GcpCellNetwork, type GcpCellNetworkProps } from "./network";
export { GcpPerimeter, type GcpPerimeterProps, GcpServicePerimeter } from "./perimeter";
export { type GcpGrantTarget, GcpPermission, type GcpPermissionProps } from "./permission";
export { GcpPrivateEndpoints, type GcpPrivateEndpointsProps } from "./private-endpoints";
export type { GcpScope } from "./project";
export { GcpQuarantine, type GcpQuarantineProps } from "./quarantine";
export { GcpSecureWebProxy, type GcpSecureWebProxyProps } from "./secure-web-proxy";
export { GcpService, type GcpServiceProps } from "./service";
export { GcpTlsInspection, type GcpTlsInspectionProps } from "./tls-inspection";
export { type GcpFederationProps, type GcpGkeProps, GcpTrust } from "./trust";
