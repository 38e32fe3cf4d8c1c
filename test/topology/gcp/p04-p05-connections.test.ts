import {
  addRule,
  type Change,
  email,
  judged,
  judgedAfter,
  NETWORK,
  POLICY,
  planOf,
  put,
  putInstance,
  type Tier,
  topologyOf,
} from "./plans";

const tcp = (...ports: string[]): object[] => [{ ip_protocol: "tcp", ports }];
const ingress =
  (match: object, more: object = {}): Change =>
  (plan) =>
    addRule(plan, { direction: "INGRESS", match: { layer4_config: tcp("22"), ...match }, ...more });

describe("P04 on Google Cloud: nothing connects to an agent", () => {
  test("an opening is found with the connection that it lets in", () => {
    const { findings } = judgedAfter(
      "sealed",
      ingress({ src_ip_ranges: ["35.235.240.0/20"] }, { target_service_accounts: [email("triage")] }),
    );
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P04",
        agent: "triage",
        address: POLICY,
        problem: "rule added (priority 10) lets 35.235.240.0/20 connect to agent triage",
        flow: { source: "35.235.240.0", destination: "10.64.1.64", port: 22 },
      },
    ]);
  });

  test.each<[string, Change, string]>([
    ["everybody", ingress({ src_ip_ranges: ["0.0.0.0/0"] }), POLICY],
    ["countries", ingress({ src_region_codes: ["US"] }), POLICY],
    ["no source at all", ingress({}), POLICY],
  ])("a rule for %s lets others in", (_, change, address) => {
    expect(judgedAfter("sealed", change).places).toEqual(expect.arrayContaining([`CORDON-P04 VIOLATED ${address}`]));
  });

  test.each<[string, Change]>([
    [
      "other machines",
      ingress(
        { src_ip_ranges: ["0.0.0.0/0"] },
        { target_service_accounts: ["other@acme-agents.iam.gserviceaccount.com"] },
      ),
    ],
    ["nobody any more", ingress({ src_ip_ranges: ["0.0.0.0/0"] }, { disabled: true })],
    ["what is refused before", ingress({ src_ip_ranges: ["0.0.0.0/0"] }, { priority: 65100 })],
    [
      "a way out",
      (plan) =>
        addRule(plan, {
          direction: "EGRESS",
          target_service_accounts: ["other@acme-agents.iam.gserviceaccount.com"],
          match: { layer4_config: tcp("22") },
        }),
    ],
  ])("a rule for %s lets nobody in", (_, change) => {
    expect(judgedAfter("sealed", change).places).toEqual([]);
  });

  test("a load balancer before an agent's instance is found at its forwarding rule", () => {
    const plan = planOf("proxy");
    putInstance(plan);
    put(plan, "google_compute_instance_group", "group", {
      name: "group",
      instances: ["${google_compute_instance.added.self_link}"],
    });
    put(plan, "google_compute_region_backend_service", "backend", {
      name: "backend",
      backend: [{ group: "${google_compute_instance_group.group.self_link}" }],
    });
    expect(judged(plan).places).toEqual([]);
    put(plan, "google_compute_forwarding_rule", "front", {
      name: "front",
      backend_service: "${google_compute_region_backend_service.backend.id}",
    });
    expect(judged(plan).places).toEqual(["CORDON-P04 VIOLATED google_compute_forwarding_rule.front"]);
  });

  const run =
    (values: object): Change =>
    (plan) =>
      put(plan, "google_cloud_run_v2_service", "agent", {
        name: "agent",
        ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
        template: [
          {
            service_account: email("triage"),
            vpc_access: [
              {
                egress: "ALL_TRAFFIC",
                network_interfaces: [{ network: NETWORK, subnetwork: "${google_compute_subnetwork.triage.id}" }],
              },
            ],
          },
        ],
        ...values,
      });

  test("a service on Cloud Run that answers the internet is found, and one that anybody may call", () => {
    const places = (change: Change): string[] => judgedAfter("sealed", change).places;
    expect(places(run({}))).toEqual([]);
    expect(places(run({ ingress: "INGRESS_TRAFFIC_ALL" }))).toEqual([
      "CORDON-P04 VIOLATED google_cloud_run_v2_service.agent",
    ]);
    expect(
      places((plan) => {
        run({})(plan);
        put(plan, "google_cloud_run_v2_service_iam_member", "all", {
          name: "${google_cloud_run_v2_service.agent.name}",
          role: "roles/run.invoker",
          member: "allUsers",
        });
        plan.resource["google_cloud_run_v2_service"] = {
          agent: { ...plan.resource["google_cloud_run_v2_service"]?.["agent"], name: undefined },
        };
      }),
    ).toEqual(["CORDON-P04 VIOLATED google_cloud_run_v2_service_iam_member.all"]);
  });

  test("Cloud Run that sends public traffic past its network has a way out of Google's own", () => {
    const template = [
      {
        service_account: email("triage"),
        vpc_access: [
          {
            egress: "PRIVATE_RANGES_ONLY",
            network_interfaces: [{ subnetwork: "${google_compute_subnetwork.triage.id}" }],
          },
        ],
      },
    ];
    expect(judgedAfter("sealed", run({ template })).places).toEqual([
      "CORDON-P01 VIOLATED google_cloud_run_v2_service.agent",
    ]);
  });
});

