import type { JsonValue } from "../terraform-json";
import type { Block, Configuration } from "./configuration";
import { expanded, resolverFor } from "./expand";
import { flattened, type ModuleReader } from "./flatten-modules";
import { valueAt, withoutComments } from "./shape";
import type { SourceModule } from "./source-module";

/** How a configuration is called and where it is from. */
export interface Origin {
  /** Taken unless the configuration names itself. */
  readonly name: string;
  readonly source: string;
  /** Where its files are; relative sources of modules start there. */
  readonly folder: string;
  readonly digest: () => string;
  readonly notes?: readonly string[];
}

/** A stack from configuration in JSON syntax, synthesized or written by hand. */
export function loadSource(
  module: SourceModule,
  format: "synth" | "terraform-json",
  origin: Origin,
  read: ModuleReader,
): Configuration {
  const flat = flattened(module, origin.folder, read, (locals) => {
    const resolver = resolverFor([], Object.fromEntries(locals));
    return (value) => resolver.resolve(value);
  });
  const locals = Object.fromEntries(flat.locals);
  const stackName = valueAt(module.comment, "metadata", "stackName");
  const declaration = valueAt(module.comment, "cordon");
  return {
    name: typeof stackName === "string" && stackName !== "" ? stackName : origin.name,
    source: origin.source,
    format,
    resources: expanded(flat.resources, locals),
    locals,
    variables: Object.fromEntries([...module.variables].map(([name, block]) => [name, defaultOf(block)])),
    providers: providersOf(module),
    ...(declaration === undefined ? {} : { declaration }),
    digest: origin.digest(),
    notes: [...(origin.notes ?? []), ...flat.notes],
  };
}

function defaultOf(block: Block): { default?: JsonValue } {
  return block["default"] === undefined ? {} : { default: block["default"] };
}

function providersOf(module: SourceModule): { [name: string]: Block[] } {
  const byName = new Map<string, Block[]>();
  for (const { labels, body } of module.providers) {
    const name = labels[0] ?? "";
    byName.set(name, [...(byName.get(name) ?? []), withoutComments(body) as Block]);
  }
  return Object.fromEntries(byName);
}
