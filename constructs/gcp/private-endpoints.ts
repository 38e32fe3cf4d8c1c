import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import { ComputeGlobalForwardingRule } from "@cdktf/provider-google/lib/compute-global-forwarding-rule";
import { DnsManagedZone } from "@cdktf/provider-google/lib/dns-managed-zone";
import { DnsRecordSet } from "@cdktf/provider-google/lib/dns-record-set";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { CordonError } from "../../lib/errors/cordon-error";
import { gcpName } from "./names";
import type { GcpCellNetwork } from "./network";
import type { GcpScope } from "./project";
import { type GcpService, zoneOf } from "./service";

export interface GcpPrivateEndpointsProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly network: GcpCellNetwork;
  readonly services: GcpService[];
  /** In no subnet of the network. */
  readonly address: string;
  readonly apis: ITerraformDependable[];
  readonly at: string;
}

/** Seconds that a record may be kept. */
const TTL = 300;

/**
 * The private way to Google APIs: one Private Service Connect endpoint for the APIs that VPC Service Controls protect, and
 * private zones that answer the names of the cell's services with its address, and no other name of Google's. The
 * endpoint itself serves every API of the bundle and every owner's resources; a perimeter closes that.
 *
 * @see https://cloud.google.com/vpc/docs/about-accessing-google-apis-endpoints
 */
export class GcpPrivateEndpoints extends Construct {
  /** Undefined if the cell has no service. */
  public readonly endpoint: ComputeGlobalForwardingRule | undefined;
  public readonly address: ComputeGlobalAddress | undefined;
  /** Zones by their domain, as in `googleapis.com`. */
  public readonly zones = new Map<string, DnsManagedZone>();
  /** Records by the name that they answer. */
  public readonly records = new Map<string, DnsRecordSet>();
  /** Names that lead to the endpoint, sorted; `*.name` for those below. */
  public readonly hostNames: string[];

  /** @throws CORDON-111 for a service that is listed twice */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpPrivateEndpointsProps,
  ) {
    super(scope, id);
    const { services, scope: place, network, cellName, address, apis, at } = props;
    const names = services.map((service) => service.name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw new CordonError("CORDON-111", at, `service ${twice} is listed twice`, "list each service once");
    }
    this.hostNames = [...new Set(services.flatMap((service) => service.hostNames(place.region)))].sort();
    if (services.length === 0) return;
    this.address = new ComputeGlobalAddress(this, "Address", {
      name: network.name("apis"),
      project: place.project,
      addressType: "INTERNAL",
      purpose: "PRIVATE_SERVICE_CONNECT",
      network: network.network.id,
      address,
      dependsOn: apis,
    });
    this.endpoint = new ComputeGlobalForwardingRule(this, "Resource", {
      name: gcpName("endpoint", cellName, "apis"),
      project: place.project,
      target: "vpc-sc",
      network: network.network.id,
      ipAddress: this.address.id,
      // The default would make it a load balancer.
      loadBalancingScheme: "",
      noAutomateDnsZone: true,
    });
    for (const host of this.hostNames) this.answer(host);
  }

  /** What has to be in place before an agent asks for a name of Google's. */
  public get readiness(): ITerraformDependable[] {
    return [...(this.endpoint === undefined ? [] : [this.endpoint]), ...this.records.values()];
  }

  private answer(host: string): void {
    const { scope } = this.props;
    const domain = zoneOf(host) ?? host;
    const zone = this.zones.get(domain) ?? this.createZone(domain);
    this.zones.set(domain, zone);
    const record = new DnsRecordSet(this, `record-${host.replace("*", "any")}`, {
      project: scope.project,
      managedZone: zone.name,
      name: `${host}.`,
      type: "A",
      ttl: TTL,
      rrdatas: [this.props.address],
    });
    this.records.set(host, record);
  }

  private createZone(domain: string): DnsManagedZone {
    const { scope, network } = this.props;
    return new DnsManagedZone(this, `zone-${domain}`, {
      name: network.name(domain),
      project: scope.project,
      dnsName: `${domain}.`,
      description: "Names of Google APIs that lead to the private endpoint",
      visibility: "private",
      forceDestroy: true,
      privateVisibilityConfig: { networks: [{ networkUrl: network.network.id }] },
      dependsOn: this.props.apis,
    });
  }
}
