import {
  at,
  type Change,
  drop,
  judged,
  judgedAfter,
  NETWORK,
  planOf,
  put,
  set,
  type Tier,
  topologyOf,
  type Values,
} from "./plans";

const ZONE = "google_dns_managed_zone";
const P03 = (address: string): string => `CORDON-P03 VIOLATED ${address}`;

const zone =
  (dnsName: string, more: object = {}): Change =>
  (plan) =>
    put(plan, ZONE, "added", {
      name: "added",
      dns_name: dnsName,
      visibility: "private",
      private_visibility_config: { networks: [{ network_url: NETWORK }] },
      ...more,
    });

const forwarded = { forwarding_config: { target_name_servers: [{ ipv4_address: "8.8.8.8" }] } };

describe("P03 on Google Cloud: names through locked zones alone", () => {
  test("without the root's lock every name is asked of the internet", () => {
    const { findings } = judgedAfter("proxy", drop(`${ZONE}.root`));
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P03",
        verdict: "VIOLATED",
        address: "google_compute_network.agents",
        problem: expect.stringMatching(/^the resolver of google_compute_network\.agents answers /),
        fix: 'lock the root with an empty private zone ".", and forward single names',
        path: [{ layer: "name", says: "no private zone has the name, so it is asked of the internet" }],
      },
    ]);
  });

  test.each<[string, Tier, Change, string]>([
    ["a root that is forwarded", "proxy", set(`${ZONE}.root`, forwarded), `${ZONE}.root`],
    [
      "a root that another network is asked for",
      "sealed",
      set(`${ZONE}.root`, { peering_config: { target_network: { network_url: "projects/p/global/networks/hub" } } }),
      `${ZONE}.root`,
    ],
    [
      "a lock of another network",
      "sealed",
      set(`${ZONE}.root`, {
        private_visibility_config: { networks: [{ network_url: "projects/p/global/networks/other" }] },
      }),
      "google_compute_network.agents",
    ],
    ["a lock that is public", "sealed", set(`${ZONE}.root`, { visibility: "public" }), "google_compute_network.agents"],
    ["a domain more", "proxy", zone("evil.example.net.", forwarded), `${ZONE}.added`],
    [
      "a record more",
      "sealed",
      (plan) =>
        put(plan, "google_dns_record_set", "added", {
          managed_zone: "root",
          name: "evil.example.net.",
          type: "A",
          rrdatas: ["203.0.113.5"],
        }),
      `${ZONE}.root`,
    ],
    [
      "a delegation to other servers",
      "sealed",
      (plan) =>
        put(plan, "google_dns_record_set", "added", {
          managed_zone: "root",
          name: "net.",
          type: "NS",
          rrdatas: ["ns.evil.example."],
        }),
      `${ZONE}.root`,
    ],
    [
      "local data for a name",
      "sealed",
      (plan) => {
        put(plan, "google_dns_response_policy", "added", {
          response_policy_name: "added",
          networks: [{ network_url: NETWORK }],
        });
        put(plan, "google_dns_response_policy_rule", "added", {
          response_policy: "added",
          rule_name: "x",
          dns_name: "evil.example.net.",
          local_data: [{ local_datas: [{ name: "evil.example.net.", type: "A", rrdatas: ["203.0.113.5"] }] }],
        });
      },
      "google_dns_response_policy_rule.added",
    ],
  ])("%s answers more", (_, tier, change, address) => {
    expect(judgedAfter(tier, change).places).toEqual([P03(address)]);
  });

  test("another server for everything goes past every zone", () => {
    const { places, findings } = judgedAfter(
      "sealed",
      set("google_dns_policy.names", {
        alternative_name_server_config: [{ target_name_servers: [{ ipv4_address: "10.9.9.9" }] }],
      }),
    );
    expect(places).toEqual([P03("google_dns_policy.names")]);
    expect(findings.map((one) => one.problem)).toContain(
      "every name of the agents' network is asked of another server, past its private zones",
    );
  });

  test("a resolver that answers other networks is told", () => {
    const { findings } = judgedAfter("sealed", set("google_dns_policy.names", { enable_inbound_forwarding: true }));
    expect(findings).toMatchObject([{ rule: "CORDON-P03", severity: "medium", address: "google_dns_policy.names" }]);
  });

  test.each<[string, Change]>([
    ["a zone that is not forwarded", (plan) => delete at(plan, `${ZONE}.api`)["forwarding_config"]],
    ["a zone that is gone", drop(`${ZONE}.api`)],
  ])("%s answers less than the policies name", (_, change) => {
    const { findings } = judgedAfter("proxy", change);
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P03",
        severity: "medium",
        problem: expect.stringMatching(/refuses (.*\.)?api\.example\.com, which a policy names/),
      },
    ]);
  });

  test.each<[string, Change]>([
    [
      "a zone of another network",
      zone("evil.example.net.", {
        ...forwarded,
        private_visibility_config: { networks: [{ network_url: "projects/p/global/networks/other" }] },
      }),
    ],
    ["a public zone", zone("evil.example.net.", { visibility: "public", private_visibility_config: [] })],
    ["an empty zone, which locks a domain", zone("evil.example.net.")],
    [
      "a sink for a name",
      (plan) => {
        put(plan, "google_dns_response_policy", "added", {
          response_policy_name: "added",
          networks: [{ network_url: NETWORK }],
        });
        put(plan, "google_dns_response_policy_rule", "added", {
          response_policy: "added",
          rule_name: "x",
          dns_name: "*.evil.example.net.",
          local_data: [{ local_datas: [{ name: "*.evil.example.net.", type: "A", rrdatas: ["0.0.0.0"] }] }],
        });
      },
    ],
  ])("%s answers nothing more", (_, change) => {
    expect(judgedAfter("proxy", change).places).toEqual([]);
  });

  test("a list of passed names over a sink of the rest is a lock too", () => {
    const plan = planOf("sealed");
    drop(`${ZONE}.root`)(plan);
    put(plan, "google_dns_response_policy", "added", {
      response_policy_name: "added",
      networks: [{ network_url: NETWORK }],
    });
    const response = (name: string, values: Values): void =>
      put(plan, "google_dns_response_policy_rule", name, { response_policy: "added", rule_name: name, ...values });
    response("all", {
      dns_name: "*.",
      local_data: [{ local_datas: [{ name: "*.", type: "A", rrdatas: ["0.0.0.0"] }] }],
    });
    response("secrets", { dns_name: "secretmanager.googleapis.com.", behavior: "bypassResponsePolicy" });
    expect(judged(plan).places).toEqual([]);
    response("evil", { dns_name: "*.evil.example.net.", behavior: "bypassResponsePolicy" });
    expect(judged(plan).places).toEqual([P03("google_compute_network.agents")]);
  });

  test("explain names the zone that decides", () => {
    const { layers } = topologyOf(planOf("proxy")).explain("triage", "https://evil.example.net");
    expect(layers[0]).toEqual({
      layer: "name",
      allows: "no",
      address: `${ZONE}.root`,
      says: "holds the name's domain, and has no record of it",
    });
  });
});
