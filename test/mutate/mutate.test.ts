import { mutate } from "./mutate";
import { stacks } from "./stacks";

const run = mutate(
  stacks().filter((stack) => ["agents-aws-sealed", "one-zone", "agents-gcp", "agents-azure"].includes(stack.name)),
  20,
);

test("every weakening of a sealed and of an inspected cell is caught, by a rule that is about it", () => {
  expect(run.weakenings.of).toBeGreaterThan(300);
  expect(run.weakenings.wrong).toEqual([]);
});

test("so are two at once", () => {
  expect(run.pairs.wrong).toEqual([]);
});

test("changes that open nothing are left alone", () => {
  expect(run.harmless.of).toBeGreaterThan(50);
  expect(run.harmless.wrong).toEqual([]);
});

test("what the plan does not say is unknown, and never proved", () => {
  expect(run.unknowns.wrong).toEqual([]);
});
