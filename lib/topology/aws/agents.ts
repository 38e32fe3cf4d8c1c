import type { AttachPoint } from "../graph/graph";

import type { Inventory, PlannedResource } from "../read/inventory";
import { target, textOf } from "../read/values";
import { type Networks, SOME_ADDRESS, type Subnet } from "./networks";
import { subnetNode } from "./nodes";
import { agentTag, type Placement, type Placements, tagOf } from "./placements";
import { COMPUTE_TYPES } from "./resource-types";

/** An attach point with the security groups of its interfaces. */
export interface AwsAttachPoint extends AttachPoint {
  readonly groups: readonly (string | undefined)[];
  /** What stands there; undefined for the place that is kept for the agent's own workload. */
  readonly placement: Placement | undefined;
}

/** Agents that the caller names, by addresses of subnets or of what runs in them. */
export interface AgentNames {
  readonly [agent: string]: readonly string[];
}

/**
 * Finds the agents of a stack: those that the caller names, else subnets tagged `cordon:agent`, else every subnet that
 * something runs in, and in a VPC where nothing does every subnet that holds no part of the network itself.
 */
export function findAgents(
  inventory: Inventory,
  networks: Networks,
  placements: Placements,
  named: AgentNames = {},
): AwsAttachPoint[] {
  const byName = Object.entries(named).map(([agent, addresses]) => ({ agent, addresses }));
  const tagged = [...networks.subnets.values()].filter((subnet) => agentTag(subnet.resource) !== undefined);
  const groups = taggedGroups(inventory);
  const cells = new Map<string, Set<string>>();
  for (const { resource } of tagged) {
    const name = agentTag(resource) ?? "";
    cells.set(name, (cells.get(name) ?? new Set<string>()).add(tagOf(resource, "cordon:cell") ?? ""));
  }
  const points =
    byName.length > 0
      ? byName.flatMap(({ agent, addresses }) =>
          addresses.flatMap((one) => ofAddress(agent, one, networks, placements)),
        )
      : tagged.length > 0
        ? tagged.flatMap((subnet) => inSubnet(nameIn(subnet, cells), subnet, groups, placements))
        : inferred(networks, placements);
  return points.sort((a, b) => (a.node < b.node ? -1 : 1));
}

/** Security groups by VPC and agent, as their tags say. */
type TaggedGroups = ReadonlyMap<string, readonly PlannedResource[]>;

const NO_GROUPS: TaggedGroups = new Map();

function taggedGroups(inventory: Inventory): TaggedGroups {
  const found = new Map<string, PlannedResource[]>();
  for (const group of inventory.of("grants", "aws_security_group")) {
    const tag = agentTag(group);
    if (tag === undefined) continue;
    const key = `${target(group.values["vpc_id"]) ?? textOf(group.values["vpc_id"])} ${tag}`;
    found.set(key, [...(found.get(key) ?? []), group]);
  }
  return found;
}

// Two cells of a stack may have agents of one name: then the cell's name goes before it.
function nameIn(subnet: Subnet, cells: ReadonlyMap<string, ReadonlySet<string>>): string {
  const name = agentTag(subnet.resource) ?? "";
  return (cells.get(name)?.size ?? 0) > 1 ? `${tagOf(subnet.resource, "cordon:cell") ?? ""}/${name}` : name;
}

function ofAddress(agent: string, address: string, networks: Networks, placements: Placements): AwsAttachPoint[] {
  const subnet = networks.subnets.get(address);
  if (subnet !== undefined) return inSubnet(agent, subnet, NO_GROUPS, placements);
  return placements.all
    .filter((one) => one.resource.address === address)
    .flatMap((one) => one.subnets.flatMap((name) => placed(agent, one, networks.subnets.get(name))));
}

// What stands in an agent's subnet acts as the agent, whoever put it there.
function inSubnet(agent: string, subnet: Subnet, tagged: TaggedGroups, placements: Placements): AwsAttachPoint[] {
  const standing = placements
    .in(subnet.address)
    .filter((one) => !one.isInfrastructure)
    .flatMap((one) => placed(agent, one, subnet));
  const tag = agentTag(subnet.resource);
  const groups = tag === undefined ? [] : (tagged.get(`${subnet.vpc} ${tag}`) ?? []);
  if (groups.length === 0 && standing.length > 0) return standing;
  return [
    ...standing,
    point(
      agent,
      subnet,
      subnet.resource,
      groups.map((one) => one.address),
      undefined,
    ),
  ];
}

function placed(agent: string, placement: Placement, subnet: Subnet | undefined): AwsAttachPoint[] {
  if (subnet === undefined) return [];
  return [point(agent, subnet, placement.resource, placement.groups, placement)];
}

function point(
  agent: string,
  subnet: Subnet,
  resource: PlannedResource,
  groups: readonly (string | undefined)[],
  placement: Placement | undefined,
): AwsAttachPoint {
  return {
    agent,
    place: subnetNode(subnet.address),
    node: `workload:${resource.address}@${subnet.address}`,
    address: resource.address,
    subnet: subnet.address,
    network: subnet.vpc,
    zone: subnet.zone,
    sources: subnet.sources ?? subnet.assumed,
    isStandIn: (subnet.sources ?? subnet.assumed) === SOME_ADDRESS,
    groups,
    placement,
  };
}

function inferred(networks: Networks, placements: Placements): AwsAttachPoint[] {
  const running = placements.all.filter((one) => COMPUTE_TYPES.has(one.resource.type));
  const busy = new Set(running.flatMap((one) => one.subnets.map((name) => networks.subnets.get(name)?.vpc)));
  const withCompute = running.flatMap((one) =>
    one.subnets.flatMap((name) => placed(one.resource.loaded.name, one, networks.subnets.get(name))),
  );
  const idle = [...networks.subnets.values()].filter(
    (subnet) =>
      subnet.resource.mode === "managed" &&
      !busy.has(subnet.vpc) &&
      placements.in(subnet.address).every((one) => !one.isInfrastructure),
  );
  return [
    ...withCompute,
    ...idle.flatMap((subnet) => inSubnet(subnet.resource.loaded.name, subnet, NO_GROUPS, placements)),
  ].filter((one, index, all) => all.findIndex((other) => other.node === one.node) === index);
}
