import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import { GcpAgentCell, GcpEgressTier, GcpPerimeter, GcpPermission, GcpService } from "cdktf-cordon/gcp";
import type { Construct } from "constructs";

/** No internet at all: the agent calls a model and reads its documents by the private address, inside of a perimeter. */
export class AgentsGcpSealed extends TerraformStack {
  public readonly cell: GcpAgentCell;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const project = "acme-research";
    new GoogleProvider(this, "google", { project, region: "europe-west1" });
    this.cell = new GcpAgentCell(this, "Sealed", {
      project,
      region: "europe-west1",
      cidr: "10.80.0.0/20",
      tier: GcpEgressTier.SEALED,
      services: [GcpService.VERTEX_AI, GcpService.STORAGE, GcpService.LOGGING],
      perimeter: GcpPerimeter.dryRun({
        accessPolicy: "123456789012",
        accessLevels: ["accessPolicies/123456789012/accessLevels/deployers"],
      }),
    });
    const analyst = this.cell.addAgent("analyst");
    analyst.identity.grant(GcpPermission.invokeModels());
    analyst.identity.grant(GcpPermission.readBucket("research-documents", "the documents that the analyst reads"));
    new TerraformOutput(this, "analyst_account", { value: analyst.identity.email });
    new TerraformOutput(this, "analyst_subnet", { value: analyst.subnet.id });
  }
}
