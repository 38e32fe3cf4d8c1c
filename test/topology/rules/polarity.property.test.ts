import fc from "fast-check";
import { readAws } from "../../../lib/topology/aws/read-aws";
import { fromObject } from "../../../lib/topology/load/load";
import type { Reading } from "../../../lib/topology/model/doubt";
import { readDeclaration } from "../../../lib/topology/model/read-declaration";
import { FlowSet } from "../../../lib/topology/sets/flow-set";
import { worldOf } from "../../../lib/topology/verify";
import { fill, type Position, positionsOf, widePlan } from "./unknown-positions";
import { type Judged, judged, type MutablePlan } from "./weakened";

const POSITIONS = positionsOf(widePlan());

/** What an agent's traffic reaches, all of it and what no firewall sees. */
interface Reach {
  readonly all: FlowSet;
  readonly uninspected: FlowSet;
}

function reachOf(json: MutablePlan, reading: Reading): Map<string, Reach> {
  const configuration = fromObject(json);
  const declaration = readDeclaration(configuration.declaration, "test");
  const facts = readAws(configuration, { reading, ...(declaration === undefined ? {} : { declaration }) });
  const { arrivals } = worldOf(facts, declaration);
  return new Map(
    ["triage", "coder"].map((agent) => {
      const own = arrivals.filter(({ point }) => point.agent === agent).map(({ arrival }) => arrival);
      const past = own.filter(({ firewalls }) => firewalls.length === 0);
      return [agent, { all: unionOf(own), uninspected: unionOf(past) }];
    }),
  );
}

const unionOf = (arrivals: readonly { readonly flows: FlowSet }[]): FlowSet =>
  FlowSet.unionAll(arrivals.map(({ flows }) => flows));

/** Some places of the plan, each with an index into its values for every assignment. */
const unknowns = fc.subarray(POSITIONS, { minLength: 1, maxLength: 4 }).chain((positions) =>
  fc.record({
    positions: fc.constant(positions),
    assignments: fc.array(fc.tuple(...positions.map(({ values }) => fc.nat(values.length - 1))), {
      minLength: 2,
      maxLength: 3,
    }),
  }),
);

const withUnknowns = (positions: readonly Position[]): MutablePlan => {
  const json = widePlan();
  for (const [index, position] of positions.entries()) fill(json, position, `\${var.u${index}}`);
  return json;
};

const withValues = (positions: readonly Position[], choice: readonly number[]): MutablePlan => {
  const json = widePlan();
  for (const [index, position] of positions.entries()) fill(json, position, position.values[choice[index] ?? 0]);
  return json;
};

/** The names of what is unknown, to be read in a counterexample. */
const said = (positions: readonly Position[], choice: readonly number[]): string =>
  positions.map(({ name, values }, index) => `${name} = ${JSON.stringify(values[choice[index] ?? 0])}`).join("; ");

describe("whatever the unknown values are", () => {
  test("the plan that they are taken out of is proved", () => {
    expect(judged(widePlan()).findings).toEqual([]);
  });

  test("the concrete reach lies between those of the closed and the open reading", () => {
    fc.assert(
      fc.property(unknowns, ({ positions, assignments }) => {
        const [open, closed] = (["open", "closed"] as const).map((one) => reachOf(withUnknowns(positions), one));
        for (const choice of assignments) {
          const concrete = withValues(positions, choice);
          const [widest, narrowest] = (["open", "closed"] as const).map((one) => reachOf(concrete, one));
          for (const agent of ["triage", "coder"]) {
            for (const part of ["all", "uninspected"] as const) {
              const within = (a?: Map<string, Reach>, b?: Map<string, Reach>): unknown =>
                a
                  ?.get(agent)
                  ?.[part].subtract(b?.get(agent)?.[part] ?? FlowSet.NONE)
                  .sample() ?? "nothing";
              const place = `${agent} ${part}: ${said(positions, choice)}`;
              expect([place, "past the open reading", within(widest, open)]).toEqual([
                place,
                "past the open reading",
                "nothing",
              ]);
              expect([place, "lost from the closed reading", within(closed, narrowest)]).toEqual([
                place,
                "lost from the closed reading",
                "nothing",
              ]);
            }
          }
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test("a plan that is proved with unknowns is proved with every value, and a violation stays one", () => {
    fc.assert(
      fc.property(unknowns, ({ positions, assignments }) => {
        const unknown = judged(withUnknowns(positions));
        for (const choice of assignments) {
          expect([said(positions, choice), ...contradictions(unknown, positions, choice)]).toHaveLength(1);
        }
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test.each(POSITIONS.map((position) => [position.name, position] as const))(
    "the verdict while %s alone is unknown holds for each of its values",
    (_, position) => {
      const unknown = judged(withUnknowns([position]));
      const found = position.values.flatMap((_value, index) => contradictions(unknown, [position], [index]));
      expect(found).toEqual([]);
    },
  );
});

/** What a concrete plan says against the verdict of the one with unknowns. */
function contradictions(unknown: Judged, positions: readonly Position[], choice: readonly number[]): string[] {
  const concrete = judged(withValues(positions, choice));
  const certain = unknown.findings.filter((one) => one.verdict === "VIOLATED").map((one) => one.rule);
  const vanished = [...new Set(certain)].filter((rule) => !concrete.rules.includes(rule));
  return [
    ...(unknown.verdict === "PROVED" ? concrete.rules.map((rule) => `proved, and ${rule} finds something`) : []),
    ...vanished.map((rule) => `violated for certain, and ${rule} finds nothing`),
  ].map((what) => `${said(positions, choice)}: ${what}`);
}
