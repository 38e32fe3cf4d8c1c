import { AuditChain, type Decision, verifyChain } from "../../../../lambdas/connector-gateway/core/audit";
import type { ChainedRecord } from "../../../../lambdas/connector-gateway/core/audit/fingerprint";
import { problemOf } from "../support/problem";

const decision = (change: Partial<Decision> = {}): Decision => ({
  at: 1_700_000_000_000,
  requestId: "r1",
  cell: "support",
  agent: "triage",
  principal: { kind: "aws", arn: "arn:aws:iam::111122223333:role/triage" },
  connector: "tickets",
  host: "acme.example.com",
  operation: "GET /tickets/{id}",
  verdict: "allow",
  method: "GET",
  bytesOut: 12,
  bytesIn: 34,
  status: 200,
  findings: [],
  redactions: [],
  policyDigest: "p",
  milliseconds: 5,
  ...change,
});

function chain(sink: { write(records: readonly object[]): Promise<void> }, id = "chain-1"): AuditChain {
  return new AuditChain({ sink, clock: () => 1_700_000_000_000, id });
}

async function written(count: number): Promise<ChainedRecord[]> {
  const records: ChainedRecord[] = [];
  const one = chain({ write: async (batch) => void records.push(...(batch as ChainedRecord[])) });
  for (let index = 0; index < count; index++) await one.record(decision({ requestId: `r${index}` }));
  await one.close();
  return records;
}

describe("an audit chain", () => {
  test("verifies as it was written", async () => {
    expect(verifyChain(await written(5))).toEqual([]);
  });

  test("shows a record that was changed", async () => {
    const records = await written(3);
    const [first, second, ...rest] = records;
    const changed = { ...second, severity_id: 1, message: "x" } as ChainedRecord;
    expect(verifyChain([first, changed, ...rest] as ChainedRecord[])).toContainEqual(
      expect.objectContaining({ sequence: 1, problem: "changed" }),
    );
  });

  test("shows a record that is missing, and one that takes its place", async () => {
    const records = await written(3);
    const problems = verifyChain(records.filter((_, index) => index !== 1)).map(({ problem }) => problem);
    expect(problems).toContain("missing");
    const other = await written(3);
    const swapped = records.map((record, index) => (index === 1 ? (other[1] as ChainedRecord) : record));
    expect(verifyChain(swapped).map(({ problem }) => problem)).toContain("wrong-signature");
  });

  test("shows a chain that was cut off, and one without its key", async () => {
    const records = await written(3);
    expect(verifyChain(records.slice(0, -1)).map(({ problem }) => problem)).toEqual(["not-closed"]);
    expect(verifyChain(records.slice(1)).map(({ problem }) => problem)).toContain("no-key");
  });

  test("signs what is handed in at once together, and waits for what is being written", async () => {
    const batches: number[] = [];
    const records: ChainedRecord[] = [];
    const one = chain({
      write: async (batch) => {
        batches.push(batch.length);
        records.push(...(batch as ChainedRecord[]));
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    await Promise.all(Array.from({ length: 100 }, () => one.record(decision())));
    await one.close();
    expect(batches).toEqual([64, 36, 1]);
    expect(verifyChain(records)).toEqual([]);
    expect(records.filter(({ record_integrity: { signature } }) => signature !== undefined)).toHaveLength(3);
  });

  test("admits nothing after a record that could not be written", async () => {
    let isBroken = true;
    const one = chain({
      write: async () => {
        if (isBroken) throw new Error("full");
      },
    });
    expect((await problemOf(() => one.record(decision())))?.reason).toBe("record_unavailable");
    isBroken = false;
    expect((await problemOf(() => one.record(decision())))?.reason).toBe("record_unavailable");
  });

  test("writes API activities with what OCSF asks for", async () => {
    const [record] = await written(1);
    expect(record).toMatchObject({
      activity_id: 2,
      category_uid: 6,
      class_uid: 6003,
      type_uid: 600_302,
      severity_id: 1,
      time: 1_700_000_000_000,
      metadata: { version: "1.8.0", product: { vendor_name: "Cordon" } },
      actor: { user: { name: "triage", uid: "arn:aws:iam::111122223333:role/triage" } },
      api: { operation: "GET /tickets/{id}", service: { name: "tickets" } },
      dst_endpoint: { hostname: "acme.example.com", port: 443 },
      action_id: 1,
      disposition_id: 1,
    });
  });

  test.each<[string, Partial<Decision>, object]>([
    ["a refusal", { verdict: "deny", reason: "rate_limited" }, { action_id: 2, disposition_id: 2, status_id: 2 }],
    ["a wait for approval", { verdict: "deny", reason: "approval_required" }, { disposition_id: 14 }],
    ["a fault", { verdict: "deny", reason: "store_unavailable" }, { disposition_id: 27 }],
    ["a redaction", { redactions: [{ path: "/a", mode: "mask", count: 1 }] }, { action_id: 1, disposition_id: 11 }],
    ["a watched refusal", { verdict: "monitor", reason: "sensitive_data" }, { action_id: 1, severity_id: 2 }],
    ["an attempt to leak", { verdict: "deny", reason: "sensitive_data" }, { severity_id: 4 }],
  ])("tells %s", async (_what, change, expected) => {
    const records: object[] = [];
    await chain({ write: async (batch) => void records.push(...batch) }).record(decision(change));
    expect(records[0]).toMatchObject(expected);
  });
});
