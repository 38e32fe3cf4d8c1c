import {
  at,
  type Change,
  drop,
  firewallRule,
  GATEWAY,
  judged,
  judgedAfter,
  NETWORK,
  POLICY,
  planOf,
  put,
  putInstance,
  putNat,
  set,
  type Tier,
  type Values,
} from "./plans";

describe("P08 on Google Cloud: every layer leaves a record", () => {
  test.each<[string, Tier, Change, string]>([
    [
      "flows of an agent's subnet",
      "sealed",
      (plan) => delete at(plan, "google_compute_subnetwork.triage")["log_config"],
      "google_compute_subnetwork.triage",
    ],
    [
      "flows that are sampled away",
      "sealed",
      set("google_compute_subnetwork.triage", { log_config: { flow_sampling: 0 } }),
      "google_compute_subnetwork.triage",
    ],
    [
      "flows that a filter leaves out",
      "sealed",
      set("google_compute_subnetwork.triage", { log_config: { filter_expr: "src_port == 1" } }),
      "google_compute_subnetwork.triage",
    ],
    [
      "what the last rule refuses",
      "sealed",
      (plan) => delete firewallRule(plan, "refuse-out")["enable_logging"],
      POLICY,
    ],
    ["names", "proxy", set("google_dns_policy.names", { enable_logging: false }), "google_compute_network.agents"],
    ["names of a network without a policy", "proxy", drop("google_dns_policy.names"), "google_compute_network.agents"],
    [
      "translations",
      "fqdn",
      set("google_compute_router_nat.nat", { log_config: { enable: false, filter: "ALL" } }),
      "google_compute_router_nat.nat",
    ],
    [
      "what an exclusion drops",
      "sealed",
      (plan) =>
        put(plan, "google_logging_project_exclusion", "added", {
          name: "x",
          filter: 'logName:"compute.googleapis.com%2Ffirewall"',
        }),
      "google_logging_project_exclusion.added",
    ],
    [
      "what is kept for a week",
      "sealed",
      (plan) => put(plan, "google_logging_project_bucket_config", "added", { bucket_id: "b", retention_days: 7 }),
      "google_logging_project_bucket_config.added",
    ],
    [
      "what a sink that is off would keep",
      "sealed",
      (plan) =>
        put(plan, "google_logging_project_sink", "added", {
          name: "s",
          destination: "x",
          disabled: true,
          filter: 'logName="projects/p/logs/compute.googleapis.com%2Fvpc_flows"',
        }),
      "google_logging_project_sink.added",
    ],
  ])("%s are missed", (_, tier, change, address) => {
    expect(judgedAfter(tier, change).places).toEqual([`CORDON-P08 VIOLATED ${address}`]);
  });

  test.each<[string, Tier, Change]>([
    ["a sample of flows", "sealed", set("google_compute_subnetwork.triage", { log_config: { flow_sampling: 0.5 } })],
    [
      "an exclusion of something else",
      "sealed",
      (plan) =>
        put(plan, "google_logging_project_exclusion", "added", { name: "x", filter: 'resource.type="k8s_container"' }),
    ],
    [
      "a bucket of years",
      "sealed",
      (plan) => put(plan, "google_logging_project_bucket_config", "added", { bucket_id: "b", retention_days: 365 }),
    ],
    [
      "a subnet of nobody without records",
      "proxy",
      (plan) =>
        put(plan, "google_compute_subnetwork", "spare", {
          name: "spare",
          network: NETWORK,
          ip_cidr_range: "10.64.9.0/26",
        }),
    ],
  ])("%s is record enough", (_, tier, change) => {
    expect(judgedAfter(tier, change).places).toEqual([]);
  });
});

describe("P09 on Google Cloud: what decides in the proxy's place fails closed", () => {
  const callout =
    (fail_open: boolean, attached = true): Change =>
    (plan) => {
      put(plan, "google_network_services_authz_extension", "callout", {
        name: "callout",
        location: "europe-west1",
        service: "s",
        authority: "a",
        timeout: "1s",
        load_balancing_scheme: "INTERNAL_MANAGED",
        fail_open,
      });
      if (!attached) return;
      put(plan, "google_network_security_authz_policy", "policy", {
        name: "policy",
        action: "CUSTOM",
        target: [{ resources: [`\${${GATEWAY}.id}`] }],
        custom_provider: [
          { authz_extension: [{ resources: ["${google_network_services_authz_extension.callout.id}"] }] },
        ],
      });
    };

  test("a callout that passes what it does not answer is found, one that refuses is not, nor one that nobody asks", () => {
    expect(judgedAfter("proxy", callout(true)).places).toEqual([
      "CORDON-P09 VIOLATED google_network_services_authz_extension.callout",
    ]);
    expect(judgedAfter("proxy", callout(false)).places).toEqual([]);
    expect(judgedAfter("proxy", callout(true, false)).places).toEqual([]);
  });
});

