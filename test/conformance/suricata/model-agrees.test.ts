import { Testing } from "cdktf";
import fc from "fast-check";
import { AgentsAws } from "../../../examples/aws/agents-aws";
import { compileSuricata } from "../../../lib/compile/suricata-rules";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { Egress, EgressProtocol, type EgressRule } from "../../../lib/policy/egress";
import { Mode } from "../../../lib/policy/mode";
import { describeWith } from "../engine";
import { requireSuricata } from "./engine/find-suricata";
import { type FirewallInput, ruleLines } from "./engine/firewall-input";
import { fromSynth } from "./engine/from-synth";
import { firewallOf } from "./flows/agents";
import { SERVER, Source } from "./flows/flow-case";
import { disagreements, endsOf, modelOf, type Order, Outcome, outcomesOf } from "./model/compare";
import { editsOf } from "./model/edits";
import { KNOWN_LISTS, numbered } from "./model/known-lists";
import { anyList, TRAFFIC_NAMES } from "./model/lists";
import { allTraffic, namesAround, type Traffic } from "./model/traffic";

const suricata = requireSuricata() ?? "";
const withEngine = describeWith(suricata !== "");
const reason = "conformance";
const INNER = "10.99.0.5";
const TCP_BLOCK = "93.184.216.64";
const UDP_BLOCK = "93.184.216.66";
const ORDERS: Order[] = ["strict", "action"];

/** Traffic on which the engine and the model disagree in either order. */
function wrong(input: FirewallInput, traffic: readonly Traffic[], orders = ORDERS): string[] {
  return orders.flatMap((order) =>
    disagreements(modelOf(input, order, "open"), traffic, outcomesOf(suricata, input, traffic, order)),
  );
}

/**
 * What the two readings of a list get wrong: the open one accepts all that the engine lets out, the closed one nothing that
 * it refuses. Also counts the traffic about which both say the same.
 */
function outOfBounds(
  engine: FirewallInput,
  order: Order,
  traffic: readonly Traffic[],
  models = readings(engine, order),
) {
  const outcomes = outcomesOf(suricata, engine, traffic, order);
  let exact = 0;
  let accepted = 0;
  const bad = traffic.flatMap(({ what, flow }, index) => {
    const [open, closed] = [models.open.accepted.has(flow), models.closed.accepted.has(flow)];
    if (open === closed) exact += 1;
    if (open) accepted += 1;
    const outcome = outcomes[index];
    const isWrong =
      (outcome !== Outcome.REFUSED && !open) || (outcome === Outcome.REFUSED && closed) || (closed && !open);
    const isTorn = models.open.decide(flow).passes !== open || models.closed.decide(flow).passes !== closed;
    if (!isWrong && !isTorn) return [];
    const by = `${models.open.decide(flow).by} and ${models.closed.decide(flow).by}`;
    return [`${what} ${endsOf(flow)}: engine ${outcome}, model ${open} and ${closed} by ${by}`];
  });
  return { bad, exact, accepted };
}

const readings = (input: FirewallInput, order: Order, defaults: string[] = []) => ({
  open: modelOf(input, order, "open", defaults),
  closed: modelOf(input, order, "closed", defaults),
});

const listOf = (rules: string): FirewallInput => ({ homeNet: ["10.0.0.0/8"], groups: [{ rules, ipSets: [] }] });

