import { GcpEgressTier, GcpPerimeter, GcpService } from "../../../constructs/gcp";
import { Approval, Connector, ContainmentPolicy, Credential, Egress, Operation } from "../../../lib";
import { Topology } from "../../../lib/topology";
import { GcpPlan, gcpCell } from "../../support/gcp-plan";
import { ProviderSchema } from "../../support/provider-schema";
import { refusal } from "../../support/refusal";

const services = [GcpService.CLOUD_RUN, GcpService.FIRESTORE, GcpService.SECRET_MANAGER];
const tickets = Connector.http("tickets", {
  host: "acme.desk.example",
  reason: "support desk",
  credential: Credential.secret("desk-token"),
})
  .permit(Operation.get("/tickets/{id}"))
  .permit(Operation.post("/tickets/{id}/comments"));
const docs = Connector.mcp("docs", { host: "mcp.example.com", reason: "manuals" }).permit(Operation.tool("search"));
const support = ContainmentPolicy.denyAll("support")
  .allow(Egress.https("status.example.com", { reason: "incident page" }))
  .connect(tickets);
const coding = ContainmentPolicy.denyAll("coding").connect(docs);

type Cell = ReturnType<typeof gcpCell>;
type Values = { readonly [argument: string]: unknown };

const cellWith = (props: Parameters<typeof gcpCell>[0] = {}): Cell => gcpCell({ services, ...props });
const block = (values: unknown, name: string): Values => {
  const value = (values as Values)[name];
  return (Array.isArray(value) ? value[0] : value) as Values;
};
const environmentOf = (plan: GcpPlan): Map<string, string> => {
  const container = block(block(plan.one("cloud_run_v2_service").values, "template"), "containers");
  const env = container["env"] as { name: string; value: string }[];
  return new Map(env.map(({ name, value }) => [name, value]));
};

