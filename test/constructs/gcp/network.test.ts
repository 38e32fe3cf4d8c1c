import { GcpAttribution, GcpEgressTier, GcpService } from "../../../constructs/gcp";
import { ContainmentPolicy, Egress, Mode } from "../../../lib";
import { CidrBlock } from "../../../lib/names/cidr-block";
import { GcpPlan, gcpCell } from "../../support/gcp-plan";
import { refusal } from "../../support/refusal";

const policy = ContainmentPolicy.denyAll("support").allow(Egress.https("api.example.com", { reason: "test" }));

const planOf = (props: Parameters<typeof gcpCell>[0] = {}): GcpPlan => {
  const cell = gcpCell(props);
  cell.addAgent("triage", props.tier === GcpEgressTier.SEALED ? {} : { policy });
  return GcpPlan.of(cell);
};

describe("the networks of a cell", () => {
  test("have a default route only where the tier can't do without", () => {
    const closedIn = (props: Parameters<typeof gcpCell>[0]): [string, unknown][] =>
      planOf(props)
        .all("compute_network")
        .map(({ values }) => [String(values["name"]), values["delete_default_routes_on_create"]]);
    expect(closedIn({ tier: GcpEgressTier.SEALED })).toEqual([["agents-agents", true]]);
    expect(closedIn({ tier: GcpEgressTier.FQDN })).toEqual([["agents-agents", false]]);
    expect(closedIn({ tier: GcpEgressTier.PROXY })).toEqual([["agents-agents", false]]);
    expect(closedIn({ tier: GcpEgressTier.PROXY, strict: true })).toEqual([
      ["agents-agents", true],
      ["agents-proxy", false],
    ]);
  });

  test("let the cell's firewall decide before any classic rule", () => {
    for (const { values } of planOf({ strict: true }).all("compute_network")) {
      expect(values["network_firewall_policy_enforcement_order"]).toBe("BEFORE_CLASSIC_FIREWALL");
      expect(values["auto_create_subnetworks"]).toBe(false);
    }
  });

  test("translate nobody's addresses but those of agents in tier FQDN", () => {
    for (const tier of [GcpEgressTier.SEALED, GcpEgressTier.PROXY, GcpEgressTier.PROXY_TLS]) {
      expect(planOf({ tier }).all("compute_router_nat")).toEqual([]);
    }
    const plan = planOf({ tier: GcpEgressTier.FQDN });
    const { values } = plan.one("compute_router_nat");
    expect(values["subnetwork"]).toEqual([
      {
        name: `\${${plan.one("compute_subnetwork", "triage").address}.id}`,
        source_ip_ranges_to_nat: ["PRIMARY_IP_RANGE"],
      },
    ]);
    expect(values["source_subnetwork_ip_ranges_to_nat"]).toBe("LIST_OF_SUBNETWORKS");
  });

  test("give an agent a subnet with IPv4 alone, recorded whole, that waits for the firewall", () => {
    const plan = planOf();
    const { values } = plan.one("compute_subnetwork", "triage");
    expect(values).toMatchObject({
      private_ip_google_access: true,
      stack_type: "IPV4_ONLY",
      log_config: { flow_sampling: 1, metadata: "INCLUDE_ALL_METADATA" },
      depends_on: [plan.one("compute_network_firewall_policy_association").address],
    });
  });

  test("keep the subnet of the managed proxies for them, before the gateway", () => {
    const plan = planOf();
    const proxies = plan.one("compute_subnetwork", "proxy-only");
    expect(proxies.values).toMatchObject({ purpose: "REGIONAL_MANAGED_PROXY", role: "ACTIVE" });
    expect(proxies.values["private_ip_google_access"]).toBeUndefined();
    expect(plan.one("network_services_gateway").values["depends_on"]).toContain(proxies.address);
  });

  test("overlap nowhere, and hold neither the address of Google APIs", () => {
    const plan = planOf({ strict: true, services: [GcpService.STORAGE] });
    const of = (word: string): CidrBlock =>
      CidrBlock.parse(String(plan.one("compute_subnetwork", word).values["ip_cidr_range"]), word);
    const agents = [of("_endpoints_"), of("agent-triage_Subnet")];
    const proxies = [of("_gateway_"), of("_proxy-only_"), of("_published_")];
    const api = CidrBlock.parse("10.64.15.254/32", "api");
    for (const [index, block] of agents.entries()) {
      for (const other of [...agents.slice(index + 1), api]) expect(block.overlaps(other)).toBe(false);
    }
    for (const [index, block] of proxies.entries()) {
      for (const other of proxies.slice(index + 1)) expect(block.overlaps(other)).toBe(false);
    }
    expect(plan.one("compute_global_address").values["address"]).toBe("10.64.15.254");
  });
});

