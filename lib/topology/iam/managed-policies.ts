import { type PolicyDocument, readPolicyDocument, templateText } from "./policy-document";

interface Body {
  readonly actions?: string;
  readonly notActions?: string;
  readonly resources?: string[];
}

const allow = ({ actions, notActions, resources }: Body): unknown => ({
  Effect: "Allow",
  ...(actions === undefined ? {} : { Action: actions.trim().split(/\s+/) }),
  ...(notActions === undefined ? {} : { NotAction: notActions.trim().split(/\s+/) }),
  Resource: resources ?? ["*"],
});

const SESSION_CHANNELS = `ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel
  ssmmessages:OpenDataChannel ec2messages:AcknowledgeMessage ec2messages:DeleteMessage ec2messages:FailMessage
  ec2messages:GetEndpoint ec2messages:GetMessages ec2messages:SendReply`;
const LAMBDA_LOGS = "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents";

/** Whole documents, as AWS publishes them; the newest of their versions is of 2026-03. */
const WHOLE: { [path: string]: Body[] } = {
  AdministratorAccess: [{ actions: "*" }],
  PowerUserAccess: [
    { notActions: "iam:* organizations:* account:*" },
    {
      actions: `account:GetAccountInformation account:GetGovCloudAccountInformation account:GetPrimaryEmail
        account:ListRegions iam:CreateServiceLinkedRole iam:DeleteServiceLinkedRole iam:ListRoles
        organizations:DescribeEffectivePolicy organizations:DescribeOrganization`,
    },
  ],
  AmazonS3FullAccess: [{ actions: "s3:* s3-object-lambda:*" }],
  AmazonS3ReadOnlyAccess: [{ actions: "s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* s3-object-lambda:List*" }],
  AmazonEC2ContainerRegistryPullOnly: [
    {
      actions: `ecr:GetAuthorizationToken ecr:BatchGetImage ecr:GetDownloadUrlForLayer ecr:BatchImportUpstreamImage`,
    },
  ],
  AmazonEC2ContainerRegistryReadOnly: [
    {
      actions: `ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer
        ecr:GetRepositoryPolicy ecr:DescribeRepositories ecr:ListImages ecr:DescribeImages ecr:BatchGetImage
        ecr:GetLifecyclePolicy ecr:GetLifecyclePolicyPreview ecr:ListTagsForResource ecr:DescribeImageScanFindings`,
    },
  ],
  AmazonSSMManagedInstanceCore: [
    {
      actions: `ssm:DescribeAssociation ssm:GetDeployablePatchSnapshotForInstance ssm:GetDocument ssm:DescribeDocument
        ssm:GetManifest ssm:GetParameter ssm:GetParameters ssm:ListAssociations ssm:ListInstanceAssociations
        ssm:PutInventory ssm:PutComplianceItems ssm:PutConfigurePackageResult ssm:UpdateAssociationStatus
        ssm:UpdateInstanceAssociationStatus ssm:UpdateInstanceInformation ${SESSION_CHANNELS}`,
    },
  ],
  CloudWatchAgentServerPolicy: [
    {
      actions: `cloudwatch:PutMetricData ec2:DescribeVolumes ec2:DescribeTags logs:PutLogEvents logs:PutRetentionPolicy
        logs:DescribeLogStreams logs:DescribeLogGroups logs:CreateLogStream logs:CreateLogGroup xray:PutTraceSegments
        xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets xray:GetSamplingStatisticSummaries`,
    },
    { actions: "ssm:GetParameter", resources: ["arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*"] },
  ],
  AWSXRayDaemonWriteAccess: [
    {
      actions: `xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets
        xray:GetSamplingStatisticSummaries`,
    },
  ],
  "service-role/AWSLambdaBasicExecutionRole": [{ actions: LAMBDA_LOGS }],
  "service-role/AWSLambdaVPCAccessExecutionRole": [
    {
      actions: `${LAMBDA_LOGS} ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeSubnets
        ec2:DeleteNetworkInterface ec2:AssignPrivateIpAddresses ec2:UnassignPrivateIpAddresses`,
    },
  ],
  "service-role/AmazonECSTaskExecutionRolePolicy": [
    {
      actions: `ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:BatchGetImage
        logs:CreateLogStream logs:PutLogEvents`,
    },
  ],
};

/** Wide documents that AWS extends often: what they surely hold. */
const AT_LEAST: { [path: string]: Body[] } = {
  ReadOnlyAccess: [{ actions: "s3:Get* dynamodb:BatchGet* dynamodb:Get* dynamodb:Query dynamodb:Scan" }],
  IAMFullAccess: [{ actions: "iam:*" }],
  AmazonEC2FullAccess: [{ actions: "ec2:*" }],
  AmazonVPCFullAccess: [{ actions: "ec2:CreateRoute ec2:CreateVpcEndpoint ec2:AttachInternetGateway" }],
  AmazonDynamoDBFullAccess: [{ actions: "dynamodb:*" }],
  SecretsManagerReadWrite: [{ actions: "secretsmanager:*" }],
};

/**
 * The document of a policy that AWS manages, by its ARN. Undefined for one that is not in this small table, which is read
 * as a document that can't be read. AWS may change its policies at any time.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
 */
export function managedPolicy(arn: unknown): PolicyDocument | undefined {
  const text = templateText(arn) ?? arn;
  const path = typeof text === "string" ? /^arn:[^:]+:iam::aws:policy\/([A-Za-z0-9/_-]+)$/.exec(text)?.[1] : undefined;
  if (path === undefined) return undefined;
  const [whole, part] = [ownValue(WHOLE, path), ownValue(AT_LEAST, path)];
  const bodies = whole ?? part;
  if (bodies === undefined) return undefined;
  const document = readPolicyDocument({ Statement: bodies.map(allow) });
  return document === undefined || whole !== undefined ? document : { ...document, atLeast: true };
}

const ownValue = <T>(table: { [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
