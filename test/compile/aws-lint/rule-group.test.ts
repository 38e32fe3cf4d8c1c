import { type LintCase, runCases, type Stack, set, setting } from "./contained-stack";

const GROUP = "aws_networkfirewall_rule_group.terminal";
const SOURCE = "rule_group.rules_source";
const inGroup = (path: string, value: unknown) => setting(GROUP, path, value);
const text = (...lines: string[]) => inGroup(`${SOURCE}.rules_string`, lines.join("\n"));

describe("the source and capacity of a rule group", () => {
  const list = (targets: unknown) =>
    inGroup(SOURCE, {
      rules_source_list: { generated_rules_type: "ALLOWLIST", target_types: ["TLS_SNI", "HTTP_HOST"], targets },
    });
  runCases([
    {
      name: "no source is refused",
      change: inGroup(SOURCE, {}),
      expected: [
        `CORDON-077: ${GROUP}: AWS refuses a rule group without rules (InvalidRequestException); set rules_source.rules_string`,
      ],
    },
    {
      name: "two sources are refused",
      change: inGroup(`${SOURCE}.rules_source_list`, { target_types: ["TLS_SNI"], targets: ["example.com"] }),
      expected: [
        `CORDON-077: ${GROUP}: AWS refuses two sources of rules in one group (InvalidRequestException): rules_string, rules_source_list; keep one source per group`,
      ],
    },
    {
      name: "rules in the whole-group argument count as a source",
      change: inGroup("rules", "drop icmp any any -> any any (sid:906;)"),
      expected: [
        `CORDON-077: ${GROUP}: AWS refuses two sources of rules in one group (InvalidRequestException): rules, rules_string; keep one source per group`,
      ],
    },
    {
      name: "a source of the other type is refused",
      change: inGroup("type", "STATELESS"),
      expected: [
        `CORDON-077: ${GROUP}: AWS refuses rules_string in a group of type "STATELESS" (InvalidRequestException); set the type that fits the source`,
      ],
    },
    {
      name: "rules that only apply knows are a finding",
      change: text("${file(var.rules)}"),
      expected: [
        `CORDON-077: ${GROUP}: the rules are "\${file(var.rules)}" (unknown until apply), so what they pass can't be read; pass the rules as literal text`,
        `CORDON-079: ${GROUP}: rule line 1: AWS refuses a rule without its closing parenthesis (InvalidRequestException); end the rule with ;)`,
        `CORDON-079: ${GROUP}: rule line 1: Terraform evaluates the template in it, so what the rule says is unknown until apply; write the text without \${ and %{`,
      ],
    },
    {
      name: "a capacity below the rules is refused",
      change: inGroup("capacity", 2),
      expected: [
        `CORDON-078: ${GROUP}: AWS refuses rules that need a capacity of 3 in a group of 2 (InvalidRequestException); declare a capacity of 3 or more`,
      ],
    },
    { name: "a capacity as text that holds the rules passes", change: inGroup("capacity", "3"), expected: [] },
    {
      name: "a capacity that only apply knows is left to AWS",
      change: inGroup("capacity", "${var.capacity}"),
      expected: [],
    },
    {
      name: "a capacity over the limit is refused, for the group and for the policy",
      change: inGroup("capacity", 30_001),
      expected: [
        "CORDON-078: aws_networkfirewall_firewall_policy.main: AWS refuses rule groups with a capacity of 30005 in one policy (LimitExceededException), it takes 30000; declare smaller capacities, or move agents to another cell",
        `CORDON-078: ${GROUP}: AWS refuses a capacity of 30001 (InvalidRequestException), it takes 30000; declare less, or split the rules over groups`,
      ],
    },
    {
      name: "more than 2,000,000 characters are refused",
      change: text(`#${"x".repeat(2_000_000)}`),
      expected: [
        `CORDON-078: ${GROUP}: AWS refuses 2000001 characters of rules (ValidationException), it takes 2000000; split the rules over groups`,
      ],
    },
    {
      name: "a domain list needs targets times types, types and one more",
      change: (stack: Stack) => {
        list(["example.com", ".example.org"])(stack);
        set(stack, GROUP, "capacity", 6);
      },
      expected: [
        `CORDON-078: ${GROUP}: AWS refuses rules that need a capacity of 7 in a group of 6 (InvalidRequestException); declare a capacity of 7 or more`,
      ],
    },
    { name: "a domain list within its capacity passes", change: list(["example.com", ".example.org"]), expected: [] },
    {
      name: "a domain list takes no DNS Firewall wildcard",
      change: list(["*.example.com"]),
      expected: [
        `CORDON-083: ${GROUP}: AWS refuses the target "*.example.com" of a firewall domain list (InvalidRequestException); write .example.com, which also matches example.com itself`,
      ],
    },
    {
      name: "a domain list takes no URL",
      change: list(["https://example.com"]),
      expected: [
        `CORDON-083: ${GROUP}: AWS refuses the target "https://example.com" of a firewall domain list (InvalidRequestException); write example.com or .example.com`,
      ],
    },
    {
      name: "a target that only apply knows is a finding",
      change: list(["${var.host}"]),
      expected: [
        `CORDON-083: ${GROUP}: the target "\${var.host}" (unknown until apply) can't be read, so it may be any name; write the name as a literal`,
      ],
    },
    {
      name: "a dynamic domain list is a finding",
      change: inGroup(`${SOURCE}.dynamic`, { rules_source_list: { for_each: "${var.lists}" } }),
      expected: [
        `CORDON-083: ${GROUP}: the domain list is unknown until apply, so the names that it passes are too; list the names as literals`,
      ],
    },
  ]);
});

