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
    [
      "the member of a grant",
      "sealed",
      (plan) =>
        put(plan, "google_project_iam_member", "added", {
          project: "p",
          role: "roles/editor",
          member: "${var.member}",
        }),
      "CORDON-P07 UNKNOWN google_project_iam_member.added",
    ],
    [
      "whom a firewall's rule is for",
      "fqdn",
      (plan) =>
        addRule(plan, {
          target_service_accounts: ["${var.account}"],
          match: { dest_ip_ranges: ["203.0.113.0/24"], layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] },
        }),
      `CORDON-P02 UNKNOWN ${POLICY}`,
    ],
    [
      "whom a proxy's rule is for",
      "proxy",
      (plan) =>
        rule(plan, "added", 20, "ALLOW", {
          session_matcher:
            "source.matchServiceAccount('${var.account}') && host() == 'evil.example.net' && destination.port == 443",
        }),
      `CORDON-P02 UNKNOWN ${RULE}.added`,
    ],
    [
      "a host of a matcher",
      "proxy",
      (plan) =>
        rule(plan, "added", 20, "ALLOW", {
          session_matcher: `${triage} && host() == '\${var.host}' && destination.port == 443`,
        }),
      `CORDON-P02 UNKNOWN ${RULE}.added`,
    ],
    [
      "what a hierarchical policy holds for",
      "fqdn",
      (plan) => {
        put(plan, "google_compute_firewall_policy", "folder", { short_name: "folder", parent: "folders/1" });
        put(plan, "google_compute_firewall_policy_association", "folder", {
          name: "folder",
          firewall_policy: "${google_compute_firewall_policy.folder.id}",
          attachment_target: "folders/1",
        });
        put(plan, "google_compute_firewall_policy_rule", "folder", {
          firewall_policy: "${google_compute_firewall_policy.folder.id}",
          priority: 1,
          direction: "EGRESS",
          action: "allow",
          enable_logging: true,
          match: [{ dest_ip_ranges: ["203.0.113.0/24"], layer4_configs: [{ ip_protocol: "all" }] }],
        });
      },
      "CORDON-P02 UNKNOWN google_compute_firewall_policy_rule.folder",
    ],
  ])("%s", (_, tier, change, expected) => {
    const { places, verdict } = judgedAfter(tier, change);
    expect(places).toContain(expected);
    expect(places.filter((one) => !one.includes(" UNKNOWN "))).toEqual([]);
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

  test("a hierarchical policy that refuses makes up for no rule of the network", () => {
    const { places } = judgedAfter("sealed", (plan) => {
      firewallRule(plan, "refuse-out")["disabled"] = true;
      put(plan, "google_compute_firewall_policy", "org", { short_name: "org", parent: "organizations/1" });
      put(plan, "google_compute_firewall_policy_association", "org", {
        name: "org",
        firewall_policy: "${google_compute_firewall_policy.org.id}",
        attachment_target: "organizations/1",
      });
      put(plan, "google_compute_firewall_policy_rule", "org", {
        firewall_policy: "${google_compute_firewall_policy.org.id}",
        priority: 1,
        direction: "EGRESS",
        action: "deny",
        enable_logging: true,
        match: [{ dest_ip_ranges: ["0.0.0.0/0"], layer4_configs: [{ ip_protocol: "all" }] }],
      });
    });
    expect(places).toContain(`CORDON-P11 UNKNOWN ${POLICY}`);
  });

  test("a network that is not in the stack has rules, zones and routes that are not either", () => {
    const { places } = judgedAfter("sealed", (plan) => {
      const shared = "projects/host/global/networks/shared";
      for (const values of Object.values(plan.resource["google_compute_subnetwork"] ?? {})) values["network"] = shared;
    });
    expect(places).toEqual(expect.arrayContaining(["CORDON-P03 UNKNOWN projects/host/global/networks/shared"]));
    expect(places.filter((one) => /P0[13] VIOLATED/.test(one))).toEqual([]);
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
