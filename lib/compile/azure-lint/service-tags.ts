/**
 * Tags behind which customers of Azure have resources of their own, so that whoever rents one there is reached.
 * @see https://learn.microsoft.com/azure/virtual-network/service-tags-overview
 */
const SHARED = words(`
  AppService AzureCloud AzureFrontDoor EventHub ServiceBus Sql Storage
`);

/**
 * Tags of Azure, without regions. One that is not here, or not in Azure, resolves to nothing and says nothing about it.
 * @see https://learn.microsoft.com/azure/virtual-network/service-tags-overview
 */
const KNOWN = words(`
  ActionGroup ApiManagement AppConfiguration AppService AppServiceManagement ApplicationInsightsAvailability
  AutonomousDevelopmentPlatform AzureActiveDirectory AzureActiveDirectoryDomainServices AzureAdvancedThreatProtection
  AzureArcInfrastructure AzureAttestation AzureBackup AzureBotService AzureCloud AzureCognitiveSearch AzureConnectors
  AzureContainerAppsService AzureContainerRegistry AzureCosmosDB AzureDataExplorerManagement AzureDataLake
  AzureDatabricks AzureDevOps AzureDevSpaces AzureDeviceUpdate AzureDigitalTwins AzureEventGrid AzureFrontDoor
  AzureHealthcareAPIs AzureInformationProtection AzureIoTHub AzureKeyVault AzureLoadBalancer
  AzureLoadTestingInstanceManagement AzureMachineLearning AzureMachineLearningInference AzureManagedGrafana AzureMonitor
  AzureOpenDatasets AzurePlatformDNS AzurePlatformIMDS AzurePlatformLKM AzureResourceManager AzureSecurityCenter
  AzureSentinel AzureSignalR AzureSiteRecovery AzureSphere AzureSpringCloud AzureStack AzureTrafficManager
  AzureUpdateDelivery AzureWebPubSub BatchNodeManagement ChaosStudio CognitiveServicesFrontend
  CognitiveServicesManagement DataFactory DataFactoryManagement Dynamics365BusinessCentral Dynamics365ForMarketingEmail
  EOPExternalPublishedIPs EventHub GatewayManager GuestAndHybridManagement HDInsight Internet KustoAnalytics LogicApps
  LogicAppsManagement M365ManagementActivityApi M365ManagementActivityApiWebhook Marketplace MicrosoftAzureFluidRelay
  MicrosoftCloudAppSecurity MicrosoftContainerRegistry MicrosoftDefenderForEndpoint MicrosoftPurviewPolicyDistribution
  OneDsCollector PowerBI PowerPlatformInfra PowerPlatformPlex PowerQueryOnline SCCservice Scuba SerialConsole ServiceBus
  ServiceFabric Sql SqlManagement Storage StorageMover StorageSyncService VideoIndexer VirtualNetwork WindowsAdminCenter
  WindowsVirtualDesktop
`);

/** Whether customers of Azure have resources behind a tag, with or without a region: `Storage.WestEurope`. */
export const isShared = (tag: string): boolean => SHARED.includes(nameOf(tag));

/** Whether Azure has a tag. Tags of Microsoft 365 have parts of their own: `Office365.Exchange.Optimize`. */
export const isKnown = (tag: string): boolean => KNOWN.includes(nameOf(tag)) || nameOf(tag) === "office365";

const nameOf = (tag: string): string => tag.toLowerCase().split(".")[0] ?? "";

function words(text: string): string[] {
  return text.trim().toLowerCase().split(/\s+/);
}
