import { type CompiledFirewall, compileSuricata } from "../../lib/compile/suricata-rules";
import { Egress, EgressProtocol } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import { AT, agent, compile, linesOf, messageOf, sidOf } from "./suricata-agents";
import { optionOf, readRule } from "./suricata-reader";

const reason = "test";

const triage = agent(
  "triage",
  ["10.64.1.0/26", "10.64.5.0/26"],
  [
    Egress.https("api.example.com", { reason }),
    Egress.tls("*.mq.example.com", { reason, port: 8883 }),
    Egress.http("status.example.com", { reason }),
    Egress.cidr("93.184.216.64/32", { reason, port: 5432 }),
    Egress.cidr("93.184.216.128/25", {
      reason,
      port: 123,
      protocol: EgressProtocol.UDP,
    }),
  ],
);
const deny = agent("deny-all", "10.64.2.0/26");

describe("a cell of two agents", () => {
  const firewall = compile(triage, deny);

  test("has its allow lists in one group", () => {
    expect(firewall.groups.map(({ name, capacity }) => [name, capacity])).toEqual([
      ["allow-1", 7],
      ["terminal", 31],
    ]);
    expect(firewall.groups[0]?.rules).toMatchInlineSnapshot(`
      "pass http $AGENT_TRIAGE any -> $EXTERNAL_NET 80 (msg:"cordon allow triage"; flow:to_server; http.host; content:"status.example.com"; startswith; endswith; alert; sid:234603778; rev:1;)
      pass tls $AGENT_TRIAGE any -> $EXTERNAL_NET 443 (msg:"cordon allow triage"; flow:to_server; tls.sni; content:"api.example.com"; startswith; endswith; nocase; alert; sid:1257670987; rev:1;)
      pass tcp $AGENT_TRIAGE any -> 93.184.216.64/32 5432 (msg:"cordon allow triage"; alert; sid:1842874483; rev:1;)
      pass tls $AGENT_TRIAGE any -> $EXTERNAL_NET 8883 (msg:"cordon allow triage"; flow:to_server; tls.sni; content:".mq.example.com"; endswith; nocase; alert; sid:1208597605; rev:1;)
      pass udp $AGENT_TRIAGE any -> 93.184.216.128/25 123 (msg:"cordon allow triage"; alert; sid:484776985; rev:1;)
      drop tcp $AGENT_DENY_ALL any -> any any (msg:"cordon deny deny-all port closed"; flow:to_server; sid:2132198999; rev:1;)
      drop tcp $AGENT_TRIAGE any -> any ![80,443,8883] (msg:"cordon deny triage port closed"; flow:to_server; sid:2014149399; rev:1;)
      "
    `);
    expect(firewall.groups[0]?.ipSets).toEqual([
      { name: "AGENT_DENY_ALL", cidrs: ["10.64.2.0/26"] },
      { name: "AGENT_TRIAGE", cidrs: ["10.64.1.0/26", "10.64.5.0/26"] },
    ]);
  });

  test("closes everything else by name", () => {
    expect(firewall.groups[1]?.rules).toMatchInlineSnapshot(`
      "drop tcp $EXTERNAL_NET any -> $HOME_NET any (msg:"cordon deny inbound"; flow:to_server; sid:900; rev:1;)
      drop tcp any any -> $HOME_NET any (msg:"cordon deny private destination"; flow:to_server; sid:901; rev:1;)
      drop tls any any -> any any (msg:"cordon deny TLS name not listed"; flow:to_server; tls.sni; content:!"|00 00 00|"; sid:910; rev:1;)
      drop tls any any -> any any (msg:"cordon deny TLS without a name"; flow:to_server; ssl_state:client_hello; sid:911; rev:1;)
      drop http any any -> any any (msg:"cordon deny HTTP host not listed"; flow:to_server; http.host; bsize:>0; sid:912; rev:1;)
      drop http any any -> any any (msg:"cordon deny HTTP without a host"; flow:to_server; http.header_names; content:!"|0d 0a|Host|0d 0a|"; nocase; sid:913; rev:1;)
      drop http any any -> any any (msg:"cordon deny HTTP without a version"; flow:to_server; http.request_line; content:!" HTTP/1."; sid:914; rev:1;)
      drop tcp any any -> any [443,8883] (msg:"cordon deny not TLS"; flow:established,to_server,only_stream; stream_size:client,<,2000; content:!"|16|"; depth:1; sid:916; rev:1;)
      drop tcp any any -> any 80 (msg:"cordon deny not HTTP"; flow:established,to_server,only_stream; stream_size:client,<,2000; content:!"G"; depth:1; content:!"H"; depth:1; content:!"P"; depth:1; content:!"D"; depth:1; content:!"O"; depth:1; sid:917; rev:1;)
      drop tcp any any -> any [443,8883] (msg:"cordon deny not a TLS record"; flow:established,to_server,only_stream; stream_size:client,<,2000; content:"|16|"; depth:1; isdataat:10; content:!"|03|"; offset:1; depth:1; sid:919; rev:1;)
      drop tcp any any -> any [443,8883] (msg:"cordon deny not a TLS hello"; flow:established,to_server,only_stream; stream_size:client,<,2000; content:"|16|"; depth:1; isdataat:10; content:!"|01 00|"; offset:5; depth:2; sid:920; rev:1;)
      drop tcp any any -> any [443,8883] (msg:"cordon deny TLS before 1.2"; flow:established,to_server,only_stream; stream_size:client,<,2000; content:"|16|"; depth:1; isdataat:10; content:!"|03 03|"; offset:9; depth:2; sid:921; rev:1;)
      drop tcp any any -> any 80 (msg:"cordon deny not an HTTP method"; flow:established,to_server,only_stream; stream_size:client,<,2000; content:!"|16|"; depth:1; isdataat:7; content:!"GET "; depth:4; content:!"HEAD "; depth:5; content:!"POST "; depth:5; content:!"PUT "; depth:4; content:!"DELETE "; depth:7; content:!"OPTIONS "; depth:8; content:!"PATCH "; depth:6; sid:922; rev:1;)
      drop tcp any any -> any 80 (msg:"cordon deny HTTP head without a listed host"; flow:established,to_server,only_stream; content:"|0a 0d 0a|"; sid:923; rev:1;)
      drop tcp any any -> any 80 (msg:"cordon deny HTTP head without a listed host"; flow:established,to_server,only_stream; content:"|0a 0a|"; sid:924; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny another protocol"; flow:established,to_server; app-layer-protocol:!tls; app-layer-protocol:!http; sid:929; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny no name within the bound"; flow:established,to_server; stream_size:client,>,8192; sid:930; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny answer before the name"; flow:established,to_client,only_stream; isdataat:0; sid:931; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny answer before the name"; flow:to_client; dsize:>0; sid:932; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny data before the handshake"; flow:not_established,to_server; dsize:>0; sid:933; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny data without an acknowledgment"; flow:to_server; flags:!A; dsize:>0; sid:934; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny data after the end"; flow:to_server; flowbits:isset,cordon.closed; dsize:>0; sid:935; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny data with the end"; flow:to_server; flags:*FR; dsize:>0; sid:936; rev:1;)
      drop tcp any any -> any any (msg:"cordon deny data beside the stream"; flow:established,to_server; dsize:>0; stream_size:client,<,2; sid:937; rev:1;)
      drop ip any any -> any any (msg:"cordon deny TCP in fragments"; ip_proto:6; fragbits:M; sid:938; rev:1;)
      drop ip any any -> any any (msg:"cordon deny TCP in fragments"; ip_proto:6; fragoffset:>0; sid:939; rev:1;)
      drop tcp any any -> any ![80,443,8883] (msg:"cordon deny port closed"; flow:to_server; sid:940; rev:1;)
      drop udp any any -> any any (msg:"cordon deny UDP closed"; sid:941; rev:1;)
      drop icmp any any -> any any (msg:"cordon deny ICMP closed"; sid:942; rev:1;)
      drop ip any any -> any any (msg:"cordon deny other protocols closed"; ip_proto:!TCP; ip_proto:!UDP; ip_proto:!ICMP; sid:943; rev:1;)
      alert tcp any any -> any any (msg:"cordon note end"; flags:*FR; flowbits:set,cordon.closed; noalert; sid:949; rev:1;)
      "
    `);
    expect(firewall.groups[1]?.ipSets).toEqual([]);
  });

  test("counts one unit of capacity for each line, and a line for each entry and agent", () => {
    for (const { rules, capacity } of firewall.groups) expect(rules.match(/\n/g)).toHaveLength(capacity);
    expect(firewall.groups[0]?.capacity).toBe(triage.rules.length + 2);
  });

  test("numbers every rule once: allow lists below two thousand million, the terminal list from 900 upwards in order", () => {
    const sids = linesOf(firewall).map(sidOf);
    expect(new Set(sids).size).toBe(sids.length);
    const passes = sids.slice(0, 5);
    expect(passes.every((sid) => sid >= 1_000_000 && sid < 2_000_000_000)).toBe(true);
    const terminal = sids.slice(7);
    expect(terminal).toEqual([...terminal].sort((a, b) => a - b));
    expect([terminal[0], terminal.at(-1)]).toEqual([900, 949]);
  });

  test("depends on nothing but flow bits that the terminal list sets itself", () => {
    const withBits = linesOf(firewall).filter((line) => line.includes("flowbits"));
    expect(withBits.map((line) => line.split(" ")[0])).toEqual(["drop", "alert"]);
  });

  test("compiles to the same text again", () => {
    expect(compile(deny, triage)).toEqual(firewall);
  });

  test("takes all that is not public internet as home", () => {
    expect(firewall.homeNet).toEqual(
      expect.arrayContaining(["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"]),
    );
    expect(firewall.homeNet).not.toContain("10.64.1.0/26");
  });
});

