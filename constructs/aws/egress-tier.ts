/**
 * How a cell's way out is enforced, and what that costs while idle.
 *
 * @see https://docs.aws.amazon.com/network-firewall/latest/developerguide/arch-two-zone-igw.html
 */
export enum AwsEgressTier {
  /** No internet at all: no gateway, no NAT, no firewall. Agents reach the private endpoints of `services` only. */
  SEALED = "sealed",
  /**
   * One AWS Network Firewall endpoint and one NAT gateway, in the first zone listed; agents of other zones cross to it.
   * Cheaper than `INSPECTED` by one endpoint and one NAT gateway per further zone; the way out fails with that zone.
   */
  INSPECTED_ONE_ZONE = "inspected-one-zone",
  /** A firewall endpoint and a NAT gateway in every zone; traffic stays in its zone. */
  INSPECTED = "inspected",
}
