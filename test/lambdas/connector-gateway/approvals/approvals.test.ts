import { Approvals, requestDigest } from "../../../../lambdas/connector-gateway/core/approvals";
import { MemoryStore } from "../../../../lambdas/connector-gateway/stores/memory";
import { problemOf } from "../support/problem";

const START = Date.UTC(2026, 10, 23, 10);
let now = START;
let ids = 0;
const clock = (): number => now;
const leads = ["ann", "ben", "cleo"];
const fresh = (): Approvals =>
  new Approvals(
    new MemoryStore(clock),
    clock,
    () => `id-${++ids}`,
    (group, approver) => group === "leads" && leads.includes(approver),
  );
const digest = "d".repeat(64);
const question = {
  agent: "triage",
  connector: "tickets",
  operation: "DELETE /tickets/{id}",
  summary: "DELETE https://acme.example.com/tickets/7",
  digest,
  policyDigest: "p",
  approval: { need: 2, group: "leads", approveWithin: 600, executeWithin: 60 },
};
const say = (approver: string, verdict: "approve" | "deny" = "approve", of = digest) => ({
  approver,
  verdict,
  digest: of,
  reason: "",
});
const approved = async (approvals: Approvals): Promise<string> => {
  const { id } = await approvals.ask(question);
  await approvals.decide(id, say("ann"));
  await approvals.decide(id, say("ben"));
  return id;
};
const detailOf = async (action: () => unknown): Promise<string | undefined> => (await problemOf(action))?.detail;

beforeEach(() => {
  now = START;
});

describe("approvals", () => {
  test("let the exact request pass once, after as many people as are needed", async () => {
    const approvals = fresh();
    const { id } = await approvals.ask(question);
    await approvals.decide(id, say("ann"));
    expect(await detailOf(() => approvals.consume(id, digest, "triage"))).toBe("The request is not approved yet.");
    expect((await approvals.decide(id, say("ben"))).state).toBe("approved");
    await expect(approvals.consume(id, digest, "triage")).resolves.toBeUndefined();
    expect(await detailOf(() => approvals.consume(id, digest, "triage"))).toBe("The approval is consumed.");
  });

  test("are asked for once, however often the agent comes", async () => {
    const approvals = fresh();
    const first = await approvals.ask(question);
    expect((await approvals.ask(question)).id).toBe(first.id);
    expect(await approvals.list()).toHaveLength(1);
  });

  test("end with the first no, and asking again does not begin anew", async () => {
    const approvals = fresh();
    const { id } = await approvals.ask(question);
    await approvals.decide(id, say("ann"));
    expect((await approvals.decide(id, say("ben", "deny"))).state).toBe("denied");
    expect(await detailOf(() => approvals.decide(id, say("cleo")))).toBe("The request is not open any more.");
    expect(await detailOf(() => approvals.ask(question))).toBe("The request was denied.");
    now += 601_000;
    expect((await approvals.ask(question)).id).not.toBe(id);
  });

  test.each([
    ["somebody outside of the group", "eve", "The approver may not decide."],
    ["the agent itself", "triage", "The approver may not decide."],
  ])("do not take the word of %s", async (_who, approver, detail) => {
    const approvals = fresh();
    const { id } = await approvals.ask(question);
    expect(await detailOf(() => approvals.decide(id, say(approver)))).toBe(detail);
  });

  test("do not count one person twice", async () => {
    const approvals = fresh();
    const { id } = await approvals.ask(question);
    await approvals.decide(id, say("ann"));
    expect(await detailOf(() => approvals.decide(id, say("ann")))).toBe("The approver has decided already.");
  });

  test.each([
    ["another request", "e".repeat(64), "triage"],
    ["another agent", digest, "writer"],
  ])("do not hold for %s", async (_what, of, agent) => {
    const approvals = fresh();
    const id = await approved(approvals);
    expect(await detailOf(() => approvals.consume(id, of, agent))).toBe("The approval is not for this request.");
  });

  test("do not hold under another id", async () => {
    const approvals = fresh();
    await approved(approvals);
    expect(await detailOf(() => approvals.consume("id-0", digest, "triage"))).toBe(
      "The approval is not for this request.",
    );
  });

  test("do not take a word on a digest that was not seen", async () => {
    const approvals = fresh();
    const { id } = await approvals.ask(question);
    expect(await detailOf(() => approvals.decide(id, say("ann", "approve", "e".repeat(64))))).toBe(
      "There is no such request.",
    );
  });

  test("run out by two clocks: to decide, and to send", async () => {
    const approvals = fresh();
    const { id } = await approvals.ask(question);
    now += 600_001;
    expect(await detailOf(() => approvals.decide(id, say("ann")))).toBe("The request is not open any more.");
    const again = await approved(approvals);
    now += 60_001;
    expect(await detailOf(() => approvals.consume(again, digest, "triage"))).toBe("The approval is expired.");
    expect((await approvals.list()).map(({ state }) => state)).toEqual(["expired"]);
  });

  test("are used once where two send at the same moment", async () => {
    const approvals = fresh();
    const id = await approved(approvals);
    const tries = await Promise.all(
      Array.from({ length: 10 }, () => problemOf(() => approvals.consume(id, digest, "triage"))),
    );
    expect(tries.filter((problem) => problem === undefined)).toHaveLength(1);
  });

  test("count every word where two decide at the same moment", async () => {
    const approvals = fresh();
    const { id } = await approvals.ask(question);
    await Promise.all([approvals.decide(id, say("ann")), approvals.decide(id, say("ben"))]);
    expect((await approvals.list())[0]).toMatchObject({ state: "approved", decisions: [{}, {}] });
  });

  test("refuse over a store that holds something else", async () => {
    const store = new MemoryStore(clock);
    await store.put(`approval|${digest}`, "x", { ifVersion: undefined, expiresAt: now + 1000 });
    const approvals = new Approvals(
      store,
      clock,
      () => "id",
      () => true,
    );
    expect((await problemOf(() => approvals.ask(question)))?.reason).toBe("store_unavailable");
  });
});

describe("the digest of a request", () => {
  const connector = { name: "t", host: "h", kind: "http", reason: "r", operations: [] } as const;
  const request = {
    agent: "triage",
    connector: { ...connector, operations: [...connector.operations] },
    method: "POST",
    target: "/a?b=1",
    headers: [["content-type", "application/json"] as const],
    body: Buffer.from("{}"),
    policyDigest: "p",
  };

  test("is the same for headers in another order", () => {
    const two = [["b", "1"] as const, ["a", "2"] as const];
    expect(requestDigest({ ...request, headers: two })).toBe(
      requestDigest({ ...request, headers: [...two].reverse() }),
    );
  });

  test.each<[string, Partial<Parameters<typeof requestDigest>[0]>]>([
    ["agent", { agent: "writer" }],
    ["host", { connector: { ...request.connector, host: "other" } }],
    ["method", { method: "PUT" }],
    ["path", { target: "/a?b=2" }],
    ["header", { headers: [["content-type", "text/plain"]] }],
    ["body", { body: Buffer.from("{ }") }],
    ["policy", { policyDigest: "q" }],
  ])("is another for another %s", (_what, change) => {
    expect(requestDigest({ ...request, ...change })).not.toBe(requestDigest(request));
  });
});
