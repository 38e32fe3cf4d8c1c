export type { AzureLintOptions } from "./azure-lint-options";
export { lintAzure } from "./lint-azure";
