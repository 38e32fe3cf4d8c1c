import * as fc from "fast-check";
import { certifiedFlows, namesOf } from "../../lib/cli/diff/certified-flows";
import { AddressSet } from "../../lib/topology/sets/address-set";
import { App, FlowSet, type Region } from "../../lib/topology/sets/flow-set";
import { NameSet } from "../../lib/topology/sets/name-set";
import { RangeSet } from "../../lib/topology/sets/range-set";
import { built, nameExpressions } from "../topology/sets/name-expression";

/** Flows as a certificate states them. */
const certified = (flows: FlowSet): Parameters<typeof certifiedFlows>[0] =>
  flows.regions.map(({ sources, destinations, protocols, ports, apps, names }) => ({
    sources: sources.toCidrs(),
    destinations: destinations.toCidrs(),
    protocols: protocols.toString(),
    ports: ports.toString(),
    apps: [...apps],
    names: names.patterns(),
  }));

const block = (text: string): AddressSet => AddressSet.parse(text) ?? AddressSet.NONE;

const regions: fc.Arbitrary<Partial<Region>> = fc.record({
  destinations: fc.constantFrom(AddressSet.ALL, AddressSet.V6, block("10.0.0.0/8").complement(), block("198.51.100.4")),
  protocols: fc.constantFrom(RangeSet.PROTOCOLS, RangeSet.of(6), RangeSet.of(17), RangeSet.of(7, 255)),
  ports: fc.constantFrom(
    RangeSet.PORTS,
    RangeSet.of(443),
    RangeSet.of(1024, 2048),
    RangeSet.of(80).union(RangeSet.of(443)),
  ),
  apps: fc.subarray(Object.values(App), { minLength: 1 }),
  names: nameExpressions.map(built),
});

describe("what a certificate states can be read back", () => {
  test("names, from their patterns", () => {
    fc.assert(
      fc.property(nameExpressions.map(built), (names) => namesOf(names.patterns()).equals(names)),
      { numRuns: 1000 },
    );
  });

  test.each([
    [["*", "!*.evil.example", "ok.evil.example", "-"], ["a.example", "ok.evil.example", undefined], ["x.evil.example"]],
    [
      ["*x.com", "!x.com"],
      ["evilx.com", "a.x.com"],
      ["x.com", undefined],
    ],
    [[], [], ["a", undefined]],
  ])("%j", (patterns, inside, outside) => {
    const names = namesOf(patterns);
    for (const name of inside) expect([name, names.has(name)]).toEqual([name, true]);
    for (const name of outside) expect([name, names.has(name)]).toEqual([name, false]);
  });

  test("flows, whatever their sources", () => {
    fc.assert(
      fc.property(fc.array(regions, { maxLength: 3 }), (parts) => {
        const flows = FlowSet.unionAll(parts.map((part) => FlowSet.of(part)));
        expect(certifiedFlows(certified(flows)).equals(flows)).toBe(true);
        const moved = flows.withSources(block("10.1.2.0/24"));
        expect(certifiedFlows(certified(moved)).equals(flows)).toBe(true);
      }),
    );
  });

  test("many names, fast", () => {
    const names = NameSet.unionAll(
      Array.from({ length: 10_000 }, (_, index) => NameSet.exact(`h${index}.example.com`)),
    );
    const start = performance.now();
    expect(namesOf(names.patterns()).equals(names)).toBe(true);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
