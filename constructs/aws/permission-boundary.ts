import { CordonError } from "../../lib/errors/cordon-error";
import type { AwsPermission, AwsPermissionScope } from "./permission";
import type { PolicyStatement } from "./policy-document";

/** IAM counts a managed policy's characters without blanks. */
const IAM_POLICY_SIZE = 6144;

/** What the boundary keeps from an agent whatever else is attached to its role. */
const TAMPERING = [
  "iam:*",
  "organizations:*",
  "account:*",
  "network-firewall:*",
  "route53resolver:*",
  "cloudtrail:*",
  "config:*",
  "ec2:*Route*",
  "ec2:*VpcEndpoint*",
  "ec2:*SecurityGroup*",
  "ec2:*NetworkAcl*",
  "ec2:*Gateway*",
  "ec2:*Peering*",
  "ec2:CreateSubnet*",
  "ec2:DeleteSubnet*",
  "ec2:ModifySubnet*",
  "ec2:AllocateAddress",
  "ec2:AssociateAddress",
  "ec2:*FlowLogs",
  "ec2:ModifyInstance*",
  "ec2:RunInstances",
  "logs:Delete*",
  "logs:PutRetention*",
  "logs:*SubscriptionFilter*",
  "s3:PutBucket*",
  "s3:PutObjectRetention",
  "s3:BypassGovernanceRetention",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:DisableKey",
  "kms:CreateGrant",
  "lambda:Update*",
  "lambda:AddPermission",
];

/** Where and for what a boundary is made. */
export interface BoundaryContext extends AwsPermissionScope {
  readonly vpcId: string;
  /** `cell 'Agents', agent 'triage'`, for errors. */
  readonly at: string;
}

/**
 * The permission boundary of an agent: it allows exactly what was granted, and denies four things to whatever policy may
 * be attached later: changing its containment, taking other roles, using its credentials outside of the cell's VPC, and
 * acting in other regions.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function boundaryStatements(permissions: AwsPermission[], context: BoundaryContext): PolicyStatement[] {
  const regions = sortedUnique([context.region, ...permissions.flatMap((permission) => permission.regions)]);
  const runtimeActions = sortedUnique(permissions.filter((p) => p.usedByRuntime).flatMap((p) => p.actions));
  const statements: PolicyStatement[] = [
    ...permissions.map((permission): PolicyStatement => {
      const { actions, resources } = permission.statement(context);
      return { Effect: "Allow", Action: actions, Resource: resources };
    }),
    { Sid: "NoTampering", Effect: "Deny", Action: TAMPERING, Resource: "*" },
    {
      Sid: "NoOtherRole",
      Effect: "Deny",
      Action: ["sts:AssumeRole*", "sts:Get*Token", "sts:AssumeRoot"],
      Resource: "*",
    },
    {
      Sid: "NoOldMetadataService",
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { NumericLessThan: { "ec2:RoleDelivery": "2.0" } },
    },
    ...(runtimeActions.length === 0
      ? []
      : [
          {
            Sid: "RuntimeOnly",
            Effect: "Deny" as const,
            Action: runtimeActions,
            Resource: "*",
            // Set for calls of a function's own code alone.
            Condition: { Null: { "lambda:SourceFunctionArn": "false" } },
          },
        ]),
    {
      // A call from outside of the VPC carries no source VPC at all, and a negated operator is true for a missing key.
      Sid: "OnlyFromThisVpc",
      Effect: "Deny",
      ...(runtimeActions.length === 0 ? { Action: "*" } : { NotAction: runtimeActions }),
      Resource: "*",
      Condition: {
        StringNotEquals: { "aws:SourceVpc": context.vpcId },
        BoolIfExists: { "aws:ViaAWSService": "false" },
      },
    },
    {
      Sid: "OnlyTheseRegions",
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { StringNotEquals: { "aws:RequestedRegion": regions } },
    },
  ];
  refuseOversize(statements, context.at);
  return statements;
}

function refuseOversize(statements: PolicyStatement[], at: string): void {
  const size = JSON.stringify(statements).replace(/\s/g, "").length + '{"Version":"2012-10-17","Statement":}'.length;
  if (size > IAM_POLICY_SIZE) {
    throw new CordonError(
      "CORDON-115",
      at,
      `the permission boundary has ${size} characters, IAM takes ${IAM_POLICY_SIZE}`,
      "grant fewer permissions, or name resources by a common prefix after the resource's name",
    );
  }
}

const sortedUnique = (values: string[]): string[] => [...new Set(values)].sort();
