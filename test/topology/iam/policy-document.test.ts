import { policyDocumentOfData } from "../../../lib/topology/iam/data-document";
import { EffectivePermissions } from "../../../lib/topology/iam/effective";
import { managedPolicy } from "../../../lib/topology/iam/managed-policies";
import { readPolicyDocument } from "../../../lib/topology/iam/policy-document";
import { Reference, Unknown } from "../../../lib/topology/resolve/value";

const allow = (body: object): object => ({ Version: "2012-10-17", Statement: { Effect: "Allow", ...body } });

describe("a policy document", () => {
  test("is read from an object, from JSON text, and from text that holds templates", () => {
    const expected = { statements: [{ effect: "Allow", actions: ["s3:*"], resources: ["arn:x"], conditions: [] }] };
    const object = allow({ Action: "s3:*", Resource: ["arn:x"] });
    expect(readPolicyDocument(object)).toEqual(expected);
    expect(readPolicyDocument(JSON.stringify(object))).toEqual(expected);
    const text = '{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"${aws_s3_bucket.x.arn}/*"}]}';
    expect(readPolicyDocument(new Unknown(text, []))?.statements[0]?.resources).toEqual(["${aws_s3_bucket.x.arn}/*"]);
  });

  test("keeps templates with quotes and braces, in strings and in place of values", () => {
    const text =
      '{"Statement":[{"Effect":"Allow","Action":${jsonencode({a = "b"})},"Resource":"x${lookup(var.m, "k")}"}, ${local.more}]}';
    const statements = readPolicyDocument(text)?.statements ?? [];
    expect(statements[0]).toMatchObject({
      actions: ['${jsonencode({a = "b"})}'],
      resources: ['x${lookup(var.m, "k")}'],
    });
    expect(statements.slice(1).map(({ effect }) => effect)).toEqual(["Allow", "Deny"]);
  });

  test("takes references and unknown values as the templates they were", () => {
    const document = readPolicyDocument(
      allow({
        Action: new Unknown("${var.actions}", ["var.actions"]),
        Resource: [new Reference("aws_s3_bucket.x", "arn"), "arn:y"],
        Condition: { StringEquals: { "aws:SourceVpc": new Reference("aws_vpc.x", "id") } },
      }),
    );
    expect(document?.statements[0]).toMatchObject({
      actions: ["${var.actions}"],
      resources: ["${aws_s3_bucket.x.arn}", "arn:y"],
      conditions: [{ operator: "StringEquals", key: "aws:SourceVpc", values: ["${aws_vpc.x.id}"] }],
    });
  });

  test("has principals by type", () => {
    const { statements } = readPolicyDocument(
      allow({ Action: "sts:AssumeRole", Principal: { AWS: ["*", "111122223333"], Service: "ec2.amazonaws.com" } }),
    ) ?? { statements: [] };
    expect(statements[0]?.principals).toEqual([
      { type: "AWS", id: "*" },
      { type: "AWS", id: "111122223333" },
      { type: "Service", id: "ec2.amazonaws.com" },
    ]);
  });

  test.each([
    ["text that is no JSON", "{"],
    ["a template", "${data.aws_iam_policy_document.x.json}"],
    ["a list", []],
    ["nothing", undefined],
    ["an element in other letters", allow({ action: "s3:*", Resource: "*" })],
    ["an effect in other letters", { Statement: [{ Effect: "allow", Action: "s3:*", Resource: "*" }] }],
    ["no action", allow({ Resource: "*" })],
    ["both Action and NotAction", allow({ Action: "a:b", NotAction: "a:c", Resource: "*" })],
    ["an action that is an object", allow({ Action: {}, Resource: "*" })],
    ["a condition that is a list", allow({ Action: "a:b", Resource: "*", Condition: ["x"] })],
    ["another element beside the statements", { Statement: [], Rules: [] }],
  ])("is not read from %s", (_, value) => {
    expect(readPolicyDocument(value)).toBeUndefined();
  });
});

