/** A rule of Azure Firewall for addresses. Sources are addresses, or IP groups by their id. */
export interface AzureNetworkRule {
  readonly name: string;
  readonly sourceAddresses?: string[];
  readonly sourceIpGroups?: string[];
  readonly protocols: string[];
  readonly destinationAddresses: string[];
  readonly destinationPorts: string[];
}

/** A rule of Azure Firewall for names, or with `destinationUrls` for names and paths. */
export interface AzureApplicationRule {
  readonly name: string;
  readonly sourceAddresses?: string[];
  readonly sourceIpGroups?: string[];
  readonly protocols: { readonly type: string; readonly port: number }[];
  readonly destinationFqdns?: string[];
  readonly destinationUrls?: string[];
  readonly terminateTls?: boolean;
}

/** Rules with one action; the first that matches decides. */
export interface AzureRuleCollection<R> {
  readonly name: string;
  readonly priority: number;
  readonly action: string;
  readonly rule: R[];
}

/** A rule collection group as the firewall reads it, priorities included. */
export interface AzureRuleGroup {
  readonly name: string;
  readonly priority: number;
  readonly applicationRuleCollection: AzureRuleCollection<AzureApplicationRule>[];
  readonly networkRuleCollection: AzureRuleCollection<AzureNetworkRule>[];
}
