import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import { AwsAgentCell, AwsEgressTier, AwsPermission, AwsService, AwsTrust } from "cdktf-cordon/aws";
import type { Construct } from "constructs";

/** No internet at all: the agent calls a model and reads its documents through private endpoints. */
export class AgentsAwsSealed extends TerraformStack {
  public readonly cell: AwsAgentCell;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: "eu-west-1" });
    this.cell = new AwsAgentCell(this, "Sealed", {
      cidr: "10.80.0.0/20",
      availabilityZones: ["eu-west-1a", "eu-west-1b"],
      tier: AwsEgressTier.SEALED,
      services: [AwsService.BEDROCK_RUNTIME, AwsService.CLOUDWATCH_LOGS, AwsService.S3],
    });
    const analyst = this.cell.addAgent("analyst", { trust: AwsTrust.ec2() });
    analyst.identity.grant(AwsPermission.invokeModel("anthropic.claude-3-haiku-20240307-v1:0"));
    analyst.identity.grant(
      AwsPermission.of({
        actions: ["s3:GetObject"],
        resources: ["arn:aws:s3:::research-documents/*"],
        reason: "the documents that the analyst reads",
      }),
    );
    new TerraformOutput(this, "analyst_role", { value: analyst.identity.roleArn });
    new TerraformOutput(this, "analyst_subnets", { value: analyst.subnetIds });
  }
}
