import type { DeclaredCell } from "../../../lib/topology/model/declaration";
import {
  addRule,
  at,
  type Change,
  email,
  judged,
  judgedAfter,
  NETWORK,
  type Plan,
  planOf,
  put,
  set,
  topologyOf,
} from "./plans";

const RULE = "google_compute_global_forwarding_rule.apis";
const PERIMETER = "google_access_context_manager_service_perimeter";

/** The cell no longer says that foreign credentials are a risk. */
const unstated: Change = (plan) => {
  const [cell] = plan["//"].cordon?.cells ?? [];
  (cell as { risks: DeclaredCell["risks"] }).risks = [];
};

const perimeter =
  (values: object): Change =>
  (plan) => {
    put(plan, PERIMETER, "cell", {
      parent: "accessPolicies/1",
      name: "accessPolicies/1/servicePerimeters/cell",
      ...values,
    });
    put(plan, `${PERIMETER}_resource`, "cell", {
      perimeter_name: `\${${PERIMETER}.cell.name}`,
      resource: "projects/123456789012",
    });
  };

const status = [
  {
    restricted_services: ["storage.googleapis.com"],
    vpc_accessible_services: [{ enable_restriction: true, allowed_services: ["RESTRICTED-SERVICES"] }],
  },
];

const both =
  (...changes: Change[]): Change =>
  (plan: Plan) => {
    for (const change of changes) change(plan);
  };

