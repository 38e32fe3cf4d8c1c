import { GcpEgressTier, GcpPerimeter, GcpPermission, GcpService, GcpTrust } from "../../../constructs/gcp";
import { ContainmentPolicy, Egress, Mode } from "../../../lib";
import { GcpPlan, gcpCell } from "../../support/gcp-plan";
import { ProviderSchema } from "../../support/provider-schema";

const accessLevels = ["accessPolicies/123456789012/accessLevels/deployers"];

/** Every tier with everything that it takes. */
const CELLS = {
  sealed: gcpCell({
    tier: GcpEgressTier.SEALED,
    services: [GcpService.STORAGE],
    perimeter: GcpPerimeter.enforced({ accessPolicy: "123456789012", accessLevels }),
  }),
  fqdn: gcpCell({ tier: GcpEgressTier.FQDN, services: [GcpService.STORAGE] }),
  proxy: gcpCell({
    services: [GcpService.STORAGE, GcpService.SECRET_MANAGER],
    perimeter: GcpPerimeter.dryRun({ accessPolicy: "123456789012", accessLevels }),
  }),
  strict: gcpCell({ tier: GcpEgressTier.PROXY_TLS, strict: true, services: [GcpService.VERTEX_AI] }),
};

const listed = ContainmentPolicy.denyAll("all").allow(Egress.https("api.example.com", { reason: "test" }));
for (const [name, cell] of Object.entries(CELLS)) {
  const isSealed = name === "sealed";
  const triage = cell.addAgent("triage", {
    ...(isSealed ? {} : { policy: listed }),
    trust: GcpTrust.gke({ namespace: "agents", serviceAccount: "triage" }),
  });
  const coder = cell.addAgent("coder", {
    ...(isSealed ? {} : { mode: Mode.MONITOR }),
    trust: GcpTrust.federated({
      issuer: "https://token.issuer.example",
      audiences: ["cordon"],
      subject: "repo:acme/agents",
      attributeCondition: "assertion.repository_owner == 'acme'",
    }),
  });
  triage.allowTo(coder, { port: 8443, reason: "hands over" });
  if (name === "proxy") triage.identity.grant(GcpPermission.accessSecret("token", "test"));
}

describe.each(Object.entries(CELLS))("the plan of a cell: %s", (_, cell) => {
  const plan = GcpPlan.of(cell);

  test("names arguments of the provider's schema alone, and no empty list", () => {
    expect(new ProviderSchema().strangers(plan.json as never)).toEqual([]);
  });

  test("holds no key in the case of TypeScript", () => {
    // `uniqueId` stands in the comments that CDKTF writes.
    const keys = [...JSON.stringify(plan.json.resource).matchAll(/"([a-z]+[A-Z]\w*)":/g)].map(([, key]) => key);
    expect(keys.filter((key) => key !== "uniqueId")).toEqual([]);
  });

  test("gives nothing an external address, a second interface, or the right to forward", () => {
    expect(JSON.stringify(plan.json)).not.toMatch(/access_config|can_ip_forward|alias_ip_range|"EXTERNAL"/);
  });

  test("switches no API off when it goes", () => {
    for (const { values } of plan.all("project_service")) expect(values["disable_on_destroy"]).toBe(false);
  });
});

test("a stranger's argument is found, and an empty list", () => {
  const json = {
    resource: {
      google_compute_network: { a: { name: "a", autoCreate: true, params: { nothing: 1 } } },
      google_network_security_url_lists: { b: { name: "b", location: "x", values: [] } },
    },
  };
  expect(new ProviderSchema().strangers(json)).toEqual([
    "google_compute_network.a.autoCreate is no argument of ComputeNetworkConfig",
    "google_compute_network.a.params.nothing is no argument of ComputeNetworkParams",
    "google_network_security_url_lists.b.values is an empty list",
  ]);
});
