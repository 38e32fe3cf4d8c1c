import { Testing } from "cdktf";
import { AgentsConnectors } from "../../examples/connectors/agents-connectors";
import { Topology } from "../../lib/topology";

describe("agents-connectors", () => {
  const topology = Topology.of(new AgentsConnectors(Testing.app(), "agents-connectors"));

  test("opens the connectors' hosts to the gateway and none to the agent", () => {
    expect(topology.reach("triage")).toEqual([]);
    expect(topology.reach("connector-gateway")).toEqual([
      "acme.desk.example.com:443",
      "api.anthropic.com:443",
      "wiki.example.com:443",
    ]);
  });

  test("is proved", () => {
    expect(topology.findings()).toEqual([]);
  });

  test("has the plan that was reviewed", () => {
    expect(topology.snapshot()).toMatchSnapshot();
  });
});
