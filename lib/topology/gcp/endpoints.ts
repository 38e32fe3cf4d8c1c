import { SOMEWHERE } from "../explain/destinations";
import type { Declaration } from "../model/declaration";
import type { EndpointFacts, Fault } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { addressesOf, isAbsent, isFalse, isTrue, target, textOf } from "../read/values";
import { AddressSet } from "../sets/address-set";
import { App, FlowSet, TCP } from "../sets/flow-set";
import { RangeSet } from "../sets/range-set";
import type { GcpAttachPoint } from "./agents";
import type { Resolvers } from "./dns";
import type { Names } from "./names";
import { type Networks, PRIVATE_VIP, RESTRICTED_VIP } from "./networks";
import { type Perimeter, readPerimeters } from "./perimeters";
import { addressesIn } from "./proxies";
import type { Drawn } from "./router";

/** Named by cells that have a private way to Google APIs and no enforced perimeter. */
const FOREIGN_CREDENTIALS = "R52";

export interface EndpointContext {
  readonly inventory: Inventory;
  readonly names: Names;
  readonly networks: Networks;
  readonly resolvers: Resolvers;
  readonly drawn: readonly Drawn[];
  readonly declaration: Declaration | undefined;
}

/** An endpoint before it is judged. */
interface Found {
  readonly address: string;
  readonly service: string;
  readonly network: string;
  readonly addresses: AddressSet;
  /** Every API, those that a perimeter protects, or somebody's service. */
  readonly kind: "every" | "protected" | "foreign" | "own";
  readonly agents: string[];
}

/** Private ways to Google APIs and to producers' services, and whether they keep to the owner. */
export function readEndpoints(context: EndpointContext): EndpointFacts[] {
  const perimeters = readPerimeters(context.inventory, context.names);
  const found = [
    ...bundles(context),
    ...unwatched([...vips(context), ...publicAccess(context)], context.declaration),
    ...regional(context),
    ...producers(context),
  ];
  return found.map((one) => ({
    address: one.address,
    service: one.service,
    agents: one.agents,
    hosts: context.resolvers.leadingTo(one.network, one.addresses),
    faults: faultsOf(one, perimeters, context),
  }));
}

// What the firewall opens to watch an agent leads to every address, Google's among them: no endpoint of its own.
function unwatched(found: readonly Found[], declaration: Declaration | undefined): Found[] {
  const agents = (declaration?.cells ?? []).flatMap((cell) => cell.agents);
  const watched = new Set(agents.filter(({ mode }) => mode === "monitor").map(({ agent }) => agent));
  return found
    .map((one) => ({ ...one, agents: one.agents.filter((agent) => !watched.has(agent)) }))
    .filter((one) => one.agents.length > 0);
}

function faultsOf(
  { address, kind, agents }: Found,
  perimeters: readonly Perimeter[],
  { declaration }: EndpointContext,
): Fault[] {
  if (kind === "own") return [];
  if (kind === "foreign") {
    return [
      {
        address,
        problem: "it leads to a service of another project that no policy of yours confines",
        fix: "remove it, or acknowledge whose service it is",
      },
    ];
  }
  const cells = (declaration?.cells ?? []).filter((cell) => cell.agents.some((one) => agents.includes(one.agent)));
  const isStated =
    cells.length > 0 && cells.every((cell) => cell.risks.some((risk) => risk.id === FOREIGN_CREDENTIALS));
  const holes = perimeters.flatMap((one) => one.holes);
  if (kind === "every" && !perimeters.some((one) => one.isNarrow)) {
    return [
      {
        address,
        problem: "it reaches every Google API, and resources of every owner with credentials that somebody else gave",
        fix: 'use the bundle "vpc-sc" or restricted.googleapis.com, inside of an enforced perimeter',
      },
      ...holes,
    ];
  }
  if (perimeters.length > 0 || isStated) return holes;
  return [
    {
      address,
      problem:
        "no enforced perimeter bounds it: with credentials that somebody else gave it leads to every owner's resources",
      fix: "put the project into an enforced VPC Service Controls perimeter",
    },
  ];
}

/** Agents whose firewall lets them ask an address. */
function admitted(
  drawn: readonly Drawn[],
  network: string,
  addresses: AddressSet,
  also?: (point: GcpAttachPoint) => boolean,
): string[] {
  // What is let out by name is for the name's own addresses.
  const asked = FlowSet.of({
    destinations: addresses,
    protocols: RangeSet.of(TCP),
    ports: RangeSet.of(443),
    apps: [App.OTHER],
  });
  const agents = drawn
    .filter(({ point }) => point.network === network && (also === undefined || also(point)))
    .filter(({ point, egress }) => !egress.flows.intersect(asked).from(point.sources).isEmpty)
    .map(({ point }) => point.agent);
  return [...new Set(agents)].sort();
}

function bundles({ inventory, names, networks, drawn }: EndpointContext): Found[] {
  return inventory.of("grants", "google_compute_global_forwarding_rule").flatMap((rule) => {
    const { address, values } = rule;
    const bundle = textOf(values["target"]);
    if (bundle !== "vpc-sc" && bundle !== "all-apis") return [];
    const network = networks.networkOf(values["network"]) ?? "";
    const addresses = addressesIn(inventory, names, values["ip_address"]);
    const known = addresses.isEmpty ? AddressSet.ALL : addresses;
    const kind = bundle === "all-apis" ? "every" : "protected";
    return [
      {
        address,
        service: `Google APIs (${bundle})`,
        network,
        addresses,
        kind,
        agents: admitted(drawn, network, known),
      },
    ];
  });
}

