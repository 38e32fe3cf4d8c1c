import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { ResourceGraph, texts } from "../resource-graph";
import type { GcpLintOptions } from "./gcp-lint-options";

/** One check: looks at the resources of a stack and returns what it found. Pure. */
export type GcpLintRule = (context: GcpContext) => LintFinding[];

const ADDRESS = /(?:data\.)?\bgoogle_[a-z0-9_]+\.[A-Za-z0-9_-]+/g;

/** The resources of one stack, and what the caller declares about them. */
export class GcpContext extends ResourceGraph {
  public constructor(
    resources: readonly TerraformResource[],
    public readonly options: GcpLintOptions,
  ) {
    super(resources, "google");
  }
}

/** Addresses that the texts of a value refer to in templates. */
export function references(value: unknown): string[] {
  return texts(value).flatMap((text) => (/[$%]\{/.test(text) ? (text.match(ADDRESS) ?? []) : []));
}
