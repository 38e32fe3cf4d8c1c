import {
  addRule,
  at,
  type Change,
  email,
  firewallRule,
  judgedAfter,
  NETWORK,
  POLICY,
  put,
  putInstance,
  rule,
  set,
  type Tier,
} from "./plans";

const triage = `source.matchServiceAccount('${email("triage")}')`;
const RULE = "google_network_security_gateway_security_policy_rule";

describe("what a plan on Google Cloud does not say counts against it, and as unknown", () => {
  test.each<[string, Tier, Change, string]>([
    [
      "the port of a matcher",
      "proxy",
      (plan) =>
        rule(plan, "added", 20, "ALLOW", {
          session_matcher: `${triage} && host() == 'evil.example.net' && destination.port == \${var.port}`,
        }),
      `CORDON-P02 UNKNOWN ${RULE}.added`,
    ],
    [
      "a function that nobody documents",
      "proxy",
      (plan) =>
        rule(plan, "added", 20, "ALLOW", {
          session_matcher: `${triage} && host().startsWith('api.') && destination.port == 443`,
        }),
      `CORDON-P02 UNKNOWN ${RULE}.added`,
    ],
    [
      "a matcher from elsewhere",
      "proxy",
      (plan) => rule(plan, "added", 20, "ALLOW", { session_matcher: "${var.matcher}" }),
      `CORDON-P02 UNKNOWN ${RULE}.added`,
    ],
    [
      "a matcher that breaks off",
      "proxy",
      (plan) => rule(plan, "added", 20, "ALLOW", { session_matcher: "host() ==" }),
      `CORDON-P02 UNKNOWN ${RULE}.added`,
    ],
    [
      "an entry of a list",
      "proxy",
      set("google_network_security_url_lists.triage", {
        values: ["*.cdn.example.com", "api.example.com", "${var.host}"],
      }),
      `CORDON-P02 UNKNOWN ${RULE}.triage`,
    ],
    [
      "what a rule does",
      "proxy",
      (plan) =>
        rule(plan, "added", 20, "${var.profile}", {
          session_matcher: `${triage} && host() == 'evil.example.net' && destination.port == 443`,
        }),
      `CORDON-P02 UNKNOWN ${RULE}.added`,
    ],
    [
      "whether a rule is on",
      "proxy",
      (plan) =>
        rule(plan, "added", 20, "ALLOW", {
          enabled: "${var.on}",
          session_matcher: `${triage} && host() == 'evil.example.net' && destination.port == 443`,
        }),
      `CORDON-P02 UNKNOWN ${RULE}.added`,
    ],
    [
      "the ranges of a firewall's rule",
      "fqdn",
      (plan) =>
        addRule(plan, {
          target_service_accounts: [email("triage")],
          match: { dest_ip_ranges: ["${var.range}"], layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] },
        }),
      `CORDON-P02 UNKNOWN ${POLICY}`,
    ],
    [
      "a name of a firewall's rule",
      "fqdn",
      (plan) => {
        (firewallRule(plan, "names-triage")["match"] as { dest_fqdns: string[] }).dest_fqdns.push("${var.host}");
      },
      `CORDON-P02 UNKNOWN ${POLICY}`,
    ],
    [
      "the place of a rule",
      "fqdn",
      (plan) =>
        addRule(plan, {
          priority: "${var.place}",
          target_service_accounts: [email("triage")],
          match: { dest_ip_ranges: ["203.0.113.0/24"], layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] },
        }),
      `CORDON-P02 UNKNOWN ${POLICY}`,
    ],
    [
      "whether the lock of names exists",
      "sealed",
      (plan) => {
        at(plan, "google_dns_managed_zone.root")["count"] = "${var.lock ? 1 : 0}";
      },
      "CORDON-P03 UNKNOWN google_compute_network.agents",
    ],
    [
      "whether an instance has an external address",
      "proxy",
      (plan) =>
        putInstance(plan, {
          network_interface: [{ subnetwork: "${google_compute_subnetwork.triage.id}", access_config: "${var.access}" }],
        }),
      "CORDON-P10 UNKNOWN google_compute_instance.added",
    ],
    [
      "whether a peering exists",
      "sealed",
      (plan) =>
        put(plan, "google_compute_network_peering", "added", {
          name: "a",
          network: NETWORK,
          peer_network: "projects/o/global/networks/s",
          count: "${var.peered ? 1 : 0}",
        }),
      "CORDON-P01 UNKNOWN google_compute_network_peering.added",
    ],
    [
      "the role of a grant",
      "sealed",
      (plan) =>
        put(plan, "google_project_iam_member", "added", {
          project: "p",
          role: "${var.role}",
          member: `serviceAccount:${email("triage")}`,
        }),
      "CORDON-P07 UNKNOWN google_project_iam_member.added",
    ],
  ])("%s", (_, tier, change, expected) => {
    const { places, verdict } = judgedAfter(tier, change);
    expect(places).toContain(expected);
    expect(places.every((one) => one.includes(" UNKNOWN "))).toBe(true);
    expect(verdict).toBe("UNKNOWN");
  });

  test("an assumption settles it, one way or the other", () => {
    const change = (plan: Parameters<Change>[0]): void =>
      addRule(plan, {
        target_service_accounts: [email("triage")],
        match: { dest_ip_ranges: ["${var.range}"], layer4_config: [{ ip_protocol: "tcp", ports: ["5432"] }] },
      });
    expect(judgedAfter("fqdn", change, { assume: { "var.range": "198.51.100.4/32" } }).places).toEqual([]);
    expect(judgedAfter("fqdn", change, { assume: { "var.range": "203.0.113.0/24" } }).places).toEqual([
      `CORDON-P02 VIOLATED ${POLICY}`,
    ]);
  });

  test("what is unknown and means nobody's traffic changes nothing", () => {
    const change = (plan: Parameters<Change>[0]): void =>
      rule(plan, "added", 20, "ALLOW", {
        session_matcher:
          "source.matchServiceAccount('other@acme-agents.iam.gserviceaccount.com') && host() == '${var.host}'",
      });
    expect(judgedAfter("proxy", change).places).toEqual([]);
  });
});
