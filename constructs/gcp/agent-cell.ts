import { DataGoogleProject } from "@cdktf/provider-google/lib/data-google-project";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { AgentCellBase, literal } from "../../lib/cell/agent-cell-base";
import { GATEWAY } from "../../lib/cell/gateway-checks";
import { type Refusal, type Rendering, SynthGate } from "../../lib/cell/synth-gate";
import type { AgentEgress } from "../../lib/compile/agent-egress";
import { gatewayPolicy } from "../../lib/compile/gateway-bundle";
import { type CompiledDnsZones, compileDnsZones } from "../../lib/compile/gcp/dns-zones";
import { type CompiledFqdn, compileFqdnRules } from "../../lib/compile/gcp/fqdn-rules";
import {
  type CompiledProxy,
  compileProxyRules,
  type ProxyAgent,
  type ProxyOptions,
} from "../../lib/compile/gcp/proxy-rules";
import type { ResidualRisk } from "../../lib/compile/residual-risk";
import { CordonError } from "../../lib/errors/cordon-error";
import { CidrBlock } from "../../lib/names/cidr-block";
import { identifier } from "../../lib/names/plain-text";
import { ContainmentPolicy } from "../../lib/policy/containment-policy";
import type { EgressRule } from "../../lib/policy/egress";
import { Mode } from "../../lib/policy/mode";
import type { DeclaredCell } from "../../lib/topology/model/declaration";
import { GcpAddressPlan } from "./address-plan";
import { GcpAgent, type GcpAgentProps } from "./agent";
import type { GcpAgentHost } from "./agent-host";
import { GcpApis } from "./apis";
import { GcpAttribution } from "./attribution";
import { checkGatewayFits, GcpConnectorGateway, type GcpConnectorGatewayProps } from "./connector-gateway";
import { declarationOf } from "./declaration";
import { GcpDenyBaseline } from "./deny-baseline";
import { GcpDnsFirewall } from "./dns-firewall";
import { GcpEgressFirewall } from "./egress-firewall";
import { GcpEgressTier, isProxied } from "./egress-tier";
import type { FirewallInput } from "./firewall-rules";
import { GcpLogStore } from "./log-store";
import { GcpCellNetwork } from "./network";
import { type GcpPerimeter, GcpServicePerimeter } from "./perimeter";
import { GcpPrivateEndpoints } from "./private-endpoints";
import { checkedProject, checkedRegion, type GcpScope } from "./project";
import { GcpQuarantine } from "./quarantine";
import { refusalsOf } from "./refusals";
import { GcpSecureWebProxy, PROXY_PORT } from "./secure-web-proxy";
import type { GcpService } from "./service";
import { tierRisks } from "./tier-risks";
import { GcpTlsInspection } from "./tls-inspection";

/** What a cell is made of. */
export interface GcpAgentCellProps {
  /** Id of the project that everything is in: `acme-agents-prod`. */
  readonly project: string;
  /** Region of the subnets and of the proxy: `europe-west1`. */
  readonly region: string;
  /** IPv4 block of the cell, /16 to /21: a quarter for agents, one for the region's proxies, the rest for what comes later. */
  readonly cidr: string;
  /** How the way out is enforced. @default GcpEgressTier.PROXY */
  readonly tier?: GcpEgressTier;
  /** Google APIs that agents reach by their private address. @default - none */
  readonly services?: GcpService[];
  /**
   * The proxy stands in a network of its own and is published to the agents' one, which then has no default route at all:
   * the agents stay inside even if the firewall is wrong. Only with a proxy.
   * @default false - one network, without public addresses or translation for agents
   */
  readonly strict?: boolean;
  /** A VPC Service Controls perimeter around the project. @default - none: the private address leads to other owners' resources */
  readonly perimeter?: GcpPerimeter;
  /** Id of a CA pool of the region for TLS inspection. @default - a pool and a root are created in tier PROXY_TLS */
  readonly caPool?: string;
  /** A deny policy for all agents; who deploys it needs the organisation's right to manage deny policies. @default true */
  readonly denyBaseline?: boolean;
  /** Switches the APIs on that the cell needs. @default true */
  readonly enableApis?: boolean;
  /** Size of an agent's subnet; changing it replaces them all. @default 26, 60 usable addresses */
  readonly agentSubnetPrefix?: number;
  /** How long logs are kept, in days. @default 365 */
  readonly logRetentionDays?: number;
  /** Lifts every deletion protection, so that `destroy` works. @default false */
  readonly maintenance?: boolean;
  /** Choices of the gateway that mediates connectors; it is made when a policy has some. @default - those of its props */
  readonly connectorGateway?: GcpConnectorGatewayProps;
  /** Name in resources and messages; letters, digits, dashes. @default - the construct's id in kebab case */
  readonly name?: string;
}

