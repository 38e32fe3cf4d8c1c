import type { TerraformResource } from "cdktf";
import { CordonError, quoted } from "../../lib/errors/cordon-error";

/**
 * What the arguments of a target have to be for nobody to reach it past its private endpoint: the values that are taken;
 * none where any will do.
 */
export interface AzureLockDown {
  readonly [argument: string]: readonly (string | boolean)[];
}

/** Shape of a service that the catalogue lacks, for {@link AzureService.of}. */
export interface AzureServiceProps {
  /** Short name in messages, e.g. `sql`. */
  readonly name: string;
  /** What the private endpoint is of, e.g. `sqlServer`. */
  readonly subresource: string;
  /** Private DNS zones that clients' names lead to, e.g. `privatelink.database.windows.net`. */
  readonly zones: string[];
  /** Domains that the service's public names stand below, e.g. `database.windows.net`. */
  readonly domains: string[];
}

interface Shape {
  readonly name: string;
  readonly subresource: string;
  readonly zones: readonly string[];
  readonly domains: readonly string[];
  /** Terraform type of the target. */
  readonly resourceType?: string;
  readonly lockDown?: AzureLockDown;
  readonly perimeter?: boolean;
}

const NO = [false];
const YES = [true];

/** The parts of a storage account share one lock-down. */
const STORAGE: AzureLockDown = {
  shared_access_key_enabled: NO,
  public_network_access_enabled: NO,
  allow_nested_items_to_be_public: NO,
  cross_tenant_replication_enabled: NO,
  allowed_copy_scope: ["AAD", "PrivateLink"],
  default_to_oauth_authentication: YES,
};

/**
 * A service of Azure that agents reach by a private endpoint of one resource, without any way to the internet: what its
 * endpoint is of, the zones in which its names are answered privately, and the arguments that close the resource to
 * everybody who comes another way.
 *
 * @see https://learn.microsoft.com/azure/private-link/private-endpoint-dns
 */
export class AzureService {
  /** Azure OpenAI, Foundry and the other AI services: one account, three names. */
  public static readonly AI_SERVICES = new AzureService({
    name: "ai-services",
    subresource: "account",
    zones: [
      "privatelink.cognitiveservices.azure.com",
      "privatelink.openai.azure.com",
      "privatelink.services.ai.azure.com",
    ],
    domains: ["cognitiveservices.azure.com", "openai.azure.com", "services.ai.azure.com"],
    resourceType: "azurerm_cognitive_account",
    lockDown: {
      public_network_access_enabled: NO,
      local_auth_enabled: NO,
      outbound_network_access_restricted: YES,
      custom_subdomain_name: [],
    },
    perimeter: true,
  });
  public static readonly KEY_VAULT = new AzureService({
    name: "key-vault",
    subresource: "vault",
    zones: ["privatelink.vaultcore.azure.net"],
    domains: ["vault.azure.net"],
    resourceType: "azurerm_key_vault",
    lockDown: {
      rbac_authorization_enabled: YES,
      public_network_access_enabled: NO,
      purge_protection_enabled: YES,
    },
    perimeter: true,
  });
  public static readonly STORAGE_BLOB = AzureService.storage("blob");
  public static readonly STORAGE_QUEUE = AzureService.storage("queue");
  public static readonly STORAGE_TABLE = AzureService.storage("table");
  public static readonly STORAGE_FILE = AzureService.storage("file");
  /** Data Lake Storage; its clients need `STORAGE_BLOB` too. */
  public static readonly STORAGE_DFS = AzureService.storage("dfs");
  /** Cosmos DB by its SQL API. */
  public static readonly COSMOS_DB = new AzureService({
    name: "cosmos-db",
    subresource: "Sql",
    zones: ["privatelink.documents.azure.com"],
    domains: ["documents.azure.com"],
    resourceType: "azurerm_cosmosdb_account",
    lockDown: { local_authentication_disabled: YES, public_network_access_enabled: NO },
  });
  /** A registry of SKU Premium. */
  public static readonly CONTAINER_REGISTRY = new AzureService({
    name: "container-registry",
    subresource: "registry",
    zones: ["privatelink.azurecr.io"],
    domains: ["azurecr.io"],
    resourceType: "azurerm_container_registry",
    lockDown: {
      sku: ["Premium"],
      admin_enabled: NO,
      export_policy_enabled: NO,
      public_network_access_enabled: NO,
      data_endpoint_enabled: YES,
    },
  });
  /** Azure Monitor Private Link Scope. It answers for every workspace whose names the network asks for. */
  public static readonly MONITOR = new AzureService({
    name: "monitor",
    subresource: "azuremonitor",
    zones: [
      "privatelink.monitor.azure.com",
      "privatelink.oms.opinsights.azure.com",
      "privatelink.ods.opinsights.azure.com",
      "privatelink.agentsvc.azure-automation.net",
      "privatelink.blob.core.windows.net",
    ],
    domains: [
      "monitor.azure.com",
      "oms.opinsights.azure.com",
      "ods.opinsights.azure.com",
      "agentsvc.azure-automation.net",
      "blob.core.windows.net",
    ],
    resourceType: "azurerm_monitor_private_link_scope",
    lockDown: { ingestion_access_mode: ["PrivateOnly"], query_access_mode: ["PrivateOnly"] },
  });
  public static readonly EVENT_HUBS = new AzureService({
    name: "event-hubs",
    subresource: "namespace",
    zones: ["privatelink.servicebus.windows.net"],
    domains: ["servicebus.windows.net"],
    resourceType: "azurerm_eventhub_namespace",
    lockDown: { public_network_access_enabled: NO, local_authentication_enabled: NO },
    perimeter: true,
  });
  /** A function app; the same zone answers for its deployment site. */
  public static readonly FUNCTION_APP = new AzureService({
    name: "function-app",
    subresource: "sites",
    zones: ["privatelink.azurewebsites.net"],
    domains: ["azurewebsites.net"],
    resourceType: "azurerm_linux_function_app",
    lockDown: {
      public_network_access_enabled: NO,
      https_only: YES,
      ftp_publish_basic_authentication_enabled: NO,
      webdeploy_publish_basic_authentication_enabled: NO,
    },
  });
  /** The gateway of an API Management service. It has to be created public, and closed afterwards. */
  public static readonly API_MANAGEMENT = new AzureService({
    name: "api-management",
    subresource: "Gateway",
    zones: ["privatelink.azure-api.net"],
    domains: ["azure-api.net"],
    resourceType: "azurerm_api_management",
  });
  public static readonly AI_SEARCH = new AzureService({
    name: "ai-search",
    subresource: "searchService",
    zones: ["privatelink.search.windows.net"],
    domains: ["search.windows.net"],
    resourceType: "azurerm_search_service",
    lockDown: { local_authentication_enabled: NO, public_network_access_enabled: NO },
    perimeter: true,
  });
  public static readonly APP_CONFIGURATION = new AzureService({
    name: "app-configuration",
    subresource: "configurationStores",
    zones: ["privatelink.azconfig.io"],
    domains: ["azconfig.io"],
    resourceType: "azurerm_app_configuration",
    lockDown: { local_auth_enabled: NO, public_network_access: ["Disabled"] },
  });
  /** An environment of Container Apps; its zone is of the cell's region. */
  public static readonly CONTAINER_APPS = new AzureService({
    name: "container-apps",
    subresource: "managedEnvironments",
    zones: ["privatelink.{location}.azurecontainerapps.io"],
    domains: ["{location}.azurecontainerapps.io"],
    resourceType: "azurerm_container_app_environment",
    lockDown: { public_network_access: ["Disabled"], internal_load_balancer_enabled: YES },
  });

