import { declaredEgress, sortedPeers } from "../../lib/cell/declared-egress";
import type { ContainmentPolicy } from "../../lib/policy/containment-policy";
import type { Mode } from "../../lib/policy/mode";
import type { DeclaredAgent, DeclaredCell, DeclaredRisk } from "../../lib/topology/model/declaration";
import type { AwsAgentIdentity } from "./agent-identity";

/** What a declaration needs of an agent. */
export interface DeclaringAgent {
  readonly agentName: string;
  readonly mode: Mode;
  readonly policy: ContainmentPolicy;
  readonly peers: { readonly agent: string; readonly port: number }[];
  readonly identity: AwsAgentIdentity;
}

/** What a declaration needs of a cell. */
export interface DeclaringCell {
  readonly cellName: string;
  readonly node: { readonly path: string };
  readonly tier: string;
  readonly maintenance: boolean;
  readonly scope: { readonly accountId: string };
  readonly privateEndpoints: { readonly hostNames: readonly string[]; readonly organizationId: string | undefined };
  readonly agents: readonly DeclaringAgent[];
  residualRisks(): DeclaredRisk[];
}

/** What a cell on AWS was asked to hold, to be written into its plan. */
export function declarationOf(cell: DeclaringCell): DeclaredCell {
  return {
    cell: cell.cellName,
    path: cell.node.path,
    tier: cell.tier,
    maintenance: cell.maintenance,
    account: cell.scope.accountId,
    ...(cell.privateEndpoints.organizationId === undefined
      ? {}
      : { organization: cell.privateEndpoints.organizationId }),
    names: [...cell.privateEndpoints.hostNames].sort(),
    agents: cell.agents.map(agentOf),
    risks: cell.residualRisks(),
  };
}

function agentOf(agent: DeclaringAgent): DeclaredAgent {
  const { role } = agent.identity;
  return {
    agent: agent.agentName,
    mode: agent.mode,
    identity: `${role.terraformResourceType}.${role.friendlyUniqueId}`,
    egress: declaredEgress(agent.policy.rules),
    peers: sortedPeers(agent.peers),
  };
}