withEngine("the model of rules and Suricata", () => {
  const { CODER, OUTSIDE, STRANGER, TRIAGE, WATCHER } = Source;
  const NAMES = ["api.example.com", "a.cdn.example.net", "cdn.example.net", "mq.example.com", "status.example.com"];

  test("agree on the rules of agents, enforced and monitored, in both orders", () => {
    const traffic = allTraffic(
      [TRIAGE, CODER, WATCHER, STRANGER],
      [SERVER, INNER, TCP_BLOCK],
      [443, 80, 8883, 5432, 22],
      [...NAMES, "mirror.example.org", "evil.net"],
    ).concat(allTraffic([TRIAGE, OUTSIDE], [UDP_BLOCK, "10.64.3.20"], [443, 3478], ["api.example.com"]));
    expect(wrong(firewallOf(), traffic)).toEqual([]);
    const model = modelOf(firewallOf(), "strict", "open");
    const accepted = traffic.filter(({ flow }) => model.accepted.has(flow));
    expect(accepted.length).toBeGreaterThan(100);
    expect(accepted.length).toBeLessThan(traffic.length / 2);
  });

  test("agree for both readings alike: nothing about the compiler's rules is in doubt", () => {
    for (const order of ORDERS) {
      const { open, closed } = readings(firewallOf(), order);
      expect(open.accepted.equals(closed.accepted)).toBe(true);
      expect(open.doubts).toEqual([]);
    }
  });

  test("agree on the rules of the synthesized example", () => {
    const input = fromSynth(Testing.synth(new AgentsAws(Testing.app(), "agents-aws")));
    const sources = input.groups
      .flatMap((group) => group.ipSets)
      .flatMap((set) => set.cidrs.map((block) => block.replace(/\.(\d+)\/\d+$/, (_, last) => `.${Number(last) + 10}`)));
    expect(sources.length).toBeGreaterThan(3);
    const names = ["api.anthropic.com", "status.example.com", "github.com", "raw.githubusercontent.com", "evil.net"];
    const traffic = allTraffic(sources, [SERVER, sources[0] ?? ""], [443, 80, 22], names);
    expect(wrong(input, traffic)).toEqual([]);
  });

  test("the model lets out what the engine does when any one rule is taken out", () => {
    const { groups, homeNet } = firewallOf();
    const lines = ruleLines({ groups, homeNet });
    const ipSets = groups.flatMap((group) => group.ipSets);
    const traffic = allTraffic(
      [TRIAGE, OUTSIDE],
      [SERVER, TCP_BLOCK],
      [443, 80, 5432, 22],
      ["api.example.com", "evil.net"],
    );
    const without = (line: string): FirewallInput => ({
      homeNet,
      groups: [{ rules: lines.filter((other) => other !== line).join("\n"), ipSets }],
    });
    const removed = lines.filter((line) => !line.includes("cordon monitor"));
    expect(
      removed.flatMap((line) => outOfBounds(without(line), "action", traffic).bad.map((bad) => `${bad} <- ${line}`)),
    ).toEqual([]);
  });

  test("what gets out lies between the two readings when words of the rules are changed", () => {
    const { groups, homeNet } = firewallOf();
    const ipSets = groups.flatMap((group) => group.ipSets);
    const traffic = allTraffic([TRIAGE, WATCHER, OUTSIDE], [SERVER, TCP_BLOCK], [443, 80, 5432], NAMES.slice(0, 3));
    const lists = fc.sample(editsOf(ruleLines({ groups, homeNet })), { seed: 23, numRuns: 25 });
    const found = lists.map((lines, index) => {
      const order = ORDERS[index % 2] ?? "strict";
      return outOfBounds({ homeNet, groups: [{ rules: lines.join("\n"), ipSets }] }, order, traffic);
    });
    expect(found.flatMap(({ bad }) => bad.slice(0, 5))).toEqual([]);
    const exact = found.reduce((total, one) => total + one.exact, 0);
    expect(exact / (lists.length * traffic.length)).toBeGreaterThan(0.9);
  });
});

interface Entry {
  readonly kind: "https" | "http" | "tls";
  readonly wildcard: boolean;
  readonly name: string;
  readonly port: number;
}

const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/).filter((text) => !text.includes("--"));
const name = fc
  .tuple(label, label, fc.constantFrom("com", "net", "org"))
  .map(([left, middle, right]) => `${left}.${middle}.${right}`);
const entry: fc.Arbitrary<Entry> = fc.record({
  kind: fc.constantFrom("https" as const, "http" as const, "tls" as const),
  wildcard: fc.boolean(),
  name,
  port: fc.constantFrom(443, 8443, 80),
});
const agent = fc.record({
  mode: fc.constantFrom(Mode.ENFORCE, Mode.ENFORCE, Mode.MONITOR),
  entries: fc.uniqueArray(entry, { maxLength: 4, selector: (e) => `${e.kind}${e.wildcard}${e.name}${e.port}` }),
  tcp: fc.boolean(),
  udp: fc.boolean(),
});
const sources = ["10.64.1.0/24", "10.64.3.0/24"];

