import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { CloudwatchLogResourcePolicy } from "@cdktf/provider-aws/lib/cloudwatch-log-resource-policy";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Construct } from "constructs";
import { CordonError } from "../../lib/errors/cordon-error";
import type { AwsPermissionScope } from "./permission";
import { policyJson } from "./policy-document";

/** The periods that CloudWatch Logs offers, in days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export interface AwsLogStoreProps {
  readonly cellName: string;
  readonly scope: AwsPermissionScope;
  readonly retentionDays: number;
  readonly at: string;
}

/** Where a cell's decisions are recorded: one log group per layer under `/cordon/<cell>/`, encrypted by a key of the cell. */
export class AwsLogStore extends Construct {
  /** Encrypts every log group of the cell; only CloudWatch Logs in this region may use it, for these groups. */
  public readonly key: KmsKey;
  public readonly alias: KmsAlias;
  /** Lets the firewall and the resolver deliver into the cell's log groups. */
  public readonly deliveryPolicy: CloudwatchLogResourcePolicy;
  private readonly groups = new Map<string, CloudwatchLogGroup>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsLogStoreProps,
  ) {
    super(scope, id);
    const { cellName, retentionDays, at } = props;
    if (!RETENTION_DAYS.includes(retentionDays)) {
      throw new CordonError(
        "CORDON-119",
        at,
        `logRetentionDays ${retentionDays} is not a period of CloudWatch Logs`,
        `use one of ${RETENTION_DAYS.join(", ")}`,
      );
    }
    const { partition, region, accountId } = props.scope;
    const groups = `arn:${partition}:logs:${region}:${accountId}:log-group:/cordon/${cellName}/*`;
    this.key = new KmsKey(this, "Key", {
      description: `Logs of agent cell ${cellName}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policyJson([
        {
          Sid: "OwnerAdministers",
          Effect: "Allow",
          Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "LogsOfThisCell",
          Effect: "Allow",
          Principal: { Service: `logs.${region}.amazonaws.com` },
          Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
          Resource: "*",
          Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": groups } },
        },
      ]),
    });
    this.alias = new KmsAlias(this, "Alias", { name: `alias/cordon-${cellName}`, targetKeyId: this.key.keyId });
    this.deliveryPolicy = new CloudwatchLogResourcePolicy(this, "DeliveryPolicy", {
      policyName: `cordon-${cellName}-delivery`,
      policyDocument: policyJson([
        {
          Sid: "LogDelivery",
          Effect: "Allow",
          Principal: { Service: "delivery.logs.amazonaws.com" },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: `${groups}:log-stream:*`,
          Condition: {
            StringEquals: { "aws:SourceAccount": accountId },
            ArnLike: { "aws:SourceArn": `arn:${partition}:logs:${region}:${accountId}:*` },
          },
        },
      ]),
    });
  }

  /** The log group of one layer, made on first use. */
  public group(
    layer: "firewall-alert" | "firewall-flow" | "dns" | "vpc-flow" | "connector-gateway",
  ): CloudwatchLogGroup {
    const existing = this.groups.get(layer);
    if (existing !== undefined) return existing;
    const group = new CloudwatchLogGroup(this, layer, {
      name: `/cordon/${this.props.cellName}/${layer}`,
      kmsKeyId: this.key.arn,
      retentionInDays: this.props.retentionDays,
    });
    this.groups.set(layer, group);
    return group;
  }
}
