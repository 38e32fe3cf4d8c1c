import { lintAws, type TerraformResource } from "../../../lib/compile/aws-lint";
import { describeWith } from "../engine";
import { terraformEngine } from "./engines";
import { example, first } from "./examples";
import type { Diagnostic, StackJson } from "./plan-json";
import { TerraformStage } from "./stage";

const engine = terraformEngine();
const withEngine = describeWith(engine !== undefined);

const PROVIDER = { provider: { aws: [{ region: "eu-west-1" }] } };
const ANYWHERE = "0.0.0.0/0";
const ROUTE = { route_table_id: "rtb-1", destination_cidr_block: ANYWHERE };
const ROLE = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/** What Terraform refuses by itself, by resource: its arguments and what the error says. */
const REFUSED: [string, string, object, string][] = [
  ["a route with two targets", "aws_route", { ...ROUTE, gateway_id: "igw-1", nat_gateway_id: "nat-1" }, "only one of"],
  ["a route with no target", "aws_route", ROUTE, "must be specified"],
  [
    "a destination with host bits",
    "aws_route",
    { ...ROUTE, destination_cidr_block: "10.64.0.1/20", gateway_id: "igw-1" },
    "is not a valid IPv4 CIDR block",
  ],
  [
    "a policy that is no JSON",
    "aws_iam_policy",
    { name: "p", policy: "{'Version': 1}" },
    "contains an invalid JSON policy",
  ],
  [
    "a fail-open setting of another spelling",
    "aws_route53_resolver_firewall_config",
    { resource_id: "vpc-1", firewall_fail_open: "NO" },
    "expected firewall_fail_open to be one of",
  ],
  [
    "a session of a day for an agent's role",
    "aws_iam_role",
    { name: "r", assume_role_policy: JSON.stringify(ROLE), max_session_duration: 86400 },
    "expected max_session_duration to be in the range",
  ],
  [
    "a retention that CloudWatch does not offer",
    "aws_cloudwatch_log_group",
    { name: "g", retention_in_days: 91 },
    "expected retention_in_days to be one of",
  ],
];

withEngine("what only Terraform sees", () => {
  if (engine === undefined) return;
  const stage = new TerraformStage(engine);
  let diagnostics: Diagnostic[];
  afterAll(() => stage.remove());
  beforeAll(async () => {
    const resource: NonNullable<StackJson["resource"]> = {};
    REFUSED.forEach(([, type, values], index) => {
      resource[type] = { ...resource[type], [`case_${index}`]: { ...values } };
    });
    diagnostics = await (await stage.stage({ ...PROVIDER, resource })).validate();
  });

  test.each(REFUSED)("%s is refused", (_name, _type, _values, message) => {
    const details = diagnostics
      .map(({ summary, detail }) => `${summary} ${detail}`)
      .filter((one) => one.includes(message));
    expect(details.length).toBeGreaterThan(0);
  });

  test("a firewall that waits for the routes to its own endpoints is a cycle, and the example has none", async () => {
    const stack = example("agents-aws");
    const [, firewall] = first(stack, "aws_networkfirewall_firewall");
    const [route] =
      Object.entries(stack.resource?.["aws_route"] ?? {}).find(
        ([, { vpc_endpoint_id }]) => vpc_endpoint_id !== undefined,
      ) ?? [];
    firewall["depends_on"] = [`aws_route.${route}`];
    expect(await (await stage.stage(stack)).planError()).toContain("Cycle:");
  });

  test("a template marker in a text is evaluated by Terraform, which is why the library refuses it in user strings", async () => {
    const resource = {
      aws_vpc: {
        cell: { cidr_block: "10.64.0.0/20", tags: { marked: "${1 + 1}", kept: "$$${1 + 1} a{1,3}$/ $HOME_NET" } },
      },
    };
    const plan = await (await stage.stage({ ...PROVIDER, resource })).plan();
    expect(plan.resource_changes[0]?.change.after?.["tags"]).toEqual({
      marked: "2",
      kept: "$${1 + 1} a{1,3}$/ $HOME_NET",
    });
  });
});

