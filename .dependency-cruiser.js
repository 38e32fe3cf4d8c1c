/** The one direction of dependency: examples -> constructs -> lib; the library knows no provider; clouds do not meet. */
const never = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    never("no-cycles", "a cycle hides which part is the base", {}, { circular: true }),
    never(
      "lib-knows-no-construct",
      "lib is below constructs",
      { path: "^lib/" },
      { path: "^(constructs|examples|test|bench|scripts)/" },
    ),
    never("lib-knows-no-provider", "lib is cloud-neutral", { path: "^lib/" }, { path: "@cdktf/provider-" }),
    never(
      "lib-knows-no-cdktf",
      "only lib/cell and the test helper of lib/topology may",
      { path: "^lib/", pathNot: "^lib/(cell/|topology/(synth-stack|topology)\\.ts$)" },
      { path: "node_modules/(cdktf|constructs)/" },
    ),
    never(
      "names-are-the-base",
      "names depend on errors alone",
      { path: "^lib/names/" },
      { path: "^lib/(?!names/|errors/)" },
    ),
    never(
      "functions-know-the-policy-alone",
      "functions are bundled apart from the library; of its policies they know the JSON",
      { path: "^lambdas/" },
      {
        path: "^(constructs|examples|test|bench|scripts|lib/(?!policy/(connector-json|gateway-bundle|gateway-extension|policy-json|egress)\\.ts$))",
      },
    ),
    never(
      "library-knows-no-function",
      "functions are read as built files",
      { path: "^(lib|constructs)/" },
      { path: "^lambdas/" },
    ),
    never(
      "core-knows-no-platform",
      "what the core needs of its surroundings are ports",
      { path: "^lambdas/connector-gateway/core/" },
      {
        path: "^lambdas/connector-gateway/(?!core/)|^(node:)?(fs|http|https|net|tls|dns|child_process|os|worker_threads)(/|$)",
      },
    ),
    never("errors-depend-on-nothing", "every part throws them", { path: "^lib/errors/" }, { path: "^lib/(?!errors/)" }),
    never(
      "policy-on-names",
      "the policy knows no compiler",
      { path: "^lib/policy/" },
      { path: "^lib/(?!policy/|names/|errors/)" },
    ),
    never(
      "compile-on-policy",
      "compilers read the policy and nothing above it",
      { path: "^lib/compile/" },
      { path: "^lib/(cell|topology)/" },
    ),
    never(
      "topology-reads-plans",
      "the topology reads JSON, never the compilers that wrote it",
      { path: "^lib/topology/" },
      { path: "^lib/(compile|cell|policy)/" },
    ),
    never(
      "topology-below-the-command",
      "the command is one of three doors to the proof",
      { path: "^lib/(?!cli/)" },
      { path: "^lib/cli/" },
    ),
    never(
      "sets-know-nothing",
      "the algebra is about sets, not about clouds or plans",
      { path: "^lib/topology/sets/" },
      { path: "^lib/(?!topology/sets/)" },
    ),
    never(
      "rules-know-no-cloud",
      "a rule is written once for every cloud",
      { path: "^lib/topology/(rules|graph|model|explain|certificate)/" },
      { path: "^lib/topology/(aws|gcp|azure|cel|iam|suricata|load)/", pathNot: "^lib/topology/load/configuration" },
    ),
    never(
      "the-command-needs-no-framework",
      "who reads files installs no CDKTF",
      { path: "^lib/cli/" },
      { path: "node_modules/(cdktf|constructs)/" },
    ),
    never(
      "constructs-below-examples",
      "constructs know no example",
      { path: "^constructs/" },
      { path: "^(examples|test|bench|scripts)/" },
    ),
    never(
      "providers-deep",
      "the provider's index costs 3 s and 500 MB",
      {},
      { path: "@cdktf/provider-[a-z]+/lib/index\\.(js|d\\.ts)$" },
    ),
    never(
      "clouds-apart-aws",
      "clouds never import each other",
      { path: "^constructs/aws/" },
      { path: "^constructs/(gcp|azure)/" },
    ),
    never(
      "clouds-apart-gcp",
      "clouds never import each other",
      { path: "^constructs/gcp/" },
      { path: "^constructs/(aws|azure)/" },
    ),
    never(
      "clouds-apart-azure",
      "clouds never import each other",
      { path: "^constructs/azure/" },
      { path: "^constructs/(aws|gcp)/" },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