describe("P06 on Google Cloud: private ways to Google APIs keep to the owner", () => {
  test("without a perimeter the endpoint leads to every owner's resources, unless the cell states it as a risk", () => {
    const { findings } = judgedAfter("sealed", unstated);
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P06",
        severity: "critical",
        address: RULE,
        problem:
          "no enforced perimeter bounds it: with credentials that somebody else gave it leads to every owner's resources",
        path: [{ layer: "endpoint", says: "leads coder, triage to Google APIs (vpc-sc)" }],
      },
    ]);
    expect(judged(planOf("sealed")).places).toEqual([]);
  });

  test("an enforced perimeter bounds it; one that only reports, or has no member, does not", () => {
    expect(judgedAfter("sealed", both(unstated, perimeter({ status }))).places).toEqual([]);
    const open = [`CORDON-P06 VIOLATED ${RULE}`];
    expect(
      judgedAfter("sealed", both(unstated, perimeter({ use_explicit_dry_run_spec: true, spec: status }))).places,
    ).toEqual(open);
    const empty = both(unstated, perimeter({ status }), (plan) => delete plan.resource[`${PERIMETER}_resource`]);
    expect(judgedAfter("sealed", empty).places).toEqual(open);
  });

  test("an egress rule of the perimeter for anybody to anywhere is a hole in it", () => {
    const policy =
      (resources: string[]): Change =>
      (plan) =>
        put(plan, `${PERIMETER}_egress_policy`, "out", {
          perimeter: `\${${PERIMETER}.cell.name}`,
          egress_from: [{ identity_type: "ANY_IDENTITY" }],
          egress_to: [{ resources }],
        });
    const base = both(unstated, perimeter({ status }));
    expect(judgedAfter("sealed", both(base, policy(["*"]))).places).toEqual([
      `CORDON-P06 VIOLATED ${PERIMETER}_egress_policy.out`,
    ]);
    expect(judgedAfter("sealed", both(base, policy(["projects/123"]))).places).toEqual([]);
  });

  test("the bundle of every API is told even where the risk is stated, and held by a perimeter of services", () => {
    expect(judgedAfter("sealed", set(RULE, { target: "all-apis" })).places).toEqual([`CORDON-P06 VIOLATED ${RULE}`]);
    expect(judgedAfter("sealed", both(set(RULE, { target: "all-apis" }), perimeter({ status }))).places).toEqual([]);
  });

  test("an endpoint that no agent is let to is nobody's", () => {
    const closed: Change = (plan) => {
      const policy = at(plan, "google_compute_network_firewall_policy_with_rules.firewall");
      policy["rule"] = (policy["rule"] as { rule_name: string }[]).filter((one) => !one.rule_name.startsWith("apis-"));
    };
    expect(judgedAfter("sealed", both(unstated, closed)).places).toEqual([]);
  });

  const vip =
    (range: string): Change =>
    (plan) => {
      addRule(plan, {
        target_service_accounts: [email("triage")],
        match: { dest_ip_ranges: [range], layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] },
      });
      put(plan, "google_compute_route", "vip", {
        name: "vip",
        network: NETWORK,
        dest_range: range,
        next_hop_gateway: "default-internet-gateway",
      });
    };

  test("Google's own private addresses are such ways: restricted ones like a bundle, private ones to everything", () => {
    expect(judgedAfter("sealed", vip("199.36.153.4/30")).places).toEqual([]);
    expect(judgedAfter("sealed", both(unstated, vip("199.36.153.4/30"))).places).toContain(
      "CORDON-P06 VIOLATED google_compute_route.vip",
    );
    expect(judgedAfter("sealed", vip("199.36.153.8/30")).places).toEqual([
      "CORDON-P06 VIOLATED google_compute_route.vip",
    ]);
    const without = both(
      vip("199.36.153.8/30"),
      set("google_compute_subnetwork.triage", { private_ip_google_access: false }),
    );
    expect(judgedAfter("sealed", without).places).toEqual([]);
  });

  test("private access beside a default route leads to every API, for who may send anywhere", () => {
    const change: Change = (plan) => {
      set("google_compute_network.agents", { delete_default_routes_on_create: false })(plan);
      addRule(plan, {
        target_service_accounts: [email("triage")],
        match: { dest_ip_ranges: ["0.0.0.0/0"], layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] },
      });
    };
    expect(judgedAfter("sealed", change).places).toContain("CORDON-P06 VIOLATED google_compute_network.agents");
    const without = both(change, set("google_compute_subnetwork.triage", { private_ip_google_access: false }));
    expect(judgedAfter("sealed", without).places).not.toContain("CORDON-P06 VIOLATED google_compute_network.agents");
  });

  test("an endpoint of somebody else's service is told, and one of the stack's own is not", () => {
    const endpoint =
      (target: string): Change =>
      (plan) => {
        put(plan, "google_compute_address", "service", {
          name: "service",
          address_type: "INTERNAL",
          address: "10.64.1.120",
          subnetwork: "${google_compute_subnetwork.triage.id}",
        });
        put(plan, "google_compute_forwarding_rule", "service", {
          name: "service",
          target,
          network: NETWORK,
          ip_address: "${google_compute_address.service.id}",
          load_balancing_scheme: "",
        });
        addRule(plan, {
          target_service_accounts: [email("triage")],
          match: { dest_ip_ranges: ["10.64.1.120/32"], layer4_config: [{ ip_protocol: "tcp", ports: ["443"] }] },
        });
        put(plan, "google_compute_service_attachment", "own", {
          name: "own",
          target_service: "projects/p/regions/r/forwardingRules/x",
          nat_subnets: [],
        });
      };
    const foreign = "projects/stranger/regions/europe-west1/serviceAttachments/saas";
    expect(judgedAfter("sealed", endpoint(foreign)).places).toEqual([
      "CORDON-P06 VIOLATED google_compute_forwarding_rule.service",
    ]);
    expect(judgedAfter("sealed", endpoint("${google_compute_service_attachment.own.id}")).places).toEqual([]);
  });

  test("explain leads a name of Google's to the endpoint, and refuses one that no zone has", () => {
    const topology = topologyOf(planOf("proxy"));
    expect(topology.explain("coder", "https://secretmanager.googleapis.com")).toMatchObject({
      reaches: true,
      layers: [
        { layer: "name", allows: "yes" },
        { layer: "endpoint", allows: "yes", address: RULE },
      ],
    });
    expect(topology.canReach("coder", "https://storage.googleapis.com")).toBe(false);
  });
});
