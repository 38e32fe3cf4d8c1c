import { adding, network, POLICY, ref, runCases, SOURCE, USER } from "./contained-stack";

const at = (code: string, text: string): string => `${code}: ${USER}: rule 'mine' of collection 'mine' ${text}`;
const B4 = (tag: string): string =>
  at(
    "CORDON-263",
    `passes traffic to ${tag}, behind which every customer of Azure has resources; use addPrivateEndpoint, or an application rule with the exact names`,
  );
const watched = { monitored: [SOURCE] };
const unknown = (text: string): string => `"${text}" (unknown until apply)`;

describe("service tags", () => {
  const to = (tag: string, action?: string) => network({ destination_addresses: [tag] }, action);
  runCases([
    ...["AzureCloud", "Storage", "Sql", "EventHub", "ServiceBus", "AzureFrontDoor.Frontend", "AppService"].map(
      (tag) => ({
        name: `${tag} is everybody's`,
        change: to(tag),
        expected: [B4(tag)],
      }),
    ),
    { name: "a region of one too", change: to("Storage.WestEurope"), expected: [B4("Storage.WestEurope")] },
    { name: "in whichever case", change: to("azurecloud"), expected: [B4("azurecloud")] },
    { name: "a watched agent has them", change: to("Storage"), options: watched, expected: [] },
    { name: "what is denied may be everybody's", change: to("Storage", "Deny"), expected: [] },
    { name: "Microsoft's own services are not", change: to("AzureMonitor"), expected: [] },
    { name: "nor is a managing service in a region", change: to("ApiManagement.WestEurope"), expected: [] },
    { name: "tags of Microsoft 365 have parts", change: to("Office365.Exchange.Optimize"), expected: [] },
    ...[
      "AzureMonitoring",
      "api.example.com",
      "10.0.0.0/33",
      "10.0.0.9-10.0.0.1",
      "1.2.3",
      "1.1.1.1-2-3",
      "10.0.0.0/8-11.0.0.0/8",
      "1.1.1.1-::1",
    ].map((text) => ({
      name: `${text} is none`,
      change: to(text),
      expected: [
        at(
          "CORDON-271",
          `names "${text}", which is neither an address nor a service tag, so that it matches nothing; write an address, a block, a range, or a tag as Azure spells it`,
        ),
      ],
    })),
    {
      name: "a denial that matches nothing is one of nothing",
      change: to("Storag", "Deny"),
      expected: [
        at(
          "CORDON-271",
          'names "Storag", which is neither an address nor a service tag, so that it matches nothing; write an address, a block, a range, or a tag as Azure spells it',
        ),
      ],
    },
  ]);
});

describe("translations", () => {
  const nat = (rule: Record<string, unknown>) =>
    adding(USER, {
      firewall_policy_id: ref(POLICY),
      priority: 2000,
      nat_rule_collection: [
        { name: "in", action: "Dnat", priority: 100, rule: [{ name: "ssh", source_addresses: ["*"], ...rule }] },
      ],
    });
  const B5 = (to: string): string =>
    `CORDON-264: ${USER}: rule 'ssh' of collection 'in' lets connections in to ${to}; remove it; agents ask, and nobody asks them`;
  runCases([
    { name: "let nobody in", change: nat({ translated_address: "10.64.4.4" }), expected: [B5('"10.64.4.4"')] },
    { name: "by name neither", change: nat({ translated_fqdn: "x.internal" }), expected: [B5('"x.internal"')] },
    {
      name: "from nowhere",
      change: nat({ source_addresses: ["203.0.113.4"], translated_address: "${var.host}" }),
      expected: [B5(unknown("${var.host}"))],
    },
    {
      name: "nor by a classic collection",
      change: adding("azurerm_firewall_nat_rule_collection.in", {
        name: "in",
        action: "Dnat",
        rule: [{ name: "ssh", source_addresses: ["*"], translated_address: "10.64.4.4" }],
      }),
      expected: [B5('"10.64.4.4"').replace(USER, "azurerm_firewall_nat_rule_collection.in")],
    },
    { name: "an empty collection translates nothing", change: adding(USER, { nat_rule_collection: [] }), expected: [] },
  ]);
});
