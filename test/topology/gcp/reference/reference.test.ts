import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../../../lib/topology/model/result";
import { Topology } from "../../../../lib/topology/topology";

/** What has to be found in a topology, and why: README.md beside the folders argues it. */
interface Expected {
  readonly agents: string[];
  /** By rule: nothing else may be found. */
  readonly findings: {
    readonly [rule: string]: {
      readonly verdict: "VIOLATED" | "UNKNOWN";
      /** Resources that the findings have to name. */
      readonly names: string[];
      readonly agents?: string[];
    };
  };
  readonly reach?: { readonly [agent: string]: string[] };
  readonly services?: { readonly [agent: string]: string[] };
  readonly reaches?: { readonly [agent: string]: string[] };
  readonly refuses?: { readonly [agent: string]: string[] };
}

const folders = readdirSync(__dirname, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .sort();

const namedIn = ({ address, path }: Finding): string[] => [address, ...path.map((step) => step.address)];

describe.each(folders)("%s", (folder) => {
  const at = join(__dirname, folder);
  const expected = JSON.parse(readFileSync(join(at, "expected.json"), "utf8")) as Expected;
  const load = (): Topology => {
    const [topology] = Topology.load(at, { today: "2026-01-15" });
    if (topology === undefined) throw new Error(`${folder} is no stack`);
    return topology;
  };

  test("its agents are found", () => {
    expect(load().agents).toEqual(expected.agents);
  });

  test("what is wrong with it is found, and nothing else", () => {
    const findings = load().findings();
    const verdicts = Object.fromEntries(findings.map((one) => [one.rule, one.verdict]));
    expect(verdicts).toEqual(
      Object.fromEntries(Object.entries(expected.findings).map(([rule, { verdict }]) => [rule, verdict])),
    );
    for (const [rule, { names, agents }] of Object.entries(expected.findings)) {
      const own = findings.filter((one) => one.rule === rule);
      expect([...new Set(own.flatMap(namedIn))]).toEqual(expect.arrayContaining(names));
      if (agents !== undefined) expect([...new Set(own.map((one) => one.agent))].sort()).toEqual(agents);
    }
  });

  test("agents reach what the argument says", () => {
    const topology = load();
    for (const [agent, reach] of Object.entries(expected.reach ?? {})) expect(topology.reach(agent)).toEqual(reach);
    for (const [agent, all] of Object.entries(expected.services ?? {})) expect(topology.services(agent)).toEqual(all);
    for (const [agent, targets] of Object.entries(expected.reaches ?? {}))
      expect(targets.filter((one) => !topology.canReach(agent, one))).toEqual([]);
    for (const [agent, targets] of Object.entries(expected.refuses ?? {}))
      expect(targets.filter((one) => topology.canReach(agent, one))).toEqual([]);
  });
});