  private constructor(private readonly shape: Shape) {}

  /**
   * A service that the catalogue lacks. Its targets are not checked: close them to public networks yourself.
   * @throws CORDON-110 for a name, zone or domain that is none
   */
  public static of(props: AzureServiceProps): AzureService {
    const domain = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
    for (const [what, value, form] of [
      ["name", props.name, /^[a-z0-9]+(-[a-z0-9]+)*$/],
      ["subresource", props.subresource, /^[A-Za-z0-9_]+$/],
      ...props.zones.map((zone) => ["zone", zone, domain] as const),
      ...props.domains.map((one) => ["domain", one, domain] as const),
    ] as const) {
      if (typeof value === "string" && form.test(value)) continue;
      throw new CordonError(
        "CORDON-110",
        "AzureService.of",
        `${what} ${quoted(value)} is malformed`,
        "write it as the private endpoint DNS table does, e.g. privatelink.database.windows.net",
      );
    }
    if (props.zones.length === 0 || props.domains.length === 0) {
      throw new CordonError(
        "CORDON-110",
        "AzureService.of",
        `${quoted(props.name)} has no ${props.zones.length === 0 ? "zone" : "domain"}`,
        "without it the service's public address is answered; name at least one",
      );
    }
    return new AzureService(props);
  }

  private static storage(part: string): AzureService {
    return new AzureService({
      name: `storage-${part}`,
      subresource: part,
      zones: [`privatelink.${part}.core.windows.net`],
      domains: [`${part}.core.windows.net`],
      resourceType: "azurerm_storage_account",
      lockDown: STORAGE,
      perimeter: true,
    });
  }

  /** Short name in messages and reports. */
  public get name(): string {
    return this.shape.name;
  }

  /** What the private endpoint is of. */
  public get subresource(): string {
    return this.shape.subresource;
  }

  /** Terraform type of its targets; undefined for a service of one's own. */
  public get resourceType(): string | undefined {
    return this.shape.resourceType;
  }

  /** Arguments that its targets need, by their Terraform names, with the values that are taken. */
  public get lockDownArguments(): AzureLockDown {
    return this.shape.lockDown ?? {};
  }

  /** Whether a network security perimeter takes it. */
  public get takesPerimeter(): boolean {
    return this.shape.perimeter === true;
  }

  /** Private DNS zones in a region. */
  public zones(location: string): string[] {
    return this.shape.zones.map((zone) => zone.replace("{location}", location));
  }

  /** Names that clients ask for, and those that they are led to, in a region: `*.vault.azure.net`. */
  public hostNames(location: string): string[] {
    const domains = this.shape.domains.map((domain) => domain.replace("{location}", location));
    return [...domains, ...this.zones(location)].map((domain) => `*.${domain}`);
  }

  /** Closes a target of the same program: sets the arguments of {@link lockDownArguments} that take one value. */
  public lockDown(target: TerraformResource): void {
    for (const [argument, [value]] of Object.entries(this.lockDownArguments)) {
      if (value !== undefined) target.addOverride(argument, value);
    }
  }
}