describe("entries", () => {
  const passOf = (rule: Parameters<typeof agent>[2]) => linesOf(compile(agent("one", "10.64.1.0/26", rule)))[0] ?? "";

  test("match the one name of a TLS entry in any case", () => {
    expect(passOf([Egress.https("Api.Example.com", { reason })])).toContain(
      'tls.sni; content:"api.example.com"; startswith; endswith; nocase; alert;',
    );
  });

  test("match names below a wildcard, and not the name itself", () => {
    expect(passOf([Egress.https("*.example.com", { reason })])).toContain(
      'tls.sni; content:".example.com"; endswith; nocase;',
    );
  });

  test("match an HTTP host without nocase, which the engine refuses there", () => {
    const line = passOf([Egress.http("*.example.com", { reason })]);
    expect(line).toMatch(/^pass http \$AGENT_ONE any -> \$EXTERNAL_NET 80 /);
    expect(line).toContain('http.host; content:".example.com"; endswith; alert;');
    expect(line).not.toContain("nocase");
  });

  test("by address pass both ways from the first packet", () => {
    const line = passOf([Egress.cidr("93.184.216.64/32", { reason, port: 443 })]);
    expect(line).toMatch(
      /^pass tcp \$AGENT_ONE any -> 93\.184\.216\.64\/32 443 \(msg:"cordon allow one"; alert; sid:\d+; rev:1;\)$/,
    );
  });

  test("of two agents to one host are two rules with a number each", () => {
    const rules = [Egress.https("api.example.com", { reason })];
    const [one, other] = linesOf(compile(agent("a", "10.64.1.0/26", rules), agent("b", "10.64.2.0/26", rules)));
    expect(one).toMatch(/^pass tls \$AGENT_A .*msg:"cordon allow a"/);
    expect(other).toMatch(/^pass tls \$AGENT_B .*msg:"cordon allow b"/);
    expect(sidOf(one ?? "")).not.toBe(sidOf(other ?? ""));
  });

  test("that stand twice are one rule", () => {
    const rules = [Egress.https("api.example.com", { reason }), Egress.https("API.example.com.", { reason: "again" })];
    expect(compile(agent("one", "10.64.1.0/26", rules)).groups[0]?.capacity).toBe(2);
  });
});

