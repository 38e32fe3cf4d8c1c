import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { type CedarEngine, Conditions } from "../../lambdas/connector-gateway/core/operations/cedar";
import { connectorPolicies } from "../../lambdas/connector-gateway/core/operations/cedar-text";
import { OperationTable } from "../../lambdas/connector-gateway/core/operations/operation-table";
import { Connector } from "../../lib/policy/connector";
import { Operation } from "../../lib/policy/operation";
import { quantiles } from "./quantiles";

const SIZES = [10, 100, 1000];
const engine = cedar as unknown as CedarEngine;

interface Timed {
  readonly p50: number;
  readonly p99: number;
}

/** Measures one decision over connectors that grow: by the table, by the table and a condition, and by Cedar alone. */
export function decisionTable(): string {
  const rows = SIZES.flatMap((size) => {
    const { table, condition, whole } = decidersOf(size);
    const base = timed(table, 20_000);
    return [
      row(size, "table", base, base),
      row(size, "table and one condition in Cedar", timed(condition, 2_000), base),
      row(size, "all operations in Cedar", timed(whole, size === 1000 ? 100 : 500), base),
    ];
  });
  return [
    "### One decision, microseconds, in one process",
    "",
    "OPA compiled to WebAssembly was not at hand: its policies are compiled by the `opa` command, which is no package here.",
    "",
    "| operations | decided by | p50 | p99 | p50, ratio |",
    "| ---: | --- | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

function decidersOf(size: number): { table: () => void; condition: () => void; whole: () => void } {
  const connector = Array.from({ length: size }, (_, index) => index).reduce<Connector>(
    (all, index) =>
      all.permit(Operation.get(`/v1/kind-${index}/{id}`), index === 0 ? { when: "context.bytes < 9" } : {}),
    Connector.http("api", { host: "api.example.com", reason: "bench" }),
  );
  const json = connector.toJSON();
  const operations = new OperationTable(json.operations);
  const conditions = new Conditions(json, () => engine);
  const last = `kind-${size - 1}`;
  const preparsed = `bench-${size}`;
  const read = cedar.preparsePolicySet(preparsed, { staticPolicies: connectorPolicies("triage", json) });
  if (read.type !== "success") throw new Error(JSON.stringify(read));
  const match = (kind: string): string => {
    const found = operations.match("GET", ["v1", kind, "7"]);
    if (found === undefined) throw new Error("the table refused");
    return found.operation.operation;
  };
  return {
    table: () => void match(last),
    condition: () => conditions.check(match("kind-0"), "triage", { bytes: 1 }),
    whole: () => {
      const answer = engine.statefulIsAuthorized({
        principal: { type: "Agent", id: "triage" },
        action: { type: "Action", id: "use" },
        resource: { type: "Connector", id: "api" },
        context: { method: "GET", segments: 3, s0: "v1", s1: last, s2: "7", bytes: 1 },
        preparsedPolicySetId: preparsed,
        validateRequest: false,
        entities: [],
      });
      if (answer.type !== "success" || answer.response.decision !== "allow") throw new Error("Cedar refused");
    },
  };
}

function timed(decide: () => void, rounds: number): Timed {
  for (let round = 0; round < rounds / 5; round++) decide();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    decide();
    times.push((performance.now() - start) * 1000);
  }
  return quantiles(times);
}

const row = (size: number, name: string, { p50, p99 }: Timed, base: Timed): string =>
  `| ${size.toLocaleString("en")} | ${name} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${(p50 / base.p50).toFixed(1)} |`;
