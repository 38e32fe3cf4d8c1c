import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { areBlocksUnknown, type Block, blocks, finding, isReference } from "../aws-lint/values";
import type { AzureContext } from "./azure-context";
import { type Place, placesOf, plain, written } from "./places";

/** What a collection's rules match by. */
export type RuleKind = "network" | "application" | "nat";

/** Rules with one action. */
export interface Collection {
  /** What holds the collection. */
  readonly owner: TerraformResource;
  readonly kind: RuleKind;
  readonly values: Block;
  /** The policy or, for a classic collection, the firewall that reads it; undefined when it is not in this stack. */
  readonly engine: TerraformResource | undefined;
  /** Everything but a plain Deny passes something: also an action that only apply knows. */
  readonly isAllow: boolean;
}

/** One rule, whichever resource it is written in. */
export interface FirewallRule extends Omit<Collection, "values"> {
  /** How a message names it: `rule 'x' of collection 'y'`. */
  readonly label: string;
  readonly values: Block;
  readonly sources: Place[];
  /** Addresses, tags and IP groups of a network rule. */
  readonly destinations: Place[];
  /** Whether it holds for agents in monitor mode alone. */
  readonly isWatched: boolean;
}

const GROUP = "azurerm_firewall_policy_rule_collection_group";
const KINDS: readonly RuleKind[] = ["network", "application", "nat"];
const UNREADABLE = { network: "CORDON-262", application: "CORDON-267", nat: "CORDON-264" } as const;

/** Rule collection groups. */
export const groups = (context: AzureContext): TerraformResource[] => context.ofType(GROUP);

/** Every collection of the stack whose blocks are written out. */
export function collections(context: AzureContext): Collection[] {
  const grouped = groups(context).flatMap((owner) =>
    KINDS.flatMap((kind) =>
      blocks(owner.values, `${kind}_rule_collection`).map((values) => ({
        owner,
        kind,
        values,
        engine: context.resolve(owner.values["firewall_policy_id"]),
      })),
    ),
  );
  const classic = KINDS.flatMap((kind) =>
    context.ofType(`azurerm_firewall_${kind}_rule_collection`).map((owner) => ({
      owner,
      kind,
      values: owner.values,
      engine: context.resolve(owner.values["azure_firewall_name"]),
    })),
  );
  return [...grouped, ...classic].map((one) => ({
    ...one,
    isAllow: plain(one.values["action"]).toLowerCase() !== "deny",
  }));
}

const rulesOf = new WeakMap<AzureContext, FirewallRule[]>();

/** Every rule of the stack that is written out. */
export function firewallRules(context: AzureContext): FirewallRule[] {
  const rules = rulesOf.get(context) ?? readRules(context);
  rulesOf.set(context, rules);
  return rules;
}

function readRules(context: AzureContext): FirewallRule[] {
  return collections(context).flatMap(({ values: collection, ...rest }) =>
    blocks(collection, "rule").map((values) => {
      const sources = placesOf(context, values["source_addresses"], values["source_ip_groups"]);
      const monitored = context.options.monitored ?? [];
      return {
        ...rest,
        label: `rule ${named(values)} of collection ${named(collection)}`,
        values,
        sources,
        destinations: placesOf(context, values["destination_addresses"], values["destination_ip_groups"]),
        isWatched:
          sources.length > 0 &&
          written(values["source_ip_groups"]).length === 0 &&
          sources.every(({ text }) => monitored.includes(text)),
      };
    }),
  );
}

/** Rules of one kind that pass something. */
export function passing(context: AzureContext, kind: RuleKind): FirewallRule[] {
  return firewallRules(context).filter((rule) => rule.kind === kind && rule.isAllow);
}

/** A finding about one rule. */
export function onRule(code: LintFinding["code"], rule: FirewallRule, problem: string, fix: string): LintFinding {
  return finding(code, rule.owner, `${rule.label} ${problem}`, fix);
}

/** CORDON-262, CORDON-264, CORDON-267. Rules are written out: of those that only plan knows, nothing shows what they pass. */
export function unreadableRules(context: AzureContext): LintFinding[] {
  const report = (kind: RuleKind, at: TerraformResource): LintFinding =>
    finding(
      UNREADABLE[kind],
      at,
      `its ${kind} rules are known at plan only, so nothing shows what they pass`,
      "write the rules out",
    );
  return [
    ...groups(context).flatMap((owner) =>
      KINDS.filter((kind) => areBlocksUnknown(owner.values, `${kind}_rule_collection`)).map((kind) =>
        report(kind, owner),
      ),
    ),
    ...collections(context)
      .filter(({ values, isAllow }) => isAllow && areBlocksUnknown(values, "rule"))
      .map(({ kind, owner }) => report(kind, owner)),
  ];
}

const named = ({ name }: Block): string =>
  typeof name === "string" && !isReference(name) ? `'${name}'` : "of an unknown name";
