import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { plainText } from "../../lib/names/plain-text";
import type { AwsService } from "./service";

/** Where a permission is used: fills in what its resource names leave open. */
export interface AwsPermissionScope {
  readonly partition: string;
  readonly region: string;
  /** The account's id; a Terraform reference in a cell that made its own VPC. */
  readonly accountId: string;
}

/** What a permission comes to in IAM. */
export interface AwsPermissionStatement {
  readonly actions: string[];
  readonly resources: string[];
}

/** Arguments of {@link AwsPermission.of}. */
export interface AwsPermissionProps {
  /** IAM actions, each written out: `s3:GetObject`. Wildcards are refused. */
  readonly actions: string[];
  /** ARNs. A wildcard may only stand after the resource's name: `arn:aws:s3:::reports/*`. */
  readonly resources: string[];
  /** Why the agent needs it; stands in the role's policy review and in the report. */
  readonly reason: string;
}

/** Arguments of {@link AwsPermission.invokeInferenceProfile}. */
export interface AwsInferenceProfileProps {
  /** The model behind the profile, e.g. `anthropic.claude-sonnet-4-20250514-v1:0`. */
  readonly modelId: string;
  /** Regions that the profile may route to; the boundary lets the model calls through in these. */
  readonly regions: string[];
  /** @default - "model calls through <profile>" */
  readonly reason?: string;
}

const ACTION = /^[a-z0-9-]+:[A-Za-z0-9]+$/;
const MODEL_ID = /^[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]+)?$/;

/**
 * Something that an agent may do, as a value: actions on named resources, with a reason. `agent.identity.grant()` puts
 * it into the role's policy and opens the permission boundary by exactly it.
 */
export class AwsPermission {
  private constructor(
    /** Short name in messages and reports. */
    public readonly label: string,
    /** IAM actions, sorted. */
    public readonly actions: string[],
    public readonly reason: string,
    /** Regions beside the cell's own in which the actions may act. */
    public readonly regions: string[],
    /** Whether the runtime service uses the role for this from outside of the VPC. */
    public readonly usedByRuntime: boolean,
    private readonly arns: (scope: AwsPermissionScope) => string[],
    /** Name of the one endpoint that the actions go through, where the IAM prefix has several. */
    private readonly endpoint?: string,
  ) {}

  /** Calls of one foundation model of Amazon Bedrock in the cell's region. Needs `AwsService.BEDROCK_RUNTIME`. */
  public static invokeModel(modelId: string, props: { reason?: string } = {}): AwsPermission {
    const model = modelName(modelId, "AwsPermission.invokeModel");
    return new AwsPermission(
      `invoke model ${model}`,
      INVOKE,
      reasonOr(props.reason, `model calls to ${model}`),
      [],
      false,
      (scope) => [foundationModel(scope.partition, scope.region, model)],
      "bedrock-runtime",
    );
  }

  /**
   * Calls of one model through a cross-region inference profile of the account. Bedrock asks for the profile and for the
   * model in every region it may route to.
   * @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
   */
  public static invokeInferenceProfile(profileId: string, props: AwsInferenceProfileProps): AwsPermission {
    const at = "AwsPermission.invokeInferenceProfile";
    const profile = modelName(profileId, at);
    const model = modelName(props.modelId, at);
    const foreign = props.regions.find((region) => !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region));
    if (foreign !== undefined || props.regions.length === 0) {
      throw new CordonError(
        "CORDON-112",
        at,
        `regions ${quoted(props.regions.join(", "))} are not region names`,
        'list each, e.g. ["eu-west-1", "eu-central-1"]',
      );
    }
    const regions = [...new Set(props.regions)].sort();
    return new AwsPermission(
      `invoke profile ${profile}`,
      INVOKE,
      reasonOr(props.reason, `model calls through ${profile}`),
      regions,
      false,
      (scope) => [
        `arn:${scope.partition}:bedrock:${scope.region}:${scope.accountId}:inference-profile/${profile}`,
        ...regions.map((region) => foundationModel(scope.partition, region, model)),
      ],
      "bedrock-runtime",
    );
  }

  /** Reading one secret's value. Needs `AwsService.SECRETS_MANAGER`. */
  public static readSecret(secretArn: string, reason: string): AwsPermission {
    return AwsPermission.of({ actions: ["secretsmanager:GetSecretValue"], resources: [secretArn], reason });
  }

  /** Actions on resources that no factory covers: every action written out, every resource named, with a reason. */
  public static of(props: AwsPermissionProps): AwsPermission {
    return AwsPermission.checked(props, "AwsPermission.of", false);
  }

  /**
   * What the runtime service does with the agent's role around the agent: AgentCore pulls the image and writes the logs
   * from its own network. These actions need no private endpoint and are not pinned to the cell's VPC.
   */
  public static forRuntime(props: AwsPermissionProps): AwsPermission {
    return AwsPermission.checked(props, "AwsPermission.forRuntime", true);
  }

  /**
   * What Lambda does with a function's role to place the function into subnets. AWS takes no narrower resource; the
   * boundary denies it to the function's own code. @internal
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
   */
  public static lambdaInterfaces(): AwsPermission {
    const actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
    ];
    return new AwsPermission("network interfaces of Lambda", actions, "Lambda places the function", [], true, () => [
      "*",
    ]);
  }

  private static checked(props: AwsPermissionProps, at: string, usedByRuntime: boolean): AwsPermission {
    const reason = plainText(props.reason, at, "the reason");
    if (props.actions.length === 0 || props.resources.length === 0) {
      throw new CordonError("CORDON-112", at, "actions or resources are empty", "name at least one of each");
    }
    for (const action of props.actions) checkAction(action, at);
    for (const resource of props.resources) checkResource(resource, at);
    const actions = [...new Set(props.actions)].sort();
    const resources = [...new Set(props.resources)].sort();
    return new AwsPermission(actions.join(", "), actions, reason, [], usedByRuntime, () => resources);
  }

  /** The IAM statement of this permission in a cell. */
  public statement(scope: AwsPermissionScope): AwsPermissionStatement {
    return { actions: this.actions, resources: this.arns(scope) };
  }

  /** What has to be among a cell's services for this to have a way, and is not: an endpoint's name or an IAM prefix. */
  public missingService(services: readonly AwsService[]): string | undefined {
    if (this.usedByRuntime) return undefined;
    if (this.endpoint !== undefined)
      return services.some(({ name }) => name === this.endpoint) ? undefined : this.endpoint;
    return this.iamPrefixes.find((prefix) => !services.some(({ iamPrefix }) => iamPrefix === prefix));
  }

  /** The IAM prefixes of the actions: `bedrock`, `s3`. */
  public get iamPrefixes(): string[] {
    return [...new Set(this.actions.map((action) => action.slice(0, action.indexOf(":"))))];
  }
}

