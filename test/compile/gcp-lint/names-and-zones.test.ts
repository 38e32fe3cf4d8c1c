import { adding, all, NETWORK, ref, runCases, setting, without } from "./contained-stack";

describe("names", () => {
  const long = "a".repeat(64);
  runCases([
    {
      name: "63 characters are the most",
      change: setting(NETWORK, "name", long),
      expected: [
        'CORDON-237: google_compute_network.agents: Google refuses name "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; use 1 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last',
      ],
    },
    { name: "63 pass", change: setting(NETWORK, "name", "a".repeat(63)), expected: [] },
    {
      name: "a letter is first and no hyphen last",
      change: all(setting(NETWORK, "name", "1cell"), setting("google_compute_subnetwork.coder", "name", "cell-")),
      expected: [
        'CORDON-237: google_compute_network.agents: Google refuses name "1cell"; use 1 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last',
        'CORDON-237: google_compute_subnetwork.coder: Google refuses name "cell-"; use 1 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last',
      ],
    },
    {
      name: "a name that only apply knows is Google's to refuse",
      change: setting(NETWORK, "name", "${var.name}"),
      expected: [],
    },
    {
      name: "a router has two characters",
      change: adding("google_compute_router.r", { name: "r" }),
      expected: [
        'CORDON-237: google_compute_router.r: Google refuses name "r"; use 2 to 63 lower-case letters, digits and hyphens, a letter first, no hyphen last',
      ],
    },
    {
      name: "an account has six",
      change: setting("google_service_account.coder", "account_id", "coder"),
      expected: [
        'CORDON-237: google_service_account.coder: Google refuses account_id "coder"; use 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last',
      ],
    },
    {
      name: "an account has at most thirty",
      change: setting("google_service_account.coder", "account_id", "a".repeat(31)),
      expected: [
        'CORDON-237: google_service_account.coder: Google refuses account_id "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; use 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last',
      ],
    },
    {
      name: "a pool does not begin like Google's",
      change: setting("google_iam_workload_identity_pool.coder", "workload_identity_pool_id", "gcp-coder"),
      expected: [
        'CORDON-237: google_iam_workload_identity_pool.coder: Google refuses workload_identity_pool_id "gcp-coder"; use 4 to 32 lower-case letters, digits and hyphens, not beginning with gcp-',
      ],
    },
    {
      name: "a provider has four characters",
      change: setting("google_iam_workload_identity_pool_provider.coder", "workload_identity_pool_provider_id", "abc"),
      expected: [
        'CORDON-237: google_iam_workload_identity_pool_provider.coder: Google refuses workload_identity_pool_provider_id "abc"; use 4 to 32 lower-case letters, digits and hyphens, not beginning with gcp-',
      ],
    },
    {
      name: "a bucket has no google in it",
      change: setting("google_storage_bucket.archive", "name", "my-google-logs"),
      expected: [
        'CORDON-237: google_storage_bucket.archive: Google refuses name "my-google-logs"; use 3 to 63 lower-case letters, digits, dots, hyphens and underscores, without google in them',
      ],
    },
    {
      name: "a bucket is in lower case",
      change: setting("google_storage_bucket.archive", "name", "Archive"),
      expected: [
        'CORDON-237: google_storage_bucket.archive: Google refuses name "Archive"; use 3 to 63 lower-case letters, digits, dots, hyphens and underscores, without google in them',
      ],
    },
    {
      name: "a perimeter has no hyphen",
      change: setting(
        "google_access_context_manager_service_perimeter.cell",
        "name",
        "accessPolicies/123456789012/servicePerimeters/cell-a",
      ),
      expected: [
        'CORDON-237: google_access_context_manager_service_perimeter.cell: Google refuses name "accessPolicies/123456789012/servicePerimeters/cell-a"; use accessPolicies/<number>/servicePerimeters/<letters, digits and underscores, at most 50>',
      ],
    },
    {
      name: "a tag has no slash",
      change: setting("google_tags_tag_value.isolated", "short_name", "a/b"),
      expected: [
        'CORDON-237: google_tags_tag_value.isolated: Google refuses short_name "a/b"; use 1 to 256 letters, digits, dots, hyphens and underscores, a letter or digit at both ends',
      ],
    },
    {
      name: "a role has no hyphen",
      change: setting("google_project_iam_custom_role.models", "role_id", "cell-models"),
      expected: [
        'CORDON-237: google_project_iam_custom_role.models: Google refuses role_id "cell-models"; use 3 to 64 letters, digits, dots and underscores',
      ],
    },
    {
      name: "authorities and pools have 63 characters",
      change: all(
        setting("google_privateca_ca_pool.inspection", "name", long),
        setting("google_privateca_certificate_authority.inspection", "certificate_authority_id", "a b"),
      ),
      expected: [
        'CORDON-237: google_privateca_ca_pool.inspection: Google refuses name "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; use 1 to 63 letters, digits, hyphens and underscores',
        'CORDON-237: google_privateca_certificate_authority.inspection: Google refuses certificate_authority_id "a b"; use 1 to 63 letters, digits, hyphens and underscores',
      ],
    },
    {
      name: "log buckets and sinks have 100 characters",
      change: all(
        setting("google_logging_project_bucket_config.logs", "bucket_id", "a".repeat(101)),
        setting("google_logging_project_sink.logs", "name", "a b"),
      ),
      expected: [
        'CORDON-237: google_logging_project_bucket_config.logs: Google refuses bucket_id "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; use 1 to 100 letters, digits, dots, hyphens and underscores',
        'CORDON-237: google_logging_project_sink.logs: Google refuses name "a b"; use 1 to 100 letters, digits, dots, hyphens and underscores',
      ],
    },
  ]);
});

