import { createHash } from "node:crypto";
import type { GatewayBundleJson } from "../../../../lib/policy/gateway-bundle";
import { GatewayProblem } from "../problem";

/** What a compiled policy has to be. The digest is in the configuration of the function, where the agent can't write. */
export interface TrustedBundle {
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
}

const DIGEST = /^[0-9a-f]{64}$/;

/** Reads a compiled policy. @throws policy_unavailable where it is another than the configuration names, or can't be read */
export function readBundle(bytes: Uint8Array, { digest }: TrustedBundle): GatewayBundleJson {
  if (!DIGEST.test(digest)) throw unavailable("The configuration names no digest of the policy.");
  if (createHash("sha256").update(bytes).digest("hex") !== digest) {
    throw unavailable("The policy is another than the configuration names.");
  }
  let bundle: unknown;
  try {
    bundle = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw unavailable("The policy is no JSON.");
  }
  if (!isBundle(bundle)) throw unavailable("The policy is in another form than this version reads.");
  return bundle;
}

// The digest vouches for what the compiler wrote; this finds one that another version has written.
function isBundle(value: unknown): value is GatewayBundleJson {
  const bundle = value as Partial<GatewayBundleJson> | null;
  return (
    bundle?.version === 1 &&
    typeof bundle.cell === "string" &&
    typeof bundle.audience === "string" &&
    typeof bundle.approvers === "object" &&
    bundle.approvers !== null &&
    Array.isArray(bundle.agents) &&
    bundle.agents.every(
      ({ name, principals, mode, connectors }) =>
        typeof name === "string" &&
        Array.isArray(principals) &&
        (mode === "enforce" || mode === "monitor") &&
        Array.isArray(connectors) &&
        connectors.every(({ operations, host, kind }) => Array.isArray(operations) && `${host}${kind}` !== ""),
    )
  );
}

const unavailable = (detail: string): GatewayProblem => new GatewayProblem("policy_unavailable", detail);
