import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { TerraformJson } from "../lib/topology/terraform-json";
import { Topology } from "../lib/topology/topology";
import { median } from "./processes";
import { generatedStack, type StackSize } from "./stacks/generated-stack";

const REPEATS = 5;

/** Topologies that are held at once to see how much one holds. */
const KEPT = 4;
/** Entries of each agent's list while the number of subnets grows. */
const ENTRIES_OF_AGENT = 2;
/** Subnets while the lists grow. */
const SUBNETS = 10;

interface Measured {
  readonly size: number;
  readonly resources: number;
  readonly ms: number;
  readonly heapMb: number;
}

/** Measures the proof over growing networks and growing allow lists, and returns Markdown tables. */
export function verifyTables(): string {
  return [
    "## Proving generated stacks, medians in one process",
    "",
    ...table("subnets of agents, 2 for each agent", [10, 100, 1000], (subnets) => ({
      subnets,
      entries: (subnets / 2) * ENTRIES_OF_AGENT,
    })),
    "",
    ...table(`entries of ${SUBNETS / 2} agents in ${SUBNETS} subnets`, [100, 1000, 10_000], (entries) => ({
      subnets: SUBNETS,
      entries,
    })),
  ].join("\n");
}

function table(subject: string, sizes: number[], sizeOf: (size: number) => StackSize): string[] {
  const rows = sizes.map((size) => measured(size, generatedStack(sizeOf(size))));
  return [
    `| ${subject} | resources | read and proved | growth | n log n would be | heap that stays | growth |`,
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows.map(({ size, resources, ms, heapMb }, index) => {
      const before = rows[index - 1];
      const growth = (value: number, base: number | undefined): string =>
        base === undefined ? "" : (value / base).toFixed(1);
      const reference = before === undefined ? "" : nLogN(before.size, size).toFixed(1);
      return `| ${size.toLocaleString("en")} | ${resources.toLocaleString("en")} | ${ms.toFixed(1)} ms | ${growth(ms, before?.ms)} | ${reference} | ${heapMb.toFixed(1)} MB | ${growth(heapMb, before?.heapMb)} |`;
    }),
  ];
}

const nLogN = (from: number, to: number): number => (to * Math.log(to)) / (from * Math.log(from));

function measured(size: number, json: TerraformJson): Measured {
  const { verdict, findings } = verified(json).verify();
  // The time of a stack with findings would be another one.
  if (verdict !== "PROVED") throw new Error(`${findings.length} findings, first: ${JSON.stringify(findings[0])}`);
  verified(json);
  const times = Array.from({ length: REPEATS }, () => {
    const start = performance.now();
    verified(json);
    return performance.now() - start;
  });
  const before = usedHeap();
  const kept = Array.from({ length: KEPT }, () => verified(json));
  const heapMb = (usedHeap() - before) / KEPT / 2 ** 20;
  // Read again, so that they are still there when the heap is looked at.
  if (kept.some((one) => one.agents.length === 0)) throw new Error("no agents");
  const resources = Object.values(json.resource ?? {}).reduce((sum, named) => sum + Object.keys(named).length, 0);
  return { size, resources, ms: median(times), heapMb };
}

function verified(json: TerraformJson): Topology {
  const topology = Topology.fromJson(json, { today: "2026-01-01" });
  topology.verify();
  return topology;
}

// The collector is switched on here, so that the bench needs no flag.
function usedHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  // What the first collection frees may hold more.
  for (let run = 0; run < 3; run += 1) collect();
  return process.memoryUsage().heapUsed;
}
