/** By what the firewall and the proxy know an agent. */
export enum GcpAttribution {
  /** The service account of the instance that sends; for Compute Engine and for GKE nodes. */
  SERVICE_ACCOUNT = "service-account",
  /**
   * The agent's subnet; for Cloud Run with Direct VPC egress, whose account neither of them sees. Nobody else may have an
   * interface there.
   */
  SUBNET = "subnet",
}
