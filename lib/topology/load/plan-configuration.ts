import type { JsonValue } from "../terraform-json";
import type { Block } from "./configuration";
import { isBlock, listOf, valueAt } from "./shape";

/** What a plan keeps of the configuration of a resource. */
export interface PlannedSource {
  /** Expressions by argument: what a nested block has stands below it in the same way. */
  readonly expressions: Block;
  readonly forEach?: JsonValue;
  readonly provider?: string;
  readonly hasProvisioners: boolean;
  readonly dependsOn: string[];
}

/** A call of a module. */
export interface PlannedCall {
  /** The caller, without the keys of instances: `module.net`; empty for the root. */
  readonly caller: string;
  readonly expressions: Block;
  readonly forEach?: JsonValue;
  readonly variables: Block;
  readonly outputs: Block;
}

/** The `configuration` of a plan, by addresses without the keys of instances. */
export interface PlannedConfiguration {
  readonly resources: ReadonlyMap<string, PlannedSource>;
  readonly calls: ReadonlyMap<string, PlannedCall>;
  readonly providers: { [name: string]: Block[] };
}

/** Reads the `configuration` of a plan. */
export function plannedConfiguration(configuration: JsonValue | undefined): PlannedConfiguration {
  const resources = new Map<string, PlannedSource>();
  const calls = new Map<string, PlannedCall>();
  const visit = (module: JsonValue | undefined, path: string): void => {
    if (!isBlock(module)) return;
    const prefix = path === "" ? "" : `${path}.`;
    for (const resource of listOf(module["resources"]).filter(isBlock)) {
      resources.set(`${prefix}${String(resource["address"])}`, sourceOf(resource));
    }
    for (const [name, call] of Object.entries(blockOf(module["module_calls"]))) {
      const inner = `${prefix}module.${name}`;
      const child = blockOf(valueAt(call, "module"));
      const forEach = valueAt(call, "for_each_expression");
      calls.set(inner, {
        caller: path,
        expressions: blockOf(valueAt(call, "expressions")),
        ...(forEach === undefined ? {} : { forEach }),
        variables: blockOf(child["variables"]),
        outputs: blockOf(child["outputs"]),
      });
      visit(child, inner);
    }
  };
  visit(valueAt(configuration, "root_module"), "");
  return { resources, calls, providers: providersOf(blockOf(valueAt(configuration, "provider_config"))) };
}

function sourceOf(resource: { [key: string]: JsonValue }): PlannedSource {
  const forEach = resource["for_each_expression"];
  const provider = resource["provider_config_key"];
  return {
    expressions: blockOf(resource["expressions"]),
    ...(forEach === undefined ? {} : { forEach }),
    ...(typeof provider === "string" ? { provider: provider.slice(provider.lastIndexOf(":") + 1) } : {}),
    hasProvisioners: listOf(resource["provisioners"]).length > 0,
    dependsOn: listOf(resource["depends_on"]).filter((one): one is string => typeof one === "string"),
  };
}

// What is not a constant is left out: a region from a variable is not known to be the default one.
function providersOf(config: Block): { [name: string]: Block[] } {
  const byName = new Map<string, Block[]>();
  for (const provider of Object.values(config).filter(isBlock)) {
    const name = String(provider["name"] ?? "");
    const set = Object.entries(blockOf(provider["expressions"])).map(([key, expression]): [string, JsonValue] => {
      const constant = valueAt(expression, "constant_value");
      const references = listOf(valueAt(expression, "references"));
      return [key, constant ?? `\${known_after_apply(${references.join(", ")})}`];
    });
    const alias = provider["alias"] === undefined ? [] : [["alias", provider["alias"]] as [string, JsonValue]];
    byName.set(name, [...(byName.get(name) ?? []), Object.fromEntries([...alias, ...set])]);
  }
  return Object.fromEntries(byName);
}

function blockOf(value: JsonValue | undefined): Block {
  return isBlock(value) ? value : {};
}
