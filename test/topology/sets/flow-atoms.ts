import fc from "fast-check";
import { AddressSet } from "../../../lib/topology/sets/address-set";
import { App, type Flow, FlowSet, type Region, TCP } from "../../../lib/topology/sets/flow-set";
import { NameSet } from "../../../lib/topology/sets/name-set";
import { RangeSet } from "../../../lib/topology/sets/range-set";

/** Parts that do not meet and leave nothing over, each with one member that stands for it. */
interface Atom<Part, Member> {
  readonly part: Part;
  readonly member: Member;
}

const block = (text: string): AddressSet => AddressSet.parse(text) ?? AddressSet.NONE;
const private4 = block("10.0.0.0/8");
const half = block("10.128.0.0/9");

const addresses: readonly Atom<AddressSet, string>[] = [
  { part: private4.subtract(half), member: "10.0.0.9" },
  { part: half, member: "10.128.0.0" },
  { part: AddressSet.V4.subtract(private4), member: "203.0.113.80" },
  { part: AddressSet.V6, member: "2001:db8::1" },
];

const protocols: readonly Atom<RangeSet, number>[] = [
  { part: RangeSet.of(TCP), member: TCP },
  { part: RangeSet.of(17), member: 17 },
  { part: RangeSet.PROTOCOLS.subtract(RangeSet.of(TCP)).subtract(RangeSet.of(17)), member: 1 },
];

const ports: readonly Atom<RangeSet, number>[] = [
  { part: RangeSet.of(0, 442), member: 80 },
  { part: RangeSet.of(443), member: 443 },
  { part: RangeSet.of(444, 65_535), member: 65_535 },
];

const names: readonly Atom<NameSet, string | undefined>[] = [
  { part: NameSet.exact("x.com"), member: "x.com" },
  { part: NameSet.below("x.com"), member: "a.x.com" },
  { part: NameSet.NAMED.subtract(NameSet.exact("x.com")).subtract(NameSet.below("x.com")), member: "evilx.com" },
  { part: NameSet.NAMELESS, member: undefined },
];

const APPS = [App.TLS, App.HTTP, App.OTHER];

/** One flow for every way in which the parts can be put together: two sets of them are equal if they agree on these. */
export const everyFlow: readonly Flow[] = addresses.flatMap(({ member: source }) =>
  addresses.flatMap(({ member: destination }) =>
    protocols.flatMap(({ member: protocol }) =>
      ports.flatMap(({ member: port }) => [
        { source, destination, protocol, port, app: App.OTHER },
        ...(protocol === TCP ? named({ source, destination, protocol, port }) : []),
      ]),
    ),
  ),
);

function named(base: Omit<Flow, "app" | "name">): Flow[] {
  return [App.TLS, App.HTTP].flatMap((app) =>
    names.map(({ member }) => ({ ...base, app, ...(member === undefined ? {} : { name: member }) })),
  );
}

/** Which atoms a region is made of, by index. */
export interface AtomRegion {
  readonly sources: readonly number[];
  readonly destinations: readonly number[];
  readonly protocols: readonly number[];
  readonly ports: readonly number[];
  readonly apps: readonly App[];
  readonly names: readonly number[];
}

const some = (count: number): fc.Arbitrary<number[]> =>
  fc.subarray(
    Array.from({ length: count }, (_, index) => index),
    { minLength: 0 },
  );

export const atomRegions: fc.Arbitrary<AtomRegion[]> = fc.array(
  fc.record({
    sources: some(addresses.length),
    destinations: some(addresses.length),
    protocols: some(protocols.length),
    ports: some(ports.length),
    apps: fc.subarray(APPS),
    names: some(names.length),
  }),
  { maxLength: 4 },
);

export function flowSetOf(regions: readonly AtomRegion[]): FlowSet {
  return FlowSet.unionAll(regions.map((region) => FlowSet.of(regionOf(region))));
}

function regionOf(region: AtomRegion): Region {
  return {
    sources: AddressSet.unionAll(pick(addresses, region.sources)),
    destinations: AddressSet.unionAll(pick(addresses, region.destinations)),
    protocols: RangeSet.unionAll(pick(protocols, region.protocols)),
    ports: RangeSet.unionAll(pick(ports, region.ports)),
    apps: region.apps,
    names: NameSet.unionAll(pick(names, region.names)),
  };
}

function pick<Part>(atoms: readonly Atom<Part, unknown>[], indexes: readonly number[]): Part[] {
  return atoms.filter((_, index) => indexes.includes(index)).map(({ part }) => part);
}

/** Whether regions hold a flow, by the members that stand for their parts. */
export function holdsFlow(regions: readonly AtomRegion[], flow: Flow): boolean {
  const isIn = <Member>(atoms: readonly Atom<unknown, Member>[], indexes: readonly number[], member: Member): boolean =>
    indexes.some((index) => atoms[index]?.member === member);
  return regions.some(
    (region) =>
      isIn(addresses, region.sources, flow.source) &&
      isIn(addresses, region.destinations, flow.destination) &&
      isIn(protocols, region.protocols, flow.protocol) &&
      isIn(ports, region.ports, flow.port) &&
      region.apps.includes(flow.app) &&
      (flow.app === App.OTHER || isIn(names, region.names, flow.name)),
  );
}
