import { PrivateDnsARecord } from "@cdktf/provider-azurerm/lib/private-dns-a-record";
import { PrivateDnsZone } from "@cdktf/provider-azurerm/lib/private-dns-zone";
import { PrivateDnsZoneVirtualNetworkLink } from "@cdktf/provider-azurerm/lib/private-dns-zone-virtual-network-link";
import {
  PrivateEndpoint,
  type PrivateEndpointPrivateServiceConnection,
} from "@cdktf/provider-azurerm/lib/private-endpoint";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { asRendered } from "../../lib/cell/as-rendered";
import { CordonError, quoted } from "../../lib/errors/cordon-error";
import { HostMatch, HostPattern } from "../../lib/names/host-pattern";
import { identifier, plainText } from "../../lib/names/plain-text";
import { parsePort } from "../../lib/names/port";
import { azureId, RESOURCE_OF_STACK } from "./azure-id";
import type { AzureScope } from "./location";
import { azureName } from "./names";
import type { AzureCellNetwork } from "./network";
import type { AzurePerimeter } from "./perimeter";
import type { AzureService } from "./service";

/** The private way to one resource. */
export interface AzurePrivateEndpointProps {
  readonly service: AzureService;
  /** Id of the resource. One of the same stack is checked to be closed to every other way. */
  readonly resourceId: string;
  /** The names that agents ask for, as in `acme.vault.azure.net`. @default - every name of the service */
  readonly hosts?: string[];
  /** TCP ports that agents use it by. @default [443] */
  readonly ports?: number[];
}

/** The private way to a service of somebody else, by its alias. */
export interface AzurePrivateLinkProps {
  /** The alias that its owner hands out. */
  readonly alias: string;
  /** The one name that agents ask for; it is answered with the endpoint's address. */
  readonly host: string;
  /** What the owner reads before approving, up to 140 characters. */
  readonly requestMessage: string;
  /** TCP ports that agents use it by. @default [443] */
  readonly ports?: number[];
}

/** One private endpoint of a cell. */
export interface AzureCellEndpoint {
  readonly endpoint: PrivateEndpoint;
  /** Undefined for a service of somebody else. */
  readonly service: AzureService | undefined;
  /** Id of the resource, or alias of the service. */
  readonly target: string;
  /** Whether the resource is of the same stack, so that it is checked. */
  readonly isInStack: boolean;
  readonly ports: readonly number[];
  /** Names that it answers. */
  readonly hosts: readonly string[];
}

export interface AzurePrivateEndpointsProps {
  readonly cellName: string;
  readonly scope: AzureScope;
  readonly network: AzureCellNetwork;
  /** Ids of zones that exist, by their names; their owner links them. */
  readonly zoneIds: { readonly [zone: string]: string };
  /** Networks that resolve the cell's names beside its own: a hub's. */
  readonly resolvingNetworkIds: readonly string[];
  readonly perimeter?: AzurePerimeter;
  readonly tags: { readonly [key: string]: string };
  readonly at: string;
}

const TTL = 300;

/**
 * The private ways of a cell: each is an address in the endpoints' subnet that leads to one resource, whose names are
 * answered by private zones. A zone that has no answer does not ask the internet.
 *
 * @see https://learn.microsoft.com/azure/private-link/private-endpoint-overview
 */
