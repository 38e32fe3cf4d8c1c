import { flattenedZones, PerZone, perZone } from "../firewall-endpoints";
import { areEqual, asText, canonical, EvaluationError, holdsUnknown, isKnown } from "../inspect";
import { isObject, SetValue, Symbolic, type Value, type ValueObject } from "../symbolic";
import { Reference, Unknown } from "../value";
import { type FunctionTable, integerOf, itemsOf, ofOneType, setOf } from "./table";

export const COLLECTION_FUNCTIONS: FunctionTable = new Map<string, (args: readonly Value[]) => Value | undefined>([
  ["length", ([value]) => sizeOf(value)],
  ["concat", (args) => combined(args)],
  ["element", element],
  ["one", ([value]) => one(value)],
  ["index", ([list, value = null]) => position(itemsOf(list), value)],
  ["contains", ([list, value = null]) => contains(itemsOf(list), value)],
  ["slice", (args) => sliceOf(args)],
  ["reverse", ([value]) => zonesOr(value, (list) => (Array.isArray(value) ? [...list].reverse() : undefined))],
  ["sort", ([value]) => zonesOr(value, sorted)],
  ["flatten", ([value]) => (isZones(value) ? flatZones(value) : flat(value))],
  ["distinct", ([value]) => zonesOr(value, distinct)],
  ["compact", ([value]) => zonesOr(value, compacted)],
  ["tolist", ([value]) => zonesOr(value, () => listOf(value))],
  ["toset", ([value]) => zonesOr(value, (list) => (holdsUnknown([...list]) ? undefined : setOf(list)))],
  ["setunion", (args) => united(args.map(itemsOf))],
  ["tomap", ([value]) => (isObject(value) ? typedMap(value) : undefined)],
  ["keys", ([value]) => (isObject(value) ? Object.keys(value).sort() : undefined)],
  ["values", ([value]) => (value instanceof PerZone ? new PerZone(value.firewall, value.at) : valuesOf(value))],
  ["merge", merged],
  ["lookup", lookup],
  ["zipmap", ([keys, values]) => zipped(itemsOf(keys), itemsOf(values))],
  ["coalesce", coalesce],
  ["coalescelist", (args) => args.find((list) => itemsOf(list)?.length !== 0)],
]);

const isZones = (value: Value | undefined): value is Symbolic =>
  value instanceof Symbolic && perZone(value) !== undefined;

// Of the states of a firewall every function that only reorders or converts leaves the same.
function zonesOr(value: Value | undefined, make: (list: readonly Value[]) => Value | undefined): Value | undefined {
  if (isZones(value)) return value;
  const items = itemsOf(value);
  return items === undefined ? undefined : make(items);
}

