import { describeWith } from "../engine";
import { describeVerdict, expectedText } from "./engine/expectation";
import { requireSuricata } from "./engine/find-suricata";
import { ExceptionPolicy } from "./engine/suricata-config";
import { judge, type Verdict } from "./engine/verdict";
import { AGENTS, firewallOf } from "./flows/agents";
import { ALL_FLOWS, conversationsOf, FLOW_TABLES } from "./flows/all-flows";
import { type FlowCase, Source } from "./flows/flow-case";

const suricata = requireSuricata() ?? "";
const withEngine = describeWith(suricata !== "");

function verdictsOf(
  rows: readonly FlowCase[],
  agents = AGENTS,
  exceptions = ExceptionPolicy.RULES_ALONE,
): Map<FlowCase, Verdict> {
  const verdicts = judge(suricata, firewallOf(agents), conversationsOf(rows), { exceptions });
  return new Map(rows.flatMap((row, index) => (verdicts[index] ? [[row, verdicts[index]]] : [])));
}

function told(rows: readonly FlowCase[], verdicts: ReadonlyMap<FlowCase, Verdict>): string[] {
  return rows.map((row) => {
    const verdict = verdicts.get(row);
    return `${row.name} (${row.port}): ${verdict ? describeVerdict(row.expected, verdict) : "no verdict"}`;
  });
}

const wanted = (rows: readonly FlowCase[]) =>
  rows.map((row) => `${row.name} (${row.port}): ${expectedText(row.expected)}`);

withEngine("the firewall's rules in Suricata", () => {
  let verdicts: ReadonlyMap<FlowCase, Verdict> = new Map();
  beforeAll(() => {
    verdicts = verdictsOf(ALL_FLOWS);
  });

  for (const [table, rows] of Object.entries(FLOW_TABLES)) {
    describe(table, () => {
      test.each(rows.map((row) => [`${row.name} (${row.port}): ${expectedText(row.expected)}`, row] as const))(
        "%s",
        (_, row) => {
          const verdict = verdicts.get(row);
          expect(verdict && describeVerdict(row.expected, verdict)).toBe(expectedText(row.expected));
        },
      );
    });
  }

  test("the verdicts are the same in five runs", () => {
    const first = [...verdicts.values()];
    for (let run = 0; run < 4; run++) expect([...verdictsOf(ALL_FLOWS).values()]).toEqual(first);
  });

  test("an engine that drops what it can't follow forwards nothing more", () => {
    const stock = verdictsOf(ALL_FLOWS, AGENTS, ExceptionPolicy.STOCK);
    const more = ALL_FLOWS.filter((row) => (stock.get(row)?.client ?? 0) > (verdicts.get(row)?.client ?? 0));
    expect(more.map((row) => row.name)).toEqual([]);
    const rows = ALL_FLOWS.filter(
      (row) => !Object.entries(FLOW_TABLES).some(([table, list]) => table.includes("residual") && list.includes(row)),
    );
    expect(told(rows, stock)).toEqual(wanted(rows));
  });

  test("a passed flow is logged once with its agent's name", () => {
    const row = ALL_FLOWS.find((one) => one.name === "a listed name");
    const alerts = row ? verdicts.get(row)?.alerts.map((alert) => [alert.message, alert.action]) : [];
    expect(alerts).toEqual([["cordon allow triage", "allowed"]]);
  });

  test("a flow is dropped with a message that says so", () => {
    const row = ALL_FLOWS.find((one) => one.name === "an unlisted name");
    const messages = row ? (verdicts.get(row)?.alerts ?? []).map((alert) => alert.message) : [];
    expect(messages).toContain("cordon deny TLS name not listed");
  });

  const entries = AGENTS.filter((agent) => agent.name !== "watcher").flatMap((agent) =>
    agent.rules.map((rule) => ({ agent, rule })),
  );
  test.each(entries.map(({ agent, rule }) => [agent.name, rule.id] as const))(
    "without %s's %s its flows end and no others change",
    (name, id) => {
      const left = AGENTS.map((agent) =>
        agent.name === name ? { ...agent, rules: agent.rules.filter((rule) => rule.id !== id) } : agent,
      );
      const without = verdictsOf(ALL_FLOWS, left);
      const allowed = ALL_FLOWS.filter(
        (row) =>
          row.expected.kind === "all" &&
          verdicts.get(row)?.alerts.some((alert) => alert.message === `cordon allow ${name}`),
      );
      const ended = allowed.filter(
        (row) =>
          without.get(row)?.client === 0 || (without.get(row)?.server === 0 && (verdicts.get(row)?.server ?? 0) > 0),
      );
      expect(ended.length).toBeGreaterThan(0);
      const grown = ALL_FLOWS.filter((row) => (without.get(row)?.client ?? 0) > (verdicts.get(row)?.client ?? 0));
      expect(grown.map((row) => row.name)).toEqual([]);
      const others = ALL_FLOWS.filter((row) => row.expected.kind === "all" && !ended.includes(row));
      expect(told(others, without)).toEqual(wanted(others));
    },
  );
});

