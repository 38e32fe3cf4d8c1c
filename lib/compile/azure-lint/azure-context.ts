import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { ResourceGraph } from "../resource-graph";
import type { AzureLintOptions } from "./azure-lint-options";

/** One check: looks at the resources of a stack and returns what it found. Pure. */
export type AzureLintRule = (context: AzureContext) => LintFinding[];

/** The resources of one stack, and what the caller declares about them. */
export class AzureContext extends ResourceGraph {
  private readonly listed: ReadonlySet<string>;

  public constructor(
    resources: readonly TerraformResource[],
    public readonly options: AzureLintOptions,
  ) {
    super(resources, "azurerm");
    this.listed = new Set(options.listed);
  }

  /** Whether an agent's policy lists a host. */
  public isListed(host: string): boolean {
    return this.listed.has(host);
  }
}
