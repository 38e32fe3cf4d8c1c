import fc from "fast-check";
import { CordonError } from "../../lib/errors/cordon-error";
import { AddressPlan } from "../../lib/names/address-plan";
import { CidrBlock } from "../../lib/names/cidr-block";
import { refusal } from "../support/refusal";

const zonesOf = (...letters: string[]): { name: string; block: number }[] =>
  letters.map((letter) => ({
    name: `zone-${letter}`,
    block: "abcd".indexOf(letter),
  }));
const planOf = (cidr: string, zones = zonesOf("a", "b"), agentPrefix?: number): AddressPlan =>
  AddressPlan.of({
    cidr: CidrBlock.parse(cidr, "here"),
    zones,
    agentPrefix,
    at: "cell 'Agents'",
  });

const agentNames = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), {
  minLength: 1,
  maxLength: 12,
});
const zoneSets = fc.subarray(["a", "b", "c", "d"], { minLength: 1 }).map((letters) => zonesOf(...letters));
const shapes = fc.record({
  prefix: fc.integer({ min: 16, max: 21 }),
  agentPrefix: fc.integer({ min: 24, max: 28 }),
  zones: zoneSets,
  names: agentNames,
});

/** Places all that have no collision, by name. */
function placed(plan: AddressPlan, names: string[]): Map<string, string[]> {
  const result = new Map<string, string[]>();
  for (const name of names) {
    try {
      result.set(
        name,
        plan
          .place(name)
          .map(({ zone, cidr }) => `${zone} ${cidr}`)
          .sort(),
      );
    } catch (error) {
      if (!CordonError.isCordonError(error)) throw error;
    }
  }
  return result;
}

