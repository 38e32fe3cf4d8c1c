import { ContainmentPolicy, Egress } from "cdktf-cordon";

/** What a support agent may reach. Imports no provider, so that security can review and test it alone. */
export const support = ContainmentPolicy.denyAll("support").allow(
  Egress.https("api.anthropic.com", { reason: "model calls" }),
  Egress.https("status.example.com", { reason: "incident page" }),
);

/** What a coding agent may reach. */
export const coding = ContainmentPolicy.denyAll("coding").allow(
  Egress.https("api.anthropic.com", { reason: "model calls" }),
  Egress.https("github.com", { reason: "source code" }),
  Egress.https("*.githubusercontent.com", {
    reason: "raw files and release assets",
    sharedTenancy: "anyone's repositories answer below this name; reads are reviewed with the coding team",
  }),
  Egress.https("registry.packages.example", { reason: "the company's package mirror" }),
);
