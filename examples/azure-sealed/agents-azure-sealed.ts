import { CognitiveAccount } from "@cdktf/provider-azurerm/lib/cognitive-account";
import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { StorageAccount } from "@cdktf/provider-azurerm/lib/storage-account";
import { TerraformOutput, TerraformStack } from "cdktf";
import { AzureAgentCell, AzureDnsFilter, AzureEgressTier, AzurePermission, AzureService } from "cdktf-cordon/azure";
import type { Construct } from "constructs";

/** No internet at all: the agent calls a model and reads its documents through private endpoints. */
export class AgentsAzureSealed extends TerraformStack {
  public readonly cell: AzureAgentCell;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AzurermProvider(this, "azurerm", { features: [{}], storageUseAzuread: true });
    this.cell = new AzureAgentCell(this, "Sealed", {
      cidr: "10.80.0.0/20",
      location: "westeurope",
      tier: AzureEgressTier.SEALED,
      dnsFilter: AzureDnsFilter.BLOCK,
    });
    const { location, resourceGroupName } = this.cell.scope;
    const models = new CognitiveAccount(this, "Models", {
      name: "acme-sealed-models",
      customSubdomainName: "acme-sealed-models",
      kind: "OpenAI",
      skuName: "S0",
      location,
      resourceGroupName,
    });
    AzureService.AI_SERVICES.lockDown(models);
    const documents = new StorageAccount(this, "Documents", {
      name: "acmesealeddocuments",
      accountTier: "Standard",
      accountReplicationType: "ZRS",
      location,
      resourceGroupName,
    });
    AzureService.STORAGE_BLOB.lockDown(documents);
    this.cell.addPrivateEndpoint("models", {
      service: AzureService.AI_SERVICES,
      resourceId: models.id,
      hosts: ["acme-sealed-models.openai.azure.com"],
    });
    this.cell.addPrivateEndpoint("documents", {
      service: AzureService.STORAGE_BLOB,
      resourceId: documents.id,
      hosts: ["acmesealeddocuments.blob.core.windows.net"],
    });
    const analyst = this.cell.addAgent("analyst");
    analyst.identity.grant(AzurePermission.useModels(models.id, "model calls"));
    analyst.identity.grant(
      AzurePermission.readBlobs({
        storageAccountId: documents.id,
        container: "research",
        reason: "the documents that the analyst reads",
      }),
    );
    new TerraformOutput(this, "analyst_identity", { value: analyst.identity.clientId });
    new TerraformOutput(this, "analyst_subnet", { value: analyst.subnetId });
  }
}
