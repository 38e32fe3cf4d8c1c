import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformOutput, TerraformStack } from "cdktf";
import { AwsAgentCell, AwsEgressTier, AwsService, AwsTrust } from "cdktf-cordon/aws";
import type { Construct } from "constructs";
import { desk } from "./policy";

/** One agent that uses three systems through the connector gateway and reaches nothing by itself. */
export class AgentsConnectors extends TerraformStack {
  public readonly cell: AwsAgentCell;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: "eu-west-1" });
    this.cell = new AwsAgentCell(this, "Agents", {
      cidr: "10.65.0.0/20",
      availabilityZones: ["eu-west-1a", "eu-west-1b"],
      tier: AwsEgressTier.INSPECTED,
      services: [AwsService.DYNAMODB, AwsService.EXECUTE_API, AwsService.SECRETS_MANAGER],
      connectorGateway: {
        approverEndpointIds: ["vpce-0a1b2c3d4e5f60718"], // of the network that the leads work in
        approvers: {
          "support-leads": [
            { kind: "aws", arn: "arn:aws:iam::111122223333:role/support-lead-ann" },
            { kind: "aws", arn: "arn:aws:iam::111122223333:role/support-lead-ben" },
          ],
        },
      },
    });
    const triage = this.cell.addAgent("triage", { policy: desk, trust: AwsTrust.ecsTask() });
    for (const { name } of desk.connectors) {
      new TerraformOutput(this, `${name}_url`, { value: this.cell.connectorGateway?.urlOf(name) });
    }
    new TerraformOutput(this, "triage_role", { value: triage.identity.roleArn });
  }
}