function sizeOf(value: Value | undefined): number | undefined {
  if (value instanceof SetValue) return value.items.every(isKnown) ? value.items.length : undefined;
  if (Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  return typeof value === "string" && /^[\x20-\x7e]*$/.test(value) ? value.length : undefined;
}

function combined(args: readonly Value[]): Value[] | undefined {
  return args.every(Array.isArray) ? (args as Value[][]).flat() : undefined;
}

function element(args: readonly Value[]): Value | undefined {
  const [list] = args;
  if (isZones(list)) return perZone(list)?.at(undefined);
  if (!Array.isArray(list) || args[1] === undefined || !isKnown(args[1])) return undefined;
  const position = integerOf(args, 1);
  if (list.length === 0 || position < 0) throw new EvaluationError("no such element");
  return list[position % list.length];
}

function one(value: Value | undefined): Value | undefined {
  if (isZones(value)) return perZone(value)?.at(undefined);
  const items = itemsOf(value);
  if (items === undefined || (value instanceof SetValue && !items.every(isKnown) && items.length > 1)) return undefined;
  if (items.length > 1) throw new EvaluationError("more than one element");
  return items[0] ?? null;
}

function position(list: readonly Value[] | undefined, value: Value): number | undefined {
  for (const [place, item] of list?.entries() ?? []) {
    const equal = areEqual(item, value);
    if (equal !== false) return equal ? place : undefined;
  }
  if (list === undefined) return undefined;
  throw new EvaluationError("no such element");
}

function contains(list: readonly Value[] | undefined, value: Value): boolean | undefined {
  const answers = list?.map((item) => areEqual(item, value));
  if (answers?.includes(true)) return true;
  return answers === undefined || answers.includes(undefined) ? undefined : false;
}

function sliceOf(args: readonly Value[]): Value[] | undefined {
  const [list, from, to] = args;
  if (!Array.isArray(list) || !isKnown(from ?? null) || !isKnown(to ?? null)) return undefined;
  const [start, end] = [integerOf(args, 1), integerOf(args, 2)];
  if (start < 0 || end < start || end > list.length) throw new EvaluationError("no such part of a list");
  return list.slice(start, end);
}

function sorted(list: readonly Value[]): Value | undefined {
  const texts = list.map(asText);
  return texts.every((text) => text !== undefined) ? texts.sort() : undefined;
}

function flatZones(value: Symbolic): Value | undefined {
  const zones = perZone(value);
  return zones === undefined ? undefined : flattenedZones(zones);
}

function flat(value: Value | undefined): Value | undefined {
  const items = itemsOf(value);
  if (items === undefined) return undefined;
  const [only] = items;
  if (items.length === 1 && isZones(only)) return flatZones(only);
  const parts = items.map((item): readonly Value[] | undefined => {
    if (item instanceof SetValue && !item.items.every(isKnown)) return undefined;
    if (itemsOf(item) === undefined) return item instanceof Unknown || item instanceof Symbolic ? undefined : [item];
    const inner = flat(item);
    return Array.isArray(inner) ? inner : undefined;
  });
  return parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

function distinct(list: readonly Value[]): Value | undefined {
  if (holdsUnknown([...list])) return undefined;
  return [...new Map(ofOneType(list).map((item) => [canonical(item), item])).values()];
}

function compacted(list: readonly Value[]): Value | undefined {
  if (list.some((item) => item instanceof Unknown)) return undefined;
  return list.filter((item) => item !== null && item !== "");
}

function listOf(value: Value | undefined): Value | undefined {
  if (!(value instanceof SetValue)) return Array.isArray(value) ? ofOneType(value) : undefined;
  return value.items.every(isKnown) ? [...value.items] : value;
}

function united(lists: readonly (readonly Value[] | undefined)[]): Value | undefined {
  const items = lists.flatMap((list) => list ?? []);
  return lists.includes(undefined) || holdsUnknown(items) ? undefined : setOf(items);
}

function typedMap(value: ValueObject): Value {
  const items = ofOneType(Object.values(value));
  return Object.fromEntries(Object.keys(value).map((key, place) => [key, items[place] ?? null]));
}

function valuesOf(value: Value | undefined): Value | undefined {
  if (!isObject(value)) return undefined;
  return Object.keys(value)
    .sort()
    .map((key) => value[key] ?? null);
}

function merged(args: readonly Value[]): Value | undefined {
  const objects = args.filter((arg) => arg !== null);
  return objects.every(isObject) ? Object.fromEntries(objects.flatMap((object) => Object.entries(object))) : undefined;
}

function lookup([map, key, fallback]: readonly Value[]): Value | undefined {
  if (map instanceof PerZone) {
    const replaces = fallback !== undefined && fallback !== null && fallback !== "";
    return replaces ? undefined : map.at(map.keyedBy === "zone" && typeof key === "string" ? key : undefined);
  }
  if (!isObject(map) || typeof key !== "string") return undefined;
  if (Object.hasOwn(map, key)) return map[key];
  if (fallback === undefined) throw new EvaluationError(`no key ${JSON.stringify(key)}`);
  return fallback;
}

function zipped(keys: readonly Value[] | undefined, values: readonly Value[] | undefined): Value | undefined {
  const names = keys?.map(asText);
  if (names === undefined || values === undefined || names.length !== values.length) return undefined;
  if (names.includes(undefined)) return undefined;
  return Object.fromEntries(names.map((name, place) => [name ?? "", values[place] ?? null]));
}

function coalesce(args: readonly Value[]): Value | undefined {
  for (const arg of args) {
    if (arg instanceof Reference) return arg;
    if (!isKnown(arg)) return undefined;
    if (arg !== null && arg !== "") return arg;
  }
  throw new EvaluationError("coalesce() of nothing");
}
