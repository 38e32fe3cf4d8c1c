import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { AwsAgentCell, type AwsAgentCellProps, AwsEgressTier, AwsService } from "../../../constructs/aws";
import { Approval, Connector, ContainmentPolicy, Credential, Egress, Operation } from "../../../lib";
import { Topology } from "../../../lib/topology";
import { synthStack } from "../../../lib/topology/synth-stack";
import { refusal } from "../../support/refusal";

const SERVICES = [AwsService.DYNAMODB, AwsService.EXECUTE_API, AwsService.SECRETS_MANAGER];
const tickets = Connector.http("tickets", {
  host: "acme.desk.example",
  reason: "support desk",
  credential: Credential.secret("desk-token"),
})
  .permit(Operation.get("/tickets/{id}"))
  .permit(Operation.post("/tickets/{id}/comments"));
const support = ContainmentPolicy.denyAll("support")
  .allow(Egress.https("status.example.com", { reason: "incident page" }))
  .connect(tickets);

function cellWith(props: Partial<AwsAgentCellProps> = {}): AwsAgentCell {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AwsProvider(stack, "aws", { region: "eu-west-1" });
  return new AwsAgentCell(stack, "Agents", {
    cidr: "10.64.0.0/20",
    availabilityZones: ["eu-west-1a", "eu-west-1b"],
    tier: AwsEgressTier.INSPECTED,
    services: SERVICES,
    ...props,
  });
}

type Values = { [argument: string]: unknown };
type Plan = { resource: { [type: string]: { [id: string]: Values } }; locals?: Values };

const planOf = (cell: AwsAgentCell): Plan => synthStack(cell.stack) as unknown as Plan;
const only = (plan: Plan, type: string): Values => {
  const all = Object.values(plan.resource[type] ?? {});
  expect(all).toHaveLength(1);
  return all[0] ?? {};
};

const apiStatements = (plan: Plan): { readonly [element: string]: unknown }[] =>
  JSON.parse(String(only(plan, "aws_api_gateway_rest_api_policy")["policy"])).Statement;

