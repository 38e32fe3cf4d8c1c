import { resolverOf, shown } from "./configurations";

const resource = { aws_s3_bucket: { b: {} }, aws_iam_role: { r: { name: "r" } } };
const document = (body: object, more: object = {}): unknown => {
  const resolver = resolverOf({ resource, data: { aws_iam_policy_document: { d: body, ...more } } });
  return shown(resolver.text("${data.aws_iam_policy_document.d.json}"));
};

describe("aws_iam_policy_document", () => {
  test("a statement has the keys of a policy, and Allow as its effect", () => {
    const statement = {
      sid: "Read",
      actions: ["s3:GetObject"],
      resources: ["${aws_s3_bucket.b.arn}/*", "${aws_s3_bucket.b.arn}"],
      principals: { type: "AWS", identifiers: ["${aws_iam_role.r.arn}"] },
      condition: [
        { test: "StringEquals", variable: "aws:PrincipalOrgID", values: ["o-1"] },
        { test: "StringEquals", variable: "aws:SourceVpc", values: ["a", "b"] },
        { test: "StringEquals", variable: "aws:SourceVpc", values: ["c"] },
      ],
    };
    expect(document({ statement })).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: "s3:GetObject",
          Resource: ["?${aws_s3_bucket.b.arn}/*?", "<aws_s3_bucket.b.arn>"],
          Principal: { AWS: "<aws_iam_role.r.arn>" },
          Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1", "aws:SourceVpc": ["a", "b", "c"] } },
        },
      ],
    });
  });

  test("what is excluded, everybody, and policy variables are written as IAM reads them", () => {
    const statement = [
      {
        effect: "Deny",
        not_actions: ["s3:*", "sts:*"],
        not_resources: ["arn:aws:s3:::&{aws:username}/*"],
        not_principals: [{ type: "*", identifiers: ["*"] }],
      },
      {
        actions: [],
        principals: [
          { type: "AWS", identifiers: ["*"] },
          { type: "Service", identifiers: ["a", "b"] },
        ],
      },
    ];
    expect(document({ policy_id: "P", version: "2008-10-17", statement })).toEqual({
      Version: "2008-10-17",
      Id: "P",
      Statement: [
        {
          Effect: "Deny",
          NotAction: ["s3:*", "sts:*"],
          NotResource: "arn:aws:s3:::${aws:username}/*",
          NotPrincipal: "*",
        },
        { Effect: "Allow", Principal: { AWS: "*", Service: ["a", "b"] } },
      ],
    });
  });

  test("sources come first, a statement with their sid replaces theirs, overrides replace both", () => {
    const other = (sid: string, action: string): object => ({ statement: { sid, actions: [action] } });
    const body = {
      source_policy_documents: [
        "${data.aws_iam_policy_document.s.json}",
        '{"Statement":{"Sid":"Text","Effect":"Deny","Action":"a:*"}}',
      ],
      override_policy_documents: ["${data.aws_iam_policy_document.o.json}"],
      statement: [{ sid: "A", actions: ["own:A"] }, { actions: ["own:none"] }, { sid: "B", actions: ["own:B"] }],
    };
    const result = document(body, { s: other("A", "source:A"), o: other("B", "override:B") });
    expect(result).toMatchObject({
      Statement: [
        { Sid: "A", Action: "own:A" },
        { Sid: "Text", Effect: "Deny", Action: "a:*" },
        { Action: "own:none" },
        { Sid: "B", Action: "override:B" },
      ],
    });
  });

  test.each([
    ["a source that is not known", { source_policy_documents: ["${var.base}"], statement: [] }],
    ["sources that are not known", { source_policy_documents: "${var.base}" }],
    ["an override that is not known", { override_json: "${var.base}", statement: { actions: ["a:b"] } }],
  ])("%s leaves the whole document unknown", (_, body) => {
    expect(document(body)).toBe("?${data.aws_iam_policy_document.d.json}?");
  });

  test("unknown parts stay where they are", () => {
    const statement = [
      { actions: "${var.actions}", resources: ["*"] },
      { actions: ["s3:*"], principals: { type: "${var.type}", identifiers: ["x"] } },
      { actions: ["s3:*"], condition: { test: "${var.test}", variable: "v", values: ["x"] } },
    ];
    expect(document({ statement })).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: "?${var.actions}?", Resource: "*" },
        { Effect: "Allow", Action: "s3:*", Principal: "?${var.type}?" },
        { Effect: "Allow", Action: "s3:*", Condition: "?${var.test}?" },
      ],
    });
  });

  test("jsonencode of what is partly known is the document, of what is known its text", () => {
    const resolver = resolverOf({ resource });
    expect(shown(resolver.text('${jsonencode({Resource = aws_s3_bucket.b.arn, Action = ["a"]})}'))).toEqual({
      Resource: "<aws_s3_bucket.b.arn>",
      Action: ["a"],
    });
    expect(resolver.text('${jsonencode({Action = ["a"]})}')).toBe('{"Action":["a"]}');
    expect(shown(resolver.text("${jsondecode(jsonencode({a = aws_s3_bucket.b.arn})).a}"))).toBe(
      "<aws_s3_bucket.b.arn>",
    );
  });
});