describe("P10 on Google Cloud: no external address, and instances with their guards", () => {
  test("an external address is told, and opens no way where the firewall refuses", () => {
    const { findings } = judgedAfter("proxy", (plan) =>
      putInstance(plan, {
        network_interface: [{ subnetwork: "${google_compute_subnetwork.triage.id}", access_config: [{}] }],
      }),
    );
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P10",
        agent: "triage",
        address: "google_compute_instance.added",
        problem: "it has an external address",
      },
    ]);
  });

  test.each<[string, Values]>([
    ["a serial console", { metadata: { "serial-port-enable": "TRUE", "block-project-ssh-keys": "TRUE" } }],
    ["keys of the whole project", { metadata: { "serial-port-enable": "FALSE" } }],
    ["packets of others", { can_ip_forward: true }],
  ])("%s of an instance is told", (_, values) => {
    expect(judgedAfter("proxy", (plan) => putInstance(plan, values)).places).toEqual([
      "CORDON-P10 VIOLATED google_compute_instance.added",
    ]);
  });

  test.each<[string, Tier]>([
    ["beside a proxy", "proxy"],
    ["in a sealed cell", "sealed"],
  ])("translation %s is told", (_, tier) => {
    expect(judgedAfter(tier, putNat).places).toEqual(["CORDON-P10 VIOLATED google_compute_router_nat.nat"]);
  });

  test("nodes need the metadata server of their pods, and no public addresses", () => {
    const cluster =
      (values: object): Change =>
      (plan) => {
        put(plan, "google_container_cluster", "cluster", {
          name: "c",
          network: NETWORK,
          subnetwork: "${google_compute_subnetwork.triage.id}",
          remove_default_node_pool: true,
          private_cluster_config: [{ enable_private_nodes: true }],
        });
        put(plan, "google_container_node_pool", "pool", {
          cluster: "${google_container_cluster.cluster.id}",
          node_config: [
            {
              service_account: "${google_service_account.triage.email}",
              workload_metadata_config: [{ mode: "GKE_METADATA" }],
              ...values,
            },
          ],
        });
      };
    expect(judgedAfter("proxy", cluster({})).places).toEqual([]);
    expect(judgedAfter("proxy", cluster({ workload_metadata_config: [{ mode: "GCE_METADATA" }] })).places).toEqual([
      "CORDON-P10 VIOLATED google_container_node_pool.pool",
    ]);
  });

  test("an external IPv6 address of a subnet is told, and a way out where no rule refuses it", () => {
    const six = set("google_compute_subnetwork.triage", { stack_type: "IPV4_IPV6", ipv6_access_type: "EXTERNAL" });
    expect(judgedAfter("sealed", six).places).toEqual(["CORDON-P10 VIOLATED google_compute_subnetwork.triage"]);
    const open = judgedAfter("sealed", (plan) => {
      six(plan);
      firewallRule(plan, "refuse-out-v6")["disabled"] = true;
    });
    expect(open.places).toContain("CORDON-P01 VIOLATED google_compute_network.agents");
  });

  test("a second interface in another network is a way of its own", () => {
    const { places } = judgedAfter(
      "proxy",
      (plan) => {
        put(plan, "google_compute_network", "other", { name: "other", auto_create_subnetworks: false });
        put(plan, "google_compute_subnetwork", "other", {
          name: "other",
          network: "${google_compute_network.other.id}",
          ip_cidr_range: "10.99.0.0/24",
        });
        putInstance(plan, {
          network_interface: [
            { subnetwork: "${google_compute_subnetwork.triage.id}" },
            { subnetwork: "${google_compute_subnetwork.other.id}", access_config: [{}] },
          ],
        });
      },
      { agents: { triage: ["google_compute_instance.added"] } },
    );
    expect(places).toEqual(expect.arrayContaining(["CORDON-P01 VIOLATED google_compute_network.other"]));
  });
});