describe("what a cell refuses", () => {
  test.each([
    [
      { project: "Acme Agents" },
      "CORDON-200: cell 'Agents': project \"Acme Agents\" is not a project's id; write the id, not the name or number, e.g. acme-agents-prod",
    ],
    [
      { region: "europe-west1-b" },
      "CORDON-201: cell 'Agents': region \"europe-west1-b\" is not a region; leave the zone's letter out: europe-west1",
    ],
    [
      { tier: GcpEgressTier.SEALED, strict: true },
      "CORDON-206: cell 'Agents': tier sealed has no proxy to put into a network of its own; leave strict out, or use GcpEgressTier.PROXY",
    ],
    [
      { caPool: "projects/acme-agents/locations/europe-west1/caPools/corp" },
      "CORDON-206: cell 'Agents': tier proxy does not look into TLS, and a CA pool is given; leave caPool out, or use GcpEgressTier.PROXY_TLS",
    ],
    [
      { tier: GcpEgressTier.PROXY_TLS, caPool: "projects/acme-agents/locations/us-east1/caPools/corp" },
      "CORDON-205: cell 'Agents': the CA pool is in us-east1, and the proxy works in europe-west1; name a pool of the region: projects/<project>/locations/europe-west1/caPools/<pool>",
    ],
    [
      { services: [GcpService.STORAGE, GcpService.STORAGE] },
      "CORDON-111: cell 'Agents': service storage is listed twice; list each service once",
    ],
    [
      { logRetentionDays: 0 },
      "CORDON-119: cell 'Agents': logs can't be kept for 0 days; use a whole number from 1 to 3650",
    ],
  ])("%j", (props, message) => {
    expect(refusal(() => gcpCell(props))).toBe(message);
  });

  test("a destination in a sealed cell, and watching what has no way out", () => {
    const cell = gcpCell({ tier: GcpEgressTier.SEALED });
    expect(refusal(() => cell.addAgent("triage", { policy }))).toBe(
      "CORDON-107: cell 'Agents', agent 'triage': the sealed tier has no way out, and the policy names 1 destination(s), first https:api.example.com:443; use GcpEgressTier.PROXY, or remove them from the policy",
    );
    expect(refusal(() => cell.addAgent("triage", { mode: Mode.MONITOR }))).toBe(
      "CORDON-108: cell 'Agents', agent 'triage': the sealed tier has no way out to watch; leave the mode out, or use GcpEgressTier.PROXY",
    );
    expect(refusal(() => cell.addAgent("Triage"))).toMatch(/^CORDON-022/);
    cell.addAgent("triage");
    expect(refusal(() => cell.addAgent("triage"))).toBe(
      "CORDON-106: cell 'Agents': there is an agent 'triage' already; choose another name",
    );
  });

  test("openings to itself, to another cell, and twice", () => {
    const cell = gcpCell();
    const [triage, coder] = [cell.addAgent("triage"), cell.addAgent("coder")];
    const stranger = gcpCell().addAgent("stranger");
    const reason = "test";
    expect(refusal(() => triage.allowTo(triage, { port: 1, reason }))).toMatch(/^CORDON-118.*opened to itself/);
    expect(refusal(() => triage.allowTo(stranger, { port: 1, reason }))).toMatch(/^CORDON-118.*in another cell/);
    triage.allowTo(coder, { port: 8443, reason });
    expect(refusal(() => triage.allowTo(coder, { port: 8443, reason }))).toMatch(/^CORDON-118.*open already/);
  });

  test("a provider that works in another region", () => {
    const cell = gcpCell({ region: "us-east1" });
    expect(refusal(() => GcpPlan.of(cell))).toBe(
      "CORDON-105: cell 'Agents': it is in us-east1, and the provider works in \"europe-west1\"; set the provider's region to us-east1",
    );
  });
});

