import { ACCOUNT, AUTHORITY, adding, all, ISSUER, POOL, ref, runCases, setting, without } from "./contained-stack";

describe("private keys", () => {
  runCases([
    {
      name: "an account has no key",
      change: adding("google_service_account_key.coder", { service_account_id: ref(ACCOUNT) }),
      expected: [
        "CORDON-239: google_service_account_key.coder: its key works from anywhere, never expires, and is in the state; remove it, and attach the account or federate",
      ],
    },
    {
      name: "nor one for buckets",
      change: adding("google_storage_hmac_key.coder", { service_account_email: ref(ACCOUNT, "email") }),
      expected: [
        "CORDON-239: google_storage_hmac_key.coder: its key works from anywhere, never expires, and is in the state; remove it, and attach the account or federate",
      ],
    },
    {
      name: "a certificate's key is not in the state",
      change: adding("google_certificate_manager_certificate.proxy", {
        name: "proxy",
        self_managed: { pem_certificate: "x", pem_private_key: "${var.key}" },
      }),
      expected: [
        "CORDON-239: google_certificate_manager_certificate.proxy: its private key is in the state; let clients ask the proxy over HTTP inside of the network, or upload the certificate outside of Terraform",
      ],
    },
    {
      name: "a managed certificate passes",
      change: adding("google_certificate_manager_certificate.proxy", {
        name: "proxy",
        managed: { domains: ["a.example.com"] },
      }),
      expected: [],
    },
    {
      name: "older certificates have theirs there",
      change: adding("google_compute_region_ssl_certificate.proxy", { private_key: "x" }),
      expected: [
        "CORDON-239: google_compute_region_ssl_certificate.proxy: its private key is in the state; use a managed certificate",
      ],
    },
  ]);
});

describe("certificate authorities", () => {
  const maintenance = { maintenance: true };
  const gone = all(
    setting(AUTHORITY, "deletion_protection", false),
    setting(AUTHORITY, "skip_grace_period", true),
    setting(AUTHORITY, "ignore_active_certificates_on_deletion", true),
  );
  runCases([
    {
      name: "one call does not delete an authority",
      change: setting(AUTHORITY, "deletion_protection", false),
      expected: [
        "CORDON-240: google_privateca_certificate_authority.inspection: deletion_protection is false, so one call takes away what clients trust; set it to true, or declare maintenance",
      ],
    },
    {
      name: "the provider protects by default",
      change: setting(AUTHORITY, "deletion_protection", undefined),
      expected: [],
    },
    {
      name: "a switch that only apply knows is off",
      change: setting(AUTHORITY, "deletion_protection", "${var.protect}"),
      expected: [
        'CORDON-240: google_privateca_certificate_authority.inspection: deletion_protection is "${var.protect}" (unknown until apply), so one call takes away what clients trust; set it to true, or declare maintenance',
      ],
    },
    {
      name: "maintenance deletes it at once",
      change: all(),
      options: maintenance,
      expected: [
        "CORDON-240: google_privateca_certificate_authority.inspection: deletion_protection is true, so Terraform can't delete it during maintenance; set it to false",
        "CORDON-240: google_privateca_certificate_authority.inspection: ignore_active_certificates_on_deletion is absent, so Google keeps it and its pool for 30 days; set ignore_active_certificates_on_deletion to true during maintenance",
        "CORDON-240: google_privateca_certificate_authority.inspection: skip_grace_period is absent, so Google keeps it and its pool for 30 days; set skip_grace_period to true during maintenance",
      ],
    },
    { name: "prepared for it, it passes", change: gone, options: maintenance, expected: [] },
    {
      name: "it signs",
      change: setting(AUTHORITY, "config.x509_config.ca_options.is_ca", false),
      expected: [
        "CORDON-240: google_privateca_certificate_authority.inspection: is_ca is false and cert_sign is true, so no client takes what it signs; set both to true",
      ],
    },
    {
      name: "it may sign certificates",
      change: setting(AUTHORITY, "config.x509_config.key_usage", {}),
      expected: [
        "CORDON-240: google_privateca_certificate_authority.inspection: is_ca is true and cert_sign is absent, so no client takes what it signs; set both to true",
      ],
    },
    {
      name: "a pool without revocation publishes none",
      change: setting(POOL, "publishing_options.publish_crl", true),
      expected: [
        "CORDON-240: google_privateca_ca_pool.inspection: Google refuses publish_crl in a pool of tier DEVOPS, which knows no revocation; set publish_crl to false",
      ],
    },
    {
      name: "an enterprise pool may",
      change: all(setting(POOL, "publishing_options.publish_crl", true), setting(POOL, "tier", "ENTERPRISE")),
      expected: [],
    },
  ]);
});