describe("names of zones and records", () => {
  const ROOT = "google_dns_managed_zone.root";
  const RECORD = "google_dns_record_set.apis";
  const POLICY = "google_dns_response_policy.cell";
  const RULE = "google_dns_response_policy_rule.all";
  const networks = [{ network_url: ref(NETWORK) }];
  const policy = adding(POLICY, { response_policy_name: "cell", networks });
  const local = (name: string) => ({ local_datas: [{ name, type: "A", ttl: 300, rrdatas: ["0.0.0.0"] }] });
  const rule = (values = {}) =>
    adding(RULE, {
      response_policy: ref(POLICY, "response_policy_name"),
      rule_name: "all",
      dns_name: "*.",
      local_data: local("*."),
      ...values,
    });
  runCases([
    {
      name: "a zone ends in a dot",
      change: setting("google_dns_managed_zone.apis", "dns_name", "googleapis.com"),
      expected: [
        'CORDON-242: google_dns_managed_zone.apis: dns_name "googleapis.com" has no dot at its end, and Google refuses it; write "googleapis.com."',
      ],
    },
    {
      name: "a record too, and what it leads to",
      change: all(
        setting(RECORD, "name", "*.googleapis.com"),
        setting(RECORD, "rrdatas", ["restricted.googleapis.com"]),
      ),
      expected: [
        'CORDON-242: google_dns_record_set.apis: name "*.googleapis.com" has no dot at its end, and Google refuses it; write "*.googleapis.com."',
        'CORDON-242: google_dns_record_set.apis: rrdatas "restricted.googleapis.com" has no dot at its end, and Google refuses it; write "restricted.googleapis.com."',
      ],
    },
    {
      name: "an address does not",
      change: all(setting(RECORD, "type", "A"), setting(RECORD, "rrdatas", ["10.64.15.254"])),
      expected: [],
    },
    {
      name: "a name that only apply knows is Google's to refuse",
      change: setting(RECORD, "name", "${var.name}"),
      expected: [],
    },
    {
      name: "a response is for its rule's name",
      change: all(policy, rule({ local_data: local("other") })),
      expected: [
        'CORDON-242: google_dns_response_policy_rule.all: its local data is for "other" and the rule for "*.", and Google refuses it; use one name for both',
        'CORDON-242: google_dns_response_policy_rule.all: local_datas.name "other" has no dot at its end, and Google refuses it; write "other."',
      ],
    },
    { name: "a response to all names passes", change: all(policy, rule()), expected: [] },
    {
      name: "a rule refers to its policy",
      change: all(policy, rule({ response_policy: "cell" })),
      expected: [
        "CORDON-242: google_dns_response_policy_rule.all: it names google_dns_response_policy.cell by text, so Terraform deletes the policy first and Google refuses that; use ${google_dns_response_policy.cell.response_policy_name}",
      ],
    },
    {
      name: "a network has one response policy",
      change: all(
        policy,
        rule(),
        adding("google_dns_response_policy.second", { response_policy_name: "second", networks }),
      ),
      expected: [
        "CORDON-242: google_dns_response_policy.second: google_compute_network.agents has google_dns_response_policy.cell already, and Google takes one for a network; keep one of the two",
      ],
    },
    {
      name: "a network has one policy",
      change: adding("google_dns_policy.second", { name: "second", enable_logging: true, networks }),
      expected: [
        "CORDON-242: google_dns_policy.second: google_compute_network.agents has google_dns_policy.names already, and Google takes one for a network; keep one of the two",
      ],
    },
    {
      name: "names that nobody listed are unknown",
      change: without(ROOT),
      expected: [
        'CORDON-242: google_compute_network.agents: its resolver answers every name, and names carry data out; add a private google_dns_managed_zone for "." to the network',
      ],
    },
    { name: "a response to all names is enough", change: all(without(ROOT), policy, rule()), expected: [] },
    {
      name: "a response to some names is not",
      change: all(without(ROOT), policy, rule({ dns_name: "example.com.", local_data: local("example.com.") })),
      expected: [
        'CORDON-242: google_compute_network.agents: its resolver answers every name, and names carry data out; add a private google_dns_managed_zone for "." to the network',
      ],
    },
    {
      name: "a zone that asks others does not close names",
      change: setting(ROOT, "forwarding_config", { target_name_servers: [{ ipv4_address: "8.8.8.8" }] }),
      expected: [
        'CORDON-242: google_compute_network.agents: its resolver answers every name, and names carry data out; add a private google_dns_managed_zone for "." to the network',
      ],
    },
    { name: "an empty block is none, as plans write it", change: setting(ROOT, "forwarding_config", []), expected: [] },
    {
      name: "a zone of another network does not",
      change: setting(ROOT, "private_visibility_config.networks.0.network_url", "projects/p/global/networks/other"),
      expected: [
        'CORDON-242: google_compute_network.agents: its resolver answers every name, and names carry data out; add a private google_dns_managed_zone for "." to the network',
      ],
    },
    {
      name: "a zone is private",
      change: setting("google_dns_managed_zone.apis", "visibility", undefined),
      expected: [
        "CORDON-242: google_dns_managed_zone.apis: visibility is absent, so Google publishes the zone; set it to private",
      ],
    },
    {
      name: "nobody is asked before the zones",
      change: setting("google_dns_policy.names", "alternative_name_server_config", {
        target_name_servers: [{ ipv4_address: "8.8.8.8" }],
      }),
      expected: [
        "CORDON-242: google_dns_policy.names: its alternative name servers are asked before any zone, so names that nobody listed are answered; remove alternative_name_server_config",
      ],
    },
    {
      name: "queries are recorded",
      change: setting("google_dns_policy.names", "enable_logging", "${var.logs}"),
      expected: [
        'CORDON-242: google_dns_policy.names: enable_logging is "${var.logs}" (unknown until apply), so queries leave no record; set it to true',
      ],
    },
    {
      name: "the resolver is the network's own",
      change: setting("google_dns_policy.names", "enable_inbound_forwarding", true),
      expected: [
        "CORDON-242: google_dns_policy.names: enable_inbound_forwarding is true, so Google opens the resolver to networks that are joined; set it to false",
      ],
    },
  ]);
});

