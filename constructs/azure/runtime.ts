import type { SubnetDelegation } from "@cdktf/provider-azurerm/lib/subnet";
import { CordonError } from "../../lib/errors/cordon-error";
import { CidrBlock } from "../../lib/names/cidr-block";

/** What runs in an agent's subnet: decides its delegation, and which rules the platform can't do without. */
export enum AzureRuntime {
  /** Virtual machines and scale sets. */
  VIRTUAL_MACHINES = "virtual-machines",
  /** Nodes of a Kubernetes cluster; nodes talk to each other inside of the subnet. */
  AKS = "aks",
  /** An environment of Container Apps: delegated, asks Azure's own resolver, probed by the platform. */
  CONTAINER_APPS = "container-apps",
  /** Agents of Foundry: delegated like Container Apps. */
  FOUNDRY = "foundry",
  /** Function apps on a dedicated plan: delegated to App Service. */
  FUNCTIONS = "functions",
}

/** What a runtime asks of its subnet. */
export interface RuntimeNeeds {
  readonly delegation?: SubnetDelegation;
  /** Members of the subnet talk to each other. */
  readonly intraSubnet: boolean;
  /** The platform itself asks Azure's resolver, and breaks where that is closed. */
  readonly platformDns: boolean;
  /** Ports that the platform's probes come to. */
  readonly probedPorts?: string;
  /** The longest prefix that the platform takes. */
  readonly longestPrefix: number;
}

const APP_ENVIRONMENT: RuntimeNeeds = {
  delegation: {
    name: "app-environment",
    serviceDelegation: {
      name: "Microsoft.App/environments",
      actions: ["Microsoft.Network/virtualNetworks/subnets/join/action"],
    },
  },
  intraSubnet: true,
  platformDns: true,
  probedPorts: "30000-32767",
  longestPrefix: 27,
};

const NEEDS: { readonly [runtime in AzureRuntime]: RuntimeNeeds } = {
  [AzureRuntime.VIRTUAL_MACHINES]: { intraSubnet: false, platformDns: false, longestPrefix: 28 },
  [AzureRuntime.AKS]: { intraSubnet: true, platformDns: false, longestPrefix: 28 },
  [AzureRuntime.CONTAINER_APPS]: APP_ENVIRONMENT,
  [AzureRuntime.FOUNDRY]: APP_ENVIRONMENT,
  [AzureRuntime.FUNCTIONS]: {
    delegation: {
      name: "server-farm",
      serviceDelegation: {
        name: "Microsoft.Web/serverFarms",
        actions: ["Microsoft.Network/virtualNetworks/subnets/action"],
      },
    },
    intraSubnet: false,
    platformDns: true,
    longestPrefix: 28,
  },
};

/** Blocks that Container Apps keeps for itself. */
const RESERVED = [
  "100.100.0.0/17",
  "100.100.128.0/19",
  "100.100.160.0/19",
  "100.100.192.0/19",
  "169.254.0.0/16",
  "172.30.0.0/16",
  "172.31.0.0/16",
  "192.0.2.0/24",
];

/** What a runtime asks of its subnet. */
export function needsOf(runtime: AzureRuntime): RuntimeNeeds {
  return NEEDS[runtime];
}

/**
 * Refuses a subnet that the runtime's platform does not take.
 * @throws CORDON-304
 * @see https://learn.microsoft.com/azure/container-apps/custom-virtual-networks
 */
export function checkRuntime(runtime: AzureRuntime, subnet: CidrBlock, at: string): void {
  const { longestPrefix, probedPorts } = needsOf(runtime);
  if (subnet.prefix > longestPrefix) {
    throw new CordonError(
      "CORDON-304",
      at,
      `${runtime} need a /${longestPrefix} or larger, and the agent's subnet is ${subnet}`,
      `set the cell's agentSubnetPrefix to ${longestPrefix} or less`,
    );
  }
  const reserved = RESERVED.find((block) => CidrBlock.parse(block, "reserved by Container Apps").overlaps(subnet));
  if (probedPorts !== undefined && reserved !== undefined) {
    throw new CordonError(
      "CORDON-304",
      at,
      `${runtime} keep ${reserved} for themselves, and the agent's subnet is ${subnet}`,
      "choose another cidr for the cell",
    );
  }
}
