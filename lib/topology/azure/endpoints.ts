import type { Filter } from "../graph/graph";
import type { EndpointFacts, Fault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, isFalse, stringsOf, textOf } from "../read/values";
import type { AddressSet } from "../sets/address-set";
import { FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import type { AzureAttachPoint } from "./agents";
import { apiResources } from "./api-resources";
import type { Networks } from "./networks";
import { aboutOf, idOf } from "./own";
import { endpointNames, privateNames } from "./service-names";
import type { Walls } from "./walls";

/** The residual risk with which a cell leaves targets unchecked that are not in its stack. */
const TARGETS_UNCHECKED = "R75";

/** What reads the private ways to services. */
export interface EndpointContext {
  readonly inventory: Inventory;
  readonly networks: Networks;
  readonly walls: Walls;
  readonly points: readonly AzureAttachPoint[];
  /** Ids of the residual risks that the stack's cells declare. */
  readonly risks: ReadonlySet<string>;
}

/** Arguments by which a target is closed to every other way, where closed is not what Azure does by itself. */
const PUBLIC_ARGUMENTS = ["public_network_access_enabled", "public_network_access"];
/** Types that have no such argument, or that are no target of data. */
const UNCHECKED = new Set([
  "azurerm_monitor_private_link_scope",
  "azurerm_api_management",
  "azurerm_private_link_service",
]);

/** Private endpoints and service endpoints, which agents reach them, and whether their targets have other ways. */
export function readEndpoints(context: EndpointContext): EndpointFacts[] {
  const { inventory } = context;
  return [
    ...inventory.of("grants", "azurerm_private_endpoint").map((one) => privateEndpoint(context, one)),
    ...boundServices(context),
  ];
}

/** Whom a private endpoint's subnet admits: its rules count only where the subnet says so. */
export function endpointIngress({ networks, walls }: EndpointContext, endpoint: PlannedResource): Filter | undefined {
  const [subnet] = networks.named(endpoint.values["subnet_id"]);
  const policies = textOf(networks.subnets.get(subnet ?? "")?.values["private_endpoint_network_policies"]);
  const isGuarded = policies === "Enabled" || policies === "NetworkSecurityGroupEnabled";
  return subnet !== undefined && isGuarded ? walls.ofSubnet(subnet, "Inbound") : undefined;
}

/** The addresses of a private endpoint's subnet. */
export function endpointAddresses({ networks }: EndpointContext, endpoint: PlannedResource): AddressSet | undefined {
  const subnets = networks.named(endpoint.values["subnet_id"]);
  return subnets.length === 0 ? undefined : networks.addressesOf(subnets);
}

function privateEndpoint(context: EndpointContext, endpoint: PlannedResource): EndpointFacts {
  const { inventory, points } = context;
  const [connection = {}] = blocksOf(endpoint.values["private_service_connection"]);
  const [part] = stringsOf(connection["subresource_names"]);
  const id = connection["private_connection_resource_id"];
  const alias = textOf(connection["private_connection_resource_alias"]);
  const owner = inventory.get(idOf(id));
  const resource = owner?.mode === "managed" ? owner : undefined;
  const name = textOf(resource?.values["custom_subdomain_name"]) ?? textOf(resource?.values["name"]);
  const service = alias ?? `${resource?.address ?? textOf(id) ?? "a service"}${part === undefined ? "" : `/${part}`}`;
  const agents = [...new Set(points.filter((one) => reaches(context, endpoint, one)).map((one) => one.agent))].sort();
  return {
    address: endpoint.address,
    service,
    hosts: privateNames(part, name),
    agents,
    faults: targetFaults(context, endpoint, resource, alias),
  };
}

function reaches(context: EndpointContext, endpoint: PlannedResource, point: AzureAttachPoint): boolean {
  const addresses = endpointAddresses(context, endpoint);
  const isHere = context.networks
    .named(endpoint.values["subnet_id"])
    .some((subnet) => context.networks.subnets.get(subnet)?.network === point.network);
  if (!isHere) return false;
  const to = FlowSet.of({
    protocols: RangeSet.of(TCP),
    sources: point.sources,
    ...(addresses === undefined ? {} : { destinations: addresses }),
  });
  const out = context.walls.out(point).reduce((flows, filter) => flows.intersect(filter.flows), to);
  const ingress = endpointIngress(context, endpoint);
  return !(ingress === undefined ? out : out.intersect(ingress.flows)).isEmpty;
}

function targetFaults(
  { inventory, risks }: EndpointContext,
  endpoint: PlannedResource,
  resource: PlannedResource | undefined,
  alias: string | undefined,
): Fault[] {
  if (resource === undefined) {
    if (risks.has(TARGETS_UNCHECKED)) return [];
    const what = alias === undefined ? "a target that is not in this stack" : `${alias}, a service of somebody else`;
    const isSure = alias !== undefined;
    if (
      !isSure &&
      !inventory.counts("grants", endpoint.address, "its target is not in this stack", [endpoint.address])
    ) {
      return [];
    }
    return [
      {
        address: endpoint.address,
        severity: "high",
        problem: `it leads to ${what}: whose data it takes was not checked`,
        fix: "acknowledge it with the owner of the target as the reason",
      },
    ];
  }
  if (UNCHECKED.has(resource.type) || isWalled(resource) || isEnclosed(inventory, resource)) return [];
  const argument = PUBLIC_ARGUMENTS.find((one) => !isAbsent(resource.values[one])) ?? "public_network_access_enabled";
  const value = resource.values[argument];
  if (isFalse(value) || textOf(value)?.toLowerCase() === "disabled") return [];
  if (hasUnknown(value) && !inventory.countsUnknown("grants", resource.address, argument, value)) return [];
  return [
    {
      address: resource.address,
      severity: "high",
      problem:
        "agents reach it privately, and everybody reaches it from the internet: what they write there is carried out",
      fix: `set ${argument} to ${argument.endsWith("enabled") ? "false" : '"Disabled"'}`,
    },
  ];
}

// Rules of its own that deny everybody, without an exception.
function isWalled({ values }: PlannedResource): boolean {
  const rules = [...blocksOf(values["network_rules"]), ...blocksOf(values["network_acls"])];
  return rules.some(
    (one) =>
      textOf(one["default_action"]) === "Deny" &&
      isAbsent(one["ip_rules"]) &&
      isAbsent(one["virtual_network_subnet_ids"]) &&
      isAbsent(one["virtual_network_rules"]),
  );
}

// Inside of a network security perimeter that enforces, public access is its own to give.
function isEnclosed(inventory: Inventory, resource: PlannedResource): boolean {
  const own = inventory
    .of("restricts", "azurerm_network_security_perimeter_association")
    .some(({ values }) => idOf(values["resource_id"]) === resource.address && values["access_mode"] === "Enforced");
  return (
    own ||
    apiResources(inventory, "microsoft.network/networksecurityperimeters/resourceassociations").some(
      ({ properties }) =>
        aboutOf(inventory, blocksOf(properties["privateLinkResource"])[0]?.["id"], resource.type)?.address ===
          resource.address && textOf(properties["accessMode"]) === "Enforced",
    )
  );
}

// Service endpoints that a policy binds to named accounts: ways to those alone.
function boundServices({ networks, points }: EndpointContext): EndpointFacts[] {
  const subnets = [...new Set(points.map((point) => point.subnet))].sort();
  return subnets.flatMap((address) => {
    const values = networks.subnets.get(address)?.values ?? {};
    if (isAbsent(values["service_endpoint_policy_ids"])) return [];
    const agents = [...new Set(points.filter((one) => one.subnet === address).map((one) => one.agent))].sort();
    return stringsOf(values["service_endpoints"])
      .filter((service) => /^microsoft\.storage/i.test(service))
      .map((service) => ({ address, service, hosts: endpointNames(service), agents, faults: [] }));
  });
}
