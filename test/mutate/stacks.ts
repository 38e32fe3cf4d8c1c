import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { type App, TerraformStack, Testing } from "cdktf";
import { AwsAgentCell, AwsEgressTier, AwsPermission, AwsService, AwsTrust } from "../../constructs/aws";
import { AzureAgentCell, type AzureAgentCellProps, AzureEgressTier } from "../../constructs/azure";
import { GcpEgressTier, GcpService } from "../../constructs/gcp";
import { AgentsAws } from "../../examples/aws/agents-aws";
import { AgentsAwsSealed } from "../../examples/aws-sealed/agents-aws-sealed";
import { AgentsAzure } from "../../examples/azure/agents-azure";
import { AgentsAzureSealed } from "../../examples/azure-sealed/agents-azure-sealed";
import { AgentsGcp } from "../../examples/gcp/agents-gcp";
import { AgentsGcpSealed } from "../../examples/gcp-sealed/agents-gcp-sealed";
import { ContainmentPolicy, Egress } from "../../lib";
import { synthStack } from "../../lib/topology/synth-stack";
import { TLS } from "../compile/azure/tls-inspection";
import { stackOf } from "../support/aws-plan";
import { type MutablePlan, policy } from "../support/changed-plan";
import { gcpCell } from "../support/gcp-plan";

/** A plan to weaken, by name. */
export interface Stack {
  readonly name: string;
  readonly plan: MutablePlan;
}

const planOf = (stack: TerraformStack): MutablePlan => synthStack(stack) as unknown as MutablePlan;

/** The examples, and cells of other tiers and sizes with everything that a policy can say. */
export function stacks(): Stack[] {
  const app = (): App => Testing.app();
  return [
    { name: "agents-aws", plan: planOf(new AgentsAws(app(), "agents-aws")) },
    { name: "agents-aws-sealed", plan: planOf(new AgentsAwsSealed(app(), "agents-aws-sealed")) },
    { name: "one-zone", plan: planOf(oneZone()) },
    { name: "three-zones", plan: planOf(threeZones()) },
    { name: "agents-gcp", plan: planOf(new AgentsGcp(app(), "agents-gcp")) },
    { name: "agents-gcp-sealed", plan: planOf(new AgentsGcpSealed(app(), "agents-gcp-sealed")) },
    { name: "google-by-name", plan: planOf(googleByName()) },
    { name: "google-strict", plan: planOf(googleStrict()) },
    { name: "agents-azure", plan: planOf(new AgentsAzure(app(), "agents-azure")) },
    { name: "agents-azure-sealed", plan: planOf(new AgentsAzureSealed(app(), "agents-azure-sealed")) },
    { name: "azure-basic", plan: planOf(azureBasic()) },
    { name: "azure-premium", plan: planOf(azurePremium()) },
  ];
}

function oneZone(): TerraformStack {
  const stack = stackOf();
  const cell = new AwsAgentCell(stack, "Small", {
    cidr: "10.16.0.0/20",
    availabilityZones: ["eu-west-1a"],
    tier: AwsEgressTier.INSPECTED_ONE_ZONE,
    services: [AwsService.SECRETS_MANAGER],
  });
  const agent = cell.addAgent("reader", {
    trust: AwsTrust.ec2(),
    policy: ContainmentPolicy.denyAll("reader").allow(Egress.https("docs.example.com", { reason: "test" })),
  });
  agent.identity.grant(
    AwsPermission.readSecret("arn:aws:secretsmanager:eu-west-1:123456789012:secret:feed-abcdef", "test"),
  );
  return stack;
}

function threeZones(): TerraformStack {
  const stack = stackOf();
  const cell = new AwsAgentCell(stack, "Large", {
    cidr: "10.32.0.0/19",
    availabilityZones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
    tier: AwsEgressTier.INSPECTED,
    services: [AwsService.S3, AwsService.SECRETS_MANAGER, AwsService.SQS],
  });
  const planner = cell.addAgent("planner", { policy, trust: AwsTrust.ecsTask() });
  const worker = cell.addAgent("worker", {
    trust: AwsTrust.lambda(),
    policy: ContainmentPolicy.denyAll("worker").allow(
      Egress.https("api.example.com", { reason: "test" }),
      Egress.https("*.files.example.org", { reason: "test" }),
    ),
  });
  cell.addAgent("idle");
  planner.allowTo(worker, { port: 8443, reason: "hands out work" });
  worker.identity.grant(
    AwsPermission.of({ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::inputs/*"], reason: "test" }),
  );
  return stack;
}

function googleByName(): TerraformStack {
  const cell = gcpCell({ tier: GcpEgressTier.FQDN, services: [GcpService.LOGGING] });
  cell.addAgent("reader", {
    policy: ContainmentPolicy.denyAll("reader").allow(
      Egress.https("docs.example.com", { reason: "test" }),
      Egress.cidr("198.51.100.20/32", { port: 5432, reason: "test" }),
    ),
  });
  return cell.stack;
}

function googleStrict(): TerraformStack {
  const cell = gcpCell({ tier: GcpEgressTier.PROXY_TLS, strict: true, services: [GcpService.SECRET_MANAGER] });
  const policy = ContainmentPolicy.denyAll("worker").allow(
    Egress.https("api.example.com", { reason: "test", requests: ["GET /v1/*"] }),
    Egress.https("*.files.example.org", { reason: "test" }),
  );
  const planner = cell.addAgent("planner", { policy });
  planner.allowTo(cell.addAgent("worker", { policy }), { port: 8443, reason: "hands out work" });
  return cell.stack;
}

function azureCell(props: Partial<AzureAgentCellProps>): AzureAgentCell {
  const stack = new TerraformStack(Testing.app(), "stack");
  new AzurermProvider(stack, "azurerm", { features: [{}] });
  return new AzureAgentCell(stack, "Agents", { cidr: "10.64.0.0/20", location: "westeurope", ...props });
}

function azureBasic(): TerraformStack {
  const cell = azureCell({ tier: AzureEgressTier.BASIC });
  cell.addAgent("reader", {
    policy: ContainmentPolicy.denyAll("reader").allow(
      Egress.https("docs.example.com", { reason: "test" }),
      Egress.cidr("198.51.100.20/32", { port: 5432, reason: "test" }),
    ),
  });
  return cell.stack;
}

function azurePremium(): TerraformStack {
  const cell = azureCell({ tier: AzureEgressTier.PREMIUM, tlsInspection: TLS() });
  const policy = ContainmentPolicy.denyAll("worker").allow(
    Egress.https("api.example.com", { reason: "test", requests: ["* /v1/*"] }),
    Egress.https("*.files.example.org", { reason: "test" }),
  );
  const planner = cell.addAgent("planner", {
    policy: ContainmentPolicy.denyAll("planner").allow(Egress.https("plans.example.com", { reason: "test" })),
  });
  planner.allowTo(cell.addAgent("worker", { policy }), { port: 8443, reason: "hands out work" });
  return cell.stack;
}
