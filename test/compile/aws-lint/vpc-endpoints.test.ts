import { put, runCases, type Stack, set, setting } from "./contained-stack";

const STS = "aws_vpc_endpoint.sts";
const S3 = "aws_vpc_endpoint.s3";

describe("VPC endpoints", () => {
  runCases([
    {
      name: "an interface endpoint needs a subnet",
      change: setting(STS, "subnet_ids", []),
      expected: [
        `CORDON-088: ${STS}: AWS makes an interface endpoint without subnets, and nothing can reach it; set subnet_ids, one subnet per zone`,
      ],
    },
    {
      name: "a subnet given by an association counts",
      change: (stack: Stack) => {
        set(stack, STS, "subnet_ids", undefined);
        put(stack, "aws_vpc_endpoint_subnet_association.sts", {
          vpc_endpoint_id: `\${${STS}.id}`,
          subnet_id: "subnet-1",
        });
      },
      expected: [],
    },
    {
      name: "subnets that only apply knows are left to AWS",
      change: setting(STS, "subnet_ids", "${var.subnets}"),
      expected: [],
    },
    {
      name: "an interface endpoint answers the service's own name",
      change: setting(STS, "private_dns_enabled", undefined),
      expected: [
        `CORDON-088: ${STS}: private_dns_enabled is absent, so AWS resolves the service's name to public addresses; set private_dns_enabled to true`,
      ],
    },
    { name: "a gateway endpoint needs neither", change: setting(S3, "vpc_endpoint_type", undefined), expected: [] },
    {
      name: "an endpoint of another account's service needs no private name and takes no policy",
      change: (stack: Stack) =>
        put(stack, "aws_vpc_endpoint.other", {
          service_name: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
          vpc_endpoint_type: "Interface",
          subnet_ids: ["subnet-1"],
        }),
      expected: [],
    },
  ]);
});

describe("VPC endpoint policies", () => {
  const statement = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };
  const policy = (...statements: unknown[]) => setting(S3, "policy", JSON.stringify({ Statement: statements }));
  const open = (index: number, address = S3) => [
    `CORDON-089: ${address}: statement ${index} of the endpoint policy allows the resources of every account without a condition; add a condition such as aws:ResourceOrgID or aws:ResourceAccount`,
  ];
  const unreadable = (what: string) => [
    `CORDON-089: ${S3}: the endpoint policy can't be read${what}, so it may let any account through; write the policy as JSON text, or as aws_iam_policy_document of this stack`,
  ];
  const document = (values: Record<string, unknown>) => (stack: Stack) => {
    put(stack, "data.aws_iam_policy_document.s3", values);
    set(stack, S3, "policy", "${data.aws_iam_policy_document.s3.json}");
  };
  runCases([
    {
      name: "an endpoint without a policy is open",
      change: setting(S3, "policy", undefined),
      expected: [
        `CORDON-089: ${S3}: AWS lets every principal reach every resource of every account through an endpoint without a policy; set a policy that pins the account or organisation`,
      ],
    },
    { name: "everybody at everything is open", change: policy(statement), expected: open(1) },
    {
      name: "an own role at everything is open too",
      change: policy({ ...statement, Principal: { AWS: "${aws_iam_role.agent.arn}" } }),
      expected: open(1),
    },
    {
      name: "every bucket is everything",
      change: policy({ ...statement, Resource: ["arn:aws:s3:::*/*"] }),
      expected: open(1),
    },
    {
      name: "all but some resources is everything",
      change: policy({ ...statement, Resource: undefined, NotResource: "arn:aws:s3:::x" }),
      expected: open(1),
    },
    { name: "an empty condition is none", change: policy({ ...statement, Condition: {} }), expected: open(1) },
    {
      name: "an input may be a star",
      change: policy({ ...statement, Resource: "${var.resource}" }),
      expected: open(1),
    },
    {
      name: "the second statement is read as well",
      change: policy({ ...statement, Effect: "Deny" }, statement),
      expected: open(2),
    },
    {
      name: "a condition pins it",
      change: policy({ ...statement, Condition: { StringEquals: { "aws:ResourceOrgID": "o-1" } } }),
      expected: [],
    },
    {
      name: "a resource pins it",
      change: policy({ ...statement, Resource: "${aws_s3_bucket.logs.arn}" }),
      expected: [],
    },
    {
      name: "a reference with quotes in it is read",
      change: setting(S3, "policy", '{"Statement":[{"Effect":"Allow","Resource":"${local.arns["a"]}/*"}]}'),
      expected: [],
    },
    {
      name: "a policy that only apply knows can't be read",
      change: setting(S3, "policy", "${jsonencode({})}"),
      expected: unreadable(""),
    },
    { name: "text that is no policy can't be read", change: setting(S3, "policy", "{"), expected: unreadable(': "{"') },
    {
      name: "a policy without statements can't be read",
      change: setting(S3, "policy", "{}"),
      expected: unreadable(': "{}"'),
    },
    {
      name: "a policy document of the stack is read",
      change: document({
        statement: [
          {
            effect: "Allow",
            resources: ["*"],
            condition: [{ test: "StringEquals", variable: "aws:ResourceOrgID", values: ["o-1"] }],
          },
        ],
      }),
      expected: [],
    },
    {
      name: "an open policy document is found",
      change: document({ statement: [{ resources: ["*"] }] }),
      expected: open(1),
    },
    {
      name: "a policy document made of others can't be read",
      change: document({ statement: [], source_policy_documents: ["x"] }),
      expected: unreadable(""),
    },
    {
      name: "a policy of its own resource counts",
      change: (stack: Stack) => {
        put(stack, "aws_vpc_endpoint_policy.s3", {
          vpc_endpoint_id: `\${${S3}.id}`,
          policy: JSON.stringify({ Statement: [statement] }),
        });
        set(stack, S3, "policy", undefined);
      },
      expected: open(1, "aws_vpc_endpoint_policy.s3"),
    },
  ]);
});