const INVOKE = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"];

const foundationModel = (partition: string, region: string, model: string): string =>
  `arn:${partition}:bedrock:${region}::foundation-model/${model}`;

function modelName(id: string, at: string): string {
  if (typeof id !== "string" || !MODEL_ID.test(id)) {
    throw new CordonError(
      "CORDON-112",
      at,
      `${quoted(id)} is not one model or profile`,
      "write its full id; wildcards would open models you have not reviewed",
    );
  }
  return id;
}

const reasonOr = (reason: string | undefined, fallback: string): string =>
  reason === undefined ? fallback : plainText(reason, "AwsPermission", "the reason");

// What would let an agent change the network, the firewall, the logs, the keys or its own identity.
const TAMPER =
  /^(iam|organizations|account|network-firewall|route53resolver|route53profiles|ram|cloudtrail|config|guardduty|securityhub):|^ec2:(?!Describe)|^sts:(?!GetCallerIdentity$)|^logs:(Delete|Put(?!LogEvents$)|Associate|Disassociate|Update)|^kms:(Put|Schedule|Disable|Create|Update|Retire|Revoke|Replicate|Import|Delete)|^s3:(Put(?!Object$|ObjectTagging$)|Bypass|DeleteBucket|CreateBucket)|^lambda:(?!Invoke|Get|List)/i;

function checkAction(action: string, at: string): void {
  if (!ACTION.test(action)) {
    throw new CordonError(
      "CORDON-112",
      at,
      `action ${quoted(action)} is not one action`,
      "write each out, e.g. s3:GetObject; wildcards are refused",
    );
  }
  if (TAMPER.test(action)) {
    throw new CordonError(
      "CORDON-114",
      at,
      `${action} changes networks, identities, logs or keys`,
      "an agent's own identity can't hold it; give it to a role outside of the cell",
    );
  }
}

const TOKEN = /\$\{TfToken\[[^\]]*\]\}/g;
const ONE_RESOURCE = /^(x|arn:[^:*?]+:[^:*?]+:[^:*?]*:[^:*?]*:[^*?]+)$/;
// A wildcard is taken after the resource's own name alone: objects of a bucket, streams of a log group, the six
// characters that Secrets Manager adds to a name.
const BELOW_ONE_RESOURCE = [
  /^arn:[^:*?]+:s3:::[a-z0-9.-]+\/[^*?]*\*$/,
  /^arn:[^:*?]+:secretsmanager:[^:*?]*:[^:*?]*:secret:[^*?]+-\?{6}$/,
  /^arn:[^:*?]+:[^:*?]+:[^:*?]*:[^:*?]*:[a-z-]+[/:][^*?:/]+[/:][^*?]*\*$/,
  /^x[/:][^*?]*\*$/,
];

function checkResource(resource: string, at: string): void {
  const text = typeof resource === "string" ? resource.replace(TOKEN, "x") : "";
  const named = ONE_RESOURCE.test(text) || BELOW_ONE_RESOURCE.some((form) => form.test(text));
  if (!named || /[$%]\{/.test(text)) {
    throw new CordonError(
      "CORDON-112",
      at,
      `resource ${quoted(resource)} names no single resource`,
      "write its ARN; a wildcard may only follow the resource's name, as in arn:aws:s3:::reports/*",
    );
  }
}
