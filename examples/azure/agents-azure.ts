import { CognitiveAccount } from "@cdktf/provider-azurerm/lib/cognitive-account";
import { DataAzurermClientConfig } from "@cdktf/provider-azurerm/lib/data-azurerm-client-config";
import { KeyVault } from "@cdktf/provider-azurerm/lib/key-vault";
import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import { Egress, Mode } from "cdktf-cordon";
import { AzureAgentCell, AzureEgressTier, AzurePermission, AzureService } from "cdktf-cordon/azure";
import type { Construct } from "constructs";
import { coding, support } from "../policy";

/** Two agents with different allow lists behind an Azure Firewall; the coder is still being watched. */
export class AgentsAzure extends TerraformStack {
  public readonly cell: AzureAgentCell;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AzurermProvider(this, "azurerm", { features: [{}] });
    this.cell = new AzureAgentCell(this, "Agents", {
      cidr: "10.64.0.0/20",
      location: "westeurope",
      tier: AzureEgressTier.STANDARD,
    });
    const { location, resourceGroupName } = this.cell.scope;
    const models = new CognitiveAccount(this, "Models", {
      name: "acme-agents-models",
      customSubdomainName: "acme-agents-models",
      kind: "OpenAI",
      skuName: "S0",
      location,
      resourceGroupName,
    });
    AzureService.AI_SERVICES.lockDown(models); // closed but for the private endpoint
    const secrets = new KeyVault(this, "Secrets", {
      name: "acme-agents-secrets",
      skuName: "standard",
      tenantId: new DataAzurermClientConfig(this, "Client").tenantId,
      location,
      resourceGroupName,
    });
    AzureService.KEY_VAULT.lockDown(secrets);
    this.cell.addPrivateEndpoint("models", { service: AzureService.AI_SERVICES, resourceId: models.id });
    this.cell.addPrivateEndpoint("secrets", { service: AzureService.KEY_VAULT, resourceId: secrets.id });
    const triage = this.cell.addAgent("triage", { policy: support }); // own subnet, identity, allow list
    const coder = this.cell.addAgent("coder", { policy: coding, mode: Mode.MONITOR });
    triage.allowEgress(Egress.https("api.partner.example", { reason: "one-off feed" })); // adjust the list in code, this agent only
    triage.identity.grant(AzurePermission.useModels(models.id, "model calls"));
    this.cell.virtualNetwork.addOverride("tags.CostCenter", "ml"); // escape hatch: the raw resource
    new TerraformOutput(this, "triage_identity", { value: triage.identity.clientId });
    new TerraformOutput(this, "triage_subnet", { value: triage.subnetId });
    new TerraformOutput(this, "coder_identity", { value: coder.identity.clientId });
  }
}
