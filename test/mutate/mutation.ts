import type { MutablePlan, Values } from "../support/changed-plan";

/** One change to a plan. The declaration in it stays. */
export interface Mutation {
  /** `route/igw aws_route.x`. */
  readonly id: string;
  /** Rules of which one has to find it; none for a harmless change. */
  readonly rules: readonly string[];
  apply(plan: MutablePlan): void;
}

/** Makes mutations for what a plan holds. */
export type Generator = (plan: MutablePlan) => Mutation[];

/** Names of a type's resources, with their values. */
export function all(plan: MutablePlan, type: string): [string, Values][] {
  return Object.entries(plan.resource[type] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Mutations of each resource of a type, one by one. */
export function each(
  plan: MutablePlan,
  type: string,
  what: string,
  rules: readonly string[],
  change: (values: Values, plan: MutablePlan, name: string) => void,
  isMeant: (values: Values, name: string) => boolean = () => true,
): Mutation[] {
  return all(plan, type)
    .filter(([name, values]) => isMeant(values, name))
    .map(([name]) => ({
      id: `${what} ${type}.${name}`,
      rules,
      apply: (json) => change(json.resource[type]?.[name] ?? {}, json, name),
    }));
}

/** Removes each resource of a type, one by one. */
export function removals(
  plan: MutablePlan,
  type: string,
  rules: readonly string[],
  isMeant: (values: Values, name: string) => boolean = () => true,
): Mutation[] {
  return each(plan, type, "remove", rules, (_, json, name) => delete json.resource[type]?.[name], isMeant);
}

/** One mutation that adds resources. */
export function adding(id: string, rules: readonly string[], apply: (plan: MutablePlan) => void): Mutation {
  return { id, rules, apply };
}

export function put(plan: MutablePlan, type: string, values: Values, name = "Mutant"): void {
  plan.resource[type] = { ...plan.resource[type], [name]: values };
}

export const ref = (type: string, name: string, attribute = "id"): string => `\${${type}.${name}.${attribute}}`;

/** A block that is written as an object or as a list of one. */
export function block(value: unknown): Values {
  const [first] = Array.isArray(value) ? value : [value];
  return (typeof first === "object" && first !== null ? first : {}) as Values;
}

export const list = (value: unknown): Values[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]) as Values[];

export const tags = (values: Values): { [key: string]: string } => (values["tags"] ?? {}) as { [key: string]: string };

export const role = (values: Values): string | undefined => tags(values)["cordon:role"];

export const agentOf = (values: Values): string | undefined => tags(values)["cordon:agent"];

/** A policy's statements, changed and written back. */
export function statements(values: Values, argument: string, change: (all: Values[]) => Values[]): void {
  const document = JSON.parse(String(values[argument])) as { Statement: Values[] };
  values[argument] = JSON.stringify({ ...document, Statement: change(document.Statement) });
}

/** Rules text of a group, changed. */
export function rules(values: Values, change: (text: string) => string): void {
  const source = block(block(values["rule_group"])["rules_source"]);
  source["rules_string"] = change(String(source["rules_string"]));
}

export const rulesOf = (values: Values): string =>
  String(block(block(values["rule_group"])["rules_source"])["rules_string"] ?? "");

export const policyBody = (values: Values): Values => block(values["firewall_policy"]);

export const copyOf = (plan: MutablePlan): MutablePlan => structuredClone(plan);