function vips(context: EndpointContext): Found[] {
  const { drawn, networks } = context;
  const used = [...new Set(drawn.map(({ point }) => point.network))].sort();
  const kinds = [
    { addresses: RESTRICTED_VIP, service: "Google APIs (restricted.googleapis.com)", kind: "protected" },
    { addresses: PRIVATE_VIP, service: "Google APIs (private.googleapis.com)", kind: "every" },
  ] as const;
  return used.flatMap((network) =>
    kinds.flatMap(({ addresses, service, kind }) => {
      const route = routeTo(context, network, addresses);
      if (route === undefined) return [];
      const agents = admitted(drawn, network, addresses, (point) => {
        const subnet = networks.subnets.get(point.subnet);
        return subnet !== undefined && networks.hasGoogleAccess(subnet);
      });
      return agents.length === 0 ? [] : [{ address: route, service, network, addresses, kind, agents }];
    }),
  );
}

// Without a public address, the default route and private access lead to Google's public addresses and nowhere else.
function publicAccess(context: EndpointContext): Found[] {
  const { drawn, networks } = context;
  const used = [...new Set(drawn.map(({ point }) => point.network))].sort();
  return used.flatMap((network) => {
    const route = routeTo(context, network, AddressSet.parse(SOMEWHERE) ?? AddressSet.NONE);
    if (route === undefined) return [];
    const agents = drawn
      .filter(
        ({ point, hasWay, egress }) => point.network === network && !hasWay && reachesAnywhere(egress.flows, point),
      )
      .filter(({ point }) => {
        const subnet = networks.subnets.get(point.subnet);
        return subnet !== undefined && networks.hasGoogleAccess(subnet);
      })
      .map(({ point }) => point.agent);
    const service = "Google APIs (Private Google Access)";
    return agents.length === 0
      ? []
      : [
          {
            address: route,
            service,
            network,
            addresses: AddressSet.NONE,
            kind: "every" as const,
            agents: [...new Set(agents)].sort(),
          },
        ];
  });
}

function reachesAnywhere(flows: FlowSet, point: GcpAttachPoint): boolean {
  const asked = FlowSet.of({ protocols: RangeSet.of(TCP), ports: RangeSet.of(443), apps: [App.OTHER] });
  return flows
    .from(point.sources)
    .intersect(asked)
    .regions.some((region) => !region.destinations.isNarrow);
}

// The route of a network to the internet's gateway that has some addresses.
function routeTo({ inventory, networks }: EndpointContext, network: string, addresses: AddressSet): string | undefined {
  const resource = inventory.get(network);
  const value = resource?.values["delete_default_routes_on_create"];
  const isDefault = resource === undefined || isAbsent(value) || isFalse(value);
  const written = inventory
    .of("grants", "google_compute_route")
    .filter(
      (one) =>
        networks.isIn(one.values["network"], network, one.address, "grants") &&
        !isAbsent(one.values["next_hop_gateway"]),
    )
    .find((one) => (addressesOf(one.values["dest_range"]) ?? AddressSet.ALL).overlaps(addresses));
  if (written !== undefined) return written.address;
  if (isDefault) return network;
  return isTrue(value) || !inventory.countsUnknown("grants", network, "delete_default_routes_on_create", value)
    ? undefined
    : network;
}

function regional({ inventory, networks, drawn, names }: EndpointContext): Found[] {
  return inventory.of("grants", "google_network_connectivity_regional_endpoint").map(({ address, values }) => {
    const network = networks.networkOf(values["network"]) ?? networks.subnetOf(values["subnetwork"])?.network ?? "";
    const addresses = addressesIn(inventory, names, values["address"]);
    const known = addresses.isEmpty ? AddressSet.ALL : addresses;
    const service = textOf(values["target_google_api"]) ?? "a regional Google API";
    return { address, service, network, addresses, kind: "protected", agents: admitted(drawn, network, known) };
  });
}

function producers({ inventory, names, networks, drawn }: EndpointContext): Found[] {
  return inventory.of("grants", "google_compute_forwarding_rule").flatMap((rule) => {
    const { address, values } = rule;
    const attachment = names.resource(values["target"], "google_compute_service_attachment");
    const isForeign = attachment === undefined && /\/serviceAttachments\//.test(textOf(values["target"]) ?? "");
    if (attachment === undefined && !isForeign) return [];
    if (attachment !== undefined && leadsToProxy(attachment)) return [];
    const network = networks.networkOf(values["network"]) ?? networks.subnetOf(values["subnetwork"])?.network ?? "";
    const addresses = addressesIn(inventory, names, values["ip_address"]);
    const known = addresses.isEmpty ? AddressSet.ALL : addresses;
    const service = attachment?.address ?? textOf(values["target"]) ?? "a service";
    const kind = isForeign ? "foreign" : "own";
    return [{ address, service, network, addresses, kind, agents: admitted(drawn, network, known) }];
  });
}

const leadsToProxy = ({ values }: PlannedResource): boolean =>
  /google_network_services_gateway\./.test(target(values["target_service"]) ?? "");
