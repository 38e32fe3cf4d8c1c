import type { AgentEgress } from "../lib/compile/agent-egress";
import { compileAzure } from "../lib/compile/azure/compile-azure";
import { compileDnsAllowList } from "../lib/compile/dns-allow-list";
import { compileFqdnRules } from "../lib/compile/gcp/fqdn-rules";
import { compileProxyRules } from "../lib/compile/gcp/proxy-rules";
import { compileSuricata } from "../lib/compile/suricata-rules";
import { CidrBlock } from "../lib/names/cidr-block";
import { Egress } from "../lib/policy/egress";
import { Mode } from "../lib/policy/mode";
import { median } from "./processes";

const REPEATS = 9;
const AT = "bench";

/** Measures both AWS compilers over growing allow lists and growing cells, and returns Markdown tables. */
export function compileTables(): string {
  return [
    "## Compiling allow lists, medians in one process",
    "",
    ...table("entries of one agent", [10, 1000, 15_000], (entries) => [agent(0, entries)]),
    "",
    ...table("agents with 100 entries each", [1, 10, 100], (agents) =>
      Array.from({ length: agents }, (_, index) => agent(index, 100)),
    ),
  ].join("\n");
}

/** Measures the compilers for Google Cloud over growing lists and cells, and returns Markdown tables. */
export function googleCompileTables(): string {
  return [
    "## Compiling allow lists for Google Cloud, medians in one process",
    "",
    ...googleTable("entries of one agent", [10, 100, 500], (entries) => [agent(0, entries)]),
    "",
    ...googleTable("agents with 100 entries each", [1, 10, 100], (agents) =>
      Array.from({ length: agents }, (_, index) => agent(index, 100)),
    ),
  ].join("\n");
}

/** Measures the compiler for Azure over growing lists and cells, and returns Markdown tables. */
export function azureCompileTables(): string {
  return [
    "## Compiling allow lists for Azure, medians in one process",
    "",
    ...azureTable("entries of one agent", [10, 1000, 3000], (entries) => [agent(0, entries)]),
    "",
    ...azureTable("agents with 50 entries each", [1, 10, 60], (agents) =>
      Array.from({ length: agents }, (_, index) => agent(index, 50)),
    ),
  ].join("\n");
}

function azureTable(subject: string, sizes: number[], agentsOf: (size: number) => AgentEgress[]): string[] {
  const engine = { sku: "standard", inspectsTls: false };
  const cidr = CidrBlock.parse("10.0.0.0/8", AT);
  const measured = sizes.map((size) => {
    const agents = agentsOf(size);
    const azure = time(() => compileAzure({ engine, agents, endpointNames: [], cnameSuffixes: [], cidr, at: AT }));
    const suricata = time(() => compileSuricata(agents, AT));
    return { size, entries: agents.flatMap(({ rules }) => rules).length, azure, suricata };
  });
  const [first] = measured;
  const growth = (value: number, base: number | undefined): string => (value / (base ?? Number.NaN)).toFixed(1);
  return [
    `| ${subject} | size, ratio | firewall rules and names | ratio | to Suricata, same lists |`,
    "| ---: | ---: | ---: | ---: | ---: |",
    ...measured.map(
      ({ size, entries, azure, suricata }) =>
        `| ${size.toLocaleString("en")} | ${growth(entries, first?.entries)} | ${azure.toFixed(2)} ms | ${growth(azure, first?.azure)} | ${(azure / suricata).toFixed(2)} |`,
    ),
  ];
}

function googleTable(subject: string, sizes: number[], agentsOf: (size: number) => AgentEgress[]): string[] {
  const options = { cellName: "bench", tlsInspection: true, quarantineTag: "tagValues/1", urlListId: String };
  const measured = sizes.map((size) => {
    const agents = agentsOf(size);
    const asking = agents.map(({ sources, ...one }) => ({ ...one, subject: { sources } }));
    const proxy = time(() => compileProxyRules(asking, options, AT));
    const byName = time(() => compileFqdnRules(agents, AT));
    const suricata = time(() => compileSuricata(agents, AT));
    return { size, entries: agents.flatMap(({ rules }) => rules).length, proxy, byName, suricata };
  });
  const [first] = measured;
  const growth = (value: number, base: number | undefined): string => (value / (base ?? Number.NaN)).toFixed(1);
  return [
    `| ${subject} | size, ratio | proxy rules and lists | ratio | rules by name | ratio | proxy to Suricata, same lists |`,
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...measured.map(
      ({ size, entries, proxy, byName, suricata }) =>
        `| ${size.toLocaleString("en")} | ${growth(entries, first?.entries)} | ${proxy.toFixed(2)} ms | ${growth(proxy, first?.proxy)} | ${byName.toFixed(2)} ms | ${growth(byName, first?.byName)} | ${(proxy / suricata).toFixed(2)} |`,
    ),
  ];
}

function table(subject: string, sizes: number[], agentsOf: (size: number) => AgentEgress[]): string[] {
  const measured = sizes.map((size) => {
    const agents = agentsOf(size);
    const firewall = time(() => compileSuricata(agents, AT));
    const dns = time(() => compileDnsAllowList(agents, [], AT));
    return { size, entries: agents.flatMap(({ rules }) => rules).length, firewall, dns };
  });
  const [first] = measured;
  return [
    `| ${subject} | size, ratio | firewall rules | ratio | per entry | DNS list | ratio | per entry |`,
    "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...measured.map(({ size, entries, firewall, dns }) => {
      const ratio = (value: number, base: number | undefined): string => (value / (base ?? Number.NaN)).toFixed(1);
      const each = (value: number): string => `${((value * 1000) / entries).toFixed(1)} µs`;
      return `| ${size.toLocaleString("en")} | ${ratio(entries, first?.entries)} | ${firewall.toFixed(2)} ms | ${ratio(firewall, first?.firewall)} | ${each(firewall)} | ${dns.toFixed(2)} ms | ${ratio(dns, first?.dns)} | ${each(dns)} |`;
    }),
  ];
}

function agent(index: number, entries: number): AgentEgress {
  return {
    name: `agent-${index}`,
    mode: Mode.ENFORCE,
    sources: [CidrBlock.parse(`10.${index}.0.0/26`, AT)],
    rules: Array.from({ length: entries }, (_, entry) =>
      Egress.https(`host-${entry}.agent-${index}.example.com`, { reason: "bench" }),
    ),
  };
}

function time(work: () => unknown): number {
  // Warm-up: the first runs measure the just-in-time compiler.
  for (let run = 0; run < 3; run += 1) work();
  return median(
    Array.from({ length: REPEATS }, () => {
      const start = performance.now();
      work();
      return performance.now() - start;
    }),
  );
}
