import { Testing } from "cdktf";
import { AgentsAws } from "../../examples/aws/agents-aws";
import { AgentsAwsSealed } from "../../examples/aws-sealed/agents-aws-sealed";
import { Topology } from "../../lib/topology";

describe("agents-aws", () => {
  const topology = Topology.of(new AgentsAws(Testing.app(), "agents-aws"));

  test("lets the enforced agent reach its list and the one-off feed, and nothing else", () => {
    expect(topology.reach("triage")).toEqual([
      "api.anthropic.com:443",
      "api.partner.example:443",
      "status.example.com:443",
    ]);
  });

  test("lets both agents reach the listed private endpoints, and nobody reach an agent", () => {
    for (const agent of topology.agents) {
      expect(topology.services(agent)).toEqual([
        "com.amazonaws.eu-west-1.bedrock-runtime",
        "com.amazonaws.eu-west-1.secretsmanager",
      ]);
      expect(topology.denied(agent)).toContain(
        "connections from anybody, other agents included (inbound: no rule lets them in)",
      );
    }
  });

  test("lets the watched agent reach anything, which the report says", () => {
    expect(topology.agents).toEqual(["coder", "triage"]);
    expect(topology.reach("coder")).toContain("*");
  });

  test("has the plan that was reviewed", () => {
    expect(topology.snapshot()).toMatchSnapshot();
  });
});

describe("agents-aws-sealed", () => {
  const topology = Topology.of(new AgentsAwsSealed(Testing.app(), "agents-aws-sealed"));

  test("lets the agent reach private endpoints alone", () => {
    expect(topology.reach("analyst")).toEqual([]);
    expect(topology.services("analyst")).toEqual([
      "com.amazonaws.eu-west-1.bedrock-runtime",
      "com.amazonaws.eu-west-1.logs",
      "com.amazonaws.eu-west-1.s3",
    ]);
  });

  test("has the plan that was reviewed", () => {
    expect(topology.snapshot()).toMatchSnapshot();
  });
});
