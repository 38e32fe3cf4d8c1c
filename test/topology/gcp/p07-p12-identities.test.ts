import { at, type Change, drop, email, judged, judgedAfter, planOf, put, putInstance, set } from "./plans";

const member =
  (type: string, role: string, more: object = {}): Change =>
  (plan) =>
    put(plan, type, "added", { project: "acme-agents", role, member: `serviceAccount:${email("triage")}`, ...more });
const P07 = (address: string): string => `CORDON-P07 VIOLATED ${address}`;

describe("P07 on Google Cloud: the agent's account is bounded", () => {
  test("a role that changes firewalls is found with what it would do", () => {
    const { findings } = judgedAfter("sealed", member("google_project_iam_member", "roles/compute.networkAdmin"));
    expect(findings).toMatchObject([
      {
        rule: "CORDON-P07",
        agent: "triage",
        address: "google_project_iam_member.added",
        problem:
          "it gives google_service_account.triage roles/compute.networkAdmin in the project: it changes networks, routes or firewalls",
        request: { action: "roles/compute.networkAdmin", resource: "in the project" },
      },
    ]);
  });

  test.each([
    "roles/owner",
    "roles/editor",
    "roles/viewer",
    "roles/compute.instanceAdmin.v1",
    "roles/compute.securityAdmin",
    "roles/dns.admin",
    "roles/iam.serviceAccountTokenCreator",
    "roles/iam.serviceAccountUser",
    "roles/iam.securityAdmin",
    "roles/resourcemanager.projectIamAdmin",
    "roles/logging.configWriter",
    "roles/networksecurity.admin",
    "roles/run.developer",
    "roles/cloudbuild.builds.editor",
    "roles/secretmanager.secretAccessor",
    "roles/storage.objectViewer",
    "roles/cloudkms.cryptoKeyDecrypter",
    "roles/aiplatform.admin",
  ])("%s in the project is too much", (role) => {
    expect(judgedAfter("sealed", member("google_project_iam_member", role)).places).toContain(
      P07("google_project_iam_member.added"),
    );
  });

  test.each<[string, Change]>([
    ["a role to write logs", member("google_project_iam_member", "roles/logging.logWriter")],
    ["a role to run queries", member("google_project_iam_member", "roles/bigquery.jobUser")],
    ["calls of models", member("google_project_iam_member", "roles/aiplatform.user")],
    [
      "objects of one bucket",
      member("google_storage_bucket_iam_member", "roles/storage.objectViewer", { bucket: "data" }),
    ],
    [
      "objects by a condition on names",
      member("google_project_iam_member", "roles/storage.objectViewer", {
        condition: [{ title: "one", expression: 'resource.name.startsWith("projects/_/buckets/data")' }],
      }),
    ],
    [
      "one key",
      member("google_kms_crypto_key_iam_member", "roles/cloudkms.cryptoKeyEncrypterDecrypter", { crypto_key_id: "k" }),
    ],
    [
      "a role of somebody outside of the stack",
      (plan) =>
        put(plan, "google_project_iam_member", "added", {
          project: "p",
          role: "roles/owner",
          member: "user:admin@example.com",
        }),
    ],
  ])("%s is what grants are for", (_, change) => {
    expect(judgedAfter("sealed", change).places).toEqual([]);
  });

  const custom =
    (...permissions: string[]): Change =>
    (plan) => {
      put(plan, "google_project_iam_custom_role", "role", {
        project: "acme-agents",
        role_id: "agent_role",
        title: "agent",
        permissions,
      });
      member("google_project_iam_member", "${google_project_iam_custom_role.role.name}")(plan);
    };

  test("the permissions of a custom role count one by one", () => {
    expect(judgedAfter("sealed", custom("aiplatform.endpoints.predict", "logging.logEntries.create")).places).toEqual(
      [],
    );
    for (const permission of [
      "compute.firewalls.update",
      "compute.instances.setTags",
      "iam.serviceAccounts.actAs",
      "resourcemanager.projects.setIamPolicy",
      "dns.changes.create",
      "networksecurity.urlLists.update",
      "logging.sinks.delete",
      "secretmanager.versions.access",
      "storage.objects.get",
    ]) {
      const { findings } = judgedAfter("sealed", custom("aiplatform.endpoints.predict", permission));
      expect([permission, findings.map((one) => one.address)]).toEqual([
        permission,
        ["google_project_iam_member.added"],
      ]);
    }
  });

  test("bindings and whole policies count like members", () => {
    const binding: Change = (plan) =>
      put(plan, "google_folder_iam_binding", "added", {
        folder: "1",
        role: "roles/editor",
        members: ["user:a@example.com", `serviceAccount:${email("triage")}`],
      });
    expect(judgedAfter("sealed", binding).places).toContain(P07("google_folder_iam_binding.added"));
    const policy: Change = (plan) => {
      plan.data = {
        google_iam_policy: {
          all: { binding: [{ role: "roles/editor", members: [`serviceAccount:${email("triage")}`] }] },
        },
      };
      put(plan, "google_project_iam_policy", "added", {
        project: "p",
        policy_data: "${data.google_iam_policy.all.policy_data}",
      });
    };
    expect(judgedAfter("sealed", policy).places).toContain(P07("google_project_iam_policy.added"));
  });

  test.each<[string, Change, string]>([
    [
      "a key",
      (plan) =>
        put(plan, "google_service_account_key", "added", {
          service_account_id: "${google_service_account.triage.name}",
        }),
      "google_service_account_key.added",
    ],
    [
      "everybody",
      (plan) =>
        put(plan, "google_service_account_iam_member", "added", {
          service_account_id: "${google_service_account.triage.name}",
          role: "roles/iam.workloadIdentityUser",
          member: "allAuthenticatedUsers",
        }),
      "google_service_account_iam_member.added",
    ],
    [
      "every workload of a pool",
      (plan) =>
        put(plan, "google_service_account_iam_member", "added", {
          service_account_id: "${google_service_account.triage.name}",
          role: "roles/iam.workloadIdentityUser",
          member: "principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/*",
        }),
      "google_service_account_iam_member.added",
    ],
    [
      "somebody who makes tokens for it",
      (plan) =>
        put(plan, "google_service_account_iam_binding", "added", {
          service_account_id: "${google_service_account.triage.name}",
          role: "roles/iam.serviceAccountTokenCreator",
          members: ["serviceAccount:ci@other.iam.gserviceaccount.com"],
        }),
      "google_service_account_iam_binding.added",
    ],
  ])("%s could take the account", (_, change, address) => {
    expect(judgedAfter("sealed", change).places).toContain(P07(address));
  });

  const federation =
    (condition: string | undefined, more: object = {}): Change =>
    (plan) => {
      put(plan, "google_iam_workload_identity_pool", "pool", { project: "p", workload_identity_pool_id: "ci-pool" });
      put(plan, "google_iam_workload_identity_pool_provider", "oidc", {
        workload_identity_pool_id: "${google_iam_workload_identity_pool.pool.workload_identity_pool_id}",
        workload_identity_pool_provider_id: "oidc",
        oidc: [{ issuer_uri: "https://token.example.com" }],
        ...(condition === undefined ? {} : { attribute_condition: condition }),
        ...more,
      });
      put(plan, "google_service_account_iam_member", "workload", {
        service_account_id: "${google_service_account.triage.name}",
        role: "roles/iam.workloadIdentityUser",
        member:
          "principal://iam.googleapis.com/${google_iam_workload_identity_pool.pool.name}/subject/repo:acme/agents",
      });
    };

  test("federation needs a condition on its provider, and one subject", () => {
    expect(judgedAfter("sealed", federation("assertion.repository_owner == 'acme'")).places).toEqual([]);
    expect(judgedAfter("sealed", federation(undefined)).places).toEqual([
      P07("google_iam_workload_identity_pool_provider.oidc"),
    ]);
  });

  test("pods of one name may be the agent", () => {
    const change: Change = (plan) =>
      put(plan, "google_service_account_iam_member", "pods", {
        service_account_id: "${google_service_account.triage.name}",
        role: "roles/iam.workloadIdentityUser",
        member: "serviceAccount:acme-agents.svc.id.goog[agents/triage]",
      });
    expect(judgedAfter("sealed", change).places).toEqual([]);
  });

  test.each<[string, Change]>([
    ["is gone", drop("google_iam_deny_policy.agents")],
    [
      "misses a permission",
      (plan) => {
        const [first] = at(plan, "google_iam_deny_policy.agents")["rules"] as {
          deny_rule: { denied_permissions: string[] };
        }[];
        first?.deny_rule.denied_permissions.splice(3, 1);
      },
    ],
    [
      "spares the agent",
      (plan) => {
        const [first] = at(plan, "google_iam_deny_policy.agents")["rules"] as {
          deny_rule: { [key: string]: unknown };
        }[];
        if (first !== undefined)
          first.deny_rule["exception_principals"] = [
            `principal://iam.googleapis.com/projects/-/serviceAccounts/${email("triage")}`,
          ];
      },
    ],
    [
      "holds under a condition alone",
      (plan) => {
        const [first] = at(plan, "google_iam_deny_policy.agents")["rules"] as {
          deny_rule: { [key: string]: unknown };
        }[];
        if (first !== undefined)
          first.deny_rule["denial_condition"] = [{ expression: "resource.matchTag('a/b', 'c')" }];
      },
    ],
  ])("a deny policy that %s does not bound the agent", (_, change) => {
    const { findings } = judgedAfter("sealed", change);
    expect(findings.filter((one) => one.agent === "triage")).toMatchObject([{ rule: "CORDON-P07", severity: "high" }]);
  });

  test("one account for two agents, and the default one, are told", () => {
    const plan = planOf("sealed");
    putInstance(plan, { service_account: [{ email: email("triage"), scopes: ["cloud-platform"] }] }, "coder");
    expect(judged(plan).places).toEqual([P07("google_service_account.triage")]);
    expect(
      judgedAfter("sealed", (json) => putInstance(json, { service_account: [{ scopes: ["cloud-platform"] }] })).places,
    ).toContain(P07("google_compute_instance.added"));
  });
});

describe("P12 on Google Cloud: nobody else of the stack changes the walls", () => {
  const other =
    (role: string, more: object = {}): Change =>
    (plan) => {
      put(plan, "google_service_account", "other", { project: "acme-agents", account_id: "other" });
      put(plan, "google_project_iam_member", "added", {
        project: "acme-agents",
        role,
        member: `serviceAccount:${email("other")}`,
        ...more,
      });
    };

  test.each([
    "roles/compute.securityAdmin",
    "roles/editor",
    "roles/logging.admin",
    "roles/iam.serviceAccountTokenCreator",
  ])("%s of another account is told", (role) => {
    expect(judgedAfter("sealed", other(role)).places).toEqual(["CORDON-P12 VIOLATED google_project_iam_member.added"]);
  });

  test.each(["roles/storage.objectViewer", "roles/logging.logWriter", "roles/viewer"])(
    "%s of another account changes no wall",
    (role) => {
      expect(judgedAfter("sealed", other(role)).places).toEqual([]);
    },
  );

  test("an account that somebody else's tokens are made for is the deployer's business", () => {
    expect(judgedAfter("sealed", set("google_service_account.coder", { description: "x" })).places).toEqual([]);
  });
});
