import type { Inventory, PlannedResource } from "../read/inventory";
import { referencesIn, target, textOf } from "../read/values";
import { Reference, type Resolved, Unknown } from "../resolve/value";

/** The resource that an id names: its address in the stack, or the id as it is written. */
export const idOf = (value: Resolved | undefined): string | undefined => target(value) ?? textOf(value);

/** The same for a value that is not known: its text tells it from others. */
export function keyOf(value: Resolved | undefined): string | undefined {
  if (value instanceof Unknown) return value.text;
  return value instanceof Reference ? value.token : textOf(value);
}

/** The resource of some types that a value is about, by whatever attribute. */
export function aboutOf(
  inventory: Inventory,
  value: Resolved | undefined,
  ...types: string[]
): PlannedResource | undefined {
  return referencesIn(value)
    .map((address) => inventory.get(address))
    .find((one) => one !== undefined && types.includes(one.type));
}

const NAME_OF = /^\$\{(.+)\.name\}$/;

/** The resource that an argument names, as Azure's parts name what they are part of: by name, in a resource group. */
export function namedOwner(
  inventory: Inventory,
  { loaded, values }: PlannedResource,
  argument: string,
  ...types: string[]
): PlannedResource | undefined {
  const raw = loaded.values[argument];
  const written = typeof raw === "string" ? inventory.get(NAME_OF.exec(raw)?.[1]) : undefined;
  if (written !== undefined && types.includes(written.type)) return written;
  const name = keyOf(values[argument]);
  if (name === undefined) return undefined;
  const same = inventory.all.filter((one) => types.includes(one.type) && keyOf(one.values["name"]) === name);
  const group = keyOf(values["resource_group_name"]);
  return same.find((one) => keyOf(one.values["resource_group_name"]) === group) ?? same[0];
}
