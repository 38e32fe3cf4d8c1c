import type { CordonErrorCode } from "../../errors/codes";

/** One resource of a synthesized stack (`resource.<type>.<name>` of `cdk.tf.json`) or of a plan. */
export interface TerraformResource {
  /** Terraform type, e.g. `aws_vpc`. */
  readonly type: string;
  /** Where references point to: `<type>.<name>`. */
  readonly address: string;
  /** Arguments as Terraform JSON writes them; a block is an object or an array of objects. */
  readonly values: Record<string, unknown>;
}

/** One thing that Terraform accepts and that AWS refuses or leaves open. */
export interface LintFinding {
  readonly code: CordonErrorCode;
  /** Address of the resource that is wrong. */
  readonly address: string;
  /** What AWS does with it, and with which value. */
  readonly problem: string;
  /** What to write instead. */
  readonly fix: string;
}

/** What the caller declares about a stack; nothing here is read from the resources. */
export interface LintOptions {
  /**
   * The stack is being taken down or rebuilt: deletion and change protections may be off.
   *
   * @default - protections have to be on
   */
  readonly maintenance?: boolean;
  /**
   * Names of the ip set variables (`AGENT_CODER`, without `$`) whose agents are in monitor mode: a pass rule from or to
   * one of them may be as wide as it likes, because nothing of theirs is dropped.
   *
   * @default - every pass rule is bounded by a name or an address
   */
  readonly monitoredSources?: string[];
  /**
   * Addresses of the DNS Firewall rule groups of cells in which every agent is in monitor mode; such a group may end in
   * an alert instead of a block.
   *
   * @default - every rule group ends by blocking all names
   */
  readonly monitoredDnsGroups?: string[];
}