describe("APIs of the project", () => {
  const SERVICE = "google_project_service.compute";
  runCases([
    {
      name: "they stay on",
      change: setting(SERVICE, "disable_on_destroy", undefined),
      expected: [
        "CORDON-243: google_project_service.compute: disable_on_destroy is absent, so the API is switched off for the whole project with the stack; set it to false",
      ],
    },
    {
      name: "also where only apply knows",
      change: setting(SERVICE, "disable_on_destroy", "${var.off}"),
      expected: [
        'CORDON-243: google_project_service.compute: disable_on_destroy is "${var.off}" (unknown until apply), so the API is switched off for the whole project with the stack; set it to false',
      ],
    },
    { name: "text is a switch too", change: setting(SERVICE, "disable_on_destroy", "false"), expected: [] },
  ]);
});

describe("tags", () => {
  const KEY = "google_tags_tag_key.quarantine";
  const BINDING = "google_tags_location_tag_binding.coder";
  runCases([
    {
      name: "a key's project is a number",
      change: setting(KEY, "parent", "projects/acme-agents"),
      expected: [
        'CORDON-248: google_tags_tag_key.quarantine: parent is "projects/acme-agents", and Terraform makes a key again at every apply unless its project is named by number; use projects/<number>, e.g. of data.google_project',
      ],
    },
    {
      name: "not the id of a data source",
      change: setting(KEY, "parent", "${data.google_project.main.id}"),
      expected: [
        'CORDON-248: google_tags_tag_key.quarantine: parent is "${data.google_project.main.id}", and Terraform makes a key again at every apply unless its project is named by number; use projects/<number>, e.g. of data.google_project',
      ],
    },
    { name: "a number passes", change: setting(KEY, "parent", "projects/123456789012"), expected: [] },
    { name: "an organisation passes", change: setting(KEY, "parent", "organizations/123456789012"), expected: [] },
    { name: "a variable is Google's to refuse", change: setting(KEY, "parent", "${var.parent}"), expected: [] },
    {
      name: "a firewall's tag names its network",
      change: setting(KEY, "purpose_data", undefined),
      expected: [
        "CORDON-248: google_tags_tag_key.quarantine: purpose_data.network is absent, and firewalls take a tag of one network; use <project>/<network name>",
      ],
    },
    {
      name: "with its project",
      change: setting(KEY, "purpose_data.network", "cell-agents"),
      expected: [
        'CORDON-248: google_tags_tag_key.quarantine: purpose_data.network is "cell-agents", and firewalls take a tag of one network; use <project>/<network name>',
      ],
    },
    {
      name: "a tag without a purpose passes",
      change: all(setting(KEY, "purpose", undefined), setting(KEY, "purpose_data", undefined)),
      expected: [],
    },
    {
      name: "an instance is bound by its number",
      change: setting(BINDING, "parent", "//compute.googleapis.com/projects/123/zones/z/instances/coder"),
      expected: [
        'CORDON-248: google_tags_location_tag_binding.coder: parent is "//compute.googleapis.com/projects/123/zones/z/instances/coder", and Google binds a tag to an instance by its number; use //compute.googleapis.com/projects/<number>/zones/<zone>/instances/<instance_id>',
      ],
    },
    {
      name: "not by its id in Terraform",
      change: setting(BINDING, "parent", `//compute.googleapis.com/${ref("google_compute_instance.coder")}`),
      expected: [
        'CORDON-248: google_tags_location_tag_binding.coder: parent is "//compute.googleapis.com/${google_compute_instance.coder.id}", and Google binds a tag to an instance by its number; use //compute.googleapis.com/projects/<number>/zones/<zone>/instances/<instance_id>',
      ],
    },
    {
      name: "other things are not looked into",
      change: setting(BINDING, "parent", "//run.googleapis.com/projects/123/locations/r/services/s"),
      expected: [],
    },
  ]);
});

