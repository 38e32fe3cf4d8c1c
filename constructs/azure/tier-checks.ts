import { CordonError } from "../../lib/errors/cordon-error";
import type { CidrBlock } from "../../lib/names/cidr-block";
import { AzureDnsFilter } from "./dns-firewall";
import { AzureEgressTier } from "./egress-tier";
import { type AzureExistingFirewall, AzureFirewallSku } from "./existing-firewall";
import type { AzureTlsInspection } from "./tls-inspection";

/** The options of a cell that a tier decides about. */
export interface TierOptions {
  readonly tier: AzureEgressTier;
  readonly cidr: CidrBlock;
  readonly dnsFilter: AzureDnsFilter;
  readonly existingFirewall: AzureExistingFirewall | undefined;
  readonly tlsInspection: AzureTlsInspection | undefined;
  readonly zones: readonly string[];
}

/** Whether the firewall asks names for the agents. */
export function hasDnsProxy(tier: AzureEgressTier, existing: AzureExistingFirewall | undefined): boolean {
  if (tier === AzureEgressTier.EXISTING) return existing?.sku !== AzureFirewallSku.BASIC;
  return tier === AzureEgressTier.STANDARD || tier === AzureEgressTier.PREMIUM;
}

/** Refuses options that the tier does not have. @throws CORDON-312 */
export function checkTier(options: TierOptions, at: string): void {
  const { tier, cidr, dnsFilter, existingFirewall, tlsInspection, zones } = options;
  const refuse = (problem: string, fix: string): never => {
    throw new CordonError("CORDON-312", at, problem, fix);
  };
  if (!Object.values(AzureEgressTier).includes(tier)) refuse(`'${tier}' is no tier`, "use AzureEgressTier");
  if ((tier === AzureEgressTier.EXISTING) !== (existingFirewall !== undefined)) {
    refuse(
      existingFirewall === undefined
        ? "tier EXISTING needs to know the firewall"
        : `existingFirewall is for tier EXISTING, and the tier is '${tier}'`,
      existingFirewall === undefined ? "pass existingFirewall" : "leave it out, or use AzureEgressTier.EXISTING",
    );
  }
  if (existingFirewall?.cidr.overlaps(cidr)) {
    refuse(`${cidr} and the hub's ${existingFirewall.cidr} share addresses`, "choose another cidr for the cell");
  }
  if (tlsInspection !== undefined && tier !== AzureEgressTier.PREMIUM) {
    refuse(
      `tlsInspection is for tier PREMIUM, and the tier is '${tier}'`,
      "leave it out, or use AzureEgressTier.PREMIUM",
    );
  }
  if (zones.length > 0 && (tier === AzureEgressTier.SEALED || tier === AzureEgressTier.EXISTING)) {
    refuse(`zones are of a firewall of the cell's own, and tier '${tier}' has none`, "leave zones out");
  }
  if (dnsFilter === AzureDnsFilter.NONE && !hasDnsProxy(tier, existingFirewall)) {
    refuse(
      "agents of this tier ask Azure's own resolver, and without a DNS security policy nobody records what",
      "use AzureDnsFilter.ALERT or BLOCK",
    );
  }
}
