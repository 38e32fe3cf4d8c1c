import { CordonError, quoted } from "../../errors/cordon-error";
import { escaped } from "../resolve/inspect";
import type { JsonValue } from "../terraform-json";
import { isBlock, listOf } from "./shape";

/** One resource of a plan or state, as `terraform show -json` writes it. */
export interface ShownResource {
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly address: string;
  /** The module it is in, with the keys of its instances: `module.net["a"]`; empty for the root. */
  readonly module: string;
  readonly key: string | number | undefined;
  readonly values: { [argument: string]: JsonValue };
  readonly dependsOn: string[];
}

/**
 * The resources of a module and its children. What is not written as Terraform writes it is refused: a resource that is
 * passed over would be one that nobody checks.
 */
export function shownResources(module: JsonValue | undefined, place: string, address = ""): ShownResource[] {
  if (!isBlock(module)) throw malformed(place, address === "" ? "the root module" : address);
  const own = listOf(module["resources"]).flatMap((resource): ShownResource[] => {
    if (!isBlock(resource)) throw malformed(place, `a resource of ${address || "the root module"}`);
    const shown = shownResource(resource, address);
    if (shown === undefined) throw malformed(place, `resource ${quoted(resource["address"])}`);
    return resource["deposed_key"] === undefined && resource["mode"] !== "ephemeral" ? [shown] : [];
  });
  const children = listOf(module["child_modules"]).flatMap((child) => {
    const inner = isBlock(child) ? child["address"] : undefined;
    if (typeof inner !== "string") throw malformed(place, `a module of ${address || "the root module"}`);
    return shownResources(child, place, inner);
  });
  return [...own, ...children];
}

function shownResource(resource: { [key: string]: JsonValue }, module: string): ShownResource | undefined {
  const { mode, type, name, address, index, values, depends_on: waits } = resource;
  if (mode !== "managed" && mode !== "data" && mode !== "ephemeral") return undefined;
  if (typeof type !== "string" || typeof name !== "string" || typeof address !== "string") return undefined;
  if (values !== undefined && values !== null && !isBlock(values)) return undefined;
  return {
    mode: mode === "managed" ? "managed" : "data",
    type,
    name,
    address,
    module,
    key: typeof index === "string" || typeof index === "number" ? index : undefined,
    values: isBlock(values) ? values : {},
    dependsOn: listOf(waits).filter((one): one is string => typeof one === "string"),
  };
}

function malformed(place: string, what: string): CordonError {
  const fix = "write the file again with `terraform show -json`";
  return new CordonError("CORDON-144", place, `${what} is not written as Terraform writes it`, fix);
}

/** A literal value as Terraform's JSON syntax writes it: nothing in it is an expression. */
export function literal(value: JsonValue): JsonValue {
  if (typeof value === "string") return escaped(value);
  if (Array.isArray(value)) return value.map(literal);
  if (!isBlock(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [escaped(key), literal(inner)]));
}

/**
 * The arguments that are set. Plans and states spell out every argument; null, empty text and empty lists are what the
 * ones nobody wrote have. Blocks are the elements of lists; other objects are maps, in which an empty text counts.
 */
export function setArguments(
  block: { readonly [key: string]: JsonValue },
  keep: (key: string) => boolean,
): {
  [key: string]: JsonValue;
} {
  return Object.fromEntries(
    Object.entries(block).flatMap(([key, value]): [string, JsonValue][] =>
      isUnset(value) && !keep(key) ? [] : [[key, setInside(value)]],
    ),
  );
}

function setInside(value: JsonValue): JsonValue {
  if (!Array.isArray(value)) return value;
  return value.map((item) => (isBlock(item) ? setArguments(item, () => false) : setInside(item)));
}

function isUnset(value: JsonValue): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}
