import fc from "fast-check";
import { arrivalsFrom } from "../../../lib/topology/graph/arrivals";
import { type AttachPoint, Graph, type Leg, type NodeKind } from "../../../lib/topology/graph/graph";
import { AddressSet } from "../../../lib/topology/sets/address-set";
import { type Flow, FlowSet } from "../../../lib/topology/sets/flow-set";
import { RangeSet } from "../../../lib/topology/sets/range-set";
import { type AtomRegion, atomRegions, everyFlow, flowSetOf, holdsFlow } from "../sets/flow-atoms";

const leg = (to: string, flows = FlowSet.ALL, more: Partial<Leg> = {}): Leg => ({
  to,
  layer: "route",
  address: `to ${to}`,
  says: "leads there",
  flows,
  filters: [],
  ...more,
});

function graphOf(nodes: { [id: string]: { kind: NodeKind; legs?: Leg[] } }): Graph {
  const graph = new Graph();
  for (const [id, { kind, legs = [] }] of Object.entries(nodes)) graph.add({ id, kind, address: id, legs });
  return graph;
}

const port = (number: number): FlowSet => FlowSet.of({ ports: RangeSet.of(number) });
const ten = AddressSet.parse("10.0.0.0/24") ?? AddressSet.NONE;

const pointOf = (sources: AddressSet): AttachPoint => ({
  agent: "agent",
  node: "agent",
  place: "agent",
  address: "agent",
  subnet: "subnet",
  network: "own",
  zone: undefined,
  sources,
  isStandIn: false,
});

const waysOf = (graph: Graph): string[] =>
  arrivalsFrom(graph, pointOf(ten)).map(({ end, legs, firewalls }) =>
    [...legs.map((one) => one.to), `(${end.kind})`, ...firewalls].join(" "),
  );

describe("the ways from an agent", () => {
  test("end at the internet and at networks that nobody declared, and nowhere else", () => {
    const graph = graphOf({
      agent: {
        kind: "workload",
        legs: [leg("internet", port(1)), leg("peer", port(2)), leg("inside", port(3)), leg("gone")],
      },
      internet: { kind: "internet" },
      peer: { kind: "outside" },
      inside: { kind: "hop" },
    });
    expect(waysOf(graph)).toEqual(["internet (internet)", "peer (outside)"]);
  });

  test("end in another network's own addresses, and not in those of the agent's network", () => {
    const graph = graphOf({
      agent: { kind: "workload", legs: [leg("own"), leg("other")] },
      own: { kind: "local" },
      other: { kind: "local" },
    });
    expect(waysOf(graph)).toEqual(["other (local)"]);
  });

  test("never join the two families of addresses", () => {
    const graph = graphOf({ agent: { kind: "workload", legs: [leg("internet")] }, internet: { kind: "internet" } });
    const [arrival] = arrivalsFrom(graph, pointOf(ten));
    expect(arrival?.flows.intersect(FlowSet.of({ destinations: AddressSet.V6 })).isEmpty).toBe(true);
  });

  test("name the firewalls that they pass", () => {
    const graph = graphOf({
      agent: { kind: "workload", legs: [leg("firewall"), leg("internet", port(22))] },
      firewall: { kind: "firewall", legs: [leg("internet", port(443))] },
      internet: { kind: "internet" },
    });
    expect(waysOf(graph)).toEqual(["firewall internet (internet) firewall", "internet (internet)"]);
  });

  test("end where a loop begins again, and go on beside it", () => {
    const graph = graphOf({
      agent: { kind: "workload", legs: [leg("one")] },
      one: { kind: "subnet", legs: [leg("two"), leg("one")] },
      two: { kind: "subnet", legs: [leg("one"), leg("internet")] },
      internet: { kind: "internet" },
    });
    expect(waysOf(graph)).toEqual(["one two internet (internet)"]);
  });

  test("carry what every leg and every filter on them lets through", () => {
    const filters = [port(443), FlowSet.of({ protocols: RangeSet.of(6) })].map((flows) => ({
      layer: "filter" as const,
      flows,
      decide: () => ({ address: "x", says: "x" }),
    }));
    const graph = graphOf({
      agent: { kind: "workload", legs: [leg("internet", FlowSet.ALL, { filters })] },
      internet: { kind: "internet" },
    });
    const [arrival] = arrivalsFrom(graph, pointOf(ten));
    const [destinations, ports] = [AddressSet.V4, RangeSet.of(443)];
    const expected = FlowSet.of({ sources: ten, destinations, ports, protocols: RangeSet.of(6) });
    expect(arrival?.flows.equals(expected)).toBe(true);
  });

  test("that no flow takes are none", () => {
    const graph = graphOf({
      agent: { kind: "workload", legs: [leg("subnet", port(22))] },
      subnet: { kind: "subnet", legs: [leg("internet", port(443))] },
      internet: { kind: "internet" },
    });
    expect(waysOf(graph)).toEqual([]);
  });

  test("are told with the agent's own sources, whatever a translation made of them", () => {
    const natted = AddressSet.parse("10.0.9.0/28") ?? AddressSet.NONE;
    const graph = graphOf({
      agent: { kind: "workload", legs: [leg("nat", FlowSet.ALL, { translatesTo: natted })] },
      nat: { kind: "hop", legs: [leg("internet", FlowSet.of({ sources: natted, ports: RangeSet.of(443) }))] },
      internet: { kind: "internet" },
    });
    const [arrival] = arrivalsFrom(graph, pointOf(ten));
    const expected = FlowSet.of({ sources: ten, destinations: AddressSet.V4, ports: RangeSet.of(443) });
    expect(arrival?.flows.equals(expected)).toBe(true);
  });
});

