import type { MutablePlan, Values } from "../support/changed-plan";
import { adding, all, each, type Generator, type Mutation, put, ref, statements } from "./mutation";

const ROLE = "aws_iam_role";
const IDENTITY = ["CORDON-P07"];
const PINNED = ["CORDON-P06"];
const ADMIN: Values = { Effect: "Allow", Action: "*", Resource: "*" };

const agentRoles = (plan: MutablePlan): [string, Values][] =>
  all(plan, ROLE).filter(([, values]) => values["permissions_boundary"] !== undefined);

const boundaryOf = (values: Values): string =>
  /^\$\{aws_iam_policy\.(.+)\.arn\}$/.exec(String(values["permissions_boundary"]))?.[1] ?? "";

const policyJson = (...all: Values[]): string => JSON.stringify({ Version: "2012-10-17", Statement: all });

/** What an agent must never be able to do. */
const HAZARDS: [string, Values][] = [
  ["everything", ADMIN],
  ["iam", { Effect: "Allow", Action: "iam:*", Resource: "*" }],
  ["all but iam", { Effect: "Allow", NotAction: "iam:*", Resource: "*" }],
  ["pass role", { Effect: "Allow", Action: "iam:PassRole", Resource: "*" }],
  ["assume role", { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" }],
  ["secrets", { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: "*" }],
  ["parameters", { Effect: "Allow", Action: "ssm:GetParameter*", Resource: "*" }],
  ["objects", { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "*" }],
  ["tables", { Effect: "Allow", Action: "dynamodb:*", Resource: "*" }],
  ["routes", { Effect: "Allow", Action: "ec2:CreateRoute", Resource: "*" }],
  ["groups", { Effect: "Allow", Action: "ec2:AuthorizeSecurityGroup*", Resource: "*" }],
  ["endpoints", { Effect: "Allow", Action: "ec2:ModifyVpcEndpoint", Resource: "*" }],
  ["firewall", { Effect: "Allow", Action: "network-firewall:*", Resource: "*" }],
  ["resolver", { Effect: "Allow", Action: "route53resolver:*", Resource: "*" }],
  ["log groups", { Effect: "Allow", Action: "logs:DeleteLogGroup", Resource: "*" }],
  ["trails", { Effect: "Allow", Action: "cloudtrail:StopLogging", Resource: "*" }],
  ["instances", { Effect: "Allow", Action: "ec2:RunInstances", Resource: "*" }],
  ["functions", { Effect: "Allow", Action: "lambda:UpdateFunctionCode", Resource: "*" }],
];

/** Trust that lets others in. */
const TRUSTS: [string, Values][] = [
  ["everybody", { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }],
  ["every account", { Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
  [
    "another account",
    { Effect: "Allow", Principal: { AWS: "arn:aws:iam::999999999999:root" }, Action: "sts:AssumeRole" },
  ],
  [
    "any repository",
    {
      Effect: "Allow",
      Principal: { Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" },
      Action: "sts:AssumeRoleWithWebIdentity",
    },
  ],
];

/** Agents' roles with their boundary moved out of the way for one statement. */
export const identities: Generator = (plan) =>
  agentRoles(plan).flatMap(([name, values]): Mutation[] => {
    const role = ref(ROLE, name, "name");
    const boundary = boundaryOf(values);
    const inBoundary = (json: MutablePlan, change: (all: Values[]) => Values[]): void =>
      statements(json.resource["aws_iam_policy"]?.[boundary] ?? {}, "policy", change);
    const open = (json: MutablePlan): void => inBoundary(json, () => [ADMIN]);
    return [
      adding(
        `no boundary on ${name}`,
        IDENTITY,
        (json) => delete json.resource[ROLE]?.[name]?.["permissions_boundary"],
      ),
      adding(`boundary of AWS on ${name}`, IDENTITY, (json) => {
        (json.resource[ROLE]?.[name] ?? {})["permissions_boundary"] = "arn:aws:iam::aws:policy/AdministratorAccess";
        put(json, "aws_iam_role_policy", { role, policy: policyJson(ADMIN) });
      }),
      ...HAZARDS.flatMap(([what, statement]) => [
        adding(`${what} for ${name} in an open boundary`, IDENTITY, (json) => {
          open(json);
          put(json, "aws_iam_role_policy", { role, policy: policyJson(statement) });
        }),
      ]),
      adding(`inline policy of ${name} in an open boundary`, IDENTITY, (json) => {
        open(json);
        (json.resource[ROLE]?.[name] ?? {})["inline_policy"] = [{ name: "x", policy: policyJson(ADMIN) }];
      }),
      adding(`managed policy of ${name} in an open boundary`, IDENTITY, (json) => {
        open(json);
        (json.resource[ROLE]?.[name] ?? {})["managed_policy_arns"] = ["arn:aws:iam::aws:policy/AdministratorAccess"];
      }),
      adding(`attachment to ${name} in an open boundary`, IDENTITY, (json) => {
        open(json);
        put(json, "aws_iam_role_policy_attachment", {
          role,
          policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess",
        });
      }),
      adding(`shared attachment to ${name} in an open boundary`, IDENTITY, (json) => {
        open(json);
        put(json, "aws_iam_policy_attachment", {
          name: "x",
          roles: [role],
          policy_arn: "arn:aws:iam::aws:policy/IAMFullAccess",
        });
      }),
      adding(`policy of somebody for ${name} in an open boundary`, IDENTITY, (json) => {
        open(json);
        put(json, "aws_iam_role_policy_attachment", { role, policy_arn: "arn:aws:iam::123456789012:policy/custom" });
      }),
      adding(`${name} works from anywhere`, IDENTITY, (json) => {
        put(json, "aws_iam_role_policy", {
          role,
          policy: policyJson({ Effect: "Allow", Action: "bedrock:InvokeModel", Resource: "*" }),
        });
        inBoundary(json, (all) => [
          ...all.filter((one) => one["Sid"] !== "OnlyFromThisVpc"),
          { Effect: "Allow", Action: "bedrock:InvokeModel", Resource: "*" },
        ]);
      }),
      adding(`${name} works with the old metadata service`, IDENTITY, (json) => {
        put(json, "aws_iam_role_policy", {
          role,
          policy: policyJson({ Effect: "Allow", Action: "bedrock:InvokeModel", Resource: "*" }),
        });
        inBoundary(json, (all) => [
          ...all.filter((one) => one["Sid"] !== "NoOldMetadataService"),
          { Effect: "Allow", Action: "bedrock:InvokeModel", Resource: "*" },
        ]);
      }),
      ...(String(values["assume_role_policy"]).includes('"Deny"') ? [] : TRUSTS).map(([what, statement]) =>
        adding(`${what} may take ${name}`, IDENTITY, (json) =>
          statements(json.resource[ROLE]?.[name] ?? {}, "assume_role_policy", (all) => [...all, statement]),
        ),
      ),
      adding(`${name} is gone`, IDENTITY, (json) => delete json.resource[ROLE]?.[name]),
    ];
  });

/** Roles beside the agents. */
export const otherIdentities: Generator = () =>
  HAZARDS.filter(([what]) =>
    [
      "everything",
      "iam",
      "all but iam",
      "routes",
      "groups",
      "endpoints",
      "firewall",
      "resolver",
      "log groups",
    ].includes(what),
  ).map(([what, statement]) =>
    adding(`another role with ${what}`, ["CORDON-P12"], (json) => {
      put(json, ROLE, {
        name: "other",
        assume_role_policy: policyJson({
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: "sts:AssumeRole",
        }),
      });
      put(json, "aws_iam_role_policy", { role: ref(ROLE, "Mutant", "name"), policy: policyJson(statement) });
    }),
  );

/** Policies of private endpoints. */
export const endpoints: Generator = (plan) => {
  const edit = (what: string, change: (all: Values[]) => Values[]): Mutation[] =>
    each(plan, "aws_vpc_endpoint", what, PINNED, (values) => statements(values, "policy", change));
  return [
    ...each(plan, "aws_vpc_endpoint", "no policy on", PINNED, (values) => delete values["policy"]),
    ...each(
      plan,
      "aws_vpc_endpoint",
      "service of somebody behind",
      PINNED,
      (values) => (values["service_name"] = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"),
    ),
    ...edit("everything through", () => [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }]),
    ...edit("one statement more through", (all) => [
      ...all,
      { Effect: "Allow", Principal: "*", Action: "s3:*", Resource: "*" },
    ]),
    ...edit("no conditions on", (all) =>
      all.map((one) => (one["Effect"] === "Deny" ? one : { ...one, Resource: "*", Condition: undefined })),
    ),
    ...edit("pins that a missing key meets on", (all) =>
      all.map((one) => ({
        ...one,
        Resource: "*",
        Condition: {
          StringEqualsIfExists: { "aws:ResourceAccount": "123456789012", "aws:PrincipalAccount": "123456789012" },
        },
      })),
    ),
    ...edit("pins that anything meets on", (all) =>
      all.map((one) => ({
        ...one,
        Resource: "*",
        Condition: { StringLike: { "aws:ResourceAccount": "*", "aws:PrincipalAccount": "*" } },
      })),
    ),
    ...edit("another account for", (all) =>
      all.map((one) => ({
        ...one,
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceAccount": "999999999999", "aws:PrincipalAccount": "999999999999" } },
      })),
    ),
  ];
};
