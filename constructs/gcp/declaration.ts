import { declaredEgress, sortedPeers } from "../../lib/cell/declared-egress";
import type { DeclaredAgent, DeclaredCell, DeclaredRisk } from "../../lib/topology/model/declaration";
import type { GcpAgent } from "./agent";
import type { GcpScope } from "./project";

/** What a declaration needs of a cell. */
export interface DeclaringCell {
  readonly cellName: string;
  readonly node: { readonly path: string };
  readonly tier: string;
  readonly maintenance: boolean;
  readonly scope: GcpScope;
  readonly agents: readonly GcpAgent[];
  /** Names that its resolver answers beside the policies'. */
  readonly answeredNames: readonly string[];
  residualRisks(): DeclaredRisk[];
}

/** What a cell on Google Cloud was asked to hold, to be written into its plan. */
export function declarationOf(cell: DeclaringCell): DeclaredCell {
  return {
    cell: cell.cellName,
    path: cell.node.path,
    tier: cell.tier,
    maintenance: cell.maintenance,
    account: cell.scope.project,
    names: [...new Set(cell.answeredNames)].sort(),
    agents: cell.agents.map(agentOf),
    risks: cell.residualRisks(),
  };
}

function agentOf(agent: GcpAgent): DeclaredAgent {
  const { subnet } = agent;
  return {
    agent: agent.agentName,
    mode: agent.mode,
    identity: agent.identity.address,
    places: [`${subnet.terraformResourceType}.${subnet.friendlyUniqueId}`],
    egress: declaredEgress(agent.policy.rules),
    peers: sortedPeers(agent.peers),
  };
}