describe("an address plan", () => {
  test("lays out the infrastructure of each zone in its quarter, and agents behind it", () => {
    const plan = planOf("10.64.0.0/20");
    expect(plan.slots).toBe(12);
    const { firewall, public: publicBlock, endpoint, inspection } = plan.infrastructure("zone-b");
    expect([firewall, publicBlock, endpoint, inspection].map(String)).toEqual([
      "10.64.4.0/28",
      "10.64.4.16/28",
      "10.64.4.64/26",
      "10.64.4.128/26",
    ]);
    expect(plan.place("triage", 0).map(({ cidr }) => String(cidr))).toEqual(["10.64.1.0/26", "10.64.5.0/26"]);
    expect(plan.place("coder", 11).map(({ cidr }) => String(cidr))).toEqual(["10.64.3.192/26", "10.64.7.192/26"]);
  });

  test("never overlaps, and never leaves the cell", () => {
    fc.assert(
      fc.property(shapes, ({ prefix, agentPrefix, zones, names }) => {
        const cell = CidrBlock.parse(`10.0.0.0/${prefix}`, "here");
        fc.pre(2 ** (32 - prefix - 2) > 256);
        const plan = planOf(String(cell), zones, agentPrefix);
        const agents = [...placed(plan, names).values()]
          .flat()
          .map((text) => CidrBlock.parse(text.split(" ")[1], "here"));
        const blocks = [
          ...zones.flatMap((zone) => Object.values(plan.infrastructure(zone.name)) as CidrBlock[]),
          ...agents,
        ];
        for (const [index, block] of blocks.entries()) {
          expect(cell.contains(block)).toBe(true);
          expect(
            blocks
              .slice(index + 1)
              .filter((other) => other.overlaps(block))
              .map(String),
          ).toEqual([]);
        }
      }),
    );
  });

  test("moves nobody when agents or zones are added, removed or reordered", () => {
    fc.assert(
      fc.property(agentNames, fc.subarray(["a", "b", "c", "d"], { minLength: 1 }), (names, letters) => {
        const all = placed(planOf("10.0.0.0/16", zonesOf("a", "b", "c", "d")), names);
        const some = placed(
          planOf("10.0.0.0/16", zonesOf(...letters.reverse())),
          [...names].reverse().filter((_, i) => i % 2 === 0),
        );
        for (const [name, blocks] of some) {
          const before = all.get(name);
          if (before !== undefined) expect(before).toEqual(expect.arrayContaining(blocks));
        }
      }),
    );
  });

  test("refuses a second agent in one place, naming both and the free places", () => {
    const plan = planOf("10.64.0.0/21");
    plan.place("one", 2);
    const message =
      "CORDON-012: cell 'Agents': agents 'one' and 'two' both have slot 2 of 4; pass slot: 0 to the one that is not deployed yet (free: 0, 1, 3)";
    expect(refusal(() => plan.place("two", 2))).toBe(message);
    for (const slot of [0, 1, 3]) plan.place(`agent-${slot}`, slot);
    expect(refusal(() => plan.place("two", 2))).toBe(
      "CORDON-012: cell 'Agents': agents 'one' and 'two' both have slot 2 of 4; use a larger cidr",
    );
  });

  test("shows the first free places of many", () => {
    const plan = planOf("10.64.0.0/16");
    plan.place("one", 2);
    expect(refusal(() => plan.place("two", 2))).toBe(
      "CORDON-012: cell 'Agents': agents 'one' and 'two' both have slot 2 of 252; pass slot: 0 to the one that is not deployed yet (free: 0, 1, 3, 4, 5, 6, 7, 8 and 243 more)",
    );
  });

  test("gives an agent one place", () => {
    const plan = planOf("10.64.0.0/20");
    plan.place("one");
    const message = "CORDON-012: cell 'Agents': agent 'one' has a place already; place each agent once";
    expect(refusal(() => plan.place("one"))).toBe(message);
    for (const slot of [0, 1]) expect(refusal(() => plan.place("one", slot))).toBe(message);
  });

  test.each([
    [-1, "-1"],
    [12, "12"],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
  ])("has no slot %d", (slot, shown) =>
    expect(refusal(() => planOf("10.64.0.0/20").place("one", slot))).toBe(
      `CORDON-012: cell 'Agents', agent 'one': slot ${shown} is not in the plan; use a whole number from 0 to 11`,
    ),
  );

  test("takes identifiers as agents' names", () =>
    expect(refusal(() => planOf("10.64.0.0/20").place("One"))).toBe(
      `CORDON-022: cell 'Agents': the agent's name "One" is not an identifier; use up to 24 lower case letters, digits and single dashes, a letter first`,
    ));

  const zone = (name: string, block: number): { name: string; block: number } => ({ name, block });
  test.each([
    [
      [zone("a", 0), zone("e", 0)],
      "zones a and e share one quarter of the cell's addresses; use one of them and another zone",
    ],
    [[zone("a", 0), zone("a", 1)], "zone a is listed twice; list each zone once"],
    [[zone("a", 4)], "zone a can't have quarter 4; use a whole number from 0 to 3"],
    [[zone("a", -1)], "zone a can't have quarter -1; use a whole number from 0 to 3"],
    [[zone("a", 0.5)], "zone a can't have quarter 0.5; use a whole number from 0 to 3"],
    [[], "there is no zone; name at least one"],
  ])("refuses zones without a quarter of their own: %#", (zones, problem) =>
    expect(refusal(() => planOf("10.64.0.0/20", zones))).toBe(`CORDON-013: cell 'Agents': ${problem}`),
  );

  test("has infrastructure in its zones alone", () =>
    expect(refusal(() => planOf("10.64.0.0/20").infrastructure("zone-z"))).toBe(
      "CORDON-013: cell 'Agents': zone zone-z is not in the plan; use one of zone-a, zone-b",
    ));

  test("zones that come, go or change order move nothing", () => {
    fc.assert(
      fc.property(shapes, fc.shuffledSubarray(["a", "b", "c", "d"], { minLength: 1 }), (shape, letters) => {
        const cell = `10.0.0.0/${shape.prefix}`;
        const all = planOf(cell, zonesOf("a", "b", "c", "d"), shape.agentPrefix);
        const some = planOf(cell, zonesOf(...letters), shape.agentPrefix);
        const before = placed(all, shape.names);
        for (const [name, blocks] of placed(some, shape.names)) {
          expect(before.get(name)).toEqual(expect.arrayContaining(blocks));
          expect(blocks.length).toBe(letters.length);
        }
        for (const { name } of zonesOf(...letters)) {
          expect(JSON.stringify(Object.values(some.infrastructure(name)).map(String))).toBe(
            JSON.stringify(Object.values(all.infrastructure(name)).map(String)),
          );
        }
      }),
    );
  });

  test("fills every slot without an overlap, as many as it says", () => {
    for (const [prefix, agentPrefix] of [
      [16, 20],
      [18, 22],
      [20, 26],
      [21, 28],
    ] as const) {
      const cell = CidrBlock.parse(`10.0.0.0/${prefix}`, "here");
      const zones = zonesOf("a", "d");
      const plan = planOf(String(cell), zones, agentPrefix);
      const blocks = Array.from({ length: plan.slots }, (_, slot) => plan.place(`agent-${slot}`, slot)).flat();
      const infrastructure = zones.flatMap(({ name }) => Object.values(plan.infrastructure(name)) as CidrBlock[]);
      const sorted = [...blocks.map(({ cidr }) => cidr), ...infrastructure].sort((a, b) =>
        a.first < b.first ? -1 : 1,
      );
      for (const [index, block] of sorted.entries()) {
        expect(cell.contains(block)).toBe(true);
        expect(block.first > (sorted[index - 1]?.last ?? -1n)).toBe(true);
      }
    }
  });

  test("an agent's slot is the one of its name's hash, for good", () =>
    expect(["triage", "coder"].map((name) => String(planOf("10.64.0.0/20").place(name)[0]?.cidr))).toEqual([
      "10.64.1.64/26",
      "10.64.3.128/26",
    ]));

  test.each([
    [
      "10.0.0.0/22",
      undefined,
      "10.0.0.0/22 holds 1024 addresses and leaves no room for an agent's /26 in each of four zone blocks; use a /21 or larger (room for 4)",
    ],
    [
      "10.0.0.0/28",
      undefined,
      "10.0.0.0/28 holds 16 addresses and leaves no room for an agent's /26 in each of four zone blocks; use a /21 or larger (room for 4)",
    ],
    [
      "10.0.0.0/20",
      22,
      "10.0.0.0/20 holds 4096 addresses and leaves no room for an agent's /22 in each of four zone blocks; use a /19 or larger (room for 1)",
    ],
    ["10.0.0.0/8", undefined, "10.0.0.0/8 can't be a cell; use an IPv4 block of /16 to /21"],
    ["2001:db8::/32", undefined, "2001:db8::/32 can't be a cell; use an IPv4 block of /16 to /21"],
    ["10.0.0.0/20", 30, "an agent's subnet can't be /30; use a prefix of 20 to 28"],
    ["10.0.0.0/20", 24.5, "an agent's subnet can't be /24.5; use a prefix of 20 to 28"],
  ])("%s with agents of /%s is refused with what would do", (cidr, agentPrefix, problem) => {
    expect(refusal(() => planOf(cidr, undefined, agentPrefix))).toBe(`CORDON-011: cell 'Agents': ${problem}`);
  });

  test("what the message recommends does fit", () => {
    for (let prefix = 20; prefix <= 28; prefix += 1) {
      const message = refusal(() => planOf("10.0.0.0/28", undefined, prefix));
      const enough = /use a \/(\d+) or larger \(room for (\d+)\)/.exec(message);
      expect(planOf(`10.0.0.0/${enough?.[1]}`, undefined, prefix).slots).toBe(Number(enough?.[2]));
    }
  });
});
