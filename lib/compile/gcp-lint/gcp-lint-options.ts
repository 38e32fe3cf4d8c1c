/** What the caller declares about a stack; nothing here is read from the resources. */
export interface GcpLintOptions {
  /** Agents leave through Cloud NAT: the tier in which the firewall passes names. @default - nothing is translated */
  readonly nat?: boolean;
  /** The stack is being taken down or rebuilt: deletion protections have to be off. @default - they have to be on */
  readonly maintenance?: boolean;
  /**
   * Addresses of agents' subnets (`google_compute_subnetwork.coder`): they are held to what holds for workloads also where
   * nothing of the stack stands in them, or a proxy does.
   *
   * @default - every subnet that is not a proxy's or an endpoint's alone
   */
  readonly agentSubnets?: readonly string[];
  /**
   * Who is in monitor mode: addresses of service accounts (`google_service_account.coder`) and blocks of agents' subnets.
   * A rule that holds for them alone may be as wide as it likes, because nothing of theirs is refused.
   *
   * @default - every rule is bounded by a name or an address
   */
  readonly monitored?: readonly string[];
}
