import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { AwsPermission, AwsService } from "../../../constructs/aws";
import { cellOf, stackOf } from "../../support/aws-plan";
import { refusal } from "../../support/refusal";

const services = [AwsService.BEDROCK_RUNTIME, AwsService.SECRETS_MANAGER, AwsService.S3];
const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:feed-??????";

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
      `CORDON-113: cell 'Agents', agent 'triage': "invoke model anthropic.claude-x" needs a private endpoint of bedrock-runtime, and the cell has none; add the service to the cell's services, e.g. AwsService.BEDROCK_RUNTIME for bedrock-runtime`,
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
