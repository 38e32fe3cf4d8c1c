import { declaredEgress, sortedPeers } from "../../lib/cell/declared-egress";
import type { ContainmentPolicy } from "../../lib/policy/containment-policy";
import type { Mode } from "../../lib/policy/mode";
import type { DeclaredAgent, DeclaredCell, DeclaredRisk } from "../../lib/topology/model/declaration";
import type { AzureAgentIdentity } from "./agent-identity";
import type { AzureAgentSubnet } from "./network";

/** What a declaration needs of an agent. */
export interface DeclaringAgent {
  readonly agentName: string;
  readonly mode: Mode;
  readonly policy: ContainmentPolicy;
  readonly peers: { readonly agent: string; readonly port: number }[];
  readonly identity: AzureAgentIdentity;
  readonly network: AzureAgentSubnet;
}

/** What a declaration needs of a cell. */
export interface DeclaringCell {
  readonly cellName: string;
  readonly node: { readonly path: string };
  readonly tier: string;
  readonly scope: { readonly resourceGroupId: string };
  /** Names that the resolver answers besides the policies': private endpoints', and those that listed names lead to. */
  readonly otherNames: readonly string[];
  readonly agents: readonly DeclaringAgent[];
  residualRisks(): DeclaredRisk[];
}

/** What a cell on Azure was asked to hold, to be written into its plan. */
export function declarationOf(cell: DeclaringCell): DeclaredCell {
  return {
    cell: cell.cellName,
    path: cell.node.path,
    tier: cell.tier,
    maintenance: false,
    account: cell.scope.resourceGroupId,
    names: [...cell.otherNames],
    agents: cell.agents.map(agentOf),
    risks: cell.residualRisks(),
  };
}

function agentOf(agent: DeclaringAgent): DeclaredAgent {
  const { identity } = agent.identity;
  const { subnet } = agent.network;
  return {
    agent: agent.agentName,
    mode: agent.mode,
    identity: `${identity.terraformResourceType}.${identity.friendlyUniqueId}`,
    places: [`${subnet.terraformResourceType}.${subnet.friendlyUniqueId}`],
    egress: declaredEgress(agent.policy.rules),
    peers: sortedPeers(agent.peers),
  };
}
