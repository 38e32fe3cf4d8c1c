import { AddressSet } from "./address-set";
import { NameSet } from "./name-set";
import { RangeSet } from "./range-set";

/** What a flow's first bytes are. Only TCP carries names: QUIC and the like are `OTHER`. */
export enum App {
  TLS = "tls",
  HTTP = "http",
  OTHER = "other",
}

export const TCP = 6;
export const UDP = 17;

const APPS = [App.TLS, App.HTTP, App.OTHER];

/** One connection. */
export interface Flow {
  readonly source: string;
  readonly destination: string;
  /** IP protocol number. */
  readonly protocol: number;
  /** Destination port; any number for protocols without ports. */
  readonly port: number;
  readonly app: App;
  /** TLS server name or HTTP host; undefined where there is none, and for `OTHER`. */
  readonly name?: string;
}

/** All flows whose every part is in the part's set. */
export interface Region {
  readonly sources: AddressSet;
  readonly destinations: AddressSet;
  readonly protocols: RangeSet;
  readonly ports: RangeSet;
  readonly apps: readonly App[];
  /** Counts for TLS and HTTP alone. */
  readonly names: NameSet;
}

const EVERYTHING: Region = {
  sources: AddressSet.ALL,
  destinations: AddressSet.ALL,
  protocols: RangeSet.PROTOCOLS,
  ports: RangeSet.PORTS,
  apps: APPS,
  names: NameSet.ALL,
};

/** A set of flows, exact: a union of regions. */
export class FlowSet {
  public static readonly NONE = new FlowSet([]);
  public static readonly ALL = new FlowSet(withoutNamesOfOthers(EVERYTHING));

  private spans: Float64Array | undefined;

  private constructor(public readonly regions: readonly Region[]) {}

  /** The flows of a region; a part that is left out is everything. */
  public static of(parts: Partial<Region>): FlowSet {
    return new FlowSet(withoutNamesOfOthers({ ...EVERYTHING, ...parts }));
  }

  public static unionAll(sets: FlowSet[]): FlowSet {
    return new FlowSet(merged(sets.flatMap((set) => set.regions)));
  }

  public get isEmpty(): boolean {
    return this.regions.length === 0;
  }

  public union(other: FlowSet): FlowSet {
    if (this.isEmpty) return other;
    return other.isEmpty ? this : FlowSet.unionAll([this, other]);
  }

  public intersect(other: FlowSet): FlowSet {
    if (this === FlowSet.ALL) return other;
    if (other === FlowSet.ALL) return this;
    const both: Region[] = [];
    const { regions: others } = other;
    const spans = other.spansOfSources();
    for (const a of this.regions) {
      const [low, high] = a.sources.span;
      for (let index = 0; index < others.length; index += 1) {
        // A set of many agents' flows is asked for one agent's: nearly all of it is passed over here.
        if ((spans[2 * index] ?? low) >= high || (spans[2 * index + 1] ?? high) <= low) continue;
        const b = others[index];
        const region = b === undefined ? undefined : common(a, b);
        if (region !== undefined) both.push(region);
      }
    }
    return new FlowSet(merged(both));
  }

  public subtract(other: FlowSet): FlowSet {
    let rest: readonly Region[] = this.regions;
    for (const hole of other.regions) {
      if (!rest.some((region) => meet(region, hole))) continue;
      const pieces: Region[] = [];
      for (const region of rest) {
        const both = common(region, hole);
        if (both === undefined) pieces.push(region);
        else pieces.push(...without(region, both));
      }
      rest = pieces;
    }
    return rest === this.regions ? this : new FlowSet(merged(rest));
  }

  public isSubsetOf(other: FlowSet): boolean {
    return this === other || this.subtract(other).isEmpty;
  }

  public equals(other: FlowSet): boolean {
    return this.isSubsetOf(other) && other.isSubsetOf(this);
  }

  /** The flows that come from some sources; fast for sets of many agents' rules. */
  public from(sources: AddressSet): FlowSet {
    return new FlowSet(
      merged(
        this.regions.flatMap((region) => {
          const rest = region.sources.intersect(sources);
          return rest.isEmpty ? [] : [{ ...region, sources: rest }];
        }),
      ),
    );
  }

  /** The same flows from other sources, as behind a translation of addresses. */
  public withSources(sources: AddressSet): FlowSet {
    return sources.isEmpty ? FlowSet.NONE : new FlowSet(merged(this.regions.map((region) => ({ ...region, sources }))));
  }

