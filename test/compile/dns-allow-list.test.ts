import fc from "fast-check";
import type { AgentEgress } from "../../lib/compile/agent-egress";
import { type CompiledDns, compileDnsAllowList } from "../../lib/compile/dns-allow-list";
import { Egress, type EgressRule } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";

const AT = "cell 'Agents'";
const reason = "test";

function agent(name: string, rules: EgressRule[], mode = Mode.ENFORCE): AgentEgress {
  return { name, sources: [], mode, rules };
}

function domainsOf(compiled: CompiledDns): string[] {
  return compiled.lists.flatMap((list) => list.domains);
}

function hosts(count: number, from = 0): EgressRule[] {
  return Array.from({ length: count }, (_, i) => Egress.https(`h${from + i}.example.com`, { reason }));
}

describe("the names that a cell's resolver answers", () => {
  const triage = agent("triage", [
    Egress.https("API.example.com", { reason }),
    Egress.tls("*.example.org", { reason, port: 8443 }),
    Egress.http("feed.example.com", { reason }),
    Egress.cidr("203.0.113.128/25", { reason, port: 5432 }),
  ]);
  const coder = agent("coder", [
    Egress.tcp("git.example.net", { reason, port: 22 }),
    Egress.https("api.example.com", { reason }),
  ]);

  test("are those of every agent and of the private endpoints, once, sorted, in lower case", () => {
    const compiled = compileDnsAllowList(
      [triage, coder],
      ["STS.eu-west-1.amazonaws.com", "*.s3.eu-west-1.amazonaws.com"],
      AT,
    );
    expect(compiled.lists).toEqual([
      {
        name: "allow",
        domains: [
          "*.example.org",
          "*.s3.eu-west-1.amazonaws.com",
          "api.example.com",
          "feed.example.com",
          "git.example.net",
          "sts.eu-west-1.amazonaws.com",
        ],
      },
    ]);
  });

  test("do not depend on the order of agents and names", () => {
    const names = ["a.example.com", "b.example.com"];
    expect(compileDnsAllowList([coder, triage], [...names].reverse(), AT)).toEqual(
      compileDnsAllowList([triage, coder], names, AT),
    );
  });

  test("keep a name that a wildcard covers", () => {
    const rules = [Egress.https("*.example.com", { reason }), Egress.https("api.example.com", { reason })];
    expect(domainsOf(compileDnsAllowList([agent("a", rules)], [], AT))).toEqual(["*.example.com", "api.example.com"]);
  });

  test("are none for addresses alone, and for no agent", () => {
    expect(
      compileDnsAllowList([agent("a", [Egress.cidr("203.0.113.8/32", { reason, port: 5432 })])], [], AT).lists,
    ).toEqual([]);
    expect(compileDnsAllowList([], [], AT)).toEqual({ lists: [], monitor: false, residual: [] });
  });

  test("include no malformed endpoint name", () => {
    expect(() => compileDnsAllowList([], ["sts.${var.region}.amazonaws.com"], AT)).toThrow(
      "CORDON-001: cell 'Agents', private endpoint: host \"sts.${var.region}.amazonaws.com\": it holds a Terraform reference or template; write a literal name; allow lists are known at synth",
    );
  });
});

