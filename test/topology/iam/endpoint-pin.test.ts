import { Testing } from "cdktf";
import { AgentsAws } from "../../../examples/aws/agents-aws";
import { AgentsAwsSealed } from "../../../examples/aws-sealed/agents-aws-sealed";
import { unpinnedStatements } from "../../../lib/topology/iam/endpoint-pin";
import { readPolicyDocument } from "../../../lib/topology/iam/policy-document";
import { Reference, Unknown } from "../../../lib/topology/resolve/value";

const OWN = "111122223333";
const owner = { account: OWN, organization: "o-own" };
type Ends = "principals" | "resources";

const statement = (Condition: object | undefined, more: object = {}): object => ({
  Effect: "Allow",
  Principal: "*",
  Action: "s3:*",
  Resource: "*",
  ...(Condition === undefined ? {} : { Condition }),
  ...more,
});
/** The ends that are open, in the open and in the closed reading. */
const both = (statements: object | object[], own: object = owner): [Ends[], Ends[]] => {
  const document = readPolicyDocument({ Statement: statements });
  if (document === undefined) throw new Error("unreadable");
  const ends = (reading: "open" | "closed"): Ends[] =>
    unpinnedStatements(document, { reading, owner: own }).flatMap((one) =>
      (["principals", "resources"] as const).filter((end) => one[end]),
    );
  return [ends("open"), ends("closed")];
};
const equals = (tests: object): object => ({ StringEquals: tests });
const PRINCIPAL = { "aws:PrincipalAccount": OWN };
const RESOURCE = { "aws:ResourceAccount": OWN };
const ROLE = `arn:aws:iam::${OWN}:role/agent`;

