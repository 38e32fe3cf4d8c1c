import type { ConnectorJson } from "./connector-json";

/** Who an agent or an approver is, by what a platform attests. */
export type PrincipalJson =
  | { readonly kind: "aws"; readonly arn: string }
  | { readonly kind: "google"; readonly email: string }
  | { readonly kind: "entra"; readonly tenant: string; readonly objectId: string }
  | { readonly kind: "spiffe"; readonly id: string }
  | { readonly kind: "oidc"; readonly issuer: string; readonly subject: string };

/** An agent as the gateway knows it. */
export interface GatewayAgentJson {
  readonly name: string;
  readonly principals: PrincipalJson[];
  /** In `monitor` mode what the policy refuses is recorded and passed, but for approvals, tenancy and unknown connectors. */
  readonly mode: "enforce" | "monitor";
  readonly connectors: ConnectorJson[];
}

/** What a gateway reads: a file of its own, so that a change of policy does not rebuild code. */
export interface GatewayBundleJson {
  readonly version: 1;
  readonly cell: string;
  /** Audience that tokens of callers have to name. */
  readonly audience: string;
  readonly agents: GatewayAgentJson[];
  readonly approvers: { readonly [group: string]: PrincipalJson[] };
}