describe("the firewall of a cell", () => {
  const cell = gcpCell({ services: [GcpService.STORAGE] });
  const triage = cell.addAgent("triage", { policy });
  const coder = cell.addAgent("coder", { attribution: GcpAttribution.SUBNET });
  triage.allowTo(coder, { port: 8443, reason: "hands over" });
  const plan = GcpPlan.of(cell);

  test("is one policy, sorted by priority, every rule with a name, a description and a record", () => {
    const priorities = plan.rules.map((rule) => rule.priority);
    expect(priorities).toEqual([...new Set(priorities)].sort((a, b) => a - b));
    for (const rule of plan.rules) {
      expect([rule.rule_name, rule.enable_logging, rule.description !== ""]).toEqual([rule.rule_name, true, true]);
    }
  });

  test("ends by refusing everything, both directions and both families, and begins with the quarantine", () => {
    expect(
      plan.rules
        .slice(-4)
        .map(({ action, direction, match }) => [action, direction, match.dest_ip_ranges ?? match.src_ip_ranges]),
    ).toEqual([
      ["deny", "EGRESS", ["0.0.0.0/0"]],
      ["deny", "EGRESS", ["::/0"]],
      ["deny", "INGRESS", ["0.0.0.0/0"]],
      ["deny", "INGRESS", ["::/0"]],
    ]);
    expect(plan.rules.slice(0, 2).map(({ action, target_secure_tag }) => [action, target_secure_tag])).toEqual([
      ["deny", [{ name: `\${${plan.one("tags_tag_value").address}.id}` }]],
      ["deny", [{ name: `\${${plan.one("tags_tag_value").address}.id}` }]],
    ]);
  });

  test("lets each agent send to the proxy and to Google's address, and nowhere else", () => {
    const allowed = plan.rules.filter(({ action, direction }) => action === "allow" && direction === "EGRESS");
    expect(allowed.map(({ rule_name, match }) => [rule_name, match.dest_ip_ranges, match.layer4_config])).toEqual([
      [expect.stringContaining("proxy-"), ["10.64.0.10/32"], [{ ip_protocol: "tcp", ports: ["8080"] }]],
      [expect.stringContaining("proxy-"), ["10.64.0.10/32"], [{ ip_protocol: "tcp", ports: ["8080"] }]],
      [expect.stringContaining("apis-"), ["10.64.15.254/32"], [{ ip_protocol: "tcp", ports: ["443"] }]],
      [expect.stringContaining("apis-"), ["10.64.15.254/32"], [{ ip_protocol: "tcp", ports: ["443"] }]],
      ["to-triage-coder-8443", [coder.cidr.toString()], [{ ip_protocol: "tcp", ports: ["8443"] }]],
    ]);
  });

  test("knows an agent by its account, or by its subnet where no account is seen; never by an empty list", () => {
    const account = plan.one("service_account", "triage").address;
    expect(plan.rule("proxy-triage").target_service_accounts).toEqual([`\${${account}.email}`]);
    expect(plan.rule("proxy-triage").match.src_ip_ranges).toBeUndefined();
    expect(plan.rule("proxy-coder").target_service_accounts).toBeUndefined();
    expect(plan.rule("proxy-coder").match.src_ip_ranges).toEqual([coder.cidr.toString()]);
    expect(JSON.stringify(plan.json)).not.toMatch(/"(target_service_accounts|target_secure_tag|src_ip_ranges)":\[\]/);
  });

  test("lets one agent in to another on the port that was opened, from its subnet alone", () => {
    const ingress = plan.rules.filter(({ action, direction }) => action === "allow" && direction === "INGRESS");
    expect(ingress.map(({ match }) => match)).toEqual([
      {
        src_ip_ranges: [triage.cidr.toString()],
        dest_ip_ranges: [coder.cidr.toString()],
        layer4_config: [{ ip_protocol: "tcp", ports: ["8443"] }],
      },
    ]);
  });
});
