/** The real engines that the conformance tests run against. */
export type EngineName = "suricata" | "terraform" | "aws-provider" | "moto";

/**
 * Where an engine is, or `undefined` after one line that says how to get it. With `CI=true` or
 * `CORDON_REQUIRE_ENGINES=1` a missing engine is an error instead, so that a green run can't hide a missing one.
 *
 * @param find gives the engine's place, or `undefined` when it is not there in the wanted version
 * @param howToGet completes "suricata is missing: ..."
 */
export function requireEngine(name: EngineName, find: () => string | undefined, howToGet: string): string | undefined {
  const found = find();
  if (found !== undefined) return found;
  const line = `${name} is missing: ${howToGet}`;
  if (process.env["CI"] === "true" || process.env["CORDON_REQUIRE_ENGINES"] === "1") throw new Error(line);
  process.stderr.write(`skipped: ${line}\n`);
  return undefined;
}

/** `describe` where an engine is present; elsewhere the block is skipped, after `requireEngine` has said why. */
export function describeWith(present: boolean): jest.Describe {
  return present ? describe : describe.skip;
}
