import { Testing } from "cdktf";
import { AgentsAws } from "../../../examples/aws/agents-aws";
import { readPolicyDocument } from "../../../lib/topology/iam/policy-document";
import { openTrust, type TrustGap } from "../../../lib/topology/iam/trust";
import { Reference, Unknown } from "../../../lib/topology/resolve/value";

const OWN = "111122223333";
const owner = { account: OWN, organization: "o-own" };
const trust = (Principal: unknown, Condition?: object, more: object = {}): object => ({
  Effect: "Allow",
  Action: "sts:AssumeRole",
  Principal,
  ...(Condition === undefined ? {} : { Condition }),
  ...more,
});
/** What is found in the open and in the closed reading. */
const both = (statements: object | object[], own: object = owner): [TrustGap[], TrustGap[]] => {
  const document = readPolicyDocument({ Statement: statements });
  if (document === undefined) throw new Error("unreadable");
  const kinds = (reading: "open" | "closed"): TrustGap[] =>
    openTrust(document, { reading, owner: own }).map(({ kind }) => kind);
  return [kinds("open"), kinds("closed")];
};
const equals = (tests: object): object => ({ StringEquals: tests });
const like = (tests: object): object => ({ StringLike: tests });

describe("a trust policy is closed", () => {
  test.each<[string, object]>([
    ["to a role of the same configuration", trust({ AWS: new Reference("aws_iam_role.x", "arn") })],
    ["to the own account", trust({ AWS: OWN })],
    ["to the own account's root", trust({ AWS: `arn:aws:iam::${OWN}:root` })],
    ["to a role of the own account", trust({ AWS: `arn:aws:iam::${OWN}:role/x` })],
    ["to everybody of the own organisation", trust("*", equals({ "aws:PrincipalOrgID": "o-own" }))],
    [
      "to one principal by condition",
      trust({ AWS: "*" }, { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${OWN}:role/x` } }),
    ],
    ["to EC2", trust({ Service: "ec2.amazonaws.com" })],
    ["to Lambda", trust({ Service: "lambda.amazonaws.com" })],
    ["to ECS for the own account", trust({ Service: "ecs-tasks.amazonaws.com" }, equals({ "aws:SourceAccount": OWN }))],
    [
      "to ECS for the own organisation",
      trust({ Service: "ecs-tasks.amazonaws.com" }, equals({ "aws:SourceOrgID": "o-own" })),
    ],
    ["to a principal that was deleted", trust({ AWS: "AROAEXAMPLEEXAMPLE123" })],
    ["with a Deny for everybody", [trust("*"), { Effect: "Deny", Principal: "*", Action: "sts:*" }]],
    ["with a Deny alone", { Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
    ["where it is about tags alone", trust("*", undefined, { Action: "sts:TagSession" })],
  ])("%s", (_, statements) => {
    expect(both(statements)).toEqual([[], []]);
  });
});

describe("a trust policy is open", () => {
  test.each<[string, object, TrustGap]>([
    ["to everybody", trust("*"), "anyone"],
    ["to every account", trust({ AWS: "*" }), "anyone"],
    ["to everybody with an external id", trust("*", equals({ "sts:ExternalId": "x" })), "anyone"],
    ["to everybody but one", { Effect: "Allow", Action: "sts:*", NotPrincipal: { AWS: OWN } }, "anyone"],
    ["to everybody, by NotAction", { Effect: "Allow", NotAction: "s3:*", Principal: "*" }, "anyone"],
    [
      "to roles of every account by pattern",
      trust("*", like({ "aws:PrincipalArn": "arn:aws:iam::*:role/x" })),
      "anyone",
    ],
    [
      "to principals without an organisation",
      trust("*", { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-own" } }),
      "anyone",
    ],
    ["to another organisation", trust("*", equals({ "aws:PrincipalOrgID": "o-other" })), "anyone"],
    ["to another account", trust({ AWS: "999988887777" }), "account"],
    ["to the root of another account", trust({ AWS: "arn:aws:iam::999988887777:root" }), "account"],
    ["to a role of another account", trust({ AWS: "arn:aws:iam::999988887777:role/x" }), "account"],
    ["to a canonical user", trust({ CanonicalUser: "79a59df900b949e5" }), "account"],
    ["to ECS for any account", trust({ Service: "ecs-tasks.amazonaws.com" }), "deputy"],
    ["to a regional service for any account", trust({ Service: "logs.eu-west-1.amazonaws.com" }), "deputy"],
    [
      "to ECS for another account",
      trust({ Service: "ecs-tasks.amazonaws.com" }, equals({ "aws:SourceAccount": "999988887777" })),
      "deputy",
    ],
    [
      "to ECS where the account is missing",
      trust({ Service: "ecs-tasks.amazonaws.com" }, { StringEqualsIfExists: { "aws:SourceAccount": OWN } }),
      "deputy",
    ],
  ])("%s", (_, statements, kind) => {
    expect(both(statements)).toEqual([[kind], [kind]]);
  });

  test("for all one can tell where it can't be read, names a variable, or an account that can't be compared", () => {
    expect(openTrust(undefined, { reading: "open" }).map(({ kind }) => kind)).toEqual(["unreadable"]);
    expect(openTrust(undefined, { reading: "closed" })).toEqual([]);
    expect(both(trust({ AWS: new Unknown("${var.trusted}", ["var.trusted"]) }))).toEqual([["anyone"], []]);
    expect(both(trust({ AWS: "999988887777" }), {})).toEqual([["account"], []]);
    expect(both(trust({ AWS: "999988887777" }), { account: "${aws_vpc.x.owner_id}" })).toEqual([["account"], []]);
    expect(
      both(trust({ AWS: "arn:aws:iam::${aws_vpc.x.owner_id}:root" }), { account: "${aws_vpc.x.owner_id}" }),
    ).toEqual([[], []]);
    const doubtful = {
      Effect: "Deny",
      Principal: "*",
      Action: "sts:*",
      Condition: equals({ "aws:SourceVpc": "vpc-1" }),
    };
    expect(both([trust("*"), doubtful])).toEqual([["anyone"], []]);
  });

  test("says which statement and which principal", () => {
    const document = readPolicyDocument({
      Statement: [
        trust({ Service: "ec2.amazonaws.com" }),
        { Sid: "Partner", ...trust({ AWS: ["999988887777", OWN] }) },
      ],
    });
    expect(openTrust(document, { reading: "closed", owner })).toEqual([
      {
        index: 1,
        sid: "Partner",
        kind: "account",
        principal: "999988887777",
        says: "account 999988887777 is not the role's own",
      },
    ]);
  });
});

describe("tokens of an identity provider", () => {
  const provider = (host: string): object => ({ Federated: `arn:aws:iam::${OWN}:oidc-provider/${host}` });
  const web = (host: string, Condition?: object): object =>
    trust(provider(host), Condition, { Action: "sts:AssumeRoleWithWebIdentity" });
  const GITHUB = "token.actions.githubusercontent.com";
  const EKS = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE";
  const aud = (host: string): object => ({ [`${host}:aud`]: "sts.amazonaws.com" });

  test.each<[string, object]>([
    ["one branch", web(GITHUB, equals({ ...aud(GITHUB), [`${GITHUB}:sub`]: "repo:org/app:ref:refs/heads/main" }))],
    ["one repository", web(GITHUB, { ...equals(aud(GITHUB)), ...like({ [`${GITHUB}:sub`]: "repo:org/app:*" }) })],
    ["one service account", web(EKS, equals({ ...aud(EKS), [`${EKS}:sub`]: "system:serviceaccount:ns:name" }))],
    [
      "one workspace",
      web("app.terraform.io", {
        ...equals({ "app.terraform.io:aud": "aws.workload.identity" }),
        ...like({ "app.terraform.io:sub": "organization:o:project:p:workspace:w:run_phase:*" }),
      }),
    ],
    [
      "a subject by reference",
      web(GITHUB, equals({ ...aud(GITHUB), [`${GITHUB}:sub`]: new Unknown("${var.subject}", ["var.subject"]) })),
    ],
    [
      "known users of an identity pool",
      trust(
        { Federated: "cognito-identity.amazonaws.com" },
        {
          StringEquals: { "cognito-identity.amazonaws.com:aud": "eu-west-1:pool" },
          "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
        },
      ),
    ],
    [
      "assertions for AWS",
      trust(
        { Federated: `arn:aws:iam::${OWN}:saml-provider/x` },
        equals({ "SAML:aud": "https://signin.aws.amazon.com/saml" }),
      ),
    ],
  ])("are closed where they name %s", (_, statement) => {
    expect(both(statement)).toEqual([[], []]);
  });

  test.each<[string, object, TrustGap[]]>([
    ["nothing", web(GITHUB), ["subject", "audience"]],
    ["the audience alone", web(GITHUB, equals(aud(GITHUB))), ["subject"]],
    ["the subject alone", web(GITHUB, equals({ [`${GITHUB}:sub`]: "repo:org/app:ref:refs/heads/main" })), ["audience"]],
    [
      "every repository",
      web(GITHUB, { ...equals(aud(GITHUB)), ...like({ [`${GITHUB}:sub`]: "repo:*" }) }),
      ["subject"],
    ],
    [
      "every owner with a prefix",
      web(GITHUB, { ...equals(aud(GITHUB)), ...like({ [`${GITHUB}:sub`]: "repo:org*" }) }),
      ["subject"],
    ],
    [
      "every repository of an owner",
      web(GITHUB, { ...equals(aud(GITHUB)), ...like({ [`${GITHUB}:sub`]: "repo:org/*" }) }),
      ["subject"],
    ],
    [
      "one repository or all",
      web(GITHUB, { ...equals(aud(GITHUB)), ...like({ [`${GITHUB}:sub`]: ["repo:o/a:*", "*"] }) }),
      ["subject"],
    ],
    [
      "every service account",
      web(EKS, { ...equals(aud(EKS)), ...like({ [`${EKS}:sub`]: "system:serviceaccount:ns:*" }) }),
      ["subject"],
    ],
    [
      "a subject that may be missing",
      web(GITHUB, { ...equals(aud(GITHUB)), StringEqualsIfExists: { [`${GITHUB}:sub`]: "repo:o/a:x" } }),
      ["subject"],
    ],
    [
      "any set of subjects",
      web(GITHUB, { ...equals(aud(GITHUB)), "ForAllValues:StringEquals": { [`${GITHUB}:sub`]: "repo:o/a:x" } }),
      ["subject"],
    ],
    [
      "any subject but one",
      web(GITHUB, { ...equals(aud(GITHUB)), StringNotEquals: { [`${GITHUB}:sub`]: "repo:o/a:x" } }),
      ["subject"],
    ],
    [
      "guests of an identity pool",
      trust(
        { Federated: "cognito-identity.amazonaws.com" },
        equals({ "cognito-identity.amazonaws.com:aud": "eu-west-1:pool" }),
      ),
      ["subject"],
    ],
    ["no audience of an assertion", trust({ Federated: `arn:aws:iam::${OWN}:saml-provider/x` }), ["audience"]],
  ])("are open where they name %s", (_, statement, kinds) => {
    expect(both(statement)).toEqual([kinds, kinds]);
  });

  test("are open for all one can tell where a pattern is a variable", () => {
    const subject = like({ [`${GITHUB}:sub`]: new Unknown("${var.subject}", ["var.subject"]) });
    expect(both(web(GITHUB, { ...equals(aud(GITHUB)), ...subject }))).toEqual([["subject"], []]);
  });
});

describe("Cordon's own roles", () => {
  const stack = new AgentsAws(Testing.app(), "agents-aws");
  stack.prepareStack();
  const roles: { [name: string]: { assume_role_policy: string } } = JSON.parse(Testing.synth(stack, true)).resource
    .aws_iam_role;

  test("trust nobody but their runtime", () => {
    const documents = Object.values(roles).map((role) => readPolicyDocument(role.assume_role_policy));
    expect(documents.length).toBe(3);
    for (const document of documents) {
      const account = /\$\{[^}]+owner_id\}/.exec(JSON.stringify(documents))?.[0] ?? "";
      for (const reading of ["open", "closed"] as const) {
        expect(openTrust(document, { reading, owner: { account } })).toEqual([]);
      }
    }
  });

  test("would be open without the condition on the account", () => {
    const bare = Object.values(roles).map((role) => {
      const policy: { Statement: { Condition?: object }[] } = JSON.parse(role.assume_role_policy);
      return { Statement: policy.Statement.map(({ Condition, ...rest }) => rest) };
    });
    const found = bare.flatMap((policy) => openTrust(readPolicyDocument(policy), { reading: "closed" }));
    expect(found.map(({ principal }) => principal).sort()).toEqual([
      "ecs-tasks.amazonaws.com",
      "vpc-flow-logs.amazonaws.com",
    ]);
  });
});
