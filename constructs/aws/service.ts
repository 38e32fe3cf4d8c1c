import { CordonError, quoted } from "../../lib/errors/cordon-error";

/** How a private endpoint is attached to the VPC. */
export enum AwsEndpointKind {
  /** An address in the endpoint subnets of every zone, behind the endpoint security group. Billed by the hour. */
  INTERFACE = "Interface",
  /** A route in the agents' route tables. Free; only S3 and DynamoDB have it. */
  GATEWAY = "Gateway",
}

/** How an endpoint's policy confines the resources that are reached through it. */
export enum AwsPerimeter {
  /** Principals and resources of the owner's account (or organisation) only. */
  OWNER = "owner",
  /** The owner's principals, and exactly the resources granted to the cell's agents: for resources that AWS owns, like models. */
  GRANTED = "granted",
}

/** Shape of a service that the catalogue lacks, for {@link AwsService.of}. */
export interface AwsServiceProps {
  /** The part after `com.amazonaws.<region>.` of the endpoint's service name, e.g. `bedrock-runtime` or `ecr.api`. */
  readonly name: string;
  /** Prefix of the service's IAM actions, e.g. `bedrock`. */
  readonly iamPrefix: string;
  /**
   * Names that the endpoint answers, before `.<region>.amazonaws.com`; the resolver lets agents ask for them.
   * @default - the reversed labels of `name`, so `ecr.api` answers `api.ecr.<region>.amazonaws.com`
   */
  readonly hostLabels?: string[];
  /** @default AwsEndpointKind.INTERFACE */
  readonly kind?: AwsEndpointKind;
}

