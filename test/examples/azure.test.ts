import { Testing } from "cdktf";
import { AgentsAzure } from "../../examples/azure/agents-azure";
import { AgentsAzureSealed } from "../../examples/azure-sealed/agents-azure-sealed";
import { Topology } from "../../lib/topology";

describe("agents-azure", () => {
  const stack = new AgentsAzure(Testing.app(), "agents-azure");
  const topology = Topology.of(stack);

  test("gives the same policy file's lists to its agents, and the one-off feed to one of them", () => {
    expect(stack.cell.agents.map(({ agentName, policy }) => [agentName, policy.rules.map(({ id }) => id)])).toEqual([
      [
        "coder",
        [
          "https:*.githubusercontent.com:443",
          "https:api.anthropic.com:443",
          "https:github.com:443",
          "https:registry.packages.example:443",
        ],
      ],
      ["triage", ["https:api.anthropic.com:443", "https:api.partner.example:443", "https:status.example.com:443"]],
    ]);
  });

  test("lets the enforced agent reach its list and the one-off feed, and nothing else", () => {
    expect(topology.reach("triage")).toEqual([
      "api.anthropic.com:443",
      "api.partner.example:443",
      "status.example.com:443",
    ]);
  });

  test("lets both agents reach the private endpoints, and nobody reach an agent", () => {
    for (const agent of topology.agents) {
      expect(topology.services(agent)).toEqual([
        "azurerm_cognitive_account.Models/account",
        "azurerm_key_vault.Secrets/vault",
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

  test("is proved", () => {
    expect(topology.verify().verdict).toBe("PROVED");
  });

  test("has the plan that was reviewed", () => {
    expect(topology.snapshot()).toMatchSnapshot();
  });
});

describe("agents-azure-sealed", () => {
  const topology = Topology.of(new AgentsAzureSealed(Testing.app(), "agents-azure-sealed"));

  test("lets the agent reach private endpoints alone", () => {
    expect(topology.reach("analyst")).toEqual([]);
    expect(topology.services("analyst")).toEqual([
      "azurerm_cognitive_account.Models/account",
      "azurerm_storage_account.Documents/blob",
    ]);
    expect(topology.verify().verdict).toBe("PROVED");
  });

  test("has the plan that was reviewed", () => {
    expect(topology.snapshot()).toMatchSnapshot();
  });
});
