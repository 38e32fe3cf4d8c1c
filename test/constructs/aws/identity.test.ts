import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { AwsPermission, AwsService, AwsTrust } from "../../../constructs/aws";
import { referenceOf } from "../../../lib/topology/terraform-json";
import { cellOf, Plan, stackOf } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

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

describe("the order of grants", () => {
  test("changes no policy, also of grants with the same actions", () => {
    const first = AwsPermission.readSecret(`${SECRET.slice(0, -11)}first`, "test");
    const second = AwsPermission.readSecret(`${SECRET.slice(0, -11)}second`, "test");
    const planWith = (...permissions: AwsPermission[]): object => {
      const cell = cellOf({ services });
      const { identity } = cell.addAgent("triage");
      for (const permission of permissions) identity.grant(permission);
      return Plan.of(cell).json;
    };
    expect(planWith(second, first)).toEqual(planWith(first, second));
    expect(planWith(first, first)).toEqual(planWith(first));
  });
});

describe("a role that the user brings", () => {
  test("gets the agent's boundary and grants, and keeps its trust", () => {
    const stack = stackOf();
    const trust = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    const role = new IamRole(stack, "Own", { name: "own", assumeRolePolicy: trust });
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
      assume_role_policy: trust,
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