describe("the connector gateway on AWS", () => {
  test("alone reaches the connectors' hosts, and nothing else; the agent reaches what its list names", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const topology = Topology.of(cell.stack);
    expect(topology.verify().verdict).toBe("PROVED");
    expect(topology.reach("triage")).toEqual(["status.example.com:443"]);
    expect(topology.reach("connector-gateway")).toEqual(["acme.desk.example:443"]);
    expect(topology.canReach("triage", "https://acme.desk.example")).toBe(false);
  });

  test("takes the owner's detectors and handler into its archive, and knows their names in controls", () => {
    const own = join(__dirname, "../../support/extensions/customer-number.ts");
    const scanning = ContainmentPolicy.denyAll("support").connect(
      tickets.permit(Operation.post("/notes"), {
        dlp: { request: { detectors: { "acme.customer-number": "block" } } },
      }),
    );
    const hashOf = (props: Partial<AwsAgentCellProps>, policy: ContainmentPolicy): unknown => {
      const cell = cellWith(props);
      cell.addAgent("triage", { policy });
      return only(planOf(cell), "aws_lambda_function")["source_code_hash"];
    };
    const extension = { connectorGateway: { extension: own } };
    expect(hashOf(extension, scanning)).toBe(hashOf(extension, support));
    expect(hashOf(extension, support)).not.toBe(hashOf({}, support));
    expect(refusal(() => hashOf({}, scanning))).toContain("no detector is named acme.customer-number");
    expect(refusal(() => hashOf({ connectorGateway: { extension: "none.ts" } }, support))).toContain("CORDON-166");
  });

  test("is not there without connectors, and appears once for all agents that have some", () => {
    const cell = cellWith();
    cell.addAgent("coder", { policy: ContainmentPolicy.denyAll("coding") });
    expect([cell.connectorGateway, cell.agents.length]).toEqual([undefined, 1]);
    cell.addAgent("triage", { policy: support });
    const first = cell.connectorGateway;
    cell.addAgent("night", { policy: support });
    expect(first).toBeDefined();
    expect(cell.connectorGateway).toBe(first);
    expect(Object.keys(planOf(cell).resource["aws_lambda_function"] ?? {})).toHaveLength(1);
  });

  test("stands in subnets of its own, behind an API that answers on the cell's endpoint alone", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = planOf(cell);
    const api = only(plan, "aws_api_gateway_rest_api");
    expect(api["endpoint_configuration"]).toMatchObject({ types: ["PRIVATE"] });
    const statements = apiStatements(plan);
    const approvals = ["execute-api:/live/GET/approvals", "execute-api:/live/POST/approvals/*"];
    const endpoint = expect.stringContaining("execute-api");
    const connectors = ["GET", "POST"].flatMap((method) => [
      `execute-api:/live/${method}/tickets`,
      `execute-api:/live/${method}/tickets/*`,
    ]);
    const byEndpoint = { StringNotEquals: { "aws:SourceVpce": [endpoint] } };
    expect(statements.slice(0, 2)).toEqual([
      expect.objectContaining({ Effect: "Deny", Principal: "*", Resource: ["execute-api:/*"], Condition: byEndpoint }),
      expect.objectContaining({ Effect: "Deny", Principal: "*", Resource: connectors, Condition: byEndpoint }),
    ]);
    // Nobody approves here.
    expect(statements[2]).toEqual({
      Sid: "ApprovalsByTheirEndpoints",
      Effect: "Deny",
      Principal: "*",
      Action: "execute-api:Invoke",
      Resource: approvals,
    });
    expect(statements[3]).toMatchObject({
      Effect: "Allow",
      Resource: [
        "execute-api:/live/GET/tickets",
        "execute-api:/live/GET/tickets/*",
        "execute-api:/live/POST/tickets",
        "execute-api:/live/POST/tickets/*",
      ],
    });
    for (const method of Object.values(plan.resource["aws_api_gateway_method"] ?? {})) {
      expect(method["authorization"]).toBe("AWS_IAM");
    }
    const lambda = only(plan, "aws_lambda_function");
    expect(lambda).toMatchObject({ runtime: "nodejs22.x", reserved_concurrent_executions: 20, timeout: 29 });
    const subnets = (lambda["vpc_config"] as { subnet_ids: string[] }).subnet_ids;
    expect(subnets.every((subnet) => subnet.includes("agent-connector-gateway"))).toBe(true);
  });

  test("is given the policy as data whose digest Terraform computes, and no secret", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = planOf(cell);
    const [text] = Object.values(plan.locals ?? {}).filter((value) => String(value).startsWith('{"version":1'));
    expect(JSON.parse(String(text))).toMatchObject({
      cell: "agents",
      agents: [{ name: "triage", mode: "enforce", connectors: [tickets.toJSON()] }],
    });
    const variables = (only(plan, "aws_lambda_function")["environment"] as { variables: Values }).variables;
    expect(variables["CORDON_POLICY_DIGEST"]).toMatch(/^\$\{sha256\(local\./);
    expect(variables["CORDON_SECRETS"]).toBe('{"desk-token":"desk-token"}');
  });

  test("grants each agent its own connectors, and the gateway the secrets that they name", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const other = Connector.mcp("docs", { host: "mcp.example.com", reason: "manuals" }).permit(
      Operation.tool("search"),
    );
    cell.addAgent("coder", { policy: ContainmentPolicy.denyAll("coding").connect(other) });
    const grantsOf = (name: string): string[] =>
      cell.agents
        .filter(({ agentName }) => agentName === name)
        .flatMap(({ identity }) => identity.granted.flatMap((one) => one.statement(cell.scope).resources));
    expect(grantsOf("triage").every((resource) => /\/tickets(\/\*)?$/.test(resource))).toBe(true);
    expect(grantsOf("coder").every((resource) => /\/docs(\/\*)?$/.test(resource))).toBe(true);
    const secrets = grantsOf("connector-gateway").filter((resource) => resource.includes(":secretsmanager:"));
    expect(secrets).toEqual([expect.stringMatching(/:secret:desk-token-\?{6}$/)]);
  });

  test("has the same plan in whatever order agents and connectors come", () => {
    const docs = Connector.mcp("docs", { host: "mcp.example.com", reason: "manuals" }).permit(Operation.tool("search"));
    const coding = ContainmentPolicy.denyAll("coding").connect(docs);
    const one = cellWith();
    one.addAgent("triage", { policy: support });
    one.addAgent("coder", { policy: coding });
    const two = cellWith();
    two.addAgent("coder", { policy: coding });
    two.addAgent("triage", { policy: support });
    expect(Topology.of(one.stack).snapshot()).toEqual(Topology.of(two.stack).snapshot());
  });

  test("lets approvers come by endpoints of theirs, for approvals alone", () => {
    const ann = "arn:aws:iam::111122223333:role/ann";
    const cell = cellWith({
      connectorGateway: {
        approvers: { leads: [{ kind: "aws", arn: ann }] },
        approverEndpointIds: ["vpce-0123456789abcdef0"],
      },
    });
    cell.addAgent("triage", { policy: support });
    const [everything, connectors, approvals, , approvers] = apiStatements(planOf(cell));
    const endpointsOf = (statement: { readonly [element: string]: unknown } = {}): unknown => {
      const condition = statement["Condition"] as { StringNotEquals: { [key: string]: unknown } } | undefined;
      return condition?.StringNotEquals["aws:SourceVpce"];
    };
    const own = expect.stringContaining("execute-api");
    expect([everything, connectors, approvals].map(endpointsOf)).toEqual([
      [own, "vpce-0123456789abcdef0"],
      [own],
      ["vpce-0123456789abcdef0"],
    ]);
    expect(approvers).toMatchObject({ Effect: "Allow", Principal: { AWS: [ann] }, Resource: approvals?.["Resource"] });
  });

  const approved = support.connect(
    Connector.http("deploys", { host: "ci.example.com", reason: "releases" }).permit(Operation.post("/deploys"), {
      approval: Approval.by(2, "leads"),
    }),
  );
  test.each([
    [
      "in a sealed cell",
      () =>
        cellWith({ tier: AwsEgressTier.SEALED }).addAgent("triage", {
          policy: ContainmentPolicy.denyAll("p").connect(tickets),
        }),
      "CORDON-164: cell 'Agents', agent 'triage': the policy has connectors, first 'tickets', and the sealed tier has no way to their hosts; use AwsEgressTier.INSPECTED, or leave the connectors out",
    ],
    [
      "without the endpoints that it needs",
      () => cellWith({ services: [AwsService.EXECUTE_API] }).addAgent("triage", { policy: support }),
      "CORDON-164: cell 'Agents', agent 'triage': its connectors need private endpoints of dynamodb, secretsmanager, and the cell has none; add AwsService.DYNAMODB, EXECUTE_API and SECRETS_MANAGER to the cell's services",
    ],
    [
      "with an approval that nobody can give",
      () => cellWith().addAgent("triage", { policy: approved }),
      "CORDON-163: cell 'Agents', agent 'triage', connector 'deploys', POST /deploys: it needs 2 approvals of 'leads', which has 0 member(s); name the group's members in the gateway's approvers",
    ],
    [
      "with approvers who have no way to it",
      () =>
        cellWith({
          connectorGateway: { approvers: { leads: [{ kind: "aws", arn: "arn:aws:iam::111122223333:role/ann" }] } },
        }).addAgent("triage", { policy: support }),
      "CORDON-163: cell 'Agents', agent 'triage': approver \"arn:aws:iam::111122223333:role/ann\" has no way to the API, which the cell's own endpoint answers to agents alone; pass connectorGateway: { approverEndpointIds } with the execute-api endpoint of the approvers' network",
    ],
    [
      "with approvers' endpoints that are none",
      () => cellWith({ connectorGateway: { approverEndpointIds: ["eni-1"] } }).addAgent("triage", { policy: support }),
      "CORDON-164: cell 'Agents', agent 'triage', approverEndpointIds: \"eni-1\" is no id of an endpoint; write ids such as vpce-0123456789abcdef0",
    ],
    [
      "with a time that API Gateway does not wait",
      () => cellWith({ connectorGateway: { timeout: 60 } }).addAgent("triage", { policy: support }),
      "CORDON-164: cell 'Agents', connectorGateway: timeout 60 is not a whole number from 1 to 29; leave it out, or write one",
    ],
  ])("is refused %s", (_, build, message) => {
    expect(refusal(build)).toBe(message);
  });
});