/** A server that speaks first is logged for each packet until the agent's first bytes. */
const MOST_LINES = 20;

withEngine("monitor mode in Suricata", () => {
  const outward = ALL_FLOWS.filter(
    (row) => row.from === Source.TRIAGE && !/^(10|127|169\.254|100\.64)\./.test(row.to) && !row.to.startsWith("224."),
  );
  const watched = outward.map((row): FlowCase => ({ ...row, from: Source.WATCHER, expected: { kind: "all" } }));
  // Without a handshake or with segments that no stack sends, the engine has no stream to follow; of a packet in a packet
  // it judges the inner one, which is not the agent's.
  const wellFormed = watched.filter(
    (row) =>
      !FLOW_TABLES["TCP tricks"]?.some((trick) => trick.name === row.name) &&
      !/too short|claims more|without a handshake|before the handshake|IP protocol 255|IPv6 in IPv4/.test(row.name),
  );

  test("everything that a monitored agent sends to the internet gets through, both ways", () => {
    const verdicts = verdictsOf(wellFormed);
    expect(wellFormed.length).toBeGreaterThan(150);
    expect(told(wellFormed, verdicts)).toEqual(wanted(wellFormed));
  });

  test("what enforcement would drop is logged, a few lines a flow", () => {
    const enforced = verdictsOf(
      wellFormed,
      AGENTS.map((agent) => ({ ...agent, mode: AGENTS[0]?.mode ?? agent.mode })),
    );
    const verdicts = verdictsOf(wellFormed);
    const silent = wellFormed.filter((row) => {
      const wouldDrop = enforced.get(row)?.alerts.some((alert) => alert.action === "blocked");
      return (
        wouldDrop && !verdicts.get(row)?.alerts.some((alert) => alert.message.startsWith("cordon monitor watcher"))
      );
    });
    expect(silent.map((row) => row.name)).toEqual([]);
    const loud = wellFormed.filter((row) => (verdicts.get(row)?.alerts.length ?? 0) > MOST_LINES);
    expect(loud.map((row) => `${row.name}: ${verdicts.get(row)?.alerts.length}`)).toEqual([]);
  });

  test("a monitored agent changes no verdict of another agent", () => {
    const rows = ALL_FLOWS.filter((row) => row.from !== Source.WATCHER);
    const amounts = (verdicts: ReadonlyMap<FlowCase, Verdict>) =>
      [...verdicts].map(([row, { client, server, opened }]) => [row.name, client, server, opened]);
    expect(amounts(verdictsOf(rows))).toEqual(
      amounts(
        verdictsOf(
          rows,
          AGENTS.filter((agent) => agent.name !== "watcher"),
        ),
      ),
    );
  });
});
