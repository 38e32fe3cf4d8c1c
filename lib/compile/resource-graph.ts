import type { TerraformResource } from "./aws-lint/terraform-resource";
import { block, items, shown } from "./aws-lint/values";

/** What a whole value such as `${azurerm_subnet.coder.id}` points to. */
export interface Reference {
  readonly address: string;
  /** What stands behind the address: `id`, `ip_configuration[0].private_ip_address`. */
  readonly attribute: string;
}

/** The resources of one stack on one cloud, by type and by address, and what each waits for. */
export class ResourceGraph {
  private readonly byType = new Map<string, TerraformResource[]>();
  private readonly byAddress = new Map<string, TerraformResource>();
  private readonly closures = new Map<string, ReadonlySet<string>>();
  private readonly edges = new Map<string, string[]>();
  private readonly addresses: RegExp;
  private readonly whole: RegExp;

  /** @param provider how the provider's types begin: `azurerm` */
  public constructor(
    public readonly resources: readonly TerraformResource[],
    provider: string,
  ) {
    this.addresses = new RegExp(`(?:data\\.)?\\b${provider}_[a-z0-9_]+\\.[A-Za-z0-9_-]+`, "g");
    const address = `(?:data\\.)?${provider}_[a-z0-9_]+\\.[A-Za-z0-9_-]+`;
    this.whole = new RegExp(`^\\$\\{(${address})(?:\\[[^\\]]*\\])?\\.([^{}()?:+*,\\s]+)\\}$`);
    for (const resource of resources) {
      this.byAddress.set(resource.address, resource);
      if (resource.address.startsWith("data.")) continue;
      const sameType = this.byType.get(resource.type);
      if (sameType === undefined) this.byType.set(resource.type, [resource]);
      else sameType.push(resource);
    }
  }

  /** Managed resources of some types, in the order given. */
  public ofType(...types: string[]): TerraformResource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** Managed resources whose type has a form. */
  public ofForm(form: RegExp): TerraformResource[] {
    return [...this.byType].flatMap(([type, resources]) => (form.test(type) ? resources : []));
  }

  /** What a value refers to, in this stack or not; undefined for anything but one whole reference. */
  public reference(value: unknown): Reference | undefined {
    const [, address, attribute] = (typeof value === "string" ? this.whole.exec(value) : undefined) ?? [];
    return address === undefined || attribute === undefined ? undefined : { address, attribute };
  }

  /** The resource of this stack that a value refers to. */
  public resolve(value: unknown): TerraformResource | undefined {
    const address = this.reference(value)?.address;
    return address === undefined ? undefined : this.byAddress.get(address);
  }

  /** What two references to one resource have in common: its address, or the text itself when it is no reference. */
  public identity(value: unknown): string {
    return this.reference(value)?.address ?? (typeof value === "object" ? JSON.stringify(value) : String(value));
  }

  /** What a message calls the resource that a value refers to: its address, or the value. */
  public nameOf(value: unknown): string {
    return this.reference(value)?.address ?? shown(value);
  }

  /** Whether Terraform makes a resource after another one, directly or through others. */
  public waitsFor(resource: TerraformResource, address: string): boolean {
    return this.awaited(resource.address).has(address);
  }

  /** Everything that Terraform makes before a resource. */
  public awaited(address: string): ReadonlySet<string> {
    const known = this.closures.get(address);
    if (known !== undefined) return known;
    const found = new Set<string>();
    const open = [address];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const target of this.directly(next)) {
        if (found.has(target)) continue;
        found.add(target);
        open.push(target);
      }
    }
    this.closures.set(address, found);
    return found;
  }

  private directly(address: string): string[] {
    const known = this.edges.get(address);
    if (known !== undefined) return known;
    const { depends_on: dependsOn, lifecycle, ...rest } = this.byAddress.get(address)?.values ?? {};
    const triggers = block({ lifecycle }, "lifecycle")?.["replace_triggered_by"];
    const named = [...items(dependsOn), ...items(triggers)].filter((one): one is string => typeof one === "string");
    const written = texts(rest).filter((text) => /[$%]\{/.test(text));
    const found = [...new Set([...named, ...written].flatMap((text) => text.match(this.addresses) ?? []))];
    this.edges.set(address, found);
    return found;
  }
}

/** All texts in a value. */
export function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}
