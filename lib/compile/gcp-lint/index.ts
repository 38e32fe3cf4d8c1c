export type { GcpLintOptions } from "./gcp-lint-options";
export { lintGcp } from "./lint-gcp";
