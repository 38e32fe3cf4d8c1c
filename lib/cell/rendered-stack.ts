import type { TerraformResource } from "../compile/aws-lint/terraform-resource";

/** The parts of a rendered stack that are checked: as it will be written, with all overrides. */
export interface RenderedStack {
  readonly resource?: { [type: string]: { [id: string]: Record<string, unknown> } };
  readonly data?: { [type: string]: { [id: string]: Record<string, unknown> } };
  readonly provider?: { [provider: string]: { region?: unknown; alias?: unknown }[] };
}

/**
 * The resources of cells on one cloud, and those that are tied to them by a reference in either direction: a route in a cell's
 * table, a rule of its security group. A resource that has nothing to do with a cell is nobody's business here.
 *
 * @param provider how the provider's types begin: `aws`
 * @param own unique ids of the cells' own elements
 */
export function resourcesAround(
  rendered: RenderedStack,
  provider: string,
  own: ReadonlySet<string>,
): TerraformResource[] {
  const isType = (type: string): boolean => type.startsWith(`${provider}_`);
  const all = [...listed(rendered.resource, "", isType), ...listed(rendered.data, "data.", isType)];
  const reference = new RegExp(`\\b(?:data\\.)?${provider}_[a-z0-9_]+\\.[A-Za-z0-9_-]+`, "g");
  const references = new Map(
    all.map((one) => [one.address, new Set(JSON.stringify(one.values).match(reference) ?? [])]),
  );
  const included = new Set(
    all.filter(({ address }) => own.has(address.slice(address.lastIndexOf(".") + 1))).map((one) => one.address),
  );
  for (let size = -1; size !== included.size; ) {
    size = included.size;
    for (const { address } of all) {
      if (!included.has(address) && [...(references.get(address) ?? [])].some((target) => included.has(target)))
        included.add(address);
    }
  }
  for (const address of [...included]) for (const target of references.get(address) ?? []) included.add(target);
  return all.filter(({ address }) => included.has(address));
}

function listed(
  section: RenderedStack["resource"],
  prefix: string,
  isType: (type: string) => boolean,
): TerraformResource[] {
  return Object.entries(section ?? {})
    .filter(([type]) => isType(type))
    .flatMap(([type, named]) =>
      Object.entries(named).map(([id, values]) => ({ type, address: `${prefix}${type}.${id}`, values })),
    );
}
