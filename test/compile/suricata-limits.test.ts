import { Egress } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import { agent, compile, linesOf, messageOf } from "./suricata-agents";

const reason = "test";
const many = (count: number, host = (index: number) => `h${index}.example.com`) =>
  Array.from({ length: count }, (_, index) => Egress.https(host(index), { reason }));

describe("the limits of the firewall", () => {
  const overhead = linesOf(compile(agent("one", "10.64.1.0/26", many(1)))).length - 1;

  test("hold 30,000 rules and no more", () => {
    const most = 30_000 - overhead;
    const full = compile(agent("one", "10.64.1.0/26", many(most)));
    expect(full.groups.reduce((sum, { capacity }) => sum + capacity, 0)).toBe(30_000);
    expect(messageOf(() => compile(agent("one", "10.64.1.0/26", many(most + 1))))).toBe(
      "CORDON-052: cell 'Agents': the allow lists come to 30001 firewall rules, a policy takes 30000; use wildcards or fewer entries, or move agents to another cell",
    );
  });

  test("split a list between rules into groups of at most 2,000,000 characters", () => {
    const { groups } = compile(agent("one", "10.64.1.0/26", many(15_000)));
    expect(groups.map(({ name }) => name)).toEqual(["allow-1", "allow-2", "terminal"]);
    for (const { rules } of groups) {
      expect(rules.length).toBeLessThanOrEqual(2_000_000);
      expect(rules).toMatch(/^(pass|drop) .*\n$/s);
    }
    const [first, second] = groups;
    const next = (second?.rules ?? "").split("\n")[0] ?? "";
    expect((first?.rules.length ?? 0) + next.length + 1).toBeGreaterThan(2_000_000);
    expect(groups.slice(0, 2).map(({ ipSets }) => ipSets.map(({ name }) => name))).toEqual([
      ["AGENT_ONE"],
      ["AGENT_ONE"],
    ]);
  });

  test("declare in a group the addresses of those agents that it speaks of", () => {
    const { groups } = compile(agent("a", "10.64.1.0/26", many(12_000)), agent("b", "10.64.2.0/26", many(12_000)));
    for (const { rules, ipSets } of groups) {
      expect(ipSets.map(({ name }) => name)).toEqual([...new Set(rules.match(/AGENT_[AB]/g))].sort());
    }
  });

  test("hold the longest names that there are, as many as there may be", () => {
    const long = (index: number) =>
      `${[63, 63, 63, 45].map((length) => "a".repeat(length)).join(".")}.${String(index).padStart(5, "0")}.example`;
    const { groups } = compile(agent("one-with-the-longest-nam", "10.64.1.0/26", many(29_000, long)));
    expect(groups.length).toBeLessThanOrEqual(20);
  });

  test("hold 20 groups and no more, which rules that repeat a long list of ports fill first", () => {
    const ports = Array.from({ length: 1_250 }, (_, index) => 20_000 + index).flatMap((port) => [
      Egress.tls("a.example.com", { reason, port }),
      Egress.http("a.example.com", { reason, port }),
    ]);
    const watched = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        agent(`agent-${index}`, `10.65.${Math.floor(index / 256)}.${index % 256}/32`, [], Mode.MONITOR),
      );
    const one = agent("one", "10.64.1.0/26", ports);
    expect(compile(one, ...watched(563)).groups).toHaveLength(20);
    expect(messageOf(() => compile(one, ...watched(564)))).toBe(
      "CORDON-052: cell 'Agents': the rules fill 21 groups, a policy takes 20; use wildcards or fewer entries, or move agents to another cell",
    );
  });

  test("refuse a list of ports that no rule holds", () => {
    const rules = Array.from({ length: 2_000 }, (_, index) =>
      Egress.tls("a.example.com", { reason, port: 20_000 + index }),
    );
    expect(messageOf(() => compile(agent("one", "10.64.1.0/26", rules)))).toBe(
      "CORDON-052: cell 'Agents': a rule that lists all open ports has 12109 characters, the firewall takes 8175; use fewer ports, or move agents to another cell",
    );
  });
});
