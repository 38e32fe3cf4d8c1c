import { DnsManagedZone } from "@cdktf/provider-google/lib/dns-managed-zone";
import { DnsPolicy } from "@cdktf/provider-google/lib/dns-policy";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { CompiledDnsZones } from "../../lib/compile/gcp/dns-zones";
import type { GcpCellNetwork } from "./network";
import type { GcpScope } from "./project";

export interface GcpDnsFirewallProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly network: GcpCellNetwork;
  readonly apis: ITerraformDependable[];
  /** Zones that the allow lists need; read when the stack is synthesized. */
  readonly compiled: () => CompiledDnsZones;
}

/** Google Public DNS; queries leave from Google's side, not from the network. */
const RESOLVERS = ["8.8.8.8", "8.8.4.4"];

/**
 * What the metadata server's resolver answers in the agents' network: an empty private zone for the root makes every name
 * unknown, and a forwarding zone for each listed name makes it known again. Queries are recorded.
 *
 * @see https://cloud.google.com/dns/docs/vpc-name-res-order
 */
export class GcpDnsFirewall extends Construct {
  /** Answers every name that no other zone holds: with nothing. */
  public readonly root: DnsManagedZone;
  /** Records queries. */
  public readonly policy: DnsPolicy;
  /** Zones of listed names, by their domain; created when the stack is synthesized. */
  public readonly zones = new Map<string, DnsManagedZone>();

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpDnsFirewallProps,
  ) {
    super(scope, id);
    const { scope: place, network, apis } = props;
    const networkUrl = network.network.id;
    this.root = new DnsManagedZone(this, "Root", {
      name: network.name("root"),
      project: place.project,
      dnsName: ".",
      description: "Every name that no other zone of this network holds is unknown",
      visibility: "private",
      forceDestroy: true,
      privateVisibilityConfig: { networks: [{ networkUrl }] },
      dependsOn: apis,
    });
    this.policy = new DnsPolicy(this, "Policy", {
      name: network.name("names"),
      project: place.project,
      description: `Names that agents of cell ${props.cellName} ask for`,
      enableLogging: true,
      enableInboundForwarding: false,
      networks: [{ networkUrl }],
      dependsOn: apis,
    });
  }

  /** What has to be in place before an agent asks for a name. */
  public get readiness(): ITerraformDependable[] {
    return [this.root, this.policy];
  }

  /** Creates the zones of the allow lists. @internal */
  public addZones(): void {
    const { scope: place, network } = this.props;
    for (const zone of this.zones.values()) this.node.tryRemoveChild(zone.node.id);
    this.zones.clear();
    for (const dnsName of this.props.compiled().domains) {
      const zone = new DnsManagedZone(this, `zone-${dnsName}`, {
        name: network.name("zone", dnsName.slice(0, -1)),
        project: place.project,
        dnsName,
        description: "A listed name, asked of Google Public DNS",
        visibility: "private",
        forceDestroy: true,
        privateVisibilityConfig: { networks: [{ networkUrl: network.network.id }] },
        forwardingConfig: { targetNameServers: RESOLVERS.map((ipv4Address) => ({ ipv4Address })) },
      });
      this.zones.set(dnsName, zone);
    }
  }
}
