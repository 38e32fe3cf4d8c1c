import { put, runCases, type Stack, set, setting } from "./contained-stack";

const GROUP = "aws_networkfirewall_rule_group.terminal";
const SOURCE = "rule_group.rules_source";
const inGroup = (path: string, value: unknown) => setting(GROUP, path, value);
const text = (...lines: string[]) => inGroup(`${SOURCE}.rules_string`, lines.join("\n"));
const BOUND = "match one name, or name blocks narrower than IPv4 /24 or IPv6 /56";

describe("rules that match other names than they read", () => {
  runCases([
    {
      name: "dotprefix needs a content with a leading dot",
      change: text('drop tls any any -> any any (tls.sni; dotprefix; content:"example.com"; endswith; nocase; sid:1;)'),
      expected: [
        `CORDON-080: ${GROUP}: rule line 1: AWS matches every name that ends in "example.com", look-alikes too: dotprefix needs a content with a leading dot; write ".example.com"`,
      ],
    },
    {
      name: "dotprefix with the dot passes",
      change: text(
        'pass tls any any -> any any (tls.sni; dotprefix; content:".example.com"; endswith; nocase; sid:1;)',
      ),
      expected: [],
    },
    {
      name: "a server name needs nocase",
      change: text('pass tls any any -> any any (tls.sni; content:"api.example.com"; startswith; endswith; sid:1;)'),
      expected: [
        `CORDON-080: ${GROUP}: rule line 1: AWS compares the server name with "api.example.com" letter by letter, and clients may send capitals; add nocase`,
      ],
    },
  ]);
});

