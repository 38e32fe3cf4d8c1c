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
        const bounds = boundsOf(positions);
        for (const choice of assignments) expect(strays(bounds, positions, choice)).toEqual([]);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test.each(POSITIONS.map((position) => [position.name, position] as const))(
    "the reach while %s alone is unknown bounds the reach with each of its values",
    (_, position) => {
      const bounds = boundsOf([position]);
      expect(position.values.flatMap((_value, index) => strays(bounds, [position], [index]))).toEqual([]);
    },
  );

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

type Bounds = Readonly<Record<Reading, Map<string, Reach>>>;

function boundsOf(positions: readonly Position[]): Bounds {
  const json = withUnknowns(positions);
  return { open: reachOf(json, "open"), closed: reachOf(json, "closed") };
}

/** Flows of a concrete plan outside of the open reading's, and flows of the closed reading's that it has not. */
function strays(bounds: Bounds, positions: readonly Position[], choice: readonly number[]): unknown[] {
  const json = withValues(positions, choice);
  const concrete: Bounds = { open: reachOf(json, "open"), closed: reachOf(json, "closed") };
  const left = (a: Map<string, Reach>, b: Map<string, Reach>, what: string): unknown[] =>
    ["triage", "coder"].flatMap((agent) =>
      (["all", "uninspected"] as const).flatMap((part) => {
        const flow = a
          .get(agent)
          ?.[part].subtract(b.get(agent)?.[part] ?? FlowSet.NONE)
          .sample();
        return flow === undefined ? [] : [{ at: said(positions, choice), agent, part, what, flow }];
      }),
    );
  return [
    ...left(concrete.open, bounds.open, "is missed by the open reading"),
    ...left(bounds.closed, concrete.closed, "is certain in the closed reading, and does not get out"),
  ];
}

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