export class AzurePrivateEndpoints extends Construct {
  /** By name. */
  public readonly endpoints = new Map<string, AzureCellEndpoint>();
  /** Zones that the cell made, by their names. */
  public readonly zones = new Map<string, PrivateDnsZone>();
  public readonly links: PrivateDnsZoneVirtualNetworkLink[] = [];
  private readonly records: PrivateDnsARecord[] = [];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AzurePrivateEndpointsProps,
  ) {
    super(scope, id);
  }

  /** Names that the endpoints answer, which the resolver has to let through. */
  public get hostNames(): string[] {
    return [...new Set([...this.endpoints.values()].flatMap(({ hosts }) => hosts))].sort();
  }

  /** TCP ports that agents use them by. */
  public get ports(): number[] {
    const ports = [...this.endpoints.values()].flatMap((one) => one.ports);
    return [...new Set(ports)].sort((a, b) => a - b);
  }

  /** What has to be in place before an agent asks for a private name. */
  public get readiness(): ITerraformDependable[] {
    return [...[...this.endpoints.values()].map(({ endpoint }) => endpoint), ...this.links, ...this.records];
  }

  /** Whether there is an endpoint of a service. */
  public readonly has = (service: AzureService): boolean =>
    [...this.endpoints.values()].some((one) => one.service?.name === service.name);

  /** @throws CORDON-311 for a name that is taken, CORDON-001 to CORDON-003 for hosts that are none */
  public add(name: string, props: AzurePrivateEndpointProps): AzureCellEndpoint {
    const at = this.checkedPlace(name);
    const { service } = props;
    const { location } = this.props.scope;
    const target = azureId(props.resourceId, at, "resourceId");
    const hosts = props.hosts?.map((host) => this.checkedHost(host, service, at));
    const endpoint = this.create(
      name,
      { privateConnectionResourceId: target, isManualConnection: false, subresourceNames: [service.subresource] },
      service.zones(location).map((zone) => this.zoneId(zone)),
    );
    const answered = hosts === undefined ? service.hostNames(location) : [...hosts, ...privateNames(service, location)];
    const isInStack = RESOURCE_OF_STACK.test(asRendered(this, target));
    const added = { endpoint, service, target, isInStack, ports: checkedPorts(props.ports, at), hosts: answered };
    this.endpoints.set(name, added);
    if (service.takesPerimeter) this.props.perimeter?.enclose(name, target);
    return added;
  }

  /** @throws CORDON-311 for a name that is taken, an alias or message that is none */
  public link(name: string, props: AzurePrivateLinkProps): AzureCellEndpoint {
    const at = this.checkedPlace(name);
    const { alias } = props;
    const requestMessage = plainText(props.requestMessage, at, "requestMessage");
    const host = HostPattern.parse(props.host, `${at}, host`);
    const problem = !/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(alias)
      ? `alias ${quoted(alias)} is not an alias`
      : requestMessage.length > 140
        ? `requestMessage has ${requestMessage.length} characters`
        : host.match === HostMatch.SUBDOMAINS
          ? `host ${quoted(props.host)} is not one name`
          : undefined;
    if (problem !== undefined) {
      throw new CordonError("CORDON-311", at, problem, "write the alias, one host name and up to 140 characters");
    }
    const endpoint = this.create(
      name,
      { privateConnectionResourceAlias: alias, isManualConnection: true, requestMessage },
      [],
    );
    this.zoneId(host.name);
    const record = new PrivateDnsARecord(this, `${name}-record`, {
      name: "@",
      zoneName: this.zones.get(host.name)?.name ?? host.name,
      resourceGroupName: this.props.scope.resourceGroupName,
      ttl: TTL,
      records: [endpoint.privateServiceConnection.privateIpAddress],
    });
    this.records.push(record);
    const added = {
      endpoint,
      service: undefined,
      target: alias,
      isInStack: false,
      ports: checkedPorts(props.ports, at),
      hosts: [host.name],
    };
    this.endpoints.set(name, added);
    return added;
  }

  private checkedPlace(name: string): string {
    const { at } = this.props;
    identifier(name, at, "the private endpoint's name");
    if (this.endpoints.has(name)) {
      throw new CordonError("CORDON-311", at, `there is a private endpoint '${name}' already`, "choose another name");
    }
    return `${at}, private endpoint '${name}'`;
  }

  private checkedHost(text: string, service: AzureService, at: string): string {
    const host = HostPattern.parse(text, `${at}, hosts`);
    const all = service.hostNames(this.props.scope.location).map((one) => one.slice(1));
    if (host.match === HostMatch.SUBDOMAINS || !all.some((domain) => host.name.endsWith(domain))) {
      throw new CordonError(
        "CORDON-311",
        at,
        `host ${quoted(text)} is not one name of ${service.name}`,
        `write names that end in ${all.join(", ")}`,
      );
    }
    return host.name;
  }

  // Endpoints wait for their subnet's rules: one that is made first stays outside of them.
  private create(
    name: string,
    connection: Omit<PrivateEndpointPrivateServiceConnection, "name">,
    zoneIds: string[],
  ): PrivateEndpoint {
    const { cellName, scope, network, tags } = this.props;
    const id = azureName("privateEndpoint", "pe", cellName, name);
    return new PrivateEndpoint(this, name, {
      name: id,
      location: scope.location,
      resourceGroupName: scope.resourceGroupName,
      subnetId: network.endpointSubnet.subnet.id,
      customNetworkInterfaceName: azureName("network", "nic", "pe", cellName, name),
      privateServiceConnection: { name: id, ...connection },
      ...(zoneIds.length === 0 ? {} : { privateDnsZoneGroup: { name: "default", privateDnsZoneIds: zoneIds } }),
      tags: { ...tags },
      dependsOn: network.endpointSubnet.associations,
    });
  }

  private zoneId(name: string): string {
    const existing = this.props.zoneIds[name];
    if (existing !== undefined) return existing;
    const zone = this.zones.get(name) ?? this.createZone(name);
    return zone.id;
  }

  private createZone(name: string): PrivateDnsZone {
    const { scope, network, tags, resolvingNetworkIds, cellName } = this.props;
    const zone = new PrivateDnsZone(this, `zone-${name}`, {
      name,
      resourceGroupName: scope.resourceGroupName,
      tags: { ...tags },
    });
    this.zones.set(name, zone);
    for (const [index, virtualNetworkId] of [network.virtualNetwork.id, ...resolvingNetworkIds].entries()) {
      const role = index === 0 ? "cell" : "hub";
      this.links.push(
        new PrivateDnsZoneVirtualNetworkLink(this, `zone-${name}-in-${role}`, {
          name: azureName("network", "link", cellName, role),
          resourceGroupName: scope.resourceGroupName,
          privateDnsZoneName: zone.name,
          virtualNetworkId,
          registrationEnabled: false,
          resolutionPolicy: "Default",
          tags: { ...tags },
        }),
      );
    }
    return zone;
  }
}

function checkedPorts(ports: readonly number[] | undefined, at: string): number[] {
  return [...new Set((ports ?? [443]).map((port) => parsePort(port, at)))];
}

const privateNames = (service: AzureService, location: string): string[] =>
  service.zones(location).map((zone) => `*.${zone}`);
