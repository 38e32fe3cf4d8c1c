import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { TerraformStack } from "cdktf";
import type { ContainmentPolicy } from "cdktf-cordon";
import { AwsAgentCell, AwsEgressTier } from "cdktf-cordon/aws";
import { AzureAgentCell, AzureEgressTier } from "cdktf-cordon/azure";
import { GcpAgentCell, GcpEgressTier } from "cdktf-cordon/gcp";
import type { Construct } from "constructs";

/** The support agent on AWS, behind a Network Firewall. */
export class SupportOnAws extends TerraformStack {
  public constructor(scope: Construct, id: string, policy: ContainmentPolicy) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: "eu-west-1" });
    const cell = new AwsAgentCell(this, "Agents", {
      cidr: "10.64.0.0/20",
      availabilityZones: ["eu-west-1a", "eu-west-1b"],
      tier: AwsEgressTier.INSPECTED,
    });
    cell.addAgent("support", { policy });
  }
}

/** The same agent on Google Cloud, behind a Secure Web Proxy. */
export class SupportOnGoogle extends TerraformStack {
  public constructor(scope: Construct, id: string, policy: ContainmentPolicy) {
    super(scope, id);
    const project = "acme-agents";
    const region = "europe-west1";
    new GoogleProvider(this, "google", { project, region });
    const cell = new GcpAgentCell(this, "Agents", { project, region, cidr: "10.65.0.0/20", tier: GcpEgressTier.PROXY });
    cell.addAgent("support", { policy });
  }
}

/** The same agent on Azure, behind an Azure Firewall. */
export class SupportOnAzure extends TerraformStack {
  public constructor(scope: Construct, id: string, policy: ContainmentPolicy) {
    super(scope, id);
    new AzurermProvider(this, "azurerm", { features: [{}] });
    const cell = new AzureAgentCell(this, "Agents", {
      cidr: "10.66.0.0/20",
      location: "westeurope",
      tier: AzureEgressTier.STANDARD,
    });
    cell.addAgent("support", { policy });
  }
}
