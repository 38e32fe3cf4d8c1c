/**
 * How a cell's way out is enforced, and what that costs while idle.
 *
 * @see https://learn.microsoft.com/azure/firewall/features-by-sku
 */
export enum AzureEgressTier {
  /** No internet at all: the default route leads nowhere, and there is no firewall. Agents reach private endpoints only. */
  SEALED = "sealed",
  /**
   * Azure Firewall Basic. It reads names in passing traffic, has no DNS proxy, and only alerts on known bad addresses; it
   * takes two public addresses and can't be stopped to save its hourly price. Agents ask Azure's own resolver.
   */
  BASIC = "basic",
  /** Azure Firewall Standard: names, DNS proxy, known bad addresses denied. Billed by the hour, about three times Basic. */
  STANDARD = "standard",
  /** Azure Firewall Premium: intrusion detection and, with a CA of one's own, methods and paths. The dearest. */
  PREMIUM = "premium",
  /** A firewall that stands already, in a hub: the cell adds its rules to the policy and sends its traffic there. */
  EXISTING = "existing",
}