describe("P11 on Google Cloud: enforcement is live", () => {
  test.each<[string, Tier, Change, string]>([
    [
      "a policy that no network has",
      "sealed",
      drop("google_compute_network_firewall_policy_association.firewall"),
      POLICY,
    ],
    [
      "no rule at the end",
      "sealed",
      (plan) => {
        firewallRule(plan, "refuse-out")["disabled"] = true;
      },
      POLICY,
    ],
    [
      "a refusal of TCP alone",
      "sealed",
      (plan) => {
        (firewallRule(plan, "refuse-out")["match"] as { layer4_config: object }).layer4_config = [
          { ip_protocol: "tcp" },
        ];
      },
      POLICY,
    ],
    [
      "classic rules before the policy",
      "sealed",
      set("google_compute_network.agents", { network_firewall_policy_enforcement_order: "AFTER_CLASSIC_FIREWALL" }),
      "google_compute_network.agents",
    ],
    [
      "a proxy without a policy",
      "proxy",
      (plan) => {
        delete at(plan, GATEWAY)["gateway_security_policy"];
      },
      GATEWAY,
    ],
  ])("%s is told", (_, tier, change, address) => {
    expect(judgedAfter(tier, change).places).toContain(`CORDON-P11 VIOLATED ${address}`);
  });

  test("a policy of another network beside the agents' own is its own business", () => {
    const change: Change = (plan) => {
      put(plan, "google_compute_network_firewall_policy", "other", { name: "other" });
      put(plan, "google_compute_network_firewall_policy_association", "other", {
        name: "other",
        attachment_target: "projects/p/global/networks/other",
        firewall_policy: "${google_compute_network_firewall_policy.other.id}",
      });
    };
    expect(judgedAfter("sealed", change).places).toEqual([]);
  });
});

describe("P13 on Google Cloud: what touches the agents' network is read", () => {
  test.each<[string, Change, string]>([
    [
      "a type without a reading",
      (plan) => put(plan, "google_compute_packet_mirroring", "added", { name: "m", network: [{ url: NETWORK }] }),
      "google_compute_packet_mirroring.added",
    ],
    [
      "changes that are not seen",
      (plan) =>
        put(plan, "google_compute_subnetwork", "triage", {
          ...at(plan, "google_compute_subnetwork.triage"),
          lifecycle: { ignore_changes: ["log_config"] },
        }),
      "google_compute_subnetwork.triage",
    ],
    [
      "a command",
      (plan) =>
        put(plan, "google_compute_subnetwork", "triage", {
          ...at(plan, "google_compute_subnetwork.triage"),
          provisioner: [{ "local-exec": { command: "x" } }],
        }),
      "google_compute_subnetwork.triage",
    ],
  ])("%s leaves the proof open", (_, change, address) => {
    expect(judgedAfter("sealed", change).places).toEqual([`CORDON-P13 UNKNOWN ${address}`]);
  });

  test.each<[string, Change]>([
    [
      "a type that carries nothing",
      (plan) =>
        put(plan, "google_network_management_connectivity_test", "added", {
          name: "t",
          source: [{ network: NETWORK }],
        }),
    ],
    [
      "labels that are not seen",
      (plan) =>
        put(plan, "google_compute_address", "spare", {
          name: "s",
          subnetwork: "${google_compute_subnetwork.triage.id}",
          lifecycle: { ignore_changes: ["labels"] },
        }),
    ],
    [
      "a type of something else",
      (plan) =>
        put(plan, "google_compute_packet_mirroring", "added", {
          name: "m",
          network: [{ url: "projects/p/global/networks/other" }],
        }),
    ],
  ])("%s is part of the model", (_, change) => {
    expect(judgedAfter("sealed", change).places).toEqual([]);
  });
});

describe("P15 on Google Cloud: nothing else stands beside the proxy", () => {
  test("an instance in the proxy's subnet is told, and one elsewhere is not", () => {
    const plan = planOf("proxy");
    putInstance(plan, { network_interface: [{ subnetwork: "${google_compute_subnetwork.endpoints.id}" }] });
    expect(judged(plan).places).toEqual(["CORDON-P15 VIOLATED google_compute_instance.added"]);
    expect(judgedAfter("proxy", (json) => putInstance(json)).places).toEqual([]);
  });
});
