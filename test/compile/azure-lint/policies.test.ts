import {
  adding,
  all,
  application,
  FIREWALL,
  GROUP,
  IP_GROUP,
  network,
  POLICY,
  ref,
  runCases,
  SOURCE,
  setting,
  USER,
} from "./contained-stack";

const rule = (code: string, text: string): string => `${code}: ${USER}: rule 'mine' of collection 'mine' ${text}`;
const named = network({ destination_addresses: null, destination_fqdns: ["db.example.com"] });

describe("parents of policies", () => {
  const B13 = (parent: string): string =>
    `CORDON-272: ${POLICY}: its parent is ${parent}, whose network rules come before every name on the agents' lists; leave base_policy_id out`;
  runCases([
    {
      name: "are none",
      change: setting(POLICY, "base_policy_id", ref("azurerm_firewall_policy.base")),
      expected: [B13("azurerm_firewall_policy.base")],
    },
    {
      name: "whoever knows them",
      change: setting(POLICY, "base_policy_id", "${var.base}"),
      expected: [B13('"${var.base}" (unknown until apply)')],
    },
    { name: "null is none", change: setting(POLICY, "base_policy_id", null), expected: [] },
  ]);
});

describe("names in network rules", () => {
  const B14 = (engine: string): string =>
    rule(
      "CORDON-273",
      `means db.example.com by address, and the DNS proxy of ${engine} is off; use an application rule, or set proxy_enabled to true`,
    );
  runCases([
    { name: "stand for what the proxy answered", change: named, expected: [] },
    {
      name: "so the proxy is on",
      change: all(named, setting(POLICY, "dns.proxy_enabled", false)),
      expected: [B14(POLICY)],
    },
    {
      name: "which it is not by itself",
      change: all(named, setting(POLICY, "dns", undefined)),
      expected: [B14(POLICY)],
    },
    {
      name: "what only apply knows is Azure's to refuse",
      change: all(named, setting(POLICY, "dns.proxy_enabled", "${var.proxy}")),
      expected: [],
    },
    { name: "without names it may be off", change: setting(POLICY, "dns", undefined), expected: [] },
    {
      name: "a classic firewall has it in itself",
      change: adding("azurerm_firewall_network_rule_collection.mine", {
        name: "mine",
        azure_firewall_name: ref(FIREWALL, "name"),
        action: "Allow",
        rule: [
          {
            name: "mine",
            source_addresses: [SOURCE],
            protocols: ["TCP"],
            destination_ports: ["22"],
            destination_fqdns: ["db.example.com"],
          },
        ],
      }),
      expected: [B14(FIREWALL).replace(USER, "azurerm_firewall_network_rule_collection.mine")],
    },
  ]);
});

