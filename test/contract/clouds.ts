import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { AzurermProvider } from "@cdktf/provider-azurerm/lib/provider";
import { GoogleProvider } from "@cdktf/provider-google/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { AwsAgentCell, AwsEgressTier } from "../../constructs/aws";
import { AzureAgentCell, AzureEgressTier, type AzureTlsInspection } from "../../constructs/azure";
import { GcpAgentCell, GcpEgressTier } from "../../constructs/gcp";
import type { ContainmentPolicy, EgressRule, Mode } from "../../lib";
import type { CidrBlock } from "../../lib/names/cidr-block";
import { TLS } from "../compile/azure/tls-inspection";

/** What the cells of all clouds have in common, as the contract uses it. */
export interface ContractCell {
  readonly stack: TerraformStack;
  addAgent(name: string, props?: { policy?: ContainmentPolicy; mode?: Mode }): ContractAgent;
}

export interface ContractAgent {
  readonly sources: CidrBlock[];
  allowEgress(...rules: EgressRule[]): unknown;
}

export interface ContractCloud {
  readonly name: string;
  /** Whether it holds destinations of these kinds; what it does not hold it has to refuse. */
  readonly holds: { readonly wildcards: boolean; readonly blocks: boolean; readonly requests: boolean };
  /** A new cell in a stack of its own. */
  cell(): ContractCell;
  /** Opens a port between two agents of a cell. */
  open(from: ContractAgent, to: ContractAgent, port: number): void;
}

type Opening = { allowTo(to: unknown, opening: { port: number; reason: string }): unknown };

const open = (from: ContractAgent, to: ContractAgent, port: number): void => {
  (from as unknown as Opening).allowTo(to, { port, reason: "contract" });
};

const aws = (tier: AwsEgressTier): ContractCloud => ({
  name: `AWS ${tier}`,
  holds: { wildcards: true, blocks: true, requests: false },
  open,
  cell: () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    new AwsProvider(stack, "aws", { region: "eu-west-1" });
    const zones = { cidr: "10.64.0.0/20", availabilityZones: ["eu-west-1a", "eu-west-1b"] };
    return new AwsAgentCell(stack, "Agents", { ...zones, tier });
  },
});

const gcp = (tier: GcpEgressTier, strict = false): ContractCloud => ({
  name: `Google ${tier}${strict ? " strict" : ""}`,
  holds: {
    wildcards: tier !== GcpEgressTier.FQDN,
    blocks: tier === GcpEgressTier.FQDN,
    requests: tier === GcpEgressTier.PROXY_TLS,
  },
  open,
  cell: () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    const place = { project: "acme-agents", region: "europe-west1" };
    new GoogleProvider(stack, "google", place);
    return new GcpAgentCell(stack, "Agents", { ...place, cidr: "10.64.0.0/20", tier, strict });
  },
});

const azure = (tier: AzureEgressTier, tlsInspection?: AzureTlsInspection): ContractCloud => ({
  name: `Azure ${tier}${tlsInspection === undefined ? "" : " with TLS inspection"}`,
  holds: { wildcards: true, blocks: true, requests: tlsInspection !== undefined },
  open,
  cell: () => {
    const stack = new TerraformStack(Testing.app(), "stack");
    new AzurermProvider(stack, "azurerm", { features: [{}] });
    return new AzureAgentCell(stack, "Agents", {
      cidr: "10.64.0.0/20",
      location: "westeurope",
      tier,
      ...(tlsInspection === undefined ? {} : { tlsInspection }),
    });
  },
});

/** Every tier with a way out, on every cloud. */
export const CLOUDS: ContractCloud[] = [
  aws(AwsEgressTier.INSPECTED),
  aws(AwsEgressTier.INSPECTED_ONE_ZONE),
  gcp(GcpEgressTier.FQDN),
  gcp(GcpEgressTier.PROXY),
  gcp(GcpEgressTier.PROXY, true),
  gcp(GcpEgressTier.PROXY_TLS),
  azure(AzureEgressTier.BASIC),
  azure(AzureEgressTier.STANDARD),
  azure(AzureEgressTier.PREMIUM),
  azure(AzureEgressTier.PREMIUM, TLS()),
];
