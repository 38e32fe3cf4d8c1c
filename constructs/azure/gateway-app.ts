import { LinuxFunctionApp } from "@cdktf/provider-azurerm/lib/linux-function-app";
import { ServicePlan } from "@cdktf/provider-azurerm/lib/service-plan";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { AzureAgent } from "./agent";
import type { AzureScope } from "./location";
import { azureName } from "./names";

export interface AzureGatewayAppProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  /** In whose subnet it sends, and as whom. */
  readonly host: AzureAgent;
  /** Name of the storage account that the Functions host keeps its things in. */
  readonly storageAccountName: string;
  readonly packageUri: string;
  /** Client id of the Entra application that callers' tokens are made for. */
  readonly application: string;
  /** Object ids of the identities that may call; read when the stack is synthesized. */
  readonly callers: string[];
  readonly settings: { readonly [name: string]: string };
  readonly sku: string;
  readonly instances: number;
  /** Seconds. */
  readonly timeout: number;
  /** Makes the app's name one's own; it is unique in the whole of Azure. */
  readonly salt: string;
  readonly tags: { readonly [key: string]: string };
  readonly dependsOn: ITerraformDependable[];
}

/**
 * The gateway's code as a Linux function app on a plan of its own. It is reached by its private endpoint alone, starts from
 * its archive by its identity, sends everything through the gateway's subnet, and has Azure refuse callers without a token
 * of an agent that has connectors before its own check does.
 *
 * @see https://learn.microsoft.com/azure/azure-functions/functions-networking-options
 * @see https://learn.microsoft.com/azure/app-service/overview-authentication-authorization
 */
export class AzureGatewayApp extends Construct {
  public readonly plan: ServicePlan;
  public readonly app: LinuxFunctionApp;
  /** The app's name, known at synth. */
  public readonly name: string;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzureGatewayAppProps,
  ) {
    super(scope, id);
    const { cellName, salt, tags, host, sku, instances, storageAccountName } = props;
    const { location, resourceGroupName } = props.scope;
    const { identity } = host.identity;
    this.name = azureName("functionApp", "gateway", cellName, location, salt);
    this.plan = new ServicePlan(this, "Plan", {
      name: azureName("servicePlan", "plan", cellName, "gateway"),
      location,
      resourceGroupName,
      osType: "Linux",
      skuName: sku,
      workerCount: instances,
      tags: { ...tags },
    });
    this.app = new LinuxFunctionApp(this, "Resource", {
      name: this.name,
      location,
      resourceGroupName,
      servicePlanId: this.plan.id,
      storageAccountName,
      storageUsesManagedIdentity: true,
      identity: { type: "UserAssigned", identityIds: [identity.id] },
      keyVaultReferenceIdentityId: identity.id,
      virtualNetworkSubnetId: host.subnetId,
      publicNetworkAccessEnabled: false,
      httpsOnly: true,
      ftpPublishBasicAuthenticationEnabled: false,
      webdeployPublishBasicAuthenticationEnabled: false,
      builtinLoggingEnabled: false,
      functionsExtensionVersion: "~4",
      siteConfig: {
        vnetRouteAllEnabled: true,
        ipRestrictionDefaultAction: "Deny",
        scmIpRestrictionDefaultAction: "Deny",
        minimumTlsVersion: "1.2",
        scmMinimumTlsVersion: "1.2",
        ftpsState: "Disabled",
        remoteDebuggingEnabled: false,
        http2Enabled: true,
        alwaysOn: true,
        applicationStack: { nodeVersion: "22" },
      },
      authSettingsV2: this.authentication(),
      appSettings: this.settings(),
      tags: { ...tags },
      dependsOn: props.dependsOn,
    });
  }

  /** The one name that agents ask for. */
  public get hostName(): string {
    return `${this.name}.azurewebsites.net`;
  }

  private authentication(): ConstructorParameters<typeof LinuxFunctionApp>[2]["authSettingsV2"] {
    const { application, callers, host } = this.props;
    return {
      authEnabled: true,
      requireAuthentication: true,
      requireHttps: true,
      unauthenticatedAction: "Return401",
      defaultProvider: "azureactivedirectory",
      activeDirectoryV2: {
        clientId: application,
        tenantAuthEndpoint: `https://login.microsoftonline.com/${host.identity.identity.tenantId}/v2.0`,
        allowedAudiences: [`api://${application}`],
        allowedIdentities: callers,
      },
      login: { tokenStoreEnabled: false },
    };
  }

  private settings(): { [name: string]: string } {
    const { settings, packageUri, timeout, host } = this.props;
    const { identity } = host.identity;
    return {
      ...settings,
      AzureFunctionsJobHost__functionTimeout: clockTime(timeout),
      AzureWebJobsStorage__clientId: identity.clientId,
      AzureWebJobsStorage__credential: "managedidentity",
      CORDON_IDENTITY: identity.clientId,
      WEBSITE_RUN_FROM_PACKAGE: packageUri,
      WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: identity.id,
    };
  }
}

// As .NET writes a span of time.
function clockTime(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `00:${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
}
