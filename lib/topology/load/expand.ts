import { knownAfterApply } from "../resolve/inspect";
import { Resolver } from "../resolve/resolver";
import { Reference, type Resolved, Unknown } from "../resolve/value";
import type { JsonValue } from "../terraform-json";
import type { Block, Configuration, LoadedResource } from "./configuration";
import type { FlatResource } from "./flatten-modules";
import { entriesOf, type InstanceKey, instancesOf, isDynamic, SINGLE, substituted } from "./instances";
import { dynamicBlocks } from "./override";
import { iteratorOf } from "./rewrite";
import { byText, isBlock, listOf, valueAt, withoutComments } from "./shape";

const META = new Set(["//", "count", "for_each", "provider", "lifecycle", "depends_on", "provisioner", "connection"]);

/** A configuration with the given resources and local values, to evaluate with. */
export function resolverFor(resources: LoadedResource[], locals: Configuration["locals"]): Resolver {
  const rest = { name: "", source: "", digest: "", format: "terraform-json" as const };
  return new Resolver({ ...rest, resources, locals, variables: {}, providers: {}, notes: [] });
}

/**
 * Writes out the instances that count and for_each make, and the blocks that `dynamic` makes. What a count depends on may
 * itself have a count, so resources whose count is not known yet are tried again after the others. A count that stays
 * unknown leaves one resource that stands for all of its instances.
 */
export function expanded(flat: readonly FlatResource[], locals: Configuration["locals"]): LoadedResource[] {
  const done: LoadedResource[] = [];
  let pending = [...flat];
  for (let progress = true; progress && pending.length > 0; ) {
    const resolver = resolverFor(done, locals);
    const resolve = (value: JsonValue): Resolved => resolver.resolve(value);
    const next: FlatResource[] = [];
    const made: LoadedResource[] = [];
    for (const resource of pending) {
      const instances = instancesOf(resource.body, resolve);
      if (instances === undefined) next.push(resource);
      else for (const instance of instances) made.push(loaded(resource, instance, resolve));
    }
    done.push(...made);
    progress = next.length < pending.length;
    pending = next;
  }
  const resolver = resolverFor(done, locals);
  for (const resource of pending) done.push(loaded(resource, SINGLE, (value) => resolver.resolve(value), true));
  return done.sort((a, b) => byText(a.address, b.address));
}

function loaded(
  { prefix, local, body }: FlatResource,
  instance: InstanceKey,
  resolve: (value: JsonValue) => Resolved,
  isForAll = false,
): LoadedResource {
  const isData = local.startsWith("data.");
  const [type = "", name = ""] = (isData ? local.slice("data.".length) : local).split(".");
  const own = substituted(withoutComments(withoutMeta(body)), instance);
  const values = isBlock(own) ? withBlocks(own, resolve) : {};
  const { count, for_each: forEach } = body;
  const path = valueAt(body["//"], "metadata", "path");
  const ignored = listOf(body["lifecycle"]).map((block) => valueAt(block, "ignore_changes"));
  const ignoreChanges = ignored.find((value) => value !== undefined);
  const provider = providerName(body["provider"], type);
  return {
    mode: isData ? "data" : "managed",
    type,
    name,
    address: `${prefix}${local}${instance.suffix}`,
    values,
    ...(typeof path === "string" ? { constructPath: path } : {}),
    ...(isForAll && count !== undefined ? { count } : {}),
    ...(isForAll && forEach !== undefined && count === undefined ? { forEach } : {}),
    ...(provider === undefined ? {} : { provider }),
    ...(ignoreChanges === undefined ? {} : { ignoreChanges }),
    ...(body["provisioner"] === undefined ? {} : { provisioners: true }),
    dependsOn: listOf(body["depends_on"]).filter((one): one is string => typeof one === "string"),
  };
}

function withoutMeta(body: Block): JsonValue {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !META.has(key)));
}

/** The provider, unless it is the default one of the type: `aws` for `aws_vpc`. */
export function providerName(value: JsonValue | undefined, type: string): string | undefined {
  if (typeof value !== "string") return undefined;
  const name = value.replace(/^\$\{(.*)\}$/, "$1");
  return name === type.slice(0, type.indexOf("_")) ? undefined : name;
}

// Blocks inside of the blocks that are made may be dynamic too.
function withBlocks(value: { [key: string]: JsonValue }, resolve: (value: JsonValue) => Resolved): Block {
  const dynamic = dynamicBlocks(value).filter(([, block]) => isDynamic(block));
  const written = Object.entries(value).filter(([key]) => key !== "dynamic" || dynamic.length === 0);
  const result: { [key: string]: JsonValue } = Object.fromEntries(
    written.map(([key, inner]) => [key, withInnerBlocks(inner, resolve)]),
  );
  for (const [label, block] of dynamic) {
    if (isDynamic(block)) result[label] = [...listOf(result[label]), ...madeBlocks(label, block, resolve)];
  }
  return result;
}

function withInnerBlocks(value: JsonValue, resolve: (value: JsonValue) => Resolved): JsonValue {
  if (Array.isArray(value)) return value.map((item) => withInnerBlocks(item, resolve));
  return isBlock(value) ? withBlocks(value, resolve) : value;
}

function madeBlocks(
  label: string,
  block: { [key: string]: JsonValue },
  resolve: (value: JsonValue) => Resolved,
): JsonValue[] {
  const forEach = block["for_each"] ?? null;
  const over = resolve(forEach);
  const iterator = iteratorOf(label, block);
  // The key of a set's element is the element; of an expression it is not known whether it makes a list or a set.
  const keyOf = (_: Resolved, place: number): Resolved =>
    Array.isArray(forEach) ? place : new Unknown(`\${${iterator}.key}`, [`${iterator}.key`]);
  const entries = entriesOf(over, keyOf);
  if (entries === undefined) return [`\${${knownAfterApply(tokensOf(over, label))}}`];
  return entries.map(([key, value]) => {
    const variables = new Map([
      [`${iterator}.key`, key],
      [`${iterator}.value`, value],
    ]);
    const content = substituted(listOf(block["content"])[0] ?? {}, { suffix: "", variables });
    return withInnerBlocks(content, resolve);
  });
}

function tokensOf(value: Resolved, label: string): readonly string[] {
  if (value instanceof Unknown) return value.tokens;
  return value instanceof Reference ? [value.token] : [label];
}
