import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { AwsPermission, AwsService, AwsTrust } from "../../../constructs/aws";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { cellOf, Plan, refusal, stackOf } from "../../support/aws-plan";

const services = [AwsService.BEDROCK_RUNTIME, AwsService.SECRETS_MANAGER, AwsService.S3];
const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:feed-??????";

describe("an identity without grants", () => {
  const cell = cellOf({ services });
  cell.addAgent("triage");
  const plan = Plan.of(cell);

  test("trusts nobody, holds no policy, and is bounded to nothing", () => {
    expect(plan.policy("aws_iam_role", "agent-triage", "assume_role_policy").Statement).toEqual([
      { Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" },
    ]);
    expect(plan.all("aws_iam_role_policy").filter((one) => one.address.includes("triage"))).toEqual([]);
    expect(plan.policy("aws_iam_policy", "triage").Statement.map((one) => one.Effect)).not.toContain("Allow");
    expect(referenceOf(plan.one("aws_iam_role", "agent-triage").values["permissions_boundary"])).toBe(
      plan.one("aws_iam_policy", "triage").address,
    );
  });

  test("is denied tampering, other roles, version 1 of the metadata service, other networks and other regions", () => {
    const denies = plan.policy("aws_iam_policy", "triage").Statement;
    const named = (sid: string): object => denies.find((one) => one.Sid === sid) ?? {};
    expect(named("NoTampering")).toMatchObject({
      Effect: "Deny",
      Resource: "*",
      Action: expect.arrayContaining([
        "iam:*",
        "network-firewall:*",
        "route53resolver:*",
        "ec2:*Route*",
        "logs:Delete*",
        "kms:PutKeyPolicy",
      ]),
    });
    expect(named("NoOtherRole")).toMatchObject({ Effect: "Deny", Action: expect.arrayContaining(["sts:AssumeRole*"]) });
    expect(named("NoOldMetadataService")).toMatchObject({
      Condition: { NumericLessThan: { "ec2:RoleDelivery": "2.0" } },
    });
    expect(named("OnlyFromThisVpc")).toMatchObject({
      Action: "*",
      Condition: {
        StringNotEquals: { "aws:SourceVpc": `\${${plan.one("aws_vpc").address}.id}` },
        BoolIfExists: { "aws:ViaAWSService": "false" },
      },
    });
    expect(named("OnlyTheseRegions")).toMatchObject({
      Condition: { StringNotEquals: { "aws:RequestedRegion": ["eu-west-1"] } },
    });
  });
});

describe("a grant", () => {
  const cell = cellOf({ services });
  const { identity } = cell.addAgent("triage", { trust: AwsTrust.ec2() });
  const grant = identity.grant(AwsPermission.invokeModel("anthropic.claude-x"));
  identity.grant(AwsPermission.readSecret(SECRET, "the feed's key"));
  const role = new IamRole(cell.stack, "Later", { assumeRolePolicy: "{}" });
  grant.applyBefore(role);
  const plan = Plan.of(cell);
  const allowed = [
    {
      Effect: "Allow",
      Action: ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
      Resource: ["arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-x"],
    },
    { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [SECRET] },
  ];

  test("puts the same statements into the role's policy and the boundary", () => {
    expect(plan.policy("aws_iam_role_policy", "triage").Statement).toEqual(allowed);
    expect(plan.policy("aws_iam_policy", "triage").Statement.filter((one) => one.Effect === "Allow")).toEqual(allowed);
  });

  test("can be waited for", () => {
    expect(grant.success).toBe(true);
    expect(plan.one("aws_iam_role", "Later").values["depends_on"]).toEqual([
      plan.one("aws_iam_role_policy", "triage").address,
    ]);
  });

  test("opens the model's endpoint to that agent and model alone", () => {
    expect(plan.policy("aws_vpc_endpoint", "bedrock-runtime").Statement).toEqual([
      expect.objectContaining({
        Effect: "Allow",
        Resource: ["arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-x"],
        Condition: expect.objectContaining({
          ArnEquals: { "aws:PrincipalArn": `\${${plan.one("aws_iam_role", "agent-triage").address}.arn}` },
        }),
      }),
    ]);
  });

  test("for a profile over regions names the profile and the model in each, and lets the boundary through there", () => {
    const other = cellOf({ services });
    other.addAgent("triage").identity.grant(
      AwsPermission.invokeInferenceProfile("eu.anthropic.claude-x", {
        modelId: "anthropic.claude-x",
        regions: ["eu-west-3", "eu-west-1"],
      }),
    );
    const { Statement } = Plan.of(other).policy("aws_iam_policy", "triage");
    expect(Statement[0]).toMatchObject({
      Resource: [
        expect.stringMatching(
          /^arn:aws:bedrock:eu-west-1:\$\{aws_vpc\.\S+\.owner_id\}:inference-profile\/eu\.anthropic\.claude-x$/,
        ),
        "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-x",
        "arn:aws:bedrock:eu-west-3::foundation-model/anthropic.claude-x",
      ],
    });
    expect(Statement.find((one) => one.Sid === "OnlyTheseRegions")).toMatchObject({
      Condition: { StringNotEquals: { "aws:RequestedRegion": ["eu-west-1", "eu-west-3"] } },
    });
  });

  test("for the runtime service needs no endpoint and is not pinned to the VPC", () => {
    const other = cellOf();
    other.addAgent("triage", { trust: AwsTrust.agentCore() }).identity.grant(
      AwsPermission.forRuntime({
        actions: ["ecr:BatchGetImage"],
        resources: ["arn:aws:ecr:eu-west-1:123456789012:repository/triage"],
        reason: "AgentCore pulls the image",
      }),
    );
    expect(
      Plan.of(other)
        .policy("aws_iam_policy", "triage")
        .Statement.find((one) => one.Sid === "OnlyFromThisVpc"),
    ).toMatchObject({
      NotAction: ["ecr:BatchGetImage"],
    });
  });
});

describe("a permission that is too wide", () => {
  const of =
    (actions: string[], resources: string[], reason = "test") =>
    () =>
      AwsPermission.of({ actions, resources, reason });
  const wide = (resource: string): string =>
    `CORDON-112: AwsPermission.of: resource ${JSON.stringify(resource)} names no single resource; write its ARN; a wildcard may only follow the resource's name, as in arn:aws:s3:::reports/*`;
  const tampering = (action: string): string =>
    `CORDON-114: AwsPermission.of: ${action} changes networks, identities, logs or keys; an agent's own identity can't hold it; give it to a role outside of the cell`;

  test.each([
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::rep*",
    "arn:aws:dynamodb:eu-west-1:123456789012:table/*",
    "arn:aws:s3:*:*:*",
    "reports",
    "${aws_s3_bucket.x.arn}/*",
    "arn:aws:secretsmanager:eu-west-1:1:secret:*",
  ])("resource %s is refused", (resource) => expect(refusal(of(["s3:GetObject"], [resource]))).toBe(wide(resource)));

  test.each([
    "arn:aws:s3:::reports/*",
    "arn:aws:s3:::reports",
    "arn:aws:dynamodb:eu-west-1:123456789012:table/t/index/*",
    SECRET,
    "arn:aws:logs:eu-west-1:1:log-group:x:*",
  ])("resource %s is taken", (resource) =>
    expect(
      of(["s3:GetObject"], [resource])().statement({ partition: "aws", region: "eu-west-1", accountId: "1" }).resources,
    ).toEqual([resource]),
  );

  test("a reference to a resource, and what lies below it, are taken", () => {
    const { arn } = new IamRole(stackOf(), "Any", { assumeRolePolicy: "{}" });
    expect(of(["s3:GetObject"], [arn, `${arn}/*`])().actions).toEqual(["s3:GetObject"]);
  });

  test.each([
    "iam:PassRole",
    "ec2:CreateRoute",
    "ec2:AuthorizeSecurityGroupEgress",
    "network-firewall:UpdateFirewallPolicy",
    "route53resolver:DeleteFirewallRule",
    "sts:AssumeRole",
    "logs:DeleteLogGroup",
    "logs:PutRetentionPolicy",
    "kms:PutKeyPolicy",
    "s3:PutBucketPolicy",
    "lambda:UpdateFunctionCode",
    "cloudtrail:StopLogging",
  ])("action %s is refused to an agent", (action) =>
    expect(refusal(of([action], ["arn:aws:s3:::reports"]))).toBe(tampering(action)),
  );

  test("wildcard actions, missing reasons and empty lists are refused", () => {
    expect(refusal(of(["s3:*"], ["arn:aws:s3:::reports"]))).toBe(
      `CORDON-112: AwsPermission.of: action "s3:*" is not one action; write each out, e.g. s3:GetObject; wildcards are refused`,
    );
    expect(refusal(of(["s3:GetObject"], ["arn:aws:s3:::reports"], " "))).toBe(
      "CORDON-021: AwsPermission.of: the reason is empty; write a sentence",
    );
    expect(refusal(of([], ["arn:aws:s3:::reports"]))).toBe(
      "CORDON-112: AwsPermission.of: actions or resources are empty; name at least one of each",
    );
    expect(refusal(() => AwsPermission.invokeModel("anthropic.*"))).toBe(
      `CORDON-112: AwsPermission.invokeModel: "anthropic.*" is not one model or profile; write its full id; wildcards would open models you have not reviewed`,
    );
    expect(refusal(() => AwsPermission.invokeInferenceProfile("eu.x", { modelId: "x", regions: [] }))).toBe(
      `CORDON-112: AwsPermission.invokeInferenceProfile: regions "" are not region names; list each, e.g. ["eu-west-1", "eu-central-1"]`,
    );
  });

  test("a permission whose service has no endpoint is refused", () => {
    expect(
      refusal(() => cellOf().addAgent("triage").identity.grant(AwsPermission.invokeModel("anthropic.claude-x"))),
    ).toBe(
      `CORDON-113: cell 'Agents', agent 'triage': "invoke model anthropic.claude-x" needs a private endpoint for bedrock, and the cell has none; add the service to the cell's services, e.g. AwsService.BEDROCK_RUNTIME for bedrock`,
    );
  });

  test("a boundary over the size that IAM takes is refused", () => {
    const { identity } = cellOf({ services }).addAgent("triage");
    const secret = (i: number): AwsPermission =>
      AwsPermission.readSecret(
        `arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-long-name-of-a-secret-${i}`,
        "test",
      );
    let granted = 0;
    const grantMany = (): void => {
      for (; granted < 60; granted += 1) identity.grant(secret(granted));
    };
    expect(refusal(grantMany)).toMatch(
      /^CORDON-115: cell 'Agents', agent 'triage': the permission boundary has \d+ characters, IAM takes 6144; grant fewer permissions, or name resources by a common prefix after the resource's name$/,
    );
    expect(identity.granted).toHaveLength(granted);
  });
});

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
    expect(refusal(() => AwsTrust.eksPodIdentity({ ...props, namespace: "*" }))).toBe(
      `CORDON-116: AwsTrust.eksPodIdentity: namespace "*" does not name one; write the exact name; wildcards would let other workloads take the role`,
    );
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

describe("a role that the user brings", () => {
  test("gets the agent's boundary and grants, and keeps its trust", () => {
    const stack = stackOf();
    const role = new IamRole(stack, "Own", { name: "own", assumeRolePolicy: '{"mine":true}' });
    const cell = cellOf({ services }, stack);
    cell.addAgent("triage", { role }).identity.grant(AwsPermission.invokeModel("anthropic.claude-x"));
    const plan = Plan.of(cell);
    expect(
      plan
        .all("aws_iam_role")
        .map((one) => one.address)
        .filter((one) => one.includes("agent-triage")),
    ).toEqual([]);
    expect(plan.one("aws_iam_role", "Own").values).toMatchObject({
      assume_role_policy: '{"mine":true}',
      permissions_boundary: `\${${plan.one("aws_iam_policy", "triage").address}.arn}`,
    });
    expect(referenceOf(plan.one("aws_iam_role_policy", "triage").values["role"])).toBe(
      plan.one("aws_iam_role", "Own").address,
    );
  });

  test("is refused with a trust beside it, or with a boundary of its own", () => {
    const stack = stackOf();
    const cell = cellOf({}, stack);
    const bounded = new IamRole(stack, "Bounded", {
      assumeRolePolicy: "{}",
      permissionsBoundary: "arn:aws:iam::1:policy/x",
    });
    const free = new IamRole(stack, "Free", { assumeRolePolicy: "{}" });
    expect(refusal(() => cell.addAgent("a", { role: free, trust: AwsTrust.ec2() }))).toBe(
      "CORDON-117: cell 'Agents', agent 'a': both a role and a trust are given; leave trust out; the role you bring keeps its own trust policy",
    );
    expect(refusal(() => cell.addAgent("b", { role: bounded, slot: 2 }))).toBe(
      "CORDON-117: cell 'Agents', agent 'b': role 'Bounded' has a permission boundary already; remove it from the role; the cell attaches the agent's own boundary",
    );
  });
});
