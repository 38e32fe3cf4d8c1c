import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import { Egress, Mode } from "cdktf-cordon";
import { AwsAgentCell, AwsEgressTier, AwsPermission, AwsService, AwsTrust } from "cdktf-cordon/aws";
import type { Construct } from "constructs";
import { coding, support } from "../policy";

/** Two agents with different allow lists behind an inspected way out; the coder is still being watched. */
export class AgentsAws extends TerraformStack {
  public readonly cell: AwsAgentCell;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: "eu-west-1" });
    this.cell = new AwsAgentCell(this, "Agents", {
      cidr: "10.64.0.0/20",
      availabilityZones: ["eu-west-1a", "eu-west-1b"],
      tier: AwsEgressTier.INSPECTED,
      services: [AwsService.BEDROCK_RUNTIME, AwsService.SECRETS_MANAGER], // private endpoints
    });
    const triage = this.cell.addAgent("triage", { policy: support, trust: AwsTrust.ecsTask() }); // own subnets, identity, allow list
    const coder = this.cell.addAgent("coder", { policy: coding, mode: Mode.MONITOR, trust: AwsTrust.ec2() });
    triage.allowEgress(Egress.https("api.partner.example", { reason: "one-off feed" })); // adjust the list in code, this agent only
    triage.identity.grant(AwsPermission.invokeModel("anthropic.claude-3-haiku-20240307-v1:0"));
    this.cell.vpc?.addOverride("tags.CostCenter", "ml"); // escape hatch: the raw resource
    new TerraformOutput(this, "triage_role", { value: triage.identity.roleArn });
    new TerraformOutput(this, "triage_subnets", { value: triage.subnetIds });
    new TerraformOutput(this, "coder_role", { value: coder.identity.roleArn });
  }
}