/**
 * A contained network on Google Cloud for one or more AI agents, whose only ways out are the ones that the agents'
 * policies name. Adds the network with a firewall that ends by refusing everything, a subnet and a service account for
 * each agent, a resolver that knows listed names alone, a Secure Web Proxy (or another tier's way out), the private way to
 * Google APIs, a quarantine, and logs of every layer.
 */
export class GcpAgentCell extends AgentCellBase implements GcpAgentHost {
  public readonly tier: GcpEgressTier;
  public readonly strict: boolean;
  public readonly services: GcpService[];
  public readonly scope: GcpScope;
  public readonly maintenance: boolean;
  /** Undefined with `enableApis: false`. */
  public readonly apis: GcpApis | undefined;
  /** Networks, subnets, and in tier FQDN translation. */
  public readonly network: GcpCellNetwork;
  public readonly quarantine: GcpQuarantine;
  public readonly logs: GcpLogStore;
  public readonly egressFirewall: GcpEgressFirewall;
  public readonly dnsFirewall: GcpDnsFirewall;
  public readonly privateEndpoints: GcpPrivateEndpoints;
  /** Undefined unless the tier has a proxy. */
  public readonly proxy: GcpSecureWebProxy | undefined;
  /** Undefined unless the tier is PROXY_TLS. */
  public readonly tlsInspection: GcpTlsInspection | undefined;
  /** Undefined unless asked for. */
  public readonly perimeter: GcpServicePerimeter | undefined;
  private readonly plan: GcpAddressPlan;
  private readonly agentsByName = new Map<string, GcpAgent>();
  private gateway: GcpConnectorGateway | undefined;