describe("permissions of Google's services", () => {
  const SINK = "google_logging_project_sink.archive";
  const INSPECTION = "google_network_security_tls_inspection_policy.inspection";
  const subscription = adding("google_pubsub_subscription.alerts", {
    name: "alerts",
    topic: "t",
    dead_letter_policy: { dead_letter_topic: ref("google_pubsub_topic.dead") },
  });
  const BUCKET = "google_storage_bucket.archive";
  const key = adding("google_kms_crypto_key.logs", { name: "logs" });
  const keyed = all(key, setting(BUCKET, "encryption", { default_kms_key_name: ref("google_kms_crypto_key.logs") }));
  const member = adding("google_kms_crypto_key_iam_member.logs", {
    crypto_key_id: ref("google_kms_crypto_key.logs"),
    role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
    member: "serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com",
  });
  runCases([
    {
      name: "a sink may write to its destination",
      change: without("google_storage_bucket_iam_member.archive"),
      expected: [
        "CORDON-241: google_logging_project_sink.archive: nothing lets its writer_identity write to its destination, and Google drops what it can't write; grant its destination's writing role to ${google_logging_project_sink.archive.writer_identity}",
      ],
    },
    {
      name: "a sink to a log bucket needs nothing",
      change: setting(SINK, "destination", "logging.googleapis.com/projects/p/locations/l/buckets/b"),
      expected: [],
    },
    {
      name: "a sink writes as itself",
      change: setting(SINK, "unique_writer_identity", false),
      expected: [
        "CORDON-241: google_logging_project_sink.archive: unique_writer_identity is false, so it writes as all sinks of Google's do, and the permission is theirs too; set it to true",
      ],
    },
    {
      name: "the proxy may take certificates",
      change: all(without(ISSUER), setting(INSPECTION, "depends_on", [AUTHORITY])),
      expected: [
        "CORDON-241: google_network_security_tls_inspection_policy.inspection: nothing lets the proxy's service agent take certificates of google_privateca_ca_pool.inspection; grant roles/privateca.certificateManager on it to service-<project number>@gcp-sa-networksecurity.iam.gserviceaccount.com",
      ],
    },
    {
      name: "and waits for the permission",
      change: setting(INSPECTION, "depends_on", [AUTHORITY]),
      expected: [
        "CORDON-241: google_network_security_tls_inspection_policy.inspection: it does not wait for google_privateca_ca_pool_iam_member.inspection, and the proxy can't issue certificates before; add google_privateca_ca_pool_iam_member.inspection to its depends_on",
      ],
    },
    {
      name: "somebody signs",
      change: all(without(AUTHORITY), setting(INSPECTION, "depends_on", [ISSUER])),
      expected: [
        "CORDON-241: google_network_security_tls_inspection_policy.inspection: google_privateca_ca_pool.inspection has no certificate authority, so the proxy has nothing to show to clients; add a google_privateca_certificate_authority to the pool",
      ],
    },
    {
      name: "and is there before",
      change: setting(INSPECTION, "depends_on", [ISSUER]),
      expected: [
        "CORDON-241: google_network_security_tls_inspection_policy.inspection: it does not wait for google_privateca_certificate_authority.inspection, and the proxy can't issue certificates before; add google_privateca_certificate_authority.inspection to its depends_on",
      ],
    },
    {
      name: "a pool of elsewhere is not looked into",
      change: all(
        without(ISSUER, AUTHORITY),
        setting(INSPECTION, "ca_pool", "projects/p/locations/l/caPools/x"),
        setting(INSPECTION, "depends_on", []),
      ),
      expected: [],
    },
    {
      name: "a permission on a pool of elsewhere is waited for",
      change: all(
        setting(ISSUER, "ca_pool", "projects/p/locations/l/caPools/x"),
        without(AUTHORITY),
        setting(INSPECTION, "ca_pool", "projects/p/locations/l/caPools/x"),
        setting(INSPECTION, "depends_on", []),
      ),
      expected: [
        "CORDON-241: google_network_security_tls_inspection_policy.inspection: it does not wait for google_privateca_ca_pool_iam_member.inspection, and the proxy can't issue certificates before; add google_privateca_ca_pool_iam_member.inspection to its depends_on",
      ],
    },
    {
      name: "dead letters may be written",
      change: subscription,
      expected: [
        "CORDON-241: google_pubsub_subscription.alerts: nothing lets Pub/Sub publish to google_pubsub_topic.dead, so what can't be delivered is tried forever; grant roles/pubsub.publisher on it to service-<project number>@gcp-sa-pubsub.iam.gserviceaccount.com",
      ],
    },
    {
      name: "where they may, it passes",
      change: all(
        subscription,
        adding("google_pubsub_topic_iam_member.dead", {
          topic: ref("google_pubsub_topic.dead", "name"),
          role: "roles/pubsub.publisher",
          member: `serviceAccount:service-\${data.google_project.main.number}@gcp-sa-pubsub.iam.gserviceaccount.com`,
        }),
      ),
      expected: [],
    },
    {
      name: "a bucket may use its key",
      change: keyed,
      expected: [
        "CORDON-241: google_storage_bucket.archive: it waits for no grant on google_kms_crypto_key.logs, and Google refuses a bucket whose key it may not use; grant the key to the project's storage service agent, and add the grant to depends_on",
      ],
    },
    {
      name: "before it is made",
      change: all(keyed, member),
      expected: [
        "CORDON-241: google_storage_bucket.archive: it waits for no grant on google_kms_crypto_key.logs, and Google refuses a bucket whose key it may not use; grant the key to the project's storage service agent, and add the grant to depends_on",
      ],
    },
    {
      name: "where it waits, it passes",
      change: all(keyed, member, setting(BUCKET, "depends_on", ["google_kms_crypto_key_iam_member.logs"])),
      expected: [],
    },
    {
      name: "a key of elsewhere is not looked into",
      change: setting(BUCKET, "encryption", { default_kms_key_name: "projects/p/locations/l/keyRings/r/cryptoKeys/k" }),
      expected: [],
    },
  ]);
});
