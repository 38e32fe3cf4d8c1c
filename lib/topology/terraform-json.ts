/** A value of Terraform's JSON syntax. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A synthesized stack: `cdk.tf.json`. */
export interface TerraformJson {
  readonly resource?: { [type: string]: { [name: string]: { [key: string]: JsonValue } } };
  readonly locals?: { [name: string]: JsonValue };
  readonly [section: string]: unknown;
}

/** One resource of a stack. */
export interface Resource {
  readonly type: string;
  /** `<type>.<name>`. */
  readonly address: string;
  readonly values: { [key: string]: JsonValue };
}

/** Every resource of a type, sorted by address. */
export function resourcesOf(json: TerraformJson, type: string): Resource[] {
  return Object.entries(json.resource?.[type] ?? {})
    .map(([name, values]) => ({ type, address: `${type}.${name}`, values }))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** The address that a value refers to, as in `${aws_subnet.x.id}`; undefined for anything else. */
export function referenceOf(value: JsonValue | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  return /^\$\{([a-z0-9_]+\.[A-Za-z0-9_-]+)\.[a-z_]+\}$/.exec(value)?.[1];
}

/** Whether a value refers to a resource in any form of expression, also inside of a longer one. */
export function refersTo(value: JsonValue | undefined, address: string): boolean {
  if (value === undefined) return false;
  return JSON.stringify(value)
    .split(/[^A-Za-z0-9_.-]+/)
    .some((word) => word === address || word.startsWith(`${address}.`));
}

/** A block or a list of blocks, as a list. */
export function blocks(value: JsonValue | undefined): { [key: string]: JsonValue }[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter(
    (item): item is { [key: string]: JsonValue } => typeof item === "object" && item !== null && !Array.isArray(item),
  );
}

/** The strings of a list; anything else is left out. */
export function strings(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** A string, or the empty one. */
export function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
