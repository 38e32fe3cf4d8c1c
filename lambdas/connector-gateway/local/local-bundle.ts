import { createHash } from "node:crypto";
import type { GatewayBundleJson, PrincipalJson } from "../../../lib/policy/gateway-bundle";
import type { PolicyJson } from "../../../lib/policy/policy-json";

/** Who the one agent of this machine is: everything that speaks to the gateway. */
export const principalOf = (agent: string): PrincipalJson => ({ kind: "spiffe", id: `spiffe://local/agent/${agent}` });

/** A policy as a gateway on this machine reads it. */
export function localBundle(policy: PolicyJson, agent: string): { bytes: Uint8Array; digest: string } {
  const bundle: GatewayBundleJson = {
    version: 1,
    cell: "local",
    audience: "cordon:local",
    agents: [{ name: agent, principals: [principalOf(agent)], mode: "enforce", connectors: policy.connectors ?? [] }],
    approvers: {},
  };
  const bytes = Buffer.from(JSON.stringify(bundle));
  return { bytes, digest: createHash("sha256").update(bytes).digest("hex") };
}