/**
 * An AWS service that a cell's agents reach through a private endpoint, without any way to the internet. Each one adds
 * an endpoint whose policy pins the owner's account, a route or address for it, and its names to the resolver's list.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export class AwsService {
  /** Model calls of Amazon Bedrock. */
  public static readonly BEDROCK_RUNTIME = new AwsService(
    "bedrock-runtime",
    "bedrock",
    ["bedrock-runtime"],
    AwsEndpointKind.INTERFACE,
    AwsPerimeter.GRANTED,
  );
  /** Knowledge bases and agents of Amazon Bedrock. */
  public static readonly BEDROCK_AGENT_RUNTIME = AwsService.interface("bedrock-agent-runtime", "bedrock");
  /** Data plane of Bedrock AgentCore: sessions, memory, tools. */
  public static readonly BEDROCK_AGENTCORE = AwsService.interface("bedrock-agentcore", "bedrock-agentcore");
  /** Gateways of Bedrock AgentCore, through which its agents call tools. */
  public static readonly BEDROCK_AGENTCORE_GATEWAY = AwsService.interface(
    "bedrock-agentcore.gateway",
    "bedrock-agentcore",
    ["*.gateway.bedrock-agentcore"],
  );
  public static readonly SECRETS_MANAGER = AwsService.interface("secretsmanager", "secretsmanager");
  public static readonly STS = AwsService.interface("sts", "sts");
  public static readonly KMS = AwsService.interface("kms", "kms");
  public static readonly CLOUDWATCH_LOGS = AwsService.interface("logs", "logs");
  public static readonly CLOUDWATCH_METRICS = AwsService.interface("monitoring", "cloudwatch");
  public static readonly XRAY = AwsService.interface("xray", "xray");
  public static readonly KINESIS_FIREHOSE = AwsService.interface("kinesis-firehose", "firehose", ["firehose"]);
  /** Registry API of Amazon ECR; pulling an image needs it, `ECR_DOCKER` and `S3`. */
  public static readonly ECR_API = AwsService.interface("ecr.api", "ecr");
  /** Image transfer of Amazon ECR. */
  public static readonly ECR_DOCKER = AwsService.interface("ecr.dkr", "ecr", ["*.dkr.ecr"]);
  public static readonly LAMBDA = AwsService.interface("lambda", "lambda");
  public static readonly EXECUTE_API = AwsService.interface("execute-api", "execute-api", ["*.execute-api"]);
  public static readonly EVENT_BRIDGE = AwsService.interface("events", "events");
  public static readonly SQS = AwsService.interface("sqs", "sqs");
  public static readonly SSM = AwsService.interface("ssm", "ssm");
  public static readonly SSM_MESSAGES = AwsService.interface("ssmmessages", "ssmmessages");
  public static readonly EKS = AwsService.interface("eks", "eks");
  /** Credentials for EKS Pod Identity. */
  public static readonly EKS_AUTH = AwsService.interface("eks-auth", "eks-auth");
  public static readonly ROLES_ANYWHERE = AwsService.interface("rolesanywhere", "rolesanywhere");
  public static readonly S3 = new AwsService("s3", "s3", ["s3", "*.s3"], AwsEndpointKind.GATEWAY, AwsPerimeter.OWNER);
  public static readonly DYNAMODB = new AwsService(
    "dynamodb",
    "dynamodb",
    ["dynamodb"],
    AwsEndpointKind.GATEWAY,
    AwsPerimeter.OWNER,
  );

  /** What most workloads need besides their own services: credentials, keys, logs and object storage. */
  public static readonly BASELINE: readonly AwsService[] = [
    AwsService.STS,
    AwsService.KMS,
    AwsService.CLOUDWATCH_LOGS,
    AwsService.S3,
  ];

  private constructor(
    /** The endpoint's name after `com.amazonaws.<region>.`. */
    public readonly name: string,
    /** Prefix of the IAM actions that go through the endpoint. */
    public readonly iamPrefix: string,
    private readonly hostLabels: string[],
    public readonly kind: AwsEndpointKind,
    public readonly perimeter: AwsPerimeter,
  ) {}

  /**
   * A service that has no constant here. Its endpoint policy pins the owner's account, like the others'.
   * @throws CORDON-110 for names that are not of the endpoint form
   */
  public static of(props: AwsServiceProps): AwsService {
    const at = "AwsService.of";
    const labels = props.hostLabels ?? [props.name.split(".").reverse().join(".")];
    for (const [what, value, form] of [
      ["name", props.name, /^[a-z0-9-]+(\.[a-z0-9-]+)*$/],
      ["iamPrefix", props.iamPrefix, /^[a-z0-9-]+$/],
      ...labels.map((label) => ["hostLabels", label, /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$/] as const),
    ] as const) {
      if (typeof value !== "string" || !form.test(value)) {
        throw new CordonError(
          "CORDON-110",
          at,
          `${what} ${quoted(value)} is malformed`,
          "write it as the AWS PrivateLink table does, e.g. bedrock-runtime",
        );
      }
    }
    const kind = props.kind ?? AwsEndpointKind.INTERFACE;
    if (kind === AwsEndpointKind.GATEWAY && props.name !== "s3" && props.name !== "dynamodb") {
      throw new CordonError(
        "CORDON-110",
        at,
        `${quoted(props.name)} has no gateway endpoint`,
        "only s3 and dynamodb do; leave kind out",
      );
    }
    return new AwsService(props.name, props.iamPrefix, labels, kind, AwsPerimeter.OWNER);
  }

  private static interface(
    name: string,
    iamPrefix: string,
    hostLabels = [name.split(".").reverse().join(".")],
  ): AwsService {
    return new AwsService(name, iamPrefix, hostLabels, AwsEndpointKind.INTERFACE, AwsPerimeter.OWNER);
  }

  /** The endpoint's full service name in a region. */
  public serviceName(region: string): string {
    return `com.amazonaws.${region}.${this.name}`;
  }

  /** Names that the endpoint answers in a region; exact, or `*.` for any name below. */
  public hostNames(region: string): string[] {
    return this.hostLabels.map((label) => `${label}.${region}.${this.domain}`);
  }

  // EKS Pod Identity answers in a second domain of AWS alone.
  private get domain(): string {
    return this.name === "eks-auth" ? "api.aws" : "amazonaws.com";
  }
}
