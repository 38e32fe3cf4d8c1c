import { EksPodIdentityAssociation } from "@cdktf/provider-aws/lib/eks-pod-identity-association";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import type { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { RolesanywhereProfile } from "@cdktf/provider-aws/lib/rolesanywhere-profile";
import { Token } from "cdktf";
import type { Construct } from "constructs";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { AwsPermission, type AwsPermissionScope } from "./permission";
import type { PolicyStatement } from "./policy-document";

/** The pods that may take an agent's role. */
export interface EksPodIdentityProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The certificates that may take an agent's role. */
export interface RolesAnywhereProps {
  readonly trustAnchorArn: string;
  /** SPIFFE id in the certificate's URI name, e.g. `spiffe://corp.example/agent/triage`; no wildcard. */
  readonly spiffeId: string;
}

/** What a runtime needs beside a role. */
export type AwsTrustCompanion = IamInstanceProfile | EksPodIdentityAssociation | RolesanywhereProfile;

/**
 * Who may take an agent's role: the runtime that the agent's workload uses, with the conditions that keep other
 * accounts' resources of that service from taking it (the confused deputy).
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
 */
export class AwsTrust {
  private constructor(
    public readonly label: string,
    private readonly statements: (scope: AwsPermissionScope) => PolicyStatement[],
    /** Creates what the runtime needs beside the role. */
    private readonly companion: (scope: Construct, role: IamRole, name: string) => AwsTrustCompanion | undefined = () =>
      undefined,
    /** What the runtime service does with the role around the agent. */
    public readonly runtimePermissions: readonly AwsPermission[] = [],
  ) {}

  /** Nobody: the role exists with its boundary, and no runtime can take it until a trust is given. */
  public static nobody(): AwsTrust {
    return new AwsTrust("nobody", () => [{ Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }]);
  }

  /** EC2 instances, through an instance profile that is created beside the role. */
  public static ec2(): AwsTrust {
    return new AwsTrust(
      "EC2",
      () => [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
      (scope, role, name) => new IamInstanceProfile(scope, "InstanceProfile", { name, role: role.name }),
    );
  }

  /** Tasks of Amazon ECS, as their task role (not the execution role). */
  public static ecsTask(): AwsTrust {
    return new AwsTrust("ECS", (scope) => [fromOwnResources("ecs-tasks.amazonaws.com", "ecs", scope)]);
  }

  /** Pods of one service account, by EKS Pod Identity; the association is created beside the role. */
  public static eksPodIdentity(props: EksPodIdentityProps): AwsTrust {
    const at = "AwsTrust.eksPodIdentity";
    const clusterName = exact(props.clusterName, at, "clusterName");
    const namespace = exact(props.namespace, at, "namespace");
    const serviceAccount = exact(props.serviceAccount, at, "serviceAccount");
    return new AwsTrust(
      "EKS",
      ({ partition, region, accountId }) => [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: {
            StringEquals: {
              "aws:RequestTag/eks-cluster-arn": `arn:${partition}:eks:${region}:${accountId}:cluster/${clusterName}`,
              "aws:RequestTag/kubernetes-namespace": namespace,
              "aws:RequestTag/kubernetes-service-account": serviceAccount,
            },
          },
        },
      ],
      (scope, role) =>
        new EksPodIdentityAssociation(scope, "PodIdentity", {
          clusterName,
          namespace,
          serviceAccount,
          roleArn: role.arn,
        }),
    );
  }

  /**
   * Lambda functions of the account, as their execution role. The role may also manage network interfaces, which Lambda
   * needs to place a function into the agent's subnets; the boundary denies that to the function's own code.
   */
  public static lambda(): AwsTrust {
    return new AwsTrust(
      "Lambda",
      () => [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
      () => undefined,
      [AwsPermission.lambdaInterfaces()],
    );
  }

  /** Runtimes of Amazon Bedrock AgentCore in the account. Give them this agent's subnets and security group. */
  public static agentCore(): AwsTrust {
    return new AwsTrust("AgentCore", (scope) => [
      fromOwnResources("bedrock-agentcore.amazonaws.com", "bedrock-agentcore", scope),
    ]);
  }

  /**
   * Workloads that hold an X.509 certificate with one SPIFFE id, by IAM Roles Anywhere; a profile with 15-minute sessions
   * is created beside the role. Like every agent, they can use the role from inside of the cell's VPC alone.
   */
  public static rolesAnywhere(props: RolesAnywhereProps): AwsTrust {
    const at = "AwsTrust.rolesAnywhere";
    const spiffeId = props.spiffeId;
    if (typeof spiffeId !== "string" || !/^spiffe:\/\/[a-z0-9._-]+(\/[A-Za-z0-9._-]+)+$/.test(spiffeId)) {
      throw new CordonError(
        "CORDON-116",
        at,
        `spiffeId ${quoted(spiffeId)} is not one identity`,
        "write it whole, e.g. spiffe://corp.example/agent/triage",
      );
    }
    const trustAnchorArn = props.trustAnchorArn;
    if (
      !Token.isUnresolved(trustAnchorArn) &&
      !/^arn:[a-z-]+:rolesanywhere:[^*?${}]+:trust-anchor\/[^*?${}]+$/.test(trustAnchorArn)
    ) {
      throw new CordonError(
        "CORDON-116",
        at,
        `trustAnchorArn ${quoted(trustAnchorArn)} is not a trust anchor`,
        "pass the ARN of the aws_rolesanywhere_trust_anchor",
      );
    }
    return new AwsTrust(
      "Roles Anywhere",
      () => [
        {
          Effect: "Allow",
          Principal: { Service: "rolesanywhere.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"],
          Condition: {
            ArnEquals: { "aws:SourceArn": trustAnchorArn },
            StringEquals: { "aws:PrincipalTag/x509SAN/URI": spiffeId },
          },
        },
      ],
      (scope, role, name) =>
        new RolesanywhereProfile(scope, "Profile", { name, roleArns: [role.arn], durationSeconds: 900, enabled: true }),
    );
  }

  /** The statements of the role's trust policy. */
  public trustStatements(scope: AwsPermissionScope): PolicyStatement[] {
    return this.statements(scope);
  }

  /** Creates the runtime's companions of a role: instance profile, pod identity association, Roles Anywhere profile. */
  public createCompanion(scope: Construct, role: IamRole, name: string): AwsTrustCompanion | undefined {
    return this.companion(scope, role, name);
  }
}

function fromOwnResources(principal: string, service: string, scope: AwsPermissionScope): PolicyStatement {
  return {
    Effect: "Allow",
    Principal: { Service: principal },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": scope.accountId },
      ArnLike: { "aws:SourceArn": `arn:${scope.partition}:${service}:${scope.region}:${scope.accountId}:*` },
    },
  };
}

function exact(value: string, at: string, what: string): string {
  if (typeof value === "string" && (Token.isUnresolved(value) || /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value)))
    return value;
  throw new CordonError(
    "CORDON-116",
    at,
    `${what} ${quoted(value)} does not name one`,
    "write the exact name; wildcards would let other workloads take the role",
  );
}
