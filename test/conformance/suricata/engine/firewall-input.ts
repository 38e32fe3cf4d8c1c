/** What the engine is asked to judge: the rule groups in evaluation order, as `CompiledFirewall` has them. */
export interface FirewallInput {
  readonly groups: readonly RuleGroupInput[];
  readonly homeNet: readonly string[];
}

export interface RuleGroupInput {
  readonly rules: string;
  readonly ipSets: readonly { readonly name: string; readonly cidrs: readonly string[] }[];
}

/** The rule lines of all groups in evaluation order, without comments and blank lines. */
export function ruleLines(input: FirewallInput): string[] {
  return input.groups.flatMap((group) =>
    group.rules
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#")),
  );
}

/** Every IP set by name; two groups that give one name different blocks can't be put into one engine. */
export function ipSets(input: FirewallInput): Map<string, string> {
  const sets = new Map<string, string>();
  for (const set of input.groups.flatMap((group) => group.ipSets)) {
    const text = `[${set.cidrs.join(",")}]`;
    const known = sets.get(set.name);
    if (known !== undefined && known !== text)
      throw new Error(`IP set ${set.name} is ${known} in one group and ${text} in another`);
    sets.set(set.name, text);
  }
  return sets;
}
