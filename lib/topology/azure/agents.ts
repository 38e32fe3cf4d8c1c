import type { AttachPoint } from "../graph/graph";
import type { Declaration } from "../model/declaration";
import type { ReadOptions } from "../model/read-options";
import type { PlannedResource } from "../read/inventory";
import { type Networks, RESERVED_NAMES, type Subnet } from "./networks";
import { subnetNode } from "./nodes";
import type { Placement, Placements } from "./placements";
import { COMPUTE_TYPES } from "./resource-types";
import { SOME_ADDRESS } from "./tags";

/** An attach point with what stands there; undefined for the place that is kept for the agent's own workload. */
export interface AzureAttachPoint extends AttachPoint {
  readonly placement: Placement | undefined;
}

/**
 * Finds the agents of a stack: those that the caller names, else those that the declaration places, else whatever runs in
 * a subnet, and in a network where nothing does every subnet that holds no part of the network itself.
 */
export function findAgents(networks: Networks, placements: Placements, options: ReadOptions): AzureAttachPoint[] {
  const named = Object.entries(options.agents ?? {});
  const declared = placesOf(options.declaration).filter(({ place }) => networks.subnets.has(place));
  const points =
    named.length > 0
      ? named.flatMap(([agent, all]) => all.flatMap((one) => ofAddress(agent, one, networks, placements)))
      : (options.declaration?.cells.length ?? 0) > 0
        ? declared.flatMap(({ agent, place }) => inSubnet(agent, networks.subnets.get(place), placements, true))
        : inferred(networks, placements);
  return points.sort((a, b) => (a.node < b.node ? -1 : 1));
}

function placesOf(declaration: Declaration | undefined): { agent: string; place: string }[] {
  const agents = declaration?.cells.flatMap((cell) => cell.agents) ?? [];
  return agents.flatMap(({ agent, places }) => (places ?? []).map((place) => ({ agent, place })));
}

function ofAddress(agent: string, address: string, networks: Networks, placements: Placements): AzureAttachPoint[] {
  const subnet = networks.subnets.get(address);
  if (subnet !== undefined) return inSubnet(agent, subnet, placements, false);
  const isAt = (one: Placement): boolean =>
    one.resource.address === address || one.interfaces.some((part) => part.address === address);
  return placements.all
    .filter(isAt)
    .flatMap((one) => one.subnets.flatMap((name) => placed(agent, one, networks.subnets.get(name))));
}

// What stands in an agent's subnet acts as the agent, whoever put it there.
function inSubnet(
  agent: string,
  subnet: Subnet | undefined,
  placements: Placements,
  isKept: boolean,
): AzureAttachPoint[] {
  if (subnet === undefined) return [];
  const standing = placements
    .in(subnet.address)
    .filter((one) => !one.isInfrastructure)
    .flatMap((one) => placed(agent, one, subnet));
  return standing.length > 0 && !isKept ? standing : [...standing, point(agent, subnet, subnet.resource, undefined)];
}

function placed(agent: string, placement: Placement, subnet: Subnet | undefined): AzureAttachPoint[] {
  return subnet === undefined ? [] : [point(agent, subnet, placement.resource, placement)];
}

function point(
  agent: string,
  subnet: Subnet,
  resource: PlannedResource,
  placement: Placement | undefined,
): AzureAttachPoint {
  const address = placement === undefined ? subnet.address : resource.address;
  return {
    agent,
    place: subnetNode(subnet.address),
    node: `workload:${address}@${subnet.address}`,
    address,
    subnet: subnet.address,
    network: subnet.network,
    zone: undefined,
    sources: subnet.assumed,
    isStandIn: subnet.assumed === SOME_ADDRESS,
    placement,
  };
}

function inferred(networks: Networks, placements: Placements): AzureAttachPoint[] {
  const running = placements.all.filter((one) => COMPUTE_TYPES.has(one.resource.type));
  const networkOf = (subnet: string): string | undefined => networks.subnets.get(subnet)?.network;
  const busy = new Set(running.flatMap((one) => one.subnets.map(networkOf)));
  const withCompute = running.flatMap((one) =>
    one.subnets.flatMap((name) => placed(one.resource.loaded.name, one, networks.subnets.get(name))),
  );
  const idle = [...networks.subnets.values()].filter(
    (subnet) =>
      subnet.resource.mode === "managed" &&
      !busy.has(subnet.network) &&
      !RESERVED_NAMES.has(subnet.name ?? "") &&
      placements.in(subnet.address).every((one) => !one.isInfrastructure),
  );
  const names = (subnet: Subnet): string =>
    subnet.address.includes(" ") ? (subnet.name ?? subnet.resource.loaded.name) : subnet.resource.loaded.name;
  return [...withCompute, ...idle.flatMap((subnet) => inSubnet(names(subnet), subnet, placements, false))].filter(
    (one, index, all) => all.findIndex((other) => other.node === one.node) === index,
  );
}
