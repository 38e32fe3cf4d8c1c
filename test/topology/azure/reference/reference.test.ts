import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Topology } from "../../../../lib/topology/topology";

/** What has to be found in a topology, and why: README.md beside the folders argues it. */
interface Expected {
  readonly agents: string[];
  /** By rule: nothing else may be found. */
  readonly findings: { readonly [rule: string]: { readonly verdict: string; readonly names: string[] } };
  /** Destinations by agent, all of them. */
  readonly reach?: { readonly [agent: string]: string[] };
  /** Targets by agent that are reached, and that are not. */
  readonly reaches: { readonly [agent: string]: string[] };
  readonly refuses: { readonly [agent: string]: string[] };
}

const folders = readdirSync(__dirname, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .sort();

function load(folder: string): Topology {
  const [topology] = Topology.load(join(__dirname, folder));
  if (topology === undefined) throw new Error(`no stack in ${folder}`);
  return topology;
}

describe.each(folders)("%s", (folder) => {
  const expected = JSON.parse(readFileSync(join(__dirname, folder, "expected.json"), "utf8")) as Expected;

  test("what is wrong with it is found, and nothing else", () => {
    const topology = load(folder);
    expect(topology.agents).toEqual(expected.agents);
    const findings = topology.findings();
    expect([...new Set(findings.map((one) => one.rule))].sort()).toEqual(Object.keys(expected.findings).sort());
    for (const [rule, { verdict, names }] of Object.entries(expected.findings)) {
      const own = findings.filter((one) => one.rule === rule);
      expect(own.map((one) => one.verdict)).toEqual(own.map(() => verdict));
      expect([...new Set(own.map((one) => one.address))]).toEqual(expect.arrayContaining(names));
    }
  });

  test("its agents reach what the routes and rules say", () => {
    const topology = load(folder);
    for (const [agent, all] of Object.entries(expected.reach ?? {})) expect(topology.reach(agent)).toEqual(all);
    for (const [agent, targets] of Object.entries(expected.reaches)) {
      for (const target of targets) expect([target, topology.canReach(agent, target)]).toEqual([target, true]);
    }
    for (const [agent, targets] of Object.entries(expected.refuses)) {
      for (const target of targets) expect([target, topology.canReach(agent, target)]).toEqual([target, false]);
    }
  });
});
