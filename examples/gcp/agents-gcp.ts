import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import { Egress, Mode } from "cdktf-cordon";
import { GcpAgentCell, GcpEgressTier, GcpPermission, GcpService } from "cdktf-cordon/gcp";
import type { Construct } from "constructs";
import { coding, support } from "../policy";

/** Two agents with different allow lists behind a Secure Web Proxy; the coder is still being watched. */
export class AgentsGcp extends TerraformStack {
  public readonly cell: GcpAgentCell;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    const project = "acme-agents";
    new GoogleProvider(this, "google", { project, region: "europe-west1" });
    this.cell = new GcpAgentCell(this, "Agents", {
      project,
      region: "europe-west1",
      cidr: "10.64.0.0/20",
      tier: GcpEgressTier.PROXY,
      services: [GcpService.VERTEX_AI, GcpService.SECRET_MANAGER], // by their private address
    });
    const triage = this.cell.addAgent("triage", { policy: support }); // own subnet, service account, allow list
    const coder = this.cell.addAgent("coder", { policy: coding, mode: Mode.MONITOR });
    triage.allowEgress(Egress.https("api.partner.example", { reason: "one-off feed" })); // adjust the list in code, this agent only
    triage.identity.grant(GcpPermission.invokeModels());
    this.cell.network.network.addOverride("description", "agents of the support desk"); // escape hatch: the raw resource
    new TerraformOutput(this, "triage_account", { value: triage.identity.email });
    new TerraformOutput(this, "triage_subnet", { value: triage.subnet.id });
    new TerraformOutput(this, "coder_account", { value: coder.identity.email });
    new TerraformOutput(this, "client_environment", { value: this.cell.clientEnvironment });
  }
}