describe("a graph", () => {
  test("puts the legs of a node that is drawn twice together", () => {
    const graph = new Graph();
    graph.add({ id: "a", kind: "subnet", address: "a", legs: [leg("b")] });
    graph.add({ id: "a", kind: "subnet", address: "a", legs: [leg("c")] });
    expect(graph.node("a")?.legs.map((one) => one.to)).toEqual(["b", "c"]);
    expect(graph.all).toHaveLength(1);
    expect([graph.has("a"), graph.has("b"), graph.node("b")]).toEqual([true, false, undefined]);
  });
});

const IDS = ["agent", "a", "b", "c", "internet"];

interface RandomLeg {
  readonly from: number;
  readonly to: number;
  readonly flows: AtomRegion[];
}

const legs: fc.Arbitrary<RandomLeg[]> = fc.array(
  fc.record({
    from: fc.integer({ min: 0, max: 3 }),
    to: fc.integer({ min: 1, max: 4 }),
    flows: fc.oneof(
      atomRegions,
      fc.constant([
        {
          sources: [0, 1, 2, 3],
          destinations: [0, 1, 2, 3],
          protocols: [0, 1, 2],
          ports: [0, 1, 2],
          apps: [],
          names: [],
        },
      ] as AtomRegion[]),
    ),
  }),
  { minLength: 2, maxLength: 8 },
);

/** One packet from node to node. */
function arrives(all: readonly RandomLeg[], flow: Flow): boolean {
  const seen = new Set<number>();
  const queue = [0];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    if (at === 4) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const one of all) if (one.from === at && holdsFlow(one.flows, flow)) queue.push(one.to);
  }
  return false;
}

test("a flow is on some way exactly where its packets get from node to node", () => {
  fc.assert(
    fc.property(legs, (all) => {
      const graph = new Graph();
      for (const [index, id] of IDS.entries()) {
        const own = all.filter((one) => one.from === index).map((one) => leg(IDS[one.to] ?? "", flowSetOf(one.flows)));
        graph.add({ id, kind: id === "internet" ? "internet" : "subnet", address: id, legs: own });
      }
      const found = FlowSet.unionAll(arrivalsFrom(graph, pointOf(AddressSet.ALL)).map(({ flows }) => flows));
      const isPossible = ({ source, destination }: Flow): boolean => source.includes(":") === destination.includes(":");
      for (const flow of everyFlow) {
        expect([flow, found.has(flow)]).toEqual([flow, isPossible(flow) && arrives(all, flow)]);
      }
    }),
    { numRuns: 40, seed: 11 },
  );
});
