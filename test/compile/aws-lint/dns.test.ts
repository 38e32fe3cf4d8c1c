import { type LintCase, put, runCases, type Stack, set, setting, without } from "./contained-stack";

const R = "aws_route53_resolver_firewall";
const GROUP = `${R}_rule_group.main`;
const ALLOW = `${R}_rule.allow`;
const DENY = `${R}_rule.deny`;
const HTTPS = `${R}_rule.https`;
const LIST = `${R}_domain_list.allow`;
const ASSOCIATION = `${R}_rule_group_association.main`;
const CONFIG = `${R}_config.main`;
const MANY = Array.from({ length: 1001 }, (_, i) => `h${i}.example.com`);

describe("DNS Firewall domain lists", () => {
  const domains = (...list: unknown[]) => setting(LIST, "domains", list);
  const wrongDomain = (shown: string, fix: string) => [
    `CORDON-083: ${LIST}: AWS refuses the domain ${shown} of a DNS Firewall list (ValidationException); ${fix}`,
  ];
  const wrongName = (shown: string) => [
    `CORDON-084: ${LIST}: AWS refuses the list name ${shown} (ValidationException); use up to 64 letters, digits, dashes and underscores, not digits alone`,
  ];
  runCases([
    {
      name: "a list takes no Network Firewall form",
      change: domains(".example.com"),
      expected: wrongDomain('".example.com"', "write *.example.com, and example.com for the name itself"),
    },
    {
      name: "a star stands first only",
      change: domains("api.*.example.com"),
      expected: wrongDomain('"api.*.example.com"', "write example.com or *.example.com"),
    },
    {
      name: "a star is a whole label",
      change: domains("*example.com"),
      expected: wrongDomain('"*example.com"', "write example.com or *.example.com"),
    },
    {
      name: "a name has at most 255 characters",
      change: domains("a".repeat(256)),
      expected: wrongDomain(`"${"a".repeat(116)}...`, "write example.com or *.example.com"),
    },
    {
      name: "names, wildcards and one label pass",
      change: domains("a.example.com", "*.example.com", "localhost", "_dns.example.com"),
      expected: [],
    },
    {
      name: "a domain that only apply knows is a finding, and so is the rule that allows it",
      change: domains("${var.host}"),
      expected: [
        `CORDON-083: ${LIST}: the domain "\${var.host}" (unknown until apply) can't be read, so it may be any name; write the name as a literal`,
        `CORDON-086: ${ALLOW}: AWS allows the names of the list "\${${LIST}.id}" (unknown until apply), which can't be read; allow lists of this stack with literal names only`,
      ],
    },
    {
      name: "a list name does not start with a dot",
      change: setting(LIST, "name", ".allow"),
      expected: wrongName('".allow"'),
    },
    { name: "a list name is not digits alone", change: setting(LIST, "name", "123"), expected: wrongName('"123"') },
    {
      name: "a list name that only apply knows is left to AWS",
      change: setting(LIST, "name", "${var.name}"),
      expected: [],
    },
    {
      name: "1,001 domains are refused",
      change: domains(...MANY),
      expected: [
        `CORDON-084: ${LIST}: AWS refuses 1001 domains in one list at apply (RSLVR-02028), it takes 1000; split the domains over lists`,
      ],
    },
    { name: "1,000 domains pass", change: domains(...MANY.slice(1)), expected: [] },
  ]);
});

