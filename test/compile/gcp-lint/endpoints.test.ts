import {
  ACCOUNT,
  ASSOCIATION,
  adding,
  all,
  ENDPOINTS,
  NETWORK,
  ref,
  runCases,
  SUBNET,
  setting,
} from "./contained-stack";

describe("private endpoints", () => {
  const RULE = "google_compute_global_forwarding_rule.apis";
  const ADDRESS = "google_compute_global_address.apis";
  runCases([
    {
      name: "the name has no hyphen",
      change: setting(RULE, "name", "cell-apis"),
      expected: [
        'CORDON-236: google_compute_global_forwarding_rule.apis: Google refuses the name "cell-apis" for an endpoint of its APIs; use 1 to 20 lower-case letters and digits, a letter first, without hyphens',
      ],
    },
    {
      name: "the name has at most 20 characters",
      change: setting(RULE, "name", "a23456789012345678901"),
      expected: [
        'CORDON-236: google_compute_global_forwarding_rule.apis: Google refuses the name "a23456789012345678901" for an endpoint of its APIs; use 1 to 20 lower-case letters and digits, a letter first, without hyphens',
      ],
    },
    { name: "20 pass", change: setting(RULE, "name", "a2345678901234567890"), expected: [] },
    {
      name: "a name that only apply knows is Google's to refuse",
      change: setting(RULE, "name", "${var.name}"),
      expected: [],
    },
    {
      name: "it says that it is no load balancer",
      change: setting(RULE, "load_balancing_scheme", undefined),
      expected: [
        'CORDON-236: google_compute_global_forwarding_rule.apis: load_balancing_scheme is absent, and Google refuses an endpoint that is a load balancer; set it to ""',
      ],
    },
    {
      name: "also for all APIs",
      change: all(setting(RULE, "target", "all-apis"), setting(RULE, "load_balancing_scheme", "INTERNAL")),
      expected: [
        'CORDON-236: google_compute_global_forwarding_rule.apis: load_balancing_scheme is "INTERNAL", and Google refuses an endpoint that is a load balancer; set it to ""',
      ],
    },
    {
      name: "and for a service of another network",
      change: adding("google_compute_forwarding_rule.entrance", {
        name: "entrance",
        target: ref("google_compute_service_attachment.proxy"),
      }),
      expected: [
        'CORDON-236: google_compute_forwarding_rule.entrance: load_balancing_scheme is absent, and Google refuses an endpoint that is a load balancer; set it to ""',
      ],
    },
    {
      name: "as a connection it passes",
      change: adding("google_compute_forwarding_rule.entrance", {
        name: "entrance",
        target: "projects/p/regions/r/serviceAttachments/s",
        load_balancing_scheme: "",
      }),
      expected: [],
    },
    {
      name: "nothing is published to the internet",
      change: adding("google_compute_forwarding_rule.web", { name: "web", backend_service: "b" }),
      expected: [
        "CORDON-236: google_compute_forwarding_rule.web: load_balancing_scheme is absent, so its address is one of the internet's; use an INTERNAL scheme",
      ],
    },
    {
      name: "also where only apply knows",
      change: adding("google_compute_forwarding_rule.web", {
        name: "web",
        backend_service: "b",
        load_balancing_scheme: "${var.scheme}",
      }),
      expected: [
        'CORDON-236: google_compute_forwarding_rule.web: load_balancing_scheme is "${var.scheme}" (unknown until apply), so its address is one of the internet\'s; use an INTERNAL scheme',
      ],
    },
    {
      name: "an internal load balancer passes",
      change: adding("google_compute_forwarding_rule.web", {
        name: "web",
        backend_service: "b",
        load_balancing_scheme: "INTERNAL_MANAGED",
      }),
      expected: [],
    },
    {
      name: "the address lies in no subnet",
      change: setting(ADDRESS, "address", "10.64.4.9"),
      expected: [
        "CORDON-236: google_compute_global_address.apis: 10.64.4.9 lies in 10.64.4.0/26 of google_compute_subnetwork.coder, and Google refuses it for an endpoint; choose an address of no subnet in the network",
      ],
    },
    {
      name: "nor in one of its other ranges",
      change: setting(SUBNET, "secondary_ip_range", [{ range_name: "pods", ip_cidr_range: "10.64.15.0/24" }]),
      expected: [
        "CORDON-236: google_compute_global_address.apis: 10.64.15.254 lies in 10.64.15.0/24 of google_compute_subnetwork.coder, and Google refuses it for an endpoint; choose an address of no subnet in the network",
      ],
    },
    {
      name: "subnets of another network do not matter",
      change: adding("google_compute_subnetwork.other", {
        name: "other",
        network: "projects/p/global/networks/other",
        ip_cidr_range: "10.64.15.0/24",
        private_ip_google_access: true,
        log_config: {},
      }),
      expected: [],
    },
    {
      name: "an address that only apply knows is Google's to refuse",
      change: setting(ADDRESS, "address", "${var.address}"),
      expected: [],
    },
    {
      name: "a service is published to named projects",
      change: adding("google_compute_service_attachment.proxy", {
        name: "proxy",
        connection_preference: "ACCEPT_AUTOMATIC",
      }),
      expected: [
        'CORDON-236: google_compute_service_attachment.proxy: connection_preference is "ACCEPT_AUTOMATIC", so any project may connect to it; use ACCEPT_MANUAL and name the projects',
      ],
    },
    {
      name: "named projects pass",
      change: adding("google_compute_service_attachment.proxy", {
        name: "proxy",
        connection_preference: "ACCEPT_MANUAL",
      }),
      expected: [],
    },
  ]);
});

