import {
  ADDRESS,
  adding,
  all,
  IP_GROUP,
  type LintCase,
  network,
  POLICY,
  ref,
  runCases,
  SOURCE,
  SUBNET,
  USER,
} from "./contained-stack";

const at = (code: string, text: string): string => `${code}: ${USER}: rule 'mine' of collection 'mine' ${text}`;
const B1 = (ports: string, to: string): string =>
  at(
    "CORDON-260",
    `passes TCP ${ports} to ${to} before any rule by name is asked; use an application rule with the names`,
  );
const B2 = at("CORDON-261", "passes any protocol; write TCP or UDP");
const B3 = (to: string): string =>
  at("CORDON-262", `passes traffic to ${to}; name the addresses, or use an application rule with the names`);
const B6 = (ports: string, to: string): string =>
  at(
    "CORDON-265",
    `passes UDP ${ports} to ${to}, where HTTP/3 hides its names; leave UDP out; clients fall back to TCP`,
  );
const B7 = (from: string): string => at("CORDON-266", `holds for ${from}; name the agent's subnet as its source`);
const watched = { monitored: [SOURCE] };
const web = { destination_ports: ["443"] };
const ONE = "198.51.100.4/32";
const unknown = (text: string): string => `"${text}" (unknown until apply)`;

describe("network rules at the ports where names are read", () => {
  runCases([
    { name: "one address at 443 is not passed", change: network(web), expected: [B1("443", ONE)] },
    {
      name: "nor at 80 and 1433",
      change: network({ destination_ports: ["80", 1433] }),
      expected: [B1("80, 1433", ONE)],
    },
    {
      name: "nor in a range of ports",
      change: network({ destination_ports: ["79-444"] }),
      expected: [B1("80, 443", ONE)],
    },
    { name: "nor in all ports", change: network({ destination_ports: ["*"] }), expected: [B1("80, 443, 1433", ONE)] },
    {
      name: "nor in 1 to 65535",
      change: network({ destination_ports: ["1-65535"] }),
      expected: [B1("80, 443, 1433", ONE)],
    },
    {
      name: "nor at a port that only apply knows",
      change: network({ destination_ports: ["${var.port}"] }),
      expected: [B1("80, 443, 1433", ONE)],
    },
    {
      name: "nor in a list of ports that only apply knows",
      change: network({ destination_ports: "${var.ports}" }),
      expected: [B1("80, 443, 1433", ONE)],
    },
    {
      name: "in whichever case the protocol is",
      change: network({ ...web, protocols: ["tcp"] }),
      expected: [B1("443", ONE)],
    },
    {
      name: "nor by a host's name, which stands for its addresses",
      change: network({ ...web, destination_addresses: undefined, destination_fqdns: ["db.example.com"] }),
      expected: [B1("443", "db.example.com")],
    },
    {
      name: "nor from an address to another",
      change: network({ ...web, destination_addresses: ["10.0.0.1-11.0.0.1"] }),
      expected: [B1("443", "10.0.0.1-11.0.0.1")],
    },
    {
      name: "nor in an IP group",
      change: all(
        adding("azurerm_ip_group.mine", { cidrs: ["198.51.100.4"], depends_on: [IP_GROUP] }),
        network({ ...web, destination_addresses: undefined, destination_ip_groups: [ref("azurerm_ip_group.mine")] }),
      ),
      expected: [B1("443", "198.51.100.4")],
    },
    {
      name: "nor a public address of the stack",
      change: network({ ...web, destination_addresses: [ref(ADDRESS, "ip_address")] }),
      expected: [B1("443", unknown("${azurerm_public_ip.out.ip_address}"))],
    },
    {
      name: "nor for a watched agent, whose names are read as well",
      change: network(web),
      options: watched,
      expected: [B1("443", ONE)],
    },
    {
      name: "other ports are passed",
      change: network({ destination_ports: ["22", 81, "444-1432"] }),
      expected: [],
    },
    {
      name: "datagrams at 1433 are passed",
      change: network({ destination_ports: [1433], protocols: ["UDP"] }),
      expected: [],
    },
    {
      name: "private addresses are passed at 443",
      change: network({ ...web, destination_addresses: ["10.0.0.0/8", "10.0.0.4-10.0.0.9", "192.168.1.4"] }),
      expected: [],
    },
    {
      name: "so are those of the stack's networks",
      change: network({
        ...web,
        destination_addresses: [
          ref("azurerm_private_endpoint.vault", "private_service_connection[0].private_ip_address"),
          `${ref("azurerm_network_interface.tool", "private_ip_address")}/32`,
        ],
      }),
      expected: [],
    },
    {
      name: "and a list of a subnet's prefixes",
      change: network({ ...web, destination_addresses: ref(SUBNET, "address_prefixes") }),
      expected: [],
    },
    {
      name: "a denying rule passes nothing",
      change: network({ ...web, destination_addresses: ["*"] }, "deny"),
      expected: [],
    },
    {
      name: "an action that only apply knows passes",
      change: network(web, "${var.action}"),
      expected: [B1("443", ONE)],
    },
  ]);
});

