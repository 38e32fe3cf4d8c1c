import { NetworkWatcherFlowLog } from "@cdktf/provider-azurerm/lib/network-watcher-flow-log";
import { StorageAccount } from "@cdktf/provider-azurerm/lib/storage-account";
import { Construct } from "constructs";
import { plainText } from "../../lib/names/plain-text";
import type { AzureScope } from "./location";
import type { AzureLogStore } from "./log-store";
import { azureName } from "./names";

/** The Network Watcher of a subscription and region. */
export interface AzureNetworkWatcher {
  /** @default - `NetworkWatcher_<region>`, which Azure makes by itself */
  readonly name?: string;
  /** @default "NetworkWatcherRG" */
  readonly resourceGroupName?: string;
}

export interface AzureFlowLogsProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly virtualNetworkId: string;
  readonly logs: AzureLogStore;
  readonly networkWatcher: AzureNetworkWatcher;
  /** Makes the storage account's name one's own; it is unique in the whole of Azure. */
  readonly salt: string;
  readonly tags: { readonly [key: string]: string };
  readonly at: string;
}

/** The longest that a flow log deletes after, in days. */
const LONGEST = 365;

/**
 * Records every accepted and denied flow of the cell's virtual network, and where the cell has a workspace of its own
 * makes them readable there. The store is closed to networks but for Azure's own services, which write with its key.
 *
 * @see https://learn.microsoft.com/azure/network-watcher/vnet-flow-logs-overview
 */
export class AzureFlowLogs extends Construct {
  public readonly storageAccount: StorageAccount;
  public readonly flowLog: NetworkWatcherFlowLog;

  public constructor(scope: Construct, id: string, props: AzureFlowLogsProps) {
    super(scope, id);
    const { cellName, logs, networkWatcher, at } = props;
    const { location, resourceGroupName } = props.scope;
    const { workspace } = logs;
    this.storageAccount = new StorageAccount(this, "Store", {
      name: azureName("storageAccount", "flow", cellName, location, props.salt),
      location,
      resourceGroupName,
      accountTier: "Standard",
      accountReplicationType: "LRS",
      minTlsVersion: "TLS1_2",
      httpsTrafficOnlyEnabled: true,
      allowNestedItemsToBePublic: false,
      crossTenantReplicationEnabled: false,
      defaultToOauthAuthentication: true,
      allowedCopyScope: "AAD",
      localUserEnabled: false,
      networkRules: { defaultAction: "Deny", bypass: ["AzureServices"] },
      tags: { ...props.tags },
    });
    this.flowLog = new NetworkWatcherFlowLog(this, "Resource", {
      name: azureName("network", "flow", cellName),
      networkWatcherName: plainText(networkWatcher.name ?? `NetworkWatcher_${location}`, at, "networkWatcher.name"),
      resourceGroupName: plainText(
        networkWatcher.resourceGroupName ?? "NetworkWatcherRG",
        at,
        "networkWatcher.resourceGroupName",
      ),
      targetResourceId: props.virtualNetworkId,
      storageAccountId: this.storageAccount.id,
      enabled: true,
      version: 2,
      retentionPolicy: { enabled: true, days: Math.min(logs.retentionDays, LONGEST) },
      ...(workspace === undefined
        ? {}
        : {
            trafficAnalytics: {
              enabled: true,
              workspaceId: workspace.workspaceId,
              workspaceRegion: location,
              workspaceResourceId: workspace.id,
              intervalInMinutes: 10,
            },
          }),
      tags: { ...props.tags },
    });
  }
}