describe("an endpoint's policy is pinned", () => {
  test.each<[string, object | object[]]>([
    ["to the account", statement(equals({ ...PRINCIPAL, ...RESOURCE }))],
    ["to the organisation", statement(equals({ "aws:PrincipalOrgID": "o-own", "aws:ResourceOrgID": "o-own" }))],
    ["whatever the case of the keys", statement(equals({ "AWS:principalaccount": OWN, "aws:resourceACCOUNT": OWN }))],
    [
      "to a part of the organisation",
      statement({
        "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-own/r-1/*", "aws:ResourceOrgPaths": "o-own/r-1/*" },
      }),
    ],
    [
      "to one role and one bucket",
      statement(undefined, { Principal: { AWS: ROLE }, Resource: "arn:aws:s3:::reports/*" }),
    ],
    [
      "to a role of the configuration",
      statement(equals(RESOURCE), { Principal: { AWS: new Reference("aws_iam_role.x", "arn") } }),
    ],
    [
      "to roles of the account",
      statement({ ...equals(RESOURCE), ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${OWN}:role/*` } }),
    ],
    [
      "to services of AWS for the account",
      statement({ ...equals(RESOURCE), Bool: { "aws:PrincipalIsAWSService": "true" } }),
    ],
    ["to a service principal", statement(equals(RESOURCE), { Principal: { Service: "ec2.amazonaws.com" } })],
    [
      "to models of AWS",
      statement(equals(PRINCIPAL), {
        Action: "bedrock:*",
        Resource: "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
      }),
    ],
    ["to resources of the account by ARN", statement(equals(PRINCIPAL), { Resource: `arn:aws:logs:*:${OWN}:*` })],
    [
      "to reading image layers of AWS, by anybody",
      statement(undefined, {
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
      }),
    ],
    ["to actions without a resource", statement(equals(PRINCIPAL), { Action: "ecr:GetAuthorizationToken" })],
    [
      "by Denies",
      [
        statement(undefined),
        statement(
          {
            StringNotEquals: { "aws:PrincipalOrgID": "o-own" },
            BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
          },
          { Effect: "Deny" },
        ),
        statement({ StringNotEqualsIfExists: { "aws:ResourceAccount": OWN } }, { Effect: "Deny", Action: "*" }),
      ],
    ],
    [
      "by a Deny of all other resources",
      [
        statement(equals(PRINCIPAL)),
        statement(undefined, { Effect: "Deny", Resource: undefined, NotResource: "arn:aws:s3:::reports/*" }),
      ],
    ],
    ["by a Deny of everything", [statement(undefined), statement(undefined, { Effect: "Deny", Action: "*" })]],
    ["without an Allow", statement(undefined, { Effect: "Deny" })],
  ])("%s", (_, statements) => {
    const clean = JSON.parse(
      JSON.stringify(statements, (__, value) =>
        value instanceof Reference ? `\${${value.address}.${value.attribute}}` : value,
      ),
    );
    expect(both(clean)).toEqual([[], []]);
  });
});

describe("an endpoint's policy is not pinned", () => {
  const PINNED = { ...PRINCIPAL, ...RESOURCE };
  test.each<[string, object | object[], Ends[]]>([
    ["without conditions", statement(undefined), ["principals", "resources"]],
    ["with principals alone", statement(equals(PRINCIPAL)), ["resources"]],
    ["with resources alone", statement(equals(RESOURCE)), ["principals"]],
    ["by keys that may be missing", statement({ StringEqualsIfExists: PINNED }), ["principals", "resources"]],
    ["by negated operators in an Allow", statement({ StringNotEquals: PINNED }), ["principals", "resources"]],
    ["by all values of a set", statement({ "ForAllValues:StringEquals": PINNED }), ["principals", "resources"]],
    [
      "by wildcards",
      statement({ StringLike: { "aws:PrincipalAccount": "*", "aws:ResourceAccount": "1111*" } }),
      ["principals", "resources"],
    ],
    [
      "by keys that are there",
      statement({ Null: { "aws:PrincipalOrgID": "false" }, ...equals(RESOURCE) }),
      ["principals"],
    ],
    [
      "to another account",
      statement(equals({ "aws:PrincipalAccount": "999988887777", "aws:ResourceAccount": "999988887777" })),
      ["principals", "resources"],
    ],
    [
      "to the own account or another",
      statement(equals({ ...PRINCIPAL, "aws:ResourceAccount": [OWN, "999988887777"] })),
      ["resources"],
    ],
    [
      "to no service of AWS",
      statement({ ...equals(RESOURCE), Bool: { "aws:PrincipalIsAWSService": "false" } }),
      ["principals"],
    ],
    [
      "to a role's name in any account",
      statement({ ...equals(RESOURCE), ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/agent" } }),
      ["principals"],
    ],
    [
      "to every part of every organisation",
      statement({ ...equals(RESOURCE), "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "*" } }),
      ["principals"],
    ],
    [
      "to everybody but one",
      statement(equals(RESOURCE), { Principal: undefined, NotPrincipal: { AWS: ROLE } }),
      ["principals"],
    ],
    [
      "to a role of another account",
      statement(equals(RESOURCE), { Principal: { AWS: "arn:aws:iam::999988887777:role/x" } }),
      ["principals"],
    ],
    [
      "to federated users",
      statement(equals(RESOURCE), { Principal: { Federated: "accounts.google.com" } }),
      ["principals"],
    ],
    ["to buckets with a prefix", statement(equals(PRINCIPAL), { Resource: "arn:aws:s3:::reports-*/*" }), ["resources"]],
    [
      "to one bucket and all",
      statement(equals(PRINCIPAL), { Resource: ["arn:aws:s3:::reports/*", "arn:aws:s3:::*"] }),
      ["resources"],
    ],
    [
      "to all but one resource",
      statement(equals(PRINCIPAL), { Resource: undefined, NotResource: "arn:aws:s3:::x" }),
      ["resources"],
    ],
    [
      "to a resource of another account",
      statement(equals(PRINCIPAL), { Action: "sqs:*", Resource: "arn:aws:sqs:eu-west-1:999988887777:q" }),
      ["resources"],
    ],
    [
      "to writing to buckets of AWS, by anybody",
      statement(undefined, { Resource: "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*" }),
      ["principals"],
    ],
    [
      "to buckets that are named like those of AWS",
      statement(undefined, { Action: "s3:GetObject", Resource: "arn:aws:s3:::al2023-repos-eu-west-1-*/*" }),
      ["principals", "resources"],
    ],
    [
      "to models of AWS, by anybody",
      statement(undefined, { Action: "bedrock:*", Resource: "arn:aws:bedrock:eu-west-1::foundation-model/x" }),
      ["principals"],
    ],
    [
      "by a Deny of other actions",
      [statement(equals(RESOURCE)), statement({ StringNotEquals: PRINCIPAL }, { Effect: "Deny", Action: "s3:Get*" })],
      ["principals"],
    ],
    [
      "by a Deny for those who fail both",
      [
        statement(undefined),
        statement({ StringNotEquals: { "aws:PrincipalAccount": OWN, "aws:ResourceAccount": OWN } }, { Effect: "Deny" }),
      ],
      ["principals", "resources"],
    ],
    [
      "by a Deny for some principals",
      [
        statement(equals(RESOURCE)),
        statement({ StringNotEquals: PRINCIPAL }, { Effect: "Deny", Principal: { AWS: ROLE } }),
      ],
      ["principals"],
    ],
    [
      "by a Deny that another condition narrows",
      [
        statement(equals(RESOURCE)),
        statement({ StringNotEquals: PRINCIPAL, Bool: { "aws:SecureTransport": "false" } }, { Effect: "Deny" }),
      ],
      ["principals"],
    ],
  ])("%s", (_, statements, ends) => {
    const clean = JSON.parse(JSON.stringify(statements));
    expect(both(clean)).toEqual([ends, ends]);
  });

  test("where there is none", () => {
    for (const reading of ["open", "closed"] as const) {
      expect(unpinnedStatements("none", { reading })).toEqual([{ principals: true, resources: true }]);
    }
  });

  test("for all one can tell where it can't be read, or pins to something that can't be compared", () => {
    expect(unpinnedStatements(undefined, { reading: "open" })).toEqual([{ principals: true, resources: true }]);
    expect(unpinnedStatements(undefined, { reading: "closed" })).toEqual([]);
    const pinned = statement(equals(PINNED));
    expect(both(pinned, {})).toEqual([[], []]);
    expect(both(pinned, { account: "${aws_vpc.x.owner_id}" })).toEqual([["principals", "resources"], []]);
    const variable = new Unknown("${var.account}", ["var.account"]);
    const unknown = statement(equals({ "aws:PrincipalAccount": variable, "aws:ResourceAccount": variable }));
    expect(both(unknown)).toEqual([["principals", "resources"], []]);
    const denied = [
      statement(equals(RESOURCE)),
      { Effect: "Deny", Principal: "*", Action: "*", Resource: "*", Condition: variable },
    ];
    expect(both(denied)).toEqual([["principals"], []]);
  });

  test("says which statement and which end", () => {
    const document = readPolicyDocument({
      Statement: [statement(equals(PINNED)), { Sid: "Any", ...statement(equals(PRINCIPAL)) }],
    });
    expect(unpinnedStatements(document, { reading: "closed", owner })).toEqual([
      { index: 1, sid: "Any", principals: false, resources: true },
    ]);
  });
});

describe("Cordon's own endpoints", () => {
  const endpoints = [new AgentsAws(Testing.app(), "a"), new AgentsAwsSealed(Testing.app(), "b")].flatMap((stack) => {
    stack.prepareStack();
    const { aws_vpc_endpoint: all } = JSON.parse(Testing.synth(stack, true)).resource;
    return Object.entries<{ policy: string }>(all).map(([name, { policy }]) => ({ name, policy }));
  });
  const scope = (policy: string, reading: "open" | "closed") => {
    const account = /\$\{[^}]+owner_id\}/.exec(policy)?.[0];
    return { reading, owner: account === undefined ? {} : { account } };
  };

  test("let nobody else through", () => {
    expect(endpoints.length).toBe(5);
    for (const { name, policy } of endpoints) {
      const found = unpinnedStatements(readPolicyDocument(policy), scope(policy, "open"));
      expect([name, found]).toEqual([name, []]);
    }
  });

  test("let others through once one end is no longer confined", () => {
    type Json = { Statement: { Effect: string; Condition?: { [operator: string]: { [key: string]: unknown } } }[] };
    const ends: [Ends, RegExp][] = [
      ["principals", /aws:Principal/],
      ["resources", /aws:Resource/],
    ];
    const opened = { principals: 0, resources: 0 };
    for (const { policy } of endpoints) {
      const { Statement }: Json = JSON.parse(policy);
      for (const [end, key] of ends) {
        for (const [at, statement] of Statement.entries()) {
          if (statement.Effect !== "Allow" || !key.test(JSON.stringify(statement.Condition))) continue;
          const kept = Object.entries(statement.Condition ?? {}).map(([operator, tests]) => [
            operator,
            Object.fromEntries(Object.entries(tests).filter(([name]) => !key.test(name))),
          ]);
          const changed = { ...statement, Condition: Object.fromEntries(kept) };
          const document = readPolicyDocument({
            Statement: Statement.map((one, index) => (index === at ? changed : one)),
          });
          const found = unpinnedStatements(document, scope(policy, "closed"));
          expect(found.map((one) => [one.index, one[end]])).toEqual([[at, true]]);
          opened[end] += 1;
        }
      }
    }
    expect(opened).toEqual({ principals: 8, resources: 6 });
  });
});
