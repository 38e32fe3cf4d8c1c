import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { CidrBlock } from "../../lib/names/cidr-block";
import type { EgressRule } from "../../lib/policy/egress";
import type { Mode } from "../../lib/policy/mode";
import type { AzureEgressTier } from "./egress-tier";
import type { AzureScope } from "./location";
import type { AzureLogStore } from "./log-store";
import type { AzureCellNetwork } from "./network";
import type { AzureService } from "./service";

/** What an agent needs of the cell that it lives in. */
export interface AzureAgentHost extends Construct {
  readonly cellName: string;
  readonly place: string;
  readonly tier: AzureEgressTier;
  readonly cidr: CidrBlock;
  readonly network: AzureCellNetwork;
  readonly logs: AzureLogStore;
  readonly scope: AzureScope;
  readonly readiness: ITerraformDependable[];
  /** Private address of the firewall, where default routes lead. Undefined when sealed. */
  readonly nextHop: string | undefined;
  /** Blocks that agents ask names at, by port 53; empty where they ask Azure's own resolver. */
  readonly resolverCidrs: string[];
  readonly tags: { readonly [key: string]: string };
  /** Where private endpoints stand, and the ports that they take. */
  readonly endpointAccess: { readonly cidr: string; readonly ports: readonly number[] };
  /** Whether the cell has a private endpoint of a service. */
  readonly hasEndpoint: (service: AzureService) => boolean;
  /** Refuses what this cell's tier and engines can't hold, before anything is created for it. */
  checkHolds(agentName: string, mode: Mode, rules: readonly EgressRule[]): void;
  /** Tells the cell that an allow list is not what it was. */
  changed(): void;
}
