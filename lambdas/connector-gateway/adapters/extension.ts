import { existsSync } from "node:fs";
import { join } from "node:path";
import type { GatewayExtension } from "../../../lib/policy/gateway-extension";
import { type CustomDetector, compileCustomDetector } from "../core/detect";
import type { GatewayOptions } from "../core/mediation";
import { GatewayProblem } from "../core/problem";

/** What an owner's file adds to how a gateway runs. */
export type OwnOptions = Pick<GatewayOptions, "detectors" | "onRequest">;

/** The owner's detectors and handler, where their file stands beside the code. @throws policy_unavailable where it can't be used */
export function ownOptions(folder: string): OwnOptions {
  const file = join(folder, "extension.js");
  return existsSync(file) ? optionsOf(file) : {};
}

/** What a bundled file of the owner's exports. @throws policy_unavailable */
export function optionsOf(file: string): OwnOptions {
  try {
    // A bundler would look for it now; it is put beside the bundle later.
    const load = module.require.bind(module) as (path: string) => GatewayExtension;
    const { detectors = [], onRequest } = load(file);
    const compiled: CustomDetector[] = detectors.map(compileCustomDetector);
    if (onRequest !== undefined && typeof onRequest !== "function") throw new Error("onRequest is no function");
    return { detectors: compiled, ...(onRequest === undefined ? {} : { onRequest }) };
  } catch {
    throw new GatewayProblem("policy_unavailable", "The owner's detectors and handler can't be used.");
  }
}
