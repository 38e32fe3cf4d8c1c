import type { WrittenReference } from "../resolve/syntax/references";
import type { JsonValue } from "../terraform-json";
import type { Block } from "./configuration";
import { type InstanceKey, instancesOf, type Lookup, substituted } from "./instances";
import { type Edit, type Rewriting, rewritten } from "./rewrite";
import { byText, isBlock, listOf } from "./shape";
import type { SourceModule } from "./source-module";

/** A resource of a configuration without modules, before count and for_each. */
export interface FlatResource {
  /** `module.net.` or nothing. */
  readonly prefix: string;
  /** `aws_vpc.a`, `data.aws_region.b`. */
  readonly local: string;
  readonly body: Block;
}

/** Everything that a tree of modules defines, by addresses from its root. */
export interface FlatConfiguration {
  readonly resources: FlatResource[];
  readonly locals: Map<string, JsonValue>;
  readonly notes: string[];
}

/** A folder of a child module: what it holds, or why it can't be read. */
export type ChildModule = { readonly module: SourceModule; readonly folder: string } | { readonly problem: string };

/** Reads the child module that a source names, seen from a folder. */
export type ModuleReader = (source: string, folder: string) => ChildModule;

const META = new Set(["//", "source", "version", "providers", "count", "for_each", "depends_on"]);
const OUTSIDE = new Set(["each", "count", "path", "terraform", "self"]);

/**
 * Puts the resources of local child modules beside those of the root. References become addresses from the root, and
 * what a module is given, computes and returns becomes local values of these names: `module.net.var.cidr`,
 * `module.net.local.zones`, `module.net.output.subnet`.
 */
export function flattened(root: SourceModule, folder: string, read: ModuleReader, lookup: Lookup): FlatConfiguration {
  const flat: FlatConfiguration = { resources: [], locals: new Map(), notes: [] };
  new Flattening(flat, read, lookup).add(root, { prefix: "", folder, ancestors: [folder], providers: {} });
  return flat;
}

interface Place {
  readonly prefix: string;
  readonly folder: string;
  /** The folders of the modules around it, and its own. */
  readonly ancestors: readonly string[];
  /** What the caller passes for the providers of the module. */
  readonly providers: Block;
}

class Flattening {
  public constructor(
    private readonly flat: FlatConfiguration,
    private readonly read: ModuleReader,
    private readonly lookup: Lookup,
  ) {}

  public add(module: SourceModule, place: Place): void {
    const { prefix } = place;
    const children = new Map<string, ChildModule>();
    for (const [name, call] of module.modules) children.set(name, this.child(call, place));
    const inlined = new Set([...children].filter(([, child]) => "module" in child).map(([name]) => name));
    const scope: Rewriting = { edits: (reference) => addressEdits(reference, prefix, inlined) };
    const seen = (value: JsonValue): JsonValue =>
      prefix === "" && inlined.size === 0 ? value : rewritten(value, scope);
    for (const [local, body] of module.resources) {
      this.flat.resources.push({ prefix, local, body: scopedBody(seen(body), local, place) });
    }
    for (const [name, value] of module.locals) {
      this.flat.locals.set(prefix === "" ? name : `${prefix}local.${name}`, seen(value));
    }
    if (prefix !== "") {
      for (const [name, { value = null }] of module.outputs)
        this.flat.locals.set(`${prefix}output.${name}`, seen(value));
    }
    for (const [name, call] of [...module.modules].sort(([a], [b]) => byText(a, b))) {
      this.addChild(`${prefix}module.${name}`, seen(call), children.get(name), place);
    }
  }

  private child(call: Block, { folder, ancestors }: Place): ChildModule {
    const child = this.read(typeof call["source"] === "string" ? call["source"] : "", folder);
    return "folder" in child && ancestors.includes(child.folder) ? { problem: "it includes itself" } : child;
  }

  private addChild(address: string, call: JsonValue, child: ChildModule | undefined, place: Place): void {
    if (child === undefined || !isBlock(call)) return;
    if ("problem" in child) {
      this.flat.notes.push(`${address} is not read: ${child.problem}; what it builds and returns is unknown`);
      return;
    }
    const instances = instancesOf(call, this.lookup(this.flat.locals));
    if (instances === undefined) {
      this.flat.notes.push(
        `${address} is not read: its count or for_each is unknown; so is what it builds and returns`,
      );
      return;
    }
    for (const instance of instances) this.addInstance(address, call, child, instance, place);
  }

  private addInstance(
    address: string,
    call: Block,
    { module, folder }: { module: SourceModule; folder: string },
    instance: InstanceKey,
    place: Place,
  ): void {
    const prefix = `${address}${instance.suffix}.`;
    for (const [name, variable] of module.variables) {
      const given = META.has(name) ? undefined : call[name];
      const value = given ?? variable["default"];
      if (value !== undefined) this.flat.locals.set(`${prefix}var.${name}`, substituted(value, instance));
    }
    const providers = listOf(call["providers"]).find(isBlock) ?? {};
    const inherited = Object.entries(providers).map(([name, value]) => [name, providerOf(value, place.providers)]);
    const passed = { ...place.providers, ...Object.fromEntries(inherited) };
    this.add(module, { prefix, folder, ancestors: [...place.ancestors, folder], providers: passed });
  }
}

/** What becomes of a reference in a module: it starts at the root, and an output of an inlined module is a local value. */
export function addressEdits({ root, steps }: WrittenReference, prefix: string, inlined: ReadonlySet<string>): Edit[] {
  if (OUTSIDE.has(root.name)) return [];
  const edits: Edit[] = prefix === "" ? [] : [{ start: root.start, end: root.start, text: prefix }];
  const [name, second, third] = steps;
  if (root.name === "module" && name?.kind === "attribute" && inlined.has(name.name)) {
    const before = second?.kind === "index" ? second : name;
    const output = second?.kind === "index" ? third : second;
    if (output !== undefined) edits.push({ start: before.end, end: before.end, text: ".output" });
  }
  return edits;
}

// The name of a provider means what the caller passes for it; waiting is for addresses of the same module.
function scopedBody(body: JsonValue, local: string, { prefix, providers }: Place): Block {
  if (!isBlock(body)) return {};
  if (prefix === "") return body;
  const type = local.replace(/^data\./, "");
  const own = body["provider"] ?? type.slice(0, type.indexOf("_"));
  const provider = providerOf(own, providers);
  const waits = listOf(body["depends_on"]).map((one) => (typeof one === "string" ? prefixed(one, prefix) : one));
  return { ...body, provider, ...(waits.length === 0 ? {} : { depends_on: waits }) };
}

const prefixed = (address: string, prefix: string): string =>
  address.startsWith("${") ? address : `${prefix}${address}`;

function providerOf(value: JsonValue, passed: Block): JsonValue {
  const name = String(value).replace(/^\$\{(.*)\}$/, "$1");
  return passed[name] ?? name;
}
