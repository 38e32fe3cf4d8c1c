import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { CidrBlock } from "../../lib/names/cidr-block";
import type { GcpAddressPlan } from "./address-plan";
import { GcpEgressTier, isProxied } from "./egress-tier";
import { gcpName } from "./names";
import type { GcpScope } from "./project";

export interface GcpCellNetworkProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly plan: GcpAddressPlan;
  readonly tier: GcpEgressTier;
  /** The proxy stands in a network of its own, so that the agents' network has no default route. */
  readonly strict: boolean;
  /** APIs that have to be on first. */
  readonly apis: ITerraformDependable[];
}

/** Share of flows that are recorded, and for how long they are put together. */
const FLOW_LOGS = { aggregationInterval: "INTERVAL_30_SEC", flowSampling: 1, metadata: "INCLUDE_ALL_METADATA" };

/**
 * The networks and subnets of a cell. Agents' subnets have IPv4 alone and no address of the internet's. Without a proxy in
 * the same network and without Cloud NAT the network has no default route either; with one, the route leads nobody out:
 * only the managed proxy is translated.
 *
 * @see https://cloud.google.com/vpc/docs/routes
 */
export class GcpCellNetwork extends Construct {
  /** The agents' network. */
  public readonly network: ComputeNetwork;
  /** The proxy's network: the agents' own unless strict. Undefined where there is no proxy. */
  public readonly proxyNetwork: ComputeNetwork | undefined;
  /** Where the proxy has its address. Undefined where there is no proxy. */
  public readonly endpointSubnet: ComputeSubnetwork | undefined;
  /** In strict cells: where the proxy's own address stands, in its network. */
  public readonly gatewaySubnet: ComputeSubnetwork | undefined;
  /** Where the region's managed proxies run. Undefined where there is no proxy. */
  public readonly proxyOnlySubnet: ComputeSubnetwork | undefined;
  /** In strict cells: where the published proxy's clients get their translated addresses. */
  public readonly publishedSubnet: ComputeSubnetwork | undefined;
  public readonly router: ComputeRouter | undefined;
  /** Translates the agents' subnets, in tier FQDN alone. */
  public readonly nat: ComputeRouterNat | undefined;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpCellNetworkProps,
  ) {
    super(scope, id);
    const { tier, strict, plan } = props;
    const hasProxy = isProxied(tier);
    const needsRoute = tier === GcpEgressTier.FQDN || (hasProxy && !strict);
    this.network = this.createNetwork("Resource", [], !needsRoute);
    if (hasProxy) {
      this.proxyNetwork = strict ? this.createNetwork("ProxyNetwork", ["proxy"], false) : this.network;
      this.endpointSubnet = this.plainSubnet("endpoints", this.network, plan.endpoints, {});
      this.gatewaySubnet = strict
        ? this.plainSubnet("gateway", this.proxyNetwork, plan.endpoints, {})
        : this.endpointSubnet;
      this.proxyOnlySubnet = this.plainSubnet("proxy-only", this.proxyNetwork, plan.proxies, {
        purpose: "REGIONAL_MANAGED_PROXY",
        role: "ACTIVE",
      });
      if (strict) {
        this.publishedSubnet = this.plainSubnet("published", this.proxyNetwork, plan.published, {
          purpose: "PRIVATE_SERVICE_CONNECT",
        });
      }
    }
    if (tier === GcpEgressTier.FQDN) {
      this.router = new ComputeRouter(this, "Router", {
        name: this.name("router"),
        project: props.scope.project,
        region: props.scope.region,
        network: this.network.id,
      });
      this.nat = this.createNat(this.router);
    }
  }

  /** An agent's subnet: recorded, without public addresses, and with the way to Google APIs by their private address. */
  public agentSubnet(
    scope: Construct,
    agent: string,
    cidr: CidrBlock,
    after: ITerraformDependable[],
  ): ComputeSubnetwork {
    const { project, region } = this.props.scope;
    return new ComputeSubnetwork(scope, "Subnet", {
      name: this.name(agent),
      project,
      region,
      network: this.network.id,
      ipCidrRange: cidr.toString(),
      privateIpGoogleAccess: true,
      stackType: "IPV4_ONLY",
      description: `Agent ${agent}`,
      logConfig: FLOW_LOGS,
      dependsOn: after,
    });
  }

  /** Names the subnets that Cloud NAT translates; nothing happens in a tier without it. @internal */
  public translate(subnets: ComputeSubnetwork[]): void {
    this.nat?.putSubnetwork(subnets.map(({ id }) => ({ name: id, sourceIpRangesToNat: ["PRIMARY_IP_RANGE"] })));
  }

  /** A name of a resource of this cell. */
  public name(...parts: string[]): string {
    return gcpName("resource", this.props.cellName, ...parts);
  }

  private createNetwork(id: string, parts: string[], closed: boolean): ComputeNetwork {
    return new ComputeNetwork(this, id, {
      name: this.name(...(parts.length === 0 ? ["agents"] : parts)),
      project: this.props.scope.project,
      autoCreateSubnetworks: false,
      deleteDefaultRoutesOnCreate: closed,
      routingMode: "REGIONAL",
      // A stray classic rule must not come before the cell's own policy.
      networkFirewallPolicyEnforcementOrder: "BEFORE_CLASSIC_FIREWALL",
      dependsOn: this.props.apis,
    });
  }

  private plainSubnet(
    role: string,
    network: ComputeNetwork,
    cidr: CidrBlock,
    props: { purpose?: string; role?: string },
  ): ComputeSubnetwork {
    const isPlain = props.purpose === undefined;
    return new ComputeSubnetwork(this, role, {
      name: this.name(role),
      project: this.props.scope.project,
      region: this.props.scope.region,
      network: network.id,
      ipCidrRange: cidr.toString(),
      ...(isPlain ? { privateIpGoogleAccess: true, stackType: "IPV4_ONLY", logConfig: FLOW_LOGS } : props),
    });
  }

  private createNat(router: ComputeRouter): ComputeRouterNat {
    return new ComputeRouterNat(this, "Nat", {
      name: this.name("nat"),
      project: this.props.scope.project,
      region: this.props.scope.region,
      router: router.name,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      endpointTypes: ["ENDPOINT_TYPE_VM"],
      logConfig: { enable: true, filter: "ALL" },
    });
  }
}
