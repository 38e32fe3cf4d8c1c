import type { TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { acknowledgementsIn } from "../../lib/cell/acknowledge";
import type { ContainmentPolicy } from "../../lib/policy/containment-policy";
import type { Mode } from "../../lib/policy/mode";
import type { Declaration, DeclaredAgent, DeclaredCell, DeclaredRisk } from "../../lib/topology/model/declaration";
import type { AwsAgentIdentity } from "./agent-identity";

/** What a declaration needs of an agent. */
export interface DeclaringAgent {
  readonly agentName: string;
  readonly mode: Mode;
  readonly policy: ContainmentPolicy;
  readonly peers: readonly { readonly agent: string; readonly port: number }[];
  readonly identity: AwsAgentIdentity;
}

/** What a declaration needs of a cell. */
export interface DeclaringCell extends IConstruct {
  readonly cellName: string;
  readonly tier: string;
  readonly maintenance: boolean;
  readonly scope: { readonly accountId: string };
  readonly privateEndpoints: { readonly hostNames: readonly string[]; readonly organizationId: string | undefined };
  readonly agents: readonly DeclaringAgent[];
  residualRisks(): DeclaredRisk[];
}

/** What a stack's cells were asked to hold, to be written into its plan: the proof compares the resources with it. */
export function declarationOf(stack: TerraformStack, cells: readonly DeclaringCell[]): Declaration {
  return { version: 1, cells: cells.map(cellOf).sort(byName), acknowledged: acknowledgementsIn(stack) };
}

const byName = (a: DeclaredCell, b: DeclaredCell): number => (a.cell < b.cell ? -1 : 1);

function cellOf(cell: DeclaringCell): DeclaredCell {
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
    egress: agent.policy.rules.map(({ host, cidr, protocol, port }) => ({
      ...(host === undefined ? { cidr: String(cidr) } : { host: host.toString() }),
      protocol,
      port,
    })),
    peers: [...agent.peers].sort((a, b) => (a.agent === b.agent ? a.port - b.port : a.agent < b.agent ? -1 : 1)),
  };
}