  /** @throws CORDON-200, CORDON-201, CORDON-206 and those of the parts for what can't be a cell */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: GcpAgentCellProps,
  ) {
    super(scope, id, props.name);
    const at = this.place;
    const project = checkedProject(props.project, at);
    const region = checkedRegion(props.region, at);
    const cidr = CidrBlock.parse(literal(props.cidr, at, "cidr"), `${at}, cidr`);
    this.plan = new GcpAddressPlan(cidr, region, props.agentSubnetPrefix, at);
    this.tier = props.tier ?? GcpEgressTier.PROXY;
    this.strict = props.strict ?? false;
    this.services = props.services ?? [];
    this.maintenance = props.maintenance ?? false;
    this.checkTier();
    const { cellName, tier, services, plan } = this;
    const { number } = new DataGoogleProject(this, "Project", { projectId: project });
    this.scope = { project, region, projectNumber: number };
    const place = { cellName, scope: this.scope, at };
    this.apis =
      props.enableApis === false
        ? undefined
        : new GcpApis(this, "Apis", { ...place, tier, services, perimeter: props.perimeter !== undefined });
    const apis = (...names: string[]): ITerraformDependable[] => this.apis?.of(...names) ?? [];
    this.network = new GcpCellNetwork(this, "Network", {
      ...place,
      plan,
      tier,
      strict: this.strict,
      apis: apis("compute"),
    });
    const { network } = this;
    this.quarantine = new GcpQuarantine(this, "Quarantine", { ...place, network });
    this.logs = new GcpLogStore(this, "Logs", { ...place, retentionDays: props.logRetentionDays ?? 365 });
    this.egressFirewall = new GcpEgressFirewall(this, "EgressFirewall", {
      ...place,
      network,
      input: () => this.firewallInput(),
    });
    this.dnsFirewall = new GcpDnsFirewall(this, "DnsFirewall", {
      ...place,
      network,
      apis: apis("dns"),
      compiled: () => this.compiledZones(),
    });
    this.privateEndpoints = new GcpPrivateEndpoints(this, "PrivateEndpoints", {
      ...place,
      network,
      services,
      address: plan.apiAddress,
      apis: [...apis("dns"), ...services.flatMap((service) => apis(service.name))],
    });
    this.tlsInspection =
      tier === GcpEgressTier.PROXY_TLS
        ? new GcpTlsInspection(this, "TlsInspection", {
            ...place,
            maintenance: this.maintenance,
            apis: apis("privateca", "networksecurity"),
            ...(props.caPool === undefined ? {} : { caPool: props.caPool }),
          })
        : undefined;
    this.proxy = isProxied(tier)
      ? new GcpSecureWebProxy(this, "Proxy", {
          ...place,
          network,
          plan,
          inspection: this.tlsInspection,
          apis: apis("networksecurity", "networkservices"),
          compiled: (listId) => this.compiledProxy(listId),
        })
      : undefined;
    this.perimeter =
      props.perimeter === undefined
        ? undefined
        : new GcpServicePerimeter(this, "Perimeter", {
            ...place,
            perimeter: props.perimeter,
            services,
            apis: apis("accesscontextmanager"),
          });
    SynthGate.guard(this.stack, this);
  }

  /** The cell's agents by name. */
  public get agents(): GcpAgent[] {
    return [...this.agentsByName.values()].sort((a, b) => (a.agentName < b.agentName ? -1 : 1));
  }

  /** What closes the network; agents' subnets wait for it. */
  public get closure(): ITerraformDependable[] {
    return this.egressFirewall.readiness;
  }

  /** What has to be in place before any agent starts: firewall, names, private endpoint, proxy. */
  public get readiness(): ITerraformDependable[] {
    return [
      ...this.egressFirewall.readiness,
      ...this.dnsFirewall.readiness,
      ...this.privateEndpoints.readiness,
      ...(this.proxy?.readiness ?? []),
      ...(this.perimeter === undefined ? [] : [this.perimeter.member]),
    ];
  }

  /** What agents' clients need in their environment to ask the proxy; empty where there is none. */
  public get clientEnvironment(): { [name: string]: string } {
    if (this.proxy === undefined) return {};
    const url = `http://${this.plan.proxyAddress}:${PROXY_PORT}`;
    const direct = ["169.254.169.254", "metadata.google.internal", "localhost", "127.0.0.1"];
    const apis = this.privateEndpoints.hostNames.map((host) => host.replace(/^\*/, ""));
    return { HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: [...direct, ...apis].join(",") };
  }

  /** The certificate that agents have to trust, as PEM. Undefined without TLS inspection, or with a pool of the caller's. */
  public get caCertificate(): string | undefined {
    return this.tlsInspection?.caCertificate;
  }

  /** Names that the resolver answers beside the policies': Google APIs, and what stands around listed names. @internal */
  public get answeredNames(): string[] {
    return [...this.privateEndpoints.hostNames, ...this.compiledZones().answers];
  }

  /**
   * Adds an agent: a subnet of its own, a service account, its rules at the firewall and the proxy, and its names.
   * @throws CORDON-106 for a name that is taken; CORDON-107, CORDON-108 and CORDON-17x where the tier can't hold the policy
   */
  public addAgent(name: string, props: GcpAgentProps = {}): GcpAgent {
    const agentName = identifier(name, this.place, "the agent's name");
    if (this.agentsByName.has(agentName)) {
      throw new CordonError(
        "CORDON-106",
        this.place,
        `there is an agent '${agentName}' already`,
        "choose another name",
      );
    }
    const policy = props.policy ?? ContainmentPolicy.denyAll(agentName);
    if (policy.connectors.length > 0) this.checkMediates(agentName, policy);
    this.checkHolds(agentName, props.mode ?? Mode.ENFORCE, policy.rules);
    const agent = new GcpAgent(this, agentName, props, this.plan.place(agentName, props.slot));
    this.agentsByName.set(agentName, agent);
    if (policy.connectors.length > 0) this.mediate(agent);
    return agent;
  }

  /** Mediates the agents' connectors. Undefined until an agent has one. */
  public get connectorGateway(): GcpConnectorGateway | undefined {
    return this.gateway;
  }

  public override residualRisks(): ResidualRisk[] {
    const { tier, services, perimeter } = this;
    const [proxy, byName] = [this.proxy === undefined ? undefined : this.compiledProxy(String), this.compiledFqdn()];
    return [
      ...(proxy?.residual ?? []),
      ...(byName?.residual ?? []),
      ...this.compiledZones().residual,
      ...tierRisks({
        tier,
        services,
        strict: this.strict,
        perimeter: perimeter === undefined ? undefined : this.props.perimeter,
        denyBaseline: this.props.denyBaseline !== false,
        agents: this.agents,
      }),
    ];
  }

  /** @internal */
  public checkHolds(agentName: string, mode: Mode, rules: readonly EgressRule[]): void {
    const at = `${this.place}, agent '${agentName}'`;
    if (this.tier === GcpEgressTier.SEALED) checkSealed(mode, rules, at);
    const agent = { name: agentName, mode, rules: [...rules], sources: [this.plan.endpoints] };
    if (isProxied(this.tier)) {
      compileProxyRules([{ ...agent, subject: { sources: agent.sources } }], this.proxyOptions(String), this.place);
    }
    if (this.tier === GcpEgressTier.FQDN) compileFqdnRules([agent], this.place);
  }

  /** Everything is compiled when it is asked for: nothing is kept that could grow old. @internal */
  public changed(): void {}

  /** Creates what depends on the whole of the allow lists, anew for every synthesis. @internal */
  public complete(): void {
    this.dnsFirewall.addZones();
    this.proxy?.addRules();
    this.egressFirewall.addRules();
    this.network.translate(this.agents.map((agent) => agent.subnet));
    this.node.tryRemoveChild("DenyBaseline");
    if (this.props.denyBaseline === false || this.agents.length === 0) return;
    new GcpDenyBaseline(this, "DenyBaseline", {
      cellName: this.cellName,
      scope: this.scope,
      emails: this.agents.map((agent) => agent.identity.email),
    });
  }

  /** @internal */
  public declare(): DeclaredCell {
    return declarationOf(this);
  }

  /** @internal */
  public refusals(rendering: Rendering): Refusal[] {
    return refusalsOf(this, rendering);
  }

  /** Size of the agents' subnets. @internal */
  public get agentPrefix(): number {
    return this.props.agentSubnetPrefix ?? 26;
  }

  /** @internal */
  public get gatewayProps(): GcpConnectorGatewayProps {
    return this.props.connectorGateway ?? {};
  }

  private checkMediates(agentName: string, { connectors }: ContainmentPolicy): void {
    checkGatewayFits(this, connectors, `${this.place}, agent '${agentName}'`);
    this.checkHolds(GATEWAY, Mode.ENFORCE, gatewayPolicy(connectors).rules);
  }

  private mediate(agent: GcpAgent): void {
    this.gateway ??= this.createGateway();
    this.gateway.admit(agent);
  }

  // Neither the firewall nor the proxy sees whose account an instance of Cloud Run has.
  private createGateway(): GcpConnectorGateway {
    const { cellName, scope, network, logs, apis, place } = this;
    return new GcpConnectorGateway(this, "ConnectorGateway", {
      ...this.gatewayProps,
      cellName,
      scope,
      network,
      logs,
      apis,
      host: this.addAgent(GATEWAY, { attribution: GcpAttribution.SUBNET }),
      agents: () => this.agents.filter(({ policy }) => policy.connectors.length > 0),
      at: place,
    });
  }

  private checkTier(): void {
    const { tier, strict, props, place } = this;
    if (strict && !isProxied(tier)) {
      throw new CordonError(
        "CORDON-206",
        place,
        `tier ${tier} has no proxy to put into a network of its own`,
        "leave strict out, or use GcpEgressTier.PROXY",
      );
    }
    if (props.caPool !== undefined && tier !== GcpEgressTier.PROXY_TLS) {
      throw new CordonError(
        "CORDON-206",
        place,
        `tier ${tier} does not look into TLS, and a CA pool is given`,
        "leave caPool out, or use GcpEgressTier.PROXY_TLS",
      );
    }
  }

  private firewallInput(): FirewallInput {
    return {
      agents: this.agents,
      proxyAddress: this.proxy === undefined ? undefined : this.plan.proxyAddress,
      apiAddress: this.services.length === 0 ? undefined : this.plan.apiAddress,
      quarantineTag: this.quarantine.tagValue.id,
      byName: this.compiledFqdn(),
    };
  }

  private compiledProxy(urlListId: (name: string) => string): CompiledProxy {
    return compileProxyRules(this.agents.map(proxyAgent), this.proxyOptions(urlListId), this.place);
  }

  private proxyOptions(urlListId: (name: string) => string): ProxyOptions {
    return {
      cellName: this.cellName,
      tlsInspection: this.tier === GcpEgressTier.PROXY_TLS,
      quarantineTag: this.quarantine.tagValue.id,
      urlListId,
    };
  }

  private compiledFqdn(): CompiledFqdn | undefined {
    return this.tier === GcpEgressTier.FQDN ? compileFqdnRules(this.egress(), this.place) : undefined;
  }

  // A published proxy resolves in its own network; the agents' one then needs no listed name.
  private compiledZones(): CompiledDnsZones {
    return compileDnsZones(this.strict ? [] : this.egress());
  }

  private egress(): AgentEgress[] {
    return this.agents.map(({ agentName, mode, sources, policy }) => ({
      name: agentName,
      mode,
      sources,
      rules: [...policy.rules],
    }));
  }
}

function proxyAgent(agent: GcpAgent): ProxyAgent {
  const { agentName, mode, policy, attribution, identity, sources } = agent;
  return {
    name: agentName,
    mode,
    rules: [...policy.rules],
    subject: attribution === GcpAttribution.SUBNET ? { sources } : { serviceAccount: identity.email },
  };
}

function checkSealed(mode: Mode, rules: readonly EgressRule[], at: string): void {
  const [first] = rules;
  if (first !== undefined) {
    throw new CordonError(
      "CORDON-107",
      at,
      `the sealed tier has no way out, and the policy names ${rules.length} destination(s), first ${first.id}`,
      "use GcpEgressTier.PROXY, or remove them from the policy",
    );
  }
  if (mode === Mode.MONITOR) {
    throw new CordonError(
      "CORDON-108",
      at,
      "the sealed tier has no way out to watch",
      "leave the mode out, or use GcpEgressTier.PROXY",
    );
  }
}
