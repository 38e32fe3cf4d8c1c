import type { Value } from "./symbolic";

/** One step of a reference: `.name`, or `[key]` with a key that may not be known. */
export interface Step {
  readonly key: Value;
  readonly bracketed: boolean;
}

/** What an expression can refer to. */
export interface World {
  /** The value at the end of `root.step[step]...`. */
  reference(root: string, steps: readonly Step[]): Value;
  /** An attribute of a resource of the configuration. */
  attribute(address: string, name: string): Value;
  /** The value that the caller gives for a token. */
  assumed(token: string): Value | undefined;
  /** Whether a token names a resource, or an endpoint of a firewall, that may not exist. */
  mayBeAbsent(token: string): boolean;
  /** The zone of a subnet, when it is known. */
  zoneOf(subnet: string): string | undefined;
  /** The zones of a firewall's endpoints, when all of them are known. */
  zonesOf(firewall: string): readonly string[] | undefined;
}

/** `aws_vpc.x.tags["a"][0]`, up to the first step that is not known. */
export function spelled(root: string, steps: readonly Step[]): string {
  let text = root;
  for (const { key, bracketed } of steps) {
    if (typeof key !== "string" && typeof key !== "number") return text;
    text += bracketed ? `[${JSON.stringify(key)}]` : `.${key}`;
  }
  return text;
}
