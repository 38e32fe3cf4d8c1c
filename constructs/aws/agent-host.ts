import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { EgressRule } from "../../lib/policy/egress";
import type { Mode } from "../../lib/policy/mode";
import type { AwsEgressTier } from "./egress-tier";
import type { AwsLogStore } from "./log-store";
import type { AwsCellNetwork } from "./network";
import type { AwsPermissionScope } from "./permission";
import type { AwsService } from "./service";

/** What an agent needs of the cell that it lives in. */
export interface AwsAgentHost extends Construct {
  readonly cellName: string;
  readonly place: string;
  readonly region: string;
  readonly tier: AwsEgressTier;
  readonly network: AwsCellNetwork;
  readonly logs: AwsLogStore;
  readonly services: AwsService[];
  readonly scope: AwsPermissionScope;
  readonly readiness: ITerraformDependable[];
  /** The firewall endpoint of an egress zone. */
  readonly endpointOf: (zone: string) => string;
  /** Refuses what this cell's tier and engines can't hold, before anything is created for it. */
  checkHolds(agentName: string, mode: Mode, rules: readonly EgressRule[]): void;
  /** Tells the cell that an allow list is not what it was. */
  changed(): void;
}
