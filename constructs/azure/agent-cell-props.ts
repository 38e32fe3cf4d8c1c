import type { AzureConnectorGatewayProps } from "./connector-gateway-props";
import type { AzureDnsFilter } from "./dns-firewall";
import type { AzureEgressTier } from "./egress-tier";
import type { AzureExistingFirewall } from "./existing-firewall";
import type { AzureNetworkWatcher } from "./flow-logs";
import type { AzurePerimeterMode } from "./perimeter";
import type { AzureTlsInspection } from "./tls-inspection";

/** What a cell is made of. */
export interface AzureAgentCellProps {
  /**
   * Private IPv4 block of the cell's virtual network, /16 to /21. An agent's place in it comes from its name, so that
   * agents come and go without moving a subnet.
   */
  readonly cidr: string;
  /** Region in its short form: `westeurope`. */
  readonly location: string;
  /** How the way out is enforced. @default AzureEgressTier.STANDARD */
  readonly tier?: AzureEgressTier;
  /** The hub's firewall, for tier EXISTING. */
  readonly existingFirewall?: AzureExistingFirewall;
  /** The CA that makes methods and paths readable, for tier PREMIUM. @default - TLS is not inspected */
  readonly tlsInspection?: AzureTlsInspection;
  /**
   * What becomes of names that no policy lists. A hub's proxy answers by the hub's own policy, whatever stands here.
   * @default AzureDnsFilter.ALERT - they are answered, and logged
   */
  readonly dnsFilter?: AzureDnsFilter;
  /** Domains that listed names lead to (CNAME), such as a content network's; the resolver lets names below them through. @default - none */
  readonly cnameSuffixes?: string[];
  /** Size of an agent's subnet; changing it replaces them all. @default 26, 59 usable addresses */
  readonly agentSubnetPrefix?: number;
  /** Availability zones of the firewall and its addresses: `["1", "2", "3"]`. @default - as the region does by itself */
  readonly zones?: string[];
  /** A resource group that exists. @default - one is created */
  readonly resourceGroupName?: string;
  /** Ids of private DNS zones that exist, by their names; their owner links them to the network that resolves. @default - zones are created */
  readonly privateDnsZoneIds?: { readonly [zone: string]: string };
  /** A network security perimeter around the targets of private endpoints. @default - none */
  readonly perimeter?: AzurePerimeterMode;
  /** Id of a Log Analytics workspace that exists. @default - one is created */
  readonly workspaceId?: string;
  /** How long logs are kept, in days, from 30 to 730. @default 365 */
  readonly logRetentionDays?: number;
  /** Where the region's Network Watcher is. @default - where Azure makes it by itself */
  readonly networkWatcher?: AzureNetworkWatcher;
  /** Sets names apart that are unique in the whole of Azure, where one program is deployed more than once. @default "" */
  readonly nameSalt?: string;
  /** Choices of the gateway that mediates connectors; it is made when a policy has some. @default - those of its props */
  readonly connectorGateway?: AzureConnectorGatewayProps;
  /** Leaves tags to whoever else writes them, such as Azure Policy. @default false */
  readonly ignoreTagChanges?: boolean;
  /** Name in names and tags of resources; letters, digits, dashes. @default - the construct's id in kebab case */
  readonly name?: string;
}