describe("ports", () => {
  const headerOf = (firewall: CompiledFirewall, message: string) => {
    const line = linesOf(firewall).find((one) => one.includes(`msg:"cordon deny ${message}"`));
    return line === undefined ? undefined : readRule(line).port;
  };

  test("of other agents are closed to an agent, so that one without entries opens no connection", () => {
    const firewall = compile(triage, deny);
    expect(headerOf(firewall, "triage port closed")).toBe("![80,443,8883]");
    expect(headerOf(firewall, "deny-all port closed")).toBe("any");
    expect(headerOf(firewall, "port closed")).toBe("![80,443,8883]");
  });

  test("for TLS have to begin as TLS, and those for HTTP as HTTP", () => {
    const firewall = compile(triage, deny);
    expect(headerOf(firewall, "not TLS")).toBe("[443,8883]");
    expect(headerOf(firewall, "not HTTP")).toBe("80");
    expect(headerOf(firewall, "neither TLS nor HTTP")).toBeUndefined();
  });

  test("for both may begin as either, and as nothing else", () => {
    const rules = [
      Egress.tls("a.example.com", { reason, port: 8080 }),
      Egress.http("b.example.com", { reason, port: 8080 }),
    ];
    const firewall = compile(agent("one", "10.64.1.0/26", rules));
    expect(headerOf(firewall, "not TLS")).toBe("443");
    expect(headerOf(firewall, "not HTTP")).toBe("80");
    expect(headerOf(firewall, "neither TLS nor HTTP")).toBe("8080");
    expect(headerOf(firewall, "not a TLS hello")).toBe("[443,8080]");
    expect(headerOf(firewall, "not an HTTP method")).toBe("[80,8080]");
    expect(headerOf(firewall, "one port closed")).toBe("!8080");
  });

  test("of entries by address are not opened to names", () => {
    expect(
      headerOf(
        compile(agent("one", "10.64.1.0/26", [Egress.cidr("9.9.9.9/32", { reason, port: 5432 })])),
        "port closed",
      ),
    ).toBe("![80,443]");
  });
});

