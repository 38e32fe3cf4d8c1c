export { lintAws } from "./lint-aws";
export type { LintFinding, LintOptions, TerraformResource } from "./terraform-resource";
