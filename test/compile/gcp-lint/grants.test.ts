import { adding, all, ref, runCases, setting } from "./contained-stack";

describe("grants", () => {
  const GRANT = "google_project_iam_member.models";
  runCases([
    {
      name: "a binding takes a role from others",
      change: adding("google_project_iam_binding.b", {
        role: "roles/logging.logWriter",
        members: ["user:a@example.com"],
      }),
      expected: [
        "CORDON-244: google_project_iam_binding.b: it takes the role from every member that is not in it, also those that the stack or Google made; use google_project_iam_member",
      ],
    },
    {
      name: "a policy takes everything",
      change: adding("google_storage_bucket_iam_policy.b", { policy_data: "{}" }),
      expected: [
        "CORDON-244: google_storage_bucket_iam_policy.b: it takes every grant on the resource that is not in it, also those that the stack or Google made; use google_storage_bucket_iam_member",
      ],
    },
    {
      name: "a deny policy and a data source are neither",
      change: all(adding("google_iam_deny_policy.d", { name: "d" }), adding("data.google_iam_policy.p", {})),
      expected: [],
    },
    ...["owner", "editor", "viewer"].map((role) => ({
      name: `nobody is ${role}`,
      change: setting(GRANT, "role", `roles/${role}`),
      expected: [
        `CORDON-244: ${GRANT}: role "roles/${role}" holds for every service of the project; name a narrow role, or a custom role of single permissions`,
      ],
    })),
    {
      name: "a role that only apply knows may be any",
      change: setting(GRANT, "role", "${var.role}"),
      expected: [
        'CORDON-244: google_project_iam_member.models: role "${var.role}" (unknown until apply) may be any; name a narrow role, or a custom role of single permissions',
      ],
    },
    {
      name: "a custom role of the stack passes",
      change: setting(GRANT, "role", `projects/p/roles/${ref("google_project_iam_custom_role.models", "role_id")}`),
      expected: [],
    },
    {
      name: "nobody is everybody",
      change: setting(GRANT, "member", "allUsers"),
      expected: [
        "CORDON-244: google_project_iam_member.models: allUsers is everybody on the internet; name one member",
      ],
    },
    {
      name: "also in a binding",
      change: adding("google_storage_bucket_iam_binding.b", {
        role: "roles/storage.objectViewer",
        members: ["allAuthenticatedUsers"],
      }),
      expected: [
        "CORDON-244: google_storage_bucket_iam_binding.b: allAuthenticatedUsers is everybody on the internet; name one member",
        "CORDON-244: google_storage_bucket_iam_binding.b: it takes the role from every member that is not in it, also those that the stack or Google made; use google_storage_bucket_iam_member",
      ],
    },
  ]);
});

describe("federation", () => {
  const PROVIDER = "google_iam_workload_identity_pool_provider.coder";
  const condition = (value: unknown) => setting(PROVIDER, "attribute_condition", value);
  runCases([
    {
      name: "a provider has a condition",
      change: condition(undefined),
      expected: [
        "CORDON-245: google_iam_workload_identity_pool_provider.coder: attribute_condition is absent, so any tenant of the issuer may be let in; bind the tenant, e.g. assertion.repository_owner == 'acme'",
      ],
    },
    {
      name: "one that can fail",
      change: condition("true"),
      expected: [
        "CORDON-245: google_iam_workload_identity_pool_provider.coder: attribute_condition is \"true\", so any tenant of the issuer may be let in; bind the tenant, e.g. assertion.repository_owner == 'acme'",
      ],
    },
    {
      name: "and is not empty",
      change: condition(" "),
      expected: [
        "CORDON-245: google_iam_workload_identity_pool_provider.coder: attribute_condition is \" \", so any tenant of the issuer may be let in; bind the tenant, e.g. assertion.repository_owner == 'acme'",
      ],
    },
    {
      name: "one that only apply knows shows nothing",
      change: condition("${var.condition}"),
      expected: [
        "CORDON-245: google_iam_workload_identity_pool_provider.coder: attribute_condition is \"${var.condition}\" (unknown until apply), so any tenant of the issuer may be let in; bind the tenant, e.g. assertion.repository_owner == 'acme'",
      ],
    },
    {
      name: "a grant names a subject",
      change: setting(
        "google_service_account_iam_member.coder",
        "member",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*",
      ),
      expected: [
        'CORDON-245: google_service_account_iam_member.coder: "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*" is every identity of the pool; name one subject with principal://',
      ],
    },
    {
      name: "a group of subjects passes",
      change: setting(
        "google_service_account_iam_member.coder",
        "member",
        "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/attribute.repository/acme",
      ),
      expected: [],
    },
  ]);
});
