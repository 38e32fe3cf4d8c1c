import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { AwsTrust } from "../../../constructs/aws";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { cellOf, Plan } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

describe("trust", () => {
  const statementsOf = (trust: AwsTrust): object[] => {
    const cell = cellOf();
    cell.addAgent("triage", { trust });
    return Plan.of(cell).policy("aws_iam_role", "agent-triage", "assume_role_policy").Statement;
  };
  const own = expect.stringMatching(/^\$\{aws_vpc\.\S+\.owner_id\}$/);

  test("of ECS and AgentCore is for resources of the account", () => {
    expect(statementsOf(AwsTrust.ecsTask())).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "ecs-tasks.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": own },
          ArnLike: {
            "aws:SourceArn": expect.stringMatching(/^arn:aws:ecs:eu-west-1:\$\{aws_vpc\.\S+\.owner_id\}:\*$/),
          },
        },
      },
    ]);
    expect(statementsOf(AwsTrust.agentCore())).toEqual([
      expect.objectContaining({
        Principal: { Service: "bedrock-agentcore.amazonaws.com" },
        Condition: expect.objectContaining({ StringEquals: { "aws:SourceAccount": own } }),
      }),
    ]);
  });

  test("of Lambda and EC2 is for the service; EC2 gets an instance profile", () => {
    expect(statementsOf(AwsTrust.lambda())).toEqual([
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    const cell = cellOf();
    cell.addAgent("triage", { trust: AwsTrust.ec2() });
    expect(referenceOf(Plan.of(cell).one("aws_iam_instance_profile").values["role"])).toContain("agent-triage");
    expect(cell.agents[0]?.identity.instanceProfile).toBeInstanceOf(IamInstanceProfile);
    expect(cellOf().addAgent("triage").identity.instanceProfile).toBeUndefined();
  });

  test("of EKS is for one service account, with its association", () => {
    const props = { clusterName: "main", namespace: "agents", serviceAccount: "triage" };
    const cell = cellOf();
    cell.addAgent("triage", { trust: AwsTrust.eksPodIdentity(props) });
    const plan = Plan.of(cell);
    expect(plan.policy("aws_iam_role", "agent-triage", "assume_role_policy").Statement[0]).toMatchObject({
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/kubernetes-namespace": "agents",
          "aws:RequestTag/kubernetes-service-account": "triage",
        },
      },
    });
    expect(plan.one("aws_eks_pod_identity_association").values).toMatchObject({
      cluster_name: "main",
      namespace: "agents",
      service_account: "triage",
    });
    for (const key of ["clusterName", "namespace", "serviceAccount"]) {
      expect(refusal(() => AwsTrust.eksPodIdentity({ ...props, [key]: "*" }))).toBe(
        `CORDON-116: AwsTrust.eksPodIdentity: ${key} "*" does not name one; write the exact name; wildcards would let other workloads take the role`,
      );
    }
  });

  test("of Roles Anywhere is for one SPIFFE id of one anchor, with 15-minute sessions", () => {
    const trustAnchorArn = "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/ta";
    const cell = cellOf();
    cell.addAgent("triage", {
      trust: AwsTrust.rolesAnywhere({ trustAnchorArn, spiffeId: "spiffe://corp.example/agent/triage" }),
    });
    const plan = Plan.of(cell);
    expect(plan.policy("aws_iam_role", "agent-triage", "assume_role_policy").Statement[0]).toMatchObject({
      Condition: {
        ArnEquals: { "aws:SourceArn": trustAnchorArn },
        StringEquals: { "aws:PrincipalTag/x509SAN/URI": "spiffe://corp.example/agent/triage" },
      },
    });
    expect(plan.one("aws_rolesanywhere_profile").values).toMatchObject({ duration_seconds: 900 });
    expect(refusal(() => AwsTrust.rolesAnywhere({ trustAnchorArn, spiffeId: "spiffe://corp.example/agent/*" }))).toBe(
      `CORDON-116: AwsTrust.rolesAnywhere: spiffeId "spiffe://corp.example/agent/*" is not one identity; write it whole, e.g. spiffe://corp.example/agent/triage`,
    );
    expect(refusal(() => AwsTrust.rolesAnywhere({ trustAnchorArn: "*", spiffeId: "spiffe://a/b" }))).toBe(
      `CORDON-116: AwsTrust.rolesAnywhere: trustAnchorArn "*" is not a trust anchor; pass the ARN of the aws_rolesanywhere_trust_anchor`,
    );
  });
});

describe("a function of Lambda in the agent's subnets", () => {
  const cell = cellOf();
  cell.addAgent("triage", { trust: AwsTrust.lambda() });
  const plan = Plan.of(cell);
  const interfaces = expect.arrayContaining(["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"]);

  test("is placed by Lambda with the role, which its own code can't do", () => {
    expect(plan.policy("aws_iam_role_policy", "triage").Statement).toEqual([
      { Effect: "Allow", Action: interfaces, Resource: ["*"] },
    ]);
    const { Statement } = plan.policy("aws_iam_policy", "triage");
    expect(Statement.find((one) => one.Sid === "RuntimeOnly")).toEqual({
      Sid: "RuntimeOnly",
      Effect: "Deny",
      Action: interfaces,
      Resource: "*",
      Condition: { Null: { "lambda:SourceFunctionArn": "false" } },
    });
    const denied = Statement.find((one) => one.Sid === "NoTampering")?.["Action"] as string[];
    const patterns = denied.map((action) => new RegExp(`^${action.replaceAll("*", ".*")}$`));
    for (const action of ["ec2:CreateNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:DescribeSubnets"]) {
      expect(patterns.filter((pattern) => pattern.test(action))).toEqual([]);
    }
  });

  test("no other runtime gets these rights", () => {
    const other = cellOf();
    other.addAgent("triage", { trust: AwsTrust.ec2() });
    expect(JSON.stringify(Plan.of(other).json)).not.toContain("NetworkInterface");
  });
});
