import fc from "fast-check";
import { ContainmentPolicy, CordonError, Egress, type EgressRule } from "../../lib";
import { Topology } from "../../lib/topology";
import { synthStack } from "../../lib/topology/synth-stack";
import { CLOUDS, type ContractCell } from "./clouds";

const closed = ContainmentPolicy.denyAll("closed");
const api = Egress.https("api.example.com", { reason: "contract" });
const other = Egress.https("other.example.org", { reason: "contract" });

/** Lists of exact names: what every tier of every cloud can hold. */
const lists = fc
  .uniqueArray(
    fc.record({
      host: fc.constantFrom("a.example.com", "b.example.com", "c.example.org", "long-name.of.example.net"),
      port: fc.constantFrom(443, 8443),
    }),
    { maxLength: 5, selector: ({ host, port }) => `${host}:${port}` },
  )
  .map((entries) => entries.map(({ host, port }) => Egress.https(host, { port, reason: "generated" })));

const topologyOf = (cell: ContractCell): Topology => Topology.of(cell.stack, { today: "2026-01-01" });

describe.each(CLOUDS)("the contract of every cloud: $name", (cloud) => {
  const reachOf = (...rules: EgressRule[]): string[] => {
    const cell = cloud.cell();
    cell.addAgent("triage", { policy: closed.allow(...rules) });
    return topologyOf(cell).reach("triage");
  };

  test("an empty policy leaves no path out, and the stack is proved", () => {
    const cell = cloud.cell();
    cell.addAgent("triage", { policy: closed });
    const topology = topologyOf(cell);
    expect(topology.reach("triage")).toEqual([]);
    expect(topology.findings()).toEqual([]);
    for (const target of ["https://api.example.com", "8.8.8.8:443", "udp://8.8.8.8:53", "1.2.3.4:22"]) {
      expect([target, topology.canReach("triage", target)]).toEqual([target, false]);
    }
  });

  test("an entry opens exactly itself, and its removal closes it", () => {
    expect(reachOf(api)).toEqual(["api.example.com:443"]);
    expect(reachOf(api, other)).toEqual(["api.example.com:443", "other.example.org:443"]);
    const both = closed.allow(api, other);
    expect(reachOf(...both.without(api).rules)).toEqual(["other.example.org:443"]);
  });

  test("an entry of one agent opens nothing to another", () => {
    const cell = cloud.cell();
    cell.addAgent("triage", { policy: closed.allow(api) });
    cell.addAgent("coder", { policy: closed.allow(other) });
    const topology = topologyOf(cell);
    expect([topology.reach("triage"), topology.reach("coder")]).toEqual([
      ["api.example.com:443"],
      ["other.example.org:443"],
    ]);
    expect(topology.canReach("coder", "https://api.example.com")).toBe(false);
    expect(topology.findings()).toEqual([]);
  });

  test("what one agent is allowed in code later is its own", () => {
    const cell = cloud.cell();
    const shared = closed.allow(api);
    cell.addAgent("triage", { policy: shared }).allowEgress(other);
    cell.addAgent("coder", { policy: shared });
    const topology = topologyOf(cell);
    expect(topology.reach("triage")).toEqual(["api.example.com:443", "other.example.org:443"]);
    expect(topology.reach("coder")).toEqual(["api.example.com:443"]);
  });

  test("agents do not see each other, until a port is opened in one direction", () => {
    const build = (isOpen: boolean): { topology: Topology; triage: string; coder: string } => {
      const cell = cloud.cell();
      const [triage, coder] = [cell.addAgent("triage"), cell.addAgent("coder")];
      if (isOpen) cloud.open(triage, coder, 8443);
      const at = (agent: typeof triage): string => agent.sources[0]?.subnet(32, 5).toString().replace("/32", "") ?? "";
      return { topology: topologyOf(cell), triage: at(triage), coder: at(coder) };
    };
    const shut = build(false);
    expect(shut.topology.canReach("triage", `${shut.coder}:8443`)).toBe(false);
    expect(shut.topology.canReach("coder", `${shut.triage}:8443`)).toBe(false);
    const opened = build(true);
    expect(opened.topology.canReach("triage", `${opened.coder}:8443`)).toBe(true);
    expect(opened.topology.canReach("triage", `${opened.coder}:22`)).toBe(false);
    expect(opened.topology.canReach("coder", `${opened.triage}:8443`)).toBe(false);
    expect(opened.topology.findings()).toEqual([]);
  });

  test("nothing connects to an agent from outside, and nothing of it is public", () => {
    const cell = cloud.cell();
    cell.addAgent("triage", { policy: closed.allow(api) });
    const json = JSON.stringify(synthStack(cell.stack));
    expect(json).not.toMatch(/"access_config"|"map_public_ip_on_launch":true/);
    expect(
      topologyOf(cell)
        .verify()
        .rules.every((rule) => rule.verdict === "PROVED"),
    ).toBe(true);
  });

  test("the plan does not depend on the order in which agents and entries are written", () => {
    const build = (names: string[], rules: EgressRule[]): string => {
      const cell = cloud.cell();
      for (const name of names) cell.addAgent(name, { policy: closed.allow(...rules) });
      return JSON.stringify(synthStack(cell.stack));
    };
    const one = build(["triage", "coder", "analyst"], [api, other]);
    expect(build(["analyst", "coder", "triage"], [other, api])).toBe(one);
  });

  test("an agent that comes or goes leaves the resources of the others as they are", () => {
    const build = (...names: string[]): object => {
      const cell = cloud.cell();
      for (const name of names) cell.addAgent(name, { policy: closed.allow(api) });
      return ownOf(synthStack(cell.stack).resource ?? {}, "triage");
    };
    expect(build("triage", "coder")).toEqual(build("triage"));
  });

  test("the accepted set is the policy's, for any list of names", () => {
    fc.assert(
      fc.property(lists, (rules) => {
        expect(reachOf(...rules)).toEqual([...new Set(rules.map((rule) => rule.destination))].sort());
      }),
      { numRuns: 8, seed: 11 },
    );
  });

  test.each([
    ["wildcards", Egress.https("*.svc.example.com", { reason: "contract" })],
    ["blocks", Egress.cidr("198.51.100.4/32", { port: 5432, reason: "contract" })],
    ["requests", Egress.https("api.example.com", { reason: "contract", requests: ["* /v1/*"] })],
  ] as const)("%s are held exactly, or refused by name when the agent is added", (kind, rule) => {
    const cell = cloud.cell();
    const add = (): unknown => cell.addAgent("triage", { policy: closed.allow(rule) });
    if (cloud.holds[kind]) {
      add();
      const topology = topologyOf(cell);
      expect([topology.reach("triage"), topology.findings()]).toEqual([[rule.destination], []]);
      return;
    }
    const error = thrownBy(add);
    expect(error).toBeInstanceOf(CordonError);
    expect(String(error)).toMatch(/Tier\./);
    expect(() => topologyOf(cell)).not.toThrow();
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Resources whose ids name an agent. */
function ownOf(resources: { [type: string]: { [id: string]: unknown } }, agent: string): object {
  return Object.fromEntries(
    Object.entries(resources).flatMap(([type, named]) =>
      Object.entries(named)
        .filter(([id]) => id.includes(agent))
        .map(([id, values]) => [`${type}.${id}`, { ...(values as object), depends_on: "any" }]),
    ),
  );
}