describe("the connector gateway on Google Cloud", () => {
  test.each([
    ["with a proxy", {}],
    ["with a proxy that looks into TLS", { tier: GcpEgressTier.PROXY_TLS }],
    ["with a firewall by name", { tier: GcpEgressTier.FQDN }],
    [
      "inside of a perimeter",
      {
        perimeter: GcpPerimeter.enforced({
          accessPolicy: "123456789012",
          accessLevels: ["accessPolicies/123456789012/accessLevels/deployers"],
        }),
      },
    ],
  ])("alone reaches the connectors' hosts, and nothing else; the agent reaches what its list names: %s", (_, props) => {
    const cell = cellWith(props);
    cell.addAgent("triage", { policy: support });
    const topology = Topology.of(cell.stack);
    expect(topology.findings()).toEqual([]);
    expect(topology.verify().verdict).toBe("PROVED");
    expect(topology.reach("triage")).toEqual(["status.example.com:443"]);
    expect(topology.reach("connector-gateway")).toEqual(["acme.desk.example:443"]);
    expect(topology.canReach("triage", "https://acme.desk.example")).toBe(false);
    expect(topology.canReach("connector-gateway", "https://status.example.com")).toBe(false);
  });

  test("is not there without connectors, and appears once for all agents that have some", () => {
    const cell = cellWith();
    cell.addAgent("coder", { policy: ContainmentPolicy.denyAll("coding") });
    expect([cell.connectorGateway, cell.agents.length]).toEqual([undefined, 1]);
    cell.addAgent("triage", { policy: support });
    const first = cell.connectorGateway;
    cell.addAgent("night", { policy: support });
    expect(first).toBeDefined();
    expect(cell.connectorGateway).toBe(first);
    expect(GcpPlan.of(cell).all("cloud_run_v2_service")).toHaveLength(1);
  });

  test("stands in a subnet of its own, and answers from inside to the agents that have connectors", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    cell.addAgent("coder");
    const plan = GcpPlan.of(cell);
    const { address, values } = plan.one("cloud_run_v2_service");
    expect(values).toMatchObject({
      ingress: "INGRESS_TRAFFIC_INTERNAL_ONLY",
      invoker_iam_disabled: false,
      custom_audiences: ["cordon:agents"],
    });
    const template = block(values, "template");
    const access = block(template, "vpc_access");
    expect(access["egress"]).toBe("ALL_TRAFFIC");
    expect(block(access, "network_interfaces")["subnetwork"]).toContain("agent-connector-gateway");
    expect(template["service_account"]).toContain("agent-connector-gateway");
    const members = plan.all("cloud_run_v2_service_iam_member").map((one) => one.values);
    expect(members).toEqual([
      expect.objectContaining({
        role: "roles/run.invoker",
        member: `serviceAccount:\${${plan.one("service_account", "agent-triage").address}.email}`,
        lifecycle: { replace_triggered_by: [`${address}.uid`] },
      }),
    ]);
  });

  test("asks the proxy, which knows it by its subnet, for all but Google's own names", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = GcpPlan.of(cell);
    const environment = environmentOf(plan);
    expect(environment.get("HTTPS_PROXY")).toBe("http://10.64.0.10:8080");
    expect(environment.get("NO_PROXY")?.split(",")).toEqual(
      expect.arrayContaining(["firestore.googleapis.com", "secretmanager.googleapis.com", ".run.app"]),
    );
    const rules = plan.all("network_security_gateway_security_policy_rule").map((one) => one.values);
    const subnet = String(plan.one("compute_subnetwork", "agent-connector-gateway").values["ip_cidr_range"]);
    const own = rules.filter((one) => String(one["session_matcher"]).includes(`inIpRange(source.ip, '${subnet}')`));
    expect(own).toHaveLength(1);
    const [, list] = /inUrlList\(host\(\), '\$\{(.+)\.id\}'\)/.exec(String(own[0]?.["session_matcher"])) ?? [];
    const lists = plan.all("network_security_url_lists").filter((one) => one.address === list);
    expect(lists.map((one) => one.values["values"])).toEqual([["acme.desk.example"]]);
  });

  test("goes out directly where there is no proxy", () => {
    const cell = cellWith({ tier: GcpEgressTier.FQDN });
    cell.addAgent("triage", { policy: support });
    expect([...environmentOf(GcpPlan.of(cell)).keys()]).toEqual([
      "CORDON_CALLERS",
      "CORDON_CELL",
      "CORDON_DATABASE",
      "CORDON_POLICY_DIGEST",
      "CORDON_PROJECT",
      "CORDON_SECRETS",
    ]);
  });

  test("is built from the archive by an account that does nothing else", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = GcpPlan.of(cell);
    const builder = plan.one("service_account", "Builder");
    const build = block(plan.one("cloud_run_v2_service").values, "build_config");
    expect(build).toMatchObject({
      function_target: "handler",
      service_account: `\${${builder.address}.name}`,
      source_location: `gs://\${${plan.one("storage_bucket").address}.name}/\${${plan.one("storage_bucket_object").address}.name}`,
    });
    expect(plan.one("storage_bucket_object").values["name"]).toMatch(/^connector-gateway-[0-9a-f]{32}\.zip$/);
    expect(plan.one("storage_bucket").values).toMatchObject({
      uniform_bucket_level_access: true,
      public_access_prevention: "enforced",
    });
    const roles = ["storage_bucket_iam_member", "artifact_registry_repository_iam_member", "project_iam_member"]
      .flatMap((type) => plan.all(type))
      .filter((one) => String(one.values["member"]).includes(builder.address))
      .map((one) => one.values["role"]);
    expect(roles).toEqual(["roles/storage.objectViewer", "roles/artifactregistry.writer", "roles/logging.logWriter"]);
    const after = plan.one("cloud_run_v2_service").values["depends_on"] as string[];
    expect(after.filter((one) => one.includes("Builder"))).toHaveLength(3);
  });

  test("is given the policy as data whose digest Terraform computes, and no secret", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = GcpPlan.of(cell);
    const locals = Object.values((plan.json as { locals?: Values }).locals ?? {});
    const [text] = locals.filter((value) => String(value).startsWith('{"version":1'));
    expect(JSON.parse(String(text))).toMatchObject({
      cell: "agents",
      audience: "cordon:agents",
      agents: [{ name: "triage", mode: "enforce", connectors: [tickets.toJSON()] }],
    });
    expect(environmentOf(plan).get("CORDON_POLICY_DIGEST")).toMatch(/^\$\{sha256\(local\./);
    expect(environmentOf(plan).get("CORDON_SECRETS")).toBe('{"desk-token":"desk-token"}');
    expect(plan.one("firestore_document").values).toMatchObject({ collection: "gateway", document_id: "policy" });
    expect(plan.one("firestore_field").values).toMatchObject({ field: "expires", ttl_config: {} });
    expect(cell.connectorGateway?.urlOf("tickets")).toMatch(/\/tickets$/);
  });

  test("may use its own database and the secrets that credentials name, each by itself", () => {
    const cell = cellWith({ connectorGateway: { secrets: { "desk-token": "prod-desk" } } });
    cell.addAgent("triage", { policy: support });
    cell.addAgent("coder", { policy: coding });
    const plan = GcpPlan.of(cell);
    const gateway = plan.one("service_account", "agent-connector-gateway").address;
    expect(plan.all("secret_manager_secret_iam_member").map((one) => one.values)).toEqual([
      expect.objectContaining({
        secret_id: "prod-desk",
        role: "roles/secretmanager.secretAccessor",
        member: `serviceAccount:\${${gateway}.email}`,
      }),
    ]);
    const [own] = plan.all("project_iam_member").filter((one) => String(one.values["member"]).includes(gateway));
    expect(block(own?.values, "condition")["expression"]).toBe(
      'resource.name == "projects/acme-agents/databases/agents-gateway"',
    );
    expect(plan.one("project_iam_custom_role").values["permissions"]).toEqual([
      "datastore.databases.get",
      "datastore.entities.create",
      "datastore.entities.get",
      "datastore.entities.list",
      "datastore.entities.update",
    ]);
    expect(environmentOf(plan).get("CORDON_SECRETS")).toBe('{"desk-token":"prod-desk"}');
    expect(plan.all("cloud_run_v2_service_iam_member")).toHaveLength(2);
  });

  test("has its logs in the cell's bucket, and the APIs that it needs switched on", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const plan = GcpPlan.of(cell);
    const [sink] = plan.all("logging_project_sink").filter((one) => one.address.includes("ConnectorGateway"));
    expect(sink?.values["filter"]).toContain("cloud_run_revision");
    const on = plan.all("project_service").map((one) => String(one.values["service"]).split(".")[0]);
    expect(on).toEqual(expect.arrayContaining(["artifactregistry", "cloudbuild", "firestore", "run", "storage"]));
    expect(new Set(on).size).toBe(on.length);
    const quiet = cellWith({ enableApis: false });
    quiet.addAgent("triage", { policy: support });
    expect(GcpPlan.of(quiet).all("project_service")).toEqual([]);
  });

  test("names arguments of the provider's schema alone", () => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    expect(new ProviderSchema().strangers(GcpPlan.of(cell).json as never)).toEqual([]);
  });

  test("has the same plan in whatever order agents and connectors come", () => {
    const one = cellWith();
    one.addAgent("triage", { policy: support });
    one.addAgent("coder", { policy: coding });
    const two = cellWith();
    two.addAgent("coder", { policy: coding });
    two.addAgent("triage", { policy: support });
    expect(Topology.of(one.stack).snapshot()).toEqual(Topology.of(two.stack).snapshot());
    expect(GcpPlan.of(one).json).toEqual(GcpPlan.of(two).json);
  });

  test("has names that Google takes in a cell with a long one", () => {
    const cell = cellWith({ name: "agents-of-all-the-others" });
    cell.addAgent("triage", { policy: support });
    const plan = GcpPlan.of(cell);
    const named = (type: string, argument: string): string => String(plan.one(type).values[argument]);
    expect(named("cloud_run_v2_service", "name")).toMatch(/^[a-z][a-z0-9-]{0,47}[a-z0-9]$/);
    expect(named("storage_bucket", "name")).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
    expect(named("firestore_database", "name")).toMatch(/^[a-z][a-z0-9-]{2,61}[a-z0-9]$/);
    expect(named("artifact_registry_repository", "repository_id")).toMatch(/^[a-z][a-z0-9-]{0,61}[a-z0-9]$/);
    for (const { values } of plan.all("service_account")) {
      expect(values["account_id"]).toMatch(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/);
    }
  });

  test.each([
    [
      "that answers the internet",
      "ingress",
      "INGRESS_TRAFFIC_ALL",
      'ingress is "INGRESS_TRAFFIC_ALL", so the internet may call it; set it to INGRESS_TRAFFIC_INTERNAL_ONLY',
    ],
    [
      "whose ingress is not written",
      "ingress",
      null,
      "ingress is absent, so the internet may call it; set it to INGRESS_TRAFFIC_INTERNAL_ONLY",
    ],
    [
      "that sends past its subnet",
      "template.vpc_access.egress",
      "PRIVATE_RANGES_ONLY",
      'vpc_access.egress is "PRIVATE_RANGES_ONLY", so it has a way to the internet of its own; set it to ALL_TRAFFIC',
    ],
  ])("is refused at synth with a service %s", (_, argument, value, problem) => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    cell.connectorGateway?.runtime.service.addOverride(argument, value);
    expect(refusal(() => GcpPlan.of(cell))).toMatch(/^CORDON-238: google_cloud_run_v2_service\.\S+: /);
    expect(refusal(() => GcpPlan.of(cell))).toContain(problem);
  });

  test.each<[string, readonly string[], (service: Values, json: GcpPlan["json"]) => void]>([
    ["as it is", [], () => undefined],
    [
      "that answers the internet",
      ["CORDON-P04"],
      (service) => Object.assign(service, { ingress: "INGRESS_TRAFFIC_ALL" }),
    ],
    [
      "that sends past its subnet",
      ["CORDON-P01"],
      (service) => {
        const access = block(block(service, "template"), "vpc_access");
        Object.assign(access, { egress: "PRIVATE_RANGES_ONLY" });
      },
    ],
    [
      "that anybody may call",
      ["CORDON-P04"],
      (_, json) => {
        const [member] = Object.values(json.resource?.["google_cloud_run_v2_service_iam_member"] ?? {});
        Object.assign(member ?? {}, { member: "allUsers" });
      },
    ],
  ])("is judged in the plan with a service %s", (_, rules, change) => {
    const cell = cellWith();
    cell.addAgent("triage", { policy: support });
    const json = structuredClone(GcpPlan.of(cell).json);
    const [service] = Object.values(json.resource?.["google_cloud_run_v2_service"] ?? {});
    change(service as Values, json);
    const topology = Topology.fromJson(json);
    expect([...new Set(topology.findings().map(({ rule }) => rule))]).toEqual(rules);
    expect(topology.verify().verdict).toBe(rules.length === 0 ? "PROVED" : "VIOLATED");
  });

  test("is invoked by the cell's agents and its approvers, and by nobody else", () => {
    const robot = "release@acme.iam.gserviceaccount.com";
    const leads = [
      { kind: "google" as const, email: "ann@example.com" },
      { kind: "google" as const, email: robot },
      { kind: "entra" as const, tenant: "11111111-2222-3333-4444-555555555555", objectId: "1" },
    ];
    const cell = cellWith({ connectorGateway: { approvers: { leads, others: leads.slice(0, 1) } } });
    cell.addAgent("triage", { policy: support });
    const members = GcpPlan.of(cell)
      .all("cloud_run_v2_service_iam_member")
      .map(({ values }) => [values["role"], values["member"]]);
    expect(members).toHaveLength(3);
    expect(members).toEqual(
      expect.arrayContaining([
        ["roles/run.invoker", expect.stringContaining("google_service_account")],
        ["roles/run.invoker", "user:ann@example.com"],
        ["roles/run.invoker", `serviceAccount:${robot}`],
      ]),
    );
    expect(Topology.of(cell.stack).findings()).toEqual([]);
  });

  const approved = support.connect(
    Connector.http("deploys", { host: "ci.example.com", reason: "releases" }).permit(Operation.post("/deploys"), {
      approval: Approval.by(2, "leads"),
    }),
  );
  const only = ContainmentPolicy.denyAll("p").connect(tickets);
  test.each([
    [
      "in a sealed cell",
      { tier: GcpEgressTier.SEALED },
      only,
      "CORDON-164: cell 'Agents', agent 'triage': the policy has connectors, first 'tickets', and the sealed tier has no way to their hosts; use GcpEgressTier.PROXY, or leave the connectors out",
    ],
    [
      "in a strict cell",
      { strict: true },
      support,
      "CORDON-164: cell 'Agents', agent 'triage': its connectors need a gateway on Cloud Run, which a proxy knows by its addresses alone, and a strict cell's proxy does not see them; leave strict out, or leave the connectors out",
    ],
    [
      "in subnets that are too small",
      { agentSubnetPrefix: 27 },
      support,
      "CORDON-164: cell 'Agents', agent 'triage': its connectors need a gateway on Cloud Run, which takes a /26 or larger, and the cell's subnets are /27; set the cell's agentSubnetPrefix to 26 or less",
    ],
    [
      "without the services that it needs",
      { services: [GcpService.CLOUD_RUN] },
      support,
      "CORDON-164: cell 'Agents', agent 'triage': its connectors need the private way to firestore, secretmanager, and the cell has none; add GcpService.CLOUD_RUN, FIRESTORE and SECRET_MANAGER to the cell's services",
    ],
    [
      "with an approval that nobody can give",
      {},
      approved,
      "CORDON-163: cell 'Agents', agent 'triage', connector 'deploys', POST /deploys: it needs 2 approvals of 'leads', which has 0 member(s); name the group's members in the gateway's approvers",
    ],
    [
      "with more instances than its subnet has addresses for",
      { connectorGateway: { maxInstances: 17 } },
      support,
      "CORDON-164: cell 'Agents', connectorGateway: maxInstances 17 is not a whole number from 1 to 16; leave it out, or write one",
    ],
    [
      "with a time that is none",
      { connectorGateway: { timeout: 0.5 } },
      support,
      "CORDON-164: cell 'Agents', connectorGateway: timeout 0.5 is not a whole number from 1 to 900; leave it out, or write one",
    ],
  ])("is refused %s, and nothing is made", (_, props, policy, message) => {
    const cell = cellWith(props);
    expect(refusal(() => cell.addAgent("triage", { policy }))).toBe(message);
    expect([cell.agents, cell.connectorGateway]).toEqual([[], undefined]);
  });

  test("is refused where an agent has its name, or the tier can't hold a connector's host", () => {
    const cell = cellWith();
    cell.addAgent("connector-gateway");
    expect(refusal(() => cell.addAgent("triage", { policy: support }))).toBe(
      "CORDON-164: cell 'Agents', agent 'triage': its connectors need a gateway, which is named 'connector-gateway', and an agent of the cell has that name; name that agent otherwise",
    );
    const google = ContainmentPolicy.denyAll("p").connect(
      Connector.http("sheets", { host: "sheets.googleapis.com", reason: "sheets" }).permit(Operation.get("/v4/{id}")),
    );
    const other = cellWith();
    expect(refusal(() => other.addAgent("triage", { policy: google }))).toMatch(/^CORDON-17\d: /);
    expect(other.agents).toEqual([]);
  });
});