describe("what is kept", () => {
  const BUCKET = "google_storage_bucket.archive";
  runCases([
    {
      name: "audit logs are set service by service",
      change: setting("google_project_iam_audit_config.storage", "service", "allServices"),
      expected: [
        "CORDON-249: google_project_iam_audit_config.storage: it sets the audit logs of allServices, and takes away what others set for all of them; name one service, e.g. storage.googleapis.com",
      ],
    },
    {
      name: "a bucket keeps by retention or by versions",
      change: setting(BUCKET, "versioning", { enabled: true }),
      expected: [
        "CORDON-249: google_storage_bucket.archive: it has a retention policy and versioning, and Google takes one of the two; keep the retention policy",
      ],
    },
    { name: "versions that are off pass", change: setting(BUCKET, "versioning", { enabled: false }), expected: [] },
    {
      name: "a bucket is not published",
      change: setting(BUCKET, "public_access_prevention", "inherited"),
      expected: [
        'CORDON-249: google_storage_bucket.archive: public_access_prevention is "inherited", so one grant publishes it; set it to enforced',
      ],
    },
    {
      name: "objects have no grants of their own",
      change: setting(BUCKET, "uniform_bucket_level_access", undefined),
      expected: [
        "CORDON-249: google_storage_bucket.archive: uniform_bucket_level_access is absent, so grants on single objects stand beside its own; set it to true",
      ],
    },
  ]);
});
