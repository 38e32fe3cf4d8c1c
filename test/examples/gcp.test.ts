import { Testing } from "cdktf";
import { AgentsGcp } from "../../examples/gcp/agents-gcp";
import { AgentsGcpSealed } from "../../examples/gcp-sealed/agents-gcp-sealed";
import { Topology } from "../../lib/topology";

describe("agents-gcp", () => {
  const topology = Topology.of(new AgentsGcp(Testing.app(), "agents-gcp"));

  test("lets the enforced agent reach its list and the one-off feed, as on AWS, and nothing else", () => {
    expect(topology.reach("triage")).toEqual([
      "api.anthropic.com:443",
      "api.partner.example:443",
      "status.example.com:443",
    ]);
    expect(topology.findings()).toEqual([]);
  });

  test("lets the watched agent reach anything, which the report says", () => {
    expect(topology.agents).toEqual(["coder", "triage"]);
    expect(topology.watched).toEqual(["coder"]);
    expect(topology.reach("coder")).toContain("*");
  });

  test("lets both agents reach Google APIs by the private address alone", () => {
    for (const agent of topology.agents) expect(topology.services(agent)).toEqual(["Google APIs (vpc-sc)"]);
    expect(topology.canReach("triage", "https://storage.googleapis.com")).toBe(false);
  });

  test("agrees with the second algorithm", () => {
    expect(topology.recheck(topology.certificate())).toEqual([]);
  });

  test("has the plan that was reviewed", () => {
    expect(topology.snapshot()).toMatchSnapshot();
  });
});

describe("agents-gcp-sealed", () => {
  const topology = Topology.of(new AgentsGcpSealed(Testing.app(), "agents-gcp-sealed"));

  test("lets the agent reach Google APIs alone", () => {
    expect(topology.reach("analyst")).toEqual([]);
    expect(topology.services("analyst")).toEqual(["Google APIs (vpc-sc)"]);
    expect(topology.findings()).toEqual([]);
  });

  test("has the plan that was reviewed", () => {
    expect(topology.snapshot()).toMatchSnapshot();
  });
});