function rulesOf({ entries, tcp, udp }: { entries: Entry[]; tcp: boolean; udp: boolean }): EgressRule[] {
  const protocol = EgressProtocol.UDP;
  return [
    ...entries.map((e) => Egress[e.kind](e.wildcard ? `*.${e.name}` : e.name, { reason, port: e.port })),
    ...(tcp ? [Egress.cidr(`${TCP_BLOCK}/32`, { reason, port: 5432 })] : []),
    ...(udp ? [Egress.cidr(`${UDP_BLOCK}/32`, { reason, port: 3478, protocol })] : []),
  ];
}

withEngine("any policy in the model and in Suricata", () => {
  test("the same traffic gets out", () => {
    fc.assert(
      fc.property(fc.tuple(agent, agent), (agents) => {
        const compiled = compileSuricata(
          agents.map((one, index) => ({
            name: `agent-${index + 1}`,
            sources: [CidrBlock.parse(sources[index] ?? "", "property")],
            mode: one.mode,
            rules: rulesOf(one),
          })),
          "property",
        );
        const names = [
          ...new Set(agents.flatMap((one) => one.entries.slice(0, 2).flatMap((e) => namesAround(e.name)))),
        ];
        const from = [Source.TRIAGE, Source.CODER];
        const traffic = [
          ...allTraffic(from, [SERVER], [443, 80, 8443, 22], names),
          ...allTraffic(from, [TCP_BLOCK, UDP_BLOCK], [5432, 3478], []),
        ];
        expect(wrong(compiled, traffic, ["action"])).toEqual([]);
      }),
      { numRuns: 8, seed: 41 },
    );
  });
});

withEngine("any list of rules in the model and in Suricata", () => {
  const traffic = allTraffic(
    [Source.TRIAGE, Source.CODER, Source.OUTSIDE],
    [SERVER, TCP_BLOCK],
    [443, 80],
    TRAFFIC_NAMES,
  ).concat(allTraffic([Source.OUTSIDE], [Source.TRIAGE], [443, 8443], ["example.com"]));
  const lists = fc.sample(anyList, { seed: 7, numRuns: 30 });

  test.each(ORDERS)("what gets out lies between the closed and the open reading, in %s order", (order) => {
    const found = lists.map((rules) => ({ rules, ...outOfBounds(listOf(rules), order, traffic) }));
    expect(
      found.filter(({ bad }) => bad.length > 0).map(({ rules, bad }) => ({ rules, bad: bad.slice(0, 5) })),
    ).toEqual([]);
    const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
    const share = sum(found.map((one) => one.exact)) / (lists.length * traffic.length);
    expect(share).toBeGreaterThan(0.8);
    const accepted = sum(found.map((one) => one.accepted)) / (lists.length * traffic.length);
    expect(accepted).toBeGreaterThan(0.1);
    expect(accepted).toBeLessThan(0.9);
  });

  test.each(KNOWN_LISTS)("%s", (_, rules) => {
    const found = ORDERS.map((order) => outOfBounds(listOf(numbered(rules)), order, traffic));
    expect(found.flatMap(({ bad }) => bad)).toEqual([]);
  });

  /** Rules that do at the end of a list what a default action is documented to do. */
  const DEFAULTS = [
    ["aws:drop_established", "drop tcp any any -> any any (flow:established; sid:99;)"],
    ["aws:drop_strict", "drop ip any any -> any any (ttl:>0; sid:99;)"],
  ] as const;

  test.each(DEFAULTS)("the same holds with %s at the end", (action, rule) => {
    const found = lists.slice(0, 10).flatMap((rules) => {
      const models = readings(listOf(rules), "strict", [action]);
      return outOfBounds(listOf(`${rules}\n${rule}`), "strict", traffic, models).bad.map((bad) => ({ rules, bad }));
    });
    expect(found.slice(0, 5)).toEqual([]);
  });
});
