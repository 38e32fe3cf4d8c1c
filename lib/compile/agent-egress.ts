import type { CidrBlock } from "../names/cidr-block";
import type { EgressRule } from "../policy/egress";
import type { Mode } from "../policy/mode";

/** One agent as a compiler sees it: where its traffic comes from and what it may reach. */
export interface AgentEgress {
  readonly name: string;
  /** The blocks of the agent's subnets; no other agent has an address in them. */
  readonly sources: CidrBlock[];
  readonly mode: Mode;
  readonly rules: EgressRule[];
}
