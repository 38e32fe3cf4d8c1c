import type { ResidualRisk } from "../../lib/compile/residual-risk";
import type { GcpAgent } from "./agent";
import { GcpAttribution } from "./attribution";
import { GcpEgressTier } from "./egress-tier";
import type { GcpPerimeter } from "./perimeter";
import type { GcpService } from "./service";

/** What a cell is, as far as its risks go. */
export interface RiskyCell {
  readonly tier: GcpEgressTier;
  readonly services: readonly GcpService[];
  readonly strict: boolean;
  readonly perimeter: GcpPerimeter | undefined;
  readonly denyBaseline: boolean;
  readonly agents: readonly GcpAgent[];
}

/** What the layers of a cell on Google Cloud leave open whatever the policies say. */
export function tierRisks(cell: RiskyCell): ResidualRisk[] {
  return [
    ...ofServices(cell),
    ...ofTier(cell),
    ...cell.agents
      .filter((agent) => agent.attribution === GcpAttribution.SUBNET)
      .map((agent) => ({
        id: "R61",
        title: "known by its subnet",
        agent: agent.agentName,
        detail:
          "Firewall and proxy know the agent by its addresses: whatever else gets an interface in its subnet has its allow list. Cloud Run carries no secure tag, so the quarantine does not cut it off; take its invokers or its account away instead. Firewall rules leave no record for its traffic.",
      })),
    {
      id: "R50",
      title: "the metadata server",
      detail:
        "No firewall rule reaches 169.254.169.254. Any code on an instance gets tokens of the agent's service account and asks the network's resolver there. Grants are the limit of what a token can do.",
    },
    {
      id: "R41",
      title: "changes from outside of this stack",
      detail:
        "Another stack or person may add a route, a peering, an external address or a policy to the project. Keep such rights from everybody but the deployer by organisation policies.",
    },
    ...(cell.denyBaseline
      ? []
      : [
          {
            id: "R60",
            title: "no deny policy",
            detail:
              "What an agent's account is granted by others, in this project or above, is not bounded: a wide role on the project lets it change what contains it.",
          },
        ]),
    {
      id: "R59",
      title: "logs are best effort",
      detail:
        "Flow, firewall and name logs may miss entries under load. They show what happened, and not that nothing else did.",
    },
  ];
}

function ofServices({ services, perimeter }: RiskyCell): ResidualRisk[] {
  if (services.length === 0) return [];
  const names = services.map((service) => service.name).join(", ");
  const open = perimeter === undefined || perimeter.isDryRun;
  return [
    ...(open
      ? [
          {
            id: "R52",
            title: "foreign credentials at Google APIs",
            detail: `The private address serves every owner's resources of every API in its bundle. With credentials that somebody else gave it, an agent can carry data there${perimeter === undefined ? "" : "; the perimeter logs it, and does not refuse it yet"}. An enforced perimeter closes it.`,
          },
        ]
      : []),
    {
      id: "R42",
      title: "private endpoints reach the owner's resources",
      detail: `What an agent may do at ${names} is up to its identity's grants; names of other APIs are not answered, and their address is the same.`,
    },
  ];
}

function ofTier({ tier, strict }: RiskyCell): ResidualRisk[] {
  if (tier !== GcpEgressTier.PROXY && tier !== GcpEgressTier.PROXY_TLS) return [];
  return strict
    ? []
    : [
        {
          id: "R58",
          title: "a default route without translation",
          detail:
            "The proxy needs a default route in the agents' network. Agents have no external address, no Cloud NAT and no rule that lets them use it; an instance that somebody gives an external address still meets the firewall. A strict cell has no such route.",
        },
      ];
}