describe("serverless workloads", () => {
  const RUN = "google_cloud_run_v2_service.tool";
  const RUN_SUBNET = "google_compute_subnetwork.run";
  const subnet = (range = "10.64.5.0/26") =>
    adding(RUN_SUBNET, {
      name: "run",
      network: ref(NETWORK),
      ip_cidr_range: range,
      private_ip_google_access: true,
      log_config: {},
      depends_on: [ASSOCIATION],
    });
  const access = (values = {}) => ({
    service_account: ref(ACCOUNT, "email"),
    vpc_access: { egress: "ALL_TRAFFIC", network_interfaces: [{ subnetwork: ref(RUN_SUBNET) }], ...values },
  });
  const run = (values = {}) =>
    adding(RUN, { name: "tool", ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY", template: access(), ...values });
  const FUNCTION = "google_cloudfunctions2_function.watch";
  const inside = {
    vpc_connector: "c",
    vpc_connector_egress_settings: "ALL_TRAFFIC",
    ingress_settings: "ALLOW_INTERNAL_ONLY",
  };
  const attachment = (subnetwork: string, preference = "ACCEPT_MANUAL") =>
    adding("google_compute_network_attachment.engine", {
      name: "engine",
      connection_preference: preference,
      subnetworks: [subnetwork],
    });
  runCases([
    { name: "a service in a subnet of its own passes", change: all(subnet(), run()), expected: [] },
    {
      name: "a service sends everything through its network",
      change: all(subnet(), run({ template: access({ egress: "PRIVATE_RANGES_ONLY" }) })),
      expected: [
        'CORDON-238: google_cloud_run_v2_service.tool: vpc_access.egress is "PRIVATE_RANGES_ONLY", so it has a way to the internet of its own; set it to ALL_TRAFFIC',
      ],
    },
    {
      name: "a service without a network has Google's",
      change: run({ template: {} }),
      expected: [
        "CORDON-238: google_cloud_run_v2_service.tool: vpc_access.egress is absent, so it has a way to the internet of its own; set it to ALL_TRAFFIC",
      ],
    },
    {
      name: "a job too",
      change: adding("google_cloud_run_v2_job.tool", { name: "tool", template: { template: {} } }),
      expected: [
        "CORDON-238: google_cloud_run_v2_job.tool: vpc_access.egress is absent, so it has a way to the internet of its own; set it to ALL_TRAFFIC",
      ],
    },
    {
      name: "a job in its subnet passes",
      change: all(subnet(), adding("google_cloud_run_v2_job.tool", { name: "tool", template: { template: access() } })),
      expected: [],
    },
    {
      name: "the internet does not call it",
      change: all(subnet(), run({ ingress: undefined })),
      expected: [
        "CORDON-238: google_cloud_run_v2_service.tool: ingress is absent, so the internet may call it; set it to INGRESS_TRAFFIC_INTERNAL_ONLY",
      ],
    },
    {
      name: "callers say who they are",
      change: all(subnet(), run({ invoker_iam_disabled: "${var.open}" })),
      expected: [
        'CORDON-238: google_cloud_run_v2_service.tool: invoker_iam_disabled is "${var.open}" (unknown until apply), so nobody who calls it is asked who they are; set it to false',
      ],
    },
    {
      name: "it shares its subnet with no machine",
      change: run({ template: access({ network_interfaces: [{ subnetwork: ref(SUBNET) }] }) }),
      expected: [
        "CORDON-238: google_cloud_run_v2_service.tool: it shares google_compute_subnetwork.coder with google_compute_instance.coder, and Google keeps its addresses there for hours after it is deleted; give it a subnet of its own",
      ],
    },
    {
      name: "nor with a proxy",
      change: run({ template: access({ network_interfaces: [{ subnetwork: ref(ENDPOINTS) }] }) }),
      expected: [
        "CORDON-238: google_cloud_run_v2_service.tool: google_compute_subnetwork.endpoints is smaller than /26, and Google refuses it for direct access; use /26 or larger",
        "CORDON-238: google_cloud_run_v2_service.tool: it shares google_compute_subnetwork.endpoints with google_network_services_gateway.proxy, and Google keeps its addresses there for hours after it is deleted; give it a subnet of its own",
        "CORDON-232: google_compute_subnetwork.endpoints: it does not wait for google_compute_network_firewall_policy_association.cell, so for a moment nothing refuses what goes out of it; add google_compute_network_firewall_policy_association.cell to its depends_on",
        "CORDON-233: google_compute_subnetwork.endpoints: it has no log_config, so its flows leave no record; add a log_config",
        "CORDON-233: google_compute_subnetwork.endpoints: private_ip_google_access is absent, so no interface without a public address reaches Google APIs; set it to true",
      ],
    },
    {
      name: "its subnet is /26 or larger",
      change: all(subnet("10.64.5.0/27"), run()),
      expected: [
        "CORDON-238: google_cloud_run_v2_service.tool: google_compute_subnetwork.run is smaller than /26, and Google refuses it for direct access; use /26 or larger",
      ],
    },
    {
      name: "a function in its network passes",
      change: adding(FUNCTION, { name: "watch", service_config: inside }),
      expected: [],
    },
    {
      name: "a function sends everything through a connector",
      change: adding(FUNCTION, { name: "watch", service_config: { ...inside, vpc_connector: undefined } }),
      expected: [
        'CORDON-238: google_cloudfunctions2_function.watch: vpc_connector is absent with egress "ALL_TRAFFIC", so it has a way to the internet of its own; name a connector, and set vpc_connector_egress_settings to ALL_TRAFFIC',
      ],
    },
    {
      name: "the internet does not call a function",
      change: adding(FUNCTION, { name: "watch", service_config: { ...inside, ingress_settings: "ALLOW_ALL" } }),
      expected: [
        'CORDON-238: google_cloudfunctions2_function.watch: ingress_settings is "ALLOW_ALL", so the internet may call it; set it to ALLOW_INTERNAL_ONLY',
      ],
    },
    {
      name: "an attachment names its subnet by its link",
      change: attachment(ref(SUBNET)),
      expected: [
        'CORDON-238: google_compute_network_attachment.engine: subnetworks has "${google_compute_subnetwork.coder.id}", and Terraform shows a difference at every plan; use the subnet\'s self_link',
      ],
    },
    { name: "by its link it passes", change: attachment(ref(SUBNET, "self_link")), expected: [] },
    {
      name: "an attachment is not for everybody",
      change: attachment(
        "https://www.googleapis.com/compute/v1/projects/p/regions/r/subnetworks/s",
        "ACCEPT_AUTOMATIC",
      ),
      expected: [
        'CORDON-236: google_compute_network_attachment.engine: connection_preference is "ACCEPT_AUTOMATIC", so any project may connect to it; use ACCEPT_MANUAL and name the projects',
      ],
    },
  ]);
});