describe("DNS Firewall rules", () => {
  const code = `CORDON-085: ${DENY}`;
  const response = (value: unknown) => setting(DENY, "block_response", value);
  const cases: LintCase[] = [
    {
      name: "BLOCK needs an answer",
      change: response(undefined),
      expected: [
        `${code}: AWS refuses a BLOCK rule without block_response (ValidationException); set block_response to "NODATA" or "NXDOMAIN"`,
      ],
    },
    {
      name: "an answer that AWS does not know is refused",
      change: response("REFUSED"),
      expected: [
        `${code}: AWS refuses block_response "REFUSED" (ValidationException); use one of NODATA, NXDOMAIN, OVERRIDE`,
      ],
    },
    {
      name: "OVERRIDE needs what it answers",
      change: (stack: Stack) => {
        response("OVERRIDE")(stack);
        set(stack, DENY, "block_override_ttl", 0);
      },
      expected: [
        `${code}: AWS refuses block_response "OVERRIDE" without block_override_domain, block_override_dns_type (ValidationException); set block_override_domain, block_override_dns_type`,
      ],
    },
    { name: "an answer that only apply knows still blocks", change: response("${var.answer}"), expected: [] },
    {
      name: "ALLOW takes no answer",
      change: setting(ALLOW, "block_response", "NODATA"),
      expected: [
        `CORDON-085: ${ALLOW}: AWS refuses block_response "NODATA" on action "ALLOW" (ValidationException); remove block_response`,
      ],
    },
    {
      name: "two rules of a group can't share a priority",
      change: setting(HTTPS, "priority", 200),
      expected: [
        `CORDON-085: ${HTTPS}: AWS refuses priority 200 on two rules of the DNS rule group ${GROUP} (ValidationException), ${ALLOW} has it; give each rule a priority of its own`,
      ],
    },
    {
      name: "two rules of a group can't share a list",
      change: setting(HTTPS, "firewall_domain_list_id", `\${${R}_domain_list.deny.id}`),
      expected: [
        `CORDON-085: ${HTTPS}: the provider can't tell this rule from ${DENY}: both use ${R}_domain_list.deny in the DNS rule group ${GROUP}; give each rule a domain list of its own`,
      ],
    },
    {
      name: "101 rules in a group are refused",
      change: (stack: Stack) => {
        for (let i = 0; i < 98; i++) {
          put(stack, `${R}_rule.more${i}`, {
            firewall_rule_group_id: `\${${GROUP}.id}`,
            priority: 1000 + i,
            action: "BLOCK",
            block_response: "NODATA",
          });
        }
      },
      expected: [
        `CORDON-085: ${GROUP}: AWS refuses 101 rules in the DNS rule group ${GROUP} (RSLVR-02201), it takes 100; put more domains into each list`,
      ],
    },
  ];
  runCases(cases);
});

describe("names that no rule lists", () => {
  const open = `CORDON-086: ${GROUP}: AWS resolves every name that no rule lists: the group has no BLOCK of * for all query types; add a last rule that blocks a list of "*"`;
  runCases([
    { name: "a group without a block of everything is open", change: without(DENY), expected: [open] },
    {
      name: "an alert in its place is open",
      change: (s: Stack) => put(s, DENY, { ...s.get(DENY)?.values, action: "ALERT", block_response: undefined }),
      expected: [open],
    },
    {
      name: "an alert in its place passes in a monitored group",
      change: (s: Stack) => put(s, DENY, { ...s.get(DENY)?.values, action: "ALERT", block_response: undefined }),
      options: { monitoredDnsGroups: [GROUP] },
      expected: [],
    },
    { name: "a block of one query type is open", change: setting(DENY, "q_type", "A"), expected: [open] },
    {
      name: "a block of some names is open",
      change: setting(`${R}_domain_list.deny`, "domains", ["*.example.net"]),
      expected: [open],
    },
    {
      name: "a block of a list that can't be read is open",
      change: setting(DENY, "firewall_domain_list_id", "rslvr-fdl-0123456789abcdef"),
      expected: [open],
    },
    {
      name: "an ALLOW of * opens every name, before the block and in a monitored group",
      change: setting(LIST, "domains", ["api.example.com", "*"]),
      options: { monitoredDnsGroups: [GROUP] },
      expected: [`CORDON-086: ${ALLOW}: AWS allows every name: the list holds *; allow names, and block * last`],
    },
    {
      name: "an ALLOW of a list that AWS manages can't be read",
      change: setting(ALLOW, "firewall_domain_list_id", "rslvr-fdl-0123456789abcdef"),
      expected: [
        `CORDON-086: ${ALLOW}: AWS allows the names of the list "rslvr-fdl-0123456789abcdef", which can't be read; allow lists of this stack with literal names only`,
      ],
    },
    {
      name: "an action that only apply knows is a finding",
      change: setting(ALLOW, "action", "${var.action}"),
      expected: [
        `CORDON-086: ${ALLOW}: the action is "\${var.action}" (unknown until apply), so the names of its list may resolve; write the action as a literal`,
      ],
    },
    {
      name: "an ALLOW behind the block is never read",
      change: setting(ALLOW, "priority", 9001),
      expected: [
        `CORDON-086: ${ALLOW}: AWS never reads this ALLOW: its priority 9001 comes after the BLOCK of * at 9000; give it a priority below 9000`,
      ],
    },
    {
      name: "a group of blocks may stand beside the closing one",
      change: (stack: Stack) => {
        put(stack, `${R}_rule_group.threats`, {});
        put(stack, `${R}_rule_group_association.threats`, {
          ...stack.get(ASSOCIATION)?.values,
          priority: 200,
          firewall_rule_group_id: `\${${R}_rule_group.threats.id}`,
        });
      },
      expected: [],
    },
    {
      name: "a group of another stack can't be read",
      change: (stack: Stack) =>
        put(stack, `${R}_rule_group_association.shared`, {
          ...stack.get(ASSOCIATION)?.values,
          priority: 200,
          firewall_rule_group_id: "rslvr-frg-1",
        }),
      expected: [
        `CORDON-086: ${R}_rule_group_association.shared: the DNS rule group "rslvr-frg-1" is not in this stack, so the names that it allows can't be read; define the group in the stack`,
      ],
    },
  ]);
});

