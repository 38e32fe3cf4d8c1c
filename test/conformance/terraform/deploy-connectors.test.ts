import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { readBundle } from "../../../lambdas/connector-gateway/core/bundle";
import type { TerraformJson } from "../../../lib/topology/terraform-json";
import { Topology } from "../../../lib/topology/topology";
import { describeWith } from "../engine";
import { Deployment } from "./deployment";
import { motoServer, terraformEngine } from "./engines";
import { ACCOUNT } from "./stand-in/api";

const engine = terraformEngine();
const moto = motoServer();
const withEngines = describeWith(engine !== undefined && moto !== undefined);
const NAME = "cordon-agents-connector-gateway";
/** What moto does not keep of what it is sent, so that a second plan would write it again. */
const LOST_BY_MOTO = ["aws_api_gateway_rest_api", "aws_lambda_function", "aws_vpc_security_group_rule"];

// Real: cdktf-cli, Terraform, the AWS provider, moto's EC2, IAM, Lambda, DynamoDB and API Gateway.
withEngines("agents-connectors deployed to moto", () => {
  if (engine === undefined || moto === undefined) return;
  let cloud: Deployment;
  let api: AwsClient;

  beforeAll(async () => {
    cloud = await Deployment.start(engine, moto, "agents-connectors");
    const deployed = await cloud.deploy();
    if (deployed.code !== 0) throw new Error(deployed.output.slice(-6000));
    api = new AwsClient({ accessKeyId: "testing", secretAccessKey: "testing", region: "eu-west-1" });
  });
  afterAll(async () => cloud.stop());

  async function ask(
    service: string,
    path: string,
    headers: { [name: string]: string } = {},
    body?: object,
    // biome-ignore lint/suspicious/noExplicitAny: answers of three APIs
  ): Promise<any> {
    const response = await api.fetch(`${cloud.aws.url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      aws: { service },
    });
    expect(response.status).toBe(200);
    return await response.json();
  }
  const configuration = async () => (await ask("lambda", `/2015-03-31/functions/${NAME}`)).Configuration;

  test("the table holds the policy that the function was told the digest of, with the roles' real ARNs", async () => {
    const { Item } = await ask(
      "dynamodb",
      "/",
      { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.GetItem" },
      { TableName: NAME, Key: { key: { S: "policy" } } },
    );
    const digest = (await configuration()).Environment.Variables.CORDON_POLICY_DIGEST;
    expect(digest).toBe(createHash("sha256").update(Item.value.S).digest("hex"));
    const { agents } = readBundle(Buffer.from(Item.value.S), { digest });
    expect(agents.map(({ name, principals }) => [name, principals])).toEqual([
      ["triage", [{ kind: "aws", arn: `arn:aws:iam::${ACCOUNT}:role/agents-eu-west-1-triage` }]],
    ]);
  });

  test("the API answers on the cell's endpoint alone, and the endpoint passes calls of agents alone", async () => {
    const { item: apis } = await ask("apigateway", "/restapis");
    const [{ endpointConfiguration }] = apis;
    expect(endpointConfiguration.types).toEqual(["PRIVATE"]);
    const state = await stateOf(cloud);
    const endpoint = state.find(
      ({ type, name }) => type === "aws_vpc_endpoint" && name.includes("execute-api"),
    )?.values;
    const policy = state.find(({ type }) => type === "aws_api_gateway_rest_api_policy")?.values;
    expect(JSON.parse(String(policy?.["policy"])).Statement[1]).toMatchObject({
      Effect: "Deny",
      Condition: { StringNotEquals: { "aws:SourceVpce": [endpoint?.["id"]] } },
    });
    // Of agents and of nobody else, whatever the API would say.
    expect(JSON.parse(String(endpoint?.["policy"])).Statement[0]).toMatchObject({
      Effect: "Allow",
      Condition: {
        ArnEquals: {
          "aws:PrincipalArn": ["connector-gateway", "triage"].map(
            (agent) => `arn:aws:iam::${ACCOUNT}:role/agents-eu-west-1-${agent}`,
          ),
        },
      },
    });
  });

  test("the function stands in the gateway's subnets", async () => {
    const { VpcConfig, Runtime, Timeout } = await configuration();
    const state = await stateOf(cloud);
    const own = state.filter(({ type, name }) => type === "aws_subnet" && name.includes("agent-connector-gateway"));
    expect([Runtime, Timeout]).toEqual(["nodejs22.x", 29]);
    expect([...VpcConfig.SubnetIds].sort()).toEqual(own.map(({ values }) => values["id"]).sort());
  });

  test("what was deployed is as contained as what was synthesized", async () => {
    const { output } = await cloud.terraform("show", "-json");
    const topology = Topology.fromJson(JSON.parse(output));
    const synthesized = Topology.fromJson(cloud.synthesized as unknown as TerraformJson);
    for (const one of [topology, synthesized]) {
      expect(one.reach("triage")).toEqual([]);
      expect(one.canReach("triage", "https://acme.desk.example.com")).toBe(false);
      expect(one.canReach("connector-gateway", "https://acme.desk.example.com")).toBe(true);
    }
    expect(topology.reach("connector-gateway")).toEqual(synthesized.reach("connector-gateway"));
  });

  test("a second plan changes only what moto does not keep", async () => {
    const changes = await cloud.planWith({});
    const kinds = changes.map(({ type }) => type.replace(/_(in|e)gress_rule$/, "_rule"));
    expect([...new Set(kinds)].sort()).toEqual(LOST_BY_MOTO);
    expect(new Set(changes.flatMap(({ actions }) => actions))).toEqual(new Set(["update"]));
  });
});

interface StateResource {
  readonly type: string;
  readonly name: string;
  readonly values: { readonly [argument: string]: unknown };
}

async function stateOf(cloud: Deployment): Promise<StateResource[]> {
  const { output } = await cloud.terraform("show", "-json");
  return JSON.parse(output).values.root_module.resources;
}
