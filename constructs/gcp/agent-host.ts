import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { EgressRule } from "../../lib/policy/egress";
import type { Mode } from "../../lib/policy/mode";
import type { GcpEgressTier } from "./egress-tier";
import type { GcpCellNetwork } from "./network";
import type { GcpScope } from "./project";
import type { GcpService } from "./service";

/** What an agent needs of the cell that it lives in. */
export interface GcpAgentHost extends Construct {
  readonly cellName: string;
  readonly place: string;
  readonly tier: GcpEgressTier;
  readonly network: GcpCellNetwork;
  readonly services: GcpService[];
  readonly scope: GcpScope;
  /** What closes the network: agents' subnets wait for it. */
  readonly closure: ITerraformDependable[];
  readonly readiness: ITerraformDependable[];
  /** Environment variables of the agents' clients. */
  readonly clientEnvironment: { [name: string]: string };
  /** Refuses what this cell's tier and engines can't hold, before anything is created for it. */
  checkHolds(agentName: string, mode: Mode, rules: readonly EgressRule[]): void;
  /** Tells the cell that an allow list is not what it was. */
  changed(): void;
}
