import { parseRuleLines, type RuleLine } from "./rule-line";
import type { LintFinding, LintOptions, TerraformResource } from "./terraform-resource";
import { block, isAbsent, shown } from "./values";

/** One check: looks at the resources of a stack and returns what it found. Pure. */
export type LintRule = (context: LintContext) => LintFinding[];

/** The resources of one stack, by type and by address. */
export class LintContext {
  private readonly byType = new Map<string, TerraformResource[]>();
  private readonly byAddress = new Map<string, TerraformResource>();
  private readonly lines = new Map<TerraformResource, RuleLine[]>();

  public constructor(
    public readonly resources: TerraformResource[],
    public readonly options: LintOptions = {},
  ) {
    for (const resource of resources) {
      const sameType = this.byType.get(resource.type);
      if (sameType === undefined) this.byType.set(resource.type, [resource]);
      else sameType.push(resource);
      this.byAddress.set(resource.address, resource);
    }
  }

  /** Resources of a type, in the order given. */
  public ofType(...types: string[]): TerraformResource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** The resource of this stack that a value such as `${aws_vpc.main.id}` refers to. */
  public resolve(value: unknown): TerraformResource | undefined {
    const address = typeof value === "string" ? /^\$\{((?:data\.)?\w+\.[\w-]+)\.\w+\}$/.exec(value)?.[1] : undefined;
    return address === undefined ? undefined : this.byAddress.get(address);
  }

  /** What two references to one resource have in common: its address, or the text itself when it is not of this stack. */
  public identity(value: unknown): string {
    return this.resolve(value)?.address ?? String(value);
  }

  /** What a message calls the resource that a value refers to: its address, or the value. */
  public nameOf(value: unknown): string {
    return this.resolve(value)?.address ?? shown(value);
  }

  /** The rules of a rule group that is written as text; parsed once. */
  public ruleLines(group: TerraformResource): RuleLine[] {
    const known = this.lines.get(group);
    if (known !== undefined) return known;
    const parsed = ruleTexts(group).flatMap((text) => parseRuleLines(text));
    this.lines.set(group, parsed);
    return parsed;
  }
}

/** The rule texts of a rule group that are known at synth: `rules_string`, or `rules` for the whole group. */
export function ruleTexts(group: TerraformResource): string[] {
  return ruleSources(group).flatMap((source) => (typeof source === "string" ? [source] : []));
}

/** The text arguments of a rule group that hold rules. */
export function ruleSources(group: TerraformResource): unknown[] {
  const source = block(block(group.values, "rule_group"), "rules_source");
  return [group.values["rules"], source?.["rules_string"]].filter((text) => !isAbsent(text));
}
