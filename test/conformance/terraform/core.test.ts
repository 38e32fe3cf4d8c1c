import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import {
  AzureAgentCell,
  AzureDnsFilter,
  AzureEgressTier,
  AzurePerimeterMode,
  AzureService,
} from "../../../constructs/azure";
import { GcpAgentCell, GcpEgressTier, GcpPerimeter, GcpPermission, GcpService } from "../../../constructs/gcp";
import { AgentsAzure } from "../../../examples/azure/agents-azure";
import { AgentsAzureSealed } from "../../../examples/azure-sealed/agents-azure-sealed";
import { AgentsGcp } from "../../../examples/gcp/agents-gcp";
import { AgentsGcpSealed } from "../../../examples/gcp-sealed/agents-gcp-sealed";
import { Connector, ContainmentPolicy, Credential, Egress, Mode, Operation } from "../../../lib";
import { synthStack } from "../../../lib/topology/synth-stack";
import { TLS } from "../../compile/azure/tls-inspection";
import { describeWith, requireEngine } from "../engine";
import { coreStack } from "./core-stack";
import { onPath } from "./engines";
import type { StackJson } from "./plan-json";

const terraform = requireEngine("terraform", () => onPath("terraform"), "install the terraform command, 1.7 or later");

const tickets = Connector.http("tickets", {
  host: "acme.desk.example",
  reason: "test",
  credential: Credential.secret("desk-token"),
}).permit(Operation.get("/tickets/{id}"));

/** Every part that a cell on Google can have, in one stack. */
function everything(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "everything");
  const place = { project: "acme-agents", region: "europe-west1" };
  new GoogleProvider(stack, "google", place);
  const cell = new GcpAgentCell(stack, "Agents", {
    ...place,
    cidr: "10.64.0.0/18",
    tier: GcpEgressTier.PROXY_TLS,
    strict: true,
    services: [GcpService.VERTEX_AI, GcpService.ARTIFACT_REGISTRY, GcpService.SECRET_MANAGER],
    perimeter: GcpPerimeter.enforced({
      accessPolicy: "123456789012",
      accessLevels: ["accessPolicies/123456789012/accessLevels/deployers"],
    }),
  });
  const policy = ContainmentPolicy.denyAll("all").allow(
    Egress.https("api.example.com", { reason: "test", requests: ["GET /v1/*"] }),
    Egress.https("*.files.example.com", { reason: "test" }),
  );
  const triage = cell.addAgent("triage", { policy });
  const coder = cell.addAgent("coder", { policy });
  triage.allowTo(coder, { port: 8443, reason: "hands over" });
  triage.identity.grant(GcpPermission.invokeModels());
  triage.identity.grant(GcpPermission.accessSecret("ticket-token", "test"));
  return stack;
}

/** A cell on Google with a connector gateway, which strict cells have none of. */
function connectorsOnGoogle(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "connectors");
  const place = { project: "acme-agents", region: "europe-west1" };
  new GoogleProvider(stack, "google", place);
  const cell = new GcpAgentCell(stack, "Agents", {
    ...place,
    cidr: "10.64.0.0/18",
    tier: GcpEgressTier.PROXY,
    services: [GcpService.SECRET_MANAGER, GcpService.CLOUD_RUN, GcpService.FIRESTORE],
    connectorGateway: { approvers: { leads: [{ kind: "google", email: "ann@example.com" }] } },
  });
  cell.addAgent("support", { policy: ContainmentPolicy.denyAll("support").connect(tickets) });
  return stack;
}

/** Every part that a cell on Azure can have, in one stack. */
function everythingOnAzure(): TerraformStack {
  const stack = new TerraformStack(Testing.app(), "everything");
  new AzurermProvider(stack, "azurerm", { features: [{}], storageUseAzuread: true });
  const vaultId =
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/acme";
  const cell = new AzureAgentCell(stack, "Agents", {
    cidr: "10.64.0.0/18",
    location: "westeurope",
    tier: AzureEgressTier.PREMIUM,
    tlsInspection: TLS(),
    dnsFilter: AzureDnsFilter.BLOCK,
    perimeter: AzurePerimeterMode.LEARNING,
    zones: ["1", "2", "3"],
    connectorGateway: { application: "11111111-2222-3333-4444-555555555555", vaultId },
  });
  cell.addPrivateEndpoint("vault", { service: AzureService.KEY_VAULT, resourceId: vaultId });
  const policy = ContainmentPolicy.denyAll("all").allow(
    Egress.https("api.example.com", { reason: "test", requests: ["* /v1/*"] }),
    Egress.cidr("198.51.100.4/32", { reason: "test", port: 5432 }),
  );
  const triage = cell.addAgent("triage", { policy });
  const coder = cell.addAgent("coder", { policy, mode: Mode.MONITOR });
  triage.allowTo(coder, { port: 8443, reason: "hands over" });
  cell.addAgent("support", { policy: ContainmentPolicy.denyAll("support").connect(tickets) });
  cell.quarantine.admit("responder", {
    principalId: "11111111-1111-1111-1111-111111111111",
    reason: "cuts agents off",
    expires: "2099-01-01",
  });
  return stack;
}

describeWith(terraform !== undefined)(
  "stacks whose provider is not on this machine, checked by Terraform's core",
  () => {
    const root = mkdtempSync(join(tmpdir(), "cordon-core-"));
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    const planned = (stack: object): string => {
      const folder = mkdtempSync(join(root, "stack-"));
      writeFileSync(join(folder, "main.tf.json"), JSON.stringify(stack));
      const env = { ...process.env, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" };
      const run = (...args: string[]): string =>
        execFileSync(terraform ?? "", args, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
      run("init", "-input=false", "-no-color");
      return run("plan", "-input=false", "-no-color");
    };

    test.each([
      ["agents-gcp", () => new AgentsGcp(Testing.app(), "agents-gcp")],
      ["agents-gcp-sealed", () => new AgentsGcpSealed(Testing.app(), "agents-gcp-sealed")],
      ["every part of a cell on Google", everything],
      ["a cell on Google with connectors", connectorsOnGoogle],
      ["agents-azure", () => new AgentsAzure(Testing.app(), "agents-azure")],
      ["agents-azure-sealed", () => new AgentsAzureSealed(Testing.app(), "agents-azure-sealed")],
      ["every part of a cell on Azure", everythingOnAzure],
    ])("%s has no dangling reference and no cycle, and every expression of it evaluates", (_, stackOf) => {
      const json = synthStack(stackOf()) as unknown as StackJson;
      const count = Object.values(json.resource ?? {}).reduce((sum, named) => sum + Object.keys(named).length, 0);
      const [, added] = /Plan: (\d+) to add/.exec(planned(coreStack(json))) ?? [];
      expect(Number(added)).toBeGreaterThanOrEqual(count);
    });

    test("a reference to nothing, and a cycle, are refused", () => {
      const one = { name: "a", network: "${google_compute_network.b.id}" };
      const dangling = { resource: { google_compute_subnetwork: { a: one } } } as unknown as StackJson;
      expect(() => planned(coreStack(dangling))).toThrow(/Reference to undeclared resource/);
      const cycle = {
        resource: {
          google_compute_network: {
            a: { name: "${google_compute_network.b.name}" },
            b: { name: "${google_compute_network.a.name}" },
          },
        },
      };
      expect(() => planned(coreStack(cycle))).toThrow(/Cycle/);
    });
  },
);