describe("P05 on Google Cloud: agents stay apart", () => {
  test.each<[string, Tier, object]>([
    ["by addresses", "proxy", { src_ip_ranges: ["10.64.1.0/26"] }],
    ["by the whole network", "sealed", { src_ip_ranges: ["10.64.1.0/25"] }],
  ])("a rule that lets one agent connect to the other is found: %s", (_, tier, match) => {
    const { findings } = judgedAfter(tier, ingress(match, { target_service_accounts: [email("triage")] }));
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P05",
        agent: "coder",
        address: POLICY,
        problem: "rule added (priority 10) lets agent coder connect to agent triage",
      },
    ]);
  });

  test("a rule by account, tag or secure tag counts for who bears it", () => {
    const plan = planOf("sealed");
    putInstance(plan, { tags: ["tool"], params: [{ resource_manager_tags: { key: "tagValues/7" } }] }, "coder");
    const by = (match: object): string[] => {
      const copy = structuredClone(plan);
      ingress(match, { target_service_accounts: [email("triage")] })(copy);
      return judged(copy).places;
    };
    expect(by({ src_secure_tags: [{ name: "tagValues/7" }] })).toEqual([`CORDON-P05 VIOLATED ${POLICY}`]);
    expect(by({ src_secure_tags: [{ name: "tagValues/8" }] })).toEqual([]);
  });

  test("an opening that is declared is none, on its port alone", () => {
    const plan = planOf("sealed");
    const [cell] = plan["//"].cordon?.cells ?? [];
    const coder = cell?.agents.find((one) => one.agent === "coder");
    coder?.peers.push({ agent: "triage", port: 8443 });
    const open = (ports: string[]): string[] => {
      const copy = structuredClone(plan);
      ingress(
        { src_ip_ranges: ["10.64.1.0/26"], layer4_config: tcp(...ports) },
        { target_service_accounts: [email("triage")] },
      )(copy);
      return judged(copy).places;
    };
    expect(open(["8443"])).toEqual([]);
    expect(open(["8443", "22"])).toEqual([`CORDON-P05 VIOLATED ${POLICY}`]);
  });

  test("one agent reaches another where both sides let it, and explain says who does not", () => {
    const plan = planOf("sealed");
    ingress(
      { src_ip_ranges: ["10.64.1.0/26"], layer4_config: tcp("8443") },
      { target_service_accounts: [email("triage")] },
    )(plan);
    const half = topologyOf(plan).explain("coder", "10.64.1.70:8443");
    expect(half.reaches).toBe(false);
    expect(half.layers[0]).toMatchObject({
      layer: "filter",
      allows: "no",
      address: POLICY,
      says: "rule refuse-out (priority 65000) refuses it",
    });
    addRule(plan, {
      target_service_accounts: [email("coder")],
      match: { dest_ip_ranges: ["10.64.1.64/26"], layer4_config: tcp("8443") },
    });
    expect(topologyOf(plan).canReach("coder", "10.64.1.70:8443")).toBe(true);
    expect(topologyOf(plan).canReach("coder", "10.64.1.70:22")).toBe(false);
    expect(topologyOf(plan).canReach("triage", "10.64.1.5:8443")).toBe(false);
  });
});
