import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../../lib/topology/model/result";
import { RULES } from "../../../lib/topology/rules";
import type { TopologyOptions } from "../../../lib/topology/stack-reading";
import type { JsonValue } from "../../../lib/topology/terraform-json";
import { Topology } from "../../../lib/topology/topology";

/** What has to be found in a topology, and why: README.md beside the folders argues it. */
interface Expected {
  readonly agents: string[];
  /** By rule: nothing else may be found. */
  readonly findings: {
    readonly [rule: string]: {
      readonly verdict: "VIOLATED" | "UNKNOWN";
      /** Resources that the findings have to name. */
      readonly names: string[];
      /** The only agents that the findings are about. @default - any */
      readonly agents?: string[];
    };
  };
  /** Destinations by agent, all of them. */
  readonly reach?: { readonly [agent: string]: string[] };
  readonly services?: { readonly [agent: string]: string[] };
  /** Targets by agent that are reached, and that are not. */
  readonly reaches?: { readonly [agent: string]: string[] };
  readonly refuses?: { readonly [agent: string]: string[] };
  /** What is expected once somebody vouches for values. */
  readonly assuming?: Pick<Expected, "findings" | "reach"> & {
    readonly values: { readonly [token: string]: JsonValue };
  };
}

const folders = readdirSync(__dirname, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .sort();

describe.each(folders)("%s", (folder) => {
  const expected = expectedOf(folder);

  test("its agents are found", () => {
    expect(load(folder).agents).toEqual(expected.agents);
  });

  test("what is wrong with it is found, and nothing else", () => {
    const findings = load(folder).findings();
    expect(verdicts(findings)).toEqual(verdictsOf(expected.findings));
    for (const [rule, { names, agents }] of Object.entries(expected.findings)) {
      const own = findings.filter((finding) => finding.rule === rule);
      expect([...new Set(own.flatMap(namedIn))]).toEqual(expect.arrayContaining(names));
      if (agents !== undefined) expect([...new Set(own.map((finding) => finding.agent))].sort()).toEqual(agents);
    }
  });

  for (const [agent, reach] of Object.entries(expected.reach ?? {})) {
    test(`${agent} reaches what the lists say`, () => {
      expect(load(folder).reach(agent)).toEqual(reach);
    });
  }

  for (const [agent, services] of Object.entries(expected.services ?? {})) {
    test(`${agent} reaches the services of its endpoints`, () => {
      expect(load(folder).services(agent)).toEqual(services);
    });
  }

  for (const [agent, target, isReached] of targets(expected)) {
    test(`${agent} ${isReached ? "reaches" : "does not reach"} ${target}`, () => {
      expect(load(folder).canReach(agent, target)).toBe(isReached);
    });
  }

  const { assuming } = expected;
  if (assuming !== undefined) {
    test(`it is another verdict when ${Object.keys(assuming.values).join(", ")} is vouched for`, () => {
      const topology = load(folder, { assume: assuming.values });
      expect(verdicts(topology.findings())).toEqual(verdictsOf(assuming.findings));
      for (const [agent, reach] of Object.entries(assuming.reach ?? {})) expect(topology.reach(agent)).toEqual(reach);
    });
  }
});

test("good topologies are among them, and every rule is found in one of the others", () => {
  const all = folders.map((folder) => Object.keys(expectedOf(folder).findings));
  expect(all.filter((rules) => rules.length === 0).length).toBeGreaterThanOrEqual(4);
  expect([...new Set(all.flat())].sort()).toEqual(RULES.map(({ id }) => id).sort());
});

function expectedOf(folder: string): Expected {
  return JSON.parse(readFileSync(join(__dirname, folder, "expected.json"), "utf8"));
}

function load(folder: string, options: TopologyOptions = {}): Topology {
  const [topology, ...others] = Topology.load(join(__dirname, folder), options);
  if (topology === undefined || others.length > 0) throw new Error(`${folder} has to hold one stack`);
  return topology;
}

/** The worst verdict by rule. */
function verdicts(findings: readonly Finding[]): { [rule: string]: string } {
  const found: { [rule: string]: string } = {};
  for (const { rule, verdict } of findings) if (found[rule] !== "VIOLATED") found[rule] = verdict;
  return found;
}

function verdictsOf(findings: Expected["findings"]): { [rule: string]: string } {
  return Object.fromEntries(Object.entries(findings).map(([rule, { verdict }]) => [rule, verdict]));
}

/** The resources that a finding points at, by itself and on its way; "sid 7" and "ingress" behind an address are parts. */
function namedIn({ address, path }: Finding): string[] {
  return [address, ...path.map((step) => step.address)].flatMap((one) => [
    one,
    one.replace(/ sid \d+$|\.(in|e)gress$/, ""),
  ]);
}

function targets({ reaches = {}, refuses = {} }: Expected): [agent: string, target: string, isReached: boolean][] {
  const each = (
    byAgent: { readonly [agent: string]: string[] },
    isReached: boolean,
  ): [agent: string, target: string, isReached: boolean][] =>
    Object.entries(byAgent).flatMap(([agent, list]) =>
      list.map((one): [string, string, boolean] => [agent, one, isReached]),
    );
  return [...each(reaches, true), ...each(refuses, false)];
}
