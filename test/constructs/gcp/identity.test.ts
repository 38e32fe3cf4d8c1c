import { SecretManagerSecret } from "@cdktf/provider-google/lib/secret-manager-secret";
import { GcpPermission, GcpService, GcpTrust } from "../../../constructs/gcp";
import { GcpPlan, gcpCell } from "../../support/gcp-plan";
import { refusal } from "../../support/refusal";

const services = [
  GcpService.VERTEX_AI,
  GcpService.SECRET_MANAGER,
  GcpService.STORAGE,
  GcpService.KMS,
  GcpService.BIGQUERY,
  GcpService.ARTIFACT_REGISTRY,
  GcpService.LOGGING,
];

describe("an agent's identity", () => {
  test("starts without a role, a key, or anybody who may use it", () => {
    const cell = gcpCell();
    cell.addAgent("triage");
    const plan = GcpPlan.of(cell);
    expect(plan.all("service_account")).toHaveLength(1);
    expect(JSON.stringify(plan.json)).not.toMatch(/_iam_(member|binding|policy)|google_service_account_key/);
  });

  test("is given single members on single resources, each once", () => {
    const cell = gcpCell({ services });
    const { identity } = cell.addAgent("triage");
    identity.grant(GcpPermission.accessSecret("ticket-token", "test"));
    identity.grant(GcpPermission.accessSecret("ticket-token", "test"));
    identity.grant(GcpPermission.readBucket("documents", "test"));
    identity.grant(GcpPermission.addToBucket("reports", "test"));
    identity.grant(GcpPermission.useKey("projects/p/locations/l/keyRings/r/cryptoKeys/k", "test"));
    identity.grant(GcpPermission.readDataset("sales", "test"));
    identity.grant(GcpPermission.pullImages("agents", "test"));
    const plan = GcpPlan.of(cell);
    const member = `serviceAccount:\${${plan.one("service_account").address}.email}`;
    const roles = [
      "secret_manager_secret_iam_member",
      "storage_bucket_iam_member",
      "kms_crypto_key_iam_member",
      "bigquery_dataset_iam_member",
      "artifact_registry_repository_iam_member",
    ].flatMap((type) => plan.all(type).map(({ values }) => [values["role"], values["member"]]));
    expect(roles.sort()).toEqual([
      ["roles/artifactregistry.reader", member],
      ["roles/bigquery.dataViewer", member],
      ["roles/cloudkms.cryptoKeyEncrypterDecrypter", member],
      ["roles/secretmanager.secretAccessor", member],
      ["roles/storage.objectCreator", member],
      ["roles/storage.objectViewer", member],
    ]);
    expect(identity.granted).toHaveLength(6);
  });

  test("gets single permissions by a role of its own, on named resources by a condition", () => {
    const cell = gcpCell({ services });
    const { identity } = cell.addAgent("triage");
    identity.grant(GcpPermission.invokeModels());
    identity.grant(
      GcpPermission.of({
        permissions: ["secretmanager.versions.access"],
        services: [GcpService.SECRET_MANAGER],
        resourceNames: ["projects/1/secrets/token/versions/1"],
        reason: "test",
      }),
    );
    const plan = GcpPlan.of(cell);
    expect(
      plan
        .all("project_iam_custom_role")
        .map(({ values }) => values["permissions"])
        .sort(),
    ).toEqual([["aiplatform.endpoints.predict"], ["secretmanager.versions.access"]]);
    const conditions = plan.all("project_iam_member").map(({ values }) => values["condition"]);
    expect(conditions).toContainEqual({
      title: "named resources",
      expression: 'resource.name == "projects/1/secrets/token/versions/1"',
    });
  });

  test("has ids that do not depend on when a reference was made", () => {
    const idsOf = (noise: number): string[] => {
      const cell = gcpCell({ services });
      for (let index = 0; index < noise; index += 1)
        new SecretManagerSecret(cell.stack, `noise-${index}`, secret(`n${index}`)).id;
      const token = new SecretManagerSecret(cell.stack, "token", secret("token"));
      cell.addAgent("triage").identity.grant(GcpPermission.accessSecret(token.id, "test"));
      return GcpPlan.of(cell)
        .all("secret_manager_secret_iam_member")
        .map(({ address }) => address);
    };
    expect(idsOf(3)).toEqual(idsOf(0));
  });

  test("is held by a deny policy with every other agent of the cell, unless that is switched off", () => {
    const cell = gcpCell();
    cell.addAgent("triage");
    cell.addAgent("coder");
    const plan = GcpPlan.of(cell);
    const { values } = plan.one("iam_deny_policy");
    expect(values["parent"]).toBe("cloudresourcemanager.googleapis.com%2Fprojects%2Facme-agents");
    const [rule] = values["rules"] as unknown as {
      deny_rule: { denied_principals: string[]; denied_permissions: string[] };
    }[];
    expect(rule?.deny_rule.denied_principals).toEqual(
      ["coder", "triage"].map(
        (agent) =>
          `principal://iam.googleapis.com/projects/-/serviceAccounts/\${${plan.one("service_account", agent).address}.email}`,
      ),
    );
    expect(rule?.deny_rule.denied_permissions).toContain("iam.googleapis.com/serviceAccounts.getAccessToken");
    const open = gcpCell({ denyBaseline: false });
    open.addAgent("triage");
    expect(GcpPlan.of(open).all("iam_deny_policy")).toEqual([]);
    expect(open.residualRisks().map((risk) => risk.id)).toContain("R60");
  });
});

