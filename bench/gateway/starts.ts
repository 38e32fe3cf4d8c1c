import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AuditChain, type Decision } from "../../lambdas/connector-gateway/core/audit";
import { Connector } from "../../lib/policy/connector";
import { ContainmentPolicy } from "../../lib/policy/containment-policy";
import { Operation } from "../../lib/policy/operation";
import { median } from "../processes";
import { ROOT } from "../workspace";

const ROUNDS = 9;
const BUNDLES = join(ROOT, "dist", "lambdas", "connector-gateway");
const RECORDS = 50_000;

/** Measures how soon a process of the shipped code decides, what the archives weigh, and how fast records are chained. */
export async function startTable(): Promise<string> {
  const first = (when?: string): string => program(when);
  const empty = processTime("0");
  const verdict = processTime(first());
  const withCondition = processTime(first('context.method == "GET"'));
  const sizes = ["aws", "gcp", "azure"].map(
    (cloud) => [cloud, readFileSync(join(BUNDLES, `${cloud}.zip`)).length] as const,
  );
  return [
    "### Starts, sizes and records",
    "",
    "| process, from its start to its end | median | more than an empty one |",
    "| --- | ---: | ---: |",
    `| empty Node process | ${empty.toFixed(0)} ms | - |`,
    `| shipped code, one verdict | ${verdict.toFixed(0)} ms | ${(verdict - empty).toFixed(0)} ms (aim for the whole: 130) |`,
    `| shipped code, one verdict by a condition in Cedar | ${withCondition.toFixed(0)} ms | ${(withCondition - empty).toFixed(0)} ms |`,
    "",
    "| archive | size |",
    "| --- | ---: |",
    ...sizes.map(([cloud, size]) => `| ${cloud}.zip | ${(size / 1e6).toFixed(2)} MB (aim: 1.6) |`),
    "",
    `Records chained and signed, to a sink that keeps nothing: ${Math.round(await recordsPerSecond()).toLocaleString("en")} a second (aim: 70,000).`,
  ].join("\n");
}

// Recorded traffic is judged by the same code without a network.
function program(when: string | undefined): string {
  const policy = ContainmentPolicy.denyAll("bench").connect(
    Connector.http("desk", { host: "desk.example.com", reason: "bench" }).permit(
      Operation.get("/tickets/{id}"),
      when === undefined ? {} : { when },
    ),
  );
  const request = { method: "GET", url: "https://desk.example.com/tickets/7", headers: [] };
  const response = { status: 200, headers: [], content: { mimeType: "application/json", text: "{}" } };
  const traffic = JSON.stringify({
    log: { entries: [{ startedDateTime: "2026-01-01T00:00:00Z", request, response }] },
  });
  const input = { policy: policy.toJSON(), agent: "triage", kind: "har", traffic };
  return `(async () => {
  const { replay } = require(${JSON.stringify(join(BUNDLES, "local", "index.js"))});
  for await (const { isDenied } of replay(${JSON.stringify(input)})) process.exit(isDenied ? 1 : 0);
})();`;
}

function processTime(code: string): number {
  const times = Array.from({ length: ROUNDS + 1 }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ["-e", code], { encoding: "utf8" });
    if (status !== 0) throw new Error(`no verdict: ${stderr}`);
    return performance.now() - start;
  });
  return median(times.slice(1));
}

async function recordsPerSecond(): Promise<number> {
  const decision: Decision = {
    at: Date.UTC(2026, 0, 1),
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
  };
  const chain = new AuditChain({ sink: { write: async () => {} }, clock: Date.now, id: "bench" });
  const start = performance.now();
  for (let index = 0; index < RECORDS; index += 64) {
    await Promise.all(Array.from({ length: 64 }, () => chain.record(decision)));
  }
  return RECORDS / ((performance.now() - start) / 1000);
}