describe("network rules for any protocol", () => {
  runCases([
    { name: "say which", change: network({ protocols: ["Any"] }), expected: [B2] },
    { name: "in whichever case", change: network({ protocols: ["TCP", "ANY"] }), expected: [B2] },
    {
      name: "which plan has to know",
      change: network({ protocols: ["${var.protocol}"] }),
      expected: [at("CORDON-261", `passes protocol ${unknown("${var.protocol}")}; write TCP or UDP`)],
    },
    { name: "may be several", change: network({ protocols: ["TCP", "UDP", "ICMP"] }), expected: [] },
    {
      name: "may be any in what is denied",
      change: network({ protocols: ["Any"], destination_ports: ["*"] }, "Deny"),
      expected: [],
    },
  ]);
});

describe("how wide network rules are", () => {
  const to = (...destinations: unknown[]) => network({ destination_addresses: destinations });
  const cases = (wide: boolean, texts: string[]): LintCase[] =>
    texts.map((text) => ({
      name: `${text} is ${wide ? "too wide" : "narrow enough"}`,
      change: to(text),
      expected: wide ? [B3(text)] : [],
    }));
  runCases([
    ...cases(true, ["*", "0.0.0.0/0", "Internet", "INTERNET", "0.0.0.0/1", "8.8.8.0/24", "0.0.0.0-255.255.255.255"]),
    ...cases(true, ["1.0.0.0 - 1.0.1.0", "::/0", "9.0.0.0-11.255.255.255"]),
    ...cases(false, [
      "198.51.100.0/25",
      "198.51.100.0-198.51.100.254",
      "10.0.0.0/8",
      "10.0.0.0-10.255.255.255",
      "2001:db8::/57",
    ]),
    {
      name: "what only apply knows may be everything",
      change: to("${var.where}", "${data.azurerm_network_service_tags.x.address_prefixes}"),
      expected: [
        B3(`${unknown("${var.where}")}, ${unknown("${data.azurerm_network_service_tags.x.address_prefixes}")}`),
      ],
    },
    {
      name: "a whole list that only apply knows too",
      change: network({ destination_addresses: "${concat(azurerm_subnet.coder.address_prefixes, var.more)}" }),
      expected: [B3(unknown("${concat(azurerm_subnet.coder.address_prefixes, var.more)}"))],
    },
    {
      name: "a prefix after a reference is not the address alone",
      change: to("${azurerm_network_interface.tool.private_ip_address}/0"),
      expected: [B3(unknown("${azurerm_network_interface.tool.private_ip_address}/0"))],
    },
    {
      name: "one public address of the stack is one address",
      change: to(ref(ADDRESS, "ip_address")),
      expected: [],
    },
    {
      name: "many are said in short",
      change: to("1.0.0.0/8", "2.0.0.0/8", "3.0.0.0/8", "4.0.0.0/8", "5.0.0.0/8"),
      expected: [B3("1.0.0.0/8, 2.0.0.0/8, 3.0.0.0/8 and 2 more")],
    },
    {
      name: "an IP group of another stack may be everything",
      change: network({ destination_addresses: [], destination_ip_groups: ["/subscriptions/x/ipGroups/y"] }),
      expected: [
        B3('IP group "/subscriptions/x/ipGroups/y"'),
        at(
          "CORDON-270",
          "has an empty destination_addresses, and Azure refuses the whole group; leave the list out, and blank entries too",
        ),
      ],
    },
    {
      name: "an IP group that others write may be everything",
      change: network({ destination_addresses: undefined, destination_ip_groups: [ref(IP_GROUP)] }),
      expected: [B3(`IP group ${unknown("${azurerm_ip_group.quarantine.id}")}`)],
    },
    {
      name: "an IP group counts with what is added to it",
      change: all(
        adding("azurerm_ip_group.mine", { cidrs: ["10.0.0.4"], depends_on: [IP_GROUP] }),
        adding("azurerm_ip_group_cidr.more", { ip_group_id: ref("azurerm_ip_group.mine"), cidr: "0.0.0.0/0" }),
        network({ destination_addresses: undefined, destination_ip_groups: [ref("azurerm_ip_group.mine")] }),
      ),
      expected: [B3("0.0.0.0/0")],
    },
    {
      name: "a watched agent's may be as wide as it likes",
      change: network({ destination_addresses: ["0.0.0.0/0"], destination_ports: ["1-65535"], protocols: ["UDP"] }),
      options: watched,
      expected: [],
    },
    {
      name: "not with another beside it",
      change: network({ source_addresses: [SOURCE, "10.64.5.0/26"], destination_addresses: ["0.0.0.0/0"] }),
      options: watched,
      expected: [B3("0.0.0.0/0")],
    },
    {
      name: "nor with an IP group beside it",
      change: network({ source_ip_groups: [ref(IP_GROUP)], destination_addresses: ["0.0.0.0/0"] }),
      options: watched,
      expected: [B3("0.0.0.0/0"), B7(`IP group ${unknown("${azurerm_ip_group.quarantine.id}")}`)],
    },
    {
      name: "a classic rule is no narrower",
      change: adding("azurerm_firewall_network_rule_collection.mine", {
        name: "mine",
        azure_firewall_name: ref("azurerm_firewall.cell", "name"),
        action: "Allow",
        rule: [
          {
            name: "r",
            source_addresses: [SOURCE],
            protocols: ["TCP"],
            destination_ports: ["22"],
            destination_addresses: ["*"],
          },
        ],
      }),
      expected: [
        "CORDON-262: azurerm_firewall_network_rule_collection.mine: rule 'r' of collection 'mine' passes traffic to *; name the addresses, or use an application rule with the names",
      ],
    },
    {
      name: "rules that only plan knows may be anything",
      change: adding(USER, {
        firewall_policy_id: ref(POLICY),
        priority: 2000,
        dynamic: { network_rule_collection: { for_each: "${var.x}", content: {} } },
        application_rule_collection: "${var.y}",
        nat_rule_collection: [{ name: "z", action: "Dnat", rule: "${var.z}" }],
      }),
      expected: [
        `CORDON-262: ${USER}: its network rules are known at plan only, so nothing shows what they pass; write the rules out`,
        `CORDON-264: ${USER}: its nat rules are known at plan only, so nothing shows what they pass; write the rules out`,
        `CORDON-267: ${USER}: its application rules are known at plan only, so nothing shows what they pass; write the rules out`,
      ],
    },
    {
      name: "what they deny is not asked for",
      change: adding(USER, {
        firewall_policy_id: ref(POLICY),
        priority: 2000,
        network_rule_collection: [
          { name: "x", action: "Deny", dynamic: { rule: { for_each: "${var.x}", content: {} } } },
        ],
      }),
      expected: [],
    },
  ]);
});