describe("DNS Firewall associations", () => {
  const code = `CORDON-087: ${ASSOCIATION}`;
  const also = (count: number) => (stack: Stack) => {
    for (let i = 0; i < count; i++)
      put(stack, `${R}_rule_group_association.more${i}`, { ...stack.get(ASSOCIATION)?.values, priority: 200 + i });
  };
  runCases([
    {
      name: "priority 100 is refused",
      change: setting(ASSOCIATION, "priority", 100),
      expected: [`${code}: AWS refuses the association priority 100 (ValidationException); use 101 to 9899`],
    },
    {
      name: "priority 9900 is refused",
      change: setting(ASSOCIATION, "priority", 9900),
      expected: [`${code}: AWS refuses the association priority 9900 (ValidationException); use 101 to 9899`],
    },
    { name: "priority 9899 passes", change: setting(ASSOCIATION, "priority", 9899), expected: [] },
    {
      name: "a VPC has one association per priority",
      change: (stack: Stack) => put(stack, `${R}_rule_group_association.second`, { ...stack.get(ASSOCIATION)?.values }),
      expected: [
        `CORDON-087: ${R}_rule_group_association.second: AWS refuses the association priority 101 twice on aws_vpc.main (ValidationException), ${ASSOCIATION} has it; give each association of a VPC a priority of its own`,
      ],
    },
    { name: "5 associations of a VPC pass", change: also(4), expected: [] },
    {
      name: "6 associations of a VPC are refused",
      change: also(5),
      expected: [
        `CORDON-087: ${R}_rule_group_association.more4: AWS refuses 6 DNS rule groups on aws_vpc.main (LimitExceededException), it takes 5; put the rules in fewer groups`,
      ],
    },
    {
      name: "mutation protection is on",
      change: setting(ASSOCIATION, "mutation_protection", undefined),
      expected: [
        `${code}: mutation_protection is absent, so AWS removes the DNS rules of the VPC by one call; set mutation_protection to "ENABLED"`,
      ],
    },
    {
      name: "mutation protection may be off during maintenance",
      change: setting(ASSOCIATION, "mutation_protection", "DISABLED"),
      options: { maintenance: true },
      expected: [],
    },
    {
      name: "a resolver that fails open is a finding",
      change: setting(CONFIG, "firewall_fail_open", "ENABLED"),
      expected: [
        `CORDON-087: ${CONFIG}: firewall_fail_open is "ENABLED", and AWS answers every query when DNS Firewall fails with ENABLED; set firewall_fail_open to "DISABLED"`,
      ],
    },
    {
      name: "a resolver that does not say is a finding",
      change: setting(CONFIG, "firewall_fail_open", undefined),
      expected: [
        `CORDON-087: ${CONFIG}: firewall_fail_open is absent, so AWS keeps what is set on the VPC; set firewall_fail_open to "DISABLED"`,
      ],
    },
    {
      name: "a VPC with DNS rules has a resolver setting",
      change: setting(CONFIG, "resource_id", "vpc-1"),
      expected: [
        `${code}: the stack does not say what aws_vpc.main does when DNS Firewall fails, so a setting made elsewhere may answer every query; add aws_route53_resolver_firewall_config with firewall_fail_open "DISABLED" for the VPC`,
      ],
    },
    {
      name: "a VPC that the stack does not hold is told by its id",
      change: (stack: Stack) => {
        set(stack, CONFIG, "resource_id", "vpc-1");
        set(stack, ASSOCIATION, "vpc_id", "vpc-1");
      },
      expected: [],
    },
  ]);
});
