import {
  addressOf,
  type Change,
  freshPlan,
  judged,
  judgedAfter,
  type MutablePlan,
  namesOf,
  put,
  ref,
  SECRET,
  set,
  valuesOf,
} from "./weakened";

const ROLE = "aws_iam_role";
const AGENT = "agent-triage_Identity";

interface Statement {
  Sid?: string;
  Effect: string;
  [key: string]: unknown;
}

const document = (...statements: Statement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = (action: string | string[], resource: string | string[] = "*"): Statement => ({
  Effect: "Allow",
  Action: action,
  Resource: resource,
});

/** The boundary's statements, changed. */
const boundary =
  (change: (statements: Statement[]) => Statement[]): Change =>
  (json) => {
    const values = valuesOf(json, "aws_iam_policy", AGENT);
    const { Statement: statements }: { Statement: Statement[] } = JSON.parse(String(values["policy"]));
    values["policy"] = document(...change(statements));
  };

/** A policy of the role, and a boundary that would let it through. */
const granted =
  (...statements: Statement[]): Change =>
  (json) => {
    put(json, "aws_iam_role_policy", { role: ref(json, ROLE, AGENT, "name"), policy: document(...statements) });
    boundary((all) => [
      ...all.filter((one) => one.Effect === "Deny" && !/^No(Tampering|OtherRole)$/.test(one.Sid ?? "")),
      ...statements,
    ])(json);
  };

const trust = (...statements: Statement[]): Change => set(ROLE, AGENT, { assume_role_policy: document(...statements) });

describe("P07: an agent's identity is bounded", () => {
  test("a role without its boundary is found, and by this rule alone", () => {
    const json = freshPlan();
    delete valuesOf(json, ROLE, AGENT)["permissions_boundary"];
    const { verdict, findings, rules } = judged(json);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P07"]]);
    expect(findings).toContainEqual({
      rule: "CORDON-P07",
      verdict: "VIOLATED",
      severity: "critical",
      agent: "triage",
      address: addressOf(json, ROLE, AGENT),
      construct: "stack/Agents/agent-triage/Identity/Resource",
      problem: "it has no permission boundary",
      fix: "leave the role's boundary to the cell; grant() widens it",
      path: [],
      unknowns: [],
    });
  });

  test.each<[string, Change, string]>([
    ["change identities", granted(allow("iam:*")), "iam:"],
    ["give a role away", granted(allow("iam:PassRole")), "iam:PassRole"],
    ["read every secret", granted(allow("secretsmanager:GetSecretValue")), "secretsmanager:GetSecretValue"],
    [
      "read every secret whose name begins so",
      granted(allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod*")),
      "secretsmanager:GetSecretValue",
    ],
    ["read every bucket", granted(allow("s3:GetObject", "arn:aws:s3:::*/*")), "s3:GetObject"],
    ["change routes", granted(allow("ec2:CreateRoute")), "ec2:CreateRoute"],
    ["change the firewall", granted(allow("network-firewall:UpdateRuleGroup")), "network-firewall:UpdateRuleGroup"],
    ["delete the records", granted(allow("logs:DeleteLogGroup")), "logs:DeleteLogGroup"],
    ["take any role", granted(allow("sts:AssumeRole")), "sts:AssumeRole"],
  ])("what lets it %s is found", (_, change, action) => {
    const { verdict, rules, findings } = judgedAfter(change);
    expect([verdict, rules]).toEqual(["VIOLATED", ["CORDON-P07"]]);
    const about = findings.filter((one) => one.request?.action.startsWith(action));
    expect(about.map((one) => one.address)).toContain("aws_iam_role_policy.added");
    expect(about[0]?.problem).toMatch(/^it lets aws_iam_role\.\S+ /);
    expect(about[0]?.path.map((step) => step.layer)).toEqual(["identity", "identity"]);
  });

  test.each<[string, Change]>([
    ["a boundary that works from anywhere", boundary((all) => all.filter((one) => one.Sid !== "OnlyFromThisVpc"))],
    [
      "a boundary that the old metadata service passes",
      boundary((all) => all.filter((one) => one.Sid !== "NoOldMetadataService")),
    ],
    ["a trust of everybody", trust({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" })],
    [
      "a trust of another account",
      trust({ Effect: "Allow", Principal: { AWS: "arn:aws:iam::999999999999:root" }, Action: "sts:AssumeRole" }),
    ],
    [
      "a policy that another role's resource attaches by name",
      (json) => {
        boundary((all) => [...all.filter((one) => one.Sid !== "NoTampering"), allow("iam:CreateUser")])(json);
        put(json, "aws_iam_policy", { name: "wide", policy: document(allow("iam:CreateUser")) });
        put(json, "aws_iam_policy_attachment", {
          name: "x",
          roles: [ref(json, ROLE, AGENT, "name")],
          policy_arn: "${aws_iam_policy.added.arn}",
        });
      },
    ],
  ])("%s is found", (_, change) => {
    expect(judgedAfter(change)).toMatchObject({ verdict: "VIOLATED", rules: ["CORDON-P07"] });
  });

  test("a role that is gone from the stack is found", () => {
    const { rules, findings } = judgedAfter((json) => {
      const [name = ""] = namesOf(json, ROLE, AGENT);
      delete json.resource[ROLE]?.[name];
    });
    expect(rules).toContain("CORDON-P07");
    expect(findings.map((one) => one.problem)).toContain("the role of agent triage is not in this stack");
  });

  test.each<[string, Change]>([
    [
      "a policy that the boundary does not let through",
      (json) =>
        put(json, "aws_iam_role_policy", { role: ref(json, ROLE, AGENT, "name"), policy: document(allow("iam:*")) }),
    ],
    ["one more named secret", granted(allow("secretsmanager:GetSecretValue", SECRET))],
    [
      "a trust of one service",
      trust({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }),
    ],
    [
      "a policy of no agent's role, about nothing that holds it",
      (json: MutablePlan) => {
        put(json, ROLE, {
          name: "other",
          assume_role_policy: document({
            Effect: "Allow",
            Principal: { Service: "ec2.amazonaws.com" },
            Action: "sts:AssumeRole",
          }),
        });
        put(json, "aws_iam_role_policy", {
          role: "${aws_iam_role.added.name}",
          policy: document(allow("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:jobs")),
        });
      },
    ],
  ])("%s is left alone", (_, change) => {
    expect(judgedAfter(change).findings).toEqual([]);
  });

  describe("what is not known", () => {
    test("a policy that the plan does not say may allow anything, and is settled by saying it", () => {
      const change: Change = (json) => {
        delete valuesOf(json, ROLE, AGENT)["permissions_boundary"];
        put(json, "aws_iam_role_policy", { role: ref(json, ROLE, AGENT, "name"), policy: "${var.policy}" });
      };
      const { findings, rules } = judgedAfter(change);
      expect(rules).toEqual(["CORDON-P07"]);
      const open = findings.filter((one) => one.address === "aws_iam_role_policy.added");
      expect(open.length).toBeGreaterThan(0);
      expect(open.every((one) => one.verdict === "UNKNOWN" && one.unknowns.includes("var.policy"))).toBe(true);
      const named = document(allow("secretsmanager:GetSecretValue", SECRET));
      const settled = judgedAfter(change, { assume: { "var.policy": named } }).findings;
      expect(settled.filter((one) => one.address === "aws_iam_role_policy.added")).toEqual([]);
    });

    test("a trust policy that the plan does not say stays open", () => {
      const change = set(ROLE, AGENT, { assume_role_policy: "${var.trust}" });
      expect(judgedAfter(change)).toMatchObject({ verdict: "UNKNOWN", rules: ["CORDON-P07"] });
      const nobody = document({ Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" });
      expect(judgedAfter(change, { assume: { "var.trust": nobody } }).verdict).toBe("PROVED");
    });
  });
});