const secret = (secretId: string): { secretId: string; replication: { auto: object } } => ({
  secretId,
  replication: { auto: {} },
});

describe("who may use an agent's account", () => {
  test("pods of one Kubernetes service account", () => {
    const cell = gcpCell();
    cell.addAgent("triage", { trust: GcpTrust.gke({ namespace: "agents", serviceAccount: "triage" }) });
    expect(GcpPlan.of(cell).one("service_account_iam_member").values).toMatchObject({
      role: "roles/iam.workloadIdentityUser",
      member: "serviceAccount:acme-agents.svc.id.goog[agents/triage]",
    });
  });

  test("one subject of an issuer, under the condition that binds the tenant", () => {
    const cell = gcpCell();
    cell.addAgent("triage", {
      trust: GcpTrust.federated({
        issuer: "https://token.issuer.example",
        audiences: ["cordon"],
        subject: "repo:acme/agents",
        attributeCondition: "assertion.repository_owner == 'acme'",
      }),
    });
    const plan = GcpPlan.of(cell);
    expect(plan.one("iam_workload_identity_pool_provider").values).toMatchObject({
      attribute_condition: "assertion.repository_owner == 'acme'",
      oidc: { issuer_uri: "https://token.issuer.example", allowed_audiences: ["cordon"] },
    });
    expect(plan.one("service_account_iam_member").values["member"]).toBe(
      `principal://iam.googleapis.com/\${${plan.one("iam_workload_identity_pool").address}.name}/subject/repo:acme/agents`,
    );
  });

  test.each([
    [{ attributeCondition: " " }, "the condition is empty; bind the tenant, e.g. assertion.repository_owner == 'acme'"],
    [{ audiences: [] }, "no audience is named; name the audience of the agent's tokens"],
    [{ subject: "*" }, 'subject "*" is not one subject; name one, without wildcards'],
    [{ issuer: "http://x" }, 'issuer "http://x" is not an https address; write it as its tokens do'],
  ])("not with %j", (change, message) => {
    const props = {
      issuer: "https://token.issuer.example",
      audiences: ["cordon"],
      subject: "repo:acme/agents",
      attributeCondition: "assertion.tenant == 'acme'",
      ...change,
    };
    expect(refusal(() => gcpCell().addAgent("triage", { trust: GcpTrust.federated(props) }))).toBe(
      `CORDON-116: cell 'Agents', agent 'triage': ${message}`,
    );
  });

  test("not every pod of a namespace", () => {
    const trust = GcpTrust.gke({ namespace: "agents", serviceAccount: "*" });
    expect(refusal(() => gcpCell().addAgent("triage", { trust }))).toBe(
      "CORDON-116: cell 'Agents', agent 'triage': serviceAccount \"*\" is not a Kubernetes name; name one, without wildcards",
    );
  });
});

describe("permissions that are refused", () => {
  test.each([
    [
      ["storage.*"],
      'CORDON-112: GcpPermission.of: "storage.*" is not a permission; write each out, e.g. aiplatform.endpoints.predict; roles are not taken',
    ],
    [
      ["roles/owner"],
      'CORDON-112: GcpPermission.of: "roles/owner" is not a permission; write each out, e.g. aiplatform.endpoints.predict; roles are not taken',
    ],
    [
      [],
      "CORDON-112: GcpPermission.of: it names no permission; write each out, e.g. aiplatform.endpoints.predict; roles are not taken",
    ],
    [
      ["iam.serviceAccounts.getAccessToken"],
      "CORDON-114: GcpPermission.of: iam.serviceAccounts.getAccessToken would let the agent change what contains it, or take another identity; leave it to the deployer",
    ],
    [
      ["storage.buckets.setIamPolicy"],
      "CORDON-114: GcpPermission.of: storage.buckets.setIamPolicy would let the agent change what contains it, or take another identity; leave it to the deployer",
    ],
    [
      ["compute.firewallPolicies.update"],
      "CORDON-114: GcpPermission.of: compute.firewallPolicies.update would let the agent change what contains it, or take another identity; leave it to the deployer",
    ],
  ])("%j", (permissions, message) => {
    expect(refusal(() => GcpPermission.of({ permissions, services: [], reason: "test" }))).toBe(message);
  });

  test("one whose API the cell has no private way to", () => {
    const { identity } = gcpCell().addAgent("triage");
    expect(refusal(() => identity.grant(GcpPermission.readBucket("documents", "test")))).toBe(
      "CORDON-113: cell 'Agents', agent 'triage': \"read bucket documents\" needs a private endpoint of storage, and the cell has none; add the service to the cell's services, e.g. GcpService.VERTEX_AI for aiplatform",
    );
  });

  test("a resource with a wildcard", () => {
    expect(refusal(() => GcpPermission.readBucket("documents-*", "test"))).toBe(
      'CORDON-112: GcpPermission.readBucket: bucket "documents-*" is not the name of one resource; name one, without wildcards',
    );
  });
});