describe("rule text", () => {
  const refused = (line: number, what: string, fix: string) => [
    `CORDON-079: ${GROUP}: rule line ${line}: AWS refuses ${what} (InvalidRequestException); ${fix}`,
  ];
  const drop = (options: string) => text(`drop tcp any any -> any any (${options})`);
  const cases: LintCase[] = [
    {
      name: "a line does not go on after a backslash",
      change: text("drop tcp any any -> \\", "any any (sid:1;)"),
      expected: [
        ...refused(1, "a line that goes on after a backslash", "write the rule on one line"),
        ...refused(
          2,
          "text that is not a rule",
          "write <action> <protocol> <source> <port> -> <destination> <port> (<options>;) with every quote and option closed",
        ),
      ],
    },
    {
      name: "a missing parenthesis is refused",
      change: text("drop tcp any any -> any any (sid:1;"),
      expected: refused(1, "a rule without its closing parenthesis", "end the rule with ;)"),
    },
    {
      name: "an open quote is refused",
      change: drop('msg:"x; sid:1;'),
      expected: refused(
        1,
        "text that is not a rule",
        "write <action> <protocol> <source> <port> -> <destination> <port> (<options>;) with every quote and option closed",
      ),
    },
    {
      name: "a carriage return is refused",
      change: text("drop tcp any any -> any any (sid:1;)\r", "drop udp any any -> any any (sid:2;)"),
      expected: refused(1, "a carriage return", "end lines with a line feed only"),
    },
    {
      name: "Terraform would evaluate a template",
      change: drop('msg:"%{if true}"; sid:1;'),
      expected: [
        `CORDON-079: ${GROUP}: rule line 1: Terraform evaluates the template in it, so what the rule says is unknown until apply; write the text without \${ and %{`,
      ],
    },
    {
      name: "8,176 characters are refused",
      change: drop(`msg:"${"x".repeat(8176 - 44)}"; sid:1;`),
      expected: refused(1, "8176 characters", "keep a rule within 8175 characters"),
    },
    { name: "8,175 characters pass", change: drop(`msg:"${"x".repeat(8175 - 44)}"; sid:1;`), expected: [] },
    {
      name: "an undeclared variable and reference are refused",
      change: text("drop tcp $AGENTS any -> [@BLOCKED, 192.0.2.1] $HTTP_PORTS (sid:1;)"),
      expected: [
        ...refused(
          1,
          "the reference @BLOCKED, which the group does not declare",
          "add it to reference_sets of the same group",
        ),
        ...refused(
          1,
          "the variable $AGENTS, which the group does not declare",
          "add it to rule_variables of the same group",
        ),
        ...refused(
          1,
          "the variable $HTTP_PORTS, which the group does not declare",
          "add it to rule_variables of the same group",
        ),
      ],
    },
    {
      name: "declared variables and references pass",
      change: (stack: Stack) => {
        text("drop tcp $AGENT_TRIAGE any -> [@BLOCKED,!$HOME_NET] $PORTS (sid:1;)")(stack);
        set(stack, GROUP, "rule_group.rule_variables.port_sets", [{ key: "PORTS", port_set: { definition: ["443"] } }]);
        set(stack, GROUP, "rule_group.reference_sets", {
          ip_set_references: [{ key: "BLOCKED", ip_set_reference: [{ reference_arn: "x" }] }],
        });
      },
      expected: [],
    },
    {
      name: "variables that only apply knows are left to AWS",
      change: (stack: Stack) => {
        text("drop tcp $AGENTS any -> any any (sid:1;)")(stack);
        set(stack, GROUP, "rule_group.rule_variables", "${var.variables}");
      },
      expected: [],
    },
    {
      name: "a variable outside of the header is refused",
      change: drop("ip_proto:$PROTOCOL; sid:1;"),
      expected: refused(1, 'the variable $PROTOCOL in the option "ip_proto"', "use variables in the header only"),
    },
    {
      name: "a dollar inside of quotes is text",
      change: drop('content:"a"; pcre:"/^(a|b){1,3}$/"; msg:"at $HOME @ home"; sid:1;'),
      expected: [],
    },
    {
      name: "unknown actions, protocols and directions are refused",
      change: text("accept sctp any any => any any (sid:1;)"),
      expected: [
        ...refused(1, 'the action "accept"', "use one of pass, drop, reject, alert"),
        ...refused(1, 'the direction "=>"', "use ->"),
        ...refused(1, 'the protocol "sctp"', "match by tcp, udp or ip instead"),
      ],
    },
    {
      name: "reject is for some protocols",
      change: text("reject udp any any -> any any (sid:1;)"),
      expected: refused(1, "reject for udp", "use drop, or one of tcp, http, tls, smb, ssh, smtp, dcerpc"),
    },
    { name: "reject of tcp passes", change: text("reject tcp any any -> any any (sid:1;)"), expected: [] },
    ...["dataset", "datarep", "iprep", "lua", "luajit", "filestore", "filename", "file.data", "threshold"].map(
      (keyword) => ({
        name: `the keyword ${keyword} is refused`,
        change: drop(`${keyword}:x; sid:1;`),
        expected: refused(1, `the keyword "${keyword}"`, "match by name, address or port instead"),
      }),
    ),
    {
      name: "gid is refused",
      change: drop("gid:1; sid:1;"),
      expected: refused(1, 'the keyword "gid", which AWS sets itself', "remove it"),
    },
    {
      name: "priority is refused under strict order",
      change: drop("priority:1; sid:1;"),
      expected: refused(1, 'the keyword "priority" under STRICT_ORDER', "order the rules by their lines"),
    },
    {
      name: "pcre needs a companion",
      change: drop('http.method; pcre:"/GET/"; sid:1;'),
      expected: refused(1, "pcre by itself", "add one of tls.sni, http.host, dns.query, http.uri, content to the rule"),
    },
    {
      name: "http.host takes neither nocase nor capitals",
      change: text('drop http any any -> any any (http.host; content:"API.example.com"; nocase; sid:1;)'),
      expected: [
        ...refused(1, 'capitals in the http.host content "API.example.com"', "write it in lower case"),
        ...refused(1, "nocase after http.host, which is lower case already", "remove nocase"),
      ],
    },
    {
      name: "nocase after another buffer passes",
      change: text(
        'drop http any any -> any any (http.host; content:"a.example.com"; http.uri; content:"/X"; nocase; sid:1;)',
      ),
      expected: [],
    },
    {
      name: "a rule without a sid is refused",
      change: drop("flow:to_server;"),
      expected: [
        `CORDON-082: ${GROUP}: rule line 1: AWS refuses a rule without a sid (InvalidRequestException); add sid:<number>;`,
      ],
    },
    {
      name: "two rules with one sid are refused",
      change: text("drop tcp any any -> any any (sid:1;)", "drop udp any any -> any any (sid:1;)"),
      expected: [
        `CORDON-082: ${GROUP}: AWS refuses sid 1 on two rules (InvalidRequestException: Duplicate signature); give every rule a sid of its own`,
      ],
    },
  ];
  runCases(cases);
});
