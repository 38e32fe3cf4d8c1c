import type { Inventory, PlannedResource } from "../read/inventory";
import { listOf, textOf } from "../read/values";
import { Reference, type Resolved, Unknown } from "../resolve/value";

/** `google_compute_network.a`, also in a module, of a data source, or an instance of several. */
const ADDRESS = /^(?:module\.[^.]+\.)*(?:data\.)?google_[a-z0-9_]+\.[A-Za-z0-9_-]+(?:\[[^\]]*\])?/;

/** What a resource is written with where it is named by text. */
const NAMED_BY = [
  "name",
  "account_id",
  "email",
  "short_name",
  "policy_id",
  "pool_id",
  "workload_identity_pool_id",
  "role_id",
];

/**
 * Who is meant by a value. Google's resources are named in many ways: by id, self link, name, e-mail, and inside of longer
 * text; all of one resource mean the same.
 */
export class Names {
  private readonly byName = new Map<string, PlannedResource[]>();

  public constructor(private readonly inventory: Inventory) {
    for (const resource of inventory.all) {
      for (const argument of NAMED_BY) {
        const text = resource.values[argument];
        if (typeof text !== "string") continue;
        const key = `${resource.type} ${text}`;
        const same = this.byName.get(key);
        if (same === undefined) this.byName.set(key, [resource]);
        else same.push(resource);
      }
    }
  }

  /** The address of the resource of one of some types that a value means; undefined where it is not in the stack. */
  public addressOf(value: Resolved | undefined, ...types: string[]): string | undefined {
    const isOne = (address: string): boolean => types.includes(typeOf(address));
    if (value instanceof Reference) return isOne(value.address) ? value.address : undefined;
    if (value instanceof Unknown) return [...addressesIn(value.text), ...value.tokens.flatMap(addressesIn)].find(isOne);
    return typeof value === "string" ? (this.inText(value, isOne) ?? this.named(value, types)) : undefined;
  }

  /** The same, or the text that stands for what is not in the stack. */
  public keyOf(value: Resolved | undefined, ...types: string[]): string | undefined {
    return this.addressOf(value, ...types) ?? this.foreign(value);
  }

  public resource(value: Resolved | undefined, ...types: string[]): PlannedResource | undefined {
    return this.inventory.get(this.addressOf(value, ...types));
  }

  /** Keys of a list. */
  public keysOf(value: Resolved | undefined, ...types: string[]): string[] {
    return listOf(value).flatMap((one) => this.keyOf(one, ...types) ?? []);
  }

  /** Whether a value may mean anything: what it refers to is not in the stack. */
  public isOpen(value: Resolved | undefined, ...types: string[]): boolean {
    const isTemplate = value instanceof Unknown || (typeof value === "string" && value.includes("${"));
    return isTemplate && this.addressOf(value, ...types) === undefined;
  }

  /** Whether a region is surely another one. */
  public foreignRegion(value: Resolved | undefined, region: string): boolean {
    return typeof value === "string" && value !== region;
  }

  private foreign(value: Resolved | undefined): string | undefined {
    if (value instanceof Reference) return value.token;
    if (value instanceof Unknown) return value.text;
    return textOf(value)?.replace(/^https:\/\/(?:www|compute)\.googleapis\.com\/compute\/(?:v1|beta)\//, "");
  }

  // Placeholders inside of text that was read out of an expression.
  private inText(text: string, isOne: (address: string) => boolean): string | undefined {
    return text.includes("${") ? addressesIn(text).find(isOne) : undefined;
  }

  private named(text: string, types: readonly string[]): string | undefined {
    const [last = ""] = text.split("/").slice(-1);
    const account = /^(?:serviceAccount:)?([a-z][a-z0-9-]*)@([a-z0-9.:-]+)\.iam\.gserviceaccount\.com$/.exec(last);
    for (const type of types) {
      const found = this.byName.get(`${type} ${text}`) ?? this.byName.get(`${type} ${account?.[1] ?? last}`) ?? [];
      const fitting = found.filter((one) => fits(one, text, account?.[2]));
      const [only] = fitting;
      if (only !== undefined && fitting.length === 1) return only.address;
    }
    return undefined;
  }
}

/** The e-mail of a service account that the stack does not have, or a member's, without what kind it is. */
export const withoutKind = (member: string): string => member.replace(/^serviceAccount:/, "");

/** The addresses of everything that a template refers to. */
export function addressesIn(text: string): string[] {
  const whole = ADDRESS.exec(text)?.[0];
  const inside = [...text.matchAll(/\$\{([^}]*)\}/g)].flatMap((match) => ADDRESS.exec(match[1] ?? "")?.[0] ?? []);
  return whole === undefined ? inside : [whole, ...inside];
}

const typeOf = (address: string): string => {
  const parts = address.replace(/\[[^\]]*\]$/, "").split(".");
  return parts.at(-3) === "data" ? `data.${parts.at(-2)}` : (parts.at(-2) ?? "");
};

// Two resources of one name differ in project or region, as far as both say it.
function fits({ values }: PlannedResource, text: string, accountProject: string | undefined): boolean {
  const project = accountProject ?? /(?:^|\/)projects\/([^/]+)\//.exec(text)?.[1];
  const region = /\/(?:regions|locations)\/([^/]+)\//.exec(text)?.[1];
  const own = values["project"];
  const place = values["region"] ?? values["location"];
  const agrees = (said: string | undefined, written: Resolved | undefined): boolean =>
    said === undefined || typeof written !== "string" || said === written;
  return agrees(project, own) && agrees(region, place);
}
