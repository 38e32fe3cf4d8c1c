import fc from "fast-check";
import { AddressSet } from "../../../lib/topology/sets/address-set";
import { App, type Flow, FlowSet, TCP, UDP } from "../../../lib/topology/sets/flow-set";
import { NameSet } from "../../../lib/topology/sets/name-set";
import { RangeSet } from "../../../lib/topology/sets/range-set";
import { type AtomRegion, atomRegions, everyFlow, flowSetOf, holdsFlow } from "./flow-atoms";

const members = (set: FlowSet): boolean[] => everyFlow.map((flow) => set.has(flow));
const expected = (holds: (flow: Flow) => boolean): boolean[] => everyFlow.map(holds);
const within =
  (regions: readonly AtomRegion[]) =>
  (flow: Flow): boolean =>
    holdsFlow(regions, flow);

describe("a set of flows against every flow of a coarse world", () => {
  test("has exactly the flows of its regions", () => {
    fc.assert(
      fc.property(atomRegions, (regions) => {
        const set = flowSetOf(regions);
        expect(members(set)).toEqual(expected(within(regions)));
        expect(set.isEmpty).toBe(!everyFlow.some(within(regions)));
      }),
    );
  });

  test("obeys the algebra of sets", () => {
    fc.assert(
      fc.property(atomRegions, atomRegions, (one, other) => {
        const [a, b] = [flowSetOf(one), flowSetOf(other)];
        const [inA, inB] = [within(one), within(other)];
        expect(members(a.union(b))).toEqual(expected((flow) => inA(flow) || inB(flow)));
        expect(members(a.intersect(b))).toEqual(expected((flow) => inA(flow) && inB(flow)));
        expect(members(a.subtract(b))).toEqual(expected((flow) => inA(flow) && !inB(flow)));
        expect(members(FlowSet.ALL.subtract(a))).toEqual(expected((flow) => !inA(flow)));
        expect(a.isSubsetOf(b)).toBe(everyFlow.every((flow) => !inA(flow) || inB(flow)));
        expect(a.equals(b)).toBe(everyFlow.every((flow) => inA(flow) === inB(flow)));
        expect(a.subtract(b).isEmpty).toBe(a.isSubsetOf(b));
        expect(a.intersect(b).union(a.subtract(b)).equals(a)).toBe(true);
      }),
    );
  });

  test("leaves pieces without overlap where it takes one region out of another", () => {
    fc.assert(
      fc.property(atomRegions, atomRegions, (one, other) => {
        const [first] = flowSetOf(one).regions;
        if (first === undefined) return;
        const rest = FlowSet.of(first).subtract(flowSetOf(other));
        for (const flow of everyFlow) {
          const holding = rest.regions.filter((region) => FlowSet.of(region).has(flow));
          expect(holding.length).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("gives one of its flows as a sample, and none only where it is empty", () => {
    fc.assert(
      fc.property(atomRegions, atomRegions, (one, other) => {
        const set = flowSetOf(one).subtract(flowSetOf(other));
        const flow = set.sample();
        expect(flow === undefined).toBe(set.isEmpty);
        if (flow !== undefined) expect(set.has(flow)).toBe(true);
      }),
    );
  });

  test("narrows and replaces sources", () => {
    const inside = AddressSet.parse("10.0.0.0/8") ?? AddressSet.NONE;
    fc.assert(
      fc.property(atomRegions, (regions) => {
        const set = flowSetOf(regions);
        expect(set.from(inside).equals(set.intersect(FlowSet.of({ sources: inside })))).toBe(true);
        const replaced = set.withSources(inside);
        expect(members(replaced)).toEqual(
          expected(
            (flow) => inside.has(flow.source) && everyFlow.some((one) => sameButSource(one, flow) && set.has(one)),
          ),
        );
        expect(set.withSources(AddressSet.NONE).isEmpty).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

function sameButSource(a: Flow, b: Flow): boolean {
  return (
    a.destination === b.destination &&
    a.protocol === b.protocol &&
    a.port === b.port &&
    a.app === b.app &&
    a.name === b.name
  );
}

describe("names", () => {
  const flow = (rest: Partial<Flow>): Flow => ({
    source: "10.0.0.1",
    destination: "203.0.113.80",
    protocol: TCP,
    port: 443,
    app: App.OTHER,
    ...rest,
  });

  test("count for TLS and HTTP alone", () => {
    const set = FlowSet.of({ names: NameSet.exact("x.com") });
    expect(set.has(flow({ app: App.TLS, name: "x.com" }))).toBe(true);
    expect(set.has(flow({ app: App.HTTP, name: "y.com" }))).toBe(false);
    expect(set.has(flow({ app: App.OTHER }))).toBe(true);
  });

  test("travel over TCP alone: what UDP carries has none", () => {
    const quic = FlowSet.of({ protocols: RangeSet.of(UDP), apps: [App.TLS] });
    expect(quic.isEmpty).toBe(true);
    expect(FlowSet.ALL.has(flow({ protocol: UDP, app: App.TLS, name: "x.com" }))).toBe(false);
  });

  test("that regions differ in alone become one region", () => {
    const ofName = (name: string): FlowSet => FlowSet.of({ apps: [App.TLS], names: NameSet.exact(name) });
    expect(FlowSet.unionAll([ofName("x.com"), ofName("y.com"), ofName("z.com")]).regions).toHaveLength(1);
  });

  test("of a sample are left out where the set asks for none", () => {
    expect(FlowSet.of({ apps: [App.TLS], names: NameSet.NAMELESS }).sample()).not.toHaveProperty("name");
    expect(FlowSet.of({ apps: [App.OTHER] }).sample()).not.toHaveProperty("name");
    expect(FlowSet.of({ apps: [App.TLS], names: NameSet.exact("x.com") }).sample()?.name).toBe("x.com");
  });
});
