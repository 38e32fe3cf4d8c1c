import fc from "fast-check";
import { AddressSet } from "../../../lib/topology/sets/address-set";
import { FlowSet } from "../../../lib/topology/sets/flow-set";
import { RangeSet } from "../../../lib/topology/sets/range-set";

/** One rule of a list in which the first match decides. */
export interface ListRule {
  readonly accepts: boolean;
  /** First address, and how many of its bits count. */
  readonly source: readonly [number, number];
  readonly destination: readonly [number, number];
  readonly ports: readonly [number, number];
  /** Undefined for any. */
  readonly protocol: number | undefined;
}

const block = fc
  .tuple(
    fc.constantFrom(0x0a000000, 0x0a400000, 0x0a408000, 0xc0a80000, 0xcb007100, 0),
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0, 8, 10, 16, 20, 24, 28, 32),
  )
  .map(([base, low, bits]): readonly [number, number] => [
    bits === 0 ? 0 : Math.floor((base + low) / 2 ** (32 - bits)) * 2 ** (32 - bits),
    bits,
  ]);

const ports = fc
  .tuple(fc.constantFrom(0, 22, 53, 80, 443, 1024, 8000), fc.constantFrom(0, 0, 1, 100, 60_000))
  .map(([first, more]): readonly [number, number] => [first, Math.min(first + more, 65_535)]);

export const ruleLists: fc.Arbitrary<ListRule[]> = fc.array(
  fc.record({
    accepts: fc.boolean(),
    source: block,
    destination: block,
    ports,
    protocol: fc.constantFrom(undefined, 6, 6, 17, 1),
  }),
  { minLength: 10, maxLength: 60, size: "max" },
);

/** What the list accepts, by the algebra of flow sets; nothing where no rule matches. */
export function acceptedBy(rules: readonly ListRule[]): FlowSet {
  let undecided = FlowSet.ALL;
  let accepted = FlowSet.NONE;
  for (const rule of rules) {
    const flows = flowsOf(rule);
    if (rule.accepts) accepted = accepted.union(undecided.intersect(flows));
    undecided = undecided.subtract(flows);
  }
  return accepted;
}

function flowsOf({ source, destination, ports: [first, last], protocol }: ListRule): FlowSet {
  return FlowSet.of({
    sources: addresses(source),
    destinations: addresses(destination),
    ports: RangeSet.of(first, last),
    ...(protocol === undefined ? {} : { protocols: RangeSet.of(protocol) }),
  });
}

function addresses([base, bits]: readonly [number, number]): AddressSet {
  const text = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".");
  return AddressSet.parse(`${text}/${bits}`) ?? AddressSet.NONE;
}