describe("a cell without", () => {
  test("agents closes everything", () => {
    const firewall = compile();
    expect(firewall.groups.map(({ name }) => name)).toEqual(["terminal"]);
    expect(firewall.residual).toEqual([]);
  });

  test("entries closes everything", () => {
    const firewall = compile(deny);
    expect(linesOf(firewall).filter((line) => line.startsWith("pass"))).toEqual([]);
    expect(firewall.residual).toEqual([]);
  });
});

describe("an agent in monitor mode", () => {
  const watched = { ...triage, mode: Mode.MONITOR };
  const firewall = compile(watched, deny);
  const lines = linesOf(firewall);
  const mirrors = lines.filter((line) => line.includes("cordon monitor"));
  const drops = (firewall.groups.at(-1)?.rules ?? "").split("\n").filter((line) => line.startsWith("drop "));

  test("has a logged pass for every drop of the terminal list but those of private and inbound traffic", () => {
    const why = (line: string) => /msg:"cordon (?:deny|monitor triage) ([^"]*)"/.exec(line)?.[1];
    expect(mirrors.map(why)).toEqual(
      drops.map(why).filter((text) => text !== "inbound" && text !== "private destination"),
    );
    for (const line of mirrors) expect(line).toMatch(/; alert; sid:\d+; rev:1;\)$/);
  });

  test("is passed between its own addresses and the internet alone", () => {
    const ends = mirrors.map(readRule).map(({ action, source, destination }) => `${action} ${source} ${destination}`);
    expect([...new Set(ends)].sort()).toEqual(["pass $AGENT_TRIAGE $EXTERNAL_NET", "pass $EXTERNAL_NET $AGENT_TRIAGE"]);
    const inward = mirrors.filter((line) => line.startsWith("pass tcp $EXTERNAL_NET"));
    expect(inward.every((line) => /flow:(established,)?to_client/.test(line))).toBe(true);
  });

  test("looks at what the drop looks at, so that what it logs is what enforcement drops", () => {
    const shape = (line: string) => {
      const { protocol, port, options } = readRule(line);
      const own = ["msg", "sid", "alert", "rev"];
      return [protocol, port, options.filter(([keyword, value]) => !own.includes(keyword) && value !== "to_server")];
    };
    const shapes = drops.map(shape).map((one) => JSON.stringify(one));
    for (const line of mirrors) expect(shapes).toContain(JSON.stringify(shape(line)));
  });

  test("keeps its allow list, and its numbers come after those of all lists", () => {
    const allowed = linesOf(compile(triage, deny)).filter((line) => line.includes('"cordon allow triage"'));
    expect(lines.filter((line) => line.includes('"cordon allow triage"'))).toEqual(allowed);
    expect(Math.min(...mirrors.map(sidOf))).toBeGreaterThan(Math.max(...allowed.map(sidOf)));
    expect(Math.max(...mirrors.map(sidOf))).toBeLessThanOrEqual(2_147_483_647);
    expect(mirrors.map(sidOf)).toEqual(mirrors.map(sidOf).sort((a, b) => a - b));
  });

  test("changes no rule of another agent and none of the terminal list", () => {
    const enforced = compile(triage, deny);
    expect(firewall.groups.at(-1)).toEqual(enforced.groups.at(-1));
    const about = (one: CompiledFirewall) => linesOf(one).filter((line) => line.includes("$AGENT_DENY_ALL"));
    expect(about(firewall)).toEqual(about(enforced));
    expect(about(firewall)).toHaveLength(1);
  });

  test("has no closed ports, which an agent in force has", () => {
    expect(lines.filter((line) => line.includes("cordon deny triage"))).toEqual([]);
    expect(linesOf(compile(triage, deny)).filter((line) => line.includes("cordon deny triage"))).toHaveLength(1);
  });
});

