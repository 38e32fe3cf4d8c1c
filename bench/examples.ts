/** An example whose synth is measured. */
export interface BenchExample {
  /** Folder of the program below `examples`, and its file without the ending. */
  readonly folder: string;
  readonly file: string;
  readonly className: string;
  /** How the provider's package, its class and the resources' types begin. */
  readonly provider: { readonly pack: string; readonly className: string; readonly prefix: string };
}

export const BENCH_EXAMPLES: readonly BenchExample[] = [
  {
    folder: "aws",
    file: "agents-aws",
    className: "AgentsAws",
    provider: { pack: "@cdktf/provider-aws", className: "AwsProvider", prefix: "aws" },
  },
  {
    folder: "gcp",
    file: "agents-gcp",
    className: "AgentsGcp",
    provider: { pack: "@cdktf/provider-google", className: "GoogleProvider", prefix: "google" },
  },
  {
    folder: "azure",
    file: "agents-azure",
    className: "AgentsAzure",
    provider: { pack: "@cdktf/provider-azurerm", className: "AzurermProvider", prefix: "azurerm" },
  },
];
