import { LogAnalyticsSavedSearch } from "@cdktf/provider-azurerm/lib/log-analytics-saved-search";
import { LogAnalyticsWorkspace } from "@cdktf/provider-azurerm/lib/log-analytics-workspace";
import { MonitorDiagnosticSetting } from "@cdktf/provider-azurerm/lib/monitor-diagnostic-setting";
import { Construct } from "constructs";
import { CordonError } from "../../lib/errors/cordon-error";
import { azureId } from "./azure-id";
import type { AzureScope } from "./location";
import { azureName } from "./names";

export interface AzureLogStoreProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly retentionDays: number;
  /** A workspace that exists, by its id. @default - a workspace is created */
  readonly workspaceId?: string;
  readonly tags: { readonly [key: string]: string };
  readonly at: string;
}

/** What a diagnostic setting sends. */
export interface AzureDiagnostics {
  readonly targetId: string;
  /** Categories by name: `allLogs` would send the legacy ones again. */
  readonly categories: readonly string[];
  /** Tables of their own in the workspace; only some services can. */
  readonly dedicated?: boolean;
}

/** Where a cell's decisions are recorded: a Log Analytics workspace that only Entra identities read. */
export class AzureLogStore extends Construct {
  /** Undefined where the cell writes into a workspace that exists. */
  public readonly workspace: LogAnalyticsWorkspace | undefined;
  public readonly workspaceResourceId: string;
  public readonly retentionDays: number;
  public readonly diagnosticSettings = new Map<string, MonitorDiagnosticSetting>();

  /** @throws CORDON-303 for a retention that Log Analytics does not offer */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzureLogStoreProps,
  ) {
    super(scope, id);
    const { cellName, retentionDays, workspaceId, at } = props;
    if (!Number.isInteger(retentionDays) || retentionDays < 30 || retentionDays > 730) {
      throw new CordonError(
        "CORDON-303",
        at,
        `logRetentionDays ${retentionDays} is not a period of Log Analytics`,
        "use a whole number from 30 to 730",
      );
    }
    this.retentionDays = retentionDays;
    if (workspaceId === undefined) {
      this.workspace = new LogAnalyticsWorkspace(this, "Resource", {
        name: azureName("workspace", "log", cellName),
        location: props.scope.location,
        resourceGroupName: props.scope.resourceGroupName,
        sku: "PerGB2018",
        retentionInDays: retentionDays,
        localAuthenticationEnabled: false,
        internetIngestionEnabled: false,
        tags: { ...props.tags },
      });
    }
    this.workspaceResourceId = this.workspace?.id ?? azureId(workspaceId ?? "", at, "workspaceId");
  }

  /** Sends the decisions of one resource to the workspace. */
  public record(name: string, { targetId, categories, dedicated }: AzureDiagnostics): MonitorDiagnosticSetting {
    const setting = new MonitorDiagnosticSetting(this, `record-${name}`, {
      name: azureName("diagnosticSetting", this.props.cellName, name),
      targetResourceId: targetId,
      logAnalyticsWorkspaceId: this.workspaceResourceId,
      ...(dedicated === true ? { logAnalyticsDestinationType: "Dedicated" } : {}),
      enabledLog: categories.map((category) => ({ category })),
    });
    this.diagnosticSettings.set(name, setting);
    return setting;
  }

  /** Saves a query under the cell's category. */
  public saveQuery(scope: Construct, id: string, title: string, query: string): LogAnalyticsSavedSearch {
    const { cellName } = this.props;
    return new LogAnalyticsSavedSearch(scope, id, {
      name: azureName("network", "cordon", cellName, title),
      logAnalyticsWorkspaceId: this.workspaceResourceId,
      category: `cordon ${cellName}`,
      displayName: title.replaceAll("-", " "),
      query,
    });
  }
}
