import { FlowLog } from "@cdktf/provider-aws/lib/flow-log";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Construct } from "constructs";
import type { AwsLogStore } from "./log-store";
import type { AwsCellNetwork } from "./network";
import type { AwsPermissionScope } from "./permission";
import { policyJson } from "./policy-document";

export interface AwsFlowLogsProps {
  readonly cellName: string;
  readonly network: AwsCellNetwork;
  readonly logs: AwsLogStore;
  readonly scope: AwsPermissionScope;
}

/**
 * Records every accepted and rejected flow of the cell's VPC, once a minute. In an existing VPC it records the cell's own
 * subnets, each by its own flow log.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
 */
export class AwsFlowLogs extends Construct {
  /** The role that the flow log service writes with. */
  public readonly role: IamRole;
  public readonly rolePolicy: IamRolePolicy;
  /** Every flow log: the VPC's, or one per agent's subnet in an existing VPC. */
  public readonly flowLogs: FlowLog[] = [];
  /** The flow log of the VPC. Undefined in an existing VPC. */
  public readonly vpcFlowLog: FlowLog | undefined;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsFlowLogsProps,
  ) {
    super(scope, id);
    const { cellName, network, logs } = props;
    const { partition, region, accountId } = props.scope;
    this.role = new IamRole(this, "Role", {
      name: `${cellName}-${region}.flow-logs`, // the dot keeps it apart from every agent's role
      description: `Writes the flow logs of agent cell ${cellName}`,
      assumeRolePolicy: policyJson([
        {
          Effect: "Allow",
          Principal: { Service: "vpc-flow-logs.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": accountId },
            ArnLike: { "aws:SourceArn": `arn:${partition}:ec2:${region}:${accountId}:vpc-flow-log/*` },
          },
        },
      ]),
    });
    this.rolePolicy = new IamRolePolicy(this, "Policy", {
      name: "write-flow-logs",
      role: this.role.name,
      policy: policyJson([
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
          Resource: `${logs.group("vpc-flow").arn}:*`,
        },
        {
          // The service looks for the group before it writes, which IAM can only allow for all groups of a region.
          Effect: "Allow",
          Action: "logs:DescribeLogGroups",
          Resource: `arn:${partition}:logs:${region}:${accountId}:log-group:*`,
        },
      ]),
    });
    if (network.vpc !== undefined) this.vpcFlowLog = this.record("Resource", { vpcId: network.vpcId });
  }

  /** Records one subnet, where the VPC as a whole is not the cell's to record. */
  public recordSubnet(name: string, subnetId: string): void {
    if (this.vpcFlowLog === undefined) this.record(name, { subnetId });
  }

  private record(id: string, subject: { vpcId: string } | { subnetId: string }): FlowLog {
    const { logs, network } = this.props;
    const flowLog = new FlowLog(this, id, {
      ...subject,
      trafficType: "ALL",
      maxAggregationInterval: 60,
      logDestinationType: "cloud-watch-logs",
      logDestination: logs.group("vpc-flow").arn,
      iamRoleArn: this.role.arn,
      tags: network.tags("flow"),
      dependsOn: [this.rolePolicy],
    });
    this.flowLogs.push(flowLog);
    return flowLog;
  }
}