describe("pass rules", () => {
  const wide = (header: string) => [
    `CORDON-081: ${GROUP}: rule line 1: AWS passes ${JSON.stringify(header)} without a name or an address that bounds it; ${BOUND}`,
  ];
  const header = "pass tcp $AGENT_TRIAGE any -> any 443";
  const tls = "pass tls $AGENT_TRIAGE any -> $EXTERNAL_NET 443";
  const passes = (rule: string) => ({ name: `passes: ${rule}`, change: text(rule), expected: [] });
  const isWide = (rule: string) => ({
    name: `too wide: ${rule}`,
    change: text(rule),
    expected: wide(rule.slice(0, rule.indexOf("(")).trim()),
  });
  runCases([
    isWide("pass ip any any -> any any (sid:1;)"),
    isWide(`${header} (flow:not_established; sid:1;)`),
    isWide("pass tcp any any -> 203.0.113.8/32 5432 (sid:1;)"),
    isWide("pass tcp $HOME_NET any -> 203.0.113.8/32 5432 (sid:1;)"),
    isWide("pass tcp $AGENT_TRIAGE any -> 203.0.113.0/24 443 (sid:1;)"),
    isWide("pass tcp $AGENT_TRIAGE any -> !203.0.113.8/32 443 (sid:1;)"),
    isWide("pass tcp $AGENT_TRIAGE any -> [203.0.113.8,0.0.0.0/0] 443 (sid:1;)"),
    isWide("pass tcp $AGENT_TRIAGE any <> 203.0.113.8/32 443 (sid:1;)"),
    isWide("pass tcp 10.64.1.0/26 any -> 10.0.0.0/8 443 (sid:1;)"),
    isWide("pass tcp $EXTERNAL_NET any -> 10.64.1.0/26 any (sid:1;)"),
    isWide(`${tls} (tls.sni; content:"example.com"; endswith; nocase; sid:1;)`),
    isWide(`${tls} (tls.sni; content:"api.example.com"; startswith; nocase; sid:1;)`),
    isWide(`${tls} (tls.sni; content:"api.example.com"; nocase; sid:1;)`),
    isWide(`${tls} (tls.sni; content:".com"; endswith; nocase; sid:1;)`),
    isWide(`${tls} (tls.sni; content:!"api.example.com"; startswith; endswith; nocase; sid:1;)`),
    isWide(`${tls} (tls.sni; content:"a"; nocase; pcre:"/^api\\.example\\.com$/"; sid:1;)`),
    isWide(`${tls} (tls.subject; content:"CN=api.example.com"; startswith; endswith; sid:1;)`),
    passes(`${tls} (tls.sni; content:"api.example.com"; startswith; endswith; nocase; sid:1;)`),
    passes(`${tls} (tls.sni; content:".example.com"; endswith; nocase; sid:1;)`),
    passes('pass http any any -> any 80 (http.host; content:"api.example.com"; startswith; endswith; sid:1;)'),
    passes("pass tcp $AGENT_TRIAGE any -> 203.0.113.0/25 5432 (sid:1;)"),
    passes("pass udp 203.0.113.8/32 123 -> $AGENT_TRIAGE any (sid:1;)"),
    {
      name: "a pass of a monitored agent may be wide, in both directions",
      change: text(
        "pass ip $AGENT_TRIAGE any -> any any (alert; sid:1;)",
        "pass tcp any any -> $AGENT_TRIAGE any (alert; sid:2;)",
      ),
      options: { monitoredSources: ["AGENT_TRIAGE"] },
      expected: [],
    },
    {
      name: "a monitored set that is wider than a cell is not an agent",
      change: (stack: Stack) => {
        text("pass ip $AGENT_CODER any -> any any (sid:1;)")(stack);
        set(stack, GROUP, "rule_group.rule_variables.ip_sets.1", {
          key: "AGENT_CODER",
          ip_set: { definition: ["0.0.0.0/0"] },
        });
      },
      options: { monitoredSources: ["AGENT_CODER"] },
      expected: wide("pass ip $AGENT_CODER any -> any any"),
    },
    {
      name: "a monitored agent does not widen another one",
      change: text(`${header} (sid:1;)`),
      options: { monitoredSources: ["AGENT_CODER"] },
      expected: wide(header),
    },
    {
      name: "a monitored agent in a list with others does not widen them",
      change: text("pass ip [$AGENT_TRIAGE,10.64.2.0/26] any -> any any (sid:1;)"),
      options: { monitoredSources: ["AGENT_TRIAGE"] },
      expected: wide("pass ip [$AGENT_TRIAGE,10.64.2.0/26] any -> any any"),
    },
    {
      name: "a rule block that passes to anywhere is too wide",
      change: inGroup(SOURCE, {
        stateful_rule: [
          { action: "DROP", header: { source: "ANY", destination: "ANY", direction: "FORWARD" } },
          { action: "PASS", header: { source: "10.64.1.0/26", destination: "203.0.113.8/32", direction: "FORWARD" } },
          { action: "PASS", header: { source: "10.64.1.0/26", destination: "ANY", direction: "FORWARD" } },
        ],
      }),
      expected: [
        `CORDON-081: ${GROUP}: stateful rule 3: AWS passes "10.64.1.0/26 to ANY" without an address that bounds it; ${BOUND}`,
      ],
    },
    {
      name: "dynamic rule blocks are a finding",
      change: (stack: Stack) => {
        set(stack, GROUP, `${SOURCE}.dynamic`, { stateful_rule: { for_each: "${var.rules}" } });
      },
      expected: [`CORDON-081: ${GROUP}: the stateful rules are unknown until apply and may pass anything; ${BOUND}`],
    },
    {
      name: "an unused group is read as well",
      change: (stack: Stack) =>
        put(stack, "aws_networkfirewall_rule_group.loose", {
          type: "STATEFUL",
          capacity: 1,
          rules: "pass ip any any -> any any (sid:5;)",
        }),
      expected: [
        `CORDON-081: aws_networkfirewall_rule_group.loose: rule line 1: AWS passes "pass ip any any -> any any" without a name or an address that bounds it; ${BOUND}`,
      ],
    },
  ]);
});