describe("datagrams", () => {
  const udp = { protocols: ["UDP"] };
  runCases([
    { name: "hide names at 443", change: network({ ...udp, destination_ports: [443] }), expected: [B6("443", ONE)] },
    { name: "and at 80", change: network({ ...udp, destination_ports: ["1-100"] }), expected: [B6("80", ONE)] },
    {
      name: "by a host's name too",
      change: network({ ...udp, ...web, destination_addresses: undefined, destination_fqdns: ["h3.example.com"] }),
      expected: [B6("443", "h3.example.com")],
    },
    {
      name: "with any protocol",
      change: network({ protocols: ["Any"], destination_ports: ["443"] }),
      expected: [B1("443", ONE), B2, B6("443", ONE)],
    },
    { name: "pass at other ports", change: network({ ...udp, destination_ports: ["123", "4500"] }), expected: [] },
    {
      name: "pass to private addresses",
      change: network({ ...udp, ...web, destination_addresses: ["10.1.0.4"] }),
      expected: [],
    },
    { name: "pass for a watched agent", change: network({ ...udp, ...web }), options: watched, expected: [] },
  ]);
});

describe("for whom rules hold", () => {
  const from = (source: unknown, action?: string) => network({ source_addresses: source }, action);
  runCases([
    ...["*", "0.0.0.0/0", "0.0.0.0-255.255.255.255"].map((text) => ({
      name: `not for ${text}`,
      change: from([text]),
      expected: [B7(text)],
    })),
    { name: "not for whom only apply knows", change: from(["${var.from}"]), expected: [B7(unknown("${var.from}"))] },
    { name: "for a subnet of the stack", change: from(ref(SUBNET, "address_prefixes")), expected: [] },
    { name: "for one agent", change: from(["10.64.4.0/26", "10.64.4.4-10.64.4.9"]), expected: [] },
    { name: "a denial holds for everybody", change: from(["*"], "Deny"), expected: [] },
  ]);
});
