import { addressOf, type Change, freshPlan, judged, judgedAfter, put, remove } from "./weakened";

const document = (...statements: { [key: string]: unknown }[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = (action: string | string[], resource = "*"): { [key: string]: unknown } => ({
  Effect: "Allow",
  Action: action,
  Resource: resource,
});
const trusted = document({
  Effect: "Allow",
  Principal: { Service: "codebuild.amazonaws.com" },
  Action: "sts:AssumeRole",
});

/** A role beside the agents, with a policy. */
const beside =
  (policy: string, role: { [argument: string]: unknown } = {}): Change =>
  (json) => {
    put(json, "aws_iam_role", { name: "pipeline", assume_role_policy: trusted, ...role });
    put(json, "aws_iam_role_policy", { role: "${aws_iam_role.added.id}", policy });
  };

describe("P12: no other identity of the stack can change the containment", () => {
  test("a role that may change routes is found with the statement that lets it, and by this rule alone", () => {
    const json = freshPlan();
    beside(document(allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:jobs"), allow("ec2:CreateRoute")))(
      json,
    );
    const { verdict, findings } = judged(json);
    expect(verdict).toBe("VIOLATED");
    expect(findings).toEqual([
      {
        rule: "CORDON-P12",
        verdict: "VIOLATED",
        severity: "high",
        address: "aws_iam_role_policy.added",
        problem: expect.stringMatching(/^it lets aws_iam_role\.added ec2:CreateRoute: /),
        fix: "remove the permission, or name the single resources that it is about",
        path: [
          { layer: "identity", address: "aws_iam_role.added", says: "is the identity" },
          { layer: "identity", address: "aws_iam_role_policy.added", says: "statement 2 allows ec2:CreateRoute" },
        ],
        request: { action: "ec2:CreateRoute", resource: expect.any(String) },
        unknowns: [],
      },
    ]);
  });

  test.each<[string, Change, string]>([
    ["identities", beside(document(allow("iam:AttachRolePolicy"))), "iam:AttachRolePolicy"],
    ["the firewall", beside(document(allow("network-firewall:*"))), "network-firewall:"],
    [
      "the resolver",
      beside(document(allow("route53resolver:DeleteFirewallRule"))),
      "route53resolver:DeleteFirewallRule",
    ],
    ["the records", beside(document(allow(["logs:DeleteLogGroup", "logs:PutRetentionPolicy"]))), "logs:"],
    [
      "security groups",
      beside(document(allow("ec2:AuthorizeSecurityGroupEgress"))),
      "ec2:AuthorizeSecurityGroupEgress",
    ],
    ["everything", beside(document(allow("*"))), ""],
    ["everything but one thing", beside(document({ Effect: "Allow", NotAction: "s3:*", Resource: "*" })), ""],
    [
      "everything, by a policy of Amazon",
      (json) => {
        beside(document(allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:jobs")))(json);
        put(json, "aws_iam_role_policy_attachment", {
          role: "${aws_iam_role.added.name}",
          policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess",
        });
      },
      "",
    ],
  ])("a role that may change %s is found", (_, change, action) => {
    const { verdict, rules, findings } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P12"]]);
    expect(findings.some((one) => one.request?.action.startsWith(action))).toBe(true);
  });

  test.each<[string, Change]>([
    ["reads one bucket", beside(document(allow("s3:GetObject", "arn:aws:s3:::artefacts/*")))],
    ["looks at the network", beside(document(allow(["ec2:DescribeRouteTables", "network-firewall:DescribeFirewall"])))],
    [
      "may change everything, and is denied it",
      beside(document(allow("*"), { Effect: "Deny", Action: "*", Resource: "*" })),
    ],
    [
      "writes to its own log group",
      beside(
        document(
          allow(["logs:CreateLogStream", "logs:PutLogEvents"], "arn:aws:logs:eu-west-1:123456789012:log-group:/app:*"),
        ),
      ),
    ],
  ])("a role that %s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  test("a boundary that keeps the role from it counts", () => {
    const { findings } = judgedAfter((json) => {
      put(json, "aws_iam_policy", {
        name: "limit",
        policy: document(allow("s3:GetObject", "arn:aws:s3:::artefacts/*")),
      });
      beside(document(allow("iam:*")), { permissions_boundary: "${aws_iam_policy.added.arn}" })(json);
    });
    expect(findings).toEqual([]);
  });

  test("a policy that the plan does not say may allow anything, and is settled by saying it", () => {
    const change = beside("${var.policy}");
    const { verdict, rules, findings } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["UNKNOWN", ["CORDON-P12"]]);
    expect(findings.every((one) => one.unknowns.includes("var.policy"))).toBe(true);
    const narrow = document(allow("s3:GetObject", "arn:aws:s3:::artefacts/*"));
    expect(judgedAfter(change, { assume: { "var.policy": narrow } }).verdict).toBe("PROVED");
    expect(judgedAfter(change, { assume: { "var.policy": document(allow("iam:*")) } }).verdict).toBe("VIOLATED");
  });

  test("the cell's own role for flow logs is left alone, and found once it may delete what it writes", () => {
    const json = freshPlan();
    const name = addressOf(json, "aws_iam_role_policy", "FlowLogs").split(".")[1] ?? "";
    const values = json.resource["aws_iam_role_policy"]?.[name] ?? {};
    values["policy"] = document(allow("logs:*"));
    expect(judged(json).rules).toEqual(["CORDON-P12"]);
    remove("aws_iam_role_policy", "FlowLogs")(json);
    expect(judged(json).rules).toEqual([]);
  });
});