describe("a data source of a policy", () => {
  test("is the policy that it writes", () => {
    const document = policyDocumentOfData({
      statement: [
        {
          sid: "Read",
          actions: ["s3:GetObject"],
          resources: ["arn:aws:s3:::home/&{aws:username}/*"],
          condition: { test: "StringEquals", variable: "aws:SourceVpc", values: ["vpc-1"] },
        },
        { effect: "Deny", not_actions: ["s3:*"], not_resources: ["*"] },
        { actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }] },
        { actions: ["sts:AssumeRole"], principals: { type: "*", identifiers: ["*"] } },
      ],
    });
    expect(document?.statements).toEqual([
      {
        sid: "Read",
        effect: "Allow",
        actions: ["s3:GetObject"],
        resources: ["arn:aws:s3:::home/${aws:username}/*"],
        conditions: [{ operator: "StringEquals", key: "aws:SourceVpc", values: ["vpc-1"] }],
      },
      { effect: "Deny", notActions: ["s3:*"], notResources: ["*"], conditions: [] },
      {
        effect: "Allow",
        actions: ["sts:AssumeRole"],
        principals: [{ type: "Service", id: "ec2.amazonaws.com" }],
        conditions: [],
      },
      { effect: "Allow", actions: ["sts:AssumeRole"], principals: [{ type: "*", id: "*" }], conditions: [] },
    ]);
  });

  test("builds on its sources, and an override replaces statements by their names", () => {
    const source = JSON.stringify({ Statement: [{ Sid: "A", Effect: "Allow", Action: "s3:*", Resource: "*" }] });
    const override = JSON.stringify({ Statement: [{ Sid: "A", Effect: "Deny", Action: "s3:*", Resource: "*" }] });
    const effects = (values: object): string[] | undefined =>
      policyDocumentOfData({ ...values })?.statements.map(({ sid, effect }) => `${sid} ${effect}`);
    expect(effects({ source_policy_documents: [source] })).toEqual(["A Allow"]);
    expect(effects({ source_policy_documents: [source], override_policy_documents: [override] })).toEqual(["A Deny"]);
    expect(effects({ source_policy_documents: [new Unknown("${var.json}", ["var.json"])] })).toBeUndefined();
  });

  test("with dynamic blocks may hold any statement", () => {
    for (const values of [
      { dynamic: { statement: { for_each: "${var.x}", content: {} } } },
      { statement: { dynamic: { principals: {} }, actions: ["s3:*"] } },
    ]) {
      const grants = [policyDocumentOfData(values)];
      expect(new EffectivePermissions({ grants }, "open").can("iam:PassRole")).toBeDefined();
      expect(new EffectivePermissions({ grants }, "closed").can("iam:PassRole")).toBeUndefined();
    }
  });
});

describe("a policy that AWS manages", () => {
  const can = (arn: unknown, reading: "open" | "closed", action: string): boolean =>
    new EffectivePermissions({ grants: [managedPolicy(arn)] }, reading).can(action) !== undefined;

  test.each([
    ["arn:aws:iam::aws:policy/AdministratorAccess", "iam:CreateUser", true, true],
    ["arn:${data.aws_partition.x.partition}:iam::aws:policy/AdministratorAccess", "iam:CreateUser", true, true],
    ["arn:aws:iam::aws:policy/PowerUserAccess", "ec2:CreateRoute", true, true],
    ["arn:aws:iam::aws:policy/PowerUserAccess", "iam:CreateUser", false, false],
    ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "logs:DeleteLogGroup", false, false],
    ["arn:aws:iam::aws:policy/ReadOnlyAccess", "s3:GetObject", true, true],
    ["arn:aws:iam::aws:policy/ReadOnlyAccess", "s3:PutObject", true, false],
    ["arn:aws:iam::aws:policy/SomethingElse", "s3:GetObject", true, false],
    ["arn:aws:iam::aws:policy/constructor", "s3:GetObject", true, false],
    ["arn:aws:iam::111122223333:policy/AdministratorAccess", "s3:GetObject", true, false],
  ])("%s: %s may be %s and is %s", (arn, action, open, closed) => {
    expect([can(arn, "open", action), can(arn, "closed", action)]).toEqual([open, closed]);
  });
});
