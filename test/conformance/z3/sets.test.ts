import fc from "fast-check";
import { init, killThreads } from "z3-solver";
import { acceptedBy, type ListRule, ruleLists } from "./rule-list";
import { DECLARATIONS, flowTerm, listTerm, setTerm } from "./smt";

/** The same lists in every run. */
const LISTS = fc.sample(ruleLists, { seed: 20_260_117, numRuns: 15 });

type Engine = Awaited<ReturnType<typeof init>>;
let engine: Engine;

beforeAll(async () => {
  engine = await init();
});

afterAll(async () => {
  await killThreads(engine.em);
});

/** Whether some packet makes the term true. */
async function isPossible(term: string): Promise<boolean> {
  const { Solver } = engine.Context("sets");
  const solver = new Solver("QF_BV");
  solver.fromString(`${DECLARATIONS}\n(assert ${term})`);
  const answer = await solver.check();
  if (answer === "unknown") throw new Error("z3 gives no answer");
  return answer === "sat";
}

/** The list with one rule turned round. */
const turned = (rules: readonly ListRule[], index: number): ListRule[] =>
  rules.map((rule, at) => (at === index ? { ...rule, accepts: !rule.accepts } : rule));

describe("first-match lists as flow sets, against z3 with bit vectors", () => {
  test.each(LISTS.map((rules, index) => [index, rules] as const))(
    "list %i accepts the same packets",
    async (_, rules) => {
      const accepted = acceptedBy(rules);
      expect(rules.length).toBeGreaterThanOrEqual(10);
      expect(await isPossible(`(xor ${listTerm(rules)} ${setTerm(accepted)})`)).toBe(false);
    },
  );

  test.each(LISTS.map((rules, index) => [index, rules] as const))(
    "one rule of list %i turned round makes the same difference, or none, to both",
    async (index, rules) => {
      const other = turned(rules, (index * 7) % rules.length);
      const [before, after] = [acceptedBy(rules), acceptedBy(other)];
      const [more, less] = [after.subtract(before), before.subtract(after)];
      const isDifferent = await isPossible(`(xor ${listTerm(rules)} ${listTerm(other)})`);
      expect(isDifferent).toBe(!before.equals(after));
      expect(isDifferent).toBe(!(more.isEmpty && less.isEmpty));
      const witness = more.sample() ?? less.sample();
      if (witness !== undefined && !witness.source.includes(":")) {
        expect(await isPossible(`(and ${flowTerm(witness)} (xor ${listTerm(rules)} ${listTerm(other)}))`)).toBe(true);
      }
    },
  );

  test("most of the turned rules make a difference: the lists are not all shadowed", () => {
    const different = LISTS.filter(
      (rules, index) => !acceptedBy(rules).equals(acceptedBy(turned(rules, (index * 7) % rules.length))),
    );
    expect(different.length).toBeGreaterThan(LISTS.length / 2);
  });

  test("a set that lost one packet is told from its list", async () => {
    const [rules = []] = LISTS;
    const accepted = acceptedBy(rules);
    const packet = accepted.sample();
    expect(packet).toBeDefined();
    if (packet === undefined) return;
    const without = `(and ${setTerm(accepted)} (not ${flowTerm(packet)}))`;
    expect(await isPossible(`(xor ${listTerm(rules)} ${without})`)).toBe(true);
  });
});