/** What Terraform plans and AWS refuses or leaves open: the change, and the code that the library refuses it with. */
const BLIND: [string, string, string, (values: { [argument: string]: unknown }) => void][] = [
  ["a capacity below the number of rules", "CORDON-078", "aws_networkfirewall_rule_group", set("capacity", 1)],
  [
    "a rule group of garbage",
    "CORDON-079",
    "aws_networkfirewall_rule_group",
    (values) => replaceText(values, /^pass /m, "let "),
  ],
  [
    "two rules with one sid",
    "CORDON-082",
    "aws_networkfirewall_rule_group",
    (values) => replaceText(values, /sid:\d+/g, "sid:7"),
  ],
  [
    "a default action that does not exist",
    "CORDON-070",
    "aws_networkfirewall_firewall_policy",
    (values) => replaceText(values, /aws:drop_\w+/, "aws:drop_sometimes"),
  ],
  [
    "a stream policy that lets unseen flows go on",
    "CORDON-071",
    "aws_networkfirewall_firewall_policy",
    (values) => replaceText(values, /REJECT/, "CONTINUE"),
  ],
  [
    "a policy variable other than HOME_NET",
    "CORDON-075",
    "aws_networkfirewall_firewall_policy",
    (values) => replaceText(values, /HOME_NET/, "OTHER_NET"),
  ],
  [
    "an association with a priority out of range",
    "CORDON-087",
    "aws_route53_resolver_firewall_rule_group_association",
    set("priority", 5),
  ],
  [
    "a BLOCK rule without an answer",
    "CORDON-085",
    "aws_route53_resolver_firewall_rule",
    set("block_response", undefined),
  ],
  ["an interface endpoint without subnets", "CORDON-088", "aws_vpc_endpoint", set("subnet_ids", undefined)],
];

withEngine("what Terraform plans and AWS refuses", () => {
  if (engine === undefined) return;
  const stage = new TerraformStage(engine);
  afterAll(() => stage.remove());

  test("one plan of agents-aws with all of the cases succeeds", async () => {
    const stack = example("agents-aws");
    for (const [, , type, change] of BLIND) change(target(stack, type));
    const staged = await stage.stage(stack);
    expect(await staged.validate()).toEqual([]);
    expect((await staged.plan()).resource_changes.length).toBeGreaterThan(50);
  });

  test.each(BLIND)("%s is found by the lint as %s", (_name, code, type, change) => {
    const stack = example("agents-aws");
    const before = codes(stack);
    change(target(stack, type));
    expect(before).not.toContain(code);
    expect(codes(stack)).toContain(code);
  });
});

function target(stack: StackJson, type: string): { [argument: string]: unknown } {
  const blocking = Object.values(stack.resource?.[type] ?? {}).find(
    ({ block_response }) => block_response !== undefined,
  );
  return blocking ?? first(stack, type)[1];
}

// An argument that is undefined is not written.
function set(argument: string, value: unknown): (values: { [argument: string]: unknown }) => void {
  return (values) => {
    values[argument] = value;
  };
}

function replaceText(values: { [argument: string]: unknown }, pattern: RegExp, replacement: string): void {
  for (const [argument, value] of Object.entries(values)) values[argument] = replaced(value, pattern, replacement);
}

function replaced(value: unknown, pattern: RegExp, replacement: string): unknown {
  if (typeof value === "string") return value.replace(pattern, replacement);
  if (Array.isArray(value)) return value.map((one) => replaced(one, pattern, replacement));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, pattern, replacement)]));
}

function codes(stack: StackJson): string[] {
  const resources = Object.entries(stack.resource ?? {}).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, values]): TerraformResource => ({ type, address: `${type}.${name}`, values })),
  );
  return lintAws(resources, { monitoredSources: ["AGENT_CODER"] }).map(({ code }) => code);
}
