/** What the caller declares about a stack; nothing here is read from the resources. */
export interface AzureLintOptions {
  /**
   * Blocks of subnets whose agents are in monitor mode. A rule that holds for them alone may be as wide as it likes,
   * because nothing of theirs is refused; ports that rules by name are for stay theirs.
   *
   * @default - every rule is bounded by a name or an address
   */
  readonly monitored?: readonly string[];
  /**
   * Hosts that the agents' policies list, as the policies write them (`*.example.com`): what is to be said about them the
   * policy has said, or the report does.
   *
   * @default - no host is accepted
   */
  readonly listed?: readonly string[];
}
