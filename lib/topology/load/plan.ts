import type { JsonValue } from "../terraform-json";
import type { Block, Configuration, LoadedResource } from "./configuration";
import { providerName } from "./expand";
import { type PlannedConfiguration, plannedConfiguration } from "./plan-configuration";
import { PlanReferences, type PlanScope, withoutKeys } from "./plan-references";
import { PlanValues } from "./plan-values";
import { byText, isBlock, listOf, valueAt } from "./shape";
import { literal, type ShownResource, shownResources } from "./shown-values";
import { symbolized } from "./symbols";
import type { Origin } from "./tf-json";

/**
 * Reads a plan as `terraform show -json` writes it: what will be there after apply. Resources that the plan deletes are
 * gone. A plan of configuration in JSON syntax keeps its expressions; local values are in no plan, so what goes through one
 * stays unknown.
 */
export function loadPlan(json: JsonValue, origin: Origin, place: string): Configuration {
  const configuration = plannedConfiguration(valueAt(json, "configuration"));
  const planned = shownResources(valueAt(json, "planned_values", "root_module"), `${place}, planned_values`);
  const known = new Set(planned.map(({ address }) => address));
  const before = valueAt(json, "prior_state", "values", "root_module");
  const read = before === undefined ? [] : shownResources(before, `${place}, prior_state`);
  const shown = [...planned, ...read.filter(({ mode, address }) => mode === "data" && !known.has(address))];
  const references = new PlanReferences(shown.map(({ address }) => address));
  const unknown = unknownByAddress(json);
  const values = new PlanValues(references);
  const resources = shown.map((one) => loaded(one, configuration, unknown.get(one.address) ?? false, values));
  return {
    name: origin.name,
    source: origin.source,
    format: "plan",
    resources: symbolized(resources).sort((a, b) => byText(a.address, b.address)),
    locals: { ...rootVariables(json), ...moduleValues(shown, configuration, references) },
    variables: variablesOf(json),
    providers: configuration.providers,
    digest: origin.digest(),
    notes: notesOf(json, shown, configuration),
  };
}

function loaded(
  shown: ShownResource,
  configuration: PlannedConfiguration,
  unknown: JsonValue,
  values: PlanValues,
): LoadedResource {
  const { mode, type, name, address, module, key } = shown;
  const source = configuration.resources.get(withoutKeys(address));
  const scope: PlanScope = { module, calls: callsIn(module, configuration), key, forEach: source?.forEach ?? null };
  const provider = providerName(source?.provider, type);
  return {
    mode,
    type,
    name,
    address,
    values: values.argumentsOf(shown.values, unknown, source?.expressions ?? {}, address, scope),
    ...(provider === undefined ? {} : { provider }),
    ...(source?.hasProvisioners === true ? { provisioners: true } : {}),
    dependsOn: (source?.dependsOn ?? []).map((one) => (module === "" ? one : `${module}.${one}`)),
  };
}

function callsIn(module: string, { calls }: PlannedConfiguration): Set<string> {
  const caller = withoutKeys(module);
  const own = [...calls].filter(([, call]) => call.caller === caller);
  return new Set(own.map(([address]) => address.slice(address.lastIndexOf(".") + 1)));
}

function unknownByAddress(json: JsonValue): Map<string, JsonValue> {
  const changes = listOf(valueAt(json, "resource_changes")).filter(isBlock);
  return new Map(
    changes.map((change) => [String(change["address"]), valueAt(change, "change", "after_unknown") ?? false]),
  );
}

// The values that this plan was made with.
function rootVariables(json: JsonValue): { [name: string]: JsonValue } {
  const variables = valueAt(json, "variables");
  if (!isBlock(variables)) return {};
  const given = Object.entries(variables).flatMap(([name, variable]): [string, JsonValue][] => {
    const value = valueAt(variable, "value");
    return value === undefined ? [] : [[`var.${name}`, literal(value)]];
  });
  return Object.fromEntries(given);
}

function variablesOf(json: JsonValue): Configuration["variables"] {
  const declared = valueAt(json, "configuration", "root_module", "variables");
  if (!isBlock(declared)) return {};
  return Object.fromEntries(
    Object.entries(declared).map(([name, variable]) => {
      const fallback = valueAt(variable, "default");
      return [name, fallback === undefined ? {} : { default: fallback }];
    }),
  );
}

// What modules are given and return, by the addresses of their instances.
function moduleValues(
  shown: readonly ShownResource[],
  configuration: PlannedConfiguration,
  references: PlanReferences,
): { [name: string]: JsonValue } {
  const values: { [name: string]: JsonValue } = {};
  for (const module of new Set(shown.flatMap((one) => modulesAround(one.module)))) {
    const call = configuration.calls.get(withoutKeys(module));
    if (call === undefined) continue;
    const { caller, key } = callerOf(module);
    const outer: PlanScope = {
      module: caller,
      calls: callsIn(caller, configuration),
      key,
      forEach: call.forEach ?? null,
    };
    const inner: PlanScope = { module, calls: callsIn(module, configuration) };
    for (const [name, variable] of Object.entries(call.variables)) {
      const given = call.expressions[name] ?? defaultAsExpression(variable);
      if (given !== undefined) values[`${module}.var.${name}`] = references.written(given, name, outer);
    }
    for (const [name, output] of Object.entries(call.outputs)) {
      const expression = valueAt(output, "expression");
      if (expression !== undefined) values[`${module}.output.${name}`] = references.written(expression, name, inner);
    }
  }
  return values;
}

function defaultAsExpression(variable: JsonValue): Block | undefined {
  const fallback = valueAt(variable, "default");
  return fallback === undefined ? undefined : { constant_value: literal(fallback) };
}

const STEP = /(?:^|\.)module\.[\w-]+(\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/gs;

// `module.a["x"].module.b` is in `module.a["x"]`.
function modulesAround(module: string): string[] {
  return [...module.matchAll(STEP)].map((step) => module.slice(0, step.index + step[0].length));
}

function callerOf(module: string): { caller: string; key?: string | number } {
  const around = modulesAround(module);
  const key = [...module.matchAll(STEP)].at(-1)?.[1];
  return { caller: around.at(-2) ?? "", ...(key === undefined ? {} : { key: JSON.parse(key.slice(1, -1)) }) };
}

function notesOf(json: JsonValue, shown: readonly ShownResource[], configuration: PlannedConfiguration): string[] {
  const notes: string[] = [];
  if (valueAt(json, "complete") === false) notes.push("the plan does not cover the whole configuration");
  const hasConfiguration = configuration.resources.size > 0 || shown.length === 0;
  if (!hasConfiguration) notes.push("the plan holds no configuration; what is known after apply is left out");
  return notes;
}
