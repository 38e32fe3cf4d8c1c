import { Testing } from "cdktf";
import { AgentsAws } from "../../../examples/aws/agents-aws";
import { describeWith } from "../engine";
import { requireSuricata } from "./engine/find-suricata";
import { type FirewallInput, ruleLines } from "./engine/firewall-input";
import { fromSynth } from "./engine/from-synth";
import { judge } from "./engine/verdict";
import { conversationsOf } from "./flows/all-flows";
import { ALL, type FlowCase, rowsOn } from "./flows/flow-case";
import { get, httpSession, tlsTo } from "./flows/sessions";

const suricata = requireSuricata() ?? "";
const withEngine = describeWith(suricata !== "");
const row = rowsOn(443);

/** The tenth address of every subnet of an agent, as the synthesized IP set has them. */
function addressesOf(input: FirewallInput, set: string): string[] {
  const blocks = input.groups.flatMap((group) => group.ipSets).find((one) => one.name === set)?.cidrs ?? [];
  return blocks.map((block) => block.replace(/\.(\d+)\/\d+$/, (_, last) => `.${Number(last) + 10}`));
}

withEngine("the synthesized example in Suricata", () => {
  const input = fromSynth(Testing.synth(new AgentsAws(Testing.app(), "agents-aws")));
  const triage = addressesOf(input, "AGENT_TRIAGE");
  const coder = addressesOf(input, "AGENT_CODER");

  function reached(from: readonly string[], rows: readonly FlowCase[]): string[] {
    const all = from.flatMap((address) => rows.map((one) => ({ ...one, from: address })));
    const verdicts = judge(suricata, input, conversationsOf(all));
    return rows
      .filter((one) => all.every((each, index) => each.name !== one.name || (verdicts[index]?.client ?? 0) > 0))
      .map((one) => one.name);
  }

  const names = [
    "api.anthropic.com",
    "status.example.com",
    "api.partner.example",
    "github.com",
    "raw.githubusercontent.com",
    "evil.net",
    "api.anthropic.com.evil.net",
  ];
  const rows = names.map((name) => row(name, ALL, tlsTo(name)));

  test("both agents have subnets of their own in both zones", () => {
    expect(triage).toHaveLength(2);
    expect(coder).toHaveLength(2);
    expect(new Set([...triage, ...coder]).size).toBe(4);
  });

  test("the enforced agent reaches its names from every zone and no others", () => {
    expect(reached(triage, rows)).toEqual(["api.anthropic.com", "status.example.com", "api.partner.example"]);
  });

  test("the monitored agent reaches every name, and what its policy does not hold is logged", () => {
    expect(reached(coder, rows)).toEqual(names);
    const all = rows.map((one) => ({ ...one, from: coder[0] ?? "" }));
    const messages = judge(suricata, input, conversationsOf(all)).map((verdict) =>
      verdict.alerts[0]?.message.split(" ").slice(0, 3).join(" "),
    );
    const [allow, monitor] = ["cordon allow coder", "cordon monitor coder"];
    expect(messages).toEqual([allow, monitor, monitor, allow, allow, monitor, monitor]);
  });

  test("nothing else gets out of the enforced agent's subnets", () => {
    const others = [
      row("plain HTTP", ALL, httpSession(get("/", "Host: status.example.com")), { port: 80 }),
      row("HTTP on 443", ALL, httpSession(get("/", "Host: status.example.com"))),
      row("another port", ALL, tlsTo("api.anthropic.com"), { port: 8443 }),
      row("DNS", ALL, (c) => c.datagram("query"), { port: 53, to: "8.8.8.8" }),
      row("the other agent", ALL, tlsTo("api.anthropic.com"), { to: coder[0] ?? "" }),
    ];
    const verdicts = judge(
      suricata,
      input,
      conversationsOf(triage.flatMap((from) => others.map((one) => ({ ...one, from })))),
    );
    expect(verdicts.map((verdict) => verdict.client)).toEqual(verdicts.map(() => 0));
  });

  test("a rule group that is taken out of the stack takes its paths with it", () => {
    const left = {
      ...input,
      groups: input.groups.map((group) => ({
        ...group,
        rules: ruleLines({ ...input, groups: [group] })
          .filter((line) => !line.includes("api.partner.example"))
          .join("\n"),
      })),
    };
    const conversations = conversationsOf([row("", ALL, tlsTo("api.partner.example"), { from: triage[0] ?? "" })]);
    expect(judge(suricata, left, conversations)[0]?.client).toBe(0);
    expect(judge(suricata, input, conversations)[0]?.client).toBeGreaterThan(0);
  });
});
