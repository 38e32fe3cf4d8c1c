import { describeWith } from "../engine";
import { requireSuricata } from "./engine/find-suricata";
import { RulesNotLoaded, runSuricata } from "./engine/run-suricata";
import { judge } from "./engine/verdict";
import { conversationsOf } from "./flows/all-flows";
import { ALL, rowsOn } from "./flows/flow-case";
import { tlsTo } from "./flows/sessions";
import { dnsQuery } from "./wire/dns-message";
import { quicInitial } from "./wire/quic-initial";

const suricata = requireSuricata() ?? "";
const withEngine = describeWith(suricata !== "");
const row = rowsOn(443);

const firewall = (...rules: string[]) => ({
  homeNet: ["10.0.0.0/8"],
  groups: [{ rules: rules.join("\n"), ipSets: [] }],
});

function sids(rules: string[], ...rows: ReturnType<typeof row>[]): number[] {
  return judge(suricata, firewall(...rules), conversationsOf(rows)).flatMap((verdict) =>
    verdict.alerts.map((alert) => alert.sid),
  );
}

withEngine("the harness around Suricata", () => {
  test("the engine reads the name in a QUIC Initial that we encrypt", () => {
    const rules = ['alert quic any any -> any any (quic.sni; content:"api.example.com"; startswith; endswith; sid:1;)'];
    expect(
      sids(
        rules,
        row("", ALL, (c) => c.datagram(quicInitial("api.example.com"))),
      ),
    ).toEqual([1]);
    expect(
      sids(
        rules,
        row("", ALL, (c) => c.datagram(quicInitial("evil.net"))),
      ),
    ).toEqual([]);
  });

  test("the engine reads the name in a DNS query that we write", () => {
    const rules = ['alert dns any any -> any any (dns.query; content:"secret.evil.net"; startswith; endswith; sid:1;)'];
    expect(
      sids(
        rules,
        row("", ALL, (c) => c.datagram(dnsQuery("secret.evil.net")), { port: 53 }),
      ),
    ).toEqual([1]);
  });

  test("the engine takes our TLS session for a whole one, to the server's answer", () => {
    const rules = ["alert tls any any -> any any (flow:to_client; ssl_state:server_hello; sid:1;)"];
    expect(sids(rules, row("", ALL, tlsTo("api.example.com")))).toContain(1);
  });

  test("without rules everything gets through", () => {
    const [verdict] = judge(
      suricata,
      firewall('alert ip any any -> any any (content:"never in a packet 0"; sid:1;)'),
      conversationsOf([row("", ALL, tlsTo("x.example.com"))]),
    );
    expect(verdict).toMatchObject({ client: verdict?.clientTotal, server: verdict?.serverTotal, opened: true });
  });

  test.each([
    ["an unknown keyword", "drop tcp any any -> any any (no_such_keyword; sid:1;)"],
    ["an undefined variable", "drop tcp $NOBODY any -> any any (sid:1;)"],
    ["a sid that is there twice", "drop tcp any any -> any any (sid:1;)\ndrop udp any any -> any any (sid:1;)"],
  ])("rules with %s are refused instead of left out", (_, rules) => {
    expect(() => sids([rules], row("", ALL, tlsTo("api.example.com")))).toThrow(RulesNotLoaded);
  });

  test("two groups that give one name different addresses are refused", () => {
    const set = (block: string) => ({ rules: "", ipSets: [{ name: "AGENT_A", cidrs: [block] }] });
    const input = { homeNet: ["10.0.0.0/8"], groups: [set("10.0.0.0/24"), set("10.0.1.0/24")] };
    expect(() => runSuricata(suricata, input, [])).toThrow(
      "IP set AGENT_A is [10.0.0.0/24] in one group and [10.0.1.0/24] in another",
    );
  });
});