describe("agents that can't be told apart", () => {
  test.each([
    [
      "by name",
      [agent("one", "10.64.1.0/26"), agent("one", "10.64.2.0/26")],
      "CORDON-050: cell 'Agents': two agents are named 'one'; give each its own name",
    ],
    [
      "because one comes from nowhere",
      [agent("one", [])],
      "CORDON-050: cell 'Agents': agent 'one' has no source addresses; give it a subnet",
    ],
    [
      "because one lies within the other",
      [agent("one", "10.64.0.0/20"), agent("two", "10.64.1.0/26")],
      "CORDON-050: cell 'Agents': agents 'one' and 'two' share addresses of 10.64.1.0/26; give each agent subnets of its own; rules tell agents apart by source",
    ],
    [
      "because one lies within the other, behind a block of the same agent",
      [agent("two", ["10.64.0.0/20", "10.64.1.0/26"]), agent("one", ["10.64.2.0/26", "10.99.0.0/26"])],
      "CORDON-050: cell 'Agents': agents 'one' and 'two' share addresses of 10.64.2.0/26; give each agent subnets of its own; rules tell agents apart by source",
    ],
    [
      "because the firewall does not see IPv6",
      [agent("one", "fd00::/64")],
      "CORDON-050: cell 'Agents': agent 'one' sends from fd00::/64, which is IPv6; use IPv4 subnets; a cell on AWS has IPv4 alone",
    ],
    [
      "because a name would leave its quotes",
      [agent('one"; sid:1;) #', "10.64.1.0/26")],
      `CORDON-022: cell 'Agents': an agent's name "one\\"; sid:1;) #" is not an identifier; use up to 24 lower case letters, digits and single dashes, a letter first`,
    ],
  ])("%s", (_, agents, message) => {
    expect(messageOf(() => compileSuricata(agents, AT))).toBe(message);
  });

  test("are not those with neighbouring blocks", () => {
    const agents = [agent("one", ["10.64.1.0/26", "10.64.1.128/26"]), agent("two", "10.64.1.64/26")];
    expect(messageOf(() => compileSuricata(agents, AT))).toBe("nothing was thrown");
  });
});

describe("an entry that the firewall can't hold", () => {
  test.each([
    [
      "raw TCP by name",
      Egress.tcp("db.example.com", { reason, port: 5432 }),
      "CORDON-051: cell 'Agents', agent 'one', rule tcp:db.example.com:5432: raw TCP carries no name, and AWS Network Firewall matches names in the traffic; use Egress.tls if the service speaks TLS, or Egress.cidr with its address",
    ],
    [
      "an IPv6 block",
      Egress.cidr("2606:2800:220:1::/64", { reason, port: 443 }),
      "CORDON-051: cell 'Agents', agent 'one', rule tcp:2606:2800:220:1::/64:443: 2606:2800:220:1::/64 is IPv6, and a cell on AWS has IPv4 alone; name the service's IPv4 block, or a rule by name",
    ],
  ])("is refused: %s", (_, rule, message) => {
    expect(messageOf(() => compile(agent("one", "10.64.1.0/26", [rule])))).toBe(message);
  });
});

describe("home", () => {
  test("holds agents' own addresses when they are public or only partly private", () => {
    const { homeNet } = compile(
      agent("one", "8.8.0.0/24"),
      agent("two", "100.0.0.0/8"),
      agent("three", "10.64.1.0/26"),
    );
    expect(homeNet).toEqual(expect.arrayContaining(["8.8.0.0/24", "100.0.0.0/8"]));
    expect(homeNet).not.toContain("10.64.1.0/26");
  });
});

test("options are read in full by the tests' own reader", () => {
  const rule = readRule(linesOf(compile(triage))[0] ?? "");
  expect(optionOf(rule, "msg")).toBe('"cordon allow triage"');
});
