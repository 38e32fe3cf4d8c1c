import { blocks, isAbsent, isReference, items, shown } from "../aws-lint/values";
import { isPublic, isWide, rangeOf } from "./address-range";
import type { AzureContext } from "./azure-context";

/** What one entry of a rule's sources or destinations means. */
export interface Place {
  /** How a message shows it. */
  readonly text: string;
  /** A word that is no address. */
  readonly isTag: boolean;
  readonly isPublic: boolean;
  /** Holds more of the internet than a policy may name. */
  readonly isWide: boolean;
}

const EVERYWHERE = ["*", "internet"];

/** What the entries of a list of addresses and of a list of IP groups mean. */
export function placesOf(context: AzureContext, addresses: unknown, groups: unknown): Place[] {
  return [
    ...written(addresses).map((value) => placeOf(context, value)),
    ...written(groups).flatMap((value) => membersOf(context, value)),
  ];
}

/** Entries that say something: Azure reads no blank one. */
export const written = (list: unknown): unknown[] => items(list).filter((one) => !isAbsent(one) && one !== "");

/** A value as text, of whichever kind it is. */
export const plain = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

/** A list as a message shows it: the first few, and how many more. */
export function some(values: readonly string[]): string {
  const all = [...new Set(values)];
  return all.length > 4 ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more` : all.join(", ");
}

function placeOf(context: AzureContext, value: unknown): Place {
  if (isReference(value)) return referenced(context, value);
  const text = plain(value).trim();
  if (EVERYWHERE.includes(text.toLowerCase())) return place(text, true, true);
  const range = rangeOf(text);
  return range === undefined
    ? { ...place(text, true, false), isTag: true }
    : place(text, isPublic(range), isWide(range));
}

// An address in a network of the stack, or one public address of it; anything else may be everything.
function referenced(context: AzureContext, value: unknown): Place {
  const text = shown(value);
  const reference = context.reference(String(value).replace(/\/32$/, ""));
  const [address = "", attribute = ""] = [reference?.address, reference?.attribute];
  const isNetwork = /^(data\.)?azurerm_(subnet|virtual_network)\./.test(address);
  const isInside = isNetwork ? /^address_(prefix(es)?|space)\b/.test(attribute) : /private_ip_address/.test(attribute);
  if (isInside) return place(text, false, false);
  const isOne = /^(data\.)?azurerm_public_ip\./.test(address) && attribute === "ip_address";
  return place(text, true, !isOne);
}

const place = (text: string, isPublic: boolean, isWide: boolean): Place => ({ text, isTag: false, isPublic, isWide });

function membersOf(context: AzureContext, value: unknown): Place[] {
  const group = context.resolve(value);
  const unknown = place(`IP group ${shown(value)}`, true, true);
  if (group?.type !== "azurerm_ip_group" || group.address.startsWith("data.")) return [unknown];
  const more = context
    .ofType("azurerm_ip_group_cidr")
    .filter((one) => context.identity(one.values["ip_group_id"]) === group.address)
    .map((one) => one.values["cidr"]);
  const ignored = blocks(group.values, "lifecycle").flatMap((one) => items(one["ignore_changes"]).map(plain));
  const isOthers = ignored.some((name) => name === "all" || name === "cidrs");
  return [...placesOf(context, [...items(group.values["cidrs"]), ...more], undefined), ...(isOthers ? [unknown] : [])];
}
