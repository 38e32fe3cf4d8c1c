import { ComputeAddress } from "@cdktf/provider-google/lib/compute-address";
import { ComputeForwardingRule } from "@cdktf/provider-google/lib/compute-forwarding-rule";
import { ComputeServiceAttachment } from "@cdktf/provider-google/lib/compute-service-attachment";
import { NetworkSecurityGatewaySecurityPolicy } from "@cdktf/provider-google/lib/network-security-gateway-security-policy";
import { NetworkSecurityGatewaySecurityPolicyRule } from "@cdktf/provider-google/lib/network-security-gateway-security-policy-rule";
import { NetworkSecurityUrlLists } from "@cdktf/provider-google/lib/network-security-url-lists";
import { NetworkServicesGateway } from "@cdktf/provider-google/lib/network-services-gateway";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { CompiledProxy } from "../../lib/compile/gcp/proxy-rules";
import type { GcpAddressPlan } from "./address-plan";
import { gcpName } from "./names";
import type { GcpCellNetwork } from "./network";
import type { GcpScope } from "./project";
import type { GcpTlsInspection } from "./tls-inspection";

export interface GcpSecureWebProxyProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly network: GcpCellNetwork;
  readonly plan: GcpAddressPlan;
  /** Undefined where TLS passes unread. */
  readonly inspection: GcpTlsInspection | undefined;
  readonly apis: ITerraformDependable[];
  /** The rules, with what a list's name stands for; read when the stack is synthesized. */
  readonly compiled: (listId: (name: string) => string) => CompiledProxy;
}

/** Where clients ask the proxy. */
export const PROXY_PORT = 8080;

/**
 * The way out by name: a Secure Web Proxy that agents have to ask, with one policy whose rules know each agent by its
 * service account or subnet. What no rule passes is refused and logged. In strict cells it stands in a network of its own
 * and is published to the agents' one.
 *
 * @see https://cloud.google.com/secure-web-proxy/docs/overview
 */
