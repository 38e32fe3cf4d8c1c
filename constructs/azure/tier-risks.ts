import type { ResidualRisk } from "../../lib/compile/residual-risk";
import { Mode } from "../../lib/policy/mode";
import { AzureDnsFilter } from "./dns-firewall";
import { AzureEgressTier } from "./egress-tier";
import { AzurePerimeterMode } from "./perimeter";
import type { AzureCellEndpoint } from "./private-endpoints";
import { type AzureRuntime, needsOf } from "./runtime";

/** What a cell leaves open by its tier and options. */
export interface RiskyCell {
  readonly tier: AzureEgressTier;
  readonly dnsFilter: AzureDnsFilter;
  readonly hasProxy: boolean;
  readonly agents: readonly { readonly agentName: string; readonly mode: Mode; readonly runtime: AzureRuntime }[];
  readonly endpoints: ReadonlyMap<string, AzureCellEndpoint>;
  readonly perimeter: AzurePerimeterMode | undefined;
}

/** What the layers of a cell on Azure leave open whatever the policies say. */
export function tierRisks(cell: RiskyCell): ResidualRisk[] {
  return [...ofNames(cell), ...ofTier(cell), ...ofEndpoints(cell), ...ofRuntimes(cell), ...ALWAYS];
}

function ofNames({ tier, dnsFilter, agents, hasProxy }: RiskyCell): ResidualRisk[] {
  const watched = agents.length > 0 && agents.every((agent) => agent.mode === Mode.MONITOR);
  const asksHub = tier === AzureEgressTier.EXISTING && hasProxy;
  const how = asksHub
    ? "The hub's proxy answers the agents, by a DNS security policy of the hub's network if there is one"
    : dnsFilter === AzureDnsFilter.NONE
      ? "The resolver answers every name; the firewall's log of queries shows them"
      : dnsFilter === AzureDnsFilter.ALERT
        ? "The resolver answers every name, and logs those that no policy lists"
        : "The resolver answers every name and logs it, while every agent is watched";
  const closed = asksHub ? "Close it in the hub." : "AzureDnsFilter.BLOCK closes it for agents that are enforced.";
  const unrefused: ResidualRisk = {
    id: "R70",
    title: "names that no policy lists are answered",
    detail: `${how}: queries can carry data to any name server. ${closed}`,
  };
  const unproven: ResidualRisk = {
    id: "R71",
    title: "names asked through the firewall's proxy",
    detail:
      "The proxy asks Azure's resolver from the firewall's network. That the DNS security policy counts for what it asks, and that private zones are answered through it, is documented in part only: look at both after the first deployment.",
  };
  const isOpen = asksHub || dnsFilter !== AzureDnsFilter.BLOCK || watched;
  const isUnproven = hasProxy && !asksHub && dnsFilter !== AzureDnsFilter.NONE;
  return [...(isOpen ? [unrefused] : []), ...(isUnproven ? [unproven] : [])];
}

function ofTier({ tier }: RiskyCell): ResidualRisk[] {
  if (tier === AzureEgressTier.BASIC) {
    return [
      {
        id: "R72",
        title: "known bad addresses are only reported",
        detail:
          "Azure Firewall Basic alerts on traffic to addresses and names that Microsoft knows as bad, and passes it.",
      },
    ];
  }
  if (tier === AzureEgressTier.EXISTING) {
    return [
      {
        id: "R73",
        title: "a firewall that the cell did not make",
        detail:
          "What else its policy holds is not in this stack and was not checked: a network rule of somebody else for the cell's addresses comes before every name on the agents' lists. Its logs are its owner's, and so is the peering back.",
      },
    ];
  }
  return [];
}

function ofEndpoints({ endpoints, perimeter }: RiskyCell): ResidualRisk[] {
  const all = [...endpoints].sort(([a], [b]) => (a < b ? -1 : 1));
  const outside = all.filter(([, { isInStack }]) => !isInStack).map(([name]) => name);
  return [
    ...(all.length === 0
      ? []
      : [
          {
            id: "R74",
            title: "every agent reaches every private endpoint",
            detail: `Any agent of the cell can open a connection to ${all.map(([name]) => name).join(", ")}; what it may do there is up to its identity's grants.`,
          },
        ]),
    ...(outside.length === 0
      ? []
      : [
          {
            id: "R75",
            title: "targets that were not checked",
            detail: `What ${outside.join(", ")} lead to is not in this stack: whether it is closed to other networks and to keys was not checked.`,
          },
        ]),
    ...(perimeter === AzurePerimeterMode.LEARNING
      ? [
          {
            id: "R76",
            title: "a perimeter that only learns",
            detail: "What its rules do not name is logged and passes. AzurePerimeterMode.ENFORCED closes it.",
          },
        ]
      : []),
  ];
}

function ofRuntimes({ agents }: RiskyCell): ResidualRisk[] {
  return agents
    .filter(({ runtime }) => needsOf(runtime).platformDns)
    .map(({ agentName, runtime }) => ({
      id: "R77",
      title: "the platform's own resolver is open",
      agent: agentName,
      detail: `Environments of ${runtime} break where Azure's own resolver is closed to their subnet, so the agent can ask it past the firewall's proxy; the DNS security policy still counts.`,
    }));
}

const ALWAYS: ResidualRisk[] = [
  {
    id: "R40",
    title: "link-local services",
    detail:
      "No route and no firewall sees 168.63.129.16 and 169.254.169.254. The agent's rules close DNS and licensing there; the metadata service stays open to virtual machines and nodes, since their identity's tokens come from it, and WireServer always. On virtual machines turn the Metadata Security Protocol on.",
  },
  {
    id: "R41",
    title: "changes from outside of this stack",
    detail:
      "Another stack or person may add a route, a peering or a rule. An agent's rules are resources of their own, so that a quarantine rule is no drift: neither is another's. Keep such rights from everybody but the deployer, or put security admin rules of a Network Manager above them.",
  },
  {
    id: "R78",
    title: "changes do not end what is open",
    detail:
      "A security rule counts for new connections; roles act minutes after they are assigned or removed, and a token lives on for up to a day.",
  },
  {
    id: "R79",
    title: "flow logs are written with a key",
    detail:
      "The flow logs' storage account keeps its keys, since the log service writes with one. Networks do not reach the account; whoever may list its keys and is a service of Azure does.",
  },
];
