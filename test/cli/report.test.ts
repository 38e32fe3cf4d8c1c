import { matrixOf, type ReportedStack } from "../../lib/cli/report";
import { reportMarkdown } from "../../lib/cli/report-markdown";
import { acknowledged, finding, verification } from "./values";

const stack = (changes: Partial<ReportedStack> = {}): ReportedStack => ({
  name: "agents",
  source: "cdktf.out/stacks/agents",
  agents: ["triage"],
  verify: () => verification(),
  paths: () => [
    {
      destination: "api.example.com:443",
      layers: [
        { layer: "name", opens: "aws_dns.allow" },
        { layer: "route", opens: "aws_route.out" },
        { layer: "filter", opens: "aws_group.list sid 1" },
        { layer: "route", opens: "aws_route.public" },
      ],
    },
  ],
  services: () => ["com.amazonaws.eu-west-1.s3"],
  denied: () => ["SSH (security group: aws_security_group.a: no rule)"],
  residual: () => [{ id: "R01", title: "a name is not an address", detail: "The agent chooses it." }],
  ...changes,
});

test("a report has the matrix, endpoints, refusals, risks and assumptions", () => {
  expect(reportMarkdown([matrixOf(stack())])).toBe(`# Containment report

## agents

**PROVED** within model v1 under the assumptions below. Read from \`cdktf.out/stacks/agents\`.

### What agents reach

| agent | destination | name | route | filter |
| --- | --- | --- | --- | --- |
| triage | \`api.example.com:443\` | \`aws_dns.allow\` | \`aws_route.out\` | \`aws_group.list sid 1\` |

### Private endpoints

| agent | service |
| --- | --- |
| triage | \`com.amazonaws.eu-west-1.s3\` |

### What is refused

| agent | what, and who refuses it |
| --- | --- |
| triage | SSH (security group: aws\\_security\\_group.a: no rule) |

### What this does not stop

| id | risk | agent | destination | detail |
| --- | --- | --- | --- | --- |
| R01 | a name is not an address | all | all | The agent chooses it. |

## Assumptions

- A1: The cloud does what its documentation says.
- A2: Nothing outside of this plan changes these resources.
`);
});

test("a report shows what stands against the rules, and who stands for what", () => {
  const verify = (): ReturnType<ReportedStack["verify"]> =>
    verification({ verdict: "VIOLATED", findings: [finding()], acknowledged: [acknowledged] });
  const text = reportMarkdown([matrixOf(stack({ verify, paths: () => [{ destination: "*", layers: [] }] }))]);
  expect(text).toContain("\n**VIOLATED**: 1 finding, 1 acknowledged. Read from ");
  expect(text).toContain(
    "\n| CORDON-P01 | VIOLATED | triage | agent triage reaches the internet past every firewall | `aws_route.shortcut` |\n",
  );
  expect(text).toContain(
    "\n| CORDON-P08 | acknowledged until 2027-01-31 | triage | no flow log covers it (logs are kept elsewhere, ticket NET-512) | `aws_vpc.a` |\n",
  );
  expect(text).toContain("\n| triage | **anything** |\n");
});

test("a report says where there is nothing", () => {
  const empty = stack({ agents: [], residual: () => [] });
  const text = reportMarkdown([matrixOf(empty)]);
  for (const line of ["Nothing outside of their network.", "None.", "Nothing.", "The plan names no residual risk."]) {
    expect(text).toContain(`\n\n${line}\n`);
  }
  expect(text).not.toContain("### Findings");
});

test("a report lists the assumptions of all stacks once", () => {
  const assumptions = [{ id: "var.x", text: "var.x is 1" }];
  const text = reportMarkdown([
    matrixOf(stack()),
    matrixOf(stack({ verify: () => verification({ assumptions }) })),
    matrixOf(stack()),
  ]);
  expect(text.split("## Assumptions")[1]).toBe(`

- A1: The cloud does what its documentation says.
- A2: Nothing outside of this plan changes these resources.
- var.x: var.x is 1
`);
});

test("names that would break a table do not", () => {
  const bad = "a|b\n`c` <x>";
  const text = reportMarkdown([
    matrixOf(
      stack({
        agents: [bad],
        paths: () => [{ destination: bad, layers: [{ layer: "name", opens: bad }] }],
        services: () => [bad],
        denied: () => [bad],
        residual: () => [{ id: bad, title: bad, agent: bad, destination: bad, detail: bad }],
      }),
    ),
  ]);
  const columns = text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.replace(/\\\|/g, "").split("|").length - 2);
  expect(columns).toEqual([3, 3, 3, 2, 2, 2, 2, 2, 2, 5, 5, 5]);
});
