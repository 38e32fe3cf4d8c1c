import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Store } from "../../../../lambdas/connector-gateway/core/ports";

const COUNT = 25;

/** Two processes that count and create the same, at the same time: none of their counts is lost, each value has one creator. */
export async function expectOneWinner(store: Store, kind: "sqlite" | "dynamodb", place: string): Promise<void> {
  const racers = [start(kind, place), start(kind, place)];
  await Promise.all(racers.map(next));
  const ends = racers.map(next);
  for (const racer of racers) racer.send("go");
  const won = (await Promise.all(ends)).map((message) => (message as { won?: number }).won ?? message);
  expect(won.map(Number).reduce((sum, each) => sum + each, 0)).toBe(COUNT);
  expect((await store.get("race|count"))?.value).toBe(2 * COUNT);
  const winners = (await store.list("race|winner|")).map(({ stored }) => stored.value);
  expect(winners).toHaveLength(COUNT);
  expect(winners.every((pid) => racers.some((racer) => racer.pid === pid))).toBe(true);
}

function start(kind: string, place: string): ChildProcess {
  return fork(join(__dirname, "racer.ts"), [kind, place, String(COUNT)], { execArgv: ["--import", "tsx"] });
}

// A process that ends without a word fails the test rather than to keep it waiting.
function next(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`A racer ended with ${code}.`)));
  });
}
