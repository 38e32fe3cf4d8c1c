import type { Configuration, LoadedResource } from "../load/configuration";
import type { Doubt, Reading } from "../model/doubt";
import { Resolver } from "../resolve/resolver";
import { Reference, type Resolved, Unknown } from "../resolve/value";
import type { JsonValue } from "../terraform-json";
import { numberOf, referencesIn, tokensOf, type Values } from "./values";

/** A resource with its references followed. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  readonly mode: "managed" | "data";
  readonly construct: string | undefined;
  readonly values: Values;
  readonly loaded: LoadedResource;
  /** Whether it exists at all is not known: its `count` or `for_each` is not. */
  readonly isDoubtful: boolean;
  /** What would have to be known for it. */
  readonly doubtTokens: readonly string[];
}

/** What a resource does to the traffic, for the question whether a doubtful one counts. */
export type Effect = "grants" | "restricts";

/** The resources of one stack, as one reading sees them, with the doubts that it met. */
export class Inventory {
  public readonly doubts: Doubt[] = [];
  private readonly byType = new Map<string, PlannedResource[]>();
  private readonly byAddress = new Map<string, PlannedResource>();
  private readonly resolver: Resolver;
  private referrers: Map<string, PlannedResource[]> | undefined;

  public constructor(
    public readonly configuration: Configuration,
    public readonly reading: Reading,
    assumptions: { [token: string]: JsonValue } = {},
  ) {
    const resolver = new Resolver(configuration, assumptions);
    this.resolver = resolver;
    for (const loaded of configuration.resources) {
      const values = resolver.resolve(loaded.values) as Values;
      const [count, forEach] = [resolver.resolve(loaded.count), resolver.resolve(loaded.forEach)];
      const existence = existenceOf(count, forEach);
      const tokens = [...tokensOf(count), ...tokensOf(forEach)];
      const doubtTokens = tokens.length > 0 ? tokens : [loaded.address];
      if (existence === "absent") continue;
      const isDoubtful = existence === "doubtful";
      const { address, type, mode, constructPath: construct } = loaded;
      const resource: PlannedResource = { address, type, mode, construct, values, loaded, isDoubtful, doubtTokens };
      this.byAddress.set(address, resource);
      const key = mode === "data" ? `data.${type}` : type;
      const same = this.byType.get(key);
      if (same === undefined) this.byType.set(key, [resource]);
      else same.push(resource);
    }
  }

  /** Resources of types, in the order of their addresses; doubtful ones if they count in this reading. */
  public of(effect: Effect, ...types: string[]): PlannedResource[] {
    return types
      .flatMap((type) => this.byType.get(type) ?? [])
      .filter((one) => !one.isDoubtful || this.counts(effect, one.address, "whether it exists", one.doubtTokens));
  }

  /** Resources of types, doubtful ones too, each noted as a doubt: who asks decides what they do in this reading. */
  public every(...types: string[]): PlannedResource[] {
    const found = types.flatMap((type) => this.byType.get(type) ?? []);
    for (const { address, isDoubtful, doubtTokens: tokens } of found)
      if (isDoubtful) this.doubts.push({ address, what: "whether it exists", tokens });
    return found;
  }

  public get all(): PlannedResource[] {
    return [...this.byAddress.values()];
  }

  public get(address: string | undefined): PlannedResource | undefined {
    return address === undefined ? undefined : this.byAddress.get(address);
  }

  /** Resources that refer to an address in any argument. */
  public referring(address: string): PlannedResource[] {
    this.referrers ??= this.index();
    return this.referrers.get(address) ?? [];
  }

  /** Notes a doubt, and says whether what is doubtful counts in this reading. */
  public counts(effect: Effect, address: string, what: string, tokens: readonly string[]): boolean {
    this.doubts.push({ address, what, tokens });
    return (this.reading === "open") === (effect === "grants");
  }

  /** The same for a value: its tokens are what would have to be known. */
  public countsUnknown(effect: Effect, address: string, argument: string, value: Resolved | undefined): boolean {
    return this.counts(effect, address, `its ${argument} is not known`, tokensOf(value));
  }

  /** A text with its references followed, as in a declaration. */
  public text(template: string): Resolved {
    return this.resolver.text(template);
  }

  private index(): Map<string, PlannedResource[]> {
    const index = new Map<string, PlannedResource[]>();
    for (const resource of this.all) {
      for (const address of new Set(Object.values(resource.values).flatMap(referencesIn))) {
        const known = index.get(address);
        if (known === undefined) index.set(address, [resource]);
        else known.push(resource);
      }
    }
    return index;
  }
}

// `count = 0` and an empty `for_each` make nothing; what they are is not always known.
function existenceOf(count: Resolved, forEach: Resolved): "sure" | "absent" | "doubtful" {
  if (count === null && forEach === null) return "sure";
  if (count !== null) {
    const number = numberOf(count);
    if (number === undefined) return "doubtful";
    return number > 0 ? "sure" : "absent";
  }
  if (forEach instanceof Unknown || forEach instanceof Reference) return "doubtful";
  const size = typeof forEach === "object" ? Object.keys(forEach ?? {}).length : 0;
  return size > 0 ? "doubtful" : "absent";
}
