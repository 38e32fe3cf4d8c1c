import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Approvals } from "../../../../lambdas/connector-gateway/core/approvals";
import type { Store } from "../../../../lambdas/connector-gateway/core/ports";
import type { Won } from "./racer";

const COUNT = 25;

/**
 * Two processes that count, create, use approvals up and take from a budget at the same time: none of their counts is lost, each
 * value has one creator, each approval passes one request, and of twice as many tries the budget admits its limit.
 */
export async function expectOneWinner(store: Store, kind: "sqlite" | "dynamodb", place: string): Promise<void> {
  const approvals = new Approvals(store, Date.now, randomUUID, () => true);
  for (let index = 0; index < COUNT; index++) await approve(approvals, `digest-${index}`);
  const racers = [start(kind, place), start(kind, place)];
  await Promise.all(racers.map(next));
  const ends = racers.map(next);
  for (const racer of racers) racer.send("go");
  const [a, b] = (await Promise.all(ends)) as [Won, Won];
  expect([a.won + b.won, a.consumed + b.consumed, a.admitted + b.admitted]).toEqual([COUNT, COUNT, COUNT]);
  expect((await store.get("race|count"))?.value).toBe(2 * COUNT);
  const winners = (await store.list("race|winner|")).map(({ stored }) => stored.value);
  expect(winners).toHaveLength(COUNT);
  expect(winners.every((pid) => racers.some((racer) => racer.pid === pid))).toBe(true);
}

async function approve(approvals: Approvals, digest: string): Promise<void> {
  const { id } = await approvals.ask({
    agent: "triage",
    connector: "tickets",
    operation: "DELETE /tickets/{id}",
    summary: digest,
    digest,
    policyDigest: "policy",
    approval: { need: 1, group: "leads", approveWithin: 600, executeWithin: 600 },
  });
  await approvals.decide(id, { approver: "ann", verdict: "approve", digest, reason: "" });
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
