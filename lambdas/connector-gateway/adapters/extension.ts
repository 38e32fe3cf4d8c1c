import { existsSync } from "node:fs";
import { join } from "node:path";
import { type CustomDetector, type CustomDetectorOptions, compileCustomDetector } from "../core/detect";
import { GatewayProblem } from "../core/problem";

/** What an owner's own file exports. */
interface Extension {
  readonly detectors?: readonly CustomDetectorOptions[];
}

/** The owner's detectors, where their file stands beside the code. @throws policy_unavailable where it can't be used */
export function ownDetectors(folder: string): CustomDetector[] {
  const file = join(folder, "extension.js");
  if (!existsSync(file)) return [];
  try {
    // A bundler would look for it now; it is put beside the bundle later.
    const load = module.require.bind(module) as (path: string) => Extension;
    return (load(file).detectors ?? []).map(compileCustomDetector);
  } catch {
    throw new GatewayProblem("policy_unavailable", "The owner's detectors can't be used.");
  }
}