  public has(flow: Flow): boolean {
    return this.regions.some(
      (region) =>
        region.apps.includes(flow.app) &&
        region.protocols.has(flow.protocol) &&
        region.ports.has(flow.port) &&
        region.sources.has(flow.source) &&
        region.destinations.has(flow.destination) &&
        (flow.app === App.OTHER || region.names.has(flow.name)),
    );
  }

  /** One flow of the set. */
  public sample(): Flow | undefined {
    // Where any name would do, a connection without one says it best.
    const isVague = ({ apps, names }: Region): number => (names.isAll && !apps.includes(App.OTHER) ? 1 : 0);
    for (const region of [...this.regions].sort((a, b) => isVague(a) - isVague(b))) {
      const [app] = region.apps;
      const [source, destination] = [region.sources.sample(), region.destinations.sample()];
      const [protocol, port] = [preferred(region.protocols, [TCP, UDP]), preferred(region.ports, [443, 80, 53])];
      if (!app || !source || !destination || protocol === undefined || port === undefined) continue;
      const name = app === App.OTHER ? undefined : region.names.sample();
      return { source, destination, protocol, port, app, ...(name === undefined ? {} : { name }) };
    }
    return undefined;
  }

  private spansOfSources(): Float64Array {
    this.spans ??= Float64Array.from(this.regions.flatMap((region) => region.sources.span));
    return this.spans;
  }
}

const preferred = (set: RangeSet, wanted: number[]): number | undefined =>
  wanted.find((one) => set.has(one)) ?? set.sample();

// A flow without a name has no names to ask for: its region is kept apart, with every name.
function withoutNamesOfOthers(region: Region): Region[] {
  const named = region.apps.filter((app) => app !== App.OTHER);
  const parts: Region[] = [];
  const onlyTcp = region.protocols.intersect(RangeSet.of(TCP));
  if (named.length > 0 && !onlyTcp.isEmpty) parts.push({ ...region, apps: named, protocols: onlyTcp });
  if (region.apps.includes(App.OTHER)) parts.push({ ...region, apps: [App.OTHER], names: NameSet.ALL });
  return parts.filter((part) => !isEmpty(part));
}

function isEmpty(region: Region): boolean {
  return (
    region.sources.isEmpty ||
    region.destinations.isEmpty ||
    region.protocols.isEmpty ||
    region.ports.isEmpty ||
    region.apps.length === 0 ||
    region.names.isEmpty
  );
}

// Most pairs of a large set share nothing: that is found without making anything.
function meet(a: Region, b: Region): boolean {
  return (
    a.sources.overlaps(b.sources) &&
    a.ports.overlaps(b.ports) &&
    a.protocols.overlaps(b.protocols) &&
    a.destinations.overlaps(b.destinations)
  );
}

function common(a: Region, b: Region): Region | undefined {
  if (!meet(a, b)) return undefined;
  const apps = a.apps === b.apps ? a.apps : a.apps.filter((app) => b.apps.includes(app));
  if (apps.length === 0) return undefined;
  const names = a.names.intersect(b.names);
  if (names.isEmpty) return undefined;
  return {
    sources: a.sources.intersect(b.sources),
    destinations: a.destinations.intersect(b.destinations),
    protocols: a.protocols.intersect(b.protocols),
    ports: a.ports.intersect(b.ports),
    apps,
    names,
  };
}

// Cuts what a region shares with a hole out, one part after the other; the pieces do not overlap.
function without(region: Region, both: Region): Region[] {
  const pieces: Region[] = [];
  let rest = region;
  const cut = <Part extends keyof Region>(part: Part, outside: Region[Part], inside: Region[Part]): void => {
    pieces.push({ ...rest, [part]: outside });
    rest = { ...rest, [part]: inside };
  };
  cut(
    "apps",
    region.apps.filter((app) => !both.apps.includes(app)),
    both.apps,
  );
  cut("protocols", region.protocols.subtract(both.protocols), both.protocols);
  cut("ports", region.ports.subtract(both.ports), both.ports);
  cut("destinations", region.destinations.subtract(both.destinations), both.destinations);
  cut("sources", region.sources.subtract(both.sources), both.sources);
  cut("names", region.names.subtract(both.names), both.names);
  return pieces.filter((piece) => !isEmpty(piece));
}

// Regions that differ in their names alone become one.
function merged(regions: readonly Region[]): readonly Region[] {
  if (regions.length < 2) return regions;
  const groups = new Map<string, Region[]>();
  for (const region of regions) {
    const key = `${region.apps.join()}|${region.protocols}|${region.ports}|${region.destinations.key}|${region.sources.key}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [region]);
    else group.push(region);
  }
  if (groups.size === regions.length) return regions;
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return group.length === 1 ? [first] : [{ ...first, names: NameSet.unionAll(group.map((one) => one.names)) }];
  });
}