describe("what an SKU has", () => {
  const basic = all(
    setting(POLICY, "sku", "Basic"),
    setting(POLICY, "dns", undefined),
    setting(POLICY, "threat_intelligence_mode", "Alert"),
  );
  const has = (text: string): string => `CORDON-274: ${POLICY}: ${text}`;
  const uses = (what: string, sku: string, fix: string): string =>
    rule("CORDON-274", `uses ${what}, which SKU ${sku} does not have; ${fix}`);
  const urls = application({ destination_urls: ["api.example.com/v1/*"], terminate_tls: "true" });
  const premium = all(
    setting(POLICY, "intrusion_detection", [{ mode: "Deny" }]),
    setting(POLICY, "tls_certificate", [{ name: "ca", key_vault_secret_id: "${var.ca}" }]),
  );
  runCases([
    { name: "Basic has little", change: basic, expected: [] },
    {
      name: "no proxy, resolvers or denial of known addresses",
      change: all(
        basic,
        setting(POLICY, "threat_intelligence_mode", "Deny"),
        setting(POLICY, "dns", [{ proxy_enabled: true, servers: ["10.0.0.4"] }]),
      ),
      expected: [
        has("SKU Basic has no DNS proxy; leave dns out, or use SKU Standard or Premium"),
        has("SKU Basic has no resolvers of one's own; leave dns.servers out, or use SKU Standard or Premium"),
        has(
          "SKU Basic has no threat intelligence that denies; leave threat_intelligence_mode out, or use SKU Standard or Premium",
        ),
      ],
    },
    {
      name: "no names in network rules",
      change: all(basic, named),
      expected: [
        rule(
          "CORDON-273",
          `means db.example.com by address, and the DNS proxy of ${POLICY} is off; use an application rule, or set proxy_enabled to true`,
        ),
        uses("names in network rules", "Basic", "leave destination_fqdns out, or use SKU Standard or Premium"),
      ],
    },
    {
      name: "no categories",
      change: all(basic, application({ web_categories: ["News"] })),
      expected: [uses("web categories", "Basic", "leave web_categories out, or use SKU Standard or Premium")],
    },
    {
      name: "Standard has no paths and no look into TLS",
      change: urls,
      expected: [
        uses("looking into TLS", "Standard", "leave terminate_tls out, or use SKU Premium"),
        uses("rules of URLs", "Standard", "leave destination_urls out, or use SKU Premium"),
      ],
    },
    {
      name: "nor intrusion detection, and it is the SKU where none is written",
      change: all(premium, setting(POLICY, "sku", undefined)),
      expected: [
        has("SKU Standard has no certificate to look into TLS with; leave tls_certificate out, or use SKU Premium"),
        has("SKU Standard has no intrusion detection; leave intrusion_detection out, or use SKU Premium"),
      ],
    },
    {
      name: "detection that is off is none",
      change: setting(POLICY, "intrusion_detection", { mode: "Off" }),
      expected: [],
    },
    { name: "Premium has all of it", change: all(premium, urls, setting(POLICY, "sku", "premium")), expected: [] },
    {
      name: "an SKU that only apply knows is Azure's to judge",
      change: all(premium, urls, setting(POLICY, "sku", "${var.sku}")),
      expected: [],
    },
    {
      name: "so is that of a policy of another stack",
      change: all(urls, (stack) => setting(USER, "firewall_policy_id", "/subscriptions/x/firewallPolicies/y")(stack)),
      expected: [],
    },
  ]);
});

describe("what is asked first", () => {
  const B = (text: string): string => `CORDON-278: ${text}`;
  const twice = (name: string, priority: unknown) =>
    setting(GROUP, "application_rule_collection.1", { name, priority, action: "Allow", rule: [] });
  runCases([
    {
      name: "is said by the priority of a group",
      change: adding("azurerm_firewall_policy_rule_collection_group.mine", {
        firewall_policy_id: ref(POLICY),
        priority: "1000",
      }),
      expected: [
        B(
          `azurerm_firewall_policy_rule_collection_group.mine: priority 1000 is also that of ${GROUP}, and nothing says which is asked first; give each group of the policy a priority of its own`,
        ),
      ],
    },
    {
      name: "which only groups of one policy share",
      change: adding("azurerm_firewall_policy_rule_collection_group.mine", {
        firewall_policy_id: "${var.hub}",
        priority: 1000,
      }),
      expected: [],
    },
    {
      name: "and of a collection",
      change: twice("more", "1000"),
      expected: [
        B(
          `${GROUP}: two application collections have priority 1000, and nothing says which is asked first; give each collection a priority of its own`,
        ),
      ],
    },
    {
      name: "which has a name of its own",
      change: twice("listed", 1010),
      expected: [
        B(
          `${GROUP}: two application collections are named 'listed', so that the log does not tell them apart; give each collection a name of its own`,
        ),
      ],
    },
    { name: "a priority that only apply knows is Azure's to refuse", change: twice("more", "${var.p}"), expected: [] },
  ]);
});

describe("IP groups of one firewall", () => {
  const second = "azurerm_ip_group.mine";
  const using = network({ destination_addresses: null, destination_ip_groups: [ref(second)] });
  runCases([
    {
      name: "are not written at once",
      change: all(adding(second, { cidrs: ["10.0.0.4"] }), using),
      expected: [
        `CORDON-279: ${IP_GROUP}: it is written at the same time as ${second}, of the same firewall; let each IP group depend on the one before`,
      ],
    },
    {
      name: "but one after the other",
      change: all(adding(second, { cidrs: ["10.0.0.4"], depends_on: [IP_GROUP] }), using),
      expected: [],
    },
    {
      name: "in either order",
      change: all(adding(second, { cidrs: ["10.0.0.4"] }), using, setting(IP_GROUP, "depends_on", [second])),
      expected: [],
    },
    { name: "one that no rule names is nobody's", change: adding(second, { cidrs: ["10.0.0.4"] }), expected: [] },
  ]);
});
