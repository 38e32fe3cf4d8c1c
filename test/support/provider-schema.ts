import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Arguments of a block, each with the block that it holds; undefined where it holds a value or a map. */
type Block = ReadonlyMap<string, string | undefined>;

const META = new Set(["depends_on", "count", "for_each", "provider", "lifecycle", "connection", "provisioner", "//"]);
const PACKAGES: { readonly [prefix: string]: string } = { google: "provider-google", azurerm: "provider-azurerm" };

/**
 * What the provider's bindings know of a resource type: every argument of every block, read from their declarations, which
 * are generated from the provider's schema.
 */
export class ProviderSchema {
  private readonly types = new Map<string, { readonly root: string; readonly blocks: ReadonlyMap<string, Block> }>();

  /** Places in a synthesized stack that no argument of the schema stands for, and lists without an element. */
  public strangers(json: { readonly resource?: Section; readonly data?: Section }): string[] {
    return [
      ...Object.entries(json.resource ?? {}).map((one) => ["", ...one] as const),
      ...Object.entries(json.data ?? {}).map((one) => ["data-", ...one] as const),
    ].flatMap(([prefix, type, named]) =>
      Object.entries(named).flatMap(([name, values]) => {
        const { root, blocks } = this.typeOf(prefix, type);
        const own = Object.fromEntries(Object.entries(values).filter(([key]) => !META.has(key)));
        return strangersIn(own, root, blocks, `${type}.${name}`);
      }),
    );
  }

  private typeOf(prefix: string, type: string): { root: string; blocks: ReadonlyMap<string, Block> } {
    const key = `${prefix}${type}`;
    const known = this.types.get(key);
    if (known !== undefined) return known;
    const [provider = "", ...words] = type.split("_");
    const folder = `${prefix === "" ? "" : `data-${provider}-`}${words.join("-")}`;
    const file = join("node_modules/@cdktf", PACKAGES[provider] ?? provider, "lib", folder, "index.d.ts");
    const blocks = interfacesOf(readFileSync(file, "utf8"));
    const root = [...blocks.keys()].find((name) => /Config(A)?$/.test(name) && blocks.get(name)?.has("id")) ?? "";
    const found = { root, blocks };
    this.types.set(key, found);
    return found;
  }
}

interface Section {
  readonly [type: string]: { readonly [name: string]: { readonly [argument: string]: unknown } };
}

function strangersIn(values: object, block: string, blocks: ReadonlyMap<string, Block>, at: string): string[] {
  const known = blocks.get(block);
  return Object.entries(values).flatMap(([key, value]) => {
    const place = `${at}.${key}`;
    if (known?.has(key) !== true) return [`${place} is no argument of ${block}`];
    if (Array.isArray(value) && value.length === 0) return [`${place} is an empty list`];
    const inner = known.get(key);
    if (inner === undefined) return [];
    return [value]
      .flat()
      .flatMap((one) => (typeof one === "object" && one !== null ? strangersIn(one, inner, blocks, place) : []));
  });
}

function interfacesOf(text: string): Map<string, Block> {
  const found = new Map<string, Block>();
  for (const [, name = "", body = ""] of text.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) {
    const own = new Map<string, string | undefined>();
    for (const [, property = "", type = ""] of body.matchAll(/^ {4}readonly (\w+)\??: ([^;\n]*)/gm)) {
      own.set(snakeCase(property), /^([A-Z]\w+)/.exec(type)?.[1]);
    }
    found.set(name, own);
  }
  return found;
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