describe("the lists", () => {
  test("hold 1,000 names each", () => {
    expect(
      compileDnsAllowList([agent("a", hosts(1000))], [], AT).lists.map(({ name, domains }) => [name, domains.length]),
    ).toEqual([["allow", 1000]]);
    const split = compileDnsAllowList([agent("a", hosts(1001))], [], AT).lists;
    expect(split.map(({ name }) => name)).toEqual(["allow-0", "allow-1"]);
    expect(split.reduce((sum, { domains }) => sum + domains.length, 0)).toBe(1001);
  });

  test("hold every name once, whatever their number", () => {
    const rules = hosts(20_000);
    const { lists } = compileDnsAllowList([agent("a", rules)], [], AT);
    expect(Math.max(...lists.map(({ domains }) => domains.length))).toBeLessThanOrEqual(1000);
    expect(new Set(lists.map(({ name }) => name)).size).toBe(lists.length);
    const expected = rules.map((rule) => String(rule.host)).sort();
    expect(lists.flatMap(({ domains }) => domains).sort()).toEqual(expected);
    expect(lists.every(({ domains }) => domains.every((domain, i) => i === 0 || (domains[i - 1] ?? "") < domain))).toBe(
      true,
    );
  });

  test("change in one place when a name is added, or one of them splits in two", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4500 }), fc.integer({ min: 10_000, max: 99_999 }), (count, added) => {
        const before = compileDnsAllowList([agent("a", hosts(count))], [], AT).lists;
        const after = compileDnsAllowList([agent("a", [...hosts(count), ...hosts(1, added)])], [], AT).lists;
        const was = new Set(before.map((list) => JSON.stringify(list)));
        const is = new Set(after.map((list) => JSON.stringify(list)));
        const gone = before.filter((list) => !is.has(JSON.stringify(list)));
        const fresh = after.filter((list) => !was.has(JSON.stringify(list)));
        expect(gone.length).toBeLessThanOrEqual(1);
        expect(fresh.length === 1 || (fresh.length === 2 && (gone[0]?.domains.length ?? 0) === 1000)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test("are refused past the rules of a group", () => {
    expect(() => compileDnsAllowList([agent("a", hosts(70_000))], [], AT)).toThrow(
      "CORDON-060: cell 'Agents': the agents and private endpoints name 70000 domains, and DNS Firewall holds 90 lists of 1000 in a cell and 100000 domains in an account; replace names of one owner by a wildcard such as *.example.com, or move agents to another cell",
    );
  });

  test("are refused past the quota of an account", () => {
    const names = Array.from({ length: 100_001 }, (_, i) => `h${i}.example.com`);
    expect(() => compileDnsAllowList([], names, AT)).toThrow(
      "CORDON-060: cell 'Agents': the agents and private endpoints name 100001 domains, and DNS Firewall holds 90 lists of 1000 in a cell and 100000 domains in an account; replace names of one owner by a wildcard such as *.example.com, or move agents to another cell",
    );
  });

  test("hold 30,000 names, the most that the firewall of a cell takes", () => {
    expect(compileDnsAllowList([agent("a", hosts(30_000))], [], AT).lists.length).toBeLessThanOrEqual(90);
  });
});

describe("monitor mode", () => {
  const rules = [Egress.https("api.example.com", { reason })];

  test("opens the resolver of a cell in which every agent is watched", () => {
    const compiled = compileDnsAllowList([agent("b", rules, Mode.MONITOR), agent("a", rules, Mode.MONITOR)], [], AT);
    expect(compiled.monitor).toBe(true);
    expect(compiled.residual.map(({ id, agent: name }) => [id, name])).toEqual([
      ["R23", "a"],
      ["R23", "b"],
    ]);
  });

  test("of one agent opens nothing for the others, and says so", () => {
    const compiled = compileDnsAllowList([agent("a", rules), agent("b", rules, Mode.MONITOR)], [], AT);
    expect(compiled.monitor).toBe(false);
    expect(compiled.residual).toEqual([
      {
        id: "R22",
        title: "monitor mode does not open the resolver",
        agent: "b",
        detail:
          "Other agents of the cell are enforced, so names that no agent lists are refused and logged for this one too. Move it to a cell of its own to watch its queries.",
      },
    ]);
  });
});

describe("residual risks of the resolver", () => {
  test("names of one agent resolve for another", () => {
    const a = agent("a", [Egress.https("a.example.com", { reason })]);
    const b = agent("b", [Egress.https("b.example.com", { reason })]);
    expect(compileDnsAllowList([a, b], [], AT).residual).toEqual([
      {
        id: "R20",
        title: "names of one agent resolve for the others",
        detail:
          "The resolver is one per VPC, so 'a', 'b' resolve each other's names; the firewall still decides by agent what they reach. Put an agent in a cell of its own to keep its names to itself.",
      },
    ]);
    expect(compileDnsAllowList([a, agent("b", a.rules)], [], AT).residual).toEqual([]);
    expect(compileDnsAllowList([a], ["sts.eu-west-1.amazonaws.com"], AT).residual).toEqual([]);
  });

  test("every wildcard of an agent carries data in queries", () => {
    const rules = [
      Egress.https("*.example.org", { reason }),
      Egress.tls("*.example.org", { reason, port: 8443 }),
      Egress.https("a.example.com", { reason }),
    ];
    expect(compileDnsAllowList([agent("a", rules)], ["*.s3.eu-west-1.amazonaws.com"], AT).residual).toEqual([
      {
        id: "R21",
        title: "queries below a wildcard carry data",
        agent: "a",
        destination: "*.example.org",
        detail:
          "Any label below *.example.org resolves, so every agent of the cell can send text in queries to the name servers of example.org. List exact names to close it.",
      },
    ]);
  });
});

describe("the compiled names", () => {
  test("are exactly those that the rules name, for any policy", () => {
    const label = fc.stringMatching(/^[a-z]([a-z0-9]{0,8})$/);
    const host = fc.tuple(fc.boolean(), label, label).map(([wild, a, b]) => `${wild ? "*." : ""}${a}.${b}.example`);
    fc.assert(
      fc.property(fc.array(fc.array(host, { maxLength: 5 }), { maxLength: 4 }), (lists) => {
        const agents = lists.map((names, i) =>
          agent(
            `a${i}`,
            names.map((name) => Egress.https(name, { reason })),
          ),
        );
        const resolves = (domains: string[], name: string): boolean =>
          domains.some((domain) => (domain.startsWith("*.") ? name.endsWith(domain.slice(1)) : name === domain));
        const compiled = domainsOf(compileDnsAllowList(agents, [], AT));
        for (const name of lists.flat()) {
          const plain = name.replace("*.", "");
          expect(resolves(compiled, `x.${plain}`)).toBe(resolves(lists.flat(), `x.${plain}`));
          expect(resolves(compiled, plain)).toBe(resolves(lists.flat(), plain));
          expect(resolves(compiled, `x${plain}`)).toBe(resolves(lists.flat(), `x${plain}`));
        }
        expect(compiled).toEqual([...new Set(lists.flat())].sort());
      }),
    );
  });
});
