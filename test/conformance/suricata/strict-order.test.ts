import { describeWith } from "../engine";
import { requireSuricata } from "./engine/find-suricata";
import type { FirewallInput } from "./engine/firewall-input";
import { judgeInStrictOrder } from "./engine/strict-order-oracle";
import { judge, type Verdict } from "./engine/verdict";
import { firewallOf } from "./flows/agents";
import { ALL_FLOWS, conversationsOf } from "./flows/all-flows";
import { rowsOn } from "./flows/flow-case";
import { tlsTo } from "./flows/sessions";

const suricata = requireSuricata() ?? "";
const withEngine = describeWith(suricata !== "");

const amounts = ({ client, server, opened }: Verdict) => ({ client, server, opened });

withEngine("the order of evaluation", () => {
  test("the rules give the same verdicts in file order, as AWS evaluates them, and sorted by action", () => {
    // The engine counts a datagram that it put together from fragments as the last of them, so the oracle can't follow.
    const rows = ALL_FLOWS.filter((row) => !row.name.includes("fragments"));
    const conversations = conversationsOf(rows);
    const sorted = judge(suricata, firewallOf(), conversations);
    const inOrder = judgeInStrictOrder(suricata, firewallOf(), conversations);
    const named = (verdicts: readonly Verdict[]) =>
      rows.map((row, index) => ({ name: row.name, ...(verdicts[index] ? amounts(verdicts[index]) : {}) }));
    expect(named(inOrder)).toEqual(named(sorted));
  });

  test("a list that denies a name and then passes its suffix is told apart", () => {
    const rules = [
      'drop tls any any -> any any (msg:"deny"; flow:to_server; tls.sni; content:"bad.example.com"; startswith; endswith; nocase; sid:1;)',
      'pass tls any any -> any any (msg:"allow"; flow:to_server; tls.sni; content:".example.com"; endswith; nocase; sid:2;)',
      'drop tls any any -> any any (msg:"rest"; flow:to_server; tls.sni; content:!"|00 00 00|"; sid:3;)',
    ];
    const interleaved: FirewallInput = { groups: [{ rules: rules.join("\n"), ipSets: [] }], homeNet: ["10.0.0.0/8"] };
    const row = rowsOn(443);
    const conversations = conversationsOf([
      row("", { kind: "all" }, tlsTo("bad.example.com")),
      row("", { kind: "all" }, tlsTo("good.example.com")),
    ]);
    expect(judge(suricata, interleaved, conversations).map((verdict) => verdict.client > 0)).toEqual([true, true]);
    expect(judgeInStrictOrder(suricata, interleaved, conversations).map((verdict) => verdict.client > 0)).toEqual([
      false,
      true,
    ]);
  });
});