export class GcpSecureWebProxy extends Construct {
  public readonly policy: NetworkSecurityGatewaySecurityPolicy;
  public readonly gateway: NetworkServicesGateway;
  /** The proxy's address in the agents' network. */
  public readonly address: ComputeAddress;
  /** In strict cells: the proxy's address in its own network, what publishes it, and the way to it. */
  public readonly gatewayAddress: ComputeAddress | undefined;
  public readonly attachment: ComputeServiceAttachment | undefined;
  public readonly entrance: ComputeForwardingRule | undefined;
  /** Lists and rules by their names; created when the stack is synthesized. */
  public readonly urlLists = new Map<string, NetworkSecurityUrlLists>();
  public readonly rules = new Map<string, NetworkSecurityGatewaySecurityPolicyRule>();
  /** What the gateway waits for beside its rules. */
  private readonly waitedFor: string[];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpSecureWebProxyProps,
  ) {
    super(scope, id);
    const { scope: place, network, plan, inspection, apis } = props;
    const { project, region } = place;
    const { endpointSubnet, gatewaySubnet, proxyNetwork, publishedSubnet, proxyOnlySubnet } = network;
    this.policy = new NetworkSecurityGatewaySecurityPolicy(this, "Policy", {
      name: network.name("egress"),
      project,
      location: region,
      description: `Allow lists of cell ${props.cellName}`,
      ...(inspection === undefined ? {} : { tlsInspectionPolicy: inspection.policy.id }),
      dependsOn: apis,
    });
    this.address = this.internalAddress("Address", "proxy", endpointSubnet?.id ?? "", plan.proxyAddress);
    const isPublished = publishedSubnet !== undefined;
    this.gatewayAddress = isPublished
      ? this.internalAddress("GatewayAddress", "gateway", gatewaySubnet?.id ?? "", plan.proxyAddress)
      : undefined;
    const own = this.gatewayAddress ?? this.address;
    this.gateway = new NetworkServicesGateway(this, "Resource", {
      name: network.name("proxy"),
      project,
      location: region,
      type: "SECURE_WEB_GATEWAY",
      addresses: [own.address],
      ports: [PROXY_PORT],
      scope: network.name("proxy"),
      network: proxyNetwork?.id ?? "",
      subnetwork: gatewaySubnet?.id ?? "",
      gatewaySecurityPolicy: this.policy.id,
      deleteSwgAutogenRouterOnDestroy: true,
      dependsOn: [...apis, ...(proxyOnlySubnet === undefined ? [] : [proxyOnlySubnet])],
    });
    if (isPublished) {
      this.attachment = this.publish(publishedSubnet.id);
      this.entrance = this.enter(this.attachment);
    }
    this.waitedFor = this.gateway.dependsOn ?? [];
  }

  /** What has to be in place before an agent asks the proxy. */
  public get readiness(): ITerraformDependable[] {
    return [this.gateway, ...(this.entrance === undefined ? [] : [this.entrance])];
  }

  /** Creates the lists and rules. Rules are written one after the other: the policy takes no two at once. @internal */
  public addRules(): void {
    const { project, region } = this.props.scope;
    for (const made of [...this.rules.values(), ...this.urlLists.values()]) this.node.tryRemoveChild(made.node.id);
    this.rules.clear();
    this.urlLists.clear();
    const { rules, urlLists } = this.props.compiled((name) => this.listOf(name).id);
    for (const { name, values } of urlLists) this.listOf(name).values = values;
    let before: ITerraformDependable[] = [];
    for (const rule of rules) {
      const made = new NetworkSecurityGatewaySecurityPolicyRule(this, `rule-${rule.name}`, {
        name: rule.name,
        project,
        location: region,
        gatewaySecurityPolicy: this.policy.name,
        enabled: true,
        priority: rule.priority,
        description: rule.description,
        sessionMatcher: rule.session,
        ...(rule.application === undefined ? {} : { applicationMatcher: rule.application }),
        ...(rule.tlsInspectionEnabled ? { tlsInspectionEnabled: true } : {}),
        basicProfile: rule.basicProfile,
        ...(before.length === 0 ? {} : { dependsOn: before }),
        // The rule names its policy by a string, and would stay behind if that is replaced.
        lifecycle: { replaceTriggeredBy: [`${this.policy.terraformResourceType}.${this.policy.friendlyUniqueId}.id`] },
      });
      this.rules.set(rule.name, made);
      before = [made];
    }
    this.gateway.dependsOn = [
      ...this.waitedFor,
      ...[...this.rules.values()].map((rule) => `${rule.terraformResourceType}.${rule.friendlyUniqueId}`),
    ];
  }

  private listOf(name: string): NetworkSecurityUrlLists {
    const known = this.urlLists.get(name);
    if (known !== undefined) return known;
    const list = new NetworkSecurityUrlLists(this, `list-${name}`, {
      name,
      project: this.props.scope.project,
      location: this.props.scope.region,
      values: [],
    });
    this.urlLists.set(name, list);
    return list;
  }

  private internalAddress(id: string, role: string, subnetwork: string, address: string): ComputeAddress {
    return new ComputeAddress(this, id, {
      name: this.props.network.name(role),
      project: this.props.scope.project,
      region: this.props.scope.region,
      addressType: "INTERNAL",
      subnetwork,
      address,
    });
  }

  private publish(natSubnet: string): ComputeServiceAttachment {
    const { project, region, projectNumber } = this.props.scope;
    return new ComputeServiceAttachment(this, "Attachment", {
      name: this.props.network.name("published"),
      project,
      region,
      targetService: this.gateway.selfLink,
      natSubnets: [natSubnet],
      enableProxyProtocol: false,
      connectionPreference: "ACCEPT_MANUAL",
      consumerAcceptLists: [{ projectIdOrNum: projectNumber, connectionLimit: 1 }],
    });
  }

  private enter(attachment: ComputeServiceAttachment): ComputeForwardingRule {
    const { project, region } = this.props.scope;
    return new ComputeForwardingRule(this, "Entrance", {
      name: gcpName("resource", this.props.cellName, "entrance"),
      project,
      region,
      target: attachment.id,
      network: this.props.network.network.id,
      ipAddress: this.address.id,
      // The default would make it a load balancer.
      loadBalancingScheme: "",
      recreateClosedPsc: true,
    });
  }
}
